"""Tests for twenty-five ways in which other software goes quiet and a child is missed.

Each is driven through the product with the clock moved. Those by which something written is lost
(14, 15, 20, 21, 22 and 25) are in `test_ways_of_losing_words.py`.
"""

import re
import uuid
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.http import Http404

from concerns.chase import acts as chase
from concerns.chase import queries as chase_queries
from concerns.chase import views as chase_pages
from concerns.doors import clock_round, sight
from concerns.models import (
    AdultStep,
    ComingMeetingAnswers,
    Concern,
    Heartbeat,
    Letter,
    Notice,
    Person,
    School,
    Step,
)
from concerns.models.outbox.notice import NoticeEnding, step_keyword
from concerns.people import acts as people
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.reading.late_and_quiet import (
    LATE,
    QUIET,
    WAITING,
    conditions_at_moment,
    current_conditions,
)
from concerns.refer import acts as refer
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, FIRST_LOOKS, ClockUnit, StepKind, calculate_due_at
from concerns.rules.lifecycle import State
from concerns.rules.message_rules import MessageReason, Subject
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.submit import views as submit_pages
from concerns.triage import acts as triage
from concerns.triage import queries as triage_queries
from tests import adults, factories
from tests.chase.every_step import open_every_kind_of_step
from tests.chase.quiet import DAY, HOUR, MINUTE, Quiet, break_ladder, pass_rungs
from tests.databases import ROOT

pytestmark = pytest.mark.django_db
LEADS = (Role.DSL, Role.DEPUTY, Role.HEAD)
TUESDAY_BELL = datetime(2026, 11, 3, 15, 30, tzinfo=UTC)
THURSDAY_BELL = datetime(2026, 11, 5, 15, 30, tzinfo=UTC)
ADVISER = {
    "adviser_name": "Priya Rao", "adviser_email": "priya@trust.example.test",
    "adviser_of": "Westshire",
}  # fmt: skip
WITHOUT_A_DATE = {
    StepKind.DECIDE, StepKind.HEAR_BACK, StepKind.NEXT_MOVE, StepKind.READ_ADDITION,
    StepKind.SEND_REFERRAL, StepKind.SPEAK_TO_PARENTS, StepKind.SUPPORT, StepKind.TELL_REPORTER,
}  # fmt: skip


@pytest.fixture
def quiet():
    return Quiet()


@pytest.mark.parametrize(
    ("going_home", "kind", "due"),
    [("no", StepKind.DECIDE, THURSDAY_BELL), ("yes", StepKind.DECIDE_TODAY, TUESDAY_BELL)],
)
def test_01_acknowledging_does_not_stop_the_clock(quiet, going_home, kind, due):
    concern = quiet.write(going_home=going_home)
    quiet.does(triage.take, concern=concern)
    # Acknowledged again by a colleague on the next day, and handed over: the clock goes on.
    quiet.stands_still(DAY)
    quiet.does(triage.take, Role.DEPUTY, concern=concern)
    lead = quiet.people[Role.DSL]
    quiet.does(triage.hand, Role.DEPUTY, concern=concern, to=lead, note="Yours.")
    owed = concern.steps.open().get()
    assert (owed.kind, owed.due_at) == (kind, due)
    quiet.pass_by(6 * DAY, every=6 * HOUR)
    assert quiet.late(concern) == [owed]
    assert list(Concern.objects.late(quiet.now)) == [concern]
    assert all(quiet.has_heard_late(role, concern.reference) for role in LEADS)


def test_01_acknowledging_ends_the_first_look_and_nothing_else(quiet):
    told = {"cannot_move": True, "marks": (factories.body_mark(),), "fgm_known": True}
    concern = quiet.write(danger=True, **told)
    before = set(concern.steps.open().values_list("kind", "due_at"))
    quiet.does(triage.take, concern=concern)
    left = set(concern.steps.open().values_list("kind", "due_at"))
    assert {kind for kind, _ in before - left} == {StepKind.FIRST_LOOK_NOW}
    assert {kind for kind, _ in left - before} == {StepKind.DECIDE_TODAY}


def test_02_the_chain_of_who_is_told_never_ends(quiet):
    concern = quiet.write(going_home="yes")
    for every in (15 * MINUTE, HOUR, HOUR, HOUR, HOUR):
        quiet.forget()
        quiet.pass_by(DAY, every=every)
        told = {role: " ".join(quiet.heard_by(role)) for role in LEADS}
        # Nobody more often than six times in a day, so that they go on reading: on the first day,
        # when it comes round most often, somebody is told as often as that.
        counts = {role: words.count(f"{concern.reference} is ") for role, words in told.items()}
        assert all(2 <= count <= 6 for count in counts.values()), counts
        assert max(counts.values()) == 6 or every == HOUR, counts


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
    until = date(2026, 11, 12)
    light = factories.light_decision_answers(concern, until=until)
    quiet.does(triage.decide, concern=concern, decided=light)
    watched = quiet.write()
    quiet.does(triage.take, concern=watched)
    watch = {"watch_until": until, "watched_by": quiet.people[Role.STAFF]}
    full = factories.decision_answers(watched, Route.WATCH, **watch)
    quiet.does(triage.decide, concern=watched, decided=full)
    quiet.pass_by(14 * DAY, every=12 * HOUR)
    for kind, one in ((StepKind.KEEP, concern), (StepKind.WATCH, watched)):
        assert kind in {step.kind for step in quiet.late(one)}
        assert Notice.objects.filter(step__kind=kind, ended=NoticeEnding.SENT).exists()


def test_06_what_is_late_is_sent_and_not_only_drawn(quiet):
    School.objects.filter(pk=quiet.school.pk).update(**ADVISER)
    chair = factories.person(quiet.school, Role.CHAIR)
    unread = quiet.write()
    undecided = quiet.write()
    quiet.does(triage.take, concern=undecided)
    unanswered = quiet.referred()
    about_adult = adults.send_adult_concern(quiet.viewer(Role.STAFF), now=quiet.now, sort="harm")
    quiet.pass_by(7 * HOUR, every=HOUR)
    assert ADVISER["adviser_email"] in quiet.heard
    assert quiet.has_heard(Role.STAFF, unread)
    assert quiet.has_heard_late(Role.HEAD, about_adult.reference)
    assert [chair.email] in [m.to for m in mail.outbox if about_adult.reference in m.body]
    quiet.pass_by(7 * DAY, every=12 * HOUR)
    drawn = quiet.shows(chase_pages.home, address="/?whose=all")
    for concern in (unread, undecided, unanswered):
        step = quiet.late(concern)[0]
        late = step.how_late_in_words(quiet.school.school_calendar, quiet.now)
        assert f'<span class="late">{late}</span>' in drawn
        assert all(quiet.has_heard_late(role, concern.reference) for role in LEADS)


UNDATED = [kind for kind in CLOCKS if CLOCKS[kind].unit is not ClockUnit.DATE]


@pytest.mark.parametrize("kind", UNDATED)
def test_07_each_clock_that_nobody_dates_has_its_own_time(quiet, kind):
    clock = CLOCKS[kind]
    due = calculate_due_at(kind, quiet.school.school_calendar, quiet.now)
    in_days = clock.amount if clock.unit is ClockUnit.DAYS else 0
    # Half as long again, for weekends and the holidays at Christmas.
    assert quiet.now <= due <= quiet.now + in_days * 1.5 * DAY + 8 * HOUR


def test_07_a_clock_that_needs_a_date_takes_no_step_without_one(quiet):
    for kind in set(CLOCKS) - set(UNDATED):
        with pytest.raises(ValueError, match="needs its own date"):
            calculate_due_at(kind, quiet.school.school_calendar, quiet.now)


def test_07_lateness_needs_no_date_that_somebody_typed(quiet):
    routes = (Route.PARENTS, Route.SCHOOL_SUPPORT, Route.SOCIAL_CARE)
    decided = quiet.write()
    quiet.does(triage.take, concern=decided)
    answers = factories.decision_answers(decided, *routes)
    quiet.does(triage.decide, concern=decided, decided=answers)
    added = quiet.write()
    quiet.does(triage.take, concern=added)
    quiet.does(submit.add, Role.STAFF, concern=added, words="And again today.")
    done = factories.concern_at(State.DECIDED, where=quiet.school, lead=quiet.viewer(Role.DSL))
    quiet.does(chase.do_step, step=done.steps.open().get(kind=StepKind.SUPPORT), words="In place.")
    quiet.does(chase.tell_reporter, concern=done, words="Thank you.")
    concerns = [decided, added, done, quiet.referred()]
    steps = Step.objects.open().filter(concern__in=concerns)
    assert {step.kind for step in steps} == WITHOUT_A_DATE
    for concern in concerns:
        quiet.now = min(concern.steps.open().values_list("due_at", flat=True)) + MINUTE
        assert concern in Concern.objects.late(quiet.now)
    quiet.pass_by(14 * DAY, every=12 * HOUR)
    assert set(Step.objects.late(quiet.now)) == set(steps)
    told = Notice.objects.filter(why=MessageReason.LATE, ended=NoticeEnding.SENT)
    assert set(told.values_list("step", flat=True)) == {step.pk for step in steps}
    with pytest.raises(DatabaseError), transaction.atomic():
        steps.update(due_at=None)


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
    # The others were in the database before it, something was done on three, and all are late.
    written_later = quiet.write(now=quiet.now + DAY)
    for _ in range(3):
        quiet.does(triage.take, concern=quiet.write())
    concern = quiet.write()
    quiet.stands_still(20 * DAY)
    quiet.does(triage.note, concern=written_later, words="Rang home.")
    for whose in ("all", "mine"):
        assert quiet.moves(whose=whose)[0].concern == concern
    page = chase_queries.read_next_steps(quiet.viewer(Role.DSL), {})
    assert [(number, late) for _, number, late in page.counts] == [(5, 5), (5, 5)]
    for asked in ({}, {"state": "late"}, {"holder": "nobody"}):
        queue = triage_queries.read_queue_page(quiet.viewer(Role.DSL), asked)
        assert queue.rows[0].reference == concern.reference
    assert ("late", 5) in [(key, number) for key, _, number in queue.counts]
    # In the audit too it is late, unread and quiet, today and when today is a past day.
    for conditions in (current_conditions, conditions_at_moment):
        counted = conditions(quiet.school.school_calendar, quiet.now, 10)
        for which in (LATE, WAITING, QUIET):
            assert concern in Concern.objects.filter(counted[which])


def test_10_one_bad_record_does_not_stop_the_round(quiet, monkeypatch):
    bad = quiet.write(going_home="yes")
    good = quiet.write(going_home="yes")
    break_ladder(monkeypatch, bad, "current_recipient")
    quiet.pass_by(HOUR)
    assert all(quiet.has_heard(role, good) for role in LEADS)
    assert str(bad.steps.get().uid) in quiet.shows(chase_pages.undelivered, Role.HEAD)


@pytest.mark.parametrize(
    ("going_home", "kind"),
    [("no", StepKind.FIRST_LOOK), ("not_sure", StepKind.FIRST_LOOK_NOW)],
)
def test_11_what_nobody_gave_a_level_is_looked_at_all_the_same(quiet, going_home, kind):
    # By the form, with the few answers it needs: of a child who is only described.
    said = {"account": "I have a feeling.", "going_home": going_home, "described": "a boy in red"}
    answer = quiet.posts(submit_pages.write, {"draft": str(uuid.uuid4()), "do": "send", **said})
    assert answer.status_code == 302
    concern = Concern.objects.get()
    step = concern.steps.open().get()
    assert (step.kind, step.due_at <= quiet.now + 2 * HOUR) == (kind, True)
    assert [row.concern for row in quiet.moves()] == [concern]
    for asked in ({}, {"category": "none"}, {"state": "waiting"}, {"year": "other"}):
        queue = triage_queries.read_queue_page(quiet.viewer(Role.DSL), asked)
        assert [row.reference for row in queue.rows] == [concern.reference]
    quiet.pass_by(6 * HOUR)
    assert all(quiet.has_heard_late(role, concern.reference) for role in LEADS)


def test_12_what_a_leaver_held_is_in_somebodys_list(quiet):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    factories.person(quiet.school, Role.DSL)
    lead = quiet.people[Role.DSL]
    to = quiet.people[Role.DEPUTY]
    # A colleague has this one, but it is the lead who was to go to its meeting.
    of_colleague = quiet.write()
    quiet.does(triage.take, Role.HEAD, concern=of_colleague)
    meeting = ComingMeetingAnswers("strategy", quiet.now + 2 * DAY, "The civic centre", lead)
    quiet.does(refer.plan_meeting, Role.HEAD, concern=of_colleague, coming=meeting)
    quiet.does(people.leave, Role.HEAD, person=lead, last=quiet.now.date(), to=to)
    quiet.stands_still(DAY)
    assert {row.concern for row in quiet.moves(Role.DEPUTY)} == {concern, of_colleague}
    concern.refresh_from_db()
    assert concern.holder == to
    assert list(find_integrity_breaches(quiet.school, quiet.now.date())) == []


def test_12_what_a_deactivated_lead_held_comes_to_the_next(quiet):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    Person.objects.filter(pk=quiet.people[Role.DSL].pk).update(is_active=False)
    # As soon as it is late it is the next one's, without a first turn of who has gone.
    quiet.now = THURSDAY_BELL + MINUTE
    assert [row.concern for row in quiet.moves(Role.DEPUTY)] == [concern]
    quiet.pass_by(5 * DAY, every=6 * HOUR)
    assert quiet.has_heard(Role.DEPUTY, concern)
    assert not [words for words in quiet.heard_by(Role.DSL) if "late" in words]


def test_13_nothing_leaves_the_lists_with_the_school_year(quiet):
    concern = quiet.write()
    quiet.now = datetime(2027, 9, 6, 10, 0, tzinfo=UTC)
    row = triage_queries.read_queue_page(quiet.viewer(Role.DSL), {}).rows[0]
    assert row.reference == concern.reference
    assert quiet.moves()[0].concern == concern
    quiet.pass_by(MINUTE)
    assert all(quiet.has_heard_late(role, concern.reference) for role in LEADS)


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


def test_16_a_mail_is_tried_again_at_least_every_hour_however_often_it_failed(quiet, settings):
    concern = quiet.write()
    quiet.does(triage.take, concern=concern)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"
    quiet.does(chase.tell_reporter, concern=concern, words="Thank you.")
    quiet.pass_by(DAY, every=HOUR)
    # It was the only one, so that each round has tried it.
    letter = Letter.objects.get()
    assert letter.tries > 15
    assert letter.next_try_at - quiet.now <= HOUR
    settings.EMAIL_BACKEND = working
    quiet.pass_by(HOUR)
    assert Notice.objects.get(why=MessageReason.WORD_BACK).ended == NoticeEnding.SENT


def test_17_where_the_round_is_dead_every_reader_s_page_says_so(client, quiet):
    Heartbeat.objects.update(at=Heartbeat.objects.database_now() - 11 * MINUTE)
    factories.sign_in(client, quiet.people[Role.DSL])
    for address in ("/triage/", "/chase/", "/submit/"):
        assert "stopped 11 minutes ago" in client.get(address).content.decode()
    assert client.get("/healthz").status_code == 503


def list_people_told(step) -> list[int | None]:
    """Who was told in an e-mail that `step` is late, in order; None for the adviser outside."""
    sent = Notice.objects.filter(**step_keyword(step), why=MessageReason.LATE)
    sent = sent.filter(ended=NoticeEnding.SENT).order_by("pk")
    return list(dict.fromkeys(sent.values_list("person", flat=True)))


def test_18_every_safety_net_that_is_drawn_is_there(quiet):
    """MAP.md says how each kind of step is escalated: once late, each is told to its holder, to the
    posts of its row in turn, to whoever else may act, and to the adviser outside."""
    School.objects.filter(pk=quiet.school.pk).update(**ADVISER)
    writer = quiet.people[Role.STAFF]
    late = {"school": quiet.school, "opened_at": quiet.now, "due_at": quiet.now}
    late["concern"] = quiet.write()
    drawn = {}
    for kind in StepKind:
        clock = CLOCKS[kind]
        whose = {"holder": writer} if clock.holder is None else {"holder_role": clock.holder}
        posts = dict.fromkeys((Role.DSL, *clock.climbs, *LEADS))
        named = [writer.pk] if clock.holder is None else []
        # Not by its own act: what is tried is that no kind is left out of the round.
        step = Step.objects.create(kind=kind, **whose, **late)
        drawn[step] = [*named, *(quiet.people[role].pk for role in posts), None]
    pass_rungs(quiet, days=9)
    assert {step: list_people_told(step) for step in drawn} == drawn


def test_18_every_safety_net_about_adults_is_there_too(quiet):
    chair = factories.person(quiet.school, Role.CHAIR)
    late = {"school": quiet.school, "opened_at": quiet.now, "due_at": quiet.now}
    late["concern"] = adults.send_adult_concern(quiet.viewer(Role.STAFF), now=quiet.now)
    steps = [
        AdultStep.objects.create(kind=kind, holder_role=Role.HEAD, **late) for kind in AdultStepKind
    ]
    pass_rungs(quiet, days=4)
    drawn = [quiet.people[Role.HEAD].pk, chair.pk]
    assert {step: list_people_told(step) for step in steps} == dict.fromkeys(steps, drawn)


def test_18_a_late_task_comes_back_to_the_lead_who_asked(quiet):
    concern = factories.concern_at(State.DECIDED, where=quiet.school, lead=quiet.viewer(Role.HEAD))
    asked = {"to": quiet.people[Role.STAFF], "words": "Ring home.", "on": date(2026, 11, 4)}
    task = quiet.does(chase.ask, Role.HEAD, concern=concern, **asked)
    quiet.pass_by(4 * DAY, every=12 * HOUR)
    told = list_people_told(task.step)
    assert told[:2] == [quiet.people[Role.STAFF].pk, quiet.people[Role.HEAD].pk]


def test_18_every_kind_of_step_is_opened_by_an_act():
    open_every_kind_of_step()
    for steps, kinds in ((Step, StepKind), (AdultStep, AdultStepKind)):
        opened = set(steps.objects.values_list("kind", flat=True))
        assert {kind.value for kind in kinds} - opened == set()


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


def test_23_no_release_of_a_package_changes_by_itself():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        rows = re.split(r"\n(?=\S)", text.strip())
        packages = [row for row in rows if not row.startswith("#")]
        assert packages
        assert [row for row in packages if "==" not in row or "--hash=sha256:" not in row] == []
    # Nor is anything installed that was not asked for by its hash.
    for name in (".ci/venv", "README.md"):
        installs = [row for row in (ROOT / name).read_text().splitlines() if "pip install" in row]
        assert installs
        assert [row for row in installs if "--require-hashes" not in row] == []


def test_24_so_many_that_nobody_reads_them_is_not_how_it_is_told(quiet):
    concerns = []
    for _ in range(12):
        concerns.append(quiet.write())
        quiet.pass_by(5 * MINUTE, every=5 * MINUTE)
    # What is not late waits for the next post, and is not told each by itself.
    assert quiet.heard == []
    quiet.stands_still(5 * HOUR)
    clock_round.run_reminder_round(quiet.now)
    # Nor is it said that all must be looked at now: then nobody would know what must.
    assert Subject.NOW not in {message.subject for message in mail.outbox}
    assert len(quiet.heard_by(Role.DEPUTY)) <= 1
    # What one person is to be told is one letter from the start.
    assert Letter.objects.count() == len(mail.outbox)
    words = " ".join(quiet.heard_by(Role.DEPUTY) + quiet.heard_by(Role.DSL))
    assert all(f"{concern.reference} is " in words for concern in concerns)
    assert "late" in words
    quiet.forget()
    for concern in concerns:
        quiet.does(triage.take, Role.DEPUTY, concern=concern)
    quiet.pass_by(3 * HOUR)
    assert not [words for words in quiet.heard_by(Role.DSL) if "late" in words]


def test_24_whoever_is_told_again_is_told_less_and_less_often(quiet):
    concern = quiet.write(going_home="yes")
    quiet.pass_by(12 * HOUR, every=30 * MINUTE)
    for role in LEADS:
        sent = Notice.objects.filter(step__concern=concern, person=quiet.people[role])
        sent = sent.filter(ended=NoticeEnding.SENT).order_by("pk")
        times = list(sent.values_list("made_at", flat=True))
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert gaps[0] <= HOUR < 4 * HOUR <= gaps[-1]


def test_24_what_somebody_has_acted_on_is_said_no_more(quiet, settings):
    acted, late = quiet.write(), quiet.write(going_home="yes")
    quiet.does(triage.take, Role.DEPUTY, concern=acted)
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"
    quiet.pass_by(2 * HOUR)
    # Neither of those that are in no letter yet is left for ever, nor of those in one.
    assert quiet.waiting_letters
    quiet.does(triage.take, Role.DEPUTY, concern=late)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    quiet.pass_by(DAY, every=HOUR)
    first = Notice.objects.filter(step__kind__in=FIRST_LOOKS)
    assert set(first.values_list("ended", flat=True)) <= {NoticeEnding.ACTED, NoticeEnding.MERGED}
    assert not [words for words in quiet.heard if "late" in words]
