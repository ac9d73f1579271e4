"""Summarises waiting times: the median, the 90th percentile, and how many fall in each band.

Waits come as (minutes, how many), in order, as the database counts them. They are read once and
never held as a list. Percentiles use the nearest rank: the shortest wait that at least that share
of waits stayed within. So "half were looked at within 40 minutes" is literally true, and 40 minutes
is the wait of a real concern.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from concerns.rules.reporting_periods import hours_in_words

# With fewer waits than this, a median means little: pages list each wait instead.
FEW = 3


@dataclass(frozen=True)
class WaitSummary:
    """A summary of waits, all in school minutes.

    `count` have ended, `waiting` have not. `half` is the median, `nine_in_ten` the 90th percentile;
    None if nothing has ended. `first` holds the shortest waits, for when there are too few for a
    median. `bands` counts the ended waits in each band.
    """

    count: int
    waiting: int
    half: int | None
    nine_in_ten: int | None
    first: tuple[int, ...]
    bands: tuple[int, ...]

    @property
    def is_too_few(self) -> bool:
        return self.count < FEW

    @property
    def half_words(self) -> str:
        return hours_in_words(self.half or 0)

    @property
    def nine_in_ten_words(self) -> str:
        return hours_in_words(self.nine_in_ten or 0)

    @property
    def first_words(self) -> list[str]:
        return [hours_in_words(minutes) for minutes in self.first]


def nearest_rank(count: int, hundredths: int) -> int:
    """The place, from 1, of a percentile among `count` ordered values, by nearest rank."""
    return max(1, -(-count * hundredths // 100))


def summarise_waits(
    counted: Iterable[tuple[int | None, int]], count: int, upto: Sequence[int]
) -> WaitSummary:
    """A summary of `counted`: (minutes, how many), ordered by minutes; None for still waiting.

    `count` is how many waits have ended. `upto` holds the last minute of each band, except the last
    band, which has no end.
    """
    at_half = nearest_rank(count, 50)
    at_nine = nearest_rank(count, 90)
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
    return WaitSummary(seen, waiting, half, nine, tuple(first), tuple(bands))
