"""Tests for adding a concern to the picture only: it takes one sentence and one press."""

import re
from datetime import timedelta

import pytest

from concerns.doors.act import ActRefused
from concerns.forms.light_decision import KEPT_WORD
from concerns.models import Decision, Exclusion, WordBack
from concerns.rules.calendars import picture_review_day
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.workflow.available_actions import may_keep
from concerns.workflow.decision_checks import FULL_FOR_REFERRAL, FULL_FOR_SIGN, FULL_FOR_STATUS
from tests import deciding, factories, homes
from tests.counting import list_statements
from tests.desk import Desk, day_fields, page_text, summary_errors

pytestmark = pytest.mark.django_db
BUTTON = "Keep with the picture"


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


def here(concern, more=""):
    return f"/triage/{concern.uid}/{more}"


def kept(desk, concern, **more):
    form = {
        "reason": "One more small thing.",
        "tell": "on",
        **day_fields("again_on", again(desk, concern)),
    }
    return desk.client.post(here(concern, "keep/"), desk.carried(here(concern)) | form | more)


def again(desk, concern):
    return picture_review_day(desk.where.school_calendar, desk.today, concern.pk)


def test_a_sentence_and_the_day_that_stands_there_keep_it_and_tell_who_wrote_it(desk):
    concern = desk.concern(State.WAITING)
    assert kept(desk, concern).status_code == 302
    made = Decision.objects.get(concern=concern)
    assert (made.light, made.review_on) == (True, again(desk, concern))
    assert WordBack.objects.get().words == KEPT_WORD
    concern.refresh_from_db()
    assert (concern.state, concern.holder) == (State.DECIDED, desk.viewer.person)
    assert [step.kind for step in concern.steps.open()] == ["keep"]


def test_the_word_back_may_be_left_for_another_day(desk):
    concern = desk.concern(State.WAITING)
    kept(desk, concern, tell="")
    assert not WordBack.objects.exists()
    assert concern.steps.open().filter(kind="tell_reporter").exists()


def test_who_wrote_it_themselves_is_not_asked_to_tell_themselves(desk):
    concern = desk.concern(State.WAITING, by=desk.viewer)
    page = page_text(desk.open(here(concern)))
    assert BUTTON in page
    assert KEPT_WORD not in page
    assert kept(desk, concern).status_code == 302


def test_it_leads_to_the_next_in_the_queue_and_says_what_was_kept(desk):
    first = desk.concern(State.WAITING)
    second = desk.concern(State.WAITING)
    answer = kept(desk, first)
    assert answer.url == here(second, "?next")
    page = page_text(desk.open(answer.url))
    assert first.reference in page
    assert "Decided, and said why" in page
    assert "Look at the picture again, by" in page
    assert "This is the next concern in the queue" in page
    assert "autofocus" in page
    assert "autofocus" not in page_text(desk.open(here(second)))
    last = kept(desk, second)
    assert last.url == here(second, "?next")
    assert "There is nothing else in the queue for you" in page_text(desk.open(last.url))


def test_it_leads_to_the_one_that_the_banner_offers_though_that_was_skipped(desk):
    skipped = desk.concern(State.WAITING)
    kept_first = desk.concern(State.WAITING)
    desk.concern(State.WAITING)
    answer = kept(desk, kept_first)
    assert answer.url == here(skipped, "?next")
    assert "This is the next concern in the queue" in page_text(desk.open(answer.url))


def test_the_next_is_nobody_elses_nor_one_that_waits_for_its_day_nor_hidden(desk):
    first = desk.concern(State.WAITING)
    other = factories.viewer(desk.where, Role.DEPUTY, now=desk.now)
    factories.concern_at(State.TAKEN, where=desk.where, lead=other, now=desk.now)
    desk.concern(State.DECIDED)
    hidden = desk.concern(State.WAITING)
    Exclusion.objects.create(
        school=desk.where, concern=hidden, person=desk.viewer.person, by=other.person, at=desk.now
    )
    mine = desk.concern(State.TAKEN)
    assert kept(desk, first).url.startswith(here(mine))


@pytest.mark.parametrize(
    "pressing",
    [
        {"danger": True}, {"going_home": "yes"}, {"child_words": "He hits"},
        {"how_known": "child_told"}, {"marks": (factories.body_mark(),)},
    ],
)  # fmt: skip
def test_what_presses_is_not_kept_by_one_press(desk, pressing):
    concern = desk.concern(State.WAITING, **pressing)
    assert BUTTON not in page_text(desk.open(here(concern)))
    form = desk.carried(here(concern, "decide/")) | {"reason": "Small."}
    answer = desk.client.post(
        here(concern, "keep/"), form | day_fields("again_on", again(desk, concern))
    )
    assert answer.status_code == 422
    assert not Decision.objects.exists()
    assert "Small." in page_text(answer)


def test_what_somebody_is_unsure_about_is_not_offered_it(desk):
    concern = desk.concern(State.WAITING, going_home="not_sure")
    assert BUTTON not in page_text(desk.open(here(concern)))


def test_what_was_decided_and_is_not_done_is_not_ended_by_one_press(desk):
    concern = desk.concern(State.TAKEN)
    decided = factories.decision_answers(concern, Route.PARENTS)
    triage.decide(by=desk.viewer, concern=concern, decided=decided, now=desk.now)
    assert BUTTON not in page_text(desk.open(here(concern)))


def test_a_picture_looked_at_again_may_be_kept_again(desk):
    concern = desk.concern(State.WAITING)
    light = factories.light_decision_answers(concern, desk.today)
    triage.decide(by=desk.viewer, concern=concern, decided=light, now=desk.now)
    concern.refresh_from_db()
    assert may_keep(concern, concern.steps.open())
    assert kept(desk, concern).status_code == 302
    assert Decision.objects.filter(concern=concern).count() == 2


def test_a_closed_one_is_not_kept(desk):
    assert BUTTON not in page_text(desk.open(here(desk.concern(State.CLOSED))))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "Say why. A sentence is enough."),
        ({"again_on_day": ""}, "Enter a day, a month and a year"),
        ({"again_on_year": "1999"}, "Choose a day in the future"),
        ({"again_on_year": "2999"}, "Choose a day within a year"),
    ],
)
def test_what_is_missing_is_said_on_the_page_it_was_typed_on(desk, wrong, said):
    concern = desk.concern(State.WAITING)
    answer = kept(desk, concern, **wrong)
    assert answer.status_code == 422
    assert any(one.startswith(said) for one in summary_errors(answer))
    assert concern.account in page_text(answer)


def test_it_is_kept_for_every_child_it_is_about(desk):
    children = (factories.child(desk.where), factories.child(desk.where))
    concern = desk.concern(State.WAITING, children=children)
    kept(desk, concern)
    assert Decision.objects.get().children.count() == 2


def test_somebody_who_acted_meanwhile_is_told_of_and_nothing_is_written(desk):
    concern = desk.concern(State.WAITING)
    form = desk.carried(here(concern)) | {"reason": "Small.", **day_fields("again_on", desk.today)}
    triage.take(by=factories.viewer(desk.where, Role.DEPUTY), concern=concern, now=desk.now)
    assert desk.client.post(here(concern, "keep/"), form).status_code == 409
    assert not Decision.objects.exists()


def test_an_address_of_the_form_alone_leads_to_the_concern(desk):
    concern = desk.concern(State.WAITING)
    assert desk.open(here(concern, "keep/")).url == here(concern)


def test_finding_the_next_costs_the_same_however_many_wait(desk):
    def spent():
        concern = desk.concern(State.WAITING)
        form = desk.carried(here(concern)) | {"reason": "x", **day_fields("again_on", desk.today)}
        return len(list_statements(lambda: desk.client.post(here(concern, "keep/"), form)))

    few = spent()
    for _ in range(10):
        desk.concern(State.WAITING)
    assert spent() == few <= 45


def test_the_day_is_in_the_first_week_of_a_half_term_and_not_all_on_one_morning():
    days = factories.school().school_calendar
    today = factories.NOW.date()
    found = {picture_review_day(days, today, number) for number in range(10)}
    assert min(found) == factories.TERMS[8][0]
    assert (len(found), max(found) - min(found)) == (5, timedelta(days=4))
    late = factories.TERMS[-1][0]
    assert picture_review_day(days, late, 0) - late == timedelta(weeks=6)


def test_a_child_with_a_plan_is_asked_for_the_full_decision(desk):
    child = factories.child(desk.where)
    homes.add_status(desk.viewer, child, "plan", category="neglect")
    assert_needs_full(desk, desk.concern(State.WAITING, children=(child,)), FULL_FOR_STATUS)


def test_a_child_whose_referral_is_open_is_asked_for_the_full_decision(desk):
    child = factories.child(desk.where)
    earlier = desk.concern(State.TAKEN, children=(child,))
    deciding.decide_concern(desk.viewer, earlier, Route.SOCIAL_CARE, now=desk.now)
    assert_needs_full(desk, desk.concern(State.WAITING, children=(child,)), FULL_FOR_REFERRAL)


def test_a_new_sign_after_no_further_action_is_asked_for_the_full_decision(desk):
    child = factories.child(desk.where)
    earlier = desk.concern(State.TAKEN, children=(child,))
    deciding.decide_concern(desk.viewer, earlier, Route.NO_FURTHER, now=desk.now)
    assert_needs_full(desk, desk.concern(State.WAITING, children=(child,)), FULL_FOR_SIGN)


def test_a_lesser_status_leaves_the_light_decision(desk):
    child = factories.child(desk.where)
    homes.add_status(desk.viewer, child, "ehcp")
    assert BUTTON in page_text(desk.open(here(desk.concern(State.WAITING, children=(child,)))))


def assert_needs_full(desk, concern, why):
    """The page does not offer it, the decide page says why, and the act refuses it."""
    assert BUTTON not in page_text(desk.open(here(concern)))
    assert why in page_text(desk.open(here(concern, "decide/")))
    light = factories.light_decision_answers(concern, again(desk, concern))
    with pytest.raises(ActRefused, match=re.escape(why)):
        triage.decide(by=desk.viewer, concern=concern, decided=light, now=desk.now)
