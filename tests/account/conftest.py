"""Fixtures: the school of the tests of its staff."""

from tests.people.conftest import house

__all__ = ["house"]
