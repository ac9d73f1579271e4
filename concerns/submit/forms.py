"""The forms a writer fills in: the concern form, and what is asked about a concern afterwards.

What was typed is kept and shown again, whatever is wrong with it.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime

from concerns.forms import past_moment, who_told_you
from concerns.forms.base_form import (
    DraftableForm,
    PostedFields,
    TimeOfDayField,
    WordsField,
    choice_field,
    parse_uuid,
    set_choices,
)
from concerns.forms.body_marks import MOST_MARKS, build_mark_forms
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SubmitButton,
    TemplatePart,
    TextBlock,
    TickList,
    lay_out_form,
)
from concerns.forms.urgent_ticks import UrgentTickQuestions
from concerns.forms.who_told_you import WhoToldYouQuestions
from concerns.models import Account, Child, Person
from concerns.reading.pickers import Colleague
from concerns.rules.words import Category, ConcernSubject, GoingHome, HowKnown, HowSure

MOST_CHILDREN = 60


class PickerField(forms.Field):
    """Uids of children or staff, one hidden input each. The picker (JavaScript) draws them."""

    def __init__(self, target: str):
        super().__init__(
            required=False, widget=forms.MultipleHiddenInput(attrs={"data-target": target})
        )


class ConcernForm(WhoToldYouQuestions, UrgentTickQuestions):
    """A concern about a child. Needed are: which child, what worried the writer or was told them,
    and whether they worry about the child going home. All else is optional and folded away."""

    child = PickerField("#find")
    described = WordsField(
        "Describe the child",
        help_text="Their name if you know it, their age, what they looked like and who was with "
        "them.",
    )
    account = WordsField(
        "What worried you?",
        help_text="What you saw and heard, in the order it happened. A few words are enough. You "
        "do not need proof: a feeling is enough.",
    )
    going_home = choice_field(
        "Are you worried about them going home today?",
        GoingHome,
        needed="Say whether you are worried about them going home today",
    )
    danger = forms.BooleanField(
        label="Somebody is in danger now",
        required=False,
        help_text="This form does not ring anybody. Ring 999, stay with the child if it is safe, "
        "and find a safeguarding lead.",
    )
    happened_on = DayField(label="What day did it happen?", required=False)
    happened_at = TimeOfDayField("At what time?")
    how_sure = choice_field("How sure are you of when?", HowSure, folded=True)
    place = WordsField("Where did it happen?", line=True)
    how_known = choice_field("How do you know?", HowKnown)
    child_words = WordsField(
        "The child's own words",
        help_text="Exactly as they said them, even if they are few or rude.",
    )
    did_not_want_to_say = forms.BooleanField(label="The child did not want to say", required=False)
    asked = WordsField(
        "What exactly did you ask?",
        help_text="If you asked more than you meant to, that is all right. Write what you asked.",
    )
    who_else = WordsField("Who else was there, or knows about it?", line=True)
    explanation = WordsField("If somebody explained it, what did they say?")
    explained_by = WordsField("Who gave the explanation, and who did they give it to?", line=True)
    involved = PickerField("#find_involved")
    excluded = PickerField("#find_excluded")
    may_mean = WordsField(
        "What do you think it may mean?",
        help_text="Your own opinion. It is kept separate from what you saw and heard.",
    )
    categories = choice_field(
        "Do any of these fit?",
        Category,
        many=True,
        help_text="Tick as many as you like, or none. The safeguarding lead will decide.",
    )
    told_in_person = WordsField(
        "Have you told a safeguarding lead in person?",
        line=True,
        help_text="Who you told, and when",
    )
    already_called = WordsField(
        "Have you rung 999, social care or anybody else?",
        line=True,
        help_text="Who you rang, when, and what they said. Anyone may ring. "
        "You do not need permission.",
    )

    helper = lay_out_form(
        TemplatePart("parts/picker.html", "child"),
        Details(
            "The child is not on the roll, or you do not know the name",
            Question("described", rows=3),
        ),
        Question("account", size="m", rows=8),
        # Asked here, before the optional questions, so that somebody who was only told does not
        # write it down first as something they saw.
        who_told_you.who_told_you_details(),
        Question("going_home", size="m", inline=True),
        "danger",
        TextBlock("More details, if you know them", "heading"),
        TextBlock("All of this is optional. Open any part you need."),
        Details(
            "When and where", "happened_on", Question("happened_at", width=5), "how_sure", "place"
        ),
        Details(
            "How you know, and what the child said",
            Question(
                "how_known",
                small=True,
                hints={HowKnown.FEELING: "This is enough on its own."},
            ),
            TextBlock(
                "Listen, and let them tell it their way: tell me, explain to me, describe to "
                "me. Please do not promise to keep it secret. If you already have, do not "
                "worry: tell the lead that too.",
                "inset",
            ),
            Question("child_words", rows=3),
            "did_not_want_to_say",
            Question("asked", rows=3),
        ),
        TemplatePart("submit/marks.html"),
        Details(
            "Who else was there, and any explanation",
            "who_else",
            Question("explanation", rows=3),
            "explained_by",
        ),
        TemplatePart("submit/involved.html", "involved"),
        TemplatePart("submit/excluded.html", "excluded"),
        Details(
            "What you think it may mean",
            Question("may_mean", rows=3),
            TickList("categories"),
            UrgentTickQuestions.FGM_LAID,
        ),
        Details("What you have done already", "told_in_person", "already_called"),
        ButtonRow(
            SubmitButton("Send", value="send"),
            SubmitButton("Save and finish later", value="later", kind="secondary"),
            SubmitButton(
                "This is about an adult who works here",
                value=ConcernSubject.ADULT,
                kind="secondary",
            ),
        ),
    )

    def __init__(
        self,
        typed: PostedFields,
        *,
        now: datetime,
        draft: uuid.UUID,
        chosen: Mapping[str, Child],
        colleagues: Mapping[str, Colleague],
        checked: bool = True,
        more_marks: int = 0,
    ):
        """`chosen`: the picked children who are on this school's roll, by uid. `colleagues`: the
        picked people who work here, by uid. `now`: when it is sent."""
        super().__init__(typed, checked=checked)
        self.draft = draft
        self.now = localtime(now)
        self.chosen = chosen
        self.colleagues = colleagues
        self.marks = build_mark_forms(typed, checked, more_marks)

    def is_valid(self) -> bool:
        # A list, not a generator: every row is judged, so that all errors are shown at once.
        return all([super().is_valid(), *(row.is_valid() for row in self.marks)])

    @property
    def is_showing_marks(self) -> bool:
        """Whether the marks are shown unfolded: one is filled in, or another row was asked for."""
        return len(self.marks) > 1 or self.has_marks or bool(self["cannot_move"].value())

    @property
    def has_marks(self) -> bool:
        return any(row.has_any_answer for row in self.marks)

    @property
    def has_room_for_marks(self) -> bool:
        return len(self.marks) < MOST_MARKS

    def clean_child(self) -> tuple[Child, ...]:
        return self._clean_children_on_roll("child")

    def clean_involved(self) -> tuple[Child, ...]:
        about = self.cleaned_data.get("child", ())
        return tuple(
            child for child in self._clean_children_on_roll("involved") if child not in about
        )

    def clean_excluded(self) -> tuple[Person, ...]:
        uids = {str(parse_uuid(uid)) for uid in self.cleaned_data["excluded"] or []}
        if not self.colleagues.keys() >= uids:
            raise ValidationError("Somebody you picked no longer works here. Find them again")
        return tuple(one.person for uid, one in self.colleagues.items() if uid in uids)

    def _clean_children_on_roll(self, name: str) -> tuple[Child, ...]:
        picked = self.cleaned_data[name] or []
        uids = list(dict.fromkeys(str(parse_uuid(uid)) for uid in picked))
        if not self.chosen.keys() >= set(uids):
            raise ValidationError(
                "A child you picked is not on this school's roll. Find them again, or describe them"
            )
        if len(uids) > MOST_CHILDREN:
            raise ValidationError(
                f"Pick at most {MOST_CHILDREN} children, and name the others in words"
            )
        return tuple(self.chosen[uid] for uid in uids)

    def clean(self):
        given = super().clean()
        if not (given.get("child") or given.get("described")) and not (
            {"child", "described"} & self.errors.keys()
        ):
            self.add_error("child", "Find the child, or describe them if they are not on the roll")
        past_moment.check_not_future(self, "happened", self.now)
        self.check_who_told_you(given)
        self.check_urgent_ticks(self.has_marks)
        return given

    def to_account(self) -> Account:
        """What was written, for `acts.submit`. The form must be valid."""
        given = dict(self.cleaned_data)
        marks = tuple(row.to_mark_seen for row in self.marks if row.to_mark_seen)
        if given["told_words"]:
            given["how_known"] = given["how_known"] or HowKnown.SOMEONE_TOLD
        given["children"] = given.pop("child")
        given["categories"] = tuple(given["categories"])
        return Account(marks=marks, **given)


class SubjectForm(DraftableForm):
    """The first question, before anything is written: is it about a child or an adult?"""

    about = choice_field(
        "Who is it about?", ConcernSubject, needed="Say whether it is about a child or an adult"
    )
    helper = lay_out_form(
        Question(
            "about",
            size="l",
            heading=True,
            hints={
                ConcernSubject.ADULT: "A teacher, an assistant, a governor, a volunteer, "
                "a visitor who works with children here"
            },
        ),
        ButtonRow(SubmitButton("Continue")),
    )


class WhomToldForm(DraftableForm):
    """A child in danger now: whom the writer has told by voice."""

    whom = WordsField(
        "Who did you tell?",
        line=True,
        needed="Write the name of the person you told",
        help_text="Somebody who has said that they will deal with it",
    )
    at = TimeOfDayField("At what time?")
    helper = lay_out_form(
        "whom", Question("at", width=5), ButtonRow(SubmitButton("I have told them"))
    )

    @property
    def told_in_words(self) -> str:
        whom = self.cleaned_data["whom"]
        at = self.cleaned_data["at"]
        return f"{whom}, at {at:%H:%M}" if at else whom


class KeepOutForm(DraftableForm):
    """Excludes a colleague from a concern that was already sent."""

    person = forms.ChoiceField(
        label="Who must not see it?",
        required=False,
        error_messages={"invalid_choice": "Choose who must not see it"},
    )
    helper = lay_out_form(
        Question("person", size="m"), ButtonRow(SubmitButton("Stop them seeing it"))
    )

    def __init__(self, *args, staff: Mapping[str, Colleague], **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff
        named = [(uid, colleague.name_with_detail) for uid, colleague in staff.items()]
        set_choices(self.fields["person"], [("", "Choose"), *named])

    def clean_person(self) -> Person:
        colleague = self.staff.get(self.cleaned_data["person"])
        if colleague is None:
            raise ValidationError("Choose who must not see it")
        return colleague.person
