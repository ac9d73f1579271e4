"""Tests for the reader's pages: the list, one concern beside earlier ones, and each act."""

from datetime import timedelta

import pytest

from concerns.adult import acts as adult
from concerns.models import AdultConcern, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.counting import list_statements
from tests.desk import Desk, day_fields, page_text, summary_errors


@pytest.fixture
def desk(client, where):
    return Desk(client, where, Role.HEAD, name="Hedda Head")


@pytest.fixture
def writer(where, desk):
    return factories.viewer(where, now=desk.now, who=factories.person(where, name="Wyn Writer"))


@pytest.fixture
def concern(desk, writer, dan):
    return adults.send_adult_concern(writer, dan, desk.now, sort="harm")


def page(concern, name="") -> str:
    return f"/adult/{concern.uid}/{name}/" if name else f"/adult/{concern.uid}/"


def test_the_list_has_open_ones_first_and_says_what_is_late(desk, concern, writer, dan):
    shut = adults.adult_concern_at(
        State.CLOSED, by=writer, reader=desk.viewer, whom=dan, now=desk.now
    )
    shown = page_text(desk.open("/adult/"))
    assert shown.index(concern.reference) < shown.index(shut.reference)
    assert "late" in shown
    assert "Dan Dubious" in shown
    assert LedgerLine.objects.filter(kind=Kind.LISTED).count() == 1


def test_an_empty_list_says_what_it_means(desk):
    assert "There are none that you can see" in page_text(desk.open("/adult/"))


def test_the_list_is_paged_by_key_in_a_fixed_number_of_statements(desk, writer, dan):
    for _ in range(3):
        adults.send_adult_concern(writer, dan, desk.now)
    desk.open("/adult/")
    few = len(list_statements(lambda: desk.open("/adult/")))
    made = [adults.send_adult_concern(writer, dan, desk.now, sort="low") for _ in range(46)]
    shut = [
        adults.adult_concern_at(State.CLOSED, by=writer, reader=desk.viewer, whom=dan, now=desk.now)
        for _ in range(3)
    ]
    assert len(list_statements(lambda: desk.open("/adult/"))) == few
    first = page_text(desk.open("/adult/"))
    after = first.split("?after=")[1][:36]
    second = page_text(desk.open(f"/adult/?after={after}"))
    every = [row.reference for row in (*made, *shut)]
    assert [ref for ref in every if (ref in first) == (ref in second)] == []
    assert shut[0].reference in page_text(desk.open(f"/adult/?after={shut[1].uid}"))
    assert "There are no more" in page_text(desk.open(f"/adult/?after={shut[0].uid}"))
    assert desk.open("/adult/?after=x").status_code == 404


def test_one_is_read_beside_the_earlier_ones_with_why_they_belong_together(
    desk, concern, where, dan
):
    other = factories.viewer(where, now=desk.now - timedelta(days=40))
    adults.send_adult_concern(other, dan, other.now, sort="low", account="He messaged a child.")
    shown = page_text(desk.open(page(concern)))
    assert "He messaged a child." in shown
    assert "2 adults, 2 entries, 6 weeks" in shown
    assert "2 people have each written about the same adult." in shown


def test_what_is_about_somebody_else_or_somebody_elses_does_not_stand_beside_it(
    desk, concern, where, writer, chair
):
    adults.send_adult_concern(writer, factories.person(where), desk.now, account="Another adult.")
    adults.send_adult_concern(writer, desk.viewer.person, desk.now, account="About the head.")
    shown = page_text(desk.open(page(concern)))
    assert "Another adult." not in shown
    assert "About the head." not in shown


def test_one_described_says_that_nothing_can_stand_beside_it(desk, writer):
    concern = adults.send_adult_concern(writer, None, desk.now)
    assert "Say who it is about" in page_text(desk.open(page(concern)))


def test_i_have_this(desk, concern):
    answer = desk.client.post(page(concern, "take"), {"version": concern.version})
    assert answer["Location"] == page(concern)
    assert "Hedda Head has it." in page_text(desk.open(page(concern)))
    again = desk.client.post(page(concern, "take"), {"version": concern.version})
    assert again.status_code == 409


def test_deciding_by_the_page(desk, concern):
    form = {"sort": "low", "routes": ["low_level"], "reason": "So.", "considered": "LADO."}
    answer = desk.press(page(concern, "decide"), form)
    assert summary_errors(answer) == ["Enter the day to look at it again"]
    alone = desk.press(page(concern, "decide"), form | {"routes": ["no_further", "lado"]})
    assert "Choose no further action or other routes, not both" in summary_errors(alone)[0]
    on = day_fields("look_again", desk.today + timedelta(days=30))
    assert desk.press(page(concern, "decide"), form | on).status_code == 302
    shown = page_text(desk.open(page(concern)))
    assert "Low-level: dealt with in school, and kept on record" in shown


def test_a_conversation_with_the_lado_by_the_page(desk, concern):
    form = {
        "agency": "lado", "spoken_to": "Lena Ado", "words": "All of it.", "answer": "theirs",
        **day_fields("spoke_on", desk.today - timedelta(days=1)), "spoke_at": "10:00",
    }  # fmt: skip
    assert desk.press(page(concern, "speak"), {}).status_code == 422
    assert desk.press(page(concern, "speak"), form).status_code == 302
    shown = page_text(desk.open(page(concern)))
    for said in ("Lena Ado", "They lead", "Ask the LADO for an update"):
        assert said in shown


def test_small_things_by_their_pages(desk, concern, writer):
    assert desk.press(page(concern, "note"), {"words": "A note."}).status_code == 302
    assert desk.press(page(concern, "tell"), {"words": "Thank you."}).status_code == 302
    third = factories.person(desk.where, name="Tia Third")
    gave = {"person": str(third.uid), "why": "His friend."}
    assert desk.press(page(concern, "exclude"), gave).status_code == 302
    assert desk.press(page(concern, "about"), gave | {"why": "It was Tia."}).status_code == 302
    shown = page_text(desk.open(page(concern)))
    for said in (
        "A note.",
        "Thank you.",
        "It is now recorded as being about Tia Third",
        "It was Tia.",
    ):
        assert said in shown
    assert desk.press(page(concern, "exclude"), gave).status_code == 422


def test_closing_and_reopening_by_the_page(desk, concern):
    form = {"outcome": "unfounded", "why": "Nothing in it.", "words_back": "Thank you."}
    assert "Decide first" in summary_errors(desk.press(page(concern, "close"), form))[0]
    decided = adults.adult_decision_answers("no_further")
    adult.decide(by=desk.viewer, concern=concern, decided=decided, now=desk.now)
    assert (
        "Write them a reply"
        in summary_errors(desk.press(page(concern, "close"), form | {"words_back": ""}))[0]
    )
    assert desk.press(page(concern, "close"), form).status_code == 302
    assert "Unfounded" in page_text(desk.open(page(concern)))
    assert desk.press(page(concern, "reopen"), {"why": "A new sign."}).status_code == 302
    assert adults.reload_adult_concern(concern).state == State.TAKEN


def test_handed_on_it_is_gone_from_here(desk, concern, chair):
    answer = desk.press(page(concern, "hand"), {"note": "I appointed him."})
    assert answer["Location"] == "/adult/"
    assert desk.open(page(concern)).status_code == 404
    assert AdultConcern.objects.visible_to(chair).exists()


def test_a_chairs_day_begins_on_this_page(client, chair, where):
    factories.sign_in(client, chair.person)
    assert client.get("/")["Location"] == "/adult/"
