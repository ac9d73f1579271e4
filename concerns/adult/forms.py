"""Forms for concerns about adults who work here: the writer's, and those of the reader's acts."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from django import forms

from concerns.asking import moments, telling
from concerns.asking.asked import Asked, Typed, Words, choose
from concerns.asking.govuk import Buttons, DayField, Details, Press, Question, Say, Ticks, inside
from concerns.asking.telling import Telling
from concerns.asking.unfolding import Unfolding, offer
from concerns.models import AdultDecided, Person, Spoken, ToldOfAdult
from concerns.rules.adults import AdultAnswer, AdultOutcome, AdultRoute, Agency, Sort
from concerns.rules.words import About

GONE = "Somebody you chose does not work here any more. Choose again, or write it in words"
TO_THEM = "They read it as you write it. Thank them, say what you can, and name nobody."
NO_WORD = "Write them a word: nobody should be left wondering whether they were heard"


class AdultForm(Telling):
    """Requires who it is, and either what happened or what somebody told the writer."""

    nothing_said = "Write what happened. A few words are enough."

    whom = forms.ChoiceField(
        label="Which adult?", required=False, error_messages={"invalid_choice": GONE}
    )
    described = Words(
        "Somebody who is not on the list",
        line=True,
        help_text="A name if you have one, and what they do here.",
    )
    account = Words(
        "What happened, or what makes you uneasy?",
        help_text="What you saw, heard or were told, in the order it happened and as near to the "
        "words as you can. You need no proof.",
    )
    sort = choose("What do you take it for?", Sort)
    when_where = Words("When and where was it?", line=True)
    children = Words(
        "Which children, if any?", line=True, help_text="In words. It is put in no child's file."
    )
    told_already = Words(
        "Whom have you told already?", line=True, help_text="Whom, when, and what they said."
    )
    shut_out = forms.MultipleChoiceField(
        label="Who else should not see this?",
        help_text="The adult it is about never does. Tick anybody close to them, whatever their "
        "post: if it is who would read it, it goes to the next instead.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": GONE},
    )

    helper = inside(
        Question("whom", size="m"),
        "described",
        Question("account", size="m", rows=8),
        telling.unfolded(),
        Question("sort", size="m", hints={
            Sort.LOW: "Something that does not sit right, or is not how we have agreed to behave, "
            "even if no child came to harm. Nothing is too small.",
            Sort.HARM: "They have or may have harmed a child, broken the law against or about one, "
            "or behaved, here or outside, so that children may not be safe with them.",
            Sort.NOT_SURE: "That is a good answer. Whoever reads it will decide."}),
        Say("More, if you know it", "heading"),
        "when_where", "children", "told_already",
        Details("Who else should not see this", Ticks("shut_out")),
        Buttons(Press("Send", value="send"),
                Press("Save and finish later", value="later", kind="secondary"),
                Press("This is about a child", value=About.CHILD, kind="secondary")),
    )  # fmt: skip

    def __init__(
        self, typed: Typed, *, draft: uuid.UUID, staff: Mapping[str, Person], checked: bool = True
    ):
        """`staff` are the people in post except the writer, by uid."""
        super().__init__(typed, checked=checked)
        self.draft, self.staff = draft, staff
        names = [(uid, f"{person.name}, {person.detail}") for uid, person in staff.items()]
        first = ("", "Choose, or describe them below")
        self.fields["whom"].choices, self.fields["shut_out"].choices = [first, *names], names

    @property
    def passed_by(self) -> set[str]:
        """Uids of people the page must not suggest as contacts: the subject and the excluded."""
        return {*self.data.getlist("whom"), *self.data.getlist("shut_out")}

    def clean(self):
        given = super().clean()
        whom, described = given.get("whom"), given.get("described")
        if not (whom or described) and not {"whom", "described"} & self.errors.keys():
            self.add_error("whom", "Choose the adult, or describe one who is not on the list")
        if whom and described:
            self.add_error("described", "Choose from the list or describe them: which is it?")
        self.check_told(given)
        return given

    def told(self) -> ToldOfAdult:
        """The valid answers, for `acts.send`."""
        given = dict(self.cleaned_data)
        shut_out = [uid for uid in given["shut_out"] if uid != given["whom"]]
        given["shut_out"] = tuple(self.staff[uid] for uid in shut_out)
        given["whom"] = self.staff.get(given["whom"])
        return ToldOfAdult(**given)


class AddForm(Asked):
    about = choose("Who is this about?", About, needed="Say whom it is about")
    words = Words(
        "Add something",
        needed="Write what you want to add",
        help_text="Something new, something you left out, or that you are still worried.",
    )
    helper = inside(
        Question("about", size="m", small=True, inline=True),
        Question("words", size="m", rows=5),
        Buttons(Press("Add")),
    )


class Sheeted(Asked):
    """Base form for an act of the reader on its own page; `act_arguments` go to the act."""

    heading = above = ""

    @property
    def given(self) -> dict:
        return self.cleaned_data


class NoteForm(Sheeted):
    heading = "Add a note"
    above = "The person who wrote it does not see this."
    words = Words(
        "Your note",
        needed="Write your note",
        help_text="What you found out, whom you spoke to here, what you make of what was added.",
    )
    helper = inside(Question("words", rows=5), Buttons(Press("Add the note")))


class TellForm(Sheeted):
    heading = "Give the person who wrote it a word back"
    words = Words("Your word to them", needed=NO_WORD, help_text=TO_THEM)
    helper = inside(Question("words", rows=4), Buttons(Press("Give them this word")))


class HandForm(Sheeted):
    note = Words(
        "A note for them",
        needed="Write them a note: what you know, and why it is better with them",
        help_text="What you know, what you have done, and what presses.",
    )
    helper = inside(Question("note", rows=4), Buttons(Press("Hand it on")))


class TakeOverForm(Sheeted):
    why = Words("Why do you take it over?", needed="Say why you take it over")
    helper = inside(Question("why", rows=3), Buttons(Press("Take it over")))


class ReopenForm(Sheeted):
    heading = "Reopen it"
    why = Words("Why is it opened again?", needed="Say why it is opened again")
    helper = inside(Question("why", rows=4), Buttons(Press("Reopen it")))


class WhoForm(Sheeted):
    helper = inside("person", Question("why", rows=3), Buttons(Press("Record it")))
    person = forms.ChoiceField(label="Who?")
    why = Words("How do you know?", needed="Say how you know")

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff
        offer(self.fields["person"], staff, "Choose somebody who works here", empty="Choose")

    @property
    def given(self) -> dict:
        return {"person": self.staff[self.cleaned_data["person"]], "why": self.cleaned_data["why"]}


class AboutForm(WhoForm):
    heading = "Say whom it is about"
    above = (
        "Whoever you choose sees nothing of it from now on, and nor does anybody named before. The "
        "words that were written stay as they are. If it is about you, it goes to the next."
    )


class ExcludeForm(WhoForm):
    heading = "Shut somebody out"
    above = (
        "From their next page on they see nothing of it, for good. You may choose yourself, if you "
        "are too near to it: it then goes to the next."
    )


class SpeakForm(Unfolding, Sheeted):
    heading = "Record a conversation with the LADO or the police"
    agency = choose("Whom did you speak to?", Agency, needed="Choose whom you spoke to")
    spoken_to = Words("Their name", line=True, needed="Write whom you spoke to there")
    spoke_on, spoke_at = moments.day("On what day?"), moments.time("At what time?")
    words = Words("What was said, by you and by them?", needed="Write what was said")
    their_reference = Words("Their reference", line=True, help_text="If they gave you one.")
    answer = choose(
        "What will they do?",
        AdultAnswer,
        help_text="Leave it open if they have not said: their answer is then owed.",
    )
    helper = inside(
        "agency", "spoken_to", "spoke_on", Question("spoke_at", width=5),
        Question("words", rows=5), Question("their_reference", width=20), "answer",
        Buttons(Press("Record it")),
    )  # fmt: skip

    def __init__(self, *args, now: datetime, **kwargs):
        super().__init__(*args, initial=moments.at_first("spoke", now), **kwargs)
        self.now = now

    def clean(self):
        given = super().clean()
        self.spoke = moments.read(self, "spoke", self.now)
        return given

    @property
    def given(self) -> dict:
        names = ("agency", "spoken_to", "words", "their_reference", "answer")
        said = {name: self.cleaned_data[name] for name in names}
        return {"spoken": Spoken(**said, happened_at=self.spoke)}


class DecideForm(Unfolding, Sheeted):
    heading = "Decide"
    sort = choose("Which is it?", Sort, needed="Say which it is")
    routes = choose("What is to be done?", AdultRoute, many=True, needed="Choose at least one way")
    look_again = DayField(
        label="Look at it again on",
        required=False,
        help_text="Needed for what is kept as low-level: within a year.",
    )
    reason = Words("Why?", needed="Say why")
    considered = Words("What else did you consider?", needed="Say what else you considered")
    words_back = Words("A word to the person who wrote it", help_text=TO_THEM)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["sort"].choices = [(word.value, word.label) for word in (Sort.LOW, Sort.HARM)]

    helper = inside(
        Question("sort", size="m"),
        Question("routes", size="m", small=True, hints={
            AdultRoute.LADO: "Within one working day. They advise too, and need no name for that: "
            "ring before you look into it yourself.",
            AdultRoute.POLICE: "Today. Where a child may be in danger now: 999, before this."}),
        "look_again",
        Question("reason", size="m", rows=4),
        Question("considered", size="m", rows=3),
        Details("A word to the person who wrote it", Question("words_back", rows=3)),
        Buttons(Press("Decide")),
    )  # fmt: skip

    def clean(self):
        given = super().clean()
        routes = given.get("routes") or []
        if AdultRoute.NO_FURTHER in routes and len(routes) > 1:
            self.add_error("routes", "No further action stands alone: untick it or the others")
        if AdultRoute.LOW_LEVEL in routes:
            self.need("look_again", "Enter the day to look at it again")
        self.coming("look_again", self.today)
        return given

    @property
    def given(self) -> dict:
        said = dict(self.cleaned_data)
        return {"decided": AdultDecided(**said | {"routes": tuple(said["routes"])})}


class CloseForm(Sheeted):
    heading = "Close it"
    above = "Whatever is still owed ends with it. Anything added later opens it again."
    outcome = choose("How did it end?", AdultOutcome, needed="Choose how it ended")
    why = Words("Why can it be closed?", needed="Say why it can be closed")
    words_back = Words("A word to the person who wrote it", needed=NO_WORD, help_text=TO_THEM)
    helper = inside(
        "outcome", Question("why", rows=4), Question("words_back", rows=3),
        Buttons(Press("Close it")),
    )  # fmt: skip

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        # `own`: the reader wrote the concern, and need not write back to themselves.
        self.fields["words_back"].required = not own
