"""Tests for two people who act on one concern at the same moment."""

from html import unescape

import pytest

from concerns.chase import acts as chase
from concerns.models import Concern, Decision
from concerns.rules.clocks import FIRST_LOOKS, StepKind
from concerns.rules.lifecycle import State
from concerns.templatetags.times import when
from concerns.triage import acts as triage
from tests import factories

ROUNDS = 12
# How long before the other the first of two presses comes, in seconds, in the outermost rounds.
APART = 0.3


@pytest.fixture
def desks(place, sits_down):
    return [sits_down(lead) for lead in place.leads]


def test_of_two_decisions_at_once_one_is_made_and_the_other_is_told(place, desks, at_once):
    concern = place.concern()
    here = f"/triage/{concern.uid}/decide/"
    for number in range(1, ROUNDS + 1):
        forms = [desk.decision(here, f"{number}: {desk.person.name} thinks so.") for desk in desks]
        assert forms[0]["version"] == forms[1]["version"]
        presses = [desk.press(here, form) for desk, form in zip(desks, forms, strict=True)]
        first, second = at_once(*presses)
        assert {first.status_code, second.status_code} == {302, 409}
        won = 0 if first.status_code == 302 else 1
        told = unescape((second, first)[won].text)
        moved = Concern.objects.get(pk=concern.pk)
        assert f"{desks[won].person.name} did something while this page was open" in told
        assert when(moved.changed_at) in told
        assert forms[1 - won]["reason"] in told
        assert Decision.objects.order_by("-id")[0].reason == forms[won]["reason"]
        assert Decision.objects.count() == number


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told(place, desks, at_once):
    for _ in range(ROUNDS):
        concern = place.concern()
        here = f"/triage/{concern.uid}/take/"
        forms = [desk.carried(f"/triage/{concern.uid}/") for desk in desks]
        answers = at_once(*[desk.press(here, f) for desk, f in zip(desks, forms, strict=True)])
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        won = [answer.status_code for answer in answers].index(302)
        assert Concern.objects.get(pk=concern.pk).holder == desks[won].person
        assert f"{desks[won].person.name} did something" in unescape(answers[1 - won].text)


def to_close(place) -> Concern:
    """A decided concern with nothing left to do."""
    concern = place.concern()
    lead = place.acting(place.leads[0])
    decided = factories.decision_answers(concern)
    triage.decide(by=lead, concern=concern, decided=decided, now=lead.now)
    support = concern.steps.open().get(kind=StepKind.SUPPORT)
    chase.do_step(by=lead, step=support, words="In place.", now=lead.now)
    return concern


def test_what_is_added_while_it_is_being_closed_is_never_left_unread(
    server, place, desks, sits_down, at_once
):
    writer = sits_down(place.writer)
    ended = set()
    for early in (APART * (2 * number / (ROUNDS - 1) - 1) for number in range(ROUNDS)):
        concern = to_close(place)
        closing = desks[0].carried(f"/triage/{concern.uid}/close/")
        closing |= {"outcome": "explained", "why": "It is explained.", "words_back": "Thank you."}
        adding = writer.carried(f"/submit/mine/{concern.uid}/")
        adding |= {"words": "And again today."}
        closed, added = at_once(
            desks[0].press(f"/triage/{concern.uid}/close/", closing, wait=-early),
            writer.press(f"/submit/add/{concern.uid}/", adding, wait=early),
        )
        assert added.status_code == 302
        ended.add(closed.status_code)
        now = Concern.objects.get(pk=concern.pk)
        assert now.state != State.CLOSED
        unread = now.steps.open().filter(kind__in={*FIRST_LOOKS, StepKind.READ_ADDITION})
        assert unread.count() == 1
    assert ended == {302, 409}, "both orders were to be seen"
    assert server.database.manage("unheld").returncode == 0
