"""Tests that a decision and the child's file never say two things of whether the child was seen."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from concerns.doors.act import ActRefused
from concerns.models import Exclusion, LedgerLine, Sighting
from concerns.reading import child_file
from concerns.reading.chronology import read_chronology_page
from concerns.reading.chronology_places import ChronologyFilters
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories, homes
from tests.deciding import decide_concern
from tests.desk import FULL, Desk, day_fields, page_text, summary_errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    return Desk(client, factories.school(), name="Dee")


@pytest.fixture
def child(desk):
    return factories.child(desk.where, "Aoife", "Byrne")


@pytest.fixture
def taken(desk, child):
    return desk.concern(children=(child,))


def page(concern) -> str:
    return f"/triage/{concern.uid}/decide/"


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", unescape(page_text(answer)))


def file_page(desk, child) -> str:
    return text_of(desk.open(f"/child/{child.uid}/file/"))


def test_a_child_heard_alone_by_a_decision_is_heard_alone_in_the_file(desk, child, taken):
    assert "Nobody has recorded hearing them alone" in file_page(desk, child)
    assert desk.press(page(taken), FULL | {"child_seen": "heard_alone"}).status_code == 302
    shown = file_page(desk, child)
    assert "Nobody has recorded" not in shown
    assert re.search(r"Last heard alone [^.]* by Dee", shown)


def test_so_it_is_on_the_page_that_is_read_to_social_care(desk, child, taken):
    form = FULL | {"child_seen": "heard_alone", "routes": ["social_care"]}
    assert desk.press(page(taken), form).status_code == 302
    shown = text_of(desk.open(f"/refer/{taken.referrals.get().uid}/"))
    assert re.search(r"Last heard alone [^.]* by Dee", shown)
    assert "Nobody has recorded" not in shown


def test_a_child_seen_and_spoken_to_is_not_heard_alone(desk, child, taken):
    desk.press(page(taken), FULL)
    shown = file_page(desk, child)
    assert re.search(r"Last seen [^.]* by Dee: spoke to them", shown)
    assert "Nobody has recorded hearing them alone" in shown


def test_it_is_asked_who_saw_them_and_when(desk, child, taken):
    left_out = {"seen_by": "", "seen_at": "", "seen_on_day": ""}
    answer = desk.press(page(taken), FULL | left_out)
    assert answer.status_code == 422
    assert "Choose who saw the child" in summary_errors(answer)
    assert not Sighting.objects.exists()


def test_a_colleague_who_saw_them_is_named_and_so_is_who_wrote_it_down(desk, child, taken):
    teacher = factories.person(desk.where, name="Tess")
    desk.press(page(taken), FULL | {"seen_by": str(teacher.uid)})
    shown = file_page(desk, child)
    assert re.search(r"Last seen [^.]* by Tess: spoke to them. Written down by Dee", shown)


def test_a_child_not_seen_yet_has_no_seer(desk, taken):
    person = str(desk.viewer.person.uid)
    answer = desk.press(page(taken), FULL | {"child_seen": "not_yet", "seen_by": person})
    assert "You chose who saw the child" in summary_errors(answer)[0]


def test_a_child_not_seen_yet_is_not_seen_in_the_file(desk, child, taken):
    assert desk.press(page(taken), FULL | {"child_seen": "not_yet"}).status_code == 302
    assert "Nobody has recorded seeing them" in file_page(desk, child)


@pytest.mark.parametrize("how", ["spoke", "alone"])
def test_not_yet_is_refused_where_the_file_says_that_somebody_spoke_to_them(
    desk, child, taken, how
):
    now = timezone.now()
    homes.record_seen(desk.viewer, child, how=how, at=now, now=now)
    answer = desk.press(page(taken), FULL | {"child_seen": "not_yet"})
    assert "The file says that Dee spoke to the child on" in text_of(answer)
    assert not taken.decisions.exists()


def test_a_decision_for_one_of_two_children_is_a_sighting_of_that_one(desk, child):
    other = factories.child(desk.where)
    concern = desk.concern(children=(child, other))
    row = concern.children.get(child=child)
    desk.press(page(concern), FULL | {"children": [str(row.uid)]})
    assert Sighting.objects.get().child == child


def test_the_record_says_that_the_sighting_was_written(desk, taken):
    desk.press(page(taken), FULL)
    line = LedgerLine.objects.get(kind=Kind.SIGHTED)
    assert line.actor == desk.viewer.person


def test_a_lightest_decision_says_nothing_of_seeing_the_child(desk, taken):
    form = {"weight": "light", "reason": "One more."}
    assert desk.press(page(taken), form | day_fields("light_until", desk.today)).status_code == 302
    assert not Sighting.objects.exists()


def test_who_may_not_see_the_concern_does_not_see_that_the_child_was_seen(desk, child, taken):
    desk.press(page(taken), FULL | {"child_seen": "heard_alone"})
    deputy = factories.viewer(desk.where, Role.DEPUTY, now=timezone.now())
    told = {"school": desk.where, "by": desk.viewer.person, "at": timezone.now()}
    shown = child_file.load_child_files(deputy, [child])[0]
    assert shown.alone
    Exclusion.objects.create(concern=taken, person=deputy.person, **told)
    hidden = child_file.load_child_files(deputy, [child])[0]
    assert (hidden.seen, hidden.alone) == (None, None)
    assert read_chronology_page(deputy, child, ChronologyFilters(sort="seen"), 9)[0] == []


def test_nobody_was_seen_tomorrow(desk, taken):
    tomorrow = desk.now + timedelta(days=1)
    with pytest.raises(ActRefused):
        decide_concern(desk.viewer, taken, now=desk.now, sighted_at=tomorrow)


def test_only_somebody_who_works_here_saw_the_child(desk, taken):
    stranger = factories.person(factories.school())
    with pytest.raises(ActRefused):
        decide_concern(desk.viewer, taken, now=desk.now, sighted_by=stranger)


TALK = {"spoken_to": "child", "who": "Aoife", "said": "I am cold."}


@pytest.mark.parametrize(
    ("more", "how"), [({}, "spoke"), ({"alone": "on"}, "alone"), ({"not_reached": "on"}, None)]
)
def test_a_conversation_with_the_child_is_in_their_file(desk, child, taken, more, how):
    now = timezone.localtime()
    day = {"spoke_on_day": now.day, "spoke_on_month": now.month, "spoke_on_year": now.year}
    form = TALK | day | {"spoke_at": f"{now:%H:%M}"} | more
    assert desk.press(f"/refer/{taken.uid}/speak/", form).status_code == 302
    found = [(row.child, row.by, row.how) for row in Sighting.objects.all()]
    assert found == ([(child, desk.viewer.person, how)] if how else [])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"spoken_to": "parent"}, "Tick this only if it was with the child"),
        ({"who_else": "Mother"}, "You wrote who else was there, so the child was not alone"),
    ],
)
def test_only_a_child_with_nobody_else_there_is_heard_alone(desk, taken, more, words):
    now = timezone.localtime()
    day = {"spoke_on_day": now.day, "spoke_on_month": now.month, "spoke_on_year": now.year}
    form = TALK | day | {"spoke_at": f"{now:%H:%M}", "alone": "on"} | more
    assert words in summary_errors(desk.press(f"/refer/{taken.uid}/speak/", form))


def test_a_conversation_about_a_brother_is_no_sighting_of_the_sister(desk, child):
    brother = factories.child(desk.where)
    concern = desk.concern(children=(child, brother))
    row = concern.children.get(child=brother)
    refer.speak(
        by=desk.viewer,
        concern=concern,
        happened_at=desk.now,
        now=desk.now,
        concern_child=row,
        **TALK,
    )
    assert Sighting.objects.get().child == brother
