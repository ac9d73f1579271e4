"""Tests for twenty-five ways in which other software goes quiet and a child is missed.

Each is driven through the product with the clock moved.
"""

import re
import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404
from django.urls import get_resolver

from concerns.chase import acts as chase
from concerns.chase import views as chase_pages
from concerns.doors import clock_round, sight, unsent_words
from concerns.models import Draft, Heartbeat, Notice, Person, Step
from concerns.models.concern.draft import CONCERN
from concerns.models.outbox.notice import NoticeEnding
from concerns.people import acts as people
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.lifecycle import State
from concerns.rules.message_rules import MOST_A_DAY, MessageReason
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from concerns.triage import queries as triage_queries
from tests import factories
from tests.chase.quiet import DAY, HOUR, MINUTE, Quiet, break_ladder
from tests.databases import ROOT

pytestmark = pytest.mark.django_db
LEADS = (Role.DSL, Role.DEPUTY, Role.HEAD)


@pytest.fixture
def quiet():
    return Quiet()


def test_01_acknowledging_does_not_stop_the_clock(quiet):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    quiet.pass_by(4 * DAY, every=6 * HOUR)
    assert [step.kind for step in quiet.late(concern)] == [StepKind.DECIDE]
    assert quiet.has_heard(Role.DSL, concern)


def test_02_the_chain_of_who_is_told_never_ends(quiet):
    concern = quiet.write(going_home="yes")
    quiet.pass_by(2 * DAY)
    for _ in range(3):
        quiet.forget()
        quiet.pass_by(DAY, every=HOUR)
        told = {role: " ".join(quiet.heard_by(role)) for role in LEADS}
        # Nobody more often in a day, so that they go on reading.
        counts = {role: words.count(f"{concern.reference} is ") for role, words in told.items()}
        assert all(2 <= count <= MOST_A_DAY for count in counts.values()), counts


def test_03_a_breach_is_told_again_and_again(quiet):
    concern = quiet.write(going_home="yes")
    quiet.pass_by(4 * HOUR)
    assert all(quiet.has_heard(role, concern) for role in LEADS)
    assert len([words for words in quiet.heard_by(Role.DSL) if concern.reference in words]) > 3


def test_04_the_most_urgent_is_not_exempt(quiet):
    concern = quiet.write(danger=True)
    quiet.pass_by(HOUR)
    step = concern.steps.get(kind=StepKind.DANGER_NOW)
    told = set(
        Notice.objects.filter(step=step, ended=NoticeEnding.SENT).values_list("person", flat=True)
    )
    assert {quiet.people[role].pk for role in (Role.STAFF, Role.DEPUTY, Role.HEAD)} <= told


def test_05_what_is_kept_or_watched_has_an_end_that_is_chased(quiet):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    light = factories.light_decision_answers(concern, until=date(2026, 11, 12))
    quiet.does(triage.decide, concern=concern, decided=light)
    quiet.pass_by(14 * DAY, every=12 * HOUR)
    assert StepKind.KEEP in {step.kind for step in quiet.late(concern)}
    assert Notice.objects.filter(step__kind=StepKind.KEEP, ended=NoticeEnding.SENT).exists()


def test_06_what_is_late_is_sent_and_not_only_drawn(quiet):
    concern = quiet.write()
    quiet.pass_by(3 * HOUR)
    assert "late" in quiet.shows(chase_pages.home)
    assert any("late" in words and concern.reference in words for words in quiet.heard_by(Role.DSL))


def test_07_lateness_needs_no_date_that_somebody_typed(quiet):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    quiet.does(
        triage.decide, concern=concern, decided=factories.decision_answers(concern, Route.PARENTS)
    )
    assert not Step.objects.filter(concern=concern, due_at__isnull=True).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        Step.objects.filter(concern=concern).update(due_at=None)


def test_08_a_referral_nobody_answers_stays_and_is_chased(quiet):
    concern = quiet.referred()
    quiet.pass_by(15 * DAY, every=8 * HOUR)
    since = quiet.now
    quiet.pass_by(3 * DAY, every=HOUR)
    assert StepKind.HEAR_BACK in [row.step.kind for row in quiet.moves() if row.concern == concern]
    told = Notice.objects.filter(
        step__kind=StepKind.HEAR_BACK, made_at__gt=since, ended=NoticeEnding.SENT
    )
    assert {quiet.people[role].pk for role in LEADS} <= set(told.values_list("person", flat=True))


def test_09_a_concern_on_which_nothing_was_ever_done_is_the_most_overdue(quiet):
    concern = quiet.write()
    newer = [quiet.write(now=quiet.now + MINUTE) for _ in range(3)]
    quiet.stands_still(20 * DAY)
    for other in newer:
        quiet.does(triage.take, concern=other)
    assert quiet.moves(whose="all")[0].concern == concern


def test_10_one_bad_record_does_not_stop_the_round(quiet, monkeypatch):
    bad = quiet.write(going_home="yes")
    good = quiet.write(going_home="yes")
    break_ladder(monkeypatch, bad, "current_recipient")
    quiet.pass_by(HOUR)
    assert all(quiet.has_heard(role, good) for role in LEADS)
    assert str(bad.steps.get().uid) in quiet.shows(chase_pages.undelivered, Role.HEAD)


def test_11_what_nobody_gave_a_level_is_looked_at_all_the_same(quiet):
    concern = quiet.write(account="I have a feeling.", how_known="", categories=())
    assert [step.kind for step in concern.steps.open()] == [StepKind.FIRST_LOOK]
    quiet.pass_by(6 * HOUR)
    assert all(quiet.has_heard(role, concern) for role in LEADS)


def test_12_what_a_leaver_held_is_in_somebodys_list(quiet):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    factories.person(quiet.school, Role.DSL)
    lead = quiet.people[Role.DSL]
    to = quiet.people[Role.DEPUTY]
    quiet.does(people.leave, Role.HEAD, person=lead, last=quiet.now.date(), to=to)
    quiet.stands_still(DAY)
    assert [row.concern for row in quiet.moves(Role.DEPUTY)] == [concern]
    assert list(find_integrity_breaches(quiet.school, quiet.now.date())) == []


def test_12_what_a_deactivated_lead_held_comes_to_the_next(quiet):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    Person.objects.filter(pk=quiet.people[Role.DSL].pk).update(is_active=False)
    quiet.pass_by(5 * DAY, every=6 * HOUR)
    assert quiet.has_heard(Role.DEPUTY, concern)
    assert not [words for words in quiet.heard_by(Role.DSL) if "late" in words]


def test_13_nothing_leaves_the_lists_with_the_school_year(quiet):
    concern = quiet.write()
    quiet.now = datetime(2027, 9, 6, 10, 0, tzinfo=UTC)
    row = triage_queries.read_queue_page(quiet.viewer(Role.DSL), {}).rows[0]
    assert row.reference == concern.reference
    assert quiet.moves()[0].concern == concern


def test_14_nothing_unread_is_ever_deleted(quiet):
    concern = quiet.write()
    quiet.pass_by(400 * DAY, every=20 * DAY)
    concern.refresh_from_db()
    assert concern.state == State.WAITING
    with pytest.raises(DatabaseError), transaction.atomic():
        concern._meta.model.objects.filter(pk=concern.pk).delete()


def test_15_thirty_staff_behind_one_address_are_all_kept(client, quiet):
    for _ in range(30):
        person = factories.person(quiet.school)
        factories.sign_in(client, person)
        form = {"account": "Thin.", "going_home": "no", "do": "send", "described": "a boy"}
        answer = client.post("/submit/write/", {"draft": str(uuid.uuid4()), **form})
        assert answer.status_code == 302
        client.logout()
    assert Step.objects.open().filter(kind=StepKind.FIRST_LOOK).count() == 30


def test_16_a_mail_that_failed_is_sent_when_the_server_is_back(quiet, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"
    quiet.does(chase.tell_reporter, concern=quiet.write(), words="Thank you.")
    quiet.pass_by(DAY, every=HOUR)
    assert quiet.heard == []
    assert quiet.waiting_letters
    settings.EMAIL_BACKEND = working
    quiet.pass_by(3 * HOUR)
    assert Notice.objects.get(why=MessageReason.WORD_BACK).ended == NoticeEnding.SENT
    assert not quiet.waiting_letters


def test_17_where_the_round_is_dead_every_reader_s_page_says_so(client, quiet):
    Heartbeat.objects.update(at=Heartbeat.objects.database_now() - 11 * MINUTE)
    factories.sign_in(client, quiet.people[Role.DSL])
    for address in ("/triage/", "/chase/", "/submit/"):
        assert "stopped 11 minutes ago" in client.get(address).content.decode()
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("kind", list(StepKind))
def test_18_every_safety_net_that_is_drawn_is_there(quiet, kind):
    """MAP.md says how each kind of step is escalated: each one, once late, is told to somebody."""
    concern = quiet.write()
    writer = quiet.people[Role.STAFF]
    whose = {"holder": writer} if CLOCKS[kind].holder is None else {"holder_role": Role.DSL}
    # Not by its own act: what is tried is that no kind is left out of the round.
    step = Step.objects.create(
        school=quiet.school,
        concern=concern,
        kind=kind,
        opened_at=quiet.now,
        due_at=quiet.now,
        **whose,
    )
    quiet.pass_by(14 * DAY, every=7 * DAY)
    sent = Notice.objects.filter(step=step, ended=NoticeEnding.SENT, pushed__gt=0)
    assert sent.values("person").distinct().count() > 1


def test_19_the_list_and_the_page_agree_on_who_may_see(quiet):
    seen = quiet.write()
    hidden = quiet.write()
    quiet.does(triage.take, Role.DEPUTY, concern=hidden)
    lead = quiet.people[Role.DSL]
    quiet.does(triage.exclude, Role.DEPUTY, concern=hidden, person=lead, why="Named in it.")
    quiet.stands_still(5 * DAY)
    viewer = quiet.viewer(Role.DSL)
    assert [row.reference for row in triage_queries.read_queue_page(viewer, {}).rows] == [
        seen.reference
    ]
    assert sight.open_concern(viewer, seen.uid) == seen
    with pytest.raises(Http404):
        sight.open_concern(viewer, hidden.uid)
    assert {row.concern for row in quiet.moves(whose="all")} == {seen}


def test_20_nobody_can_delete(client, quiet):
    concern = quiet.write()
    addresses = [str(row.pattern) for row in get_resolver("concerns.urls").url_patterns]
    assert [way for way in addresses if re.search("delete|remove", way)] == []
    factories.sign_in(client, quiet.people[Role.STAFF])
    for address in ("", "close/", "exclude/", "refile/"):
        answer = client.post(f"/triage/{concern.uid}/{address}", {"why": "No."})
        assert answer.status_code == 403
    concern.refresh_from_db()
    assert concern.state == State.WAITING


def test_21_pressing_twice_makes_one(quiet):
    draft = uuid.uuid4()
    account = factories.concern_account(factories.child(quiet.school))
    first = quiet.does(submit.submit, Role.STAFF, draft=draft, account=account)
    quiet.stands_still(HOUR)
    second = quiet.does(submit.submit, Role.STAFF, draft=draft, account=account)
    assert (second.concern, second.code, second.again) == (first.concern, first.code, True)
    quiet.pass_by(HOUR)
    assert Step.objects.open().count() == 1


def test_22_what_was_typed_when_the_session_ended_is_there_after_signing_in(client, quiet):
    teacher = quiet.people[Role.STAFF]
    factories.sign_in(client, teacher)
    token = re.search(r'name="keep" value="([^"]+)"', client.get("/submit/write/").content.decode())
    client.logout()
    typed = {"account": "He said he was hungry.", "keep": token[1], "draft": str(uuid.uuid4())}
    assert client.post("/submit/write/", typed).status_code == 302
    factories.sign_in(client, teacher)
    draft = Draft.objects.get(person=teacher)
    assert "He said he was hungry." in client.get(f"/submit/draft/{draft.uid}/").content.decode()


def test_23_no_release_of_a_package_changes_by_itself():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        rows = re.split(r"\n(?=\S)", text.strip())
        packages = [row for row in rows if not row.startswith("#")]
        assert packages
        assert [row for row in packages if "==" not in row or "--hash=sha256:" not in row] == []


def test_24_so_many_that_nobody_reads_them_is_not_how_it_is_told(quiet):
    concerns = [quiet.write() for _ in range(12)]
    quiet.stands_still(5 * HOUR)
    clock_round.run_reminder_round(quiet.now)
    assert len(quiet.heard_by(Role.DEPUTY)) <= 1
    words = " ".join(quiet.heard_by(Role.DEPUTY) + quiet.heard_by(Role.DSL))
    assert all(f"{concern.reference} is " in words for concern in concerns)
    assert "late" in words
    quiet.forget()
    for concern in concerns:
        quiet.does(triage.take, Role.DEPUTY, concern=concern)
    quiet.pass_by(3 * HOUR)
    assert not [words for words in quiet.heard_by(Role.DSL) if "late" in words]


def test_25_a_draft_nobody_sent_is_somebodys(quiet):
    teacher = quiet.people[Role.STAFF]
    unsent_words.save_draft_words(
        teacher, quiet.school, CONCERN, uuid.uuid4(), {"account": ["He was"]}, quiet.now
    )
    quiet.pass_by(HOUR)
    assert len(quiet.heard_by(Role.STAFF)) == 1
    quiet.pass_by(2 * DAY, every=HOUR)
    words = quiet.heard_by(Role.DSL)
    assert len([each for each in words if "not sent it" in each]) == 1
    assert "He was" not in str(words)
