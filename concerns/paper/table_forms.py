"""The forms that every file of rows has: its upload, and which of its columns is which of ours.

What is read of pupils, staff or earlier records is said by the forms of their rooms, which are
made from these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from concerns.forms.govuk_layout import ButtonRow, SubmitButton, lay_out_form
from concerns.paper.csv_reading import ACCEPTED, CsvFileTable, NotATable, decode_file
from concerns.paper.file_columns import columns_as_choices

EMPTY = "This file is empty. Export it again, and check it before you upload it."
NO_FILE = "Choose a workbook or a CSV file"
TOO_LARGE = "This file is larger than 10 MB. Export {fewer}, and upload it again"
TOO_FEW = "This file has too few columns. It needs a line of headings, with at least {needed}."
TAKEN = "This column is already chosen above. Choose another column"


@dataclass(frozen=True)
class TableReading:
    """How files of one kind are read. `count_headings`: how many of a line's cells are headings of
    such a file. `parse`: its text as a table. `decode`: its text, from its bytes and
    `count_headings`. Both raise NotATable. `accepted`: what the page's file chooser offers."""

    count_headings: Callable[[tuple[str, ...]], int]
    parse: Callable[[str], CsvFileTable]
    decode: Callable[[bytes, Callable[[tuple[str, ...]], int]], str] = decode_file
    accepted: str = ACCEPTED


class TableUploadForm(forms.Form):
    """Uploads a file of rows. Once it is valid, `table` is its table, and the answer its text."""

    file = forms.FileField(
        label="The file",
        allow_empty_file=True,
        error_messages={"required": NO_FILE, "missing": NO_FILE, "invalid": NO_FILE},
        widget=forms.FileInput,
    )

    # What a form made from this one says: what stands below the box, and on the button; how many
    # columns a file has at least, and which; and of what a smaller file would hold fewer.
    help_text: ClassVar[str]
    button: ClassVar[str]
    fewest_columns: ClassVar[int]
    needed: ClassVar[str]
    fewer: ClassVar[str]
    reading: ClassVar[TableReading]

    table: CsvFileTable

    def __init__(self, *given: Any, too_large: bool = False):
        super().__init__(*given)
        field = self.fields["file"]
        field.help_text = self.help_text
        field.widget.attrs["accept"] = self.reading.accepted
        if too_large:
            # The file itself was dropped while it came in.
            field.error_messages["required"] = TOO_LARGE.format(fewer=self.fewer)
        self.helper = lay_out_form("file", ButtonRow(SubmitButton(self.button)))

    @classmethod
    def from_request(cls, request: HttpRequest) -> Self:
        """The form as it was sent; empty, and not valid, if the page is only opened."""
        if request.method != "POST":
            return cls()
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        too_large = size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        return cls(request.POST, request.FILES, too_large=too_large)

    def clean_file(self) -> str:
        content = self.cleaned_data["file"].read()
        if not content.strip(b"\0\t\r\n \xef\xbb\xbf"):
            raise ValidationError(EMPTY)
        try:
            text = self.reading.decode(content, self.reading.count_headings)
            self.table = self.reading.parse(text)
        except NotATable as wrong:
            raise ValidationError(str(wrong)) from wrong
        if len(self.table.headings) < self.fewest_columns:
            raise ValidationError(TOO_FEW.format(needed=self.needed))
        return text

    @property
    def act_arguments(self) -> dict[str, Any]:
        return {"content": self.cleaned_data["file"], "rows": len(self.table.rows)}


class TableColumnsForm(forms.Form):
    """Which column of the file is which of ours: by position, as two may have the same heading."""

    # A field that is always sent with the form: without it, what was recognised counts.
    always_sent: ClassVar[str]

    def __init__(
        self,
        headings: tuple[str, ...],
        guess: Mapping[str, int],
        data: Mapping[str, str] | None = None,
    ):
        is_sent = data is not None and self.always_sent in data
        super().__init__(data if is_sent else {key: str(at) for key, at in guess.items()})
        self.choices = [("", "Not in this file"), *columns_as_choices(headings)]

    def add_column(self, key: str, words: str, *, needed: bool = False) -> None:
        self.fields[key] = forms.ChoiceField(
            label=words,
            required=needed,
            choices=self.choices,
            error_messages={
                "required": f"Choose the column for “{words}”",
                "invalid_choice": "Choose a column from this file",
            },
        )

    @property
    def chosen_columns(self) -> dict[str, int]:
        """{column key: position from 0} of what is chosen rightly, also if something is wrong."""
        self.is_valid()
        return {key: int(at) for key, at in self.cleaned_data.items() if at}

    @property
    def column_mapping(self) -> dict[str, int]:
        """{column key: position from 0}. Empty if the form is not valid."""
        return self.chosen_columns if self.is_valid() else {}
