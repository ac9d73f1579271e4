"""Files that were added to a concern, and those of a draft: letters, pictures, e-mails.

A file is encrypted with AES-256-GCM and bound to its own row, as every word is
(`base/encrypted_text.py`). What is up to `MOST_IN_DATABASE` bytes long is in the row; what is
longer is in the folder `ATTACHMENTS_DIR`, in a file named after the row's uid. There it is written
whole, and on the disk, before its row is: a row never waits for its file. What is left behind where
the row was not written after all is encrypted, and read by nobody.

A file of a draft becomes one of the concern under the same uid, so that what it holds is neither
encrypted again nor moved. A file that was not kept has a row too, which says why.

Every file of a concern is in one table, whatever it came with: the concern itself, a conversation,
a meeting, or what happened to a referral (the letter that was sent, the agency's answer). So one
rule says who sees a file, one page gives it out, and a backup, `manage.py verify` and the head's
trail have all of them. Whoever reads a part of the record sees it where they see what it came with.

The limit was measured in November 2026. Up to 64 KB a row is written faster than a file with its
folder, at 256 KB SQLite takes 2.0 ms and a file 0.8, and at 25 MB 172 ms and 69, during which
nobody else can write. So it lies between.
"""

import os
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self, cast

from django.conf import settings
from django.db import models

from concerns.models.base.case_row import (
    CaseRow,
    CaseRows,
    ConcernRow,
    Row,
    SchoolOwnedModel,
    ViewerScopedQuerySet,
)
from concerns.models.base.encrypted_text import (
    DecryptionFailed,
    EncryptedText,
    decrypt_bytes,
    encrypt_bytes,
)
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Person, School, Viewer
from concerns.rules.attachments import (
    KINDS,
    FileFault,
    FileKind,
    FileRule,
    size_of_file_in_words,
)
from concerns.rules.reader_parts import ShownInPart

# Bytes.
MOST_IN_DATABASE = 128 * 1024


class FileNotThere(Exception):
    """What a row of a file refers to is not in the folder, or cannot be decrypted."""


def _bound_to(school: School, uid: uuid.UUID) -> bytes:
    """Neither table nor column: a draft's file and the concern's are the same row to it."""
    return b"|attachment|" + school.uid.bytes + uid.bytes


def path_of_file(uid: uuid.UUID) -> Path:
    """Where the file of the row `uid` is, if it is not in the database. Folders of two letters, so
    that none holds all."""
    return settings.ATTACHMENTS_DIR / uid.hex[:2] / uid.hex


def _write_file(path: Path, kept: bytes) -> None:
    """Write it whole and on the disk, or not at all. Only the site's own user may read it. Raises
    OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    being_written = path.with_suffix(f".{os.getpid()}-{uuid.uuid4().hex[:8]}")
    descriptor = os.open(being_written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(kept)
            file.flush()
            os.fsync(file.fileno())
        being_written.rename(path)
    except OSError:
        being_written.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class AddedFile(SchoolOwnedModel):
    """Abstract base: a file that somebody added, or why it was not kept (`missing`)."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = EncryptedText()
    # A key of `FileKind`; empty if it is of no kind that is kept.
    kind = models.CharField(max_length=10, blank=True)
    # Bytes of what is kept, and its SHA-256 in hex, before it was encrypted. Else 0 and "".
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    # Encrypted; null if it is in the folder, or missing.
    content = models.BinaryField(null=True)
    # A key of `FileFault`; empty if the file is kept.
    missing = models.CharField(max_length=12, blank=True)
    # Whether ClamAV looked at it.
    scanned = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"file {self.uid}"

    @property
    def missing_in_words(self) -> str:
        """Why it was not kept."""
        return FileFault.label_of_value(self.missing)

    @property
    def file_kind_words(self) -> str:
        return FileKind.label_of_value(self.kind)

    @property
    def size_words(self) -> str:
        return size_of_file_in_words(self.size)

    @property
    def file_rule(self) -> FileRule:
        """Of its kind. Only of a file that is kept."""
        return KINDS[FileKind(self.kind)]

    def set_content(self, content: bytes) -> None:
        """Encrypt `content` for this row, in the row or in the folder. Raises OSError."""
        kept = encrypt_bytes(content, _bound_to(self.school, self.uid))
        self.size = len(content)
        if len(content) <= MOST_IN_DATABASE:
            self.content = kept
        else:
            _write_file(path_of_file(self.uid), kept)

    def read_content(self) -> bytes:
        """What the file holds, decrypted. Raises FileNotThere."""
        try:
            kept = path_of_file(self.uid).read_bytes() if self.content is None else self.content
            return decrypt_bytes(bytes(kept), _bound_to(self.school, self.uid))
        except (OSError, DecryptionFailed) as wrong:
            raise FileNotThere(str(self.uid)) from wrong


def delete_file(uid: uuid.UUID) -> None:
    """Delete from the folder the file of a draft that was taken away, if it is there."""
    with suppress(OSError):
        path_of_file(uid).unlink(missing_ok=True)


class DraftFiles(ViewerScopedQuerySet[Row]):
    def of_draft(self, viewer: Viewer, draft: uuid.UUID) -> Self:
        """The files of a draft of the viewer's own, in the order they were added."""
        own = self.filter(draft=draft, by=viewer.person, school=viewer.school)
        return own.order_by("id").for_viewer(viewer)

    def without_content(self) -> Self:
        return self.defer("content")


class DraftFile(AddedFile):
    """A file of a concern that is not sent, for its writer alone. `draft` is the draft's uid."""

    draft = models.UUIDField()

    objects = DraftFiles.as_manager()

    class Meta:
        indexes = [models.Index(fields=["draft", "id"], name="files_of_a_draft")]


class Attachments(CaseRows[ConcernRow]):
    def added_by_writer(self, viewer: Viewer) -> Self:
        """What the viewer added to the concerns they wrote, when sending them and afterwards."""
        return self.written_by(viewer).filter(by=viewer.person, for_leads=False)

    def without_content(self) -> Self:
        return self.defer("content")


class RowWithFiles(CaseRow):
    """Abstract base: a row of a concern with which files may come: see `Attachment.ENTRIES`."""

    # Set by `join_files` in `concerns/reading/concern_files.py`.
    files_shown: list["Attachment"]

    class Meta:
        abstract = True

    @property
    def concern_of_entry(self) -> Concern:
        """The concern that it is of, which is reached as `to_concern` says."""
        found: Any = self
        for name in self.to_concern.removesuffix("_id").split("__"):
            found = getattr(found, name)
        return cast(Concern, found)


def _entry_key(model: str) -> models.ForeignKey:
    """Read with all files of a concern, so it has no index of its own."""
    return models.ForeignKey(model, models.PROTECT, null=True, related_name="files", db_index=False)


def columns_from_draft(file: DraftFile, now: datetime) -> dict[str, Any]:
    """The columns of the row that a draft's file becomes: the same uid, the same bytes."""
    return {
        "uid": file.uid,
        "school_id": file.school_id,
        "by_id": file.by_id,
        "at": now,
        "name": file.name,
        "kind": file.kind,
        "size": file.size,
        "digest": file.digest,
        "content": file.content,
        "missing": file.missing,
        "scanned": file.scanned,
    }


def constraints_of_files(name: str) -> list[models.CheckConstraint]:
    """What holds for a file that was added, whatever to: its kind is known, and it is kept or says
    why not. `name` begins their names."""
    return [
        models.CheckConstraint(
            condition=models.Q(kind__in=["", *(kind.value for kind in FileKind)]),
            name=f"{name}_kind_is_known",
        ),
        models.CheckConstraint(
            condition=models.Q(missing__in=[fault.value for fault in FileFault])
            & models.Q(content__isnull=True, size=0, digest="")
            | models.Q(missing="") & ~models.Q(kind="") & ~models.Q(digest=""),
            name=f"{name}_is_kept_or_missing",
        ),
    ]


class Attachment(CaseRow, AddedFile):
    """A file of a concern. Never changed, never deleted."""

    # By itself as what is added in words: leads' files are not the writer's, nor those of a part
    # reader where another child stands in the concern.
    shown_in_part = ShownInPart.WITH_ITS_ENTRY
    # The columns of what a file may have come with, and each in words. It came with one of them, or
    # with the concern itself.
    ENTRIES: ClassVar[dict[str, str]] = {
        "conversation": "a conversation",
        "meeting": "a meeting",
        "referral_event": "a referral",
    }
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="attachments")
    for_leads = models.BooleanField(default=False)
    conversation = _entry_key("concerns.Conversation")
    meeting = _entry_key("concerns.Meeting")
    referral_event = _entry_key("concerns.ReferralEvent")

    objects: ClassVar = Attachments.as_manager()

    class Meta:
        indexes = [models.Index(fields=["concern", "id"], name="attachments_in_order")]
        constraints = [
            *constraints_of_files("attachment"),
            # What came with an entry is the leads', as the entry is.
            models.CheckConstraint(
                condition=models.Q(conversation=None, meeting=None, referral_event=None)
                | models.Q(for_leads=True)
                & (
                    models.Q(conversation__isnull=False, meeting=None, referral_event=None)
                    | models.Q(conversation=None, meeting__isnull=False, referral_event=None)
                    | models.Q(conversation=None, meeting=None, referral_event__isnull=False)
                ),
                name="attachment_came_with_one",
            ),
        ]

    @classmethod
    def column_of_entry(cls, entry: RowWithFiles | None) -> str:
        """The column of what a file came with; "" for the concern itself."""
        columns = {cls._meta.get_field(name).related_model: name for name in cls.ENTRIES}
        return columns[type(entry)] if entry else ""

    @property
    def entry_key(self) -> tuple[str, int | None]:
        """What the file came with: its column and primary key; ("", None) for the concern itself.
        No query."""
        found = ((name, getattr(self, f"{name}_id")) for name in self.ENTRIES)
        return next((pair for pair in found if pair[1]), ("", None))

    @property
    def came_with_words(self) -> str:
        """What the file came with: "a conversation"; "" for the concern itself."""
        return self.ENTRIES.get(self.entry_key[0], "")

    @property
    def committed_words(self) -> dict[str, str]:
        """What the ledger commits to of the file: what it holds, its name, what it came with."""
        words = {"digest": self.digest, "name": self.name}
        column, _ = self.entry_key
        return words | {"came with": str(getattr(self, column).uid)} if column else words

    @classmethod
    def from_draft(
        cls,
        file: DraftFile,
        concern: Concern,
        now: datetime,
        *,
        for_leads: bool,
        entry: RowWithFiles | None = None,
    ) -> "Attachment":
        """The row of the concern that a draft's file becomes: the same uid, the same bytes.

        `entry`: the row of the concern with which it came, if it is not the concern itself."""
        column = cls.column_of_entry(entry)
        return cls(
            **columns_from_draft(file, now),
            **({column: entry} if column else {}),
            concern=concern,
            for_leads=for_leads,
        )
