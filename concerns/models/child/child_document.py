"""Documents in a child's file that belong to no concern: a court order, a report, a letter of the
school before.

A document is an entry of the file (`child_fact.py`): what it is, its own date, who added it and
when. It ends when a lead signs that they have read it. Its files are of the same kind as those of a
concern (`models/concern/attachment.py`): encrypted for their own row, never changed, never deleted.
They are in a table of their own, because who sees them is another rule: leads alone, and of them
nobody who is family of the child. Whoever reads a part of the record sees nothing of them.
"""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child_fact import ChildFact, FactRow, Facts, RowOfChild, RowsOfChild
from concerns.models.concern.attachment import (
    AddedFile,
    DraftFile,
    columns_from_draft,
    constraints_of_files,
)
from concerns.models.school.person import Viewer
from concerns.rules.child_file_vocabulary import DocumentKind
from concerns.rules.roles import May


class ChildDocuments(Facts[FactRow]):
    def visible_to(self, viewer: Viewer) -> Self:
        """For leads alone, of children whose file they may read."""
        if not viewer.has_power(May.READ_ALL):
            return self.none().for_viewer(viewer)
        return super().visible_to(viewer)


class ChildDocument(ChildFact):
    """A document: `since` is its own date, and it ends when somebody signs that they read it."""

    kind = models.CharField(max_length=16)
    title = EncryptedText()

    # Set by `list_documents` in `concerns/child/queries.py`.
    files_shown: list["DocumentFile"]

    objects: ClassVar = ChildDocuments.as_manager()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=[word.value for word in DocumentKind]),
                name="document_kind_is_known",
            ),
        ]
        indexes = [models.Index(fields=["child", "-began_at", "-id"], name="documents_newest")]

    @property
    def document_words(self) -> str:
        """ "Court order: with whom she lives"."""
        return f"{DocumentKind.label_of_value(self.kind)}: {self.title}"


class DocumentFiles(RowsOfChild[FactRow]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Those of the documents that `viewer` may read."""
        documents = ChildDocument.objects.visible_to(viewer).values("pk")
        return self.filter(document__in=documents).for_viewer(viewer)

    def without_content(self) -> Self:
        return self.defer("content")


class DocumentFile(RowOfChild, AddedFile):
    """A file of a document, or why it was not kept."""

    to_child = "document__child"
    document = models.ForeignKey(
        ChildDocument, models.PROTECT, related_name="files", db_index=False
    )

    objects: ClassVar = DocumentFiles.as_manager()

    class Meta:
        indexes = [models.Index(fields=["document", "id"], name="files_of_a_document")]
        constraints = [*constraints_of_files("document_file")]

    @property
    def committed_words(self) -> dict[str, str]:
        """What the ledger commits to of the file: what it holds, its name, its document."""
        document = str(self.document.uid)
        return {"digest": self.digest, "name": self.name, "came with": document}

    @classmethod
    def from_draft(cls, file: DraftFile, document: ChildDocument, now: datetime) -> "DocumentFile":
        """The row of the document that a draft's file becomes."""
        return cls(**columns_from_draft(file, now), document=document)
