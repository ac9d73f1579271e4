"""Tests that the page of a decision asks what is needed, and loses nothing typed."""

from datetime import timedelta

import pytest

from concerns.models import Conversation, Decision
from concerns.refer import acts as refer
from concerns.rules.calendars import picture_review_day
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.words import Route
from tests import factories
from tests.deciding import decide_concern
from tests.desk import FULL, Desk, day_fields, page_text, summary_errors

pytestmark = pytest.mark.django_db
LIGHT = {"weight": "light", "reason": "One more small thing."}
SENT = {"agency": "Front door", "spoken_to": "Duty worker", "method": "telephone"}


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def taken(desk):
    return desk.concern()


def page(concern):
    return f"/triage/{concern.uid}/decide/"


def moment(name, when):
    return {**day_fields(f"{name}_on", when), f"{name}_at": f"{when:%H:%M}"}


def test_a_full_decision_is_made_and_leads_back_to_the_concern(desk, taken):
    answer = desk.press(page(taken), FULL)
    assert (answer.status_code, answer.url) == (302, f"/triage/{taken.uid}/")
    made = Decision.objects.get(concern=taken)
    assert (made.reason, made.considered) == (FULL["reason"], FULL["considered"])
    assert [row.route for row in made.routes.all()] == ["school_support"]


def test_a_light_decision_takes_a_reason_and_a_day_that_stands_there(desk, taken):
    until = picture_review_day(desk.where.school_calendar, desk.today, taken.pk)
    assert desk.press(page(taken), LIGHT | day_fields("light_until", until)).status_code == 302
    made = Decision.objects.get(concern=taken)
    assert (made.light, made.review_on) == (True, until)
    boxes = page_text(desk.open(page(taken)))
    assert f'name="light_until_day" type="text" value="{until.day}"' in boxes


def test_a_script_that_sends_is_told_where_to_go(desk, taken):
    answer = desk.press(page(taken), FULL, headers={"accept": "application/json"})
    assert answer.json() == {"next": f"/triage/{taken.uid}/"}


NEEDS = {
    "reason": "Say why. A sentence is enough.",
    "weight": "Choose what kind it is",
    "routes": "Tick what happens next",
    "considered": "Say what else you considered, and why you did not choose it",
    "parents_told": "Say whether parents or carers have been told",
    "parents_why_not": "Say why parents or carers are not told",
    "siblings": "Say whether brothers and sisters were considered",
    "child_seen": "Say whether the child has been seen",
}


@pytest.mark.parametrize("left_out", sorted(NEEDS))
def test_each_answer_left_out_is_asked_for_and_the_rest_is_still_there(desk, taken, left_out):
    form = {name: value for name, value in FULL.items() if name != left_out}
    if left_out == "parents_told":
        del form["parents_why_not"]
    answer = desk.press(page(taken), form)
    assert answer.status_code == 422
    assert summary_errors(answer) == [NEEDS[left_out]]
    told = [value for value in form.values() if isinstance(value, str) and " " in value]
    assert all(value in page_text(answer) for value in told)
    assert not Decision.objects.filter(concern=taken).exists()


WRONG = [
    (
        {"routes": ["no_further", "police"]},
        "Choose no further action or other routes, not both",
    ),
    ({"routes": ["keep"]}, "Enter the day to look at the picture again"),
    ({"routes": ["watch"]}, "Enter the day the watch ends"),
    ({"routes": ["watch"]}, "Choose who will watch"),
    ({"routes": ["everything"]}, "Choose one of the answers"),
    ({"routes": ["watch"], "watched_by": "nobody"}, "Choose who will watch"),
    ({"watched_by": "nobody"}, "You wrote something under “Watch"),
    ({"parents_told": "will_be", "parents_why_not": ""}, "Parents will be told, so tick"),
    ({"parents_told": "yes", "parents_why_not": ""}, "Write who it was"),
    ({"parents_told": "yes"}, "You wrote something under “No, for this reason”"),
    ({"who": "Mother"}, "You wrote something under “Yes, they have been told”"),
    ({"agency": "Front door"}, "You wrote something under “Refer to children's social care”"),
    ({"keep_until_day": "31", "keep_until_month": "2", "keep_until_year": "2027"}, "under “Keep"),
    ({"advice_first": "on"}, "You wrote something under “Speak to parents or carers”"),
    ({"routes": ["social_care"], "agency": "Front door"}, "Write who you spoke to there"),
    ({"routes": ["social_care"], "method": "pigeon"}, "Choose one of the answers"),
]


@pytest.mark.parametrize(("more", "said"), WRONG)
def test_what_does_not_fit_is_said_where_it_stands(desk, taken, more, said):
    answer = desk.press(page(taken), FULL | more)
    assert answer.status_code == 422
    assert any(said in error for error in summary_errors(answer))
    assert not Decision.objects.filter(concern=taken).exists()


def test_a_day_gone_by_or_far_off_is_asked_for_again(desk, taken):
    for days, said in ((-1, "in the future"), (400, "within a year")):
        when = desk.today + timedelta(days=days)
        keep = {"routes": ["keep"]} | day_fields("keep_until", when)
        assert said in summary_errors(desk.press(page(taken), FULL | keep))[0]
        light = desk.press(page(taken), LIGHT | day_fields("light_until", when))
        assert said in summary_errors(light)[0]


def test_more_than_a_light_decision_keeps_is_not_dropped(desk, taken):
    until = day_fields("light_until", desk.today + timedelta(days=20))
    answer = desk.press(page(taken), LIGHT | until | {"routes": ["social_care"], "who": "Mother"})
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)
    assert "You wrote more" in summary_errors(answer)[0]
    assert 'value="Mother"' in page_text(answer)
    assert not Decision.objects.filter(concern=taken).exists()


def test_social_care_and_parents_reached_already_are_recorded_in_the_same_press(desk, taken):
    when = desk.viewer.now
    more = {
        "routes": ["social_care", "parents"],
        "parents_told": "yes",
        "parents_why_not": "",
        "who": "Mother",
        "said": "She will collect him.",
        "their_reference": "W1",
        **SENT,
        **moment("sent", when),
        **moment("spoke", when),
    }
    assert desk.press(page(taken), FULL | more).status_code == 302
    referral = taken.referrals.get()
    assert referral.current_stage is ReferralStage.SENT
    assert referral.events.get().their_reference == "W1"
    assert Conversation.objects.get(concern=taken).said == "She will collect him."
    assert "speak_to_parents" not in taken.steps.open().values_list("kind", flat=True)


def test_what_was_sent_tomorrow_is_refused_kindly(desk, taken):
    when = desk.viewer.now + timedelta(days=2)
    more = {"routes": ["social_care"], **SENT, **moment("sent", when)}
    answer = desk.press(page(taken), FULL | more)
    assert "in the future" in summary_errors(answer)[0]


def test_a_watch_names_its_adult_and_its_day(desk, taken):
    watcher = factories.person(desk.where, name="Wen Watcher")
    until = desk.today + timedelta(days=14)
    more = {"routes": ["watch"], "watched_by": str(watcher.uid), **day_fields("watch_until", until)}
    assert desk.press(page(taken), FULL | more).status_code == 302
    route = Decision.objects.get(concern=taken).routes.get()
    assert (route.adult, route.until) == (watcher, until)


def test_family_of_the_child_is_not_offered_to_watch(desk, taken):
    relative = factories.person(desk.where, name="Rel Ative")
    assert "Rel Ative" in page_text(desk.open(page(taken)))
    factories.relate_to_child(relative, taken.children.get().child)
    assert "Rel Ative" not in page_text(desk.open(page(taken)))


def test_parents_on_record_already_need_not_be_written_down_again(desk, taken):
    decide_concern(desk.viewer, taken, Route.PARENTS, now=desk.now)
    told = {"spoken_to": "parent", "who": "Mother", "said": "Yes.", "reached": True}
    refer.speak(by=desk.viewer, concern=taken, happened_at=desk.now, now=desk.now, **told)
    more = {"parents_told": "yes", "parents_why_not": ""}
    assert desk.press(page(taken), FULL | more).status_code == 302
    assert Conversation.objects.filter(concern=taken).count() == 1


# Of several children


@pytest.fixture
def two(desk):
    pair = [factories.child(desk.where, name, "Jones") for name in ("Mia", "Tom")]
    return desk.concern(children=tuple(pair))


def test_of_several_children_it_is_said_for_which(desk, two):
    answer = desk.press(page(two), FULL)
    assert summary_errors(answer) == ["Tick the child you are deciding for"]
    first = two.children.order_by("id")[0]
    assert desk.press(page(two), FULL | {"children": [str(first.uid)]}).status_code == 302
    assert [row.concern_child for row in Decision.objects.get().children.all()] == [first]


def test_a_child_decided_for_already_shows_what(desk, two):
    first = two.children.order_by("id")[0]
    decide_concern(desk.viewer, two, Route.SCHOOL_SUPPORT, rows=[first], now=desk.now)
    shown = page_text(desk.open(page(two)))
    assert f"by {desk.viewer.person.name}: Support in school" in shown
    assert "Not decided yet" in shown


def test_one_press_decides_the_same_for_each_child_ticked(desk, two):
    both = [str(row.uid) for row in two.children.all()]
    assert desk.press(page(two), FULL | {"children": both}).status_code == 302
    two.refresh_from_db()
    assert (two.state, Decision.objects.get().children.count()) == (State.DECIDED, 2)


# What is urgent


def test_a_mark_leaves_no_light_decision_to_choose(desk):
    concern = desk.concern(marks=(factories.body_mark(),))
    shown = page_text(desk.open(page(concern)))
    assert "This needs the full decision" in shown
    assert 'name="weight"' not in shown
    form = {name: value for name, value in FULL.items() if name != "weight"}
    assert desk.press(page(concern), form).status_code == 302


def test_what_is_wrong_is_said_in_the_order_of_the_questions(desk, taken):
    wrong = {**FULL, "reason": "", "considered": "", "child_seen": "", "parents_told": "yes"}
    said = summary_errors(desk.press(page(taken), wrong))
    assert [words.split(",")[0] for words in said[:2]] == [
        "Say why. A sentence is enough.",
        "Say what else you considered",
    ]
    assert said.index("Write who it was") < said.index("Say whether the child has been seen")
