"""Tests for who knew of one child what, and when: only what rows show, and what one may read."""

import json
import re
from datetime import timedelta

import pytest

from concerns.child import queries
from concerns.doors import clock_round, sight
from concerns.models import LedgerLine
from concerns.paper import who_knew_of_child
from concerns.reading.chronology_places import ChronologyFilters
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from concerns.triage import queries as triage_queries
from tests import factories, homes
from tests.counting import list_statements
from tests.desk import Desk, page_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MOST_STATEMENTS = 21


@pytest.fixture
def child(where):
    return factories.child(where, "Robyn", "Jarvis")


def reader(where, name, role=Role.DSL, hours=0):
    return factories.viewer(
        where, role, who=factories.person(where, role, name=name), now=later(hours)
    )


def later(hours):
    return NOW + hours * HOUR


def at(viewer, hours):
    return factories.viewer(viewer.school, *viewer.roles, who=viewer.person, now=later(hours))


def knew(viewer, child) -> list[tuple]:
    """(who, how, hours after NOW, hours after which they read it) of each entry."""
    return [
        (one.who, one.how, hours_of(one.at), one.read_at and hours_of(one.read_at))
        for one in who_knew_of_child.list_who_knew_of_child(viewer, child)
    ]


def hours_of(moment) -> float:
    return (moment - NOW) / HOUR


def plain(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page_text(answer)).split())


def test_it_is_told_in_the_order_in_which_people_came_to_know(where, child):
    writer = reader(where, "Jo")
    lead = reader(where, "Sara")
    deputy = reader(where, "Tom", Role.DEPUTY)
    concern = factories.send_concern(writer, child).concern
    sight.open_concern(at(lead, 1), concern.uid)
    triage.take(by=lead, concern=concern, now=later(2))
    triage.hand(by=lead, concern=concern, to=deputy.person, note="Yours.", now=later(3))
    sight.open_concern(at(deputy, 5), concern.uid)
    assert knew(lead, child) == [
        ("Jo", "Wrote it", 0, 0),
        ("Sara", "Read a concern", 1, 1),
        ("Tom", "Was handed it by Sara", 3, 5),
    ]


def test_each_concern_has_its_own_people(where, child):
    lead = reader(where, "Sara")
    first = factories.send_concern(reader(where, "Jo"), child).concern
    second = factories.send_concern(reader(where, "Ada"), child, now=later(1)).concern
    sight.open_concern(at(lead, 2), second.uid)
    found = who_knew_of_child.list_who_knew_of_child(lead, child)
    assert [(one.who, one.concern.reference) for one in found] == [
        ("Jo", first.reference),
        ("Ada", second.reference),
        ("Sara", second.reference),
    ]


def test_reading_the_childs_page_is_knowing_of_all_it_showed_and_of_the_file(where, child):
    lead = reader(where, "Sara", hours=1)
    factories.send_concern(reader(where, "Jo"), child)
    queries.read_child_page(lead, child.uid, ChronologyFilters())
    factories.send_concern(reader(where, "Ada"), child, now=later(2))
    found = who_knew_of_child.list_who_knew_of_child(lead, child)
    sara = [
        (one.how, one.concern and one.concern.reporter.name) for one in found if one.who == "Sara"
    ]
    assert sorted(sara, key=str) == [("Read a child's file", None), ("Read a child's story", "Jo")]


def test_what_stood_beside_another_concern_was_read(client, where, child):
    desk = Desk(client, where, name="Sara")
    first = factories.send_concern(reader(where, "Jo"), child, now=desk.now).concern
    second = factories.send_concern(reader(where, "Ada"), child, now=desk.now).concern
    desk.open(f"/triage/{second.uid}/")
    found = who_knew_of_child.list_who_knew_of_child(desk.viewer, child)
    sara = {one.concern.reference: one for one in found if one.who == "Sara" and one.concern}
    assert sara[second.reference].how == "Read a concern"
    assert sara[first.reference].how == "Read it beside another concern"
    assert sara[first.reference].read_at


def test_a_message_that_went_out_told_its_reader_and_one_that_waits_did_not(where, child):
    lead = reader(where, "Sara")
    factories.send_concern(reader(where, "Jo", Role.STAFF), child, going_home="yes")
    assert [who for who, *_ in knew(lead, child)] == ["Jo"]
    clock_round.run_reminder_round(later(1))
    sara = [entry for entry in knew(lead, child) if entry[0] == "Sara"]
    assert sara == [("Sara", "Was sent a message: it was late", 1, None)]


def test_people_outside_who_were_told_or_spoken_to_are_there(where, child):
    lead = reader(where, "Sara")
    writer = reader(where, "Jo", Role.STAFF)
    concern = factories.concern_at(
        State.TAKEN, where=where, by=writer, lead=lead, children=(child,),
        told_in_person="The head", teller_is="site", teller="Marta", told_words="By the bins.",
    )  # fmt: skip
    other = factories.send_concern(writer, child, danger=True).concern
    submit.told(by=writer, concern=other, whom="The deputy", now=later(1))
    talk = {"spoken_to": "parent", "who": "Her mother", "said": "She cried."}
    refer.speak(by=lead, concern=concern, happened_at=later(2), now=later(9), **talk)
    found = {one.who: one for one in who_knew_of_child.list_who_knew_of_child(lead, child)}
    for whom in ("The head", "The deputy"):
        assert found[whom].how == "Told in person, as Jo wrote"
    assert any(
        "Marta" in who and one.how == "Told Jo, who wrote it down" for who, one in found.items()
    )
    assert found["Her mother"].how.startswith("Sara spoke to them. Written down")
    assert found["Her mother"].outside


def test_what_the_viewer_may_not_read_is_not_there(where, child):
    lead = reader(where, "Sara")
    other = factories.child(where)
    factories.relate_to_child(lead.person, other)
    factories.send_concern(reader(where, "Jo"), child, involved=(other,))
    assert knew(lead, child) == []


def test_a_refused_reading_is_no_knowing(client, where, child):
    concern = factories.send_concern(reader(where, "Jo"), child).concern
    desk = Desk(client, where, name="Sara")
    factories.relate_to_child(desk.viewer.person, child)
    assert desk.open(f"/triage/{concern.uid}/").status_code == 404
    lead = reader(where, "Tom")
    assert [who for who, *_ in knew(lead, child)] == ["Jo"]


def test_the_page_is_a_reading_and_the_print_is_taken_out(client, where, child):
    desk = Desk(client, where, name="Sara")
    concern = desk.concern(children=(child,), account="No coat again.")
    text = plain(desk.open(f"/child/{child.uid}/knew/"))
    assert f"{concern.reference} No coat again. Wrote it" in text
    line = LedgerLine.objects.filter(kind=Kind.STORY).latest("id")
    assert json.loads(line.body)["shown"] == [str(concern.uid)]
    paper = plain(desk.open(f"/child/{child.uid}/knew/print/"))
    assert "Robyn Jarvis: who knew what, and when" in paper
    assert concern.reference in paper
    assert "No coat again." not in paper
    assert LedgerLine.objects.filter(kind=Kind.EXPORTED, about=str(child.uid)).count() == 1


def test_on_paper_another_child_is_not_named(client, where, child):
    desk = Desk(client, where)
    factories.child(where, "Bilal", "Khan")
    desk.concern(children=(child,), told_in_person="Bilal Khan")
    assert "Bilal Khan" in plain(desk.open(f"/child/{child.uid}/knew/"))
    paper = plain(desk.open(f"/child/{child.uid}/knew/print/"))
    assert "Bilal" not in paper
    assert "[another child]" in paper


def test_pages_follow_each_other_without_a_gap_or_a_repeat(where, child, monkeypatch):
    monkeypatch.setattr(who_knew_of_child, "PAGE", 3)
    lead = reader(where, "Sara", hours=1)
    for number in range(8):
        factories.send_concern(lead, child, now=NOW + timedelta(minutes=number // 4))
    whole = who_knew_of_child.list_who_knew_of_child(lead, child)
    found = []
    after = ""
    while after or not found:
        page = who_knew_of_child.read_who_knew_of_child(lead, child.uid, after)
        found += page.entries
        after = page.more
    assert [one.place for one in found] == [one.place for one in whole]
    assert len(found) == 8


@pytest.mark.parametrize("after", ["x", "20260101", "20261301T000000000000.a"])
def test_a_place_that_is_none_is_the_beginning(where, child, after):
    lead = reader(where, "Sara")
    factories.send_concern(lead, child)
    assert len(who_knew_of_child.read_who_knew_of_child(lead, child.uid, after).entries) == 1


def test_it_costs_the_same_however_many_concerns_there_are(client, where, child):
    desk = Desk(client, where)
    homes.write_whole_file(desk.viewer, child)

    def more(number):
        for _ in range(number):
            concern = desk.concern(children=(child,))
            triage_queries.read_concern_page(desk.viewer, concern.uid)

    more(2)
    desk.open(f"/child/{child.uid}/knew/")
    few = len(list_statements(lambda: desk.open(f"/child/{child.uid}/knew/")))
    more(6)
    many = len(list_statements(lambda: desk.open(f"/child/{child.uid}/knew/")))
    assert few == many <= MOST_STATEMENTS, many
