"""The forms a writer fills in: the concern form, and what is asked about a concern afterwards.

What was typed is kept and shown again, whatever is wrong with it.
"""

import uuid
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime

from concerns.forms import past_moment, who_told_you
from concerns.forms.answers_as_text import answer_in_words
from concerns.forms.base_form import (
    DraftableForm,
    PostedFields,
    TimeOfDayField,
    WordsField,
    choice_field,
    parse_uuid,
    set_choices,
    share_fields,
)
from concerns.forms.body_marks import MOST_MARKS, build_mark_forms
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SingleTick,
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
from concerns.rules import typed_times
from concerns.rules.words import (
    GOING_HOME_ANSWERS,
    Category,
    ConcernSubject,
    HowKnown,
    HowSure,
)

MOST_CHILDREN = 60
TIME_HINT = "Like 14:30 or 2.30pm. 2.15 is read as 14:15: for the night, write 02:15"
NOT_INVOLVED = "A child picked as also involved is not on this school's roll. Ask who it is."
TOO_MANY_INVOLVED = "Also picked as involved: {}."
NOT_EXCLUDED = (
    "Somebody picked as one who must not see it does not work here, and nobody was recorded for "
    "them. Ask who it is."
)


class PickerField(forms.Field):
    """Uids of children or staff, one hidden input each. The picker (JavaScript) draws them."""

    def __init__(self, target: str):
        super().__init__(
            required=False, widget=forms.MultipleHiddenInput(attrs={"data-target": target})
        )


@share_fields
class ConcernForm(WhoToldYouQuestions, UrgentTickQuestions):
    """A concern about a child. Needed are: which child, what worried the writer or was told them,
    and whether they worry about the child going home. All else is optional and folded away, and
    stops nobody: what cannot be read is sent as it was written."""

    needed_answers = frozenset({"child", "described", "account", "going_home"})

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
        GOING_HOME_ANSWERS,
        needed="Say whether you are worried about them going home today",
    )
    danger = forms.BooleanField(
        label="Somebody is in danger now",
        required=False,
        help_text="This form does not ring anybody. Ring 999, stay with the child if it is safe, "
        "and find a safeguarding lead.",
    )
    happened_on = DayField(label="What day did it happen?", required=False)
    happened_at = TimeOfDayField("At what time?", asks=False, help_text=TIME_HINT)
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
            SingleTick("did_not_want_to_say"),
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
        TemplatePart("submit/draft_files.html"),
        ButtonRow(
            SubmitButton("Send", value="send"),
            SubmitButton("Save and finish later", value="later", kind="secondary"),
            SubmitButton("Add a file", value="files", kind="secondary"),
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
        at = self.data.get("happened_at", "")
        if typed_times.time_in_words(at) != at:
            asked = copy(self.fields["happened_at"])
            asked.help_text = f"{typed_times.time_in_words(at)}. {TIME_HINT}"
            self.fields["happened_at"] = asked

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
        picked = self._picked_uids("child")
        if not self.chosen.keys() >= set(picked):
            raise ValidationError(
                "A child you picked is not on this school's roll. Find them again, or describe them"
            )
        if len(picked) > MOST_CHILDREN:
            raise ValidationError(
                f"Pick at most {MOST_CHILDREN} children, and name the others in words"
            )
        return tuple(self.chosen[uid] for uid in picked)

    def clean_involved(self) -> tuple[Child, ...]:
        about = self.cleaned_data.get("child", ())
        picked = self._picked_uids("involved")
        found = [self.chosen[uid] for uid in picked if uid in self.chosen]
        involved = [child for child in found if child not in about]
        if len(found) < len(picked):
            self.unread.append(NOT_INVOLVED)
        if len(involved) > MOST_CHILDREN:
            names = ", ".join(child.label for child in involved[MOST_CHILDREN:])
            self.unread.append(TOO_MANY_INVOLVED.format(names))
        return tuple(involved[:MOST_CHILDREN])

    def clean_excluded(self) -> tuple[Person, ...]:
        picked = self._picked_uids("excluded")
        if not self.colleagues.keys() >= set(picked):
            self.unread.append(NOT_EXCLUDED)
        return tuple(one.person for uid, one in self.colleagues.items() if uid in picked)

    def _picked_uids(self, name: str) -> list[str]:
        """The uids picked, each once; "None" stands for what is no uid."""
        return list(dict.fromkeys(str(parse_uuid(uid)) for uid in self.cleaned_data[name] or []))

    def clean(self):
        given = super().clean()
        if not (given.get("child") or given.get("described")) and not (
            {"child", "described"} & self.errors.keys()
        ):
            self.add_error("child", "Find the child, or describe them if they are not on the roll")
        past_moment.check_not_future(self, "happened", self.now)
        self.check_who_told_you(given)
        self.check_urgent_ticks(self.has_marks)
        unread = self.keep_unread_answers()
        given["when_written"] = self._when_as_written(unread)
        return given

    def _when_as_written(self, unread: frozenset[str]) -> str:
        """When it happened as it was typed, if the day and time that are saved say less."""
        typed = {
            name: answer_in_words(self.fields[name], self[name].value())
            for name in ("happened_on", "happened_at")
        }
        said = [words for name, words in typed.items() if name in unread]
        at = typed["happened_at"]
        if at and "happened_at" not in unread and not typed_times.is_written_in_full(at):
            said.append(typed_times.time_in_words(at))
        return ", ".join(said)

    def to_account(self) -> Account:
        """What was written, for `acts.submit`. The form must be valid."""
        given = dict(self.cleaned_data)
        marks = tuple(row.to_mark_seen for row in self.marks if row.to_mark_seen)
        if given["told_words"]:
            given["how_known"] = given["how_known"] or HowKnown.SOMEONE_TOLD
        given["children"] = given.pop("child")
        given["categories"] = tuple(given["categories"])
        return Account(marks=marks, not_read="\n".join(self._notes_for_reader()), **given)

    def _notes_for_reader(self) -> Iterator[str]:
        yield from self.unread
        for number, row in enumerate(self.marks, 1):
            yield from (f"Mark {number}. {note}" for note in row.unread)


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
    at = WordsField("At what time?", line=True, help_text="Like 14:30 or 2.30pm")
    helper = lay_out_form(
        "whom", Question("at", width=5), ButtonRow(SubmitButton("I have told them"))
    )

    @property
    def told_in_words(self) -> str:
        """Whom, and when in the words typed: nothing about a time may hold this up."""
        whom = self.cleaned_data["whom"]
        typed = self.cleaned_data["at"]
        return f"{whom}, at {typed_times.time_in_words(typed)}" if typed else whom


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
