"""Tests that the trust of the bench is as hard as it says, and such as acts would have left it."""

import json
from random import Random

import pytest

from concerns.models import Child, Concern, School, Step, Viewer, WordKey
from concerns.models.concern import word_index
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.roles import Role
from concerns.rules.word_stems import searchable_stems
from concerns.workflow.next_steps import NextSteps
from tests.bench.filling import bench
from tests.bench.school import NOW
from tests.bench.shape import LONG, ONE_SCHOOL, SHORT, TRUST, VOCABULARY, vocabulary
from tests.databases import Database

SIZE = 300
SCHOOLS = School.objects.exclude(name__startswith="Empty")


def test_the_schools_of_a_trust_are_uneven_and_hold_what_was_asked_for():
    sizes = TRUST.sizes_of_schools(10_000)
    assert (len(sizes), sum(sizes)) == (30, TRUST.total(10_000))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] > 5 * sizes[-1]
    assert ONE_SCHOOL.sizes_of_schools(10_000) == [10_000]


def test_the_vocabulary_has_so_many_words_that_are_all_different():
    assert len(set(vocabulary())) == VOCABULARY


def test_some_accounts_are_long_and_most_are_short():
    lengths = [len(TRUST.account(number, "", Random(number)).split()) for number in range(40)]
    assert [number for number, length in enumerate(lengths) if length == LONG] == [0, 20]
    assert all(length < SHORT for length in lengths if length != LONG)
    assert ONE_SCHOOL.account(0, "As it is written.", Random(0)) == "As it is written."


@pytest.fixture
def trust(fresh_database) -> Database:
    done = bench(fresh_database, "fill", str(SIZE), TRUST.key)
    assert done.returncode == 0, done.stderr
    return fresh_database


@pytest.mark.long
def test_a_trust_is_as_hard_as_it_says_and_every_page_of_it_answers(trust, static):
    assert SCHOOLS.count() == 30
    largest = SCHOOLS.get(pk=1)
    concerns = Concern.objects.filter(school=largest).count()
    assert concerns > TRUST.long_story
    children = Child.objects.filter(school=largest)
    most = max(child.concern_rows.count() for child in children)
    assert most >= TRUST.long_story
    open_share = Concern.objects.open().count() / Concern.objects.count()
    assert 0.04 < open_share < 0.06
    for school in SCHOOLS:
        assert list(find_integrity_breaches(school)) == []
        assert (
            Concern.objects.filter(school=school).exclude(reporter__posts__school=school).count()
            == 0
        )
    asked = bench(trust, "ask", STATIC_ROOT=str(static))
    assert asked.returncode == 0, asked.stderr
    assert "read_long" in json.loads(asked.stdout)


@pytest.mark.long
def test_what_a_trust_holds_is_what_the_acts_would_have_let_through(trust):
    for school in SCHOOLS:
        by = Viewer(school.posts.get(role=Role.DSL).person, school, frozenset({Role.DSL}), NOW)
        for concern in Concern.objects.filter(school=school).open()[:5]:
            kept = concern.rank, concern.next_due_at
            NextSteps(
                concern, by, NOW, Step.objects.filter(concern=concern).open()
            ).update_rank_and_due_time()
            assert (concern.rank, concern.next_due_at) == kept
    last = Concern.objects.exclude(school=1).filter(reporter__email__startswith="staff").last()
    said = word_index.decrypt_concern_texts([last.pk])[last.pk]
    tokens = set(WordKey.objects.filter(concern=last).values_list("token", flat=True))
    assert {word_index.word_token(last.school, word) for word in searchable_stems(*said)} == tokens
