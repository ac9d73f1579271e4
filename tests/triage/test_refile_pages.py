"""Tests for the page that refiles a concern, and for every page that then tells of it."""

from datetime import timedelta

import pytest

from concerns.models import Concern
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from tests import deciding, factories
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import Desk, page_text, summary_errors

SECRET = "She hid marmalade sandwiches in her sleeve."
WHY = "I asked Jo: it was the other one."


@pytest.fixture
def desk(client, db):
    return Desk(client, factories.school(), name="Dora Lead")


@pytest.fixture
def wrong(desk):
    return factories.child(desk.where, "Amelia", "Wrong")


@pytest.fixture
def right(desk):
    return factories.child(desk.where, "Amelie", "Right")


def move(desk, concern, right, **more):
    form = {"child": str(right.uid), "why": WHY, **more}
    return desk.press(f"/triage/{concern.uid}/refile/", form)


def reader(desk, *roles, name="Rae Reader"):
    return factories.sign_in(SecureClient(), factories.person(desk.where, *roles, name=name))


def test_the_right_child_is_found_and_picked_without_script(desk, wrong, right):
    concern = desk.concern(children=(wrong,))
    path = f"/triage/{concern.uid}/refile/"
    page = page_text(desk.press(path, {"find": "amel ri", "do": "find", "why": WHY}))
    assert f'value="{right.uid}"' in page
    assert WHY in page
    assert "error-summary" not in page
    assert move(desk, concern, right)["Location"] == path
    assert list(Concern.objects.involving_children(right)) == [concern]


def test_a_child_and_a_reason_are_asked_for(desk, wrong, right):
    concern = desk.concern(children=(wrong,))
    path = f"/triage/{concern.uid}/refile/"
    assert summary_errors(desk.press(path, {})) == [
        "Find the child",
        "Say how you know that it is about another child",
    ]
    both = {"child": [str(right.uid), str(factories.child(desk.where).uid)], "why": WHY}
    assert summary_errors(desk.press(path, both)) == [
        "A concern can be moved to one child only. Keep the one it is about, and take out the "
        "others"
    ]
    assert list(Concern.objects.involving_children(right)) == []
    assert "You can pick several" not in page_text(desk.press(path, both))
    assert summary_errors(desk.press(path, {"child": str(wrong.uid), "why": WHY})) == [
        "It is already filed under that child. Find another child."
    ]


def test_of_several_it_asks_which(desk, wrong, right):
    other = factories.child(desk.where)
    concern = desk.concern(children=(wrong, other))
    assert summary_errors(move(desk, concern, right)) == ["Choose which child it is not about"]
    row = concern.children.get(child=wrong)
    move(desk, concern, right, row=str(row.uid))
    assert {row.child for row in concern.children.not_misfiled()} == {other, right}


def everything(desk, wrong):
    """A concern about the wrong child that was decided and told to an agency and a parent."""
    writer = factories.viewer(desk.where)
    concern = desk.concern(children=(wrong,), by=writer, account=SECRET)
    then = desk.now + timedelta(minutes=30)
    gone = deciding.referral_sent_answers(happened_at=desk.now)
    spoken = deciding.conversation_answers(happened_at=desk.now)
    deciding.decide_concern(
        desk.viewer,
        concern,
        Route.SOCIAL_CARE,
        now=then,
        sent={Route.SOCIAL_CARE: gone},
        parents_told="yes",
        spoken=spoken,
    )
    return Concern.objects.get(pk=concern.pk)


def test_the_wrong_childs_pages_show_nothing_of_it_and_the_right_childs_do(desk, wrong, right):
    concern = everything(desk, wrong)
    later = desk.concern(State.WAITING, children=(wrong,))
    move(desk, concern, right)
    desk.open("/triage/")
    theirs = page_text(desk.open(f"/child/{wrong.uid}/")) + page_text(
        desk.open(f"/triage/{later.uid}/")
    )
    for told in (concern.reference, SECRET, "The third time this term.", "Front door"):
        assert told not in theirs, told
    own = page_text(desk.open(f"/child/{right.uid}/"))
    assert SECRET in own
    assert "Wrong" not in own


def test_what_was_decided_and_said_for_the_wrong_child_is_not_the_right_childs(desk, wrong, right):
    concern = everything(desk, wrong)
    move(desk, concern, right)
    own = page_text(desk.open(f"/child/{right.uid}/"))
    for told in ("The third time this term.", "Front door", "She listened."):
        assert told not in own, told


def test_the_concerns_own_page_tells_the_move_and_that_the_decision_does_not_stand(
    desk, wrong, right
):
    concern = everything(desk, wrong)
    move(desk, concern, right)
    page = " ".join(page_text(desk.open(f"/triage/{concern.uid}/")).split())
    assert "Filed under Amelie Right, and no longer under Amelia Wrong" in page
    assert WHY in page
    assert "<strong>Made for the wrong child</strong>: it no longer counts." in page
    assert f'<strong>About</strong>: <a class="govuk-link" href="/child/{right.uid}/">' in page
    assert f"/child/{wrong.uid}/" not in page
    queue = page_text(desk.open("/triage/"))
    assert "Amelie Right" in queue
    assert "Amelia Wrong" not in queue


def test_the_heads_trail_has_all_of_it_and_who_read_it_as_the_wrong_childs(desk, wrong, right):
    concern = everything(desk, wrong)
    reader(desk, Role.DEPUTY).get(f"/child/{wrong.uid}/")
    move(desk, concern, right)
    reader(desk, Role.DEPUTY, name="Late Reader").get(f"/child/{wrong.uid}/")
    head = reader(desk, Role.HEAD, name="Hedda Head")
    for path in ("audit/concern", "audit/print"):
        trail = page_text(head.get(f"/{path}/{concern.uid}/"))
        assert "Filed under Amelie Right, and no longer under Amelia Wrong" in trail
        assert "Amelia Wrong, by mistake" in trail
        assert "Made for the wrong child: it no longer counts" in trail
        assert "Rae Reader" in trail
        assert "Late Reader" not in trail


def test_a_story_read_before_and_empty_did_not_show_what_was_moved_there_later(desk, wrong, right):
    concern = desk.concern(children=(wrong,))
    reader(desk, Role.DEPUTY).get(f"/child/{right.uid}/")
    move(desk, concern, right)
    head = reader(desk, Role.HEAD, name="Hedda Head")
    assert "Rae Reader" not in page_text(head.get(f"/audit/concern/{concern.uid}/"))


def test_who_had_opened_it_is_shown_before_and_afterwards(desk, wrong, right):
    concern = desk.concern(children=(wrong,))
    reader(desk, Role.DEPUTY).get(f"/triage/{concern.uid}/")
    path = f"/triage/{concern.uid}/refile/"
    assert "Rae Reader, Deputy safeguarding lead: first" in page_text(desk.open(path))
    move(desk, concern, right)
    reader(desk, Role.HEAD, name="Late Reader").get(f"/triage/{concern.uid}/")
    before, after = page_text(desk.open(path)).split("Who has opened it so far")
    assert "Rae Reader" in before
    assert "Late Reader" not in before
    assert "Late Reader" in after
    assert concern.steps.open().filter(kind="put_right").exists()


def test_a_lead_who_is_family_to_the_right_child_is_led_to_the_queue(desk, wrong, right):
    factories.person(desk.where, Role.DEPUTY)
    concern = desk.concern(children=(wrong,))
    factories.relate_to_child(desk.viewer.person, right)
    assert move(desk, concern, right)["Location"] == "/triage/"
    assert desk.open(f"/triage/{concern.uid}/").status_code == 404


def test_its_writer_reads_the_right_childs_name(desk, wrong, right):
    writer = factories.viewer(desk.where)
    concern = desk.concern(children=(wrong,), by=writer)
    move(desk, concern, right)
    mine = page_text(
        factories.sign_in(SecureClient(), writer.person).get(f"/submit/mine/{concern.uid}/")
    )
    assert "Amelie Right" in mine
    assert "Amelia Wrong" not in mine


def test_the_audits_figures_and_rows_go_by_the_right_child(desk, wrong, right):
    concern = desk.concern(children=(wrong,))
    move(desk, concern, right)
    rows = page_text(reader(desk, Role.HEAD).get("/audit/rows/?year=all"))
    assert concern.reference in rows
    assert "Amelia Wrong" not in rows


def test_the_page_costs_the_same_however_often_it_was_moved(desk, wrong, right):
    concern = desk.concern(children=(wrong,))
    path = f"/triage/{concern.uid}/refile/"
    move(desk, concern, right)
    desk.open("/triage/")
    few = len(list_statements(lambda: desk.open(path)))
    for child in (wrong, right, wrong):
        move(desk, concern, child)
    desk.open("/triage/")
    # One for each kind of row of a concern, of which its sortings and its meetings to come are two.
    # Six read whose page it is (the strip).
    assert len(list_statements(lambda: desk.open(path))) == few <= 37
