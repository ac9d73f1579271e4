"""The forms a writer fills in: the concern form, and what is asked about a concern afterwards.

What was typed is kept and shown again, whatever is wrong with it.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime

from concerns.asking import moments, telling
from concerns.asking.asked import Asked, TimeOfDay, Typed, Words, as_uid, choose
from concerns.asking.at_once import AskAtOnce
from concerns.asking.govuk import (
    Buttons,
    DayField,
    Details,
    Part,
    Press,
    Question,
    Say,
    Ticks,
    inside,
)
from concerns.asking.marks import MOST_MARKS, mark_rows
from concerns.asking.telling import Telling
from concerns.models import Account, Child, Person
from concerns.rules.words import About, Category, GoingHome, HowKnown, HowSure

MOST_CHILDREN = 60


class Picked(forms.Field):
    """Uids of children or staff, one hidden input each. The picker (JavaScript) draws them."""

    def __init__(self, target: str):
        super().__init__(
            required=False, widget=forms.MultipleHiddenInput(attrs={"data-target": target})
        )


class ConcernForm(Telling, AskAtOnce):
    """A concern about a child. Needed are: which child, what worried the writer or was told them,
    and whether they worry about the child going home. All else is optional and folded away."""

    child = Picked("#find")
    described = Words(
        "Describe the child",
        help_text="A name if you have one, about how old, what they looked like, who was there.",
    )
    account = Words(
        "What worried you?",
        help_text="What you saw and heard, in the order it happened. A few words are enough. You "
        "need no proof, and it may be only a feeling.",
    )
    going_home = choose(
        "Are you worried about them going home today?",
        GoingHome,
        needed="Say whether you are worried about them going home today",
    )
    danger = forms.BooleanField(
        label="Somebody is in danger now",
        required=False,
        help_text="This form rings nobody. Ring 999, stay with the child if it is safe, and find "
        "a safeguarding lead.",
    )
    happened_on = DayField(label="What day did it happen?", required=False)
    happened_at = TimeOfDay("At what time?")
    how_sure = choose("How sure are you of when?", HowSure, folded=True)
    place = Words("Where did it happen?", line=True)
    how_known = choose("How do you know?", HowKnown)
    child_words = Words(
        "The child's own words",
        help_text="Just as they were said, however few or rude.",
    )
    did_not_want_to_say = forms.BooleanField(label="The child did not want to say", required=False)
    asked = Words(
        "What exactly did you ask?",
        help_text="If you asked more than you meant to, that is all right. Write what you asked.",
    )
    who_else = Words("Who else was there, or knows?", line=True)
    explanation = Words("If somebody explained it, what did they say?")
    explained_by = Words("Who gave the explanation, and to whom?", line=True)
    involved = Picked("#find_involved")
    excluded = Picked("#find_excluded")
    may_mean = Words(
        "What do you think it may mean?",
        help_text="Your own view, kept apart from what you saw and heard.",
    )
    categories = choose(
        "Does any of these fit?",
        Category,
        many=True,
        help_text="Tick as many as you like, or none: the safeguarding lead will sort it.",
    )
    told_in_person = Words(
        "Have you told a safeguarding lead in person?", line=True, help_text="Whom, and when"
    )
    already_called = Words(
        "Have you rung 999, social care or anybody else?",
        line=True,
        help_text="Whom, when, and what they said. Anyone may ring; you need ask nobody first.",
    )

    helper = inside(
        Part("submit/picker.html", "child"),
        Details("The child is not on the roll, or you do not know the name",
                Question("described", rows=3)),
        Question("account", size="m", rows=8),
        # Asked here, before the optional questions, so that somebody who was only told does not
        # write it down first as something they saw.
        telling.unfolded(),
        Question("going_home", size="m", inline=True),
        "danger",
        Say("More, if you know it", "heading"),
        Say("All of this is optional. Open what helps, and leave the rest."),
        Details("When and where", "happened_on", Question("happened_at", width=5),
                "how_sure", "place"),
        Details("How you know, and what the child said",
                Question("how_known", small=True, hints={
                    HowKnown.FEELING: "That is enough by itself. Nothing else is needed."}),
                Say("Listen, and let them tell it their way: tell me, explain to me, describe to "
                    "me. Please do not promise to keep it secret. If you already have, do not "
                    "worry: tell the lead that too.", "inset"),
                Question("child_words", rows=3), "did_not_want_to_say", Question("asked", rows=3)),
        Part("submit/marks.html"),
        Details("Who else was there, and any explanation", "who_else",
                Question("explanation", rows=3), "explained_by"),
        Part("submit/involved.html", "involved"),
        Part("submit/excluded.html", "excluded"),
        Details("What you think it may mean", Question("may_mean", rows=3),
                Ticks("categories"), AskAtOnce.FGM_LAID),
        Details("What you have done already", "told_in_person", "already_called"),
        Buttons(Press("Send", value="send"),
                Press("Save and finish later", value="later", kind="secondary"),
                Press("This is about an adult who works here", value=About.ADULT,
                      kind="secondary")),
    )  # fmt: skip

    def __init__(
        self,
        typed: Typed,
        *,
        now: datetime,
        draft: uuid.UUID,
        chosen: Mapping[str, Child],
        colleagues: Mapping[str, Person],
        checked: bool = True,
        more_marks: int = 0,
    ):
        """`chosen`: the picked children who are on this school's roll, by uid. `colleagues`: the
        picked people who work here, by uid. `now`: when it is sent."""
        super().__init__(typed, checked=checked)
        self.draft, self.now, self.chosen = draft, localtime(now), chosen
        self.colleagues = colleagues
        self.marks = mark_rows(typed, checked, more_marks)

    def is_valid(self) -> bool:
        # A list, not a generator: every row is judged, so that all errors are shown at once.
        return all([super().is_valid(), *(row.is_valid() for row in self.marks)])

    @property
    def marks_open(self) -> bool:
        """Whether the marks are shown unfolded: one is filled in, or another row was asked for."""
        return len(self.marks) > 1 or self.marked or bool(self["cannot_move"].value())

    @property
    def marked(self) -> bool:
        return any(row.answered for row in self.marks)

    @property
    def room_for_marks(self) -> bool:
        return len(self.marks) < MOST_MARKS

    def clean_child(self) -> tuple[Child, ...]:
        return self._on_roll("child")

    def clean_involved(self) -> tuple[Child, ...]:
        about = self.cleaned_data.get("child", ())
        return tuple(child for child in self._on_roll("involved") if child not in about)

    def clean_excluded(self) -> tuple[Person, ...]:
        uids = {str(as_uid(uid)) for uid in self.cleaned_data["excluded"] or []}
        if not self.colleagues.keys() >= uids:
            raise ValidationError("Somebody you picked does not work here. Find them again")
        return tuple(person for uid, person in self.colleagues.items() if uid in uids)

    def _on_roll(self, name: str) -> tuple[Child, ...]:
        picked = self.cleaned_data[name] or []
        uids = list(dict.fromkeys(str(as_uid(uid)) for uid in picked))
        if not self.chosen.keys() >= set(uids):
            raise ValidationError(
                "A child you picked is not on this school's roll. Find them again, or describe them"
            )
        if len(uids) > MOST_CHILDREN:
            raise ValidationError(f"Pick at most {MOST_CHILDREN}, and name the others in words")
        return tuple(self.chosen[uid] for uid in uids)

    def clean(self):
        given = super().clean()
        if not (given.get("child") or given.get("described")) and not (
            {"child", "described"} & self.errors.keys()
        ):
            self.add_error("child", "Find the child, or describe one who is not on the roll")
        moments.not_ahead(self, "happened", self.now)
        self.check_told(given)
        self.judge_at_once(self.marked)
        return given

    def written(self) -> Account:
        """What was written, for `acts.submit`. The form must be valid."""
        given = dict(self.cleaned_data)
        marks = tuple(row.seen for row in self.marks if row.seen)
        if given["told_words"]:
            given["how_known"] = given["how_known"] or HowKnown.SOMEONE_TOLD
        given["children"], given["categories"] = given.pop("child"), tuple(given["categories"])
        return Account(marks=marks, **given)


class AboutForm(Asked):
    """The first question, before anything is written: is it about a child or an adult?"""

    about = choose("Who is it about?", About, needed="Say whether it is about a child or an adult")
    helper = inside(
        Question("about", size="l", heading=True, hints={
            About.ADULT: "A teacher, an assistant, a governor, a volunteer, a visitor who works "
            "with children here"}),
        Buttons(Press("Continue")),
    )  # fmt: skip


class ToldForm(Asked):
    """A child in danger now: whom the writer has told by voice."""

    whom = Words(
        "Whom did you tell?",
        line=True,
        needed="Write the name of the person you told",
        help_text="Somebody who has said that they have it",
    )
    at = TimeOfDay("At what time?")
    helper = inside("whom", Question("at", width=5), Buttons(Press("I have told them")))

    @property
    def words(self) -> str:
        whom, at = self.cleaned_data["whom"], self.cleaned_data["at"]
        return f"{whom}, at {at:%H:%M}" if at else whom


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


class ExcludeForm(Asked):
    """Excludes a colleague from a concern that was already sent."""

    person = forms.ChoiceField(label="Who must not see it?", required=False)
    helper = inside(Question("person", size="m"), Buttons(Press("Keep it from them")))

    def __init__(self, *args, staff: Mapping[str, Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff
        named = [(uid, f"{person.name}, {person.detail}") for uid, person in staff.items()]
        self.fields["person"].choices = [("", "Choose"), *named]

    def clean_person(self) -> Person:
        person = self.staff.get(self.cleaned_data["person"])
        if person is None:
            raise ValidationError("Choose who must not see it")
        return person
