"""Tests for why a step is late, as its page says: whose it is, who was asked, who passed over."""

from datetime import timedelta

import pytest

from concerns.chase import queries, views
from concerns.models import Exclusion, Notice, School, Step
from concerns.models.school.cover import Cover
from concerns.reading.who_was_told import NOT_YET, list_step_notifications
from concerns.rules.clocks import StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.workflow.escalation import EscalationLadders, EscalationTarget
from tests import factories
from tests.counting import list_statements, render_view
from tests.desk import Desk, page_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LEADS = (Role.DSL, Role.DEPUTY)
DUE = NOW + timedelta(minutes=30)
OUTSIDE = {
    "adviser_name": "Priya Rao",
    "adviser_email": "p@council.example",
    "adviser_of": "Westshire",
}


@pytest.fixture
def staff(where):
    names = {Role.DSL: "Dee Lead", Role.DEPUTY: "Deb Second", Role.HEAD: "Hal Head"}
    return {role: factories.person(where, role, name=name) for role, name in names.items()}


@pytest.fixture
def step(where, staff):
    concern = factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    return Step.objects.select_related("concern", "holder").get(concern=concern)


def explained(where, step, minutes=20, by=Role.HEAD):
    viewer = factories.viewer(where, by, now=DUE + timedelta(minutes=minutes))
    return queries.read_why_late(viewer, step.uid)


def passed(where, step) -> dict[str, str]:
    return {row.words: row.why for row in explained(where, step).passed}


def test_it_says_to_whom_it_has_come_and_who_is_asked(where, step, staff):
    found = explained(where, step)
    assert found.come == EscalationTarget(staff[Role.DEPUTY], 2)
    assert found.asked[:3] == list(staff.values())
    assert found.passed == []


def test_whoever_is_asked_is_led_to_where_it_is_done_and_nobody_else(where, writer, staff):
    """Whoever decided is not asked to look again."""
    lead, deputy = (factories.viewer(where, role, who=staff[role]) for role in LEADS)
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, by=writer, now=NOW)
    submit.still_worried(by=writer, concern=concern, words="", now=NOW)
    again = Step.objects.get(concern=concern, kind=StepKind.STILL_WORRIED)
    led = [
        f'href="/chase/again/{again.uid}/"' in render_view(views.why, one, uid=again.uid)
        for one in (lead, deputy)
    ]
    assert led == [False, True]


def test_who_is_away_was_passed_over_for_that(where, step, staff):
    day = NOW.date()
    Cover.objects.create(
        school=where,
        kind=CoverKind.LEAVE,
        person=staff[Role.DSL],
        since=day,
        until=day,
        by=staff[Role.HEAD],
        at=NOW,
    )
    assert passed(where, step) == {"Dee Lead": "away"}


def test_why_somebody_is_shut_out_is_not_said(where, step, staff):
    Exclusion.objects.create(
        school=where,
        concern=step.concern,
        person=staff[Role.DSL],
        by=staff[Role.HEAD],
        at=NOW,
        why="She is named in it.",
    )
    assert passed(where, step) == {"Dee Lead": "may not act on this one"}


def test_an_empty_post_is_said_to_be_empty(where, step, staff):
    staff[Role.DEPUTY].is_active = False
    staff[Role.DEPUTY].save(update_fields=["is_active"])
    assert passed(where, step) == {"Deputy safeguarding lead": "nobody is in this post"}


def test_a_holder_who_has_gone_is_named(where, step, staff):
    gone = factories.person(where, Role.DEPUTY, name="Gil Gone")
    Step.objects.filter(pk=step.pk).update(holder=gone, holder_role="")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert passed(where, step) == {"Gil Gone": "has no post here that may do it"}


def test_the_adviser_outside_stands_on_the_last_rung(where, step, staff):
    School.objects.filter(pk=where.pk).update(**OUTSIDE)
    where.refresh_from_db()
    turns = [
        EscalationLadders(where, DUE + timedelta(minutes=m), [step]).current_recipient(step)
        for m in (31, 46, 61)
    ]
    assert turns[0].to == staff[Role.HEAD]
    assert turns[1] == EscalationTarget(None, 4, outside=True)
    assert turns[2] == EscalationTarget(staff[Role.DSL], 5, again=1)


def test_where_nobody_here_is_left_that_is_not_the_advisers_turn(where, step, staff):
    School.objects.filter(pk=where.pk).update(**OUTSIDE)
    where.refresh_from_db()
    for who in staff.values():
        who.is_active = False
        who.save(update_fields=["is_active"])
    assert EscalationLadders(where, DUE + timedelta(minutes=46), [step]).current_recipient(
        step
    ) == EscalationTarget(None, 4)


def test_what_is_the_writers_own_to_report_is_theirs_first(where, staff):
    concern = factories.concern_at(State.WAITING, where=where, fgm_known=True, now=NOW)
    own = concern.steps.select_related("concern", "holder").get(kind=StepKind.REPORT_FGM)
    assert (
        EscalationLadders(where, NOW + timedelta(days=9), [own]).people_on_ladder(own)[0]
        == concern.reporter
    )


# The page


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


def page_of(desk, step):
    return page_text(desk.open(f"/chase/why/{step.uid}/"))


def test_the_page_tells_all_of_it(desk, where):
    School.objects.filter(pk=where.pk).update(**OUTSIDE)
    late = factories.concern_at(State.WAITING, where=where, now=desk.now - timedelta(days=30))
    page = page_of(desk, late.steps.get())
    assert "First look" in page
    assert "Open since" in page
    assert "Designated safeguarding lead" in page
    assert "Priya Rao of Westshire, the adviser outside the school" in page
    assert "Headteacher: nobody is in this post" in page
    assert "Whoever acts for the post that has to do it" in page


def test_the_next_steps_say_that_it_is_the_advisers_turn_and_lead_to_why(desk, where, monkeypatch):
    School.objects.filter(pk=where.pk).update(**OUTSIDE)
    late = factories.concern_at(State.WAITING, where=where, now=desk.now - timedelta(days=30))
    turn = EscalationTarget(None, 4, outside=True)
    monkeypatch.setattr(EscalationLadders, "current_recipient", lambda _self, _step: turn)
    page = page_text(desk.open("/chase/?whose=all"))
    assert "it is the turn of the adviser outside the school" in " ".join(page.split())
    assert f"/chase/why/{late.steps.get().uid}/" in page


def test_who_was_on_leave_and_never_told_is_said_to_have_been_away(desk, where):
    """The deputy was away when it was their turn, and is back: nothing was sent to them."""
    deputy = factories.person(where, Role.DEPUTY, name="Deb Second")
    written = desk.now - timedelta(days=9)
    late = factories.concern_at(State.WAITING, where=where, now=written)
    leave = {"since": written.date(), "until": desk.today - timedelta(days=1)}
    said = {"kind": CoverKind.LEAVE, "person": deputy, "by": desk.viewer.person, "at": written}
    Cover.objects.create(school=where, **said, **leave)
    page = page_of(desk, late.steps.get())
    told, away = page.split("Who was told, and when")[1].split("Who was away since it was due")
    assert "Deb Second" not in told
    assert "Deb Second: away for some days" in " ".join(away.split())
    assert "It has passed to</dt>" not in page


def test_an_absence_that_was_ended_early_counts_until_then(desk, where):
    deputy = factories.person(where, Role.DEPUTY, name="Deb Second")
    written = desk.now - timedelta(days=9)
    late = factories.concern_at(State.WAITING, where=where, now=written)
    said = {"kind": CoverKind.LEAVE, "person": deputy, "by": desk.viewer.person, "at": written}
    leave = {"since": written.date(), "until": desk.today + timedelta(days=9)}
    ended = {"ended_at": desk.now, "ended_by": desk.viewer.person}
    Cover.objects.create(school=where, **said, **leave, **ended)
    assert "ended early on" in " ".join(page_of(desk, late.steps.get()).split())


def test_who_was_told_is_in_the_order_in_which_the_messages_went_out(desk, where):
    """Who is told first by the round may get their e-mail last: theirs goes with the next post."""
    step = factories.concern_at(State.WAITING, where=where, now=desk.now).steps.get()
    said = {"school": where, "step": step, "why": "late", "red": False, "made_at": desk.now}
    for name, minutes in (("First Written", 90), ("Sent Before", 30), ("Not Yet", None)):
        ended = {"ended": "sent", "ended_at": desk.now + timedelta(minutes=minutes or 0)}
        person = factories.person(where, name=name)
        Notice.objects.create(key=name, person=person, **said, **(ended if minutes else {}))
    names = [row.who for row in list_step_notifications(step)]
    assert names == ["Sent Before", "First Written", NOT_YET, "Not Yet"]


def test_who_is_told_of_a_new_concern_is_not_said_to_have_been_passed_it(desk, where):
    late = factories.concern_at(State.WAITING, where=where, now=desk.now)
    page = page_of(desk, late.steps.get())
    assert "It was theirs to do" in page
    assert "passed to" not in page


def test_what_is_done_is_said_to_be_done(desk):
    concern = desk.concern(State.TAKEN)
    assert "This has been done" in page_of(desk, concern.steps.get(kind=StepKind.FIRST_LOOK))


def test_a_step_one_may_not_see_is_no_page(desk):
    other = factories.concern_at(State.WAITING, where=factories.school())
    assert desk.open(f"/chase/why/{other.steps.get().uid}/").status_code == 404


def test_the_page_costs_the_same_however_many_stand_on_the_ladder(desk, where):
    late = factories.concern_at(State.WAITING, where=where, now=desk.now - timedelta(days=30))
    page_of(desk, late.steps.get())
    address = f"/chase/why/{late.steps.get().uid}/"
    few = len(list_statements(lambda: desk.open(address)))
    for _ in range(5):
        factories.person(where, Role.DEPUTY)
    # Of these six read whose page it is (the strip), and one the holder of the concern.
    assert len(list_statements(lambda: desk.open(address))) == few <= 17
