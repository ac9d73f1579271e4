"""Journey: the office brings in the roll of a large school, and then the same file again."""

from dataclasses import replace

from concerns.models import Child, Placement, RollQuestion
from tests.roll import exports

PUPILS = 1500
# Written by a system that uses none of our column names.
STRANGE = replace(
    exports.PLAIN,
    headings=("Name 2", "Name 1", "Goes by", "D of B", "U.P.N.", "Adm.", "Cohort", "Tutor"),
    encoding="cp1252",
    quoted=True,
)
COLUMNS = (
    "surname",
    "forename",
    "known_as",
    "born",
    "upn",
    "admission_number",
    "year",
    "class_name",
)
FILE = {"name": "all pupils on roll.csv", "mimeType": "text/csv"}


def upload(walk, content: bytes) -> None:
    walk.press("Upload a roll file")
    walk.at("Upload a roll file")
    walk.page.get_by_label("The file").set_input_files({**FILE, "buffer": content})
    walk.press("See what it would change")
    walk.at("What the file would change")


def say_which_column_is_which(walk) -> None:
    for name, heading in zip(COLUMNS, STRANGE.headings, strict=True):
        walk.page.locator(f"select[name={name}]").select_option(label=heading)
    with walk.page.expect_navigation():
        walk.press("Read the file with these columns")
    walk.see()


def test_the_office_brings_in_fifteen_hundred_pupils_and_again_nothing_changes(walk, place, server):
    content = exports.written(exports.roll(PUPILS), STRANGE)
    walk.sign_in(place.office)
    walk.at("Roll")
    before = Child.objects.count()
    upload(walk, content)
    assert Child.objects.count() == before
    say_which_column_is_which(walk)
    # Who was on the roll before is not in it.
    walk.choose("This file is the whole roll of the school")
    walk.press("Import")
    walk.at("The file has been imported")
    assert Child.objects.count() == before + PUPILS
    # They stay, and the office is asked after them.
    assert RollQuestion.objects.count() == before
    rows = Child.objects.count(), Placement.objects.count()

    walk.follow("Say where they are")
    walk.at("Roll")
    upload(walk, content)
    walk.press("Import")
    walk.at("The file has been imported")
    assert (Child.objects.count(), Placement.objects.count()) == rows
    for told in ("Added", "Changed"):
        row = walk.page.locator(".govuk-summary-list__row", has_text=told)
        assert row.locator("dd").inner_text() == "0"
    assert not [name for name in ("Quillfeather", "Kowalski") if name in server.log]
