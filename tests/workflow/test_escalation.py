"""Tests for whom a late step has come to: each rung is another person who may act, in turn."""

from datetime import UTC, date, datetime, timedelta

import pytest

from concerns.models import Exclusion, Post, Step
from concerns.models.school.cover import Cover
from concerns.rules.clocks import StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.workflow.escalation import (
    ANOTHER_LOOKS,
    EscalationLadders,
    EscalationTarget,
    PassedOver,
)
from tests import factories
from tests.counting import list_statements
from tests.deciding import decide_concern, referral_sent_answers
from tests.factories import NOW

pytestmark = pytest.mark.django_db
# "Worried about them going home": half an hour, and pushed each quarter of an hour after.
DUE = NOW + timedelta(minutes=30)


class Desks:
    """A school with a lead, a deputy and a head, and a first look that is due today."""

    def __init__(self):
        self.school = factories.school()
        self.lead = factories.person(self.school, Role.DSL)
        self.deputy = factories.person(self.school, Role.DEPUTY)
        self.head = factories.person(self.school, Role.HEAD)
        self.concern = factories.concern_at(
            State.WAITING, where=self.school, going_home="yes", now=NOW
        )

    @property
    def step(self) -> Step:
        rows = Step.objects.open().select_related("concern", "holder")
        return rows.get(concern=self.concern, kind=StepKind.FIRST_LOOK_NOW)

    def come(self, minutes: int) -> EscalationTarget | None:
        """To whom the step has come so long after it was due."""
        now = DUE + timedelta(minutes=minutes)
        return EscalationLadders(self.school, now, [self.step]).current_recipient(self.step)

    def shut_out(self, who) -> None:
        Exclusion.objects.create(
            school=self.school, concern=self.concern, person=who, by=self.head, at=NOW
        )

    def goes_on_leave(self, who, **more) -> None:
        day = date(2026, 11, 3)
        Cover.objects.create(
            school=self.school,
            kind=CoverKind.LEAVE,
            person=who,
            since=day,
            until=day,
            by=self.head,
            at=NOW,
            **more,
        )


@pytest.fixture
def desks():
    return Desks()


def test_what_is_not_late_has_come_to_nobody_else(desks):
    assert desks.come(0) is None


def test_it_comes_to_the_lead_again_then_to_the_deputy_then_to_the_head(desks):
    people = [desks.come(minutes).to for minutes in (1, 15, 30)]
    assert people == [desks.lead, desks.deputy, desks.head]


def test_after_the_last_it_goes_round_again_and_says_so(desks):
    assert desks.come(45) == EscalationTarget(desks.lead, 4, again=1)


def test_a_month_of_silence_has_not_ended_it(desks):
    assert desks.come(30 * 24 * 60).again > 300


def test_somebody_shut_out_is_passed_over(desks):
    desks.shut_out(desks.deputy)
    assert desks.come(15).to == desks.head


def test_the_childs_family_is_passed_over(desks):
    factories.relate_to_child(desks.lead, desks.concern.children.get().child)
    assert desks.come(1).to == desks.deputy


def test_somebody_on_leave_is_passed_over_at_once(desks):
    desks.goes_on_leave(desks.lead)
    assert desks.come(1).to == desks.deputy


def test_who_stands_in_is_asked_once_and_not_twice(desks):
    desks.goes_on_leave(desks.lead, stands_in=desks.deputy)
    assert [desks.come(minutes).to for minutes in (1, 15)] == [desks.deputy, desks.head]


def test_an_empty_post_is_passed_over(desks):
    desks.deputy.is_active = False
    desks.deputy.save(update_fields=["is_active"])
    assert desks.come(15).to == desks.head


def test_who_holds_it_by_name_comes_first(desks):
    Step.objects.filter(pk=desks.step.pk).update(holder=desks.deputy, holder_role="")
    assert [desks.come(minutes).to for minutes in (1, 15)] == [desks.deputy, desks.lead]


def test_a_holder_who_has_gone_is_passed_over(desks):
    gone = factories.person(desks.school, Role.DEPUTY)
    Step.objects.filter(pk=desks.step.pk).update(holder=gone, holder_role="")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert desks.come(1).to == desks.lead


def test_danger_now_is_its_writers_first(desks):
    danger = factories.concern_at(State.WAITING, where=desks.school, danger=True, now=NOW)
    rows = Step.objects.select_related("concern", "holder")
    step = rows.get(concern=danger, kind=StepKind.DANGER_NOW)
    ladders = EscalationLadders(desks.school, NOW + timedelta(minutes=1), [step])
    assert ladders.current_recipient(step).to == danger.reporter
    assert ladders.people_on_ladder(step)[1:] == [desks.lead, desks.deputy, desks.head]


def test_where_the_clock_names_nobody_who_is_left_whoever_may_act_is_asked(desks):
    step = desks.step
    step.kind = StepKind.NEXT_MOVE
    desks.shut_out(desks.lead)
    assert EscalationLadders(desks.school, NOW, [step]).people_on_ladder(step) == [
        desks.deputy,
        desks.head,
    ]


def test_where_nobody_is_left_that_is_what_it_says(desks):
    for who in (desks.lead, desks.deputy, desks.head):
        desks.shut_out(who)
    assert desks.come(1) == EscalationTarget(None, 1)


def test_in_august_an_unanswered_referral_comes_to_the_holiday_holder(desks):
    july = datetime(2026, 7, 31, 10, 0, tzinfo=UTC)
    lead = factories.viewer(desks.school, Role.DSL, who=desks.lead)
    concern = factories.concern_at(State.TAKEN, where=desks.school, lead=lead, now=july)
    sent = {Route.SOCIAL_CARE: referral_sent_answers(happened_at=july)}
    decide_concern(lead, concern, Route.SOCIAL_CARE, sent=sent, now=july + timedelta(hours=1))
    step = concern.steps.select_related("concern", "holder").get(kind=StepKind.HEAR_BACK)
    assert step.holder == desks.lead
    Cover.objects.create(
        school=desks.school,
        kind=CoverKind.HOLIDAYS,
        person=desks.head,
        since=date(2026, 7, 20),
        by=desks.head,
        at=july,
    )
    wednesday = EscalationLadders(desks.school, datetime(2026, 8, 12, 10, 0, tzinfo=UTC), [step])
    assert wednesday.people_on_ladder(step) == [desks.head, desks.lead, desks.deputy]
    assert wednesday.current_recipient(step).to == desks.head
    # One working day more, and it is who decided who is asked.
    thursday = EscalationLadders(desks.school, datetime(2026, 8, 13, 10, 0, tzinfo=UTC), [step])
    assert thursday.current_recipient(step).to == desks.lead


def test_on_a_day_of_school_the_holiday_holder_comes_in_their_turn(desks):
    Cover.objects.create(
        school=desks.school,
        kind=CoverKind.HOLIDAYS,
        person=desks.head,
        since=date(2026, 7, 20),
        by=desks.head,
        at=NOW,
    )
    assert desks.come(1).to == desks.lead


@pytest.mark.parametrize(
    ("day", "first"),
    [
        # On a Friday it is a weekend that begins; on a Thursday the holder is back tomorrow.
        (6, "deputy"),
        (5, "lead"),
    ],
)
def test_on_the_evening_before_a_break_who_is_named_for_after_school_comes_first(desks, day, first):
    lead = factories.viewer(desks.school, Role.DSL, who=desks.lead)
    concern = factories.concern_at(State.TAKEN, where=desks.school, lead=lead, now=NOW)
    step = concern.steps.open().select_related("concern", "holder").get()
    assert step.holder == desks.lead
    Cover.objects.create(
        school=desks.school,
        kind=CoverKind.AFTER_HOURS,
        person=desks.deputy,
        since=date(2026, 7, 20),
        by=desks.head,
        at=NOW,
    )
    evening = datetime(2026, 11, day, 17, 0, tzinfo=UTC)
    ladders = EscalationLadders(desks.school, evening, [step])
    assert ladders.people_on_ladder(step)[0] == getattr(desks, first)


def test_the_ladders_of_many_cost_what_those_of_one_do(desks):
    def up(steps):
        ladders = EscalationLadders(desks.school, datetime(2026, 12, 1, tzinfo=UTC), steps)
        for step in steps:
            ladders.current_recipient(step)

    rows = Step.objects.open().select_related("concern", "holder")
    up(list(rows))
    one = len(list_statements(lambda: up(list(rows))))
    for _ in range(5):
        factories.concern_at(State.WAITING, where=desks.school, going_home="yes", now=NOW)
    assert len(list_statements(lambda: up(list(rows)))) == one


def test_a_writer_who_only_works_elsewhere_now_is_not_asked_to_do_their_own_step(desks):
    danger = factories.concern_at(State.WAITING, where=desks.school, danger=True, now=NOW)
    writer = danger.reporter
    Post.objects.filter(person=writer).update(until=NOW.date() - timedelta(days=1))
    Post.objects.create(person=writer, school=factories.school(), role=Role.STAFF, since=NOW.date())
    rows = Step.objects.select_related("concern", "holder")
    step = rows.get(concern=danger, kind=StepKind.DANGER_NOW)
    ladders = EscalationLadders(desks.school, NOW + timedelta(minutes=1), [step])
    assert ladders.people_on_ladder(step) == [desks.lead, desks.deputy, desks.head]


def test_who_decided_is_passed_over_because_somebody_else_looks_again(desks):
    lead = factories.viewer(desks.school, Role.DSL, who=desks.lead)
    concern = factories.concern_at(State.DECIDED, where=desks.school, lead=lead, now=NOW)
    step = Step.objects.create(
        school=desks.school,
        concern=concern,
        kind=StepKind.STILL_WORRIED,
        decision=concern.decisions.get(),
        holder=desks.deputy,
        opened_at=NOW,
        due_at=DUE,
    )
    passed = EscalationLadders(desks.school, NOW, [step]).people_passed_over(step)
    assert passed == [PassedOver(desks.lead.name, ANOTHER_LOOKS)]


def test_a_step_of_the_leads_post_has_come_to_nobody_else_while_it_is_the_leads_turn(desks):
    said = []
    for minutes in (1, 15):
        ladders = EscalationLadders(desks.school, DUE + timedelta(minutes=minutes), [desks.step])
        beside = ladders.recipient_beside_holder(desks.step)
        said.append(beside.to if beside else None)
    assert said == [None, desks.deputy]
