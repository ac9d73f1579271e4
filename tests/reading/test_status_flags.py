"""Tests for the flags of a child: which statuses they say, in what words and order."""

import pytest
from django.template.loader import render_to_string

from concerns.reading.status_flags import find_status_flags
from concerns.rules.child_file_vocabulary import STATUS_FLAGS, StatusKind, flags_of_statuses
from concerns.rules.roles import Role
from tests import factories, homes
from tests.counting import list_statements


def test_every_status_has_a_flag():
    assert set(STATUS_FLAGS) == set(StatusKind)


def test_the_most_pressing_status_comes_first_and_each_once():
    given = [("ehcp", ""), ("plan", "neglect"), ("ehcp", ""), ("looked_after", "")]
    words = [flag.words for flag in flags_of_statuses(given)]
    assert words == ["CP plan: neglect", "Looked after", "EHCP"]


def test_a_status_nobody_knows_is_not_passed_over():
    with pytest.raises(KeyError):
        flags_of_statuses([("lost", "")])


@pytest.mark.django_db
def test_the_flags_of_many_children_take_one_query_and_end_with_their_status():
    where = factories.school()
    lead = factories.viewer(where, Role.DSL)
    one, other, third = (factories.child(where) for _ in range(3))
    homes.add_status(lead, one, "plan", category="neglect")
    homes.add_status(lead, one, "ehcp")
    homes.end_line(lead, other, homes.add_status(lead, other, "ehcp"))
    keys = [one.pk, other.pk, third.pk]
    found = {}
    assert len(list_statements(lambda: found.update(find_status_flags(lead, keys)))) == 1
    assert {key: [flag.words for flag in flags] for key, flags in found.items()} == {
        one.pk: ["CP plan: neglect", "EHCP"]
    }


def test_the_flags_are_words_with_a_colour():
    drawn = render_to_string("parts/flags.html", {"flags": flags_of_statuses([("ehcp", "")])})
    assert '<span class="flag flag--school">EHCP</span>' in drawn
