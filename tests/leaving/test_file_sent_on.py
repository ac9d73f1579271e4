"""Tests for a child who leaves: where to, the file that goes with them, and its receipt."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from concerns.doors.act import ActRefused
from concerns.leaving import acts, queries
from concerns.models import (
    Concern,
    Departure,
    FileSending,
    HomeEducationCheck,
    RollFile,
    RollQuestion,
    Step,
)
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import StepKind
from concerns.rules.leaving import FileSentHow, HomeEducationConsent, LeavingReason, SendingStage
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import ConcernOutcome
from concerns.triage import acts as triage
from concerns.workflow.escalation import EscalationLadders
from tests import factories, homes
from tests.factories import NOW
from tests.leavers import (
    DAY,
    LATER,
    ask_receipt,
    check_home,
    leave,
    return_pupil_by_hand,
    send,
    step_of,
)
from tests.roll.test_pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(where):
    return factories.child(where)


@pytest.fixture
def closed(where, lead, child):
    return factories.concern_at(State.CLOSED, where=where, lead=lead, children=(child,))


@pytest.fixture
def opened(where, lead, child):
    return factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))


def test_a_file_is_sent_within_five_school_days_by_the_lead(lead, child, opened):
    leave(lead, child)
    step = step_of(child)
    assert (step.kind, step.concern) == (StepKind.SEND_FILE, opened)
    # From Friday 6 November: Monday to Friday of the next week.
    assert step.due_at.date() == NOW.date() + timedelta(days=7)


def test_a_file_that_is_not_sent_climbs_to_the_deputy_and_the_head(where, lead, child, opened):
    deputy = factories.viewer(where, Role.DEPUTY).person
    head = factories.viewer(where, Role.HEAD).person
    leave(lead, child)
    step = step_of(child)
    ladders = EscalationLadders(where, step.due_at + 3 * DAY, [step])
    assert ladders.people_on_ladder(step) == [lead.person, deputy, head]


def test_what_was_sent_is_waited_for_until_the_new_school_has_it(lead, child, opened):
    leave(lead, child)
    send(lead, child)
    assert step_of(child).kind == StepKind.FILE_RECEIPT
    ask_receipt(lead, child, SendingStage.CHASED)
    assert step_of(child).kind == StepKind.FILE_RECEIPT
    ask_receipt(lead, child, now=LATER + 3 * DAY)
    assert not Step.objects.open().filter(departure__child=child).exists()
    said = [(row.stage, row.how) for row in FileSending.objects.order_by("id")]
    assert said == [("sent", "post"), ("chased", ""), ("received", "")]
    opened.refresh_from_db()
    assert opened.state == State.TAKEN


def test_a_concern_that_was_closed_before_is_closed_again_when_all_is_done(lead, child, closed):
    leave(lead, child)
    send(lead, child)
    ask_receipt(lead, child)
    closed.refresh_from_db()
    assert (closed.state, closed.outcome) == (State.CLOSED, ConcernOutcome.LEFT)


def test_a_file_that_was_not_sent_is_not_said_to_have_been_received(lead, child, closed):
    leave(lead, child)
    send(lead, child, stage=SendingStage.NOT_NEEDED, how="", words="They hold the same file.")
    closed.refresh_from_db()
    assert (closed.state, closed.outcome) == (State.CLOSED, ConcernOutcome.OTHER)


def test_a_concern_that_somebody_works_on_stays_open(lead, child, opened):
    leave(lead, child)
    send(lead, child, stage=SendingStage.NOT_NEEDED, how="", words="The child came back.")
    opened.refresh_from_db()
    assert opened.state == State.TAKEN


def test_all_of_it_is_whole_by_the_daily_check(where, lead, child, closed):
    def faults() -> list[str]:
        return list(find_integrity_breaches(where, (LATER + 3 * DAY).date()))

    leave(lead, child)
    assert faults() == []
    send(lead, child)
    assert faults() == []
    ask_receipt(lead, child)
    assert faults() == []


def test_who_leaves_is_off_the_roll_from_the_day_after(lead, child):
    leave(lead, child)
    child.refresh_from_db()
    assert child.left == NOW.date()
    assert child.enrolments.get().destination == "Another school: Leeds High"


def test_a_file_goes_ahead_of_a_child_who_is_still_here(lead, child, opened):
    leave(lead, child, left_on=None)
    child.refresh_from_db()
    assert child.left is None
    assert step_of(child).kind == StepKind.SEND_FILE


def test_another_destination_takes_the_place_of_the_first(lead, child, opened):
    leave(lead, child)
    send(lead, child)
    leave(lead, child, place="York High", now=LATER + 2 * DAY)
    step = step_of(child)
    assert (step.kind, step.departure.place) == (StepKind.SEND_FILE, "York High")


def test_a_destination_that_is_learnt_later_keeps_the_last_day(lead, child, opened):
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="")
    learnt = leave(lead, child, place="York High", left_on=None, now=LATER + DAY)
    assert learnt.left_on == NOW.date()
    enrolment = child.enrolments.get()
    assert enrolment.until == NOW.date() + DAY
    assert enrolment.destination == "Another school: York High"


def test_a_last_day_that_is_corrected_later_is_what_the_roll_says(lead, child):
    leave(lead, child)
    leave(lead, child, left_on=NOW.date() - 3 * DAY, now=LATER + DAY)
    child.refresh_from_db()
    assert child.left == NOW.date() - 3 * DAY
    for row in (child.enrolments.get(), child.placements.get()):
        assert row.until == NOW.date() - 2 * DAY


def test_nothing_is_owed_for_a_child_of_whom_nobody_wrote(lead, child):
    leave(lead, child)
    assert not Step.objects.exists()
    assert [row.departure.child for row in queries.read_leavers(lead).left] == [child]


def test_whoever_died_has_no_file_to_send(lead, child, opened):
    leave(lead, child, LeavingReason.DIED, place="")
    assert not Step.objects.open().filter(departure__child=child).exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"place": ""}, "Say which school"),
        ({"left_on": NOW.date() + 2 * DAY}, "in the future"),
    ],
)
def test_a_leaving_that_cannot_be_is_refused(lead, child, more, says):
    with pytest.raises(ActRefused, match=says):
        leave(lead, child, **more)
    assert not Departure.objects.exists()


def test_a_step_is_done_once(lead, child, opened):
    leave(lead, child)
    step = step_of(child)
    send(lead, child)
    said = {"person_there": "Jo", "words": "", "happened_at": NOW, "how": FileSentHow.HAND}
    with pytest.raises(ActRefused, match="already been done"):
        acts.send_on(by=lead, step=step, stage=SendingStage.SENT, now=LATER + 2 * DAY, **said)


def test_each_form_does_its_own_step_alone(lead, child, opened):
    leave(lead, child)
    said = {"person_there": "Jo", "words": "", "happened_at": NOW, "now": LATER + DAY}
    step = step_of(child)
    for stage in (SendingStage.RECEIVED, SendingStage.CHASED, SendingStage.SENT):
        with pytest.raises(ActRefused, match="its own page"):
            acts.confirm_receipt(by=lead, step=step, stage=stage, **said)
    with pytest.raises(ActRefused, match="its own page"):
        acts.send_on(by=lead, step=step, stage=SendingStage.RECEIVED, how="", **said)


def test_nothing_is_sent_in_the_future(lead, child, opened):
    leave(lead, child)
    with pytest.raises(ActRefused, match="in the future"):
        send(lead, child, happened_at=LATER + 9 * DAY)


@pytest.fixture
def without_lead(where, lead, child):
    """The deputy, who closed a concern about the child that the lead may not see."""
    deputy = factories.viewer(where, Role.DEPUTY)
    kept_out = {"excluded": (lead.person,), "lead": deputy, "children": (child,)}
    factories.concern_at(State.CLOSED, where=where, **kept_out)
    return deputy


def test_where_the_lead_is_kept_out_the_deputy_asks_whether_the_file_has_arrived(
    without_lead, child
):
    leave(without_lead, child)
    send(without_lead, child)
    assert step_of(child, StepKind.FILE_RECEIPT).holder_words == Role.DEPUTY.title_words


def test_where_the_lead_is_kept_out_the_deputy_finds_who_may_not_be_educated_at_home(
    without_lead, child
):
    homes.add_status(without_lead, child, "section_47")
    leave(without_lead, child, LeavingReason.HOME_EDUCATION, place="")
    check_home(without_lead, child, HomeEducationConsent.REFUSED)
    step = Step.objects.open().get(kind=StepKind.MISSING_FROM_ROLL)
    assert step.holder_words == Role.DEPUTY.title_words


# Home education of a child whom social care protects.


@pytest.fixture
def protected(lead, child, opened):
    homes.add_status(lead, child, "section_47")
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="")
    return child


def test_home_education_is_held_open_until_all_three_are_answered(lead, protected, opened):
    with pytest.raises(ActRefused, match="all three"):
        check_home(lead, protected, address_words=" ")
    check_home(lead, protected)
    assert HomeEducationCheck.objects.get().consent_in_words == "The authority consents"
    assert not Step.objects.open().filter(departure__child=protected).exists()


def test_of_a_protected_child_of_whom_nobody_wrote_a_concern_is_sent(lead, child):
    homes.add_status(lead, child, "section_47")
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="", left_on=None)
    step = step_of(child, StepKind.HOME_EDUCATION)
    assert step.concern.reporter == lead.person
    assert step.concern.account == "This child is to be educated at home."
    assert list(find_integrity_breaches(lead.school, LATER.date())) == []


def test_of_a_protected_child_of_whom_somebody_wrote_no_other_concern_is_sent(protected, opened):
    assert Concern.objects.get() == opened


def test_a_lead_sends_no_concern_of_a_child_whom_nobody_protects(lead, child):
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="")
    assert not Concern.objects.exists()


def test_consent_refused_puts_the_child_back_on_the_roll_and_asks_where_they_are(
    lead, protected, opened
):
    check_home(lead, protected, HomeEducationConsent.REFUSED)
    protected.refresh_from_db()
    assert protected.left is None
    assert queries.read_leavers(lead).left == []
    assert protected.enrolments.filter(until=None).exists()
    assert protected.placements.filter(until=None).exists()
    owed = opened.steps.open().filter(kind=StepKind.MISSING_FROM_ROLL)
    assert owed.count() == 1


def test_consent_refused_for_a_child_still_here_changes_nothing_on_the_roll(lead, child, opened):
    homes.add_status(lead, child, "section_47")
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="", left_on=None)
    before = child.enrolments.count()
    check_home(lead, child, HomeEducationConsent.REFUSED)
    assert child.enrolments.count() == before


def test_where_somebody_looks_for_the_child_already_it_is_not_asked_twice(lead, child, closed):
    homes.add_status(lead, child, "section_47")
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="")
    check_home(lead, child, HomeEducationConsent.REFUSED)
    leave(lead, child, LeavingReason.HOME_EDUCATION, place="", now=LATER + 2 * DAY)
    check_home(lead, child, HomeEducationConsent.REFUSED, now=LATER + 3 * DAY)
    assert closed.steps.open().filter(kind=StepKind.MISSING_FROM_ROLL).count() == 1


# Pages.


@pytest.fixture
def signed_in(client, lead):
    factories.sign_in(client, lead.person)
    return client


AT = {"happened_on_day": "6", "happened_on_month": "11", "happened_on_year": "2026",
      "happened_at": "09:00"}  # fmt: skip


def press(client, name, uid, **typed):
    """Fills in the form of the page as it is there, and presses its button."""
    address = reverse(name, args=[uid])
    version = re.search(r'name="version" value="(\d+)"', text(client.get(address)))
    return client.post(address, {"version": version[1], **typed})


def test_the_whole_way_by_the_pages(signed_in, lead, child, closed):
    sent = {"reason": "other_school", "place": "Leeds High", "address": "0113 496 0100"}
    assert press(signed_in, "leaving_child", child.uid, **sent).status_code == 302
    step = step_of(child)
    page = text(signed_in.get(reverse("leaving")))
    assert "Another school: Leeds High" in page
    assert reverse("leaving_send", args=[step.uid]) in page
    assert "Print the chronology" in text(signed_in.get(reverse("leaving_send", args=[step.uid])))
    given = {"stage": "sent", "how": "hand", "person_there": "Jo Lind", **AT}
    assert press(signed_in, "leaving_send", step.uid, **given).status_code == 302
    assert "This has been done" in text(signed_in.get(reverse("leaving_send", args=[step.uid])))
    given = {"stage": "received", "person_there": "Jo Lind", **AT}
    assert press(signed_in, "leaving_receipt", step_of(child).uid, **given).status_code == 302
    said = text(signed_in.get(reverse("leaving_child", args=[child.uid])))
    assert "The new school has confirmed that it has it" in said
    assert "By hand, against a signature" in said


def test_the_form_says_which_last_day_is_known_of_who_has_left(signed_in, lead, child):
    address = reverse("leaving_child", args=[child.uid])
    assert "Leave it empty if they are still here" in text(signed_in.get(address))
    leave(lead, child)
    assert "Leave it empty if it is still 3 November 2026" in text(signed_in.get(address))


def test_a_child_who_is_back_is_shown_as_on_the_roll_again(signed_in, lead, child, opened):
    leave(lead, child, left_on=NOW.date() - 3 * DAY)
    step = step_of(child)
    return_pupil_by_hand(child)
    address = reverse("leaving_child", args=[child.uid])
    page = text(signed_in.get(address))
    assert "On the roll again since 4 November 2026" in page
    assert "Change where they go" not in page
    page = text(signed_in.get(reverse("leaving_send", args=[step.uid])))
    assert "This is no longer to be done" in page


def test_home_education_by_its_page(signed_in, protected):
    step = step_of(protected)
    page = text(signed_in.get(reverse("leaving_home_education", args=[step.uid])))
    assert "section 434A" in page
    given = {"consent": "given", "consent_words": "A. Hall", "social_worker_words": "Knows"}
    assert press(signed_in, "leaving_home_education", step.uid, **given).status_code == 422
    given["address_words"] = "Visited"
    assert press(signed_in, "leaving_home_education", step.uid, **given).status_code == 302
    said = text(signed_in.get(reverse("leaving_child", args=[protected.uid])))
    assert "The authority consents" in said


WRONG = (
    ("leaving_send", {}, "Choose one of the answers"),
    ("leaving_send", {"stage": "sent", **AT}, "Choose how it was sent"),
    ("leaving_send", {"stage": "sent", "how": "hand", **AT}, "Write who received it there"),
    ("leaving_send", {"stage": "not_needed", **AT}, "Write why it is not sent"),
    ("leaving_send", {"stage": "received", **AT}, "Choose one of the answers"),
    ("leaving_child", {}, "Choose why they leave"),
    ("leaving_child", {"reason": "abroad"}, "Say which country"),
    ("leaving_child", {"reason": "died", "left_on_day": "1", "left_on_month": "1",
                       "left_on_year": "2090"}, "in the future"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "typed", "says"), WRONG)
def test_a_form_that_says_too_little_is_asked_for_again(
    signed_in, lead, child, opened, name, typed, says
):
    leave(lead, child)
    uid = child.uid if name == "leaving_child" else step_of(child).uid
    answer = press(signed_in, name, uid, **typed)
    assert answer.status_code == 422
    assert says in text(answer)


def test_family_of_a_child_reads_nothing_of_their_leaving(lead, child, opened):
    leave(lead, child)
    step = step_of(child)
    factories.relate_to_child(lead.person, child)
    assert queries.read_leavers(lead) == queries.LeaversPage([], False, [], False, [], False)
    with pytest.raises(Http404):
        queries.get_step_of_leaving(lead, step.uid)
    with pytest.raises(Http404):
        queries.get_child_to_change(lead, child.uid)


def statements(signed_in) -> int:
    with CaptureQueriesContext(connection) as said:
        signed_in.get(reverse("leaving"))
    return len([one for one in said if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def test_the_page_costs_the_same_for_one_leaver_as_for_five(signed_in, where, lead, child, opened):
    leave(lead, child)
    statements(signed_in)
    one = statements(signed_in)
    for _ in range(4):
        other = factories.child(where)
        factories.concern_at(State.TAKEN, where=where, lead=lead, children=(other,))
        leave(lead, other)
    assert statements(signed_in) == one
    assert Concern.objects.open().count() == 5


def test_whoever_is_kept_out_of_the_concern_is_told_nothing_of_the_file(
    client, where, lead, child, opened
):
    deputy = factories.viewer(where, Role.DEPUTY)
    leave(lead, child)
    send(lead, child)
    triage.exclude(by=lead, concern=opened, person=deputy.person, why="A friend.", now=LATER)
    page = queries.read_leavers(deputy)
    assert [(row.departure.child, row.sendings, row.steps) for row in page.left] == [
        (child, [], [])
    ]
    assert queries.read_child_leaving(deputy, child.uid).sendings == []
    assert len(queries.read_child_leaving(lead, child.uid).sendings) == 1


def test_whoever_is_kept_out_of_the_concern_is_told_nothing_of_the_authoritys_answer(
    where, lead, protected, opened
):
    deputy = factories.viewer(where, Role.DEPUTY)
    check_home(lead, protected)
    assert len(queries.read_child_leaving(deputy, protected.uid).checks) == 1
    triage.exclude(by=lead, concern=opened, person=deputy.person, why="A friend.", now=LATER)
    assert queries.read_child_leaving(deputy, protected.uid).checks == []
    assert len(queries.read_child_leaving(lead, protected.uid).checks) == 1


def test_the_office_is_asked_no_longer_once_a_lead_has_said_where_a_child_is(where, lead, child):
    file = RollFile.objects.create(school=where, by=lead.person, read_at=NOW, content="")
    asked = RollQuestion.objects.create(school=where, child=child, file=file, asked_at=NOW)
    leave(lead, child)
    asked.refresh_from_db()
    assert (asked.answer, asked.destination) == ("left", "Another school: Leeds High")


def test_a_destination_of_a_child_who_is_still_here_answers_nothing(where, lead, child):
    file = RollFile.objects.create(school=where, by=lead.person, read_at=NOW, content="")
    asked = RollQuestion.objects.create(school=where, child=child, file=file, asked_at=NOW)
    leave(lead, child, left_on=None)
    asked.refresh_from_db()
    assert asked.answered_at is None
