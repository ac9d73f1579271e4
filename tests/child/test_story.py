"""Tests that a child's page holds all that is known of them, and nothing of another child's."""

import json
import re
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from concerns.child import queries, views
from concerns.models import Enrolment, Exclusion, LedgerLine
from concerns.reading.chronology_places import ChronologyFilters, ChronologyPlace
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.templatetags.timeline import draw_timeline_row
from concerns.triage import acts as triage
from tests import factories, homes
from tests.counting import count_calls, list_statements, render_view
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# The page holds the file too (eleven), what is still to do, the counts (three) and whose page
# it is; the places of the timeline are one, and each kind of row among them one or two.
MOST_STATEMENTS = 27
MOST_FURTHER = 14
# It takes 90,600, and there is room for what a request does once in a while.
MOST_CALLS = 95_000


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, now=NOW + 6 * HOUR)


def shown(viewer, child, address="/"):
    return render_view(views.story, viewer, address, uid=child.uid)


def story(viewer, child, after="", **wanted):
    place = ChronologyPlace.parse_place(after) if after else None
    filters = ChronologyFilters(newest_first=True, after=place, **wanted)
    return queries.read_child_page(viewer, child.uid, filters)


def references(found):
    """The references of the concerns among the rows, in their order."""
    return [row.entry.reference for row in found.rows if row.entry.state]


def hide(concern, viewer):
    Exclusion.objects.create(
        school=concern.school, concern=concern, person=viewer.person, by=viewer.person, at=NOW
    )


def taken_for_two(where, lead):
    """A concern about a brother and a sister, decided for each separately."""
    brother = factories.child(where, "Bran", "Ash")
    sister = factories.child(where, "Rowan", "Ash")
    concern = factories.concern_at(
        State.TAKEN,
        where=where,
        lead=lead,
        children=(brother, sister),
        marks=(factories.body_mark(),),
    )
    for child, route, reason in (
        (brother, Route.POLICE, "His is for the police."),
        (sister, Route.HEALTH, "Hers is for the nurse."),
    ):
        rows = tuple(concern.children.filter(child=child))
        decided = replace(factories.decision_answers(concern, route, reason=reason), children=rows)
        triage.decide(by=lead, concern=concern, decided=decided, now=NOW + HOUR)
    return brother, sister, concern


def test_the_page_says_who_the_child_is_and_when_they_were_on_roll(where, lead):
    child = factories.child(where, "Aoife", "Byrne", known_as="Effie", year="Year 2")
    Enrolment.objects.create(
        school=where,
        child=child,
        since=date(2023, 9, 4),
        until=date(2024, 7, 22),
        destination="Hill School",
    )
    text = shown(lead, child)
    for said in (
        "Effie Byrne",
        "Aoife Byrne",
        "17 May 2017",
        "From 1 September 2025",
        "From 4 September 2023 to 22 July 2024, then Hill School",
    ):
        assert said in text


def test_the_story_is_newest_first_whatever_the_part(where, lead):
    child = factories.child(where)
    writer = factories.viewer(where)
    first = factories.send_concern(writer, child, now=NOW - timedelta(days=900)).concern
    third = factories.send_concern(writer, child).concern
    second = factories.send_concern(
        writer, factories.child(where), involved=(child,), now=NOW - timedelta(days=30)
    ).concern
    factories.send_concern(writer, factories.child(where))
    expected = [third.reference, second.reference, first.reference]
    assert references(story(lead, child)) == expected
    assert "(also involved)" in shown(lead, child)


def test_reading_a_story_is_a_line_about_the_child_that_names_what_it_showed(where, lead):
    child = factories.child(where)
    concern = factories.send_concern(factories.viewer(where), child).concern
    story(lead, child)
    line = LedgerLine.objects.get(kind=Kind.STORY)
    assert (line.about, line.actor) == (str(child.uid), lead.person)
    body = json.loads(line.body)
    assert body["children"] == [str(child.uid)]
    assert body["shown"] == [str(concern.uid)]
    assert LedgerLine.objects.get(kind=Kind.FILE).about == str(child.uid)


def test_a_further_page_is_no_reading_of_the_file(where, lead):
    child = factories.child(where)
    for number in range(51):
        factories.send_concern(lead, child, now=NOW + timedelta(minutes=number))
    first = story(lead, child)
    second = story(lead, child, first.more)
    assert [len(page.rows) for page in (first, second)] == [50, 1]
    assert second.overview is None
    assert LedgerLine.objects.filter(kind=Kind.FILE).count() == 1


def test_what_was_decided_said_and_sent_for_the_child_is_there(where, lead):
    child = factories.child(where)
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    decided = factories.decision_answers(concern, Route.PARENTS, Route.POLICE)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + HOUR)
    triage.decide(
        by=lead,
        concern=concern,
        decided=replace(decided, reason="It is clearer now."),
        now=NOW + 2 * HOUR,
    )
    refer.speak(
        by=lead,
        concern=concern,
        spoken_to="parent",
        who="His father",
        said="He had not known.",
        happened_at=NOW + 2 * HOUR,
        now=NOW + 3 * HOUR,
    )
    text = shown(lead, child)
    for said in (
        "The third time this term.",
        "It is clearer now.",
        "His father",
        "He had not known.",
        "; Police",
        "(superseded by a later decision)",
    ):
        assert said in text
    assert text.count("superseded by a later decision") == 1
    assert text.index("It is clearer now.") < text.index("The third time this term.")


def test_one_childs_page_shows_nothing_of_what_was_decided_for_another(where, lead):
    brother, sister, concern = taken_for_two(where, lead)
    row = concern.children.get(child=sister)
    refer.speak(
        by=lead,
        concern=concern,
        concern_child=row,
        spoken_to="child",
        who="Rowan",
        said="She told me of her dream.",
        happened_at=NOW + 2 * HOUR,
        now=NOW + 3 * HOUR,
    )
    his = shown(lead, brother)
    hers = shown(lead, sister)
    assert "His is for the police." in his
    assert "Hers is for the nurse." in hers
    for of_hers in ("Hers is for the nurse.", "Health", "Rowan", "her dream"):
        assert of_hers not in his
    for of_his in ("His is for the police.", "Bran Ash"):
        assert of_his not in hers


def test_what_was_said_about_the_children_together_is_not_told_of_one_only_involved(where, lead):
    about = factories.child(where)
    involved = factories.child(where)
    concern = factories.send_concern(factories.viewer(where), about, involved=(involved,)).concern
    refer.speak(
        by=lead,
        concern=concern,
        spoken_to="parent",
        who="A mother",
        said="They are moving house.",
        happened_at=NOW + HOUR,
        now=NOW + 2 * HOUR,
    )
    assert "They are moving house." in shown(lead, about)
    assert "They are moving house." not in shown(lead, involved)


def test_a_mark_is_shown_only_where_it_can_be_nobody_elses(where, lead):
    alone = factories.child(where)
    factories.send_concern(factories.viewer(where), alone, marks=(factories.body_mark(),))
    brother, _, _ = taken_for_two(where, lead)
    assert "round, red" in shown(lead, alone)
    assert "round, red" not in shown(lead, brother)


def test_a_concern_the_reader_is_excluded_from_is_not_in_the_story(where, lead):
    child = factories.child(where)
    hidden = factories.send_concern(
        factories.viewer(where), child, account="It is about you."
    ).concern
    seen = factories.send_concern(factories.viewer(where), child).concern
    hide(hidden, lead)
    assert references(story(lead, child)) == [seen.reference]
    assert "It is about you." not in shown(lead, child)


def test_a_relative_of_another_child_of_it_does_not_see_that_concern(where, lead):
    child = factories.child(where)
    other = factories.child(where)
    factories.relate_to_child(lead.person, other)
    factories.send_concern(factories.viewer(where), child, involved=(other,))
    assert story(lead, child).rows == []


@pytest.mark.parametrize("why", ["relative", "elsewhere"])
def test_who_may_not_read_it_gets_what_a_page_that_never_was_gives(client, where, why):
    child = factories.child(where)
    reader = factories.viewer(factories.school() if why == "elsewhere" else where, Role.DSL)
    if why == "relative":
        factories.relate_to_child(reader.person, child)
    factories.sign_in(client, reader.person)
    refused = client.get(f"/child/{child.uid}/")
    never = client.get(f"/child/{uuid.uuid4()}/")
    assert refused.status_code == never.status_code == 404
    token = rb'name="csrfmiddlewaretoken" value="\w+"'
    assert re.sub(token, b"", refused.content) == re.sub(token, b"", never.content)
    assert not LedgerLine.objects.filter(kind=Kind.STORY).exists()


def test_pages_follow_each_other_without_a_gap_or_a_repeat(where, lead):
    child = factories.child(where)
    for number in range(120):
        factories.send_concern(lead, child, now=NOW + timedelta(minutes=number // 40))
    pages = []
    after = ""
    while not pages or after:
        found = story(lead, child, after)
        pages.append(references(found))
        after = found.more
    assert [len(one) for one in pages] == [50, 50, 20]
    assert len({reference for one in pages for reference in one}) == 120


@pytest.mark.parametrize("after", ["x", "1 OR 1", "00000000"])
def test_a_page_that_is_no_page_is_the_newest(where, lead, after):
    child = factories.child(where)
    concern = factories.send_concern(lead, child).concern
    assert references(story(lead, child, after)) == [concern.reference]


def test_an_empty_story_says_what_it_means(where, lead):
    child = factories.child(where)
    assert "Nothing has been written about this child" in shown(lead, child)
    place = f"20200101T000000000000.20200101T000000000000.0.{uuid.uuid4()}"
    assert "There is nothing older" in shown(lead, child, f"/?after={place}")
    nothing = shown(lead, child, "/?sort=seen")
    assert "There is nothing in the record that fits your choice" in nothing


def test_no_name_stands_in_the_title_or_an_address(where, lead):
    child = factories.child(where, "Zebedee", "Quill")
    factories.concern_at(State.CLOSED, where=where, lead=lead, children=(child,))
    text = shown(lead, child)
    addresses = "".join(re.findall(r'(?:href|action)="([^"]*)"', text))
    title = re.search("<title>(.*?)</title>", text, re.S)[1]
    assert "Zebedee" in text
    for name in ("Zebedee", "Quill"):
        assert name not in addresses
        assert name not in title


def test_every_word_of_a_row_is_escaped_and_a_number_can_be_rung_where_nothing_is_pressed(
    where, lead
):
    child = factories.child(where)
    who = factories.viewer(where, who=factories.person(where, name="<i>Pat</i>"))
    factories.send_concern(who, child, account="<b>Thin</b>: ring 01632 960131. " * 9)
    homes.move_to_address(lead, child, "<u>4</u> Mill Lane, 01632 960132", since=None)
    drawn = [draw_timeline_row(row) for row in story(lead, child).rows]
    address, concern = sorted(drawn, key=lambda row: "<details" in row)
    assert "&lt;u&gt;4&lt;/u&gt; Mill Lane, <a " in address
    assert 'href="tel:01632960132"' in address
    line, rest = concern.split("</summary>")
    assert "&lt;b&gt;Thin&lt;/b&gt;: ring 01632 960131. " in line
    assert rest.count('&lt;b&gt;Thin&lt;/b&gt;: ring <a class="govuk-link telephone"') == 9
    assert "&lt;i&gt;Pat&lt;/i&gt;" in rest
    for tag in ("<b>Thin", "<i>", "<u>"):
        assert tag not in address + concern


def test_a_story_asks_the_same_of_the_database_whatever_its_length(client, where):
    lead = factories.viewer(where, Role.DSL)
    now = timezone.now() - timedelta(days=9)
    short = factories.child(where)
    long = factories.child(where)
    for child, number in ((short, 5), (long, 55)):
        for each in range(number):
            state = (State.WAITING, State.DECIDED, State.CLOSED)[each % 3]
            marks = (factories.body_mark(),) if each % 3 == 1 else ()
            more = {"marks": marks, "categories": ("eating",)}
            factories.concern_at(
                state, where=where, lead=lead, by=lead, children=(child,), now=now, **more
            )
    concern = factories.concern_at(
        State.TAKEN, where=where, lead=lead, by=lead, children=(short, long), now=now
    )
    decided = factories.decision_answers(concern, Route.POLICE)
    triage.decide(by=lead, concern=concern, decided=decided, now=now + HOUR)
    factories.sign_in(client, lead.person)
    client.get(f"/child/{short.uid}/")

    few, many = (
        list_statements(lambda uid=child.uid: client.get(f"/child/{uid}/"))
        for child in (short, long)
    )
    # The rows of a page are read with one for each kind of row that is among them.
    assert len(many) <= len(few) <= MOST_STATEMENTS, few
    more = story(replace(lead, now=timezone.now()), long).more
    second = list_statements(lambda: client.get(f"/child/{long.uid}/?after={more}"))
    # A further page has the timeline alone.
    assert len(second) <= MOST_FURTHER
    assert count_calls(lambda: client.get(f"/child/{long.uid}/")) <= MOST_CALLS
