"""Tests for watching a child after a case: reviews after 2, 6 and 12 school weeks."""

from datetime import date, timedelta

import pytest
from django.http import Http404

from concerns.chase import queries
from concerns.chase.queries import read_watch_review_page as page
from concerns.doors.act import ActRefused
from concerns.models import Concern, Ending, LedgerLine, Step, Task, Watch, WordBack
from concerns.models.response import watch
from concerns.models.response.step import StepEnding
from concerns.reading.concern_rates import concern_rates
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.watching import WatchReason, WatchReviewResult
from concerns.rules.words import ConcernOutcome
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from concerns.workflow.closing import facts_for_watch_rule
from tests import factories, homes
from tests.afterwards import (
    LATER,
    answer_task,
    concern_ready_to_watch,
    get_open_review,
    open_watch,
    record_review,
)
from tests.deciding import decide_concern, open_step_kinds
from tests.factories import NOW

pytestmark = pytest.mark.django_db
END = {"then": WatchReviewResult.END, "words_back": "Thank you. She is well."}


@pytest.fixture
def concern(where, lead):
    return concern_ready_to_watch(where, lead)


def close(lead, concern, outcome=ConcernOutcome.KEPT, now=LATER):
    said = {"outcome": outcome, "why": "It is calm.", "words_back": "Thank you."}
    return triage.close(by=lead, concern=concern, now=now, **said)


def state(concern) -> str:
    return Concern.objects.get(pk=concern.pk).state


# An ending that is watched


def test_a_red_case_is_not_closed_but_watched_first(lead, concern):
    with pytest.raises(ActRefused, match="watched before it is closed"):
        close(lead, concern)
    open_watch(lead, concern)
    assert (state(concern), open_step_kinds(concern)) == (
        State.DECIDED,
        {StepKind.LOOK_AFTER, StepKind.TASK},
    )


def test_a_calm_case_closes_and_is_not_watched(where, lead):
    concern = factories.concern_at(State.CLOSED, where=where, lead=lead)
    assert (state(concern), Watch.objects.count()) == (State.CLOSED, 0)


def test_a_calm_case_that_another_agency_leads_is_watched(where, lead):
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead)
    Step.objects.filter(concern=concern, kind="support").update(kind=StepKind.WATCH)
    with pytest.raises(ActRefused, match="Another agency"):
        close(lead, concern, ConcernOutcome.WITH_AGENCY)


def test_nobody_opens_a_watch_where_the_ending_asks_for_none(where, lead):
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead)
    with pytest.raises(ActRefused, match="No watch is needed"):
        open_watch(lead, concern)


def test_the_first_review_is_after_two_school_weeks_and_the_adult_is_asked_the_day_before(
    lead, concern
):
    made = open_watch(lead, concern)
    task = Task.objects.get(watch=made)
    assert get_open_review(concern).due_at.date() == date(2026, 11, 17)
    assert (task.step.due_at.date(), task.step.holder) == (date(2026, 11, 16), made.adult)


def test_a_child_who_is_watched_already_is_not_watched_twice(where, lead, concern):
    open_watch(lead, concern)
    other = concern_ready_to_watch(where, lead, children=(concern.children.get().child,))
    assert facts_for_watch_rule(other) is None
    close(lead, other)
    assert state(other) == State.CLOSED


def test_whoever_wrote_it_hears_that_it_has_ended(lead, concern):
    with pytest.raises(ActRefused):
        open_watch(lead, concern, words_back="")
    open_watch(lead, concern)
    assert WordBack.objects.get().words == "Thank you."
    assert StepKind.TELL_REPORTER not in open_step_kinds(concern)


@pytest.mark.parametrize("more", [{"last": 6}, {"question": " "}, {"last": 2, "why_shorter": "  "}])
def test_a_watch_is_shortened_only_with_a_reason_and_asks_something(lead, concern, more):
    with pytest.raises(ActRefused):
        open_watch(lead, concern, **more)


def test_the_childs_family_is_not_asked_how_the_child_is(where, lead, concern):
    relative = factories.person(where)
    factories.relate_to_child(relative, concern.children.get().child)
    with pytest.raises(ActRefused):
        open_watch(lead, concern, adult=relative)


# Its reviews


def test_each_review_opens_the_next_and_the_last_closes(lead, concern):
    open_watch(lead, concern)
    days = []
    while state(concern) != State.CLOSED:
        days.append(get_open_review(concern).due_at.date())
        record_review(lead, concern, **(END if len(days) == 3 else {}))
    assert days == [date(2026, 11, 17), date(2026, 12, 15), date(2027, 1, 26)]
    assert Ending.objects.get().outcome == ConcernOutcome.KEPT


def test_a_review_done_before_its_day_is_not_owed_again(lead, concern):
    open_watch(lead, concern)
    record_review(lead, concern, now=LATER)
    assert get_open_review(concern).due_at.date() == date(2026, 12, 15)


def test_a_watch_opened_when_reviews_were_in_other_weeks_goes_on_to_its_own_last_one(
    lead, concern, monkeypatch
):
    open_watch(lead, concern, last=6, why_shorter="She moves in March.")
    planned = concern.watches.get().review_days_left(LATER.date())
    monkeypatch.setattr(watch, "REVIEWS", (2, 4, 12))
    days = concern.watches.get().review_days_left(LATER.date())
    assert (len(days), days[0], days[-1]) == (3, planned[0], planned[-1])


def test_after_the_last_it_may_be_watched_on_for_six_weeks(lead, concern):
    open_watch(lead, concern, last=2, why_shorter="She moves in March.")
    record_review(lead, concern)
    assert get_open_review(concern).due_at.date() == date(2027, 1, 4)


def test_it_ends_before_its_last_review_only_with_a_reason(lead, concern):
    open_watch(lead, concern)
    with pytest.raises(ActRefused):
        record_review(lead, concern, **END)
    record_review(lead, concern, why="The family has moved.", **END)
    assert state(concern) == State.CLOSED


def test_whoever_wrote_it_gets_a_word_when_it_closes(lead, concern):
    open_watch(lead, concern, last=2, why_shorter="Moving.")
    with pytest.raises(ActRefused):
        record_review(lead, concern, then=WatchReviewResult.END)
    assert state(concern) == State.DECIDED


def test_it_holds_the_concern_open(lead, concern):
    open_watch(lead, concern)
    with pytest.raises(ActRefused, match="Ask how the child is"):
        close(lead, concern)


def test_deciding_again_does_not_end_it(lead, concern):
    open_watch(lead, concern)
    decide_concern(lead, concern, now=LATER)
    assert StepKind.LOOK_AFTER in open_step_kinds(concern)


def test_the_adult_is_asked_again_before_each_review_and_what_lies_undone_ends(lead, concern):
    open_watch(lead, concern)
    record_review(lead, concern)
    tasks = Task.objects.filter(step__done_at=None)
    assert [task.step.due_at.date() for task in tasks] == [date(2026, 12, 14)]
    # Nothing was decided anew: the trail says only that it ended.
    undone = Task.objects.exclude(step__done_at=None).get().step
    assert StepEnding.label_of_value(undone.ended) == "Ended before it was done"


def test_an_adult_who_has_left_is_asked_no_more_and_the_review_is_still_owed(lead, concern):
    made = open_watch(lead, concern)
    made.adult.posts.update(until=NOW.date())
    record_review(lead, concern)
    assert open_step_kinds(concern) == {StepKind.LOOK_AFTER}


def test_the_lead_reads_the_adults_line_and_the_rate_before_and_since(where, lead, concern):
    made = open_watch(lead, concern)
    task = Task.objects.get(watch=made)
    now = get_open_review(concern).due_at - timedelta(hours=1)
    answer_task(factories.viewer(where, who=made.adult), task, "Smiling more.", now=now)
    child = concern.children.get().child
    factories.send_concern(factories.viewer(where), child, now=now - timedelta(days=1))
    later = factories.viewer(where, Role.DSL, who=lead.person, now=now)
    found = page(later, get_open_review(concern), made)
    assert [said.words for said in found["said"]] == ["Smiling more."]
    assert [(rate.number, rate.weeks, rate.rate_per_month) for rate in found["rates"]] == [
        (1, 1, "4.0"),
        (1, 2, "2.0"),
    ]
    assert StepKind.READ_ADDITION not in open_step_kinds(concern)


def test_the_rates_leave_out_what_the_viewer_may_not_see(where, lead, concern):
    made = open_watch(lead, concern)
    factories.relate_to_child(lead.person, concern.children.get().child)
    assert concern_rates(lead, made)[0].number == 0


def test_what_is_watched_has_a_holder_and_each_act_a_line(where, lead, concern):
    open_watch(lead, concern)
    record_review(lead, concern)
    assert list(find_integrity_breaches(where, NOW.date())) == []
    kinds = LedgerLine.objects.filter(concern=concern.uid).values_list("kind", flat=True)
    assert {Kind.WATCHED, Kind.LOOKED_AFTER} <= set(kinds)


# A status that ends


@pytest.fixture
def child(where):
    return factories.child(where)


def newest(where, lead, child, at=State.CLOSED):
    return factories.concern_at(at, where=where, lead=lead, children=(child,))


def end(lead, child, kind="child_in_need", **more):
    category = {"category": "neglect"} if kind == "plan" else {}
    return homes.end_line(lead, child, homes.add_status(lead, child, kind, **category), **more)


def test_a_status_that_ends_opens_the_newest_concern_again_and_watches(where, lead, child):
    newest(where, lead, child)
    concern = newest(where, lead, child)
    end(lead, child)
    assert (state(concern), open_step_kinds(concern)) == (
        State.DECIDED,
        {StepKind.LOOK_AFTER, StepKind.TASK},
    )
    assert Ending.objects.filter(concern=concern).last().reopened
    assert Watch.objects.get().because == WatchReason.STATUS


def test_without_a_concern_the_lead_is_asked_to_write_one_first(lead, child):
    row = homes.add_status(lead, child)
    with pytest.raises(ActRefused, match="First write one"):
        homes.end_line(lead, child, row, watching=homes.status_watch_answers(lead))
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_status_that_ends_for_a_higher_one_opens_no_watch(where, lead, child):
    newest(where, lead, child)
    homes.add_status(lead, child, "plan", category="neglect")
    end(lead, child)
    assert Watch.objects.count() == 0


def test_the_watch_keeps_whether_the_school_agrees(where, lead, child):
    newest(where, lead, child)
    said = homes.status_watch_answers(lead, why="Too soon.", agrees=False)
    end(lead, child, view_ended="Too soon.", watching=said)
    made = Watch.objects.get()
    assert (made.agrees, made.words) == (False, "Too soon.")


def test_a_second_status_that_ends_begins_the_same_watch_anew(where, lead, child):
    concern = newest(where, lead, child)
    end(lead, child, "plan")
    end(lead, child)
    assert (Watch.objects.count(), open_step_kinds(concern)) == (
        2,
        {StepKind.LOOK_AFTER, StepKind.TASK},
    )


def test_what_goes_on_beside_the_watch_of_a_status_goes_on_when_it_ends(where, lead, child):
    concern = newest(where, lead, child, State.TAKEN)
    end(lead, child)
    record_review(lead, concern, why="Back on a plan.", **END)
    assert (state(concern), open_step_kinds(concern)) == (State.TAKEN, {StepKind.DECIDE})


def test_reopened_for_a_watch_it_closes_at_the_last_as_it_had_ended(where, lead, child):
    concern = newest(where, lead, child)
    end(lead, child, watching=homes.status_watch_answers(lead, last=2, why_shorter="Moving."))
    record_review(lead, concern, **END)
    assert Concern.objects.get(pk=concern.pk).outcome == ConcernOutcome.HELP_IN_PLACE


def test_something_added_beside_the_watch_is_read(where, lead, concern):
    open_watch(lead, concern)
    writer = factories.viewer(where, who=concern.reporter)
    submit.add(by=writer, concern=concern, words="Again.", now=LATER)
    assert StepKind.READ_ADDITION in open_step_kinds(concern)


def test_a_lead_of_another_school_looks_at_no_watch(lead, concern):
    open_watch(lead, concern)
    stranger = factories.viewer(factories.school(), Role.DSL)
    with pytest.raises(Http404):
        queries.get_step_to_do(stranger, get_open_review(concern).uid)
