"""What keeps a run short: the longest files begin first, so that at the end no worker waits for a
long file of another's; and what is one more of its kind is long."""

import pytest


def pytest_itemcollected(item) -> None:
    """What is one more of a kind is long."""
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
