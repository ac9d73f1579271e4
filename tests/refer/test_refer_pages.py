"""Tests for the pages of a referral and of a conversation: one form, and no typed word lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from concerns.models import Conversation
from concerns.refer import acts as refer
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from tests import factories
from tests.counting import list_statements
from tests.deciding import count_ledger_lines, decide_concern
from tests.desk import Desk, count_readings, day_fields, page_text, summary_errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def concern(desk):
    made = desk.concern()
    decide_concern(desk.viewer, made, Route.SOCIAL_CARE, Route.PARENTS, now=desk.now)
    return made


@pytest.fixture
def referral(concern):
    return concern.referrals.get()


def moment(name, when=None):
    when = timezone.localtime(when)
    return {**day_fields(f"{name}_on", when), f"{name}_at": f"{when:%H:%M}"}


SEND = {"agency": "Front door", "spoken_to": "Duty worker", "method": "telephone"}
ANSWER = {"answer": "assessment", "spoken_to": "Duty worker", "words": "They will see him."}
VIEW = {"view": "disagree", "whom": "Bo Hill", "words": "Too little."}


def at(referral, name=""):
    return f"/refer/{referral.uid}/" + (f"{name}/" if name else "")


def go(desk, referral, *names):
    forms = {"send": SEND | moment("sent"), "answer": ANSWER | moment("heard"), "view": VIEW}
    for name in names:
        answer = desk.press(at(referral, name), forms[name])
        assert (answer.status_code, answer.url) == (302, at(referral))


# A referral


def test_a_referral_goes_its_whole_way_by_the_one_form_that_fits_each_stage(desk, referral):
    for name in ("send", "answer", "view", "answer"):
        assert f'action="{at(referral, name)}"' in page_text(desk.open(at(referral)))
        go(desk, referral, name)
    assert [event.stage for event in referral.events.order_by("id")] == [
        "sent",
        "answered",
        "challenged",
        "answered",
    ]
    shown = page_text(desk.open(at(referral)))
    assert "They will see him." in shown
    assert "Too little." in shown


def test_the_page_says_whose_move_it_is_and_by_when(desk, referral):
    shown = page_text(desk.open(at(referral)))
    assert "Send the referral" in shown
    assert desk.viewer.person.name in shown


@pytest.mark.parametrize("left_out", sorted(SEND))
def test_what_was_not_said_of_a_sending_is_asked_for(desk, referral, left_out):
    form = {name: value for name, value in SEND.items() if name != left_out} | moment("sent")
    answer = desk.press(at(referral, "send"), form | {"words": "All I know."})
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)
    assert "All I know." in page_text(answer)
    assert referral.current_stage is ReferralStage.TO_SEND


@pytest.mark.parametrize("left_out", sorted(ANSWER))
def test_what_was_not_said_of_an_answer_is_asked_for(desk, referral, left_out):
    go(desk, referral, "send")
    form = {name: value for name, value in ANSWER.items() if name != left_out}
    answer = desk.press(at(referral, "answer"), form | moment("heard"))
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)


@pytest.mark.parametrize("left_out", sorted(VIEW))
def test_what_was_not_said_of_our_view_is_asked_for(desk, referral, left_out):
    go(desk, referral, "send", "answer")
    form = {name: value for name, value in VIEW.items() if name != left_out}
    answer = desk.press(at(referral, "view"), form)
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)


def test_what_is_still_to_come_is_refused_kindly(desk, referral):
    form = SEND | moment("sent", timezone.now() + timedelta(days=1))
    answer = desk.press(at(referral, "send"), form)
    assert "in the future" in summary_errors(answer)[0]


def test_a_form_that_no_longer_fits_says_where_the_referral_stands(desk, referral):
    go(desk, referral, "send")
    answer = desk.press(at(referral, "send"), SEND | moment("sent"))
    assert answer.status_code == 422
    assert summary_errors(answer) == ["This referral is at the stage: sent, waiting for an answer."]
    assert 'value="Front door"' in page_text(answer)


def test_what_was_sent_while_the_page_was_open_is_told(desk, referral):
    form = desk.carried(at(referral)) | SEND | moment("sent")
    go(desk, referral, "send")
    answer = desk.client.post(at(referral, "send"), form)
    assert answer.status_code == 409
    assert "You have already done something on this concern" in page_text(answer)
    assert referral.events.count() == 1


def test_who_decided_reads_why_they_cannot_take_it_back_alone(desk, referral):
    for name in ("", "withdraw"):
        assert "so a second person who may decide has to agree not to send it" in page_text(
            desk.open(at(referral, name))
        )
    answer = desk.client.post(
        at(referral, "withdraw"),
        {"words": "No need.", "version": desk.carried(at(referral))["version"]},
    )
    assert answer.status_code == 422
    assert "second person" in summary_errors(answer)[0]
    assert "No need." in page_text(answer)


def test_a_second_person_agrees_not_to_send_it(desk, referral, client):
    client.cookies.clear()
    second = Desk(client, desk.where, Role.DEPUTY)
    assert at(referral, "withdraw") in page_text(second.open(at(referral)))
    assert second.press(at(referral, "withdraw"), {"words": "Sent."}).status_code == 302
    assert referral.current_stage is ReferralStage.WITHDRAWN
    assert "<form" not in page_text(second.open(at(referral))).split("<main", 1)[1]
    assert "has already been sent, so it cannot be" in page_text(
        second.open(at(referral, "withdraw"))
    )


def test_a_closed_concern_says_how_to_write_more(desk, referral, concern):
    go(desk, referral, "send")
    desk.press(at(referral, "answer"), ANSWER | moment("heard") | {"answer": "early_help"})
    desk.press(at(referral, "view"), VIEW | {"view": "agree"})
    talk = {"spoken_to": "parent", "who": "Mother", "said": "Yes."}
    refer.speak(by=desk.viewer, concern=concern, happened_at=desk.now, now=desk.now, **talk)
    closing = {"outcome": "explained", "why": "Theirs.", "words_back": "Thank you."}
    assert desk.press(f"/triage/{concern.uid}/close/", closing).status_code == 302
    assert "Reopen it" in page_text(desk.open(at(referral)))
    answer = desk.client.post(
        at(referral, "answer"),
        ANSWER | moment("heard") | {"version": str(concern.version + 99)},
    )
    assert answer.status_code == 409


def test_reading_a_referral_is_reading_its_concern(desk, referral, concern):
    before = count_readings(concern)
    desk.open(at(referral))
    assert count_readings(concern) == before + 1


@pytest.mark.parametrize("name", ["", "send", "answer", "view", "withdraw"])
def test_another_schools_referral_is_no_page(desk, name):
    lead = factories.viewer(factories.school(), Role.DSL)
    other = factories.concern_at(State.TAKEN, where=lead.school, lead=lead)
    decide_concern(lead, other, Route.POLICE)
    assert desk.open(at(other.referrals.get(), name)).status_code == 404


def test_the_page_costs_the_same_however_much_happened(desk, referral):
    go(desk, referral, "send", "answer")
    few = len(list_statements(lambda: desk.open(at(referral))))
    go(desk, referral, "view", "answer", "view", "answer", "view", "answer")
    assert len(list_statements(lambda: desk.open(at(referral)))) == few


# A conversation


def speaking(concern):
    return f"/refer/{concern.uid}/speak/"


SPOKE = {"spoken_to": "parent", "who": "Mother", "said": "She will come.", "who_else": "Aunt"}


def test_a_conversation_is_recorded_and_ends_its_step(desk, concern):
    answer = desk.press(speaking(concern), SPOKE | moment("spoke"))
    assert (answer.status_code, answer.url) == (302, f"/triage/{concern.uid}/")
    talk = Conversation.objects.get(concern=concern)
    assert (talk.who, talk.said, talk.who_else) == ("Mother", "She will come.", "Aunt")
    assert not concern.steps.open().filter(kind=StepKind.SPEAK_TO_PARENTS).exists()


def test_parents_not_reached_stay_owed_and_the_try_is_on_record(desk, concern):
    form = SPOKE | moment("spoke") | {"not_reached": "on", "said": "Rang twice."}
    assert desk.press(speaking(concern), form).status_code == 302
    assert concern.steps.open().filter(kind=StepKind.SPEAK_TO_PARENTS).exists()
    assert "Could not be reached" in page_text(desk.open(speaking(concern)))


@pytest.mark.parametrize("left_out", ["spoken_to", "who", "said", "spoke_at"])
def test_what_was_not_said_of_a_conversation_is_asked_for(desk, concern, left_out):
    form = SPOKE | moment("spoke")
    del form[left_out]
    answer = desk.press(speaking(concern), form)
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)
    assert "Aunt" in page_text(answer)
    assert count_ledger_lines(concern, "spoke") == 0


def test_the_page_warns_where_advice_comes_first(desk):
    concern = desk.concern(categories=("sexual",))
    decide_concern(desk.viewer, concern, Route.PARENTS, now=desk.now)
    assert "Advice comes first here" in page_text(desk.open(speaking(concern)))


def test_of_several_children_it_says_about_which(desk):
    pair = (factories.child(desk.where), factories.child(desk.where))
    concern = desk.concern(children=pair)
    answer = desk.press(speaking(concern), SPOKE | moment("spoke"))
    assert summary_errors(answer) == ["Choose which child it was about"]
    first = concern.children.order_by("id")[0]
    for chosen, child in ((str(first.uid), first), ("all", None)):
        form = SPOKE | moment("spoke") | {"child": chosen}
        assert desk.press(speaking(concern), form).status_code == 302
        newest = Conversation.objects.filter(concern=concern).order_by("-id")[0]
        assert newest.concern_child == child


def test_words_of_an_ended_session_come_back_to_their_own_form(desk, referral, client):
    form = desk.carried(at(referral)) | SEND | moment("sent")
    client.cookies.clear()
    sent_on = client.post(at(referral, "send"), form)
    assert at(referral, "send") in sent_on.url
    factories.sign_in(client, desk.viewer.person)
    for path in (at(referral, "send"), at(referral)):
        assert 'value="Front door"' in page_text(desk.open(path))
