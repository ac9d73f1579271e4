"""Tests for the demonstration in which the lead was off sick for a week and told nobody."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from concerns.chase import queries as chase
from concerns.management.demo.child_files import BETWEEN_BIRTHS
from concerns.management.demo.lead_off_sick import A_WEEK, CALLS
from concerns.management.demo.names_and_sentences import AT_THE_GATE, NOTICED, SAID
from concerns.models import (
    ChaseCall,
    Concern,
    Conversation,
    Cover,
    Heartbeat,
    Home,
    LedgerLine,
    Notice,
    Person,
    ReferralEvent,
    School,
    Sighting,
    Step,
    Viewer,
)
from concerns.models.outbox.notice import NoticeEnding
from concerns.models.response.step import StepEnding
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.calendars import is_school_day
from concerns.rules.challenge_ladder import ChallengeRung
from concerns.rules.clocks import FIRST_LOOKS
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.roles import Role
from concerns.rules.words import Category, SpokenTo
from tests.databases import in_place

# On PostgreSQL tests/test_demo.py makes a demonstration.
pytestmark = pytest.mark.more_of_a_kind


@pytest.fixture(scope="module")
def made(databases, migrated):
    database = databases.copy(migrated, "sick")
    database.manage("demo", "--lead-off-sick", "--json", env={"DEMO": "1"})
    yield database
    databases.drop(database)


@pytest.fixture
def school(made, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), in_place(made):
        yield School.objects.get()


@pytest.fixture
def looks(school) -> list[Step]:
    """The first looks that were due on what came in that week."""
    rows = Step.objects.filter(kind__in=FIRST_LOOKS).select_related("concern").order_by("opened_at")
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(90)]
    week = [day for day in days if is_school_day(school.school_calendar, day)][:A_WEEK]
    return [step for step in rows if step.opened_at.date() >= min(week)]


def told(step: Step) -> set[Person]:
    rows = Notice.objects.filter(step=step, ended=NoticeEnding.SENT).select_related("person")
    return {row.person for row in rows}


def lead() -> Person:
    return Person.objects.get(posts__role=Role.DSL)


def test_the_lead_did_nothing_all_week(looks):
    assert not Step.objects.filter(done_by=lead(), done_at__gte=looks[0].opened_at).exists()


def test_the_deputy_recorded_nothing_while_on_the_course(school):
    deputy = Person.objects.get(posts__role=Role.DEPUTY)
    course = Cover.objects.get(person=deputy, kind=CoverKind.LEAVE)
    lines = LedgerLine.objects.filter(actor=deputy)
    assert lines.filter(received__date__lt=course.since).exists()
    assert not lines.filter(received__date__range=(course.since, course.until)).exists()


def test_most_of_what_came_in_was_taken_in_its_time_and_the_rest_was_told_on(looks):
    taken = [step for step in looks if step.done_at]
    late = [step for step in taken if step.done_at > step.due_at]
    assert len(taken) > 2 * len(late)
    assert [step for step in late if not told(step)] == []


def test_what_nobody_took_is_on_the_heads_page_with_who_was_told(school, looks):
    # What became late after the last round of the clock is told in the next.
    last_round = Heartbeat.objects.get().at
    waits = {step for step in looks if not step.done_at and step.due_at < last_round}
    assert waits
    head = Person.objects.get(posts__role=Role.HEAD)
    viewer = Viewer(head, school, frozenset({Role.HEAD}), timezone.now())
    rows = [row.step for row in chase.read_next_steps(viewer, {"whose": "all"}).rows]
    late = [step for step in rows if step.due_at < viewer.now]
    assert rows[: len(late)] == late
    assert waits <= set(late)
    assert [step for step in waits if told(step) <= {lead()}] == []


def test_a_referral_nobody_answered_was_rung_on_three_days_and_then_challenged(school):
    challenged = ReferralEvent.objects.filter(stage=ReferralStage.CHALLENGED)
    first = next(iter(ChallengeRung))
    assert {event.escalation for event in challenged} >= {first}
    for event in challenged.filter(escalation=first):
        calls = ChaseCall.objects.filter(referral=event.referral, at__lt=event.at)
        # The first of them may have been made before that week, by the lead herself.
        assert len({call.at.date() for call in calls}) >= CALLS


def test_nobody_rings_two_agencies_at_once_nor_before_the_last_call_was_over(school):
    calls = defaultdict(list)
    for call in ChaseCall.objects.order_by("happened_at"):
        calls[call.by_id].append((call.happened_at, timedelta(minutes=call.minutes), call.at))
    assert sum(map(len, calls.values())) > CALLS
    for made in calls.values():
        assert [began for began, held, written in made if began + held > written] == []
        pairs = pairwise(made)
        assert [later for (began, held, _), (later, *_) in pairs if began + held > later] == []


def test_nobody_sees_two_children_at_the_same_moment_on_their_own(school):
    seen = defaultdict(set)
    for row in Sighting.objects.exclude(concern=None):
        seen[row.by_id, row.happened_at].add((row.child_id, row.concern_id))
    concerns = [{concern for _, concern in rows} for rows in seen.values()]
    assert [rows for rows in concerns if len(rows) > 1] == []


def test_whoever_saw_a_child_for_a_decision_had_read_the_concern_or_written_it(school):
    rows = list(Sighting.objects.exclude(concern=None).select_related("concern"))
    others = [row for row in rows if row.by_id != row.concern.reporter_id]
    assert others
    assert [row for row in others if row.happened_at < row.concern.first_looked_at] == []


def test_whoever_did_a_step_that_week_had_opened_the_concern(school, looks):
    opened = LedgerLine.objects.filter(kind=Kind.OPENED)
    read = defaultdict(list)
    for person, concern, at in opened.values_list("actor", "concern", "received"):
        read[person, concern].append(at)
    done = Step.objects.filter(done_at__gte=looks[0].opened_at, ended=StepEnding.DONE)
    rows = list(done.select_related("concern"))
    deputy_and_head = Person.objects.filter(posts__role__in=[Role.DEPUTY, Role.HEAD])
    rows = [row for row in rows if row.done_by in deputy_and_head]
    assert len(rows) > 20
    unread = [
        row
        for row in rows
        if not any(at <= row.done_at for at in read[row.done_by_id, row.concern.uid])
    ]
    assert unread == []


def test_what_was_sorted_that_week_was_sorted_as_it_was_written(school, looks):
    of_words = {
        words: set(categories) or {Category.UNSORTED}
        for _, categories, sentences in NOTICED.values()
        for words in sentences
    }
    told_at_the_gate = set(NOTICED[AT_THE_GATE][1])
    week = Concern.objects.filter(pk__in=[step.concern_id for step in looks])
    sorted_ones = list(week.exclude(sorting=None))
    assert sorted_ones
    for concern in sorted_ones:
        chosen = set(concern.sorting.categories.values_list("category", flat=True))
        assert chosen == of_words.get(concern.account, told_at_the_gate)


def test_nothing_of_it_is_unheld(school):
    assert list(find_integrity_breaches(school)) == []


def test_children_at_one_address_can_be_born_of_one_mother(school):
    born = defaultdict(set)
    for home in Home.objects.select_related("child"):
        born[home.household_id].add(home.child.born)
    shared = [sorted(days) for days in born.values() if len(days) > 1]
    assert shared
    gaps = [later - day for days in shared for day, later in pairwise(days)]
    assert min(gaps) >= BETWEEN_BIRTHS


def test_what_a_parent_said_fits_what_was_noticed(school):
    kind_of = {words: kind for kind, row in NOTICED.items() for words in row[2]}
    talks = Conversation.objects.filter(spoken_to=SpokenTo.PARENT).select_related("concern")
    said = [(kind_of.get(talk.concern.account), talk.said) for talk in talks]
    assert len(said) > 20
    assert [words for kind, words in said if kind and words not in SAID[kind]] == []


def test_a_child_is_seen_while_the_school_is_open(school):
    days = school.school_calendar
    seen = [timezone.localtime(row.happened_at) for row in Sighting.objects.exclude(concern=None)]
    assert seen
    assert [at for at in seen if at.time() > days.closes] == []


def test_the_clock_goes_by_night_too(school):
    sent = Notice.objects.filter(ended=NoticeEnding.SENT).values_list("ended_at", flat=True)
    assert any(timezone.localtime(at).hour >= 20 for at in sent)
