"""Tests that an earlier "no further action" is shown beside a new sign and must be answered."""

import re
from datetime import timedelta

import pytest

from concerns.models import Addition, LedgerLine
from concerns.refer import acts as refer
from concerns.rules.agency_answers import SIGN_AGAIN
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.counting import list_statements
from tests.deciding import decide_concern, open_step_kinds
from tests.desk import FULL, Desk, page_text, summary_errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db
AGAIN = StepKind.REFER_AGAIN
SOON = NOW + SIGN_AGAIN


@pytest.fixture
def lead():
    return factories.viewer(factories.school(), Role.DSL)


@pytest.fixture
def child(lead):
    return factories.child(lead.school, "Aoife", "Byrne")


def referred(lead, child, answer="no_further", view="agree", now=NOW):
    """A concern about `child` that was referred and answered, with the school's view of it."""
    concern = factories.concern_at(
        State.TAKEN, where=lead.school, lead=lead, children=(child,), by=lead, now=now
    )
    decide_concern(lead, concern, Route.SOCIAL_CARE, now=now)
    referral = concern.referrals.get()
    said = {"spoken_to": "Ann Price", "happened_at": now, "now": now}
    sent = {"agency": "Front door", "method": "telephone", "their_reference": "FD-1"}
    refer.send(by=lead, referral=referral, **sent, **said)
    refer.hear_back(by=lead, referral=referral, answer=answer, words="Below our line.", **said)
    refer.give_view(by=lead, referral=referral, view=view, words="So be it.", now=now)
    return concern


def sign(lead, *children, now=SOON, **more):
    return factories.send_concern(lead, *children, now=now, **more).concern


def test_a_sign_within_sixty_days_asks_whether_to_refer_again(lead, child):
    referred(lead, child)
    new = sign(lead, child)
    assert open_step_kinds(new) == {StepKind.FIRST_LOOK, AGAIN}
    assert AGAIN not in open_step_kinds(sign(lead, child, now=SOON + timedelta(seconds=1)))


def test_the_schools_own_no_further_action_counts_as_well(lead, child):
    own = factories.concern_at(State.TAKEN, where=lead.school, lead=lead, children=(child,))
    decide_concern(lead, own, Route.NO_FURTHER, now=NOW)
    assert AGAIN in open_step_kinds(sign(lead, child))


def test_what_no_longer_stands_does_not_count(lead, child):
    own = factories.concern_at(State.TAKEN, where=lead.school, lead=lead, children=(child,))
    decide_concern(lead, own, Route.NO_FURTHER, now=NOW)
    decide_concern(lead, own, Route.SCHOOL_SUPPORT, now=NOW + timedelta(hours=1))
    theirs = referred(lead, child)
    more = {"spoken_to": "Ann", "words": "We will.", "happened_at": SOON, "now": SOON}
    refer.hear_back(by=lead, referral=theirs.referrals.get(), answer="assessment", **more)
    assert AGAIN not in open_step_kinds(sign(lead, child))


@pytest.mark.parametrize(("answer", "view"), [("early_help", "agree"), ("no_further", "disagree")])
def test_help_that_was_given_and_what_is_challenged_do_not_count(lead, child, answer, view):
    referred(lead, child, answer, view)
    assert AGAIN not in open_step_kinds(sign(lead, child))


def test_a_challenge_that_was_settled_counts_as_agreed(lead, child):
    concern = referred(lead, child, view="disagree")
    refer.settle(by=lead, referral=concern.referrals.get(), words="Let be.", now=NOW)
    assert AGAIN in open_step_kinds(sign(lead, child))


def test_it_is_of_that_child_and_of_whom_the_new_one_is_about(lead, child):
    referred(lead, child)
    assert AGAIN not in open_step_kinds(sign(lead, factories.child(lead.school)))
    assert AGAIN not in open_step_kinds(sign(lead, factories.child(lead.school), involved=(child,)))


def test_what_is_added_is_a_sign_too_and_asks_once(lead, child):
    old = sign(lead, child, now=NOW - timedelta(days=1))
    referred(lead, child)
    for number in range(2):
        at = NOW + timedelta(days=number)
        submit.add(by=lead, concern=old, words="And again.", now=at)
    assert old.steps.open().filter(kind=AGAIN).count() == 1


def test_filed_under_the_right_child_it_is_asked_of_that_one(lead, child):
    other = factories.child(lead.school)
    referred(lead, child)
    new = sign(lead, child)
    elsewhere = sign(lead, other)
    for concern, to in ((new, other), (elsewhere, child)):
        row = concern.children.get()
        triage.refile(by=lead, concern=concern, row=row, to=to, why="A slip.", now=SOON)
    assert AGAIN not in open_step_kinds(new)
    assert AGAIN in open_step_kinds(elsewhere)


def test_referring_to_social_care_answers_it(lead, child):
    referred(lead, child)
    new = sign(lead, child)
    decide_concern(lead, new, Route.SCHOOL_SUPPORT, now=SOON)
    assert AGAIN in open_step_kinds(new)
    decide_concern(lead, new, Route.SOCIAL_CARE, now=SOON)
    assert AGAIN not in open_step_kinds(new)


# The page


@pytest.fixture
def desk(client, lead):
    return Desk(client, lead.school)


@pytest.fixture
def new(desk, child):
    referred(desk.viewer, child, now=desk.now)
    return desk.concern(children=(child,), account="A bruise on her arm.")


def page(concern):
    return f"/refer/{concern.uid}/again/"


def test_the_page_lays_what_came_of_it_before_beside_what_is_new(desk, new):
    shown = page_text(desk.open(page(new)))
    for said in ("Front door, Ann Price, FD-1", "Below our line.", "A bruise on her arm."):
        assert said in shown
    assert "2 adults, 2 entries" in shown
    line = LedgerLine.objects.filter(kind=Kind.LISTED).latest("id")
    assert "to refer again" in line.body


def test_the_draft_is_gone_over_and_sent_as_a_new_decision(desk, new):
    path = f"/triage/{new.uid}/decide/"
    drafted = page_text(desk.open(f"{path}?again"))
    assert "no further action. Below our line." in drafted
    assert re.search('value="social_care"[^>]* checked', drafted)
    assert "Below our line." not in page_text(desk.open(path)).split("<form", 1)[1]
    form = FULL | {"routes": ["social_care"], "reason": "Again, and worse."}
    del form["weight"]
    answer = desk.press(path, form | {"weight": "full"})
    assert answer.status_code == 302
    assert AGAIN not in open_step_kinds(new)
    assert new.referrals.get().decision.reason == "Again, and worse."


def test_not_again_needs_its_reason_and_then_answers_it(desk, new):
    answer = desk.press(page(new), {"why": ""})
    assert summary_errors(answer) == ["Say why you do not refer again"]
    assert desk.press(page(new), {"why": "A fall, seen by two."}).status_code == 302
    assert AGAIN not in open_step_kinds(new)
    note = Addition.objects.get(concern=new, for_leads=True)
    assert note.words == "Not referred again, because: A fall, seen by two."
    assert "It has already been decided whether to refer again" in page_text(desk.open(page(new)))


def test_it_holds_the_concern_open_until_it_is_answered(desk, new):
    decide_concern(desk.viewer, new, Route.SCHOOL_SUPPORT, now=desk.now)
    assert "refer again, or say why not" in page_text(desk.open(f"/triage/{new.uid}/close/"))


def test_the_page_costs_the_same_however_much_came_before(desk, new, child):
    desk.open(page(new))
    few = len(list_statements(lambda: desk.open(page(new))))
    for _ in range(3):
        referred(desk.viewer, child, now=desk.now)
    assert len(list_statements(lambda: desk.open(page(new)))) == few
