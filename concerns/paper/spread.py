"""This file knows what many waits come to: the middle one, the longest of nine in ten, and bands.

They come as (minutes, how many), in order, as the database counts them, and are read once: no list
of them is held. Percentiles are by nearest rank, the least wait that at least so many were within,
so that "half were looked at within 40 minutes" is true as it stands, and of a real concern.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from concerns.rules.spans import in_hours

# Fewer than this have no middle worth the name: each is said instead.
FEW = 3


@dataclass(frozen=True)
class Spread:
    """`first` holds the least waits themselves, for when they are too few for a middle."""

    count: int
    waiting: int
    half: int | None
    nine_in_ten: int | None
    first: tuple[int, ...]
    bands: tuple[int, ...]

    @property
    def few(self) -> bool:
        return self.count < FEW

    @property
    def half_words(self) -> str:
        return in_hours(self.half or 0)

    @property
    def nine_in_ten_words(self) -> str:
        return in_hours(self.nine_in_ten or 0)

    @property
    def first_words(self) -> list[str]:
        return [in_hours(minutes) for minutes in self.first]


def rank(count: int, hundredths: int) -> int:
    """Which of `count` in order is the percentile: from 1, by nearest rank, in whole numbers."""
    return max(1, -(-count * hundredths // 100))


def spread(counted: Iterable[tuple[int | None, int]], count: int, upto: Sequence[int]) -> Spread:
    """What the waits come to. `counted` is in order of minutes; None are those still waiting.

    `count` is how many have an end; `upto` are the last minutes of each band but the open-ended
    last one.
    """
    at_half, at_nine = rank(count, 50), rank(count, 90)
    half = nine = None
    bands = [0] * (len(upto) + 1)
    first: list[int] = []
    seen = waiting = 0
    for minutes, many in counted:
        if minutes is None:
            waiting += many
            continue
        seen += many
        if half is None and seen >= at_half:
            half = minutes
        if nine is None and seen >= at_nine:
            nine = minutes
        first += [minutes] * min(many, FEW - 1 - len(first))
        bands[sum(minutes > edge for edge in upto)] += many
    return Spread(seen, waiting, half, nine, tuple(first), tuple(bands))
