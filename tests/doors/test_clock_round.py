"""Tests for one round of the clock: it tells of late steps, sends what waits, and goes on."""

import uuid
from datetime import date, timedelta

import pytest
from django.core import mail as sent_here

from concerns.chase import acts as chase
from concerns.doors import clock_round, unsent_words
from concerns.models import Cover, Heartbeat, LedgerLine, Letter, Notice, RoundFailure, Step
from concerns.models.concern.draft import CONCERN
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.chase.quiet import break_ladder
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# "Worried about them going home": half an hour, pushed on each quarter of an hour.
DUE = NOW + 30 * MINUTE


class Desks:
    """A school with a lead, a deputy and a head, and a concern that must be looked at today."""

    def __init__(self):
        self.school = factories.school()
        self.lead = factories.person(self.school, Role.DSL, name="Lena Lead")
        self.deputy = factories.person(self.school, Role.DEPUTY, name="Dee Deputy")
        self.head = factories.person(self.school, Role.HEAD, name="Hedda Head")
        self.writer = factories.viewer(self.school)
        self.concern = self.worry()

    def worry(self, **more):
        more = {"going_home": "yes", "now": NOW, **more}
        return factories.concern_at(State.WAITING, where=self.school, by=self.writer, **more)

    def viewer(self, person, now=NOW):
        role = {self.lead: Role.DSL, self.deputy: Role.DEPUTY}.get(person, Role.HEAD)
        return factories.viewer(self.school, role, who=person, now=now)


@pytest.fixture
def desks():
    return Desks()


def told() -> list[tuple[str, str]]:
    """To whom each letter went, and its words."""
    return [(message.to[0], message.body) for message in sent_here.outbox]


def whom() -> list[str]:
    return [to for to, _ in told()]


def test_who_is_to_look_at_once_is_told_with_the_first_round(desks):
    clock_round.run_reminder_round(NOW)
    assert whom() == [desks.lead.email]
    assert desks.concern.reference in told()[0][1]


def test_a_round_goes_to_every_school_of_the_site(desks):
    others = [Desks() for _ in range(2)]
    clock_round.run_reminder_round(NOW)
    assert whom() == [one.lead.email for one in (desks, *others)]
    for minutes in (31, 46, 61):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    for one in others:
        assert {one.lead.email, one.deputy.email, one.head.email} <= set(whom())


def test_a_second_round_tells_nothing_twice(desks):
    clock_round.run_reminder_round(NOW)
    clock_round.run_reminder_round(NOW + MINUTE)
    assert len(told()) == 1


def test_what_is_late_climbs_to_the_deputy_then_to_the_head_then_round_again(desks):
    for late in (1, 15, 30, 45):
        clock_round.run_reminder_round(DUE + late * MINUTE)
    leads = [to for to in whom() if to != desks.writer.person.email]
    people = (desks.lead, desks.deputy, desks.head, desks.lead)
    assert leads == [person.email for person in people]


def test_it_says_why_it_has_come_to_them(desks):
    clock_round.run_reminder_round(DUE + MINUTE)
    clock_round.run_reminder_round(DUE + 15 * MINUTE)
    words = dict(told())[desks.deputy.email]
    assert "15 minutes late" in words
    assert "These people have had an e-mail about it: Lena Lead (" in words


def test_a_new_concern_is_not_said_to_have_been_passed_on(desks):
    clock_round.run_reminder_round(NOW)
    words = dict(told())[desks.lead.email]
    assert f"{desks.concern.reference} is waiting for you." in words
    assert "passed" not in words


def test_no_message_names_a_child(desks):
    child = desks.concern.children.get().child
    for late in (1, 15, 30):
        clock_round.run_reminder_round(DUE + late * MINUTE)
    everything = " ".join(f"{m.subject} {m.body}" for m in sent_here.outbox)
    assert [name for name in (child.forename, child.surname) if name in everything] == []


def test_a_week_of_dead_rounds_is_told_once_to_each_and_not_a_hundred_times(desks):
    clock_round.run_reminder_round(DUE + timedelta(days=7))
    leads = sorted(to for to in whom() if to != desks.writer.person.email)
    assert leads == sorted(one.email for one in (desks.lead, desks.deputy, desks.head))


def test_who_wrote_is_told_to_go_and_speak_to_whom_it_has_come_to(desks):
    clock_round.run_reminder_round(DUE + 15 * MINUTE)
    words = dict(told())[desks.writer.person.email]
    assert "Nobody has said yet that they have what you wrote" in words
    assert "Go and speak to Dee Deputy" in words
    clock_round.run_reminder_round(DUE + 30 * MINUTE)
    assert whom().count(desks.writer.person.email) == 1


def test_it_is_not_sent_when_a_colleague_has_meanwhile_acted(desks, settings):
    settings.EMAIL_HOST = ""
    clock_round.run_reminder_round(DUE + MINUTE)
    deputy = desks.viewer(desks.deputy, DUE + 2 * MINUTE)
    triage.take(by=deputy, concern=desks.concern, now=deputy.now)
    settings.EMAIL_HOST = "mail.example.test"
    clock_round.run_reminder_round(DUE + 3 * MINUTE)
    assert desks.lead.email not in whom()
    assert Letter.objects.unsent_letters().count() == 0


def test_each_thing_told_is_a_line_of_the_record(desks):
    clock_round.run_reminder_round(NOW)
    line = LedgerLine.objects.get(kind=Kind.NOTICED)
    assert (line.actor, line.concern) == (None, desks.concern.uid)
    assert str(desks.lead.uid) in line.body


def test_what_is_not_red_waits_for_the_next_post(desks):
    clock_round.run_reminder_round(NOW)
    sent_here.outbox.clear()
    calm = desks.worry(going_home="no", now=NOW + MINUTE)
    clock_round.run_reminder_round(NOW + 2 * MINUTE)
    assert told() == []
    clock_round.run_reminder_round(NOW.replace(hour=14, minute=30))
    assert calm.reference in dict(told())[desks.lead.email]


def test_a_word_back_is_one_message_to_who_wrote(desks):
    lead = desks.viewer(desks.lead)
    triage.take(by=lead, concern=desks.concern, now=NOW)
    chase.tell_reporter(by=lead, concern=desks.concern, words="Thank you.", now=NOW)
    clock_round.run_reminder_round(NOW + timedelta(days=1))
    clock_round.run_reminder_round(NOW + timedelta(days=1, minutes=1))
    words = [body for to, body in told() if to == desks.writer.person.email]
    assert len(words) == 1
    assert "a reply to what you wrote" in words[0]
    assert "Thank you." not in words[0]


def test_one_bad_row_stops_no_round_and_is_shown_until_it_is_over(desks, monkeypatch):
    bad = desks.concern
    good = desks.worry(now=NOW + MINUTE)
    break_ladder(monkeypatch, bad, "current_recipient")
    clock_round.run_reminder_round(DUE + 2 * MINUTE)
    assert good.reference in str(told())
    trouble = RoundFailure.objects.unresolved_failures().get()
    assert (trouble.about, trouble.fault) == (str(bad.steps.get().uid), "ZeroDivisionError")
    monkeypatch.undo()
    clock_round.run_reminder_round(DUE + 3 * MINUTE)
    assert not RoundFailure.objects.unresolved_failures().exists()


def test_a_row_whose_ladder_cannot_be_gone_up_keeps_no_letter_back(desks, monkeypatch):
    bad = desks.concern
    good = desks.worry(now=NOW + MINUTE)
    break_ladder(monkeypatch, bad, "people_on_ladder")
    clock_round.run_reminder_round(NOW + 2 * MINUTE)
    assert good.reference in str(told())
    assert RoundFailure.objects.unresolved_failures().get().about == str(bad.steps.get().uid)


def test_where_nobody_is_left_the_chair_is_told_and_the_clock_says_so(desks):
    chair = factories.person(desks.school, Role.CHAIR)
    for person in (desks.lead, desks.deputy, desks.head):
        factories.relate_to_child(person, desks.concern.children.get().child)
    clock_round.run_reminder_round(NOW)
    assert set(whom()) == {chair.email, desks.writer.person.email}
    words = dict(told())[chair.email]
    assert desks.concern.reference not in words
    assert "There is a next step that nobody here may act on. Today, appoint" in words
    assert Heartbeat.objects.get().nobody == 1


def test_a_round_somebody_else_is_on_is_not_gone(desks):
    assert Heartbeat.objects.lease_round(NOW)
    assert clock_round.run_reminder_round(NOW + MINUTE) is False
    assert clock_round.run_reminder_round(NOW + 3 * MINUTE) is True


def test_who_has_left_is_not_written_to_and_who_holds_the_post_now_is(desks, settings):
    settings.EMAIL_HOST = ""
    clock_round.run_reminder_round(NOW)
    desks.lead.is_active = False
    desks.lead.save(update_fields=["is_active"])
    settings.EMAIL_HOST = "mail.example.test"
    clock_round.run_reminder_round(NOW + MINUTE)
    clock_round.run_reminder_round(NOW + 2 * MINUTE)
    assert whom() == [desks.deputy.email]


def test_a_draft_is_told_to_its_writer_and_next_morning_to_the_lead(desks):
    unsent_words.save_draft_words(
        desks.writer.person, desks.school, CONCERN, uuid.uuid4(), {"account": ["Thin"]}, NOW
    )
    clock_round.run_reminder_round(NOW + 31 * MINUTE)
    assert [to for to, body in told() if "started to write" in body] == [desks.writer.person.email]
    sent_here.outbox.clear()
    clock_round.run_reminder_round(NOW + timedelta(days=1))
    clock_round.run_reminder_round(NOW + timedelta(days=1, hours=6))
    line = "A colleague started to write a concern and has not sent it"
    assert [to for to, body in told() if line in body] == [desks.lead.email]


def test_every_step_that_is_late_has_been_told_to_somebody(desks):
    triage.take(by=desks.viewer(desks.lead), concern=desks.concern, now=NOW)
    submit.add(by=desks.writer, concern=desks.concern, words="And again.", now=NOW)
    clock_round.run_reminder_round(DUE + timedelta(days=2))
    late = Step.objects.late(DUE + timedelta(days=2))
    assert late.count() == 2
    assert Notice.objects.filter(step__in=late, pushed__gt=0).values("step").distinct().count() == 2


def test_an_absent_lead_is_passed_over_from_the_first_moment(desks):
    today = date(2026, 11, 3)
    Cover.objects.create(
        school=desks.school,
        kind=CoverKind.LEAVE,
        person=desks.lead,
        since=today,
        until=today,
        by=desks.head,
        at=NOW,
    )
    clock_round.run_reminder_round(NOW)
    clock_round.run_reminder_round(DUE + MINUTE)
    assert desks.lead.email not in whom()
    assert desks.deputy.email in whom()


def test_who_is_handed_a_concern_is_told_that_it_has_come_to_them(desks):
    lead = desks.viewer(desks.lead)
    triage.take(by=lead, concern=desks.concern, now=NOW)
    for minutes, to in ((1, desks.deputy), (3, desks.head)):
        at = NOW + minutes * MINUTE
        triage.hand(by=lead, concern=desks.concern, to=to, note="Yours, please.", now=at)
        clock_round.run_reminder_round(at + MINUTE)
    # Due before the child goes home, but not late: it goes with the next post, and to nobody
    # who has passed it on meanwhile.
    clock_round.run_reminder_round(NOW.replace(hour=14, minute=30))
    words = dict(told())
    assert f"{desks.concern.reference} has been passed to you." in words[desks.head.email]
    assert len(whom()) == len(set(whom()))


def test_who_gives_themselves_a_concern_is_not_written_to(desks):
    deputy = desks.viewer(desks.deputy)
    clock_round.run_reminder_round(NOW)
    triage.hand(by=deputy, concern=desks.concern, to=desks.deputy, note="Mine.", now=NOW)
    clock_round.run_reminder_round(NOW + MINUTE)
    assert desks.deputy.email not in whom()
