"""Tests that a chronology has everything in order of time, and nothing of another child."""

import json
from datetime import date, timedelta
from html import unescape

import pytest
from django.http import Http404

from concerns.chase import acts as chase
from concerns.child import views
from concerns.models import Exclusion, LedgerLine
from concerns.paper import chronology_print
from concerns.reading import chronology
from concerns.reading.chronology_places import ChronologyFilters, ChronologyPlace
from concerns.refer import acts as refer
from concerns.rules.child_file_vocabulary import ChronologySort
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import afterwards, factories, homes
from tests.counting import list_statements, render_view
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# One asks how many children's files the reader has opened.
MOST_STATEMENTS = 29


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, now=NOW + 5 * DAY)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


def everything(viewer, child, **wanted):
    return chronology.read_chronology_page(viewer, child, ChronologyFilters(**wanted), 500)[0]


def headings(entries):
    return [entry.heading for entry in entries]


def shown(viewer, child, address="/"):
    return unescape(render_view(views.chronology, viewer, address, uid=child.uid))


def lived(lead, child):
    """A year of a child: a concern with everything that can follow from it, and a whole file."""
    writer = factories.viewer(lead.school)
    concern = factories.send_concern(
        writer, child, account="No coat.", child_words="it was cold"
    ).concern
    at = (NOW + number * HOUR for number in range(1, 20))
    triage.take(by=lead, concern=concern, now=next(at))
    submit.add(by=writer, concern=concern, words="And today.", now=next(at))
    made = factories.decision_answers(concern, Route.POLICE)
    triage.decide(by=lead, concern=concern, decided=made, now=next(at))
    referral = concern.referrals.get()
    moment = next(at)
    told = {"spoken_to": "Constable Reed", "happened_at": moment, "now": moment}
    refer.send(by=lead, referral=referral, agency="Police", method="telephone", **told)
    talk = {"spoken_to": "parent", "who": "Mother", "said": "She cried."}
    spoken = refer.speak(by=lead, concern=concern, happened_at=next(at), now=next(at), **talk)
    factories.add_file_to(lead, spoken, moment)
    refer.hear_back(by=lead, referral=referral, answer="advice", words="Watch him.", **told)
    refer.give_view(by=lead, referral=referral, view="agree", words="Yes.", now=next(at))
    chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=next(at))
    afterwards.open_watch(lead, concern, now=next(at))
    ended = {"why": "It is calmer.", "words_back": "Thank you."}
    afterwards.record_review(lead, concern, then="end", now=next(at), **ended)
    homes.write_whole_file(lead, child)
    return concern


def test_everything_that_was_written_is_there_in_the_order_of_time(lead, child):
    lived(lead, child)
    homes.end_line(
        lead, child, homes.add_status(lead, child, "plan", category="neglect"), view_ended="No."
    )
    entries = everything(lead, child)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    text = "\n".join(f"{entry.heading}: {entry.words}" for entry in entries)
    said = (
        "No coat.", "it was cold", "And today.", "The third time this term.", "Constable Reed",
        "She cried.", "Watch him.", "Yes.", "It is calmer.", "Lives at 4 Mill Lane, Easton",
        "Dana Cole lives at", "Mother: with parental responsibility", "telephone 07700 900123",
        "New partner", "Robin", "Child in need", "No longer: Child protection plan: neglect",
        "The school's view: No.", "Ann Hart", "Polish", "Hill School", "asked for", "cheerful",
        "minutes.txt", "order.txt", "Court order: With whom she lives",
    )  # fmt: skip
    assert [words for words in said if words.lower() not in text.lower()] == []
    assert {entry.sort for entry in entries} == set(ChronologySort)


def test_a_status_stands_where_it_began_and_not_where_it_was_written(lead, child):
    factories.send_concern(lead, child, now=NOW - 30 * DAY)
    homes.add_status(lead, child, "plan", category="neglect", since=date(2026, 3, 2))
    assert headings(everything(lead, child))[0].startswith("Child protection plan")


@pytest.mark.parametrize("sort", ChronologySort)
def test_one_kind_is_shown_by_itself(lead, child, sort):
    lived(lead, child)
    assert {entry.sort for entry in everything(lead, child, sort=sort)} == {sort}


def test_a_category_shows_what_is_on_its_concerns_and_nothing_else(lead, child):
    lived(lead, child)
    concern = factories.concern_at(
        State.DECIDED, where=lead.school, lead=lead, children=(child,), categories=("eating",)
    )
    found = everything(lead, child, category="eating")
    assert {entry.concern for entry in found} == {concern.uid}
    assert {entry.sort for entry in found} >= {ChronologySort.CONCERN, ChronologySort.DECISION}
    assert everything(lead, child, category="eating", sort=ChronologySort.HOME) == []
    triage.sort(by=lead, concern=concern, categories=("neglect",), why="Hungry.", now=NOW + DAY)
    assert everything(lead, child, category="eating") == []


def test_what_was_said_before_a_concern_was_moved_here_was_said_of_another(lead, child):
    concern = factories.concern_at(State.TAKEN, where=lead.school, lead=lead)
    talk = {"spoken_to": "parent", "who": "A mother", "happened_at": NOW + HOUR}
    refer.speak(by=lead, concern=concern, said="Of another.", now=NOW + HOUR, **talk)
    row = concern.children.get()
    triage.refile(by=lead, concern=concern, row=row, to=child, why="Wrong.", now=NOW + 2 * HOUR)
    concern.refresh_from_db()
    refer.speak(by=lead, concern=concern, said="Of this one.", now=NOW + DAY, **talk)
    words = [entry.words for entry in everything(lead, child, sort=ChronologySort.SAID)]
    assert words == ["Of this one."]


def test_a_decision_that_another_followed_says_so(lead, child):
    concern = factories.concern_at(State.DECIDED, where=lead.school, lead=lead, children=(child,))
    made = factories.decision_answers(concern, Route.POLICE)
    triage.decide(by=lead, concern=concern, decided=made, now=NOW + DAY)
    first, second = headings(everything(lead, child, sort=ChronologySort.DECISION))
    assert first.startswith("Decided (superseded by a later decision): ")
    assert second == "Decided: Police"


def test_the_stand_ins_of_one_reader_never_serve_another(where, lead, child):
    hidden = factories.send_concern(lead, child).concern
    told = {"school": where, "concern": hidden, "by": lead.person, "at": NOW}
    other = factories.viewer(where, Role.DSL, now=lead.now)
    assert headings(everything(other, child)) == ["Concern"]
    Exclusion.objects.create(person=lead.person, **told)
    assert headings(everything(lead, child)) == []
    assert headings(everything(other, child)) == ["Concern"]
    assert headings(everything(factories.viewer(where, Role.OFFICE), child)) == []


def test_some_days_are_shown_by_themselves(lead, child):
    for days in (9, 6, 3):
        factories.send_concern(lead, child, now=NOW - days * DAY)
    since = (NOW - 7 * DAY).date()
    until = (NOW - 6 * DAY).date()
    (entry,) = everything(lead, child, since=since, until=until)
    assert entry.at == NOW - 6 * DAY


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(lead, child, newest_first):
    lived(lead, child)
    for _ in range(3):
        homes.record_seen(lead, child, at=NOW)
        homes.add_language(lead, child)
    whole = everything(lead, child, newest_first=newest_first)
    assert len(whole) > 25
    found = []
    after = None
    while after is not None or not found:
        wanted = ChronologyFilters(newest_first=newest_first, after=after)
        entries, more = chronology.read_chronology_page(lead, child, wanted, 4)
        found += entries
        after = ChronologyPlace.parse_place(more) if more else None
    assert [entry.entry_key for entry in found] == [entry.entry_key for entry in whole]


@pytest.mark.parametrize("written", ["x", "1.2.3", "20260101T000000000000.1.x"])
def test_a_place_that_is_none_is_the_beginning(written):
    assert ChronologyPlace.parse_place(written) is None


def test_what_the_reader_is_excluded_from_is_not_there(where, lead, child):
    hidden = lived(lead, child)
    told = {"school": where, "concern": hidden, "by": lead.person, "at": NOW}
    Exclusion.objects.create(person=lead.person, **told)
    text = "\n".join(f"{entry.heading}{entry.words}" for entry in everything(lead, child))
    for said in ("No coat.", "And today.", "She cried.", "Constable Reed", "It is calmer."):
        assert said not in text


def test_a_relative_of_the_child_finds_no_page(lead, child):
    factories.relate_to_child(lead.person, child)
    for made in (True, False):
        with pytest.raises(Http404):
            chronology_print.read_chronology_print(lead, child.uid, ChronologyFilters(), made=made)
    with pytest.raises(Http404):
        chronology_print.read_chronology(lead, child.uid, ChronologyFilters())


def test_what_was_decided_and_said_for_a_sister_is_hers_alone(where, lead, child):
    sister = factories.child(where, "Saoirse", "Byrne")
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child, sister))
    row = concern.children.get(child=sister)
    talk = {"spoken_to": "child", "who": "She", "said": "Her dream.", "concern_child": row}
    refer.speak(by=lead, concern=concern, happened_at=NOW + DAY, now=NOW + DAY, **talk)
    assert "Her dream." not in shown(lead, child)
    assert "Her dream." in shown(lead, sister)


def test_of_a_child_only_involved_what_is_said_of_the_others_is_not_told(where, lead, child):
    writer = factories.viewer(where)
    concern = factories.send_concern(writer, factories.child(where), involved=(child,)).concern
    submit.add(by=writer, concern=concern, words="Of the other.", now=NOW + HOUR)
    assert headings(everything(lead, child)) == ["Concern (also involved)"]


def test_reading_it_is_a_line_that_names_the_concerns_it_showed(lead, child):
    concern = lived(lead, child)
    shown(lead, child)
    line = LedgerLine.objects.filter(kind=Kind.STORY).latest("id")
    assert json.loads(line.body)["shown"] == [str(concern.uid)]
    assert (line.about, json.loads(line.body)["reason"]) == (str(child.uid), "chronology")


def test_the_page_is_filtered_by_its_address_and_carries_it_on(lead, child):
    for number in range(60):
        homes.record_seen(lead, child, words=f"Seen {number}.", at=NOW + number * HOUR)
    factories.send_concern(lead, child, account="No coat.")
    text = shown(lead, child, "/?sort=seen&order=newest")
    assert "No coat." not in text
    assert text.index("Seen 59.") < text.index("Seen 20.")
    assert "Seen 9." not in text
    assert "?sort=seen&order=newest&after=" in text
    wrong = shown(lead, child, "/?sort=nothing")
    assert "No coat." in wrong
    assert "Choose one of the answers" in wrong


def test_an_empty_chronology_says_what_it_means(lead, child):
    assert "Nothing has been written about this child yet" in shown(lead, child)
    assert "There is nothing in the record that fits your choice" in shown(
        lead, child, "/?sort=seen"
    )


def test_it_costs_the_same_however_much_was_written(lead, child):
    lived(lead, child)
    shown(lead, child)
    few = list_statements(lambda: shown(lead, child))
    for _ in range(4):
        lived(lead, factories.child(lead.school))
        factories.send_concern(lead, child)
        homes.add_status(lead, child)
        homes.record_seen(lead, child)
    many = list_statements(lambda: shown(lead, child))
    assert len(many) <= len(few) <= MOST_STATEMENTS, len(few)
