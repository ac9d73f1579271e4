"""What the office's pages read: the state of the roll, what a file would do, and open questions.

Nothing here may read concerns, or give a different result because a child has one.
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
# How many items of each list a page shows; the rest is only counted.
MOST_SHOWN, MOST_BAD_SHOWN = 25, 200
LATELY = timedelta(days=14)


@dataclass(frozen=True)
class Reading:
    """A roll file as a table. `guess`: the likely position of each of our columns."""

    table: Table
    guess: dict[str, int]

    def sample(self, mapping: Mapping[str, int]) -> tuple[list[str], list[tuple[int, list[str]]]]:
        """(labels of our columns, first rows as (line number, cells)), both in our order."""
        chosen = [column for column in PUPIL if column.key in mapping]
        rows = [
            (row.line, [_cell(row, mapping[column.key]) for column in chosen])
            for row in self.table.rows[:FIRST_ROWS]
        ]
        return [column.words for column in chosen], rows


@dataclass(frozen=True)
class Some:
    """The first `most` items of a list, and how many more there are."""

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
    """An import plan with its lists shortened for the page."""

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
        """(pupil, [(column, old, new)]) for the first changed pupils."""
        return [(change.known.name, _in_words(change)) for change in self.changed.rows]

    @property
    def missing(self) -> Some:
        return Some(self.plan.missing)

    @property
    def bad(self) -> Some:
        return Some(self.plan.bad, MOST_BAD_SHOWN)

    @property
    def share_missing(self) -> int:
        """Per cent of the roll, rounded up."""
        return -(-100 * len(self.plan.missing) // (self.plan.on_roll or 1))


def _in_words(change: Change) -> list[tuple[str, str | date, str | date]]:
    words = {column.key: column.words for column in PUPIL}
    return [(words[name], old or "nothing", new) for name, (old, new) in change.fields.items()]


def on_roll(viewer: Viewer) -> int:
    return Child.objects.on_roll(viewer).count()


def files(viewer: Viewer):
    return RollFile.objects.of_school(viewer).select_related("by")


def last_file(viewer: Viewer) -> RollFile | None:
    """The newest imported file, without its content."""
    return files(viewer).brought().defer("content").first()


def unanswered(viewer: Viewer) -> int:
    return RollQuestion.objects.of_school(viewer).unanswered().count()


def questions(viewer: Viewer, after: UUID | None) -> tuple[list[RollQuestion], bool]:
    """A page of open questions after uid `after`, oldest first, and whether more follow.

    Recorded as shown.
    """
    rows = RollQuestion.objects.of_school(viewer).unanswered().select_related("child")
    if after:
        rows = rows.behind(after)
    return sight.page(viewer, rows.order_by("id"), PAGE, reason="roll questions")


def answered_lately(viewer: Viewer) -> list[RollQuestion]:
    """The last ten answers of two weeks, newest first, to show that an answer was saved."""
    rows = RollQuestion.objects.of_school(viewer).select_related("child", "answered_by")
    since = viewer.now - LATELY
    return list(rows.filter(answered_at__gte=since).order_by("-answered_at", "-id")[:10])


def a_question(viewer: Viewer):
    return RollQuestion.objects.of_school(viewer).select_related("child", "answered_by")


def reading(viewer: Viewer, file: RollFile) -> Reading:
    """`file` as a table, with a guess at its columns.

    If the headings are those of the last import, its choice of columns is used again.
    """
    found = read(file.content)
    last = last_file(viewer)
    if last and last.columns.get("headings") == headings_digest(found):
        return Reading(found, last.columns["mapping"])
    return Reading(found, columns.guess(found.headings, PUPIL))


def read(content: str) -> Table:
    """The text of a roll file as a table. Raises NotATable."""
    return table(content, columns.known(PUPIL))


def plan(school: School, found: Table, mapping: Mapping[str, int], today: date) -> Plan:
    """What importing `found` would do to the roll of `school`, as of `today`."""
    return compare(pupils(found, mapping, today), roll(school))


def pupils(found: Table, mapping: Mapping[str, int], today: date) -> list[Pupil]:
    return [pupil(row, mapping, len(found.headings), today) for row in found.rows]


def roll(school: School) -> list[Known]:
    """Every pupil the school has had, because one who left may come back."""
    rows = Child.objects.filter(school=school).order_by("surname", "forename", "pk")
    found = rows.values_list("pk", *FIELDS, "left")
    return [Known(*row[:-1], here=row[-1] is None) for row in found]


def brought_since(school: School, file: RollFile) -> RollFile | None:
    """The newest file that was imported after `file` was uploaded, if any."""
    rows = RollFile.objects.filter(school=school, brought_at__gt=file.read_at)
    return rows.select_related("by").defer("content").order_by("-brought_at", "-id").first()


def newest_waiting(viewer: Viewer) -> RollFile | None:
    """The newest unconfirmed file, if it was uploaded after the last import."""
    rows = files(viewer).defer("content").waiting()
    newest = files(viewer).brought().aggregate(at=Max("brought_at"))["at"]
    if newest:
        rows = rows.filter(read_at__gt=newest)
    return rows.order_by("-id").first()


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def headings_digest(found: Table) -> str:
    """SHA-256 of the headings, to recognise the next file with the same columns.

    In a file without headings this row holds a pupil's name, so the headings themselves are not
    kept.
    """
    return hashlib.sha256("\n".join(map(columns.plain, found.headings)).encode()).hexdigest()
