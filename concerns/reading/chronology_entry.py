"""What an entry of a child's chronology is made from: a kind of row, and a row in words.

The kinds of row there are stand in `chronology_sources.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypedDict

from django.db.models import QuerySet

from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.rules.child_file_vocabulary import ChronologySort


@dataclass(frozen=True)
class EntryText:
    """A row in words, and the concern it is on. `on` is its day, if only a day was written down;
    `when` says when it happened, as precisely as the writer did. `ended`: the row says that
    something ended, such as a status. `over_at`: when what took a while was over."""

    heading: str
    words: str
    concern: Concern | None = None
    ended: bool = False
    on: date | None = None
    when: str = ""
    over_at: datetime | None = None
    # In place of who wrote it here and when, for what was brought in from elsewhere.
    brought: str = ""
    # Of a file that can be opened: its name, and the URL name of the page that gives it out.
    file_name: str = ""
    opened_by: str = ""


SourceRows = Callable[[Viewer, Child], QuerySet[Any]]


class ChronologySource(NamedTuple):
    sort: ChronologySort
    # A queryset, annotated with `writer`, the name of whoever wrote each row; its column for when
    # it happened; a function that puts a row into words; its column for when it was written.
    rows: SourceRows
    moment: str
    tell: Callable[[Any], EntryText]
    written: str = "at"


class RowWriter(TypedDict):
    """The name of whoever wrote a row."""

    writer: str
