"""Tests that the longest files of the tests begin first, and keep the order that chance gave."""

from dataclasses import dataclass

from tests.durations import order_longest_files_first


@dataclass(frozen=True)
class Item:
    path: str
    name: str
    mark: str = ""

    def get_closest_marker(self, name: str) -> bool:
        return self.mark == name


def test_a_file_with_one_long_test_begins_before_browsers_and_these_before_the_rest():
    items = [
        Item("quick", "b"),
        Item("browsers", "a", "browser"),
        Item("weeks", "z"),
        Item("weeks", "y", "long"),
        Item("quick", "a"),
    ]
    order_longest_files_first(items)
    assert "".join(item.name for item in items) == "zyaba"
