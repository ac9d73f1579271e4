"""Forms for concerns about adults who work here: the writer's, and those of the reader's acts."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from django import forms

from concerns.forms import past_moment, who_told_you
from concerns.forms.base_form import (
    DraftableForm,
    PostedFields,
    WordsField,
    choice_field,
    set_choices,
)
from concerns.forms.conditional_questions import ConditionalForm, offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SubmitButton,
    TextBlock,
    TickList,
    lay_out_form,
)
from concerns.forms.who_told_you import WhoToldYouQuestions
from concerns.models import AdultAccount, AdultDecisionAnswers, AgencyConversation
from concerns.reading.pickers import Colleague
from concerns.rules.adult_vocabulary import (
    AdultAgency,
    AdultAgencyAnswer,
    AdultConcernSort,
    AdultOutcome,
    AdultRoute,
)
from concerns.rules.words import ConcernSubject

GONE = "Somebody you chose does not work here any more. Choose again, or write it in words"
TO_THEM = (
    "They see exactly what you write. Thank them, tell them what you can, and do not name anybody."
)
NOT_EXCLUDED = (
    "Somebody ticked as one who should not see it does not work here, and nobody was recorded for "
    "them. Ask who it is."
)
NO_WORD = "Write them a reply, so that they know they were heard"


class AdultConcernForm(WhoToldYouQuestions):
    """Requires who it is, and either what happened or what somebody told the writer. Nothing else
    stops it: what cannot be read is sent as it was written."""

    needed_answers = frozenset({"whom", "described", "account"})
    unread_notes = {"shut_out": NOT_EXCLUDED}
    nothing_said = "Write what happened. A few words are enough."

    whom = forms.ChoiceField(
        label="Which adult?", required=False, error_messages={"invalid_choice": GONE}
    )
    described = WordsField(
        "Somebody who is not on the list",
        line=True,
        help_text="A name if you have one, and what they do here.",
    )
    account = WordsField(
        "What happened, or what worries you?",
        help_text="What you saw, heard or were told, in the order it happened. Use the exact "
        "words if you can. You do not need proof.",
    )
    sort = choice_field("How serious do you think it is?", AdultConcernSort)
    when_where = WordsField("When and where was it?", line=True)
    children = WordsField(
        "Which children, if any?",
        line=True,
        help_text="Write who they are. This does not go into any child's file.",
    )
    told_already = WordsField(
        "Who have you told already?", line=True, help_text="Who you told, when, and what they said."
    )
    shut_out = forms.MultipleChoiceField(
        label="Who else should not see this?",
        help_text="The adult it is about never sees it. Tick anybody close to them, whatever "
        "their post. If you tick the person who would read it, it goes to somebody else "
        "instead.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": GONE},
    )

    helper = lay_out_form(
        Question("whom", size="m"),
        "described",
        Question("account", size="m", rows=8),
        who_told_you.who_told_you_details(),
        Question(
            "sort",
            size="m",
            hints={
                AdultConcernSort.LOW: "Something that does not feel right, or is not how we have "
                "agreed to behave, even if no child was harmed. Nothing is too small.",
                AdultConcernSort.HARM: (
                    "They have or may have harmed a child, broken the law against or about one, "
                    "or behaved, here or outside, so that children may not be safe with them."
                ),
                AdultConcernSort.NOT_SURE: "That is fine. The person who reads it will decide.",
            },
        ),
        TextBlock("More details, if you know them", "heading"),
        "when_where",
        "children",
        "told_already",
        Details("Who else should not see this", TickList("shut_out")),
        ButtonRow(
            SubmitButton("Send", value="send"),
            SubmitButton("Save and finish later", value="later", kind="secondary"),
            SubmitButton("This is about a child", value=ConcernSubject.CHILD, kind="secondary"),
        ),
    )

    def __init__(
        self,
        typed: PostedFields,
        *,
        draft: uuid.UUID,
        staff: Mapping[str, Colleague],
        checked: bool = True,
    ):
        """`staff` are the people in post except the writer, by uid."""
        super().__init__(typed, checked=checked)
        self.draft = draft
        self.staff = staff
        names = [(uid, colleague.name_with_detail) for uid, colleague in staff.items()]
        first = ("", "Choose, or describe them below")
        set_choices(self.fields["whom"], [first, *names])
        set_choices(self.fields["shut_out"], names)

    @property
    def uids_not_to_suggest(self) -> set[str]:
        """Uids of people the page must not suggest as contacts: the subject and the excluded."""
        return {*self.data.getlist("whom"), *self.data.getlist("shut_out")}

    def clean(self):
        given = super().clean()
        whom = given.get("whom")
        described = given.get("described")
        if not (whom or described) and not {"whom", "described"} & self.errors.keys():
            self.add_error("whom", "Choose the adult, or describe one who is not on the list")
        if whom and described:
            # Never guessed at: whom it is about decides who may read it.
            self.add_error(
                "described",
                "You chose an adult from the list and also described one. Clear one of them",
            )
        self.check_who_told_you(given)
        self.keep_unread_answers()
        return given

    def to_adult_account(self) -> AdultAccount:
        """The valid answers, for `acts.send`."""
        given = dict(self.cleaned_data)
        shut_out = [uid for uid in given["shut_out"] if uid != given["whom"]]
        given["shut_out"] = tuple(self.staff[uid].person for uid in shut_out)
        whom = self.staff.get(given["whom"])
        given["whom"] = whom.person if whom else None
        return AdultAccount(not_read="\n".join(self.unread), **given)


class AdultReaderForm(DraftableForm):
    """Base form for an act of the reader on its own page; `act_arguments` go to the act."""

    heading = above = ""

    @property
    def act_arguments(self) -> dict:
        return self.cleaned_data


class AdultNoteForm(AdultReaderForm):
    heading = "Add a note"
    above = "The person who wrote it does not see this."
    words = WordsField(
        "Your note",
        needed="Write your note",
        help_text="What you found out, who you spoke to here, and what you think of anything that "
        "was added.",
    )
    helper = lay_out_form(Question("words", rows=5), ButtonRow(SubmitButton("Add the note")))


class AdultWordBackForm(AdultReaderForm):
    heading = "Reply to the person who wrote it"
    words = WordsField("Your reply", needed=NO_WORD, help_text=TO_THEM)
    helper = lay_out_form(Question("words", rows=4), ButtonRow(SubmitButton("Send this reply")))


class AdultHandoverForm(AdultReaderForm):
    note = WordsField(
        "A note for them",
        needed="Write them a note about what you know, and why they should have it",
        help_text="What you know, what you have done, and what is urgent.",
    )
    helper = lay_out_form(Question("note", rows=4), ButtonRow(SubmitButton("Hand it on")))


class AdultTakeOverForm(AdultReaderForm):
    why = WordsField("Why are you taking it over?", needed="Say why you are taking it over")
    helper = lay_out_form(Question("why", rows=3), ButtonRow(SubmitButton("Take it over")))


class AdultReopenForm(AdultReaderForm):
    heading = "Reopen it"
    why = WordsField("Why are you reopening it?", needed="Say why you are reopening it")
    helper = lay_out_form(Question("why", rows=4), ButtonRow(SubmitButton("Reopen it")))


class AdultStaffReasonForm(AdultReaderForm):
    helper = lay_out_form("person", Question("why", rows=3), ButtonRow(SubmitButton("Record it")))
    person = forms.ChoiceField(label="Who?")
    why = WordsField("How do you know?", needed="Say how you know")

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff
        offer_choices(
            self.fields["person"], staff, "Choose somebody who works here", empty="Choose"
        )

    @property
    def act_arguments(self) -> dict:
        return {"person": self.staff[self.cleaned_data["person"]], "why": self.cleaned_data["why"]}


class AdultSubjectForm(AdultStaffReasonForm):
    heading = "Say who it is about"
    above = (
        "From now on the person you choose cannot see it, nor can anybody named before. What was "
        "written does not change. If it is about you, it goes to somebody else."
    )


class AdultExcludeForm(AdultStaffReasonForm):
    heading = "Say who must not see it"
    above = (
        "From now on they can never see it again. If you are too close to it, you can choose "
        "yourself. It then goes to somebody else."
    )


class AdultBringInForm(AdultStaffReasonForm):
    heading = "Bring in a lead"
    above = (
        "They can read this one concern, and add notes that you read. They see no other concern "
        "about an adult, and decide nothing. They are never told of it by e-mail: tell them "
        "yourself. They find it under “My concerns”. It ends when you end it, when you close it, "
        "or when it goes to somebody else."
    )
    person = forms.ChoiceField(label="Which lead?")
    why = WordsField("Why do you bring them in?", needed="Say why you bring them in")


class AdultEndReadingForm(AdultStaffReasonForm):
    heading = "End a lead's reading"
    above = "From now on they cannot see it. What they wrote stays."
    person = forms.ChoiceField(label="Which lead?")
    why = WordsField("Why does it end?", needed="Say why it ends")


class AdultConversationForm(ConditionalForm, AdultReaderForm):
    heading = "Record a conversation with the LADO or the police"
    agency = choice_field("Who did you speak to?", AdultAgency, needed="Choose who you spoke to")
    spoken_to = WordsField("Their name", line=True, needed="Write who you spoke to there")
    spoke_on = past_moment.day_field("On what day?")
    spoke_at = past_moment.time_field("At what time?")
    words = WordsField("What was said, by you and by them?", needed="Write what was said")
    their_reference = WordsField("Their reference", line=True, help_text="If they gave you one.")
    answer = choice_field(
        "What will they do?",
        AdultAgencyAnswer,
        help_text="Leave this blank if they have not said. Hearing from them then becomes a next "
        "step.",
    )
    helper = lay_out_form(
        "agency",
        "spoken_to",
        "spoke_on",
        Question("spoke_at", width=5),
        Question("words", rows=5),
        Question("their_reference", width=20),
        "answer",
        ButtonRow(SubmitButton("Record it")),
    )

    def __init__(self, *args, now: datetime, **kwargs):
        super().__init__(*args, initial=past_moment.fields_set_to_moment("spoke", now), **kwargs)
        self.now = now

    def clean(self):
        given = super().clean()
        self.spoke = past_moment.read_moment(self, "spoke", self.now)
        return given

    @property
    def act_arguments(self) -> dict:
        names = ("agency", "spoken_to", "words", "their_reference", "answer")
        said = {name: self.cleaned_data[name] for name in names}
        return {
            "spoken": AgencyConversation(**said, happened_at=past_moment.require_moment(self.spoke))
        }


class AdultDecisionForm(ConditionalForm, AdultReaderForm):
    heading = "Decide"
    sort = choice_field(
        "Which is it?",
        AdultConcernSort,
        needed="Say whether it is an allegation or a low-level concern",
    )
    routes = choice_field(
        "What happens next?", AdultRoute, many=True, needed="Choose at least one thing to do"
    )
    look_again = DayField(
        label="Look at it again on",
        required=False,
        help_text="Needed if you keep it as low-level. Choose a day within a year.",
    )
    reason = WordsField("Why?", needed="Say why")
    considered = WordsField("What else did you consider?", needed="Say what else you considered")
    words_back = WordsField("A reply to the person who wrote it", help_text=TO_THEM)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        offered = (AdultConcernSort.LOW, AdultConcernSort.HARM)
        set_choices(self.fields["sort"], [(word.value, word.label) for word in offered])

    helper = lay_out_form(
        Question("sort", size="m"),
        Question(
            "routes",
            size="m",
            small=True,
            hints={
                AdultRoute.LADO: "Within one working day. They also give advice, without being "
                "told a name. Ring them before you look into it yourself.",
                AdultRoute.POLICE: "Today. If a child may be in danger now, ring 999 first.",
            },
        ),
        "look_again",
        Question("reason", size="m", rows=4),
        Question("considered", size="m", rows=3),
        Details("A reply to the person who wrote it", Question("words_back", rows=3)),
        ButtonRow(SubmitButton("Decide")),
    )

    def clean(self):
        given = super().clean()
        routes = given.get("routes") or []
        if AdultRoute.NO_FURTHER in routes and len(routes) > 1:
            self.add_error("routes", "Choose no further action or other routes, not both")
        if AdultRoute.LOW_LEVEL in routes:
            self.require_answer("look_again", "Enter the day to look at it again")
        self.check_future_day("look_again", self.today)
        return given

    @property
    def act_arguments(self) -> dict:
        said = dict(self.cleaned_data)
        return {"decided": AdultDecisionAnswers(**said | {"routes": tuple(said["routes"])})}


class AdultCloseForm(AdultReaderForm):
    heading = "Close it"
    above = "Closing ends every next step that is still open. Anything added later reopens it."
    outcome = choice_field("How did it end?", AdultOutcome, needed="Choose how it ended")
    why = WordsField("Why can it be closed?", needed="Say why it can be closed")
    words_back = WordsField("A reply to the person who wrote it", needed=NO_WORD, help_text=TO_THEM)
    helper = lay_out_form(
        "outcome",
        Question("why", rows=4),
        Question("words_back", rows=3),
        ButtonRow(SubmitButton("Close it")),
    )

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        # `own`: the reader wrote the concern, and need not write back to themselves.
        self.fields["words_back"].required = not own
