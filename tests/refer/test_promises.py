"""Tests that what an agency promised is a next step, and that what was said to it is kept."""

from datetime import timedelta

import pytest
from django.core import mail as sent_here
from django.utils import timezone

from concerns.doors import clock_round
from concerns.doors.act import ActRefused
from concerns.models import Promise, PromiseAnswers
from concerns.refer import acts as refer
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from tests import factories
from tests.audit.conftest import text
from tests.deciding import count_ledger_lines, decide_concern, open_step_kinds
from tests.desk import Desk, day_fields, page_text, summary_errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOW = "They will hold a strategy discussion tomorrow."


@pytest.fixture
def desk(client):
    return Desk(client, factories.school(), name="Dee Lead")


@pytest.fixture
def referral(desk):
    """A referral whose answer, "no further action", was chased and then challenged."""
    return challenged(desk.viewer, desk.concern(), desk.now)


def challenged(lead, concern, now):
    decide_concern(lead, concern, Route.SOCIAL_CARE, now=now)
    found = concern.referrals.get()
    given = {"by": lead, "referral": found, "now": now}
    refer.send(agency="Front door", spoken_to="Ann", method="telephone", happened_at=now, **given)
    call = {"telephone": "01632 960001", "minutes": 12, "spoken_to": "Kit", "happened_at": now}
    refer.chase(said="Nobody has read it yet.", **call, **given)
    said = {"spoken_to": "Ann", "words": "Not for us.", "happened_at": now}
    refer.hear_back(answer="no_further", **said, **given)
    refer.give_view(view="disagree", words="Too little.", whom="Bo Hill", **given)
    return found


def at(referral, name=""):
    return f"/refer/{referral.uid}/" + (f"{name}/" if name else "")


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def settle_by_page(desk, referral, **more):
    promised = {
        "words": HOW,
        "promises": "promise",
        "promised_who": "Bo Hill",
        "promised_what": "A strategy discussion.",
        **day_fields("promised_on", tomorrow()),
    }
    return desk.press(at(referral, "settle"), promised | more)


def test_a_promise_that_settles_a_challenge_is_a_next_step_on_its_day(desk, referral):
    answer = settle_by_page(desk, referral)
    assert (answer.status_code, answer.url) == (302, at(referral))
    step = referral.steps.open().get()
    assert step.kind == StepKind.PROMISE
    assert timezone.localtime(step.due_at).date() == tomorrow()
    for page in (at(referral), f"/triage/{referral.concern.uid}/", f"/chase/step/{step.uid}/"):
        shown = page_text(desk.open(page))
        assert "Promised by Bo Hill" in shown, page
        assert "A strategy discussion." in shown, page


def test_a_challenge_settled_without_a_promise_opens_none(desk, referral):
    nothing = {"promises": "nothing", "promised_who": "", "promised_what": ""}
    nothing |= {f"promised_on_{part}": "" for part in ("day", "month", "year")}
    assert settle_by_page(desk, referral, **nothing).status_code == 302
    assert not referral.steps.open().exists()
    assert not Promise.objects.exists()


@pytest.fixture
def answered(desk):
    """A referral whose answer the school has not given its view of."""
    concern = desk.concern()
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now)
    found = concern.referrals.get()
    given = {"by": desk.viewer, "referral": found, "now": desk.now, "happened_at": desk.now}
    refer.send(agency="Front door", spoken_to="Ann", method="telephone", **given)
    refer.hear_back(answer="no_further", spoken_to="Ann", words="A visit tomorrow.", **given)
    return found


AGREED = {"view": "agree", "whom": "", "words": "They will visit, which is what we asked."}
PROMISED = {"promised_who": "Ann", "promised_what": "A visit."}


def test_agreeing_because_of_a_promise_opens_a_step_on_its_day(desk, answered):
    answer = desk.press(
        at(answered, "view"), AGREED | PROMISED | day_fields("promised_on", tomorrow())
    )
    assert (answer.status_code, answer.url) == (302, at(answered))
    step = answered.steps.open().get()
    assert step.kind == StepKind.PROMISE
    assert timezone.localtime(step.due_at).date() == tomorrow()
    assert "Promised by Ann" in page_text(desk.open(at(answered)))
    assert StepKind.NEXT_MOVE not in open_step_kinds(answered.concern)


def test_a_promise_with_which_the_school_agreed_and_that_is_not_kept_is_challenged(desk, answered):
    desk.press(at(answered, "view"), AGREED | PROMISED | day_fields("promised_on", tomorrow()))
    (step,) = answered.steps.open()
    for page in (at(answered), f"/chase/step/{step.uid}/"):
        assert at(answered, "challenge") in page_text(desk.open(page)), page
    said = {"whom": "Bo Hill", "words": "Nobody came. Please visit today."}
    answer = desk.press(at(answered, "challenge"), said)
    assert (answer.status_code, answer.url) == (302, at(answered))
    assert [step.kind for step in answered.steps.open()] == [StepKind.CHALLENGE]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"promised_what": "A visit."}, "Write who promised it"),
        ({"promised_who": "Ann"}, "Write what they will do"),
        (PROMISED, "Enter the day by which they will do it"),
        (PROMISED | {"view": "disagree", "whom": "Bo Hill"}, "under “We agree”"),
    ],
)
def test_a_promise_with_the_view_is_whole_and_only_if_the_school_agrees(desk, answered, more, says):
    answer = desk.press(at(answered, "view"), AGREED | more)
    assert answer.status_code == 422
    assert says in " ".join(summary_errors(answer))
    assert not Promise.objects.exists()


def test_a_promise_beside_a_challenge_is_refused_by_the_act_too(desk, answered):
    promised = PromiseAnswers(who="Ann", what="A visit.", on=tomorrow())
    with pytest.raises(ActRefused, match="You can record it when you agree"):
        refer.give_view(
            by=desk.viewer, referral=answered, view="disagree", words="No.", whom="Bo",
            promised=promised, now=desk.now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"promises": ""}, "Say whether they promised to do something"),
        ({"promised_who": ""}, "Write who promised it"),
        ({"promised_what": ""}, "Write what they will do"),
        ({"promised_on_day": "", "promised_on_month": "", "promised_on_year": ""},
         "Enter the day by which they will do it"),
        ({"promised_on_year": "2020"}, "gone"),
    ],
)  # fmt: skip
def test_settling_asks_who_promised_what_and_by_when(desk, referral, more, says):
    answer = settle_by_page(desk, referral, **more)
    assert answer.status_code == 422
    assert any(says in error or says == "gone" for error in summary_errors(answer))
    assert referral.steps.open().get().kind == StepKind.CHALLENGE


def test_a_promise_with_half_its_words_or_gone_by_is_refused_by_the_act_too(desk, referral):
    today = desk.viewer.todays_date
    for promised in (
        PromiseAnswers("", "A visit.", today),
        PromiseAnswers("Bo", " ", today),
        PromiseAnswers("Bo", "A visit.", today - timedelta(days=1)),
        PromiseAnswers("Bo", "A visit.", today + timedelta(days=400)),
    ):
        with pytest.raises(ActRefused):
            refer.settle(
                by=desk.viewer, referral=referral, words=HOW, promised=promised, now=desk.now
            )
    assert not Promise.objects.exists()


def test_a_concern_is_not_closed_while_a_promise_is_owed(desk, referral):
    settle_by_page(desk, referral)
    shown = page_text(desk.open(f"/triage/{referral.concern.uid}/"))
    assert "Still to do before it can be closed: Find out whether what was promised" in shown


def test_whoever_finds_out_writes_what_was_done_and_the_step_ends(desk, referral):
    settle_by_page(desk, referral)
    step = referral.steps.open().get()
    answer = desk.press(f"/chase/step/{step.uid}/", {"words": "Held at ten, minutes are coming."})
    assert answer.status_code == 302
    assert StepKind.PROMISE not in open_step_kinds(referral.concern)


def test_a_promise_that_was_not_kept_is_taken_to_the_next_rung(desk, referral):
    settle_by_page(desk, referral)
    shown = page_text(desk.open(at(referral)))
    assert "Was what they promised not done?" in shown
    assert "service manager" in shown
    said = {"whom": "Cy Low", "words": "It was not held."}
    assert desk.press(at(referral, "challenge"), said).status_code == 302
    assert [step.kind for step in referral.steps.open()] == [StepKind.CHALLENGE]
    assert referral.events.latest("id").escalation == "service_manager"


def test_a_later_answer_of_the_agency_leaves_the_promise_owed(desk, referral):
    settle_by_page(desk, referral)
    said = {"spoken_to": "Ann", "words": "We visit.", "happened_at": desk.now, "now": desk.now}
    refer.hear_back(by=desk.viewer, referral=referral, answer="assessment", **said)
    assert StepKind.PROMISE in open_step_kinds(referral.concern)


def test_a_late_promise_climbs_to_the_head():
    school = factories.school()
    lead = factories.viewer(school, Role.DSL)
    head = factories.person(school, Role.HEAD)
    concern = factories.concern_at(State.TAKEN, where=school, lead=lead)
    found = challenged(lead, concern, NOW)
    promised = PromiseAnswers("Bo Hill", "A visit.", (NOW + timedelta(days=1)).date())
    refer.settle(by=lead, referral=found, words="Agreed.", promised=promised, now=NOW)
    step = found.steps.open().get()
    clock_round.run_reminder_round(step.due_at - timedelta(minutes=1))
    assert head.email not in [message.to[0] for message in sent_here.outbox]
    for day in range(1, 5):
        clock_round.run_reminder_round(step.due_at + timedelta(days=day))
    told = [message.body for message in sent_here.outbox if message.to[0] == head.email]
    assert any(concern.reference in body for body in told)


def test_the_trail_and_the_ledger_keep_what_was_promised(desk, referral):
    settle_by_page(desk, referral)
    head = factories.viewer(
        desk.where, Role.HEAD, who=factories.person(desk.where, Role.HEAD), now=timezone.now()
    )
    trail = text(head, f"/audit/concern/{referral.concern.uid}/")
    assert "Promised by Bo Hill" in trail
    assert count_ledger_lines(referral.concern, Kind.SETTLED) == 1


@pytest.mark.parametrize(
    "stage", [ReferralStage.CHALLENGED, ReferralStage.ANSWERED, ReferralStage.AGREED,
              ReferralStage.SETTLED],
)  # fmt: skip
def test_a_referral_keeps_its_calls_and_events_in_their_own_words_whatever_came_since(
    desk, referral, stage
):
    given = {"by": desk.viewer, "referral": referral, "now": desk.now}
    if stage in (ReferralStage.ANSWERED, ReferralStage.AGREED):
        said = {"spoken_to": "Ann", "words": "We visit.", "happened_at": desk.now}
        refer.hear_back(answer="advice", **said, **given)
    if stage is ReferralStage.AGREED:
        refer.give_view(view="agree", words="It fits.", **given)
    if stage is ReferralStage.SETTLED:
        refer.settle(words=HOW, **given)
    for page in (at(referral), f"/triage/{referral.concern.uid}/"):
        shown = page_text(desk.open(page))
        for words in ("01632 960001", "12 minutes", "Kit", "Nobody has read it yet.",
                      "Not for us.", "Too little.", "Bo Hill"):  # fmt: skip
            assert words in shown, (page, words)
