"""Builds the rows of the timeline on a child's page, one for each entry of the chronology."""

from dataclasses import dataclass

from concerns.reading.chronology import ChronologyEntry
from concerns.rules.child_file_vocabulary import SORT_IN_A_WORD
from concerns.rules.wording import shorten_to_one_line

# Letters of a row before it has to be opened.
ONE_LINE = 110


@dataclass(frozen=True)
class TimelineRow:
    """An entry of the timeline. `line` stands in the row; `rest` is all that was written, if the
    row has more than its line, and is read by opening it."""

    entry: ChronologyEntry
    kind: str
    day: str
    heading: str
    line: str
    rest: str
    categories: str


def build_timeline_row(entry: ChronologyEntry, categories: list[str] | None) -> TimelineRow:
    """One row of the timeline. Its kind already says that it is a concern."""
    heading = "" if entry.heading == "Concern" else entry.heading
    line = shorten_to_one_line(entry.words, max(ONE_LINE - len(heading), ONE_LINE // 3))
    whole = " ".join(entry.words.split()) == line and not entry.written and not entry.is_vague
    return TimelineRow(
        entry=entry,
        kind=SORT_IN_A_WORD[entry.sort],
        day=entry.day_in_short,
        heading=heading,
        line=line,
        rest="" if whole else entry.words,
        categories=", ".join(categories or []),
    )
