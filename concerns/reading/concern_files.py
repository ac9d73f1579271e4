"""Reads the files of a concern, and puts each beside what it came with."""

from collections import defaultdict
from collections.abc import Iterable

from concerns.models.base.case_row import CaseRows
from concerns.models.base.composed_rows import read_by_keys
from concerns.models.concern.attachment import Attachment, RowWithFiles
from concerns.models.concern.concern import Concern


def files_in_order() -> CaseRows[Attachment]:
    """Files, without what they hold, in the order they were added."""
    return Attachment.objects.without_content().select_related("by").order_by("id")


def read_files(concern: Concern) -> list[Attachment]:
    """All files of `concern`, whatever they came with. For a viewer who reads all of it."""
    return read_by_keys(files_in_order, "concern", [concern.pk])


def join_files(entries: Iterable[RowWithFiles], files: Iterable[Attachment]) -> None:
    """Set `files_shown` of each of `entries` of a concern: those of its `files` that came with
    it."""
    by_entry: dict[tuple[str, int | None], list[Attachment]] = defaultdict(list)
    for file in files:
        by_entry[file.entry_key].append(file)
    for entry in entries:
        entry.files_shown = by_entry[Attachment.column_of_entry(entry), entry.pk]
