"""Tests for the small pages of a lead: take, hand on, note, close, open again."""

import pytest

from concerns.chase import acts as chase
from concerns.models import Addition, Ending, Handing, LedgerLine, WordBack
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import decide_concern
from tests.desk import CARRIED, Desk, count_readings, page_text, summary_errors

pytestmark = pytest.mark.django_db
PAGES = ["hand", "note", "close", "reopen", "decide", "take"]


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def deputy(desk):
    return factories.person(desk.where, Role.DEPUTY, name="Ben Lloyd")


def page(concern, name):
    return f"/triage/{concern.uid}/{name}/"


def closable(desk, **more):
    concern = desk.concern(State.DECIDED, **more)
    support = concern.steps.get(kind=StepKind.SUPPORT)
    chase.do_step(by=desk.viewer, step=support, words="In place.", now=desk.now)
    return concern


CLOSING = {"outcome": "explained", "why": "It is explained.", "words_back": "Thank you."}


# Take


def test_i_have_this_is_pressed_on_the_concern_itself(desk):
    waiting = desk.concern(State.WAITING)
    form = desk.carried(f"/triage/{waiting.uid}/")
    answer = desk.client.post(page(waiting, "take"), form)
    assert (answer.status_code, answer.url) == (302, f"/triage/{waiting.uid}/")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.holder) == (State.TAKEN, desk.viewer.person)


def test_looking_at_its_address_takes_nothing(desk):
    waiting = desk.concern(State.WAITING)
    assert desk.open(page(waiting, "take")).url == f"/triage/{waiting.uid}/"
    waiting.refresh_from_db()
    assert waiting.state == State.WAITING


def test_who_comes_second_is_told_who_has_it_and_may_press_again(desk, deputy):
    waiting = desk.concern(State.WAITING)
    form = desk.carried(f"/triage/{waiting.uid}/")
    first = factories.viewer(desk.where, Role.DEPUTY, who=deputy, now=desk.now)
    triage.take(by=first, concern=waiting, now=desk.now)
    answer = desk.client.post(page(waiting, "take"), form)
    assert answer.status_code == 409
    assert "Ben Lloyd did something" in page_text(answer)
    again = {"version": str(int(form["version"]) + 1)}
    assert desk.client.post(page(waiting, "take"), again).status_code == 302


def test_a_closed_one_is_not_taken_and_the_page_says_why(desk):
    closed = desk.concern(State.CLOSED)
    answer = desk.client.post(page(closed, "take"), {"version": closed.version})
    assert answer.status_code == 422
    assert summary_errors(answer) == ["This concern is closed. Reopen it first."]


# Hand on


def test_it_is_handed_on_with_a_note(desk, deputy):
    taken = desk.concern()
    form = {"to": str(deputy.uid), "note": "You know the family."}
    assert desk.press(page(taken, "hand"), form).status_code == 302
    assert Handing.objects.get(concern=taken).to == deputy


def test_only_who_may_decide_on_it_and_has_it_not_is_offered(desk, deputy):
    taken = desk.concern()
    head = factories.person(desk.where, Role.HEAD, name="Hana Head")
    factories.relate_to_child(head, taken.children.get().child)
    factories.person(desk.where, name="Stan Staff")
    shown = page_text(desk.open(page(taken, "hand")))
    assert "Ben Lloyd" in shown
    assert "Hana Head" not in shown
    assert "Stan Staff" not in shown
    assert f'value="{desk.viewer.person.uid}"' not in shown


def test_without_a_note_or_a_name_the_rest_is_still_there(desk, deputy):
    taken = desk.concern()
    answer = desk.press(page(taken, "hand"), {"note": "You know the family."})
    assert summary_errors(answer) == ["Choose who you are handing it to"]
    assert "You know the family." in page_text(answer)
    answer = desk.press(page(taken, "hand"), {"to": str(deputy.uid)})
    assert summary_errors(answer) == [
        "Write them a note about what you know and what you have done"
    ]


def test_somebody_who_is_not_offered_is_not_handed_it(desk, deputy):
    taken = desk.concern()
    staff = factories.person(desk.where)
    answer = desk.press(page(taken, "hand"), {"to": str(staff.uid), "note": "Yours."})
    assert (answer.status_code, summary_errors(answer)) == (
        422,
        ["Choose who you are handing it to"],
    )


def test_what_was_handed_on_meanwhile_is_told_and_the_note_is_kept(desk, deputy):
    taken = desk.concern()
    form = desk.carried(page(taken, "hand")) | {"to": str(deputy.uid), "note": "Yours now."}
    triage.note(by=desk.viewer, concern=taken, words="I rang.", now=desk.now)
    answer = desk.client.post(page(taken, "hand"), form)
    assert answer.status_code == 409
    assert "Yours now." in page_text(answer)
    assert not Handing.objects.filter(concern=taken).exists()


def test_with_nobody_to_hand_it_to_the_page_says_what_to_do(desk):
    assert "There is nobody else" in page_text(desk.open(page(desk.concern(), "hand")))


# Note


def test_a_note_is_added(desk):
    taken = desk.concern()
    assert (
        desk.press(page(taken, "note"), {"about": "child", "words": "Rang the nurse."}).status_code
        == 302
    )
    assert Addition.objects.get(concern=taken).words == "Rang the nurse."


def test_an_empty_note_is_asked_for(desk):
    answer = desk.press(page(desk.concern(), "note"), {"words": " "})
    assert summary_errors(answer) == ["Say who it is about", "Write the note"]


def test_a_note_about_an_adult_goes_on_as_that_and_leaves_nothing_here(desk):
    taken = desk.concern()
    lines = LedgerLine.objects.filter(kind="added").count()
    form = {"about": "adult", "words": "It was Mr Dubious who shouted."}
    moved = desk.press(page(taken, "note"), form)
    there = page_text(desk.open(moved["Location"]))
    assert moved["Location"].startswith("/adult/draft/")
    assert "It was Mr Dubious who shouted." in there
    assert taken.children.get().name in there
    assert not Addition.objects.exists()
    assert LedgerLine.objects.filter(kind="added").count() == lines


def test_a_note_about_an_adult_first_shows_what_was_typed_on_another_page(desk):
    here = page(desk.concern(), "note")
    older = desk.carried(here)
    typed = {"about": "adult", "words": "It was Mr Dubious who shouted."}
    desk.client.post("/submit/words/", older | {"words": "Her mother rang at two."})
    answer = desk.client.post(here, older | typed)
    assert answer.status_code == 409
    assert "Her mother rang at two." in page_text(answer)
    assert not Addition.objects.exists()
    moved = desk.client.post(here, typed | dict(CARRIED.findall(page_text(answer))))
    assert moved["Location"].startswith("/adult/draft/")


# Close


def test_it_is_closed_with_an_outcome_a_reason_and_a_word(desk):
    concern = closable(desk)
    assert desk.press(page(concern, "close"), CLOSING).status_code == 302
    concern.refresh_from_db()
    assert concern.state == State.CLOSED
    assert WordBack.objects.get(concern=concern).words == "Thank you."


@pytest.mark.parametrize("left_out", sorted(CLOSING))
def test_each_answer_of_a_closing_is_asked_for(desk, left_out):
    concern = closable(desk)
    form = {name: value for name, value in CLOSING.items() if name != left_out}
    answer = desk.press(page(concern, "close"), form)
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)
    assert all(value in page_text(answer) for value in form.values())


def test_who_wrote_it_themselves_closes_it_without_a_word(desk):
    concern = closable(desk, by=desk.viewer)
    assert desk.press(page(concern, "close"), CLOSING | {"words_back": ""}).status_code == 302


def test_what_still_holds_it_open_is_listed_with_where_it_is_done(desk):
    concern = desk.concern()
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, Route.PARENTS, now=desk.now)
    shown = page_text(desk.open(page(concern, "close")))
    assert f"/refer/{concern.referrals.get().uid}/" in shown
    assert f"/refer/{concern.uid}/speak/" in shown
    assert "Send the referral" in shown
    assert 'name="outcome"' not in shown


def test_what_is_not_decided_is_decided_before_it_is_closed(desk):
    concern = desk.concern()
    shown = page_text(desk.open(page(concern, "close")))
    assert page(concern, "decide") in shown
    assert 'name="outcome"' not in shown


def test_a_closing_pressed_all_the_same_is_refused_and_keeps_what_was_typed(desk):
    concern = desk.concern()
    form = CLOSING | {"version": concern.version}
    answer = desk.client.post(page(concern, "close"), form)
    assert answer.status_code == 422
    assert "It is explained." in page_text(answer)


# Open again


def test_it_is_opened_again_with_a_reason(desk):
    closed = desk.concern(State.CLOSED)
    assert desk.press(page(closed, "reopen"), {"why": "A new sign."}).status_code == 302
    closed.refresh_from_db()
    assert closed.state == State.TAKEN
    assert Ending.objects.filter(concern=closed, reopened=True).count() == 1


def test_an_open_one_says_that_it_is_open(desk):
    concern = desk.concern()
    assert "It is open already" in page_text(desk.open(page(concern, "reopen")))
    form = {"why": "A new sign.", "version": concern.version}
    answer = desk.client.post(page(concern, "reopen"), form)
    assert (answer.status_code, summary_errors(answer)) == (422, ["This concern is already open."])
    assert "A new sign." in page_text(answer)


# All of them


@pytest.mark.parametrize("name", PAGES)
def test_a_closed_concern_has_no_dead_end(desk, name):
    closed = desk.concern(State.CLOSED)
    assert desk.open(page(closed, name)).status_code in {200, 302}


@pytest.mark.parametrize("name", PAGES)
def test_another_schools_concern_is_no_page(desk, name):
    other = factories.concern_at(State.TAKEN, where=factories.school())
    assert desk.client.post(page(other, name), {"version": 1}).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_nobody_signed_in_is_sent_to_sign_in(client, name):
    concern = factories.concern_at(State.TAKEN, where=factories.school())
    assert "/sign-in/" in client.get(page(concern, name)).url


@pytest.mark.parametrize("name", ["hand", "note", "close", "reopen"])
def test_showing_the_page_is_a_reading(desk, name):
    concern = desk.concern()
    before = count_readings(concern)
    desk.open(page(concern, name))
    assert count_readings(concern) == before + 1
