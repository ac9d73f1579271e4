"""The demonstration year that ends on a busy morning: forty concerns wait for a first look.

They came in on two school days just past, more than a lead has in an ordinary week: a school after
an assembly on safety, or one whose lead was away. Everything else is as in `year.py`.
"""

from concerns.management.demo.year import STANDING, DemoYear
from concerns.rules.lifecycle import State

FORTY = 40
# What was noticed, over and over, in the order in which it came.
NOTICED = (
    "behaviour", "care", "hunger", "family", "feeling", "attendance", "told", "injury", "care",
    "behaviour",
)  # fmt: skip


def list_busy_standing() -> tuple[tuple[int, str, str], ...]:
    """(school days ago, what was noticed, the state in which it stays): forty that wait for a first
    look, with what an ordinary morning has in hand."""
    waits = tuple(
        (2 + number % 2, NOTICED[number % len(NOTICED)], State.WAITING) for number in range(FORTY)
    )
    return waits + tuple(row for row in STANDING if row[2] != State.WAITING)


class BusyMonday(DemoYear):
    standing = list_busy_standing()
