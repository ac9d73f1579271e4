"""Tests that what is to do because a child leaves goes with the child, not with the concern."""

import pytest

from concerns.leaving import queries
from concerns.models import Concern, Step
from concerns.models.response.step import StepEnding
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import StepKind
from concerns.rules.leaving import LeavingReason, SendingStage
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories, homes
from tests.leavers import DAY, LATER, ask_receipt, leave, return_pupil_by_hand, send, step_of

pytestmark = pytest.mark.django_db
MOVED = LATER + 2 * DAY


@pytest.fixture
def child(where):
    return factories.child(where)


@pytest.fixture
def right(where):
    return factories.child(where)


@pytest.fixture
def misfiled(where, lead, child):
    return factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))


def refile(lead, concern, to) -> None:
    """Moves `concern` to the child `to`, and checks that all of the school is whole."""
    row = concern.children.not_misfiled().get()
    triage.refile(by=lead, concern=concern, row=row, to=to, why="Another child.", now=MOVED)
    assert list(find_integrity_breaches(lead.school, MOVED.date())) == []


def open_steps(child) -> list[Step]:
    return list(Step.objects.open().filter(departure__child=child))


@pytest.mark.parametrize("state", [State.TAKEN, State.CLOSED])
def test_the_file_is_sent_because_of_another_concern_when_it_was_due(
    where, lead, child, right, state
):
    other = factories.concern_at(state, where=where, lead=lead, children=(child,))
    misfiled = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    leave(lead, child)
    before = step_of(child)
    assert before.concern == misfiled
    refile(lead, misfiled, right)
    step = step_of(child)
    assert (step.concern, step.kind, step.due_at) == (other, StepKind.SEND_FILE, before.due_at)
    before.refresh_from_db()
    assert before.ended == StepEnding.SUPERSEDED


def test_a_file_that_is_waited_for_is_waited_for_because_of_another_concern(
    where, lead, child, right
):
    other = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    misfiled = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    leave(lead, child)
    send(lead, child)
    refile(lead, misfiled, right)
    assert [(one.concern, one.kind) for one in open_steps(child)] == [
        (other, StepKind.FILE_RECEIPT)
    ]


def test_of_a_child_about_whom_there_is_no_other_concern_no_file_is_owed(
    lead, child, right, misfiled
):
    leave(lead, child)
    refile(lead, misfiled, right)
    assert open_steps(child) == []


def test_home_education_is_held_on_a_concern_of_its_own_if_there_is_no_other(
    lead, child, right, misfiled
):
    homes.add_status(lead, child, "section_47")
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="")
    refile(lead, misfiled, right)
    (step,) = open_steps(child)
    assert step.kind == StepKind.HOME_EDUCATION
    assert step.concern not in (misfiled, None)
    assert step.concern.children.get().child == child


def test_a_lead_who_is_kept_out_of_the_other_concern_holds_nothing_of_it(where, lead, child, right):
    deputy = factories.viewer(where, Role.DEPUTY)
    kept_out = {"excluded": (lead.person,), "lead": deputy, "children": (child,)}
    factories.concern_at(State.CLOSED, where=where, **kept_out)
    misfiled = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    leave(lead, child)
    refile(lead, misfiled, right)
    assert step_of(child).holder_words == Role.DEPUTY.title_words


def test_the_new_school_that_had_it_in_the_wrong_childs_file_must_be_told(
    lead, child, right, misfiled
):
    leave(lead, child)
    send(lead, child)
    refile(lead, misfiled, right)
    assert misfiled.steps.open().filter(kind=StepKind.PUT_RIGHT).exists()


def test_whoever_is_kept_out_of_the_other_concern_reads_nothing_of_what_was_done_there(
    where, lead, child, right
):
    deputy = factories.viewer(where, Role.DEPUTY)
    kept_out = {"excluded": (deputy.person,), "lead": lead, "children": (child,)}
    factories.concern_at(State.TAKEN, where=where, **kept_out)
    misfiled = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    leave(lead, child)
    send(lead, child)
    refile(lead, misfiled, right)
    ask_receipt(lead, child, now=MOVED + DAY)
    said = queries.read_child_leaving(deputy, child.uid).sendings
    assert [row.stage for row in said] == [SendingStage.SENT]
    assert len(queries.read_child_leaving(lead, child.uid).sendings) == 2


# The right child, who may have left too.


def test_what_was_moved_to_a_child_who_has_left_follows_them(lead, right, misfiled):
    leave(lead, right)
    refile(lead, misfiled, right)
    assert [(one.concern, one.kind) for one in open_steps(right)] == [
        (misfiled, StepKind.SEND_FILE)
    ]


def test_their_file_is_sent_once(where, lead, right, misfiled):
    factories.concern_at(State.TAKEN, where=where, lead=lead, children=(right,))
    leave(lead, right)
    refile(lead, misfiled, right)
    assert len(open_steps(right)) == 1


def test_nothing_follows_a_child_who_came_back(lead, right, misfiled):
    leave(lead, right)
    return_pupil_by_hand(right)
    right.refresh_from_db()
    refile(lead, misfiled, right)
    assert open_steps(right) == []


def test_nothing_follows_a_child_who_is_only_also_involved(where, lead, child, right):
    writer = factories.viewer(where)
    also = factories.child(where)
    concern = factories.send_concern(writer, child, involved=(also,)).concern
    leave(lead, right)
    row = concern.children.get(child=also)
    triage.refile(by=lead, concern=concern, row=row, to=right, why="Her.", now=MOVED)
    assert open_steps(right) == []


def test_what_was_moved_from_a_description_opens_the_step_for_the_file(where, lead, right):
    writer = factories.viewer(where)
    concern = factories.send_concern(writer, described="A girl").concern
    leave(lead, right)
    refile(lead, concern, right)
    assert [one.concern for one in open_steps(right)] == [Concern.objects.get()]
