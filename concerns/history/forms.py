"""The forms by which earlier records are brought in: the upload, the columns, and confirming."""

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError

from concerns.forms.govuk_layout import ButtonRow, Question, SubmitButton, lay_out_form
from concerns.history import queries
from concerns.paper import csv_reading
from concerns.paper.csv_reading import NotATable
from concerns.paper.history_matching import HistoryPlan, KnownChild, WhoseLines
from concerns.paper.history_rows import HISTORY, WHOSE, count_history_headings
from concerns.rules.wording import format_date_or_time

EMPTY = "This file is empty. Export it again, and check it before you upload it."
NO_FILE = "Choose a workbook or a CSV file"
TOO_LARGE = "This file is larger than 10 MB. Export fewer years at a time"
NOT_WHOSE = "Choose at least one column that says which child a line is about"
ANSWER = "whose-"


class HistoryUploadForm(forms.Form):
    file = forms.FileField(
        label="The file",
        help_text="A workbook (.xlsx, .xls or .ods) or a CSV file with a dated line in each row. Up"
        " to 20,000 lines and 10 MB: export a few years at a time if there are more.",
        allow_empty_file=True,
        error_messages={"required": NO_FILE, "missing": NO_FILE, "invalid": NO_FILE},
        widget=forms.FileInput(attrs={"accept": csv_reading.ACCEPTED}),
    )
    helper = lay_out_form("file", ButtonRow(SubmitButton("See what it would bring in")))

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
            text = csv_reading.decode_file(content, count_history_headings)
            self.table = queries.parse_history_table(text)
        except NotATable as wrong:
            raise ValidationError(str(wrong)) from wrong
        if len(self.table.headings) < 3:
            raise ValidationError(
                "This file has too few columns. It needs a line of headings, and columns that say "
                "which child, when and what."
            )
        return text


class HistoryColumnsForm(forms.Form):
    """Which column of the file is which of ours: by position, as two may have the same heading."""

    helper = lay_out_form(*(column.key for column in HISTORY))

    def __init__(self, headings: tuple[str, ...], guess: Mapping[str, int], data=None):
        chosen = data if data and "words" in data else {k: str(at) for k, at in guess.items()}
        super().__init__(chosen)
        choices = [("", "Not in this file"), *_column_choices(headings)]
        for column in HISTORY:
            self.fields[column.key] = forms.ChoiceField(
                label=column.words,
                required=column.needed,
                choices=choices,
                error_messages={
                    "required": f"Choose the column that has the {column.words.lower()}",
                    "invalid_choice": "Choose a column from this file",
                },
            )

    def clean(self):
        taken: set[str] = set()
        for column in HISTORY:
            at = self.cleaned_data.get(column.key)
            # A moment, "17/05/2021 14:30", may be both the date and the time.
            if at and at in taken and column.key != "at":
                self.add_error(column.key, "This column is already chosen above. Choose another")
            elif at:
                taken.add(at)
        if not any(self.cleaned_data.get(key) for key in WHOSE):
            self.add_error("name", NOT_WHOSE)
        return self.cleaned_data

    @property
    def column_mapping(self) -> dict[str, int]:
        """{column key: position from 0}. Empty if the form is not valid."""
        if not self.is_valid():
            return {}
        return {key: int(at) for key, at in self.cleaned_data.items() if at}


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


class ConfirmHistoryForm(forms.Form):
    """Confirms that a file is brought in: the digest of the plan shown, the system it comes from,
    and whose the lines are that match no one child."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    source = forms.CharField(
        label="Which system does this file come from?",
        help_text="Its name, as people here know it. It will stand with every line.",
        max_length=60,
        error_messages={
            "required": "Say which system this file comes from",
            "max_length": "Say it in 60 characters or fewer",
        },
    )

    def __init__(self, data=None, *, plan: HistoryPlan):
        super().__init__(data, initial={"seen": plan.plan_digest})
        names = []
        for place, asked in enumerate(plan.asked):
            name = f"{ANSWER}{place}"
            names.append(name)
            self.fields[name] = forms.ChoiceField(
                label=_ask_whose(asked),
                required=False,
                choices=[
                    ("", "Leave these lines out"),
                    *((str(child.uid), _name_with_note(asked, child)) for child in asked.offered),
                ],
                error_messages={"invalid_choice": "Choose one of these children, or leave it out"},
            )
        button = SubmitButton("Bring these lines in", value="bring")
        self.helper = lay_out_form("seen", *names, Question("source", width=20), ButtonRow(button))

    @property
    def answers(self) -> dict[int, str]:
        """{place among those asked: uid of the child}. Only of a valid form."""
        return {
            int(name.removeprefix(ANSWER)): said
            for name, said in self.cleaned_data.items()
            if name.startswith(ANSWER) and said
        }

    def with_error(self, words: str) -> "ConfirmHistoryForm":
        self.add_error("source", words)
        return self


def _name_with_note(asked: WhoseLines, child: KnownChild) -> str:
    here = child.pk in asked.here
    return f"{child.name_told_apart} (has these lines already)" if here else child.name_told_apart


def _ask_whose(asked: WhoseLines) -> str:
    """ "Whose are the 3 lines about Ana Cole, born 3 May 2015?" """
    first = asked.first
    born = f"born {format_date_or_time(first.born)}" if first.born else ""
    upn = f"UPN {first.upn}" if first.upn else ""
    who = ", ".join(filter(None, [first.name_in_file or "somebody", born, upn]))
    number = len(asked.lines)
    return (
        f"Whose {'are the' if number > 1 else 'is the'} {number} line{'s'[: number > 1]} on {who}?"
    )
