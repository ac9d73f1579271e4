"""Tests for reading a concern beside its child's story: on record, and only by those who may."""

import json
import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from concerns.chase import acts as chase
from concerns.models import Concern, Exclusion, LedgerLine
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from concerns.triage import queries, views
from tests import factories
from tests.counting import list_statements, render_view
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, now=NOW + 6 * HOUR)


def shown(viewer, concern):
    return render_view(views.read, viewer, uid=concern.uid)


def moves(viewer, concern):
    return {
        move.words: move.why_not for move in queries.read_concern_page(viewer, concern.uid)["moves"]
    }


def hide(concern, viewer):
    Exclusion.objects.create(
        school=concern.school, concern=concern, person=viewer.person, by=viewer.person, at=NOW
    )


def test_opening_a_concern_is_a_line_that_names_it_and_its_children(where, lead):
    children = factories.child(where), factories.child(where)
    concern = factories.send_concern(factories.viewer(where), *children).concern
    queries.read_concern_page(lead, concern.uid)
    line = LedgerLine.objects.get(kind=Kind.OPENED)
    assert (line.actor, line.concern) == (lead.person, concern.uid)
    assert set(json.loads(line.body)["children"]) == {str(child.uid) for child in children}


def test_what_is_shown_beside_it_is_a_line_too(where, lead):
    child = factories.child(where)
    earlier = factories.send_concern(factories.viewer(where), child).concern
    concern = factories.send_concern(factories.viewer(where), child).concern
    queries.read_concern_page(lead, concern.uid)
    body = json.loads(LedgerLine.objects.get(kind=Kind.LISTED).body)
    assert body["shown"] == [str(earlier.uid)]


def test_every_word_that_was_written_is_there_and_opinion_stands_apart(where, lead):
    words = {
        "account": "He came in without a coat.",
        "may_mean": "I think nobody gets him up.",
        "child_words": "it was cold in bed",
        "asked": "Tell me about your morning.",
        "place": "The gate",
        "who_else": "The caretaker",
        "explanation": "The heating broke.",
        "explained_by": "His aunt, to me",
        "told_in_person": "The head, at nine",
        "already_called": "The health visitor",
    }
    concern = factories.send_concern(
        factories.viewer(where),
        factories.child(where),
        marks=(factories.body_mark(),),
        categories=("neglect",),
        happened_on=NOW.date(),
        how_sure="about",
        how_known="saw",
        going_home="not_sure",
        **words,
    ).concern
    text = shown(lead, concern)
    for said in (*words.values(), "Ear, left, 1.5 cm: round, red", "Neglect", "Not sure"):
        assert said in text
    assert "3 November 2026, I know roughly" in text
    assert "I saw it" in text
    opinion = text.index("an opinion")
    assert text.index(words["account"]) < opinion < text.index(words["may_mean"])


def test_who_wrote_it_and_when_and_what_they_added_is_there(where, lead):
    writer = factories.viewer(where)
    concern = factories.send_concern(writer, factories.child(where)).concern
    submit.add(by=writer, concern=concern, words="He cried at lunch.", now=NOW + HOUR)
    text = shown(lead, concern)
    assert f"{writer.person.name}, 3 November 2026, 10:00" in text
    assert f"Added by {writer.person.name}, 3 November 2026, 11:00" in text
    assert "He cried at lunch." in text


def test_a_child_who_is_not_on_the_roll_is_described(where, lead):
    concern = factories.send_concern(
        factories.viewer(where), described="a boy in a red coat"
    ).concern
    text = shown(lead, concern)
    assert "a boy in a red coat" in text
    assert "No child on the roll is named here" in text


def test_the_story_is_what_was_written_in_the_last_twelve_months(where, lead):
    child = factories.child(where)
    writer = factories.viewer(where)
    long_ago = factories.send_concern(writer, child, now=NOW - timedelta(days=370)).concern
    in_spring = factories.send_concern(writer, child, now=NOW - timedelta(days=200)).concern
    last_week = factories.send_concern(writer, child, now=NOW - timedelta(days=7)).concern
    of_another = factories.send_concern(writer, factories.child(where)).concern
    concern = factories.send_concern(writer, child).concern
    (story,) = queries.read_concern_page(lead, concern.uid)["stories"]
    assert [one.concern for one in story.earlier] == [last_week, in_spring]
    text = shown(lead, concern)
    assert long_ago.reference not in text
    assert of_another.reference not in text


def test_people_are_counted_not_only_entries(where, lead):
    child = factories.child(where)
    one = factories.viewer(where)
    other = factories.viewer(where)
    for days in (22, 15, 1):
        factories.send_concern(one, child, now=NOW - timedelta(days=days))
    concern = factories.send_concern(other, child).concern
    assert "2 adults, 4 entries, 4 weeks" in shown(lead, concern)


def test_each_child_of_a_concern_has_a_story_of_their_own(where, lead):
    brother = factories.child(where)
    sister = factories.child(where)
    of_brother = factories.send_concern(factories.viewer(where), brother).concern
    of_sister = factories.send_concern(factories.viewer(where), sister).concern
    concern = factories.send_concern(factories.viewer(where), brother, involved=(sister,)).concern
    his, hers = queries.read_concern_page(lead, concern.uid)["stories"]
    assert [one.concern for one in his.earlier] == [of_brother]
    assert [one.concern for one in hers.earlier] == [of_sister]


def test_a_child_with_no_story_yet_is_said_to_have_none(where, lead):
    concern = factories.send_concern(factories.viewer(where), factories.child(where)).concern
    assert "Nothing else that you can see was written" in shown(lead, concern)


def test_what_a_reader_is_excluded_from_is_not_in_the_story_nor_its_count(where, lead):
    child = factories.child(where)
    hidden = factories.send_concern(
        factories.viewer(where), child, account="It is about you."
    ).concern
    concern = factories.send_concern(factories.viewer(where), child).concern
    before = shown(lead, concern)
    assert hidden.reference in before
    hide(hidden, lead)
    text = shown(lead, concern)
    assert hidden.reference not in text
    assert "It is about you." not in text
    assert "2 entries" not in text


def without_tokens(content: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content.decode())


@pytest.mark.parametrize("why", ["relative", "excluded", "elsewhere"])
def test_who_may_not_read_it_gets_what_a_page_that_never_was_gives(client, where, why):
    child = factories.child(where)
    concern = factories.send_concern(factories.viewer(where), child).concern
    reader = factories.viewer(factories.school() if why == "elsewhere" else where, Role.DSL)
    if why == "relative":
        factories.relate_to_child(reader.person, child)
    elif why == "excluded":
        hide(concern, reader)
    factories.sign_in(client, reader.person)
    refused = client.get(f"/triage/{concern.uid}/")
    never = client.get(f"/triage/{uuid.uuid4()}/")
    assert refused.status_code == never.status_code == 404
    assert without_tokens(refused.content) == without_tokens(never.content)
    assert not LedgerLine.objects.filter(kind=Kind.OPENED).exists()


def test_no_name_stands_in_the_title_or_an_address(where, lead):
    child = factories.child(where, "Zebedee", "Quill")
    factories.send_concern(factories.viewer(where), child)
    concern = factories.send_concern(factories.viewer(where), child).concern
    text = shown(lead, concern)
    addresses = "".join(re.findall(r'(?:href|action)="([^"]*)"', text))
    title = re.search("<title>(.*?)</title>", text, re.S)[1]
    assert "Zebedee" in text
    for name in ("Zebedee", "Quill"):
        assert name not in addresses
        assert name not in title


def test_a_new_decision_marks_the_old_as_superseded_for_whom_it_replaces(where, lead):
    brother = factories.child(where)
    sister = factories.child(where)
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(brother, sister))
    both = factories.decision_answers(concern, Route.SCHOOL_SUPPORT)
    triage.decide(by=lead, concern=concern, decided=both, now=NOW + HOUR)
    hers = replace(both, children=tuple(concern.children.filter(child=sister)))
    triage.decide(by=lead, concern=concern, decided=hers, now=NOW + 2 * HOUR)
    newer, older = queries.read_concern_page(lead, concern.uid)["rulings"]
    assert newer.superseded_children == []
    assert [row.child for row in older.superseded_children] == [sister]
    assert [row.child for row in older.in_force] == [brother]
    assert f"Superseded</strong> by a later decision for {sister.name}" in shown(lead, concern)


def test_everything_that_was_done_is_there(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    deputy = factories.viewer(where, Role.DEPUTY, now=lead.now)
    later = (NOW + timedelta(minutes=10 * number) for number in range(6, 30))
    decided = factories.decision_answers(concern, Route.PARENTS, Route.SCHOOL_SUPPORT)
    triage.decide(by=lead, concern=concern, decided=decided, now=next(later))
    triage.note(by=lead, concern=concern, words="Rang the nurse.", now=next(later))
    triage.hand(by=lead, concern=concern, to=deputy.person, note="Over to you.", now=next(later))
    refer.speak(
        by=deputy,
        concern=concern,
        spoken_to="parent",
        who="Mother",
        said="He has moved rooms.",
        happened_at=next(later),
        now=next(later),
    )
    chase.tell_reporter(by=deputy, concern=concern, words="Thank you.", now=next(later))
    for step in concern.steps.open():
        chase.do_step(by=deputy, step=step, words="In place.", now=next(later))
    closing = {"outcome": "help_in_place", "why": "It works.", "words_back": "It helped."}
    triage.close(by=deputy, concern=concern, now=next(later), **closing)
    triage.reopen(by=deputy, concern=concern, why="It began again.", now=next(later))
    text = shown(lead, concern)
    said = (
        "The third time this term.", "Waiting, and why that was not enough.", "Rang the nurse.",
        "Over to you.", "He has moved rooms.", "Thank you.", "In place.", "It works.", "It helped.",
        "It began again.", f"Handed on to {deputy.person.name}", "Reopened",
        "Closed: Help is in place and working", "Put the support in school in place",
    )  # fmt: skip
    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.OFFICE, Role.CHAIR])
def test_only_who_may_read_concerns_opens_the_page(client, where, role):
    concern = factories.concern_at(State.WAITING, where=where)
    factories.sign_in(client, factories.person(where, role))
    assert client.get(f"/triage/{concern.uid}/").status_code == 403


def test_reading_asks_the_same_of_the_database_however_long_the_story(client, where):
    lead = factories.viewer(where, Role.DSL)
    now = timezone.now() - timedelta(days=2)
    short = factories.child(where)
    long = factories.child(where)
    for child, number in ((short, 1), (long, 30)):
        for _ in range(number):
            factories.send_concern(
                lead, child, now=now, marks=(factories.body_mark(),), categories=("eating",)
            )
    read = [
        factories.concern_at(State.DECIDED, where=where, lead=lead, children=(child,), now=now)
        for child in (short, long)
    ]
    factories.sign_in(client, lead.person)
    client.get(f"/triage/{read[0].uid}/")
    few, many = (
        list_statements(lambda uid=each.uid: client.get(f"/triage/{uid}/")) for each in read
    )
    assert Concern.objects.involving_children(long).count() == 31
    assert len(few) == len(many)
