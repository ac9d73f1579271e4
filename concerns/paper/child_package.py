"""Makes the package of one child's file: gathers what its maker may read, and writes it.

The chronology is that of the print, with the names of other children covered. Of a concern that is
about other children too, no added file goes in unless the maker ticks it: nobody can cover a name
in a picture or a PDF.

What is gathered is what the viewer sees anywhere else, so a package shows nothing of a concern from
which its maker is kept out, not even that it exists.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string

from concerns.models import (
    Attachment,
    Child,
    Concern,
    ConcernChild,
    DocumentFile,
    EarlierAttachment,
    Viewer,
)
from concerns.models.child.child_package import finish_package_file, open_package_file
from concerns.models.concern.attachment import AddedFile, FileNotThere
from concerns.paper import chronology_print, package_format, package_pdf, package_writing
from concerns.paper.attachment_reading import require_room
from concerns.paper.chronology_print import ChronologyPrint, PrintedEntry
from concerns.paper.package_read_me import write_read_me
from concerns.paper.package_writing import PackageContent, WrittenPackage
from concerns.rules.attachments import MEGABYTE
from concerns.rules.child_package import (
    MOST_ATTACHED,
    MOST_ENTRIES,
    MOST_FILES,
    MOST_PACKAGE,
)
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.wording import format_date_or_time

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

TOO_MUCH = (
    "This is more than one package holds. Print the chronology, and ask your technician how to "
    "send the rest."
)
TOO_MANY_FILES = (
    f"The files that you ticked are more than one package holds ({MOST_FILES} files, "
    f"{MOST_ATTACHED // MEGABYTE} MB). Untick some, and make another package with those."
)
NO_ROOM = (
    "The package could not be made: the disk takes no more. Tell your technician. Nothing was made."
)
NOT_THERE = (
    "One of the files that you ticked is gone or is not what was kept, so no package was made. "
    "Tell your technician: the command “manage.py verify” says which it is."
)


class WithOthers(TypedDict):
    """What an added file is annotated with: whether its concern is about other children too."""

    with_others: bool


class PackageRefused(Exception):
    """No package was made. `words` say why, and what to do."""

    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class PackageChoice:
    """What the maker chose. `shown`: the keys of names that stay readable. `also`: further words to
    cover, one on each line. `files`: the uids of the added files that go in."""

    recipient: str
    reason: str
    also: str = ""
    shown: Collection[str] = ()
    files: Collection[uuid.UUID] = ()


@dataclass(frozen=True)
class OfferedFile:
    """An added file that may go in: of a concern (`reference`), of a document in the child's file
    (`document`: what that is), or come with an earlier record. `with_others`: its concern is about
    other children too."""

    row: AddedFile
    document: str = ""
    reference: str = ""
    with_others: bool = False


@dataclass(frozen=True)
class PackagePreview:
    """What would go into a package. `files` are all that may."""

    print: ChronologyPrint
    files: list[OfferedFile]
    more_files: bool

    @cached_property
    def named_lines(self) -> list[PrintedEntry]:
        """The entries in which the name of another child was found."""
        return [line for line in self.print.lines if line.found_names]

    @cached_property
    def usual_files(self) -> set[uuid.UUID]:
        """The files that go in unless the maker says otherwise."""
        return {file.row.uid for file in self.files if not file.with_others}


@dataclass(frozen=True)
class BuiltPackage:
    """A package that was written. The passphrase is kept nowhere else. `shown`: the uids of the
    concerns and the added files that are in it."""

    uid: uuid.UUID
    passphrase: str
    size: int
    digest: str
    entries: int
    files: int
    shown: list[uuid.UUID]


def preview_package(viewer: Viewer, uid: uuid.UUID, also: str = "") -> PackagePreview:
    """What a package of the child `uid` would hold. Recorded as reading their story. Raises
    Http404."""
    found = chronology_print.read_whole_chronology(
        viewer, uid, kind=Kind.STORY, reason="to make a package", most=MOST_ENTRIES, also=also
    )
    files = _list_files(viewer, found.child)
    return PackagePreview(found, files[:MOST_FILES], len(files) > MOST_FILES)


def _concern_files(
    viewer: Viewer, child: Child
) -> "QuerySet[WithAnnotations[Attachment, WithOthers]]":
    """The added files of concerns about `child`, or in which they are also involved, that the
    viewer may read, the first added first."""
    concerns = Concern.objects.visible_by_key_to(viewer).involving_children(child.pk)
    others = ConcernChild.objects.filter(concern=OuterRef("concern")).exclude(child=child.pk)
    rows = Attachment.objects.visible_to(viewer).filter(missing="", concern__in=concerns)
    rows = rows.annotate(with_others=Exists(others))
    return rows.select_related("concern", "by", "school").order_by("at", "pk")


def _document_files(viewer: Viewer, child: Child) -> "QuerySet[DocumentFile]":
    """The files of the documents in the child's file, which belong to no concern."""
    rows = DocumentFile.objects.visible_to(viewer).filter(missing="", document__child=child)
    return rows.select_related("document", "by", "school").order_by("at", "pk")


def _earlier_files(viewer: Viewer, child: Child) -> "QuerySet[EarlierAttachment]":
    """The files that came with packages of other schools, which go on with the child."""
    rows = EarlierAttachment.objects.visible_to(viewer).filter(missing="", child=child)
    return rows.select_related("by", "school").order_by("at", "pk")


def _list_files(
    viewer: Viewer, child: Child, chosen: Collection[uuid.UUID] | None = None
) -> list[OfferedFile]:
    """The files that may go into a package, without what they hold: those of concerns, then those
    of documents and of earlier records; or only the `chosen` of them. One more than a package
    holds, at most."""
    most = MOST_FILES + 1
    narrowed = {} if chosen is None else {"uid__in": list(chosen)[:most]}
    own = _concern_files(viewer, child).filter(**narrowed).defer("content")[:most]
    documents = _document_files(viewer, child).filter(**narrowed).defer("content")[:most]
    earlier = _earlier_files(viewer, child).filter(**narrowed).defer("content")[:most]
    found = [
        OfferedFile(row, reference=row.concern.reference, with_others=row.with_others)
        for row in own
    ]
    found += [OfferedFile(row, document=row.document.document_words) for row in documents]
    found += [OfferedFile(row) for row in earlier]
    return found[:most]


def build_package(viewer: Viewer, uid: uuid.UUID, choice: PackageChoice) -> BuiltPackage:
    """Write a package of the child `uid`, and keep it for its maker. Recorded as reading their
    story: that it was made, and that it was downloaded, have lines of their own.

    Raises Http404, and PackageRefused if there is too much, no room, or a file is not there.
    """
    found = chronology_print.read_whole_chronology(
        viewer,
        uid,
        kind=Kind.STORY,
        reason="for a package",
        most=MOST_ENTRIES,
        shown=choice.shown,
        also=choice.also,
    )
    files = _list_files(viewer, found.child, choice.files)
    attached = sum(file.row.size for file in files)
    if found.more:
        raise PackageRefused(TOO_MUCH)
    if len(files) > MOST_FILES or attached > MOST_ATTACHED:
        raise PackageRefused(TOO_MANY_FILES)
    package = uuid.uuid4()
    content = _gather_content(viewer, package, found, files, choice)
    passphrase = package_writing.make_passphrase()
    written = _write_archive(package, content, passphrase, attached)
    concerns = dict.fromkeys(line.entry.concern for line in found.lines if line.entry.concern)
    return BuiltPackage(
        uid=package,
        passphrase=passphrase,
        size=written.size,
        digest=written.digest,
        entries=len(found.lines),
        files=len(files),
        shown=[*concerns, *(file.row.uid for file in files)],
    )


def _write_archive(
    package: uuid.UUID, content: PackageContent, passphrase: str, attached: int
) -> WrittenPackage:
    """Write it, whole or not at all. `attached`: bytes of its files. Raises PackageRefused."""
    try:
        require_room(attached)
        with open_package_file(package) as target:
            written = package_writing.write_package(target, content, passphrase)
            if written.size > MOST_PACKAGE:
                raise PackageRefused(TOO_MANY_FILES)
        finish_package_file(package)
    except OSError as full:
        raise PackageRefused(NO_ROOM) from full
    except (FileNotThere, package_writing.FileChanged) as gone:
        raise PackageRefused(NOT_THERE) from gone
    except package_writing.PackageTooLarge as large:
        raise PackageRefused(TOO_MUCH) from large
    return written


def _gather_content(
    viewer: Viewer,
    package: uuid.UUID,
    found: ChronologyPrint,
    files: Sequence[OfferedFile],
    choice: PackageChoice,
) -> PackageContent:
    said = [_describe_file(found, file, at) for at, file in enumerate(files, 1)]
    head = {
        "package": str(package),
        "made_at": _to_utc(viewer.now),
        "made_by": f"{viewer.person.name}, {viewer.role_words}",
        "recipient": choice.recipient,
        "reason": choice.reason,
    }
    printed = _print_chronology(viewer, found, head, said)
    return PackageContent(
        head=head,
        school={"name": viewer.school.name, "urn": viewer.school.urn},
        child=describe_child(found.child),
        entries=[_describe_entry(line) for line in found.lines],
        files=said,
        held=_read_each(viewer, found.child, files),
        printed=printed,
        read_me=_write_read_me(
            viewer, found, head, files=len(said), chronology=next(iter(printed))
        ),
    )


def _print_chronology(
    viewer: Viewer,
    found: ChronologyPrint,
    head: Mapping[str, str],
    files: Sequence[Mapping[str, str]],
) -> dict[str, bytes]:
    """The chronology to be read: a PDF, or the same for a browser where that cannot be made."""
    html = render_to_string(
        "parts/package_chronology.html",
        {"viewer": viewer, "print": found, "child": found.child, "head": head, "files": files},
    )
    pdf = package_pdf.draw_pdf(html)
    return {package_format.PDF: pdf} if pdf else {package_format.HTML: html.encode()}


def _write_read_me(
    viewer: Viewer, found: ChronologyPrint, head: Mapping[str, str], files: int, chronology: str
) -> str:
    child = found.child
    known_as = f", known as {child.other_name}" if child.other_name else ""
    said = {
        "name": f"{child.legal_name}{known_as}",
        "born": format_date_or_time(child.born),
        "upn": child.upn or "not known",
        "school": viewer.school.name,
        "made": f"{format_date_or_time(viewer.now)}, by {head['made_by']}",
        "recipient": head["recipient"],
    }
    return write_read_me(
        said,
        chronology=chronology,
        entries=len(found.lines),
        files=files,
        covered=found.total_covered_names,
    )


def describe_child(child: Child) -> dict[str, str]:
    """The fields of `package_format.CHILD`."""
    names = ("forename", "surname", "known_as", "known_surname", "upn", "identifier")
    return {**{name: getattr(child, name) for name in names}, "born": child.born.isoformat()}


def _describe_entry(line: PrintedEntry) -> dict[str, str]:
    """The fields of `package_format.ENTRY`, with the names of other children covered."""
    entry = line.entry
    return {
        "id": entry.entry_key,
        "kind": entry.sort.value,
        "happened_at": _to_utc(entry.at),
        "happened_on": entry.on.isoformat() if entry.on else "",
        "when": entry.when_in_words,
        "heading": line.printed_heading,
        "words": line.printed_words,
        "by": entry.by,
        "written": entry.written,
        "reference": entry.reference,
        "state": State.label_of_value(entry.state) if entry.state else "",
    }


def _describe_file(found: ChronologyPrint, file: OfferedFile, number: int) -> dict[str, str]:
    """The fields of `package_format.ATTACHMENT`. A name of another child in the file's own name is
    covered too."""
    row = file.row
    ending = row.name.rpartition(".")[2].lower()
    plain = ending if ending.isascii() and ending.isalnum() and len(ending) <= 8 else "bin"
    return {
        "file": f"attachments/{number:04}.{plain}",
        "name": found.cover_other_children(row.name),
        "kind": row.file_kind_words,
        "size": str(row.size),
        "sha256": row.digest,
        "reference": file.reference,
        "document": found.cover_other_children(file.document),
        "added_at": _to_utc(row.at),
        "added_by": row.by.name,
    }


def _read_each(viewer: Viewer, child: Child, files: Iterable[OfferedFile]) -> Iterator[bytes]:
    """What each of `files` holds, in their order, one in memory at a time. Three queries for
    all."""
    uids = [file.row.uid for file in files]
    if not uids:
        return
    kinds: tuple[QuerySet[Any], ...] = (
        _concern_files(viewer, child),
        _document_files(viewer, child),
        _earlier_files(viewer, child),
    )
    for rows in kinds:
        for row in rows.filter(uid__in=uids).iterator(1):
            yield row.read_content()


def _to_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
