"""The forms of the roll: the upload, the columns of a file, confirming an import, and answers."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from concerns.forms.base_form import DraftableForm, PostedFields, WordsField, choice_field
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.paper import csv_reading
from concerns.paper.contact_columns import (
    CONTACT_FIELDS,
    contact_key,
    contact_numbers,
)
from concerns.paper.csv_columns import PUPIL
from concerns.paper.csv_reading import NotATable
from concerns.paper.detail_columns import DETAILS
from concerns.roll import queries
from concerns.rules.words import RollAnswer

EMPTY = "This file is empty. Export it again, and check it before you upload it."
NO_FILE = "Choose a workbook or a CSV file"
TOO_LARGE = "This file is larger than 10 MB. Export fewer columns and try again."


class RollUploadForm(forms.Form):
    file = forms.FileField(
        label="The file",
        help_text="A workbook (.xlsx, .xls or .ods) or a CSV file, exported from your school's "
        "system. Up to 20,000 pupils and 10 MB.",
        allow_empty_file=True,
        error_messages={"required": NO_FILE, "missing": NO_FILE, "invalid": NO_FILE},
        widget=forms.FileInput(attrs={"accept": csv_reading.ACCEPTED}),
    )
    helper = lay_out_form("file", ButtonRow(SubmitButton("See what it would change")))

    def __init__(self, *given, too_large: bool = False, **more):
        super().__init__(*given, **more)
        if too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE

    def clean_file(self) -> str:
        """The text of the file. Sets `self.table` to its table."""
        content = self.cleaned_data["file"].read()
        if not content.strip(b"\0\t\r\n \xef\xbb\xbf"):
            raise ValidationError(EMPTY)
        try:
            text = csv_reading.decode_file(content, queries.count_pupil_headings)
            self.table = queries.parse_roll_table(text)
        except NotATable as wrong:
            raise ValidationError(str(wrong)) from wrong
        if len(self.table.headings) < 3:
            raise ValidationError(
                "This file has too few columns. It needs a line of headings, with at least "
                "surname, forename and date of birth."
            )
        return text


class ColumnsForm(forms.Form):
    """Which column of the file is which of ours: by position, as two may have the same heading."""

    def __init__(self, headings: tuple[str, ...], guess: Mapping[str, int], data=None):
        chosen = data if data and "surname" in data else {k: str(at) for k, at in guess.items()}
        super().__init__(chosen)
        choices = [("", "Not in this file"), *_column_choices(headings)]
        self.contact_keys = _contact_keys(headings, guess)
        for column in PUPIL:
            self.fields[column.key] = forms.ChoiceField(
                label=column.words,
                required=column.needed,
                choices=choices,
                error_messages={
                    "required": f"Choose the column that has the {column.words.lower()}",
                    "invalid_choice": "Choose a column from this file",
                },
            )

        self.further_keys = [column.key for column in DETAILS]
        for key in [*self.further_keys, *self.contact_keys]:
            self.fields[key] = forms.ChoiceField(
                label=queries.column_in_words(key),
                required=False,
                choices=choices,
                error_messages={"invalid_choice": "Choose a column from this file"},
            )
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
                self.add_error(key, "This column is already chosen above. Choose another column")
            elif at:
                taken.setdefault(at, key)
        return self.cleaned_data

    @property
    def has_wrong_contacts(self) -> bool:
        return any(key in self.errors for key in self.contact_keys)

    @property
    def has_wrong_details(self) -> bool:
        return any(key in self.errors for key in self.further_keys)

    @property
    def column_mapping(self) -> dict[str, int]:
        """{column key: position from 0}. Empty if the form is not valid."""
        if not self.is_valid():
            return {}
        return {key: int(at) for key, at in self.cleaned_data.items() if at}


def _contact_keys(headings: tuple[str, ...], guess: Mapping[str, int]) -> list[str]:
    """The columns of contacts to choose: of each contact that is recognised, else of the first two
    beside one another."""
    recognised = queries.guess_roll_columns(headings)
    numbers = contact_numbers({*guess, *recognised}) or [1, 2]
    return [contact_key(number, field.key) for number in numbers for field in CONTACT_FIELDS]


def _column_choices(headings: tuple[str, ...]) -> list[tuple[str, str]]:
    """(position, label). A missing or repeated heading gets its column number, from 1."""
    twice = {name for name in headings if headings.count(name) > 1}
    return [
        (
            str(at),
            f"{name or 'No heading'} (column {at + 1})" if name in twice or not name else name,
        )
        for at, name in enumerate(headings)
    ]


class ConfirmImportForm(forms.Form):
    """Confirms an import: the digest of the plan shown, and a tick box if there are doubts."""

    seen = forms.CharField(widget=forms.HiddenInput)
    sure = forms.BooleanField(
        required=False,
        label="This file is the whole roll of the school",
        help_text="I have checked what is said above.",
    )

    def __init__(self, data=None, *, seen: str = "", doubtful: bool = False):
        super().__init__(data, initial={"seen": seen})
        asked = [Question("sure")] if doubtful else []
        self.helper = lay_out_form("seen", *asked, ButtonRow(SubmitButton("Import", value="bring")))

    def with_error(self, words: str, on: str | None = None) -> "ConfirmImportForm":
        self.is_valid()
        self.add_error(on, words)
        return self


class RollAnswerForm(DraftableForm):
    answer = choice_field("Where is this pupil?", RollAnswer, needed="Say where this pupil is")
    destination = WordsField(
        "Where have they gone?",
        line=True,
        help_text="The next school and its town, or the country, or home education.",
    )
    left_on = DayField(
        label="Last day at this school",
        required=False,
        help_text="If this day is in the future, answer that they are still here.",
    )
    helper = lay_out_form(
        Question(
            "answer",
            hints={
                RollAnswer.LEFT: "Say below where they went, and their last day here.",
                RollAnswer.NOT_KNOWN: "We will ask again with the next file. Tell the "
                "safeguarding lead today: a child nobody has seen is a concern.",
            },
        ),
        TextBlock("If they have left", kind="heading"),
        "destination",
        "left_on",
        ButtonRow(SubmitButton("Save this answer")),
    )

    def __init__(self, typed: PostedFields | None = None, *, today: date, **more):
        super().__init__(typed, **more)
        self.today = today

    def clean(self):
        given = super().clean()
        if given.get("answer") != RollAnswer.LEFT:
            return given
        if not given.get("destination") and "destination" not in self.errors:
            self.add_error("destination", "Say where they have gone")
        elif len(given.get("destination", "")) > 200:
            self.add_error("destination", "Say it in 200 characters or fewer")
        last = given.get("left_on")
        if last is None and "left_on" not in self.errors:
            self.add_error("left_on", "Say the last day they were at this school")
        elif last and last > self.today:
            self.add_error("left_on", "This day is in the future. Answer that they are still here")
        return given
