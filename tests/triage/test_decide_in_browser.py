"""Tests for deciding in a real browser, with script and without, and with axe."""

from datetime import UTC, datetime, timedelta

import pytest

from concerns.models import Concern, Decision
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import decide_concern

# What a lead does to add to the picture: one choice, one sentence, one press.
FEW = 3


@pytest.fixture
def place(server):
    """A school, its lead an hour ago, and others who may decide."""
    where = factories.school()
    person = factories.person(where, Role.DSL, name="Asha Okafor")
    now = datetime.now(UTC) - timedelta(hours=1)
    factories.person(where, Role.DEPUTY, name="Ben Lloyd")
    return factories.viewer(where, Role.DSL, who=person, now=now)


def sign_in(page, lead):
    page.goto("/sign-in/")
    page.get_by_label("e-mail").fill(lead.person.email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def taken(lead, **more) -> Concern:
    return factories.concern_at(State.TAKEN, where=lead.school, lead=lead, now=lead.now, **more)


def test_adding_to_the_picture_is_a_choice_a_sentence_and_a_press(place, any_page):
    concern = taken(place)
    sign_in(any_page, place)
    any_page.goto(f"/triage/{concern.uid}/decide/")
    done = [
        lambda: any_page.get_by_label("It only adds to the picture").check(),
        lambda: any_page.get_by_label("Why?").fill("One more small thing."),
        lambda: any_page.get_by_role("button", name="Decide").click(),
    ]
    for step in done:
        step()
    any_page.wait_for_url(f"**/triage/{concern.uid}/")
    assert len(done) == FEW
    assert Decision.objects.get(concern=concern).light


def test_a_full_decision_unfolds_what_each_answer_needs(place, any_page, complaints):
    concern = taken(place)
    sign_in(any_page, place)
    any_page.goto(f"/triage/{concern.uid}/decide/")
    any_page.get_by_label("A full decision").check()
    any_page.get_by_label("Why?").fill("The third time.")
    any_page.get_by_label("Refer to children's social care").check()
    any_page.get_by_label("Which team or service").fill("Front door")
    any_page.get_by_label("Who did you speak to").fill("Duty worker")
    any_page.get_by_label("How was it sent?").select_option("telephone")
    any_page.get_by_label("What else did you consider?").fill("Waiting, and why not.")
    any_page.get_by_label("No, for this reason").check()
    assert not any_page.get_by_label("Who was it?").is_visible()
    any_page.get_by_label("Why not?").fill("Advice is awaited.")
    assert any_page.get_by_label("None that we know of").is_checked()
    assert not any_page.get_by_label("Who saw them?").is_visible()
    any_page.get_by_label("Seen and spoken to").check()
    any_page.get_by_role("button", name="Decide").click()
    # One answer was left out: it is asked for, and everything else is still there.
    any_page.get_by_role("link", name="Choose who saw the child").click()
    assert any_page.get_by_label("What else did you consider?").input_value().startswith("Waiting")
    any_page.get_by_label("Who saw them?").select_option(index=1)
    any_page.get_by_role("button", name="Decide").click()
    any_page.wait_for_url(f"**/triage/{concern.uid}/")
    assert concern.referrals.get().current_stage is ReferralStage.SENT
    complaints.forget("status of 422")


@pytest.mark.both_databases
def test_a_stale_page_keeps_what_was_typed_and_can_be_pressed_again(place, any_page, complaints):
    concern = taken(place)
    sign_in(any_page, place)
    any_page.goto(f"/triage/{concern.uid}/decide/")
    any_page.get_by_label("It only adds to the picture").check()
    any_page.get_by_label("Why?").fill("One more small thing.")
    other = factories.viewer(place.school, Role.DEPUTY, now=place.now)
    triage.note(by=other, concern=concern, words="I rang.", now=place.now)
    any_page.get_by_role("button", name="Decide").click()
    any_page.get_by_text("did something while this page was open").wait_for()
    assert any_page.get_by_label("Why?").input_value() == "One more small thing."
    any_page.get_by_role("button", name="Decide").click()
    any_page.wait_for_url(f"**/triage/{concern.uid}/")
    complaints.forget("status of 409")


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_deciding_fits_and_is_clean_to_axe(
    place, new_context, axe, complaints, width
):
    pair = (factories.child(place.school), factories.child(place.school))
    concern = taken(place, categories=("sexual",))
    two = taken(place, children=pair)
    decide_concern(place, concern, Route.SOCIAL_CARE, Route.PARENTS, now=place.now)
    referral = concern.referrals.get()
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    sign_in(page, place)
    for path in [
        *(f"/triage/{two.uid}/{name}/" for name in ("decide", "hand", "note", "close", "reopen")),
        f"/triage/{concern.uid}/close/",
        f"/refer/{two.uid}/speak/",
        f"/refer/{concern.uid}/speak/",
        f"/refer/{referral.uid}/",
        f"/refer/{referral.uid}/withdraw/",
        f"/chase/tell/{concern.uid}/",
    ]:
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"/triage/{two.uid}/decide/")
    page.get_by_label("A full decision").check()
    for name in ("Speak to parents", "Refer to children's", "Watch until a date", "Keep with the"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("There is a problem").wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    complaints.forget("status of 422")
