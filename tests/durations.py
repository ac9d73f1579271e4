"""Keeps a run of the tests short.

The longest files begin first: otherwise one worker is left with a long file at the end, and the
others wait for it. A test marked `more_of_a_kind` counts as `long`, and is not run on PostgreSQL.
"""

import pytest


def pytest_itemcollected(item) -> None:
    """Marks as `long` what is marked `more_of_a_kind`."""
    if item.get_closest_marker("more_of_a_kind"):
        item.add_marker(pytest.mark.long)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items) -> None:
    order_longest_files_first(items)


def order_longest_files_first(items: list) -> None:
    """Puts the files with long tests before those with a browser, and these before the rest. Within
    a kind the order stays as chance gave it."""
    ranks: dict[str, int] = {}
    for item in items:
        ranks[item.path] = min(_rank(item), ranks.get(item.path, 2))
    items.sort(key=lambda item: ranks[item.path])


def _rank(item) -> int:
    if item.get_closest_marker("long"):
        return 0
    return 1 if item.get_closest_marker("browser") else 2
