"""Tests for the pages on which an answer is chased and challenged, and parents are not told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from concerns.models import Addition, ChaseCall
from concerns.rules.challenge_ladder import ChallengeRung
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.roles import Role
from concerns.rules.words import Route
from tests import factories
from tests.counting import list_statements
from tests.deciding import count_ledger_lines, decide_concern, open_step_kinds
from tests.desk import Desk, page_text, summary_errors
from tests.refer.test_refer_pages import ANSWER, VIEW, at, go, moment

pytestmark = pytest.mark.django_db
CALL = {"telephone": "01632 960009", "minutes": "12", "answered_by": "", "said": ""}
# The page of a referral that was sent: the form that fits, and beside it that of a call. Each form
# reads its draft; five more read the sorting, meetings to come, the watch, and promises (twice);
# two read whose page it is (the strip), which has the files of the children already.
MOST_STATEMENTS = 62


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def concern(desk):
    made = desk.concern()
    decide_concern(desk.viewer, made, Route.SOCIAL_CARE, Route.PARENTS, now=desk.now)
    return made


@pytest.fixture
def referral(desk, concern):
    found = concern.referrals.get()
    go(desk, found, "send")
    return found


def challenged(desk, referral):
    form = ANSWER | {"answer": "no_further"} | moment("heard")
    desk.press(at(referral, "answer"), form)
    go(desk, referral, "view")


def test_a_call_is_written_down_by_one_press_and_now_is_when_it_was(desk, referral):
    shown = page_text(desk.open(at(referral)))
    assert 'name="telephone" value="01632 960001"' in shown
    answer = desk.press(at(referral, "chase"), CALL)
    assert (answer.status_code, answer.url) == (302, at(referral))
    call = ChaseCall.objects.get()
    assert timezone.now() - call.happened_at < timedelta(minutes=1)
    assert (call.minutes, call.spoken_to) == (12, "")
    shown = page_text(desk.open(at(referral)))
    assert "Chased once, 12 minutes waiting" in shown
    assert 'name="telephone" value="01632 960009"' in shown


def test_a_call_from_earlier_says_when_it_was(desk, referral):
    earlier = timezone.now() - timedelta(minutes=40)
    desk.press(at(referral, "chase"), CALL | moment("rang", earlier))
    assert timezone.now() - ChaseCall.objects.get().happened_at > timedelta(minutes=39)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"telephone": ""}, "Write the number you rang"),
        ({"minutes": "ages"}, "Write how many minutes"),
        ({"minutes": "601"}, "Write how many minutes"),
        ({"rang_at": "10:00"}, "Enter the day"),
    ],
)
def test_what_a_call_lacks_is_asked_for_beside_the_other_form(desk, referral, wrong, said):
    answer = desk.press(at(referral, "chase"), CALL | {"said": "Ring at four."} | wrong)
    assert answer.status_code == 422
    assert (
        [error for error in summary_errors(answer) if error.startswith(said)]
        == summary_errors(answer)
        != []
    )
    assert 'value="Ring at four."' in page_text(answer)
    assert "What will they do?" in page_text(answer)


def test_the_head_reads_of_the_chases_in_the_trail(desk, referral, concern):
    desk.press(at(referral, "chase"), CALL | {"said": "Nobody free."})
    assert "Chased once" in page_text(desk.open(f"/triage/{concern.uid}/"))
    child = concern.children.get().child
    assert "Nobody free." in page_text(desk.open(f"/child/{child.uid}/chronology/"))
    desk.client.cookies.clear()
    head = Desk(desk.client, desk.where, Role.HEAD)
    trail = page_text(head.open(f"/audit/concern/{concern.uid}/"))
    assert "Rang 01632 960009, 12 minutes on hold, spoke to nobody" in trail


def test_they_have_it_is_written_down_and_the_answer_stays_owed(desk, referral):
    assert at(referral, "acknowledge") in page_text(desk.open(at(referral)))
    form = {"spoken_to": "Ann", "their_reference": "FD-2"} | moment("heard")
    assert desk.press(at(referral, "acknowledge"), form).status_code == 302
    shown = page_text(desk.open(at(referral)))
    assert "They have it, waiting for an answer" in shown
    assert "Their reference: FD-2." in shown
    assert StepKind.HEAR_BACK in open_step_kinds(referral.concern)


def test_a_challenge_is_taken_up_the_ladder_and_settled(desk, referral):
    challenged(desk, referral)
    for rung in list(ChallengeRung)[1:]:
        assert f"Take it to their {rung.label.lower()}" in page_text(desk.open(at(referral)))
        form = {"whom": "Cy Dell", "words": "Please look again."}
        assert desk.press(at(referral, "challenge"), form).status_code == 302
        assert f"{rung.label}. Spoken to: Cy Dell." in page_text(desk.open(at(referral)))
    settled = {"words": "A joint visit on Friday.", "promises": "nothing"}
    assert desk.press(at(referral, "settle"), settled).status_code == 302
    assert referral.current_stage is ReferralStage.SETTLED
    assert "A joint visit on Friday." in page_text(desk.open(at(referral)))


def test_what_does_not_fit_the_stage_leads_back_to_what_does(desk, referral):
    assert "<form" not in page_text(desk.open(at(referral, "settle"))).split("<main", 1)[1]
    form = desk.carried(at(referral)) | {"words": "Again.", "promises": "nothing"}
    answer = desk.client.post(at(referral, "settle"), form)
    assert summary_errors(answer)[0].startswith("This referral is at the stage")


def test_who_does_not_answer_is_challenged_from_its_page(desk, referral):
    first = next(iter(ChallengeRung)).label
    assert f"Take it to their {first.lower()}" in page_text(desk.open(at(referral)))
    form = {"whom": "Cy Dell", "words": "Three calls, and nobody answers."}
    assert desk.press(at(referral, "challenge"), form).status_code == 302
    assert f"{first}. Spoken to: Cy Dell." in page_text(desk.open(at(referral)))


def test_a_challenge_says_whom_it_asked(desk, referral):
    desk.press(at(referral, "answer"), ANSWER | moment("heard"))
    answer = desk.press(at(referral, "view"), VIEW | {"whom": ""})
    assert summary_errors(answer) == ["Write who you asked to think again"]
    assert desk.press(at(referral, "view"), VIEW | {"view": "agree", "whom": ""}).status_code == 302


def test_the_page_costs_the_same_however_often_it_was_chased(desk, referral):
    desk.press(at(referral, "chase"), CALL)
    few = len(list_statements(lambda: desk.open(at(referral))))
    for _ in range(4):
        desk.press(at(referral, "chase"), CALL)
    assert len(list_statements(lambda: desk.open(at(referral)))) == few <= MOST_STATEMENTS


# Parents


def test_tries_to_reach_parents_add_up_and_end_nothing(desk, concern):
    path = f"/refer/{concern.uid}/speak/"
    tried = {"spoken_to": "parent", "who": "Mother", "said": "No answer.", "not_reached": "on"}
    for _ in range(3):
        desk.press(path, tried | moment("spoke"))
    assert "Tried 3 times" in page_text(desk.open(path))
    assert StepKind.SPEAK_TO_PARENTS in open_step_kinds(concern)


def test_parents_are_not_told_with_a_reason_and_then_nobody_owes_it(desk, concern):
    path = f"/refer/{concern.uid}/untold/"
    assert path in page_text(desk.open(f"/refer/{concern.uid}/speak/"))
    assert summary_errors(desk.press(path, {"why": ""})) == [
        "Say why parents or carers are not told"
    ]
    assert desk.press(path, {"why": "Police ask us not to."}).status_code == 302
    assert StepKind.SPEAK_TO_PARENTS not in open_step_kinds(concern)
    words_kept = Addition.objects.get(concern=concern).words
    assert words_kept == "Parents or carers are not told, because: Police ask us not to."
    form = desk.carried(f"/refer/{concern.uid}/speak/") | {"why": "Police ask us not to."}
    again = desk.client.post(path, form)
    assert "this is no longer needed" in summary_errors(again)[0]
    assert count_ledger_lines(concern, "step_done") == 1


def test_a_later_decision_that_they_are_not_told_ends_it_too(desk, concern):
    told = {"parents_told": "no", "parents_why_not": "A carer may be the cause."}
    decide_concern(desk.viewer, concern, Route.SCHOOL_SUPPORT, now=desk.now, **told)
    assert StepKind.SPEAK_TO_PARENTS not in open_step_kinds(concern)
