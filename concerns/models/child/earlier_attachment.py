"""What a package from another school brings besides its lines: the added files, and the package
itself while nobody has confirmed it.

A file is kept as one that is added to a concern here (`concern/attachment.py`): encrypted, bound to
its row, never changed. It belongs to the earlier record with which it came.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models

from concerns.models.base.case_row import SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.child.child_fact import FactRow, RowOfChild, RowsOfChild
from concerns.models.child.earlier_record import EarlierRecord
from concerns.models.concern.attachment import AddedFile, constraints_of_files
from concerns.models.school.person import Person, Viewer
from concerns.rules.roles import May


class EarlierAttachments(RowsOfChild[FactRow]):
    def of_record(self, record: EarlierRecord) -> Self:
        return self.filter(record=record).defer("content").order_by("id")

    def digests_here(self, child: Child) -> set[str]:
        """The digests, as they were sent, of the files that came with packages of `child`."""
        return set(self.filter(child=child).values_list("source_digest", flat=True))


class EarlierAttachment(RowOfChild, AddedFile):
    """A file that came with a package, or why it was not kept. `by` and `at`: who brought it in
    here, and when."""

    child = models.ForeignKey(
        Child, models.PROTECT, related_name="earlier_attachments", db_index=False
    )
    record = models.ForeignKey(EarlierRecord, models.PROTECT, related_name="attachments")
    # SHA-256 of it as it was sent: a picture is drawn anew, and is another then.
    source_digest = models.CharField(max_length=64)
    # What the package says of it: who added it there, when, and to which concern.
    said = EncryptedText()

    objects: ClassVar = EarlierAttachments.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "source_digest"], name="earlier_file_once"),
            *constraints_of_files("earlier_file"),
        ]

    def __str__(self) -> str:
        return f"earlier attachment {self.uid}"


def digest_of_attachments(rows: Iterable[EarlierAttachment]) -> str:
    """SHA-256 of which files, under which names, a package brought in, to which the ledger commits.
    They must be in the order of their uids."""
    digest = hashlib.sha256()
    for row in rows:
        said = [str(row.uid), row.child_id, row.record_id, row.digest, row.missing, row.name]
        digest.update(json.dumps(said, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


class PackageUploads(ViewerScopedQuerySet[Any]):
    def own_uploads(self, viewer: Viewer) -> Self:
        """Those of the viewer, of children whose file they read. Nobody else sees one."""
        children = Child.objects.with_file_for(viewer).values("pk")
        return self.of_school(viewer).filter(by=viewer.person, child__in=children)

    def visible_to(self, viewer: Viewer) -> Self:
        return self.own_uploads(viewer)

    def permitted_for(self, viewer: Viewer, power: May) -> Self:
        return self.own_uploads(viewer)


class PackageUpload(SchoolOwnedModel):
    """A package that was uploaded and is not confirmed yet. The archive is in the folder in which
    packages wait (`child_package.py`), still encrypted; its passphrase is here, encrypted as words
    are. Both are deleted once it is brought in, or once it has waited too long
    (`workflow/unconfirmed_files.py`)."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    passphrase = EncryptedText()
    # SHA-256 of the archive, in hex.
    digest = models.CharField(max_length=64)

    objects: ClassVar = PackageUploads.as_manager()

    def __str__(self) -> str:
        return f"package upload {self.uid}"
