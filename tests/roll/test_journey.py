"""Journey: the office brings in the roll in a real browser, with script and without."""

import pytest

from concerns.models import Child
from concerns.rules.roles import Role
from tests import factories
from tests.roll import exports

FILE = {"name": "pupils on roll.csv", "mimeType": "text/csv"}


@pytest.fixture
def office(server):
    """Somebody of the office of a school on the server's database."""
    return factories.person(factories.school(), Role.OFFICE)


@pytest.fixture
def at_the_roll(office, any_page):
    any_page.goto("/roll/")
    any_page.get_by_label("Your school e-mail address").fill(office.email)
    any_page.get_by_label("Password").fill(factories.PASSWORD)
    any_page.get_by_role("button", name="Sign in").click()
    any_page.get_by_role("heading", name="Roll", exact=True).wait_for()
    return any_page


def upload(page, pupils):
    page.get_by_role("link", name="Roll", exact=True).first.click()
    page.get_by_role("button", name="Upload a roll file").click()
    page.get_by_label("The file").set_input_files({**FILE, "buffer": exports.written(pupils)})
    page.get_by_role("button", name="See what it would change").click()
    page.get_by_role("heading", name="What the file would change").wait_for()


def test_the_office_brings_in_the_roll_and_answers_for_who_is_missing(at_the_roll, axe, complaints):
    page = at_the_roll
    pupils = exports.roll(60)
    axe(page)
    upload(page, pupils)
    axe(page)
    page.get_by_role("button", name="Import").click()
    page.get_by_role("heading", name="The file has been imported").wait_for()
    axe(page)

    bad = exports.moved(pupils[9], born=exports.OLDEST.replace(year=1950))
    changed = exports.moved(pupils[8], class_name="9Z", surname="Ferreira")
    upload(page, [*pupils[2:8], changed, bad, *pupils[10:]])
    page.get_by_text("Which column is which", exact=True).click()
    axe(page)
    page.get_by_role("button", name="Import").click()
    page.get_by_role("link", name="Say where they are").click()
    axe(page)

    page.get_by_role("link", name="Say where").first.click()
    page.get_by_role("button", name="Save this answer").click()
    page.get_by_role("link", name="Say where this pupil is").click()
    page.get_by_label("Another school", exact=True).check()
    page.get_by_role("button", name="Save this answer").click()
    page.get_by_role("link", name="Say which school, and its town").click()
    axe(page)
    page.get_by_label("Which school, or which country?").fill("Leeds")
    for box, figure in (("Day", "2"), ("Month", "11"), ("Year", "2025")):
        page.get_by_label(box, exact=True).fill(figure)
    page.get_by_role("button", name="Save this answer").click()
    page.get_by_text("Has left, Another school: Leeds").wait_for()
    # With script the form is sent without leaving the page: the console tells of each refusal.
    complaints.forget("status of 422")
    assert Child.objects.filter(left__isnull=False).count() == 1


def test_a_file_lacking_much_of_the_roll_asks_for_a_tick(at_the_roll, axe):
    page = at_the_roll
    pupils = exports.roll(10)
    upload(page, pupils)
    page.get_by_role("button", name="Import").click()
    upload(page, pupils[5:])
    page.get_by_role("button", name="Import").click()
    page.get_by_role("link", name="Tick the box").click()
    axe(page)
    page.get_by_label("This file is the whole roll of the school").check()
    page.get_by_role("button", name="Import").click()
    page.get_by_role("heading", name="The file has been imported").wait_for()


def test_what_is_no_workbook_is_told_kindly(at_the_roll, axe):
    page = at_the_roll
    page.get_by_role("button", name="Upload a roll file").click()
    page.get_by_label("The file").set_input_files({**FILE, "buffer": b"PK\x03\x04" + bytes(99)})
    page.get_by_role("button", name="See what it would change").click()
    page.get_by_role("link", name="This is not a workbook").click()
    axe(page)
