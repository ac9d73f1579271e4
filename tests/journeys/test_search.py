"""Journeys of a lead who looks for a child and for words, with script and without."""

from playwright.sync_api import expect

from tests import factories
from tests.journeys.conftest import FORENAME, SURNAME, TELLING

NAMES = ("María José", "de la Cruz-Ferreira Al-Mansūr Żółkiewska")


def test_a_lead_finds_a_child_and_what_was_written(walk, place, server):
    factories.child(place.school, *NAMES)
    writer = factories.viewer(place.school, who=place.teacher)
    one = factories.send_concern(
        writer, place.child, account=f"She hid the {TELLING} in her bag"
    ).concern
    for _ in range(25):
        factories.send_concern(writer, place.child, account="A bag again")
    walk.sign_in(place.lead)
    walk.page.get_by_role("link", name="Search", exact=True).click()
    walk.at("Search")

    walk.press("Search")
    walk.is_told_what_is_wrong()

    walk.fill(words=f"{SURNAME.upper()} {FORENAME[:3]}")
    walk.press("Search")
    expect(walk.page.get_by_role("link", name=f"{FORENAME} {SURNAME}")).to_be_visible()
    walk.at("Search")

    walk.fill(words="delacruz")
    walk.press("Search")
    expect(walk.page.get_by_role("link", name=" ".join(NAMES))).to_be_visible()
    walk.at("Search")

    walk.fill(words="bags")
    walk.press("Search")
    expect(walk.page.locator("article")).to_have_count(25)
    walk.at("Search")
    walk.press("Look further back")
    expect(walk.page.locator("article")).to_have_count(1)
    walk.at("Search")

    walk.fill(words=one.reference.replace("-", "").lower())
    walk.press("Search")
    expect(walk.page.get_by_role("link", name=one.reference, exact=True)).to_be_visible()
    walk.at("Search")

    walk.fill(words=TELLING)
    walk.press("Search")
    expect(walk.page.locator("mark")).to_have_text([TELLING])
    walk.follow(one.reference)
    walk.at(f"Concern {one.reference}")
    walk.went_untold(server.log)


def test_a_lead_files_to_the_child_what_was_described(walk, place, server):
    writer = factories.viewer(place.school, who=place.teacher)
    described = f"{FORENAME}, I think. Fair hair."
    concern = factories.send_concern(writer, account="In the rain.", described=described).concern
    walk.sign_in(place.lead)
    walk.page.goto(f"/triage/{concern.uid}/")
    walk.at(f"Concern {concern.reference}")
    walk.press(f"It is {FORENAME} {SURNAME}")
    walk.at(f"Concern {concern.reference}")
    expect(walk.page.get_by_role("heading", name="Which child is this?")).to_have_count(0)
    walk.went_untold(server.log)
