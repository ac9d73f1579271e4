"""The forms of the roll: a file and its columns, answers about missing pupils, one by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from concerns.forms.base_form import (
    WRONG,
    DraftableForm,
    PostedFields,
    WordsField,
    choice_field,
    parse_uuid,
)
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.models import RollQuestion
from concerns.paper.contact_columns import (
    CONTACT_FIELDS,
    contact_key,
    contact_numbers,
)
from concerns.paper.csv_columns import PUPIL
from concerns.paper.csv_reading import ACCEPTED
from concerns.paper.ctf_reading import decode_roll_file
from concerns.paper.detail_columns import DETAILS
from concerns.paper.pupil_form import PupilForm
from concerns.paper.pupil_rows import PupilLine
from concerns.paper.roll_matching import FIELDS, RollImportPlan
from concerns.paper.table_forms import TAKEN, TableColumnsForm, TableReading, TableUploadForm
from concerns.roll import queries
from concerns.roll.acts import AnsweredPupil
from concerns.rules.leaving import (
    PLACE_HINT,
    PLACE_QUESTION,
    SCHOOL_HINT,
    PupilAnswer,
    find_leaver_fault,
    reason_for,
    roll_answer_for,
)
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import SamePupil
from concerns.workflow.leaving import Leaver

NOT_KNOWN_HINT = (
    "This sends the safeguarding lead a concern in your name at once, unless the one sent earlier "
    "is still open. We ask again with the next file."
)
HOME_EDUCATION_HINT = "This sends the safeguarding lead a concern in your name at once."
TWO_SCHOOLS = (
    "You chose “Year's end: to the school named above” and also wrote a school here. Choose "
    "“Another school”, or clear what you wrote here"
)
ANSWERED_MEANWHILE = (
    "Somebody answered for some of these pupils while this page was open, so they are no longer "
    "here. Nothing was recorded. Check the list and press the button again."
)


class RollUploadForm(TableUploadForm):
    help_text = (
        "A workbook (.xlsx, .xls or .ods), a CSV file or a Common Transfer File (CTF, .xml), "
        "exported from your school's system. Up to 20,000 pupils and 10 MB."
    )
    button = "See what it would change"
    fewest_columns = 3
    needed = "surname, forename and date of birth"
    fewer = "fewer columns, or a CTF without attendance and assessments"
    reading = TableReading(
        queries.count_pupil_headings,
        queries.parse_roll_table,
        decode_roll_file,
        accepted=f"{ACCEPTED},.xml,text/xml,application/xml",
    )


class ColumnsForm(TableColumnsForm):
    always_sent = "surname"

    def __init__(self, headings: tuple[str, ...], guess: Mapping[str, int], data=None):
        super().__init__(headings, guess, data)
        # What a Common Transfer File is of, as `build_roll_plan` takes it.
        self.coverage = (data or {}).get("coverage", "")
        self.contact_keys = _contact_keys(headings, guess)
        for column in PUPIL:
            self.add_column(column.key, column.words, needed=column.needed)
        self.further_keys = [column.key for column in DETAILS]
        for key in [*self.further_keys, *self.contact_keys]:
            self.add_column(key, queries.column_in_words(key))
        self.helper = lay_out_form(*(column.key for column in PUPIL))
        self.further_helper = lay_out_form(*self.further_keys)
        self.contacts_helper = lay_out_form(*self.contact_keys)

    def clean(self):
        taken: dict[str, str] = {}
        further = (*self.further_keys, *self.contact_keys)
        for key in [*(column.key for column in PUPIL), *further]:
            at = self.cleaned_data.get(key)
            # One column with full names, "Surname, Forename", may be both surname and forename.
            if at and at in taken and (taken[at], key) != ("surname", "forename"):
                self.add_error(key, TAKEN)
            elif at:
                taken.setdefault(at, key)
        return self.cleaned_data

    @property
    def has_wrong_contacts(self) -> bool:
        return any(key in self.errors for key in self.contact_keys)

    @property
    def has_wrong_details(self) -> bool:
        return any(key in self.errors for key in self.further_keys)


def _contact_keys(headings: tuple[str, ...], guess: Mapping[str, int]) -> list[str]:
    """The columns of contacts to choose: of each contact that is recognised, else of the first two
    beside one another."""
    recognised = queries.guess_roll_columns(headings)
    numbers = contact_numbers({*guess, *recognised}) or [1, 2]
    return [contact_key(number, field.key) for number in numbers for field in CONTACT_FIELDS]


class ConfirmImportForm(forms.Form):
    """Confirms an import: the digest of the plan shown, and a tick box if there are doubts."""

    seen = forms.CharField(widget=forms.HiddenInput)
    sure = forms.BooleanField(
        required=False,
        label="This file is the whole roll of the school",
        help_text="I have checked what is said above.",
    )

    def __init__(self, data=None, *, seen: str = "", doubtful: bool = False, of_some: bool = False):
        super().__init__(data, initial={"seen": seen})
        if of_some:
            self.fields["sure"].label = "These pupils belong to this school"
        asked = [Question("sure")] if doubtful else []
        self.helper = lay_out_form("seen", *asked, ButtonRow(SubmitButton("Import", value="bring")))

    @classmethod
    def for_plan(cls, plan: RollImportPlan, refused: str = "") -> Self:
        """The form below `plan`. `refused`: why it was not imported, if it was just confirmed."""
        if not refused:
            doubtful = bool(plan.doubts)
            return cls(seen=plan.plan_digest, doubtful=doubtful, of_some=plan.of_some)
        form = cls({"seen": plan.plan_digest}, doubtful=True, of_some=plan.of_some)
        form.add_error("sure", refused)
        return form


class TakeBackForm(DraftableForm):
    sure = forms.BooleanField(
        label="None of these pupils should be on the roll",
        error_messages={"required": "Tick the box if none of these pupils should be on the roll"},
    )
    helper = lay_out_form(
        Question("sure"), ButtonRow(SubmitButton("Take them off the roll", kind="warning"))
    )

    @property
    def act_arguments(self) -> dict[str, Any]:
        return {}


ADDRESS = "Its address or e-mail, if you have it"
SAY_WHERE = "Say where this pupil is"


class PupilAnswerForm(DraftableForm):
    """Where one pupil is who was missing from a roll file."""

    answer = forms.ChoiceField(
        label="Where is this pupil?",
        widget=forms.RadioSelect,
        choices=[
            (word.value, word.label) for word in PupilAnswer if word is not PupilAnswer.YEARS_END
        ],
        error_messages={"required": SAY_WHERE, "invalid_choice": WRONG},
    )
    place = WordsField(PLACE_QUESTION, line=True, help_text=PLACE_HINT)
    address = WordsField(ADDRESS, line=True)
    left_on = DayField(
        label="Last day at this school",
        required=False,
        help_text="If this day is in the future, answer that they are still here.",
    )
    helper = lay_out_form(
        Question(
            "answer",
            hints={
                PupilAnswer.NOT_KNOWN: NOT_KNOWN_HINT,
                PupilAnswer.HOME_EDUCATION: HOME_EDUCATION_HINT,
            },
        ),
        TextBlock("If they have left", kind="heading"),
        "place",
        "address",
        "left_on",
        ButtonRow(SubmitButton("Save this answer")),
    )

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        question: RollQuestion,
        today: date,
        **more: Any,
    ):
        super().__init__(typed, **more)
        self.question = question
        self.today = today

    def clean(self):
        given = super().clean()
        if given.get("answer"):
            self._check_leaver(PupilAnswer(given["answer"]))
        return given

    def _check_leaver(self, said: PupilAnswer) -> None:
        reason = reason_for(said)
        if reason is None:
            return
        last = self.cleaned_data.get("left_on")
        if last is None and "left_on" not in self.errors:
            self.add_error("left_on", "Enter the last day they were at this school")
        elif last and last > self.today:
            self.add_error("left_on", "This day is in the future. Answer that they are still here")
        fault = find_leaver_fault(reason, self.cleaned_data.get("place", ""), None, self.today)
        if fault and "place" not in self.errors:
            self.add_error("place", fault.rstrip("."))

    @property
    def act_arguments(self) -> dict:
        given = self.cleaned_data
        said = PupilAnswer(given["answer"])
        one = _answered_pupil(
            self.question, said, given["left_on"], given["place"], given["address"]
        )
        return {"answers": [one]}


def _answered_pupil(
    question: RollQuestion, said: PupilAnswer, left_on: date | None, place: str, address: str
) -> AnsweredPupil:
    reason = reason_for(said)
    leaver = Leaver(question.child, reason, left_on, place, address) if reason else None
    return AnsweredPupil(question, roll_answer_for(said), leaver)


@dataclass(frozen=True)
class MissingPupilBoxes:
    """The boxes of one pupil in the form of many."""

    question: RollQuestion
    answer: forms.BoundField
    place: forms.BoundField
    address: forms.BoundField


class MissingPupilsForm(DraftableForm):
    """Where many pupils are: those who left in the summer, answered at once.

    The last day and the school that most of them go to are asked once. A pupil without an answer
    is left for another time. `gone`: for how many of those who were answered for here somebody has
    answered meanwhile.
    """

    left_on = DayField(
        label="Last day at this school, of everyone who left",
        required=False,
        help_text="For a pupil with another last day, leave the answer empty here and use their "
        "own page.",
    )
    school = WordsField("The school that most of them go to", line=True, help_text=SCHOOL_HINT)
    school_address = WordsField(ADDRESS, line=True)
    helper = lay_out_form("left_on", "school", "school_address")

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        questions: Sequence[RollQuestion],
        gone: int,
        today: date,
        **more: Any,
    ):
        super().__init__(typed, **more)
        self.questions = questions
        self.gone = gone
        self.today = today
        choices = [("", "Not answered yet"), *PupilAnswer.choices()]
        for question in questions:
            self.fields[f"answer_{question.uid}"] = forms.ChoiceField(
                label="Where is this pupil?",
                required=False,
                choices=choices,
                error_messages={"invalid_choice": WRONG},
            )
            self.fields[f"place_{question.uid}"] = WordsField(PLACE_QUESTION, line=True)
            self.fields[f"address_{question.uid}"] = WordsField(ADDRESS, line=True)

    @property
    def rows(self) -> list[MissingPupilBoxes]:
        return [
            MissingPupilBoxes(
                question,
                self[f"answer_{question.uid}"],
                self[f"place_{question.uid}"],
                self[f"address_{question.uid}"],
            )
            for question in self.questions
        ]

    def clean(self):
        super().clean()
        if self.gone:
            self.add_error(None, ANSWERED_MEANWHILE)
        said = [self._answer_for(question) for question in self.questions]
        if not any(said):
            self.add_error(None, "Choose an answer for at least one pupil.")
        for question in self.questions:
            self._check_row(question)
        last = self.cleaned_data.get("left_on")
        leaves = any(one and reason_for(one) for one in said)
        if leaves and last is None and "left_on" not in self.errors:
            self.add_error("left_on", "Enter the last day at this school")
        elif last and last > self.today:
            self.add_error("left_on", "This day is in the future. Enter the day on which they left")
        return self.cleaned_data

    def _answer_for(self, question: RollQuestion) -> PupilAnswer | None:
        value = self.cleaned_data.get(f"answer_{question.uid}")
        return PupilAnswer(value) if value else None

    def _where(self, question: RollQuestion, said: PupilAnswer) -> tuple[str, str]:
        """The place and its address that stand for a pupil: their own, or those of everybody."""
        given = self.cleaned_data
        if said is PupilAnswer.YEARS_END:
            return given.get("school", ""), given.get("school_address", "")
        place = given.get(f"place_{question.uid}", "")
        return place, given.get(f"address_{question.uid}", "")

    def _check_row(self, question: RollQuestion) -> None:
        said = self._answer_for(question)
        own = self.cleaned_data.get(f"place_{question.uid}", "")
        if said is None:
            if own and f"answer_{question.uid}" not in self.errors:
                self.add_error(f"answer_{question.uid}", SAY_WHERE)
            return
        reason = reason_for(said)
        if said is PupilAnswer.YEARS_END and own:
            self.add_error(f"answer_{question.uid}", TWO_SCHOOLS)
        elif reason:
            box = "school" if said is PupilAnswer.YEARS_END else f"place_{question.uid}"
            fault = find_leaver_fault(reason, self._where(question, said)[0], None, self.today)
            if fault and box not in self.errors:
                whose = "" if box == "school" else f"{question.child.name}: "
                self.add_error(box, f"{whose}{fault.rstrip('.')}")

    @property
    def act_arguments(self) -> dict:
        answers = []
        for question in self.questions:
            said = self._answer_for(question)
            if said:
                where = self._where(question, said)
                answers.append(
                    _answered_pupil(question, said, self.cleaned_data["left_on"], *where)
                )
        return {"answers": answers}


def read_answered_uids(posted: Mapping[str, Sequence[str]]) -> list[UUID]:
    """The questions whose boxes are in a form of many pupils that was sent."""
    written = (name.removeprefix("answer_") for name in posted if name.startswith("answer_"))
    return [uid for uid in map(parse_uuid, written) if uid]


class AddPupilForm(PupilForm):
    """A pupil who is not on the roll yet. Who they are is asked once it is not clear."""

    entry = DayField(
        label="First day here", required=False, help_text="Leave it empty if it is today."
    )
    who = choice_field("Who is it?", SamePupil)

    def __init__(self, typed: PostedFields | None = None, **more: Any):
        super().__init__(typed, **more)
        self.asks_who = bool(typed and typed.data.get("who"))

    @property
    def helper(self):
        asked = [Question("who")] if self.asks_who else []
        press = ButtonRow(SubmitButton("Add this pupil"))
        return lay_out_form(*self.LAID, "entry", *asked, press)

    def clean(self):
        given = super().clean()
        if given.get("entry") and given["entry"] > self.today:
            self.add_error("entry", "This day is in the future. Add the pupil on their first day")
        return given

    @property
    def act_arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        who = given.pop("who")
        return {"pupil": PupilLine(line=0, **given), "who": who}


class CorrectPupilForm(PupilForm):
    """What the roll says of `pupil`, to be corrected. Clearing a value is asked about."""

    clears = forms.BooleanField(required=False, label="Clear what I emptied")

    def __init__(
        self, typed: PostedFields | None = None, *, before: Mapping[str, Any], **more: Any
    ):
        super().__init__(typed, initial=dict(before), **more)
        self.before = before

    @property
    def emptied(self) -> list[str]:
        """The fields that say something on the roll and are empty in the form as it was typed."""
        if not self.is_bound:
            return []
        return [
            name
            for name in FIELDS
            if name != "born" and self.before[name] and not self.data.get(name, "").strip()
        ]

    @property
    def helper(self):
        asked = [Question("clears")] if self.emptied else []
        return lay_out_form(*self.LAID, *asked, ButtonRow(SubmitButton("Save")))

    def list_differences(self) -> list[tuple[str, str]]:
        """(label, what the roll says now) of each answer that is another than the roll's."""
        words = {**self.before, "born": format_date_or_time(self.before["born"])}
        return [
            (str(self.fields[name].label), words[name] or "nothing")
            for name in FIELDS
            if self._typed_answer(name) != self.before[name]
        ]

    def _typed_answer(self, name: str) -> str | date | None:
        if name in self.cleaned_data:
            return self.cleaned_data[name]
        if name != "born":
            return self.data.get(name, "").strip()
        try:
            return self.fields[name].clean(self[name].data)
        except ValidationError:
            return None

    def clean(self):
        given = super().clean()
        emptied = [name for name in self.emptied if name not in self.errors]
        if emptied and not given.get("clears"):
            names = ", ".join(str(self.fields[name].label) for name in emptied)
            self.add_error("clears", f"Tick the box if this is to be cleared: {names}")
        return given

    @property
    def act_arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"clears": given.pop("clears"), "said": given}
