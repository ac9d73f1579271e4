"""Messages about one late step: what they say was delivered, and how often they come."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.core import mail as sent_here

from concerns.chase import acts as chase
from concerns.doors import clock_round
from concerns.models import Cover, Exclusion, Heartbeat, Notice, School
from concerns.reading.who_was_told import OUTSIDE, list_step_notifications
from concerns.rules.clocks import StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.lifecycle import State
from concerns.rules.message_rules import MessageReason, Subject
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from tests import adults, factories
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db
# The case with the most people is tried by `make quick` and on PostgreSQL.
REST = pytest.mark.more_of_a_kind
MINUTE = timedelta(minutes=1)
ADVISER = {"adviser_name": "Ann", "adviser_email": "ann@council.test", "adviser_of": "Council"}


def write_urgent(where, **more):
    given = {"where": where, "going_home": "yes", "now": NOW, **more}
    return factories.concern_at(State.WAITING, **given)


def run_rounds(hours: int, every: int = 15, start=NOW) -> None:
    for minutes in range(0, hours * 60, every):
        clock_round.run_reminder_round(start + minutes * MINUTE)


def times_sent_to(person) -> list:
    rows = Notice.objects.filter(person=person, ended="sent").order_by("pk")
    return list(rows.values_list("made_at", flat=True))


def most_in_a_day(times: list) -> int:
    return max(sum(at <= other < at + timedelta(days=1) for other in times) for at in times)


@pytest.mark.parametrize(
    "colleagues",
    [(Role.DEPUTY, Role.HEAD), *(pytest.param(few, marks=REST) for few in ((), (Role.DEPUTY,)))],
)
def test_nobody_gets_more_than_six_messages_a_day_about_one_step(where, colleagues):
    head = factories.person(where, Role.DSL, Role.HEAD)
    others = [factories.person(where, role) for role in colleagues]
    write_urgent(where)
    run_rounds(48)
    for person in (head, *others):
        assert 3 <= most_in_a_day(times_sent_to(person)) <= 6


def test_messages_to_one_person_come_further_and_further_apart(where):
    head = factories.person(where, Role.DSL, Role.HEAD)
    write_urgent(where)
    run_rounds(48)
    times = times_sent_to(head)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] < timedelta(hours=1) < timedelta(hours=8) <= gaps[-1]


def test_whoever_was_told_too_often_gives_the_turn_to_the_adviser_outside(where):
    School.objects.filter(pk=where.pk).update(**ADVISER)
    head = factories.person(where, Role.DSL, Role.HEAD)
    write_urgent(where)
    run_rounds(24)
    outside = [message for message in sent_here.outbox if message.to == ["ann@council.test"]]
    assert len(times_sent_to(head)) <= 6
    assert 2 <= len(outside) <= 6


def test_what_waited_for_the_adviser_is_one_message_on_the_record_as_well(where):
    School.objects.filter(pk=where.pk).update(**ADVISER)
    factories.person(where, Role.DSL, Role.HEAD)
    concern = write_urgent(where)
    run_rounds(24)
    outside = [message for message in sent_here.outbox if message.to == ["ann@council.test"]]
    told = list_step_notifications(concern.steps.get(kind=StepKind.FIRST_LOOK_NOW))
    assert len([row for row in told if row.who == OUTSIDE]) == len(outside) > 1


def test_nobody_outside_is_told_before_the_head_whose_turn_was_passed_over(where):
    School.objects.filter(pk=where.pk).update(**ADVISER)
    lead, deputy, head = (
        factories.person(where, role) for role in (Role.DSL, Role.DEPUTY, Role.HEAD)
    )
    concern = factories.concern_at(State.WAITING, where=where, now=NOW)
    step = concern.steps.get()
    for minutes in (1, 61):
        clock_round.run_reminder_round(step.due_at + minutes * MINUTE)
    # The deputy has been told and goes away: the third turn is now the adviser's.
    Cover.objects.create(
        school=where, kind=CoverKind.LEAVE, person=deputy, since=NOW.date(), until=NOW.date(),
        by=lead, at=NOW,
    )  # fmt: skip
    clock_round.run_reminder_round(step.due_at + 121 * MINUTE)
    told = Notice.objects.filter(step=step, why=MessageReason.LATE).order_by("pk")
    assert [row.person for row in told] == [lead, deputy, head]
    clock_round.run_reminder_round(step.due_at + 181 * MINUTE)
    assert len(told.all()) == 4


@pytest.mark.long
def test_a_late_step_about_an_adult_is_thinned_as_well(where):
    head = factories.person(where, Role.HEAD)
    adults.send_adult_concern(factories.viewer(where), factories.person(where), now=NOW)
    run_rounds(48)
    assert most_in_a_day(times_sent_to(head)) <= 6


def test_a_message_names_only_whoever_was_sent_one(where):
    lead = factories.person(where, Role.DSL, name="Lena Lead")
    factories.person(where, Role.DEPUTY, name="Dee Deputy")
    factories.person(where, Role.HEAD, name="Hedda Head")
    write_urgent(where)
    Cover.objects.create(
        school=where, kind=CoverKind.LEAVE, person=lead, since=NOW.date(), until=NOW.date(),
        by=lead, at=NOW,
    )  # fmt: skip
    run_rounds(2, every=5)
    said = " ".join(message.body for message in sent_here.outbox)
    assert "Dee Deputy (3 November 2026" in said
    assert "Lena Lead" not in said
    assert "has not acted" not in said


def test_how_many_messages_somebody_has_had_is_the_number_that_was_sent(where):
    factories.person(where, Role.DSL, Role.HEAD)
    write_urgent(where)
    run_rounds(3, every=5)
    said = [message.body for message in sent_here.outbox if "e-mail" in message.body]
    assert "You have had 1 e-mail about it before this one" in said[0]
    assert "You have had 2 e-mails about it before this one" in said[1]


def test_rounds_missed_for_a_weekend_count_nothing_that_was_not_sent(where):
    factories.person(where, Role.DSL, Role.HEAD)
    write_urgent(where)
    clock_round.run_reminder_round(NOW)
    clock_round.run_reminder_round(NOW + timedelta(days=3))
    said = [message.body for message in sent_here.outbox if "late" in message.body]
    assert ["You have had 1 e-mail about it" in body for body in said] == [True]


@pytest.mark.parametrize("about", ["child", "adult"])
def test_what_waited_for_the_mail_server_says_once_how_late_it_is_now(where, settings, about):
    head = factories.person(where, Role.HEAD)
    if about == "child":
        write_urgent(where)
    else:
        adults.send_adult_concern(factories.viewer(where), now=NOW, sort="harm")
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"
    run_rounds(8, every=60)
    assert Notice.objects.filter(person=head).count() > 2
    settings.EMAIL_BACKEND = working
    clock_round.run_reminder_round(NOW + timedelta(hours=9))
    (message,) = [message for message in sent_here.outbox if message.to == [head.email]]
    assert message.body.count("late") == 1
    assert "is 8 hours late" in message.body


# Subjects


def test_only_danger_and_what_is_for_today_ask_to_look_now(where):
    factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, now=NOW)
    run_rounds(8, every=30)
    late = [message for message in sent_here.outbox if "late" in message.body]
    assert {message.subject for message in late} == {Subject.LATE}
    sent_here.outbox.clear()
    write_urgent(where, now=NOW + timedelta(hours=9))
    clock_round.run_reminder_round(NOW + timedelta(hours=9))
    assert sent_here.outbox[-1].subject == Subject.NOW


def test_a_reply_goes_with_the_next_post_under_a_subject_of_its_own(where):
    writer = factories.viewer(where)
    lead = factories.viewer(where, Role.DSL)
    concern = factories.concern_at(State.TAKEN, where=where, by=writer, lead=lead)
    chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=NOW)
    clock_round.run_reminder_round(NOW + MINUTE)
    assert [message for message in sent_here.outbox if message.to == [writer.person.email]] == []
    clock_round.run_reminder_round(NOW + timedelta(days=1))
    mine = [message for message in sent_here.outbox if message.to == [writer.person.email]]
    assert [message.subject for message in mine] == [Subject.REPLY]


# Nobody left


@pytest.fixture
def nobody(where):
    """A concern that neither the lead nor the head may see."""
    School.objects.filter(pk=where.pk).update(**ADVISER)
    shut_out = [factories.person(where, role) for role in (Role.DSL, Role.HEAD)]
    factories.person(where, Role.CHAIR, name="Cora Chair")
    concern = write_urgent(where)
    for person in shut_out:
        Exclusion.objects.create(
            school=where, concern=concern, person=person, by=concern.reporter, at=NOW, why="Family."
        )
    return concern, shut_out


def test_where_nobody_is_left_the_chair_the_writer_and_the_adviser_are_told_at_once(where, nobody):
    concern, _ = nobody
    clock_round.run_reminder_round(NOW + MINUTE)
    told = {message.to[0]: message.body for message in sent_here.outbox}
    chair = where.posts.get(role=Role.CHAIR).person
    assert set(told) == {chair.email, concern.reporter.email, "ann@council.test"}
    assert where.authority.front_door in told[concern.reporter.email]
    assert "late" not in told["ann@council.test"]


def test_whoever_is_shut_out_learns_nothing_from_it_being_nobodys(where, nobody):
    _, shut_out = nobody
    clock_round.run_reminder_round()
    for person in shut_out:
        client = factories.sign_in(SecureClient(), person)
        assert "nobody here may act" not in page_text(client.get("/"))
    assert not {person.email for person in shut_out} & {
        address for message in sent_here.outbox for address in message.to
    }


def test_the_sites_operator_hears_that_a_step_has_nobody(client, where, nobody):
    clock_round.run_reminder_round()
    assert "nobody here may act on" in client.get("/healthz").json()["why"]


def test_it_is_said_once_a_day_and_not_with_every_round(where, nobody):
    run_rounds(6, every=20)
    chair = where.posts.get(role=Role.CHAIR).person
    assert [message.to[0] for message in sent_here.outbox].count(chair.email) == 1


def test_where_the_head_is_the_only_lead_the_chair_hears_of_somebody_still_worried(where, writer):
    head = factories.viewer(where, Role.DSL, Role.HEAD)
    chair = factories.person(where, Role.CHAIR)
    concern = factories.concern_at(State.DECIDED, where=where, lead=head, by=writer, now=NOW)
    submit.still_worried(by=writer, concern=concern, words="", now=NOW + timedelta(hours=1))
    clock_round.run_reminder_round(NOW + timedelta(hours=2))
    assert chair.email in {message.to[0] for message in sent_here.outbox}
    assert Heartbeat.objects.get().nobody == 1
