"""Tests that what happened stands where it happened, with when it was written down beside it: in
the story, the chronology, its print, the pack, and beside a concern."""

import re
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import pytest

from concerns.audit import views as audit_views
from concerns.child import queries, views
from concerns.models import Concern
from concerns.paper import chronology_print
from concerns.reading import chronology
from concerns.reading.chronology_places import ChronologyFilters, ChronologyPlace
from concerns.refer import acts as refer
from concerns.refer import queries as refer_pages
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import views as triage_views
from tests import factories, homes
from tests.counting import render_view
from tests.deciding import decide_concern
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIFTH = date(2026, 11, 5)
WRITTEN = datetime(2026, 11, 27, 10, 15, tzinfo=UTC)
LATER = "Written down 27 November 2026, 10:15"


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, now=WRITTEN + DAY)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


def send(where, child, words: str, at: datetime = WRITTEN, **more) -> Concern:
    writer = factories.viewer(where, now=at)
    return factories.send_concern(writer, child, account=words, now=at, **more).concern


def send_both(where, child) -> Concern:
    """One written on the 10th, and then one about the 5th that is written on the 27th."""
    send(where, child, "On the tenth.", datetime(2026, 11, 10, 9, tzinfo=UTC))
    return send(
        where, child, "On the fifth.", happened_on=FIFTH, happened_at=time(14, 30), how_sure="about"
    )


def page_of(view, viewer, address: str = "/", **more) -> str:
    return re.sub(r"\s+", " ", unescape(render_view(view, viewer, address, **more)))


def told_in_order(page: str) -> list[str]:
    return re.findall(r"On the (?:fifth|tenth)", page)


def test_the_chronology_orders_and_names_it_by_when_it_happened(where, lead, child):
    send_both(where, child)
    page = page_of(views.chronology, lead, uid=child.uid)
    assert told_in_order(page) == ["On the fifth", "On the tenth"]
    assert "About 5 November 2026, 14:30: Concern" in page
    assert LATER in page
    assert "10 November 2026, 09:00: Concern" in page
    assert "Written down 10 November" not in page


def test_the_chronology_finds_it_by_the_day_it_happened(where, lead, child):
    send_both(where, child)
    on_the_day = page_of(
        views.chronology,
        lead,
        "/?since=2026-11-05&until=2026-11-06",
        uid=child.uid,
    )
    assert told_in_order(on_the_day) == ["On the fifth"]


def test_the_story_orders_and_names_it_by_when_it_happened(where, lead, child):
    send_both(where, child)
    page = page_of(views.story, lead, uid=child.uid)
    assert list(dict.fromkeys(told_in_order(page))) == ["On the tenth", "On the fifth"]
    assert "About 5 November 2026, 14:30. Written down" in " ".join(page.split())
    assert LATER in page


def test_the_print_orders_and_names_it_by_when_it_happened(where, lead, child):
    send_both(where, child)
    made = chronology_print.read_chronology_print(lead, child.uid, ChronologyFilters(), made=True)
    assert [line.printed_words for line in made.lines] == ["On the fifth.", "On the tenth."]
    assert (made.lines[0].entry.when_in_words, made.lines[0].entry.written) == (
        "About 5 November 2026, 14:30",
        LATER,
    )


def test_the_pack_orders_and_names_the_childs_words_by_when_they_were_said(where, lead, child):
    send(where, child, "A.", datetime(2026, 11, 10, 9, tzinfo=UTC), child_words="On the tenth.")
    concern = send(where, child, "B.", child_words="On the fifth.", happened_on=FIFTH)
    decide_concern(lead, concern, Route.SOCIAL_CARE, now=lead.now)
    pack = refer_pages.read_referral_pack(lead, concern.referrals.get(), "", made=True)
    assert [words for _, words in pack["voice"]] == ["On the fifth.", "On the tenth."]


def test_beside_a_concern_the_others_stand_by_when_they_happened(where, lead, child):
    send_both(where, child)
    new = send(where, child, "Now.", lead.now)
    page = page_of(triage_views.read, lead, uid=new.uid)
    assert list(dict.fromkeys(told_in_order(page))) == ["On the tenth", "On the fifth"]
    assert "About 5 November 2026, 14:30" in page
    assert LATER in page


def test_the_trail_says_when_it_happened(where, child):
    concern = send_both(where, child)
    head = factories.viewer(where, Role.HEAD, now=WRITTEN + DAY)
    page = page_of(audit_views.trail, head, uid=concern.uid)
    assert "When it happened:</b> About 5 November 2026, 14:30" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"how_sure": "not_known"}, "Not known when, written 27 November 2026, 10:15: Concern"),
        ({"happened_on": FIFTH, "how_sure": "exact"}, "5 November 2026: Concern"),
        ({"happened_on": FIFTH, "how_sure": "about"}, "About 5 November 2026: Concern"),
        ({}, "27 November 2026, 10:15: Concern"),
    ],
)
def test_it_is_named_as_precisely_as_the_writer_knew(where, lead, child, said, words):
    send(where, child, "Cold.", **said)
    assert f">{words}<" in page_of(views.chronology, lead, uid=child.uid)


def test_of_one_day_without_a_time_what_was_written_first_stands_first(where, lead, child):
    for number in (3, 1, 2):
        at = WRITTEN + timedelta(hours=number)
        send(where, child, f"Number {number}.", at, happened_on=FIFTH)
    page = page_of(views.chronology, lead, uid=child.uid)
    assert re.findall(r"Number \d", page) == ["Number 1", "Number 2", "Number 3"]
    back = page_of(views.story, lead, uid=child.uid)
    assert list(dict.fromkeys(re.findall(r"Number \d", back))) == [
        "Number 3",
        "Number 2",
        "Number 1",
    ]


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_of_the_chronology_keep_that_order(where, lead, child, newest_first):
    for number in range(9):
        day = FIFTH + timedelta(days=number // 4)
        at = WRITTEN + timedelta(minutes=number * 7 % 11)
        send(where, child, f"{number}", at, happened_on=day)
        homes.record_seen(lead, child, at=datetime(2026, 11, 5 + number // 3, tzinfo=UTC))
    whole, _ = chronology.read_chronology_page(
        lead, child, ChronologyFilters(newest_first=newest_first), 100
    )
    found = []
    after = None
    while after is not None or not found:
        wanted = ChronologyFilters(newest_first=newest_first, after=after)
        entries, more = chronology.read_chronology_page(lead, child, wanted, 2)
        found += entries
        after = ChronologyPlace.parse_place(more) if more else None
    assert [entry.uid for entry in found] == [entry.uid for entry in whole]
    assert len(found) == 18
    days = [entry.on or entry.at.date() for entry in found]
    assert days == sorted(days, reverse=newest_first)


def test_pages_of_the_story_keep_that_order(where, lead, child, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(7):
        at = WRITTEN + timedelta(minutes=number * 5 % 7)
        send(where, child, f"{number}", at, happened_on=FIFTH + timedelta(days=number // 3))
    found = []
    after = ""
    while after or not found:
        place = ChronologyPlace.parse_place(after)
        filters = ChronologyFilters(newest_first=True, after=place)
        page = queries.read_child_page(lead, child.uid, filters)
        found += [row.entry.uid for row in page.rows]
        after = page.more
    rows = Concern.objects.in_bulk(found, field_name="uid")
    keys = [(rows[uid].happened_on, rows[uid].received_at) for uid in found]
    assert keys == sorted(keys, reverse=True)
    assert len(set(found)) == 7


def test_a_conversation_written_down_days_later_says_so(where, lead, child):
    concern = send(where, child, "Cold.", NOW)
    decide_concern(lead, concern, Route.PARENTS, now=NOW + DAY)
    said = {"spoken_to": "parent", "who": "Mother", "said": "She listened."}
    refer.speak(by=lead, concern=concern, happened_at=NOW + 2 * DAY, now=WRITTEN, **said)
    for view in (views.chronology, views.story):
        assert LATER in page_of(view, lead, uid=child.uid)
    assert LATER in page_of(triage_views.read, lead, uid=concern.uid)


@pytest.mark.parametrize(("ago", "later"), [(40, False), (55, False), (56, True)])
def test_a_call_on_hold_for_long_was_written_down_later_only_if_it_was_over_by_then(
    where, lead, child, ago, later
):
    concern = send(where, child, "Cold.", NOW)
    decide_concern(lead, concern, Route.SOCIAL_CARE, now=NOW + DAY)
    referral = concern.referrals.get()
    sent = {"agency": "Front door", "spoken_to": "Ann", "method": "telephone"}
    refer.send(by=lead, referral=referral, happened_at=NOW + DAY, now=NOW + DAY, **sent)
    began = WRITTEN - timedelta(minutes=ago)
    call = {"telephone": "01632 960001", "minutes": 40, "happened_at": began, "now": WRITTEN}
    refer.chase(by=lead, referral=referral, **call)
    head = factories.viewer(where, Role.HEAD, now=WRITTEN + DAY)
    for view, viewer, says in (
        (views.chronology, lead, LATER),
        (triage_views.read, lead, LATER),
        (audit_views.trail, head, "written down later"),
    ):
        uid = child.uid if view is views.chronology else concern.uid
        page = page_of(view, viewer, uid=uid)
        assert "40 minutes on hold" in page
        assert (says in page) == later


def test_a_sighting_written_down_days_later_says_so(lead, child):
    homes.record_seen(lead, child, at=NOW)
    assert "(Written down" in page_of(views.file, lead, uid=child.uid)


def test_what_takes_one_line_says_when_it_was_written_down_too(where, lead, child):
    writer = factories.viewer(where, Role.DSL, now=WRITTEN)
    homes.add_status(writer, child, since=FIFTH)
    homes.record_seen(writer, child, words="", at=NOW)
    for view in (views.chronology, views.story):
        assert page_of(view, lead, uid=child.uid).count(LATER) == 2
