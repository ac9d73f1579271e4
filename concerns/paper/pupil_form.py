"""The form of what the roll says of one pupil, each answer read as a cell of a roll file is."""

import unicodedata
from datetime import date
from typing import Any

from concerns.forms.base_form import DraftableForm, PostedFields, ShortTextField
from concerns.forms.govuk_layout import DayField, Question
from concerns.paper.csv_columns import year_group_in_words
from concerns.paper.csv_reading import tidy_cell, unreadable_letters
from concerns.paper.pupil_rows import find_birth_date_fault, find_upn_fault
from concerns.paper.roll_matching import FIELDS
from concerns.rules.nhs_number import is_nhs_number


def read_number(field: str, typed: str) -> tuple[str, str]:
    """The UPN (`field` is "upn") or NHS number that was typed, as the roll has it, and what is
    wrong with it; empty if nothing is."""
    said = typed.replace(" ", "")
    if field == "upn":
        return said.upper(), find_upn_fault(said.upper())
    said = said.replace("-", "")
    wrong = "This is not an NHS number: ten figures, like 943 476 5919"
    return said, wrong if said and not is_nhs_number(said) else ""


class PupilForm(DraftableForm):
    """What the roll says of one pupil."""

    forename = ShortTextField("Legal forename", 100, needed="Enter the forename")
    surname = ShortTextField("Legal surname", 100, needed="Enter the surname")
    known_as = ShortTextField("Forename used", 100, help_text="Only if it is another.")
    known_surname = ShortTextField("Surname used", 100, help_text="Only if it is another.")
    born = DayField(label="Date of birth", help_text="Like 17 5 2015")
    year = ShortTextField("Year", 20, help_text="Like Year 4 or Reception.")
    class_name = ShortTextField("Class", 40)
    upn = ShortTextField("UPN", 13)
    admission_number = ShortTextField("Admission number", 40)
    identifier = ShortTextField("NHS number", 20)

    LAID = (
        "forename", "surname", "known_as", "known_surname", "born",
        Question("year", width=10), Question("class_name", width=10),
        Question("upn", width=20), Question("admission_number", width=20),
        Question("identifier", width=20),
    )  # fmt: skip

    def __init__(self, typed: PostedFields | None = None, *, today: date, **more: Any):
        super().__init__(typed, **more)
        self.today = today

    def clean(self):
        given = super().clean()
        for name in FIELDS:
            if name != "born" and name in given:
                given[name] = self._read_cell(name, given[name])
        if given.get("known_surname") == given.get("surname"):
            given["known_surname"] = ""
        born = given.get("born")
        if born and (wrong := find_birth_date_fault(str(born), born, self.today)):
            self.add_error("born", wrong)
        return given

    def _read_cell(self, name: str, typed: str) -> str:
        said = unicodedata.normalize("NFC", tidy_cell(typed))
        if letters := unreadable_letters([said]):
            self.add_error(name, f"There is a letter here that we cannot read: “{letters}”.")
        if name in ("upn", "identifier"):
            said, wrong = read_number(name, said)
            if wrong:
                self.add_error(name, wrong)
        return year_group_in_words(said) if name == "year" else said
