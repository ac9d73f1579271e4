"""The form with which somebody adds files to a concern."""

from collections.abc import Sequence
from typing import Any

from django import forms

from concerns.forms.govuk_layout import ButtonRow, SubmitButton, lay_out_form
from concerns.rules.attachments import ACCEPTED, FILES_TAKEN, NO_BODY_PHOTOGRAPHS

NO_FILE = "Choose a file"
# The value of the button that records what is in a form, and goes on to the files of it.
WITH_FILES = "files"


def button_with_files(label: str) -> SubmitButton:
    """The button beside `label`'s that does the same, and then asks for the files. They come after
    what was written, so that no file keeps it from being recorded."""
    return SubmitButton(f"{label}, and add a file", value=WITH_FILES, kind="secondary")


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)


class AddFilesForm(forms.Form):
    """Files alone. What is wrong with one of them is said in the list of the files."""

    added = forms.Field(
        label="Choose files",
        help_text=FILES_TAKEN,
        error_messages={"required": NO_FILE},
        widget=ManyFilesInput(attrs={"accept": ACCEPTED, "multiple": True}),
    )
    helper = lay_out_form("added", ButtonRow(SubmitButton("Add", value="add")))

    no_body_photographs = NO_BODY_PHOTOGRAPHS

    def __init__(self, uploads: Sequence[Any], *, pressed: bool):
        """`uploads`: the files of the form that was sent, if it was (`pressed`)."""
        super().__init__({"added": uploads} if pressed else None)
