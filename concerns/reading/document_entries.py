"""The documents in a child's file, as entries of the chronology: each of their files, at the
date of its document, and who has read which."""

from typing import Any

from django.db.models import F, QuerySet

from concerns.models.child.child import Child
from concerns.models.child.child_document import ChildDocument, DocumentFile
from concerns.models.school.person import Viewer
from concerns.reading.chronology_entry import ChronologySource, EntryText
from concerns.rules.child_file_vocabulary import ChronologySort


def _document_file_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = DocumentFile.objects.visible_to(viewer).filter(document__child=child, missing="")
    rows = rows.without_content().select_related("document")
    return rows.annotate(writer=F("by__name"))


def _read_document_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = ChildDocument.objects.visible_to(viewer).filter(child=child, ended_at__isnull=False)
    return rows.annotate(writer=F("ended_by__name"))


def _describe_document_file(row: DocumentFile) -> EntryText:
    document = row.document
    words = f"{document.document_words}\n{row.file_kind_words}, {row.size_words}"
    given = {"file_name": row.name, "opened_by": "child_document_file"}
    return EntryText(f"File: {row.name}", words, on=document.since, **given)


def _describe_read_document(row: ChildDocument) -> EntryText:
    return EntryText(f"Read: {row.document_words}", row.why_ended, ended=True)


DOCUMENT_SOURCES = (
    ChronologySource(
        ChronologySort.FILE, _document_file_rows, "document__began_at", _describe_document_file
    ),
    ChronologySource(
        ChronologySort.FILE, _read_document_rows, "ended_at", _describe_read_document, "ended_at"
    ),
)
