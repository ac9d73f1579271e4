"""Tests for finding a concern by its words: the index of words beside the encrypted text."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from concerns.adult import acts as adult
from concerns.chase import acts as chase
from concerns.management.commands import findable
from concerns.models import (
    AdultAccount,
    ComingMeetingAnswers,
    Concern,
    Exclusion,
    MeetingAnswers,
    NameKey,
    PromiseAnswers,
    SchoolAction,
    Task,
    WatchAnswers,
    WordKey,
)
from concerns.models.concern import word_index
from concerns.refer import acts as refer
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.watching import WatchReviewResult
from concerns.rules.word_stems import searchable_stems
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.counting import list_statements
from tests.deciding import UNTIL
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def kept(concern) -> set[int]:
    return set(WordKey.objects.filter(concern=concern).values_list("token", flat=True))


def from_rows(concern) -> set[int]:
    """The index as it would be if it were made again from every word in its rows."""
    words = searchable_stems(*word_index.decrypt_concern_texts([concern.pk])[concern.pk])
    return {word_index.word_token(concern.school, word) for word in words}


def having(viewer, *words, before=None) -> list[int]:
    return WordKey.objects.find_with_all_words(viewer, list(words), before, 26)[0]


def said_of_what_the_assessment_found(lead, referral):
    """The next answer ends the wait for the assessment, without which no watch ends; it is
    challenged, settled with a promise, and the promise was kept."""
    given = {"by": lead, "referral": referral, "now": NOW}
    answered = {"answer": "early_help", "happened_at": NOW}
    refer.hear_back(spoken_to="Godwit", words="Whimbrel", **answered, **given)
    refer.give_view(view="disagree", whom="Garganey", words="Dotterel", **given)
    promised = PromiseAnswers("Pochard", "Wigeon", UNTIL)
    refer.settle(words="Turnstone", promised=promised, **given)
    step = referral.steps.open().get(kind="promise")
    chase.do_step(by=lead, step=step, words="Sanderling", now=NOW)


def said_of_a_meeting_to_come(lead, concern):
    """It is moved to another day and place, and then cancelled."""
    begins_at = NOW + timedelta(days=7)
    coming = ComingMeetingAnswers("team", begins_at, "Shoveler", lead.person, words="Eider")
    made = refer.plan_meeting(by=lead, concern=concern, coming=coming, now=NOW)
    given = {"by": lead, "coming": made, "now": NOW}
    later = begins_at + timedelta(days=1)
    refer.change_meeting(begins_at=later, place="Pintail", why="Goosander", **given)
    refer.change_meeting(begins_at=None, why="Scaup", **given)


def said_everywhere(where, lead):
    """A concern with every kind of text on it, each written by its own act."""
    writer = factories.viewer(where)
    every = dict.fromkeys(
        ("may_mean", "place", "asked", "who_else", "explanation", "explained_by", "described"), ""
    )
    words = {name: f"{name} heron{number}" for number, name in enumerate(every)}
    more = {"child_words": "otter", "told_in_person": "badger", "already_called": "stoat"}
    concern = factories.send_concern(
        writer, factories.child(where), marks=(factories.body_mark(),), **words, **more
    ).concern
    submit.add(by=writer, concern=concern, words="A newt came later", now=NOW)
    triage.hand(
        by=lead,
        concern=concern,
        to=factories.viewer(where, Role.DEPUTY).person,
        note="Weasel",
        now=NOW,
    )
    triage.note(by=lead, concern=concern, words="Toad", now=NOW)
    ways = (Route.SOCIAL_CARE, Route.POLICE, Route.PARENTS)
    written = {"siblings_words": "Vole", "parents_told": "no", "parents_why_not": "Shrew"}
    decided = factories.decision_answers(concern, *ways, **written, words_back="Mole")
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW)
    refer.speak(
        by=lead,
        concern=concern,
        spoken_to="parent",
        who="Lynx",
        said="Puffin",
        who_else="Dunlin",
        happened_at=NOW,
        now=NOW,
    )
    first, second = concern.referrals.order_by("id")
    refer.send(
        by=lead,
        referral=first,
        agency="Marten",
        spoken_to="Plover",
        method="telephone",
        their_reference="Snipe",
        words="Curlew",
        happened_at=NOW,
        now=NOW,
    )
    refer.acknowledge(
        by=lead,
        referral=first,
        spoken_to="Fieldfare",
        their_reference="Rook",
        happened_at=NOW,
        now=NOW,
    )
    refer.chase(
        by=lead,
        referral=first,
        telephone="Jay",
        spoken_to="Crake",
        said="Merlin",
        happened_at=NOW,
        now=NOW,
    )
    ours = (SchoolAction("Kestrel", NOW.date(), lead.person),)
    met = MeetingAnswers("team", NOW, who="Bittern", agreed="Osprey", next_on=UNTIL, actions=ours)
    refer.meet(by=lead, concern=concern, met=met, now=NOW)
    refer.hear_back(
        by=lead,
        referral=first,
        answer="assessment",
        spoken_to="Wren",
        words="Robin",
        happened_at=NOW,
        now=NOW,
    )
    refer.give_view(by=lead, referral=first, view="agree", words="Linnet", now=NOW)
    other = factories.viewer(where, Role.HEAD)
    refer.withdraw(by=other, referral=second, words="Siskin", now=NOW)
    chase.tell_reporter(by=lead, concern=concern, words="Twite", now=NOW)
    factories.add_file(writer, concern, name="Lapwing.txt")
    for step in concern.steps.open().filter(kind="read_addition"):
        chase.do_step(by=lead, step=step, words="Ruff", now=NOW)
    asked = WatchAnswers(writer.person, question="Tern", why="Knot", outcome="other")
    triage.watch(by=lead, concern=concern, asked=asked, words_back="Teal", now=NOW)
    task = Task.objects.get(step__concern=concern)
    chase.answer(by=writer, task=task, words="Stilt", done=True, now=NOW)
    said_of_what_the_assessment_found(lead, first)
    said_of_a_meeting_to_come(lead, concern)
    triage.sort(by=lead, concern=concern, categories=("neglect",), why="Gadwall", now=NOW)
    look = concern.steps.open().get(kind="look_after")
    ends = {
        "words": "Dipper",
        "then": WatchReviewResult.END,
        "why": "Avocet",
        "words_back": "Pipit",
    }
    chase.look_after(by=lead, step=look, now=NOW, **ends)
    triage.reopen(by=lead, concern=concern, why="Smew", now=NOW)
    triage.refile(
        by=lead,
        concern=concern,
        row=concern.children.get(child__isnull=False),
        to=factories.child(where),
        why="Gannet",
        now=NOW,
    )
    return concern


def test_every_word_that_any_act_writes_can_be_found(where, lead):
    concern = said_everywhere(where, lead)
    assert from_rows(concern) - kept(concern) == set()
    # If a new kind of text can be written on a concern, write one in `said_everywhere` too.
    assert [
        model.__name__
        for model in word_index.models_with_concern_texts()
        if not model.objects.exists()
    ] == []
    assert having(lead, "smew", "curlew", "otter") == [concern.pk]


def test_the_index_holds_no_readable_word_and_differs_by_school(where, lead):
    tokens = kept(factories.concern_at(State.WAITING, where=where, account="belt"))
    there = factories.school()
    assert tokens.isdisjoint(kept(factories.concern_at(State.WAITING, where=there, account="belt")))
    assert len(tokens) == 1
    assert all(-(2**31) <= token < 2**31 for token in tokens)


def test_words_are_found_under_a_key_of_before(where, lead, settings):
    old = factories.concern_at(State.WAITING, where=where, account="belt")
    settings.RECORD_KEYS = {9: b"9" * 32, **settings.RECORD_KEYS}
    new = factories.concern_at(State.WAITING, where=where, account="belt")
    assert having(lead, "belt") == [new.pk, old.pk]
    assert kept(old).isdisjoint(kept(new))


def test_a_search_finds_only_what_has_every_word(where, lead):
    both = factories.concern_at(State.WAITING, where=where, account="a belt and a bruise")
    factories.concern_at(State.WAITING, where=where, account="a belt")
    assert having(lead, *sorted(searchable_stems("belt bruised"))) == [both.pk]


def test_a_rare_word_is_found_beside_one_that_is_everywhere(where, lead, monkeypatch):
    monkeypatch.setattr(word_index, "LOOKED_AT", 3)
    child = factories.child(where)
    old = factories.send_concern(factories.viewer(where), child, account="belt heron").concern
    for _ in range(4):
        factories.send_concern(factories.viewer(where), child, account="belt")
    assert WordKey.objects.find_with_all_words(lead, ["belt", "heron"], None, 26) == ([old.pk], 0)


def test_of_two_words_that_are_everywhere_so_many_are_looked_at_and_then_the_next(
    where, lead, monkeypatch
):
    monkeypatch.setattr(word_index, "LOOKED_AT", 3)
    child = factories.child(where)
    by = factories.viewer(where)
    both = factories.send_concern(by, child, account="belt bruise").concern
    for word in ("belt", "bruise") * 4:
        factories.send_concern(by, child, account=word)
    words = ["belt", "brui"]
    before = None
    found = []
    for _ in range(3):
        some, before = WordKey.objects.find_with_all_words(lead, words, before, 26)
        found += some
    assert (found, before) == ([both.pk], 0)


def test_nothing_is_looked_at_that_the_viewer_may_not_see(where, lead):
    child = factories.child(where)
    factories.relate_to_child(lead.person, child)
    concern = factories.send_concern(factories.viewer(where), child, account="belt").concern
    other = factories.concern_at(State.WAITING, where=where, account="belt")
    Exclusion.objects.create(
        school=where, concern=other, person=lead.person, by=lead.person, at=NOW, why="otter"
    )
    assert having(lead, "belt") == []
    assert having(factories.viewer(where, Role.HEAD), "belt") == [other.pk, concern.pk]
    assert having(factories.viewer(where, Role.CHAIR), "belt") == []


def test_an_act_adds_its_words_in_one_statement_and_none_where_it_has_none(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)

    def inserts(ask):
        return [sql for sql in list_statements(ask) if WordKey._meta.db_table in sql]

    many = " ".join(f"word{number}" for number in range(3_000))
    said = inserts(lambda: triage.note(by=lead, concern=concern, words=many, now=NOW))
    assert len(said) == 1
    assert inserts(lambda: triage.take(by=lead, concern=concern, now=NOW)) == []


def test_what_was_written_before_is_made_findable_in_batches(where, lead):
    concerns = [said_everywhere(where, lead), factories.concern_at(State.WAITING, where=where)]
    there = factories.concern_at(State.WAITING, where=factories.school())
    before = [kept(concern) for concern in (*concerns, there)]
    WordKey.objects.all()._raw_delete(using="default")
    Concern.objects.update(findable=False)
    said = StringIO()
    call_command("findable", stdout=said)
    assert "3 of 3 concerns" in said.getvalue()
    assert not Concern.objects.filter(findable=False).exists()
    assert [from_rows(concern) for concern in concerns] == [kept(c) for c in concerns]
    assert all(kept(c) <= was for c, was in zip((*concerns, there), before, strict=True))


def test_indexing_that_was_stopped_goes_on_where_it_was(where, monkeypatch):
    for _ in range(3):
        factories.concern_at(State.WAITING, where=where)
    Concern.objects.update(findable=False)
    monkeypatch.setattr(findable, "BATCH", 1)
    made = []

    def once(concerns):
        if made:
            raise KeyboardInterrupt
        made.append(concerns)
        word_index.make_findable(concerns)

    monkeypatch.setattr(findable, "make_findable", once)
    with pytest.raises(KeyboardInterrupt):
        call_command("findable", stdout=StringIO())
    monkeypatch.setattr(findable, "make_findable", word_index.make_findable)
    assert Concern.objects.filter(findable=False).count() == 2
    said = StringIO()
    call_command("findable", stdout=said)
    assert "2 of 2 concerns" in said.getvalue()
    assert not Concern.objects.filter(findable=False).exists()


def test_the_index_is_made_again_when_a_key_is_removed(where, lead, settings):
    concern = factories.concern_at(State.WAITING, where=where, account="belt")
    NameKey.objects.all().delete()
    keys = settings.RECORD_KEYS
    settings.RECORD_KEYS = {9: b"9" * 32, **keys}
    before = kept(concern)
    call_command("findable", anew=True, stdout=StringIO())
    assert kept(concern).isdisjoint(before)
    assert having(lead, "belt") == [concern.pk]
    child = concern.children.get().child
    assert set(child.name_keys.values_list("word", flat=True)) == child.own_name_words()


def test_a_concern_is_findable_as_soon_as_it_is_sent(where):
    assert factories.concern_at(State.WAITING, where=where).findable


def test_a_word_costs_the_database_one_row_of_three_numbers(where):
    with connection.cursor() as cursor:
        table = WordKey._meta.db_table
        described = connection.introspection.get_table_description(cursor, table)
    assert [column.name for column in described] == ["school_id", "token", "concern_id"]


def test_no_word_about_an_adult_who_works_here_is_ever_kept_or_looked_through(where):
    told = AdultAccount(account="belt heron", sort="low", whom=factories.person(where))
    by = factories.viewer(where)
    about, _ = adult.send(by=by, draft=uuid.uuid4(), told=told, now=NOW)
    assert not WordKey.objects.exists()
    concern = factories.concern_at(State.WAITING, where=where, account="otter")
    # By the key of either: each kind numbers its own rows.
    words = word_index.decrypt_concern_texts([concern.pk, about.pk])
    assert words[concern.pk] == ["otter"]
    assert "belt heron" not in str(words)
