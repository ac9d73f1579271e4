"""Tests that the summary of many waits equals the plainest way to work it out."""

from collections import Counter
from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from concerns.paper.wait_summary import nearest_rank, summarise_waits

ENDS = (30, 120, 405, 810)


def counted(waits):
    """Waits as the database counts them: (minutes, how many) in order, and those still waiting."""
    return sorted(Counter(waits).items(), key=lambda one: (one[0] is None, one[0] or 0))


@given(st.lists(st.none() | st.integers(0, 2000), max_size=60))
def test_it_agrees_with_a_sorted_list(waits):
    done = sorted(wait for wait in waits if wait is not None)
    found = summarise_waits(counted(waits), len(done), ENDS)
    assert (found.count, found.waiting) == (len(done), len(waits) - len(done))
    if done:
        assert found.half == done[ceil(len(done) / 2) - 1]
        assert found.nine_in_ten == done[ceil(len(done) * 9 / 10) - 1]
        assert sum(wait <= found.half for wait in done) * 2 >= len(done)
    assert found.first == tuple(done[:2])
    edges = [-1, *ENDS, float("inf")]
    bands = [sum(low < wait <= high for wait in done) for low, high in pairwise(edges)]
    assert found.bands == tuple(bands)


@given(st.integers(1, 10_000), st.integers(1, 100))
def test_the_rank_is_the_least_that_so_many_are_within(count, hundredths):
    found = nearest_rank(count, hundredths)
    assert found * 100 >= count * hundredths
    assert found == 1 or (found - 1) * 100 < count * hundredths


def test_fewer_than_three_have_no_middle():
    assert [summarise_waits([(5, many)], many, ENDS).is_too_few for many in (1, 2, 3)] == [
        True,
        True,
        False,
    ]


def test_waits_are_said_in_hours_and_minutes():
    found = summarise_waits([(0, 1), (40, 1), (61, 1), (125, 1)], 4, ENDS)
    assert (found.half_words, found.nine_in_ten_words) == ("40 minutes", "2 hours 5 minutes")
    assert found.first_words == ["less than a minute", "40 minutes"]


def test_none_come_to_nothing():
    found = summarise_waits([(None, 7)], 0, ENDS)
    assert (found.count, found.waiting, found.half, found.bands) == (0, 7, None, (0,) * 5)
