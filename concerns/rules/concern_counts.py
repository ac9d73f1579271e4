"""How many concerns about a child there have been: the count beside a child in the queue.

The rule: a concern is the nth of its child within the year that ends with it. Counted are all
concerns that the child is in, whether about them or also involved, and that came in that year or
are the concern itself; closed ones too, those filed under the child by mistake not. The weeks run
from the first of these to the concern. The adults are the different people who wrote them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

# A year of whole weeks.
COUNT_WINDOW_WEEKS = 52
COUNT_WINDOW = timedelta(weeks=COUNT_WINDOW_WEEKS)


class ConcernCount(NamedTuple):
    """How many concerns a child has been in within the window, over how long, and by how many."""

    number: int
    lasted: timedelta
    adults: int

    @property
    def count_in_words(self) -> str:
        """ "5th in 20 weeks, 3 adults".

        One that stands alone is "1st in 52 weeks", so that nobody takes it for the first ever.
        Adults are named from two on.
        """
        if self.number == 1:
            return f"1st in {COUNT_WINDOW_WEEKS} weeks"
        by = f", {self.adults} adults" if self.adults > 1 else ""
        return f"{ordinal_number(self.number)} in {weeks_in_words(self.lasted)}{by}"


def count_concern(received_at: datetime, of_child: Iterable[tuple[datetime, int]]) -> ConcernCount:
    """The count of the concern received at `received_at`, by the rule at the top of this file.

    `of_child` are (when received, key of who wrote it) for the concerns of the child, in any order,
    itself among them. Where it is not, because somebody moves it to another child meanwhile, it
    counts all the same. Moments are aware.
    """
    since = received_at - COUNT_WINDOW
    counted = [(at, writer) for at, writer in of_child if since < at <= received_at]
    first = min(counted)[0] if counted else received_at
    writers = {writer for _, writer in counted}
    return ConcernCount(max(len(counted), 1), received_at - first, max(len(writers), 1))


def weeks_in_words(lasted: timedelta) -> str:
    """ "20 weeks" or "a week". A part of a week counts as a whole one, on every page."""
    weeks = -(-lasted // timedelta(weeks=1))
    return f"{weeks} weeks" if weeks > 1 else "a week"


def ordinal_number(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 22nd."""
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(last, 'th')}"
