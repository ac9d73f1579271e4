"""This file knows what the office reads: how the roll stands, what a file would do, what is asked.

Nothing here may look at a concern, or differ because a child has one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max

from concerns.doors import sight
from concerns.models import Child, RollFile, RollQuestion, School, Viewer
from concerns.paper import columns
from concerns.paper.columns import PUPIL
from concerns.paper.matching import FIELDS, Change, Known, Plan, compare
from concerns.paper.pupils import Pupil, pupil
from concerns.paper.rows import Row, Table, table

PAGE = 20
FIRST_ROWS = 5
# How many of each list a page shows; what is behind them is counted.
MOST_SHOWN, MOST_BAD_SHOWN = 25, 200
LATELY = timedelta(days=14)


@dataclass(frozen=True)
class Reading:
    """An uploaded file as a table, and which of its columns seems to be which of ours."""

    table: Table
    guess: dict[str, int]

    def sample(self, mapping: Mapping[str, int]) -> tuple[list[str], list[tuple[int, list[str]]]]:
        """The first rows, in our columns' order: the words of the columns, then (line, cells)."""
        chosen = [column for column in PUPIL if column.key in mapping]
        rows = [
            (row.line, [_cell(row, mapping[column.key]) for column in chosen])
            for row in self.table.rows[:FIRST_ROWS]
        ]
        return [column.words for column in chosen], rows


@dataclass(frozen=True)
class Some:
    """The first of a list, and how many stand behind them."""

    all: list
    most: int = MOST_SHOWN

    @property
    def rows(self) -> list:
        return self.all[: self.most]

    @property
    def behind(self) -> int:
        return max(0, len(self.all) - self.most)


@dataclass(frozen=True)
class Shown:
    """A plan as a page shows it."""

    plan: Plan

    @property
    def added(self) -> Some:
        return Some(self.plan.added)

    @property
    def back(self) -> Some:
        return Some(self.plan.back)

    @property
    def changed(self) -> Some:
        return Some(self.plan.changed)

    @property
    def changes(self) -> list[tuple[str, list[tuple[str, str | date, str | date]]]]:
        """(who, [(column, from, to)]) of the first."""
        return [(change.known.name, _in_words(change)) for change in self.changed.rows]

    @property
    def missing(self) -> Some:
        return Some(self.plan.missing)

    @property
    def bad(self) -> Some:
        return Some(self.plan.bad, MOST_BAD_SHOWN)

    @property
    def share_missing(self) -> int:
        """In whole hundredths of the roll, upwards."""
        return -(-100 * len(self.plan.missing) // (self.plan.on_roll or 1))


def _in_words(change: Change) -> list[tuple[str, str | date, str | date]]:
    words = {column.key: column.words for column in PUPIL}
    return [(words[name], old or "nothing", new) for name, (old, new) in change.fields.items()]


def on_roll(viewer: Viewer) -> int:
    return Child.objects.on_roll(viewer).count()


def files(viewer: Viewer):
    return RollFile.objects.of_school(viewer).select_related("by")


def last_file(viewer: Viewer) -> RollFile | None:
    """The file brought in last. Needs no content, so none is fetched."""
    return files(viewer).brought().defer("content").first()


def unanswered(viewer: Viewer) -> int:
    return RollQuestion.objects.of_school(viewer).unanswered().count()


def questions(viewer: Viewer, after: UUID | None) -> tuple[list[RollQuestion], bool]:
    """A page of what is asked, oldest first, behind `after`; and whether more stand behind it."""
    rows = RollQuestion.objects.of_school(viewer).unanswered().select_related("child")
    if after:
        rows = rows.behind(after)
    return sight.page(viewer, rows.order_by("id"), PAGE, reason="roll questions")


def answered_lately(viewer: Viewer) -> list[RollQuestion]:
    """What was answered in the last two weeks, newest first: an answer is seen to be kept."""
    rows = RollQuestion.objects.of_school(viewer).select_related("child", "answered_by")
    since = viewer.now - LATELY
    return list(rows.filter(answered_at__gte=since).order_by("-answered_at", "-id")[:10])


def a_question(viewer: Viewer):
    return RollQuestion.objects.of_school(viewer).select_related("child", "answered_by")


def reading(viewer: Viewer, file: RollFile) -> Reading:
    """`file` as a table; its columns as in the last file of this shape, else by their names."""
    found = read(file.content)
    last = last_file(viewer)
    if last and last.columns.get("headings") == headings_digest(found):
        return Reading(found, last.columns["mapping"])
    return Reading(found, columns.guess(found.headings, PUPIL))


def read(content: str) -> Table:
    """Raises NotATable; see paper/rows.py."""
    return table(content, columns.known(PUPIL))


def plan(school: School, found: Table, mapping: Mapping[str, int], today: date) -> Plan:
    """What the rows of `found` would do to the roll of `school`."""
    return compare(pupils(found, mapping, today), roll(school))


def pupils(found: Table, mapping: Mapping[str, int], today: date) -> list[Pupil]:
    return [pupil(row, mapping, len(found.headings), today) for row in found.rows]


def roll(school: School) -> list[Known]:
    """Every pupil the school has had: one who left may come back."""
    rows = Child.objects.filter(school=school).order_by("surname", "forename", "pk")
    found = rows.values_list("pk", *FIELDS, "left")
    return [Known(*row[:-1], here=row[-1] is None) for row in found]


def brought_since(school: School, file: RollFile) -> RollFile | None:
    """A file that somebody brought in after `file` was uploaded."""
    rows = RollFile.objects.filter(school=school, brought_at__gt=file.read_at)
    return rows.select_related("by").defer("content").order_by("-brought_at", "-id").first()


def newest_waiting(viewer: Viewer) -> RollFile | None:
    """A file that was uploaded and never confirmed, younger than everything that was brought in."""
    rows = files(viewer).defer("content").waiting()
    newest = files(viewer).brought().aggregate(at=Max("brought_at"))["at"]
    if newest:
        rows = rows.filter(read_at__gt=newest)
    return rows.order_by("-id").first()


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def headings_digest(found: Table) -> str:
    """Tells the next file of the same shape. Where there are no headings, names would stand there:
    so they are not kept as they are."""
    return hashlib.sha256("\n".join(map(columns.plain, found.headings)).encode()).hexdigest()
