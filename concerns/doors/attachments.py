"""The files that are added to a draft, to a concern and to what belongs to it, and to a document in
a child's file; and the opening of one.

Files are kept one at a time in a draft, each in a transaction of its own, so that twenty pictures
that are drawn anew hold up nobody else; an act then makes them files of the concern, in its own
transaction and with a line of the ledger for each. A concern without files costs no query more.

What is read of them goes through `doors/sight.py`. How a file is judged is in `rules/` and
`paper/attachment_reading.py`.
"""

import uuid
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from concerns.doors.act import ActRecord, ActRefused
from concerns.models import (
    Attachment,
    ChildDocument,
    Concern,
    DocumentFile,
    Draft,
    DraftFile,
    Viewer,
)
from concerns.models.concern.attachment import AddedFile, FileNotThere, RowWithFiles, delete_file
from concerns.rules.attachments import (
    MOST_AT_ONCE,
    MOST_OF_CONCERN,
    MOST_REASONS,
    FileFault,
    FileKind,
)
from concerns.rules.kinds import Kind

# A browser that opens the file all the same runs nothing in it and loads nothing for it.
SANDBOX = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
TOO_MANY = "A concern or a document holds up to 200 files, and these would be more. Add fewer."


class FileToKeep(Protocol):
    """A file as it was read: see `paper/attachment_reading.py`."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> FileKind | None: ...
    @property
    def content(self) -> bytes: ...
    @property
    def digest(self) -> str: ...
    @property
    def fault(self) -> FileFault | None: ...
    @property
    def scanned(self) -> bool: ...


def list_draft_files(viewer: Viewer, draft: uuid.UUID) -> list[DraftFile]:
    """The files of a draft of the viewer's own, in the order they were added."""
    return list(DraftFile.objects.of_draft(viewer, draft).without_content())


def keep_in_draft(viewer: Viewer, draft: uuid.UUID, files: Iterable[FileToKeep]) -> None:
    """Store each of `files` in the viewer's draft `draft`, or the reason why it is not kept. What
    the draft has already is not kept twice, nor a reason; and once a file of a name is kept, the
    reasons why it was not are removed. No more than `MOST_AT_ONCE` files are kept, and
    `MOST_REASONS` reasons. Raises OSError if the disk takes no more; then none of `files` is kept.

    `draft` is the uid of a concern's draft, which then says that it holds files; or, where files
    are added to what was sent, any uid that an act is given next.
    """
    before = list_draft_files(viewer, draft)
    digests = {row.digest for row in before if row.digest}
    reasons = {(row.name, row.missing) for row in before if row.missing}
    refused = [row for row in before if row.missing]
    kept: list[uuid.UUID] = []
    try:
        for file in files:
            is_full = len(digests) >= MOST_AT_ONCE and file.digest not in digests
            fault = file.fault or (FileFault.MANY if is_full else None)
            if fault and (file.name, fault) not in reasons and len(reasons) < MOST_REASONS:
                reasons.add((file.name, fault))
                kept.append(_keep_one(viewer, draft, file, fault))
            elif not fault and file.digest not in digests:
                digests.add(file.digest)
                kept.append(_keep_one(viewer, draft, file, None))
                for row in refused:
                    if row.name == file.name:
                        remove_draft_files(viewer, draft, row.uid)
    except OSError:
        # They are told that none was kept, and add them again.
        for uid in kept:
            remove_draft_files(viewer, draft, uid)
        raise


def _keep_one(
    viewer: Viewer, draft: uuid.UUID, file: FileToKeep, fault: FileFault | None
) -> uuid.UUID:
    """Returns the uid of the row."""
    row = DraftFile(
        school=viewer.school,
        draft=draft,
        by=viewer.person,
        at=viewer.now,
        name=file.name,
        kind=file.kind or "",
        missing=fault or "",
        scanned=file.scanned,
    )
    if not fault:
        row.digest = file.digest
        row.set_content(file.content)
    with transaction.atomic():
        row.save(force_insert=True)
        Draft.objects.own_drafts(viewer).filter(uid=draft).update(holds_files=True)
    return row.uid


def remove_draft_files(
    viewer: Viewer, draft: uuid.UUID, file: uuid.UUID | None = None
) -> list[str]:
    """Remove a file from the viewer's draft, or all of them. Returns their names.

    What was sent meanwhile is the concern's, under the same uid, and stays.
    """
    rows = DraftFile.objects.of_draft(viewer, draft).without_content()
    if file:
        rows = rows.filter(uid=file)
    with transaction.atomic():
        gone = [row for row in rows.select_for_update() if _delete_row(row)]
        left = DraftFile.objects.of_draft(viewer, draft).exists()
        Draft.objects.own_drafts(viewer).filter(uid=draft).update(holds_files=left)
    for row in gone:
        delete_file(row.uid)
    return [row.name for row in gone]


def _delete_row(row: DraftFile) -> bool:
    """Delete it, unless somebody has already. Returns whether it was there."""
    deleted, _ = DraftFile.objects.filter(pk=row.pk).delete()
    return bool(deleted)


def attach_files_of_draft(
    record: ActRecord,
    concern: Concern,
    draft: uuid.UUID,
    *,
    for_leads: bool = False,
    entry: RowWithFiles | None = None,
) -> list[Attachment]:
    """In an act: make the files of the draft `draft` files of the concern, a line of the ledger for
    each. They come with `entry`, which is of the same concern, or with the concern itself. What was
    added there before by the same person is not added again.

    Returns those that were added, missing ones too. Raises ActRefused if there are too many.
    """
    here = (Attachment.column_of_entry(entry), entry.pk if entry else None)
    rows = _take_files(
        record,
        list(DraftFile.objects.of_draft(record.by, draft).select_for_update()),
        Attachment.objects.filter(concern=concern),
        lambda row: row.entry_key == here,
        lambda file: Attachment.from_draft(
            file, concern, record.now, for_leads=for_leads, entry=entry
        ),
    )
    for row in rows:
        # Search finds the concern by the file's name.
        record(
            kind=Kind.ATTACHED,
            about=row,
            concern=concern,
            reason=row.missing,
            words=row.committed_words,
            unsearched=("digest", "came with"),
        )
    return rows


def add_files_to_document(
    record: ActRecord, document: ChildDocument, draft: uuid.UUID, file: uuid.UUID | None = None
) -> list[DocumentFile]:
    """In an act: make the files of the draft `draft`, or the one called `file`, files of a document
    in a child's file, as `attach_files_of_draft` does."""
    found = DraftFile.objects.of_draft(record.by, draft).select_for_update()
    rows = _take_files(
        record,
        list(found.filter(uid=file) if file else found),
        DocumentFile.objects.filter(document=document),
        lambda row: True,
        lambda file: DocumentFile.from_draft(file, document, record.now),
    )
    for row in rows:
        record(
            kind=Kind.ATTACHED,
            about=row,
            children=[document.child.uid],
            reason=row.missing,
            words=row.committed_words,
        )
    return rows


FileRow = TypeVar("FileRow", Attachment, DocumentFile)


def _take_files(
    record: ActRecord,
    found: list[DraftFile],
    rows: "QuerySet[FileRow]",
    is_here: Callable[[FileRow], bool],
    build: Callable[[DraftFile], FileRow],
) -> list[FileRow]:
    """Make `found`, which are files of a draft, rows beside `rows`, as `build` does, and return
    them. What the same person has added to the same (`is_here`) is left out. Raises ActRefused if
    they are too many."""
    before = list(rows.defer("content")) if found else []
    if len(before) + len(found) > MOST_OF_CONCERN:
        raise ActRefused(TOO_MANY)
    own = {row.digest for row in before if row.by_id == record.by.person.pk and is_here(row)}
    own.discard("")
    made = [build(file) for file in found if file.digest not in own]
    rows.model._default_manager.bulk_create(made)
    DraftFile.objects.filter(pk__in=[file.pk for file in found]).delete()
    return made


def require_reading(request: HttpRequest) -> None:
    """At the address of a file nothing can be sent, whether there is one or not. Raises Http404."""
    if request.method not in ("GET", "HEAD"):
        raise Http404


def answer_with_file(request: HttpRequest, attachment: AddedFile) -> HttpResponse:
    """The file, to be saved and not shown in a page; or a page that says that it is gone."""
    try:
        content = attachment.read_content()
    except FileNotThere:
        return render(request, "parts/file_gone.html", {"file": attachment}, status=503)
    answer = HttpResponse(content, content_type=attachment.file_rule.media_type)
    disposition = content_disposition_header(as_attachment=True, filename=attachment.name)
    answer["Content-Disposition"] = disposition or "attachment"
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
