"""Keeps the package that another school sent: the archive while it waits to be confirmed, and its
added files once it is."""

import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from concerns.models import EarlierAttachment, PackageUpload, Viewer
from concerns.models.child.child_package import (
    finish_package_file,
    open_package_file,
    path_of_package,
)
from concerns.models.concern.attachment import delete_file
from concerns.paper.attachment_reading import read_file, require_room
from concerns.paper.package_matching import PackagePlan
from concerns.paper.package_reading import PackageReader, PackageUnreadable
from concerns.paper.package_writing import measure_package
from concerns.paper.virus_scan import VirusScanner
from concerns.rules.attachments import clean_file_name
from concerns.rules.wording import format_date_or_time
from concerns.workflow.unconfirmed_files import UNCONFIRMED_KEPT_FOR_IN_WORDS

PACKAGE_DELETED = (
    "The package has been deleted, because it waited for longer than "
    f"{UNCONFIRMED_KEPT_FOR_IN_WORDS}. Upload it again."
)
NO_ROOM = "Nothing was brought in: the disk takes no more. Tell your technician, and try again."


@dataclass(frozen=True)
class KeptPackage:
    """A package that was uploaded, whole, and can be opened with its passphrase. `digest`: the
    SHA-256 of the archive, in hex."""

    uid: uuid.UUID
    passphrase: str
    digest: str


def keep_uploaded_package(archive: BinaryIO, passphrase: str) -> KeptPackage:
    """Look at every byte of a package that was uploaded, and keep it if it is whole. Raises
    PackageUnreadable, and keeps nothing."""
    uid = uuid.uuid4()
    PackageReader(archive, passphrase).require_whole()
    digest = measure_package(archive).digest
    archive.seek(0)
    try:
        with open_package_file(uid) as target:
            shutil.copyfileobj(archive, target)
        finish_package_file(uid)
    except OSError as full:
        raise PackageUnreadable(NO_ROOM) from full
    return KeptPackage(uid, passphrase, digest)


@contextmanager
def open_kept_package(upload: PackageUpload) -> Iterator[PackageReader]:
    """The package that waits. Raises PackageUnreadable if it does no longer."""
    try:
        file = path_of_package(upload.uid).open("rb")
    except OSError as gone:
        raise PackageUnreadable(PACKAGE_DELETED) from gone
    with file:
        yield PackageReader(file, upload.passphrase)


@contextmanager
def keeping_files(
    viewer: Viewer, upload: PackageUpload, reader: PackageReader, plan: PackagePlan
) -> Iterator[list[EarlierAttachment]]:
    """A row for each added file that is not here yet, with what it holds encrypted, or why it is
    not kept. One file is in memory at a time. If the act that writes the rows fails, what was put
    into the folder is deleted again."""
    rows: list[EarlierAttachment] = []
    scanner = VirusScanner()
    try:
        try:
            require_room(sum(int(said["size"]) for said in plan.files))
            for said in plan.files:
                rows.append(_build_row(viewer, upload, scanner, said, reader.read_file(said)))
        except OSError as full:
            raise PackageUnreadable(NO_ROOM) from full
        yield rows
    except BaseException:
        for row in rows:
            delete_file(row.uid)
        raise


def _build_row(
    viewer: Viewer,
    upload: PackageUpload,
    scanner: VirusScanner,
    said: Mapping[str, str],
    held: bytes,
) -> EarlierAttachment:
    file = read_file(clean_file_name(said["name"]), held, scanner)
    row = EarlierAttachment(
        school=viewer.school,
        child=upload.child,
        by=viewer.person,
        at=viewer.now,
        name=file.name,
        kind=file.kind or "",
        missing=file.fault or "",
        scanned=file.scanned,
        source_digest=said["sha256"],
        said=describe_origin(said),
    )
    if not file.fault:
        row.digest = file.digest
        row.set_content(file.content)
    return row


def describe_origin(said: Mapping[str, str]) -> str:
    """Who added a file of a package there, when, and to what."""
    added = format_date_or_time(datetime.fromisoformat(said["added_at"]))
    words = f"Added by {said['added_by']}, {added}"
    if said["reference"]:
        words += f", to concern {said['reference']}"
    return f"{words}. {said['document']}" if said["document"] else words
