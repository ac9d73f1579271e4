"""Walks through bringing earlier records in, in a browser: on a phone, and looked at by axe."""

from datetime import UTC, datetime, timedelta

import pytest

from concerns.rules.roles import Role
from tests import factories
from tests.history_files import HEAD, line_of

NARROW = {"width": 360, "height": 740}


@pytest.fixture
def lead(server):
    where = factories.school()
    return factories.viewer(where, Role.DSL, now=datetime.now(UTC) - timedelta(hours=1))


def look_at(page, axe) -> None:
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_lead_brings_a_file_in_and_reads_it(lead, page, axe):
    child = factories.child(lead.school, "Robyn", "Jarvis")
    rows = [line_of(child, "Came in without a coat."), line_of(child, "Hungry.", "May 2020")]
    asked = line_of(child, "Said that home was cold.").replace("17/05/2017", "")
    stranger = line_of(child, "Away.").replace("Robyn", "Zoe").replace("Jarvis", "Quill")
    content = (HEAD + "".join([*rows, asked, stranger, line_of(child, when="soon")])).encode()
    page.set_viewport_size(NARROW)
    page.goto("/sign-in/")
    page.get_by_label("e-mail").fill(lead.person.email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/child/search/")
    page.get_by_role("link", name="Bring in earlier records").click()
    look_at(page, axe)
    file = {"name": "export.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("The file").set_input_files(file)
    page.get_by_role("button", name="See what it would bring in").click()
    page.get_by_text("2 lines about 1 child").wait_for()
    look_at(page, axe)
    page.get_by_label("Whose is the 1 line about Robyn Jarvis?").select_option(str(child.uid))
    page.get_by_label("Which system does this file come from?").fill("OldSystem")
    page.get_by_role("button", name="Bring these lines in").click()
    page.get_by_role("heading", name="The earlier records are brought in").wait_for()
    look_at(page, axe)
    page.goto(f"/child/{child.uid}/")
    page.get_by_role("link", name="Read it", exact=True).click()
    assert page.locator(".timeline__row").count() == len(rows) + 1
    look_at(page, axe)
    page.goto(f"/child/{child.uid}/file/")
    page.get_by_role("link", name="I have read it").click()
    page.get_by_label("What it says").fill("Neglect in 2020 and 2021.")
    page.get_by_role("button", name="Sign and save").click()
    page.get_by_text(f"Read by {lead.person.name}").wait_for()
    look_at(page, axe)
