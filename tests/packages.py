"""Helps tests to make a package of one child's file, and to open it."""

import hashlib
import io
import json
import uuid
from pathlib import Path

import pyzipper

from concerns.history import acts as history
from concerns.leaving import acts
from concerns.models import (
    Child,
    ChildPackage,
    EarlierAttachment,
    HistoryImport,
    PackageUpload,
    Viewer,
)
from concerns.models.child.child_package import path_of_package
from concerns.paper import child_package
from concerns.paper.child_package import BuiltPackage, PackageChoice, describe_child
from concerns.paper.package_reading import PackageRecord
from tests.factories import NOW

RECIPIENT = "Leeds High, Jo Lind, DSL"
REASON = "She moves there."


def record_package(lead: Viewer, child: Child, now=NOW) -> ChildPackage:
    """That a package was made, without one."""
    uid = uuid.uuid4()
    built = BuiltPackage(uid, "", size=1, digest="0" * 64, entries=1, files=0, shown=[])
    said = {"recipient": RECIPIENT, "reason": REASON}
    return acts.make_package(by=lead, child=child, built=built, now=now, **said)


def build(lead: Viewer, child: Child, **more) -> BuiltPackage:
    """A package as the page builds it, with the files that go in unless its maker says otherwise,
    or with those in `more`."""
    preview = child_package.preview_package(lead, child.uid)
    given = {"files": preview.usual_files, **more}
    choice = PackageChoice(recipient=RECIPIENT, reason=REASON, **given)
    return child_package.build_package(lead, child.uid, choice)


def archive_of(uid: uuid.UUID) -> bytes:
    return Path(path_of_package(uid)).read_bytes()


def members_of(archive: bytes, passphrase: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
        opened.setpassword(passphrase.encode())
        return {name: opened.read(name) for name in opened.namelist()}


def record_of(built: BuiltPackage) -> dict:
    return json.loads(members_of(archive_of(built.uid), built.passphrase)["record.json"])


def entry_of(number: int = 1, **more) -> dict[str, str]:
    at = f"2026-05-{number:02}T09:00:00+00:00"
    return {
        "id": f"entry-{number}", "kind": "concern", "happened_at": at, "happened_on": "",
        "when": "", "heading": "Concern", "words": f"He had no coat, {number}.", "by": "Jo Lind",
        "written": "", "reference": "ABC-1", "state": "Closed", **more,
    }  # fmt: skip


def record_from(child: Child, *entries: dict[str, str], files=(), **more) -> PackageRecord:
    """What a package of another school says of `child`."""
    said = [
        {
            "file": f"attachments/{number:04}.txt", "name": f"letter {number}.txt",
            "kind": "Plain text", "size": str(len(held)), "reference": "ABC-1",
            "document": "",
            "sha256": hashlib.sha256(held).hexdigest(), "added_by": "Jo Lind",
            "added_at": "2026-05-01T09:00:00+00:00",
        }
        for number, held in enumerate(files, 1)
    ]  # fmt: skip
    head = {
        "package": "6d0f", "made_at": "2026-10-30T10:00:00+00:00", "made_by": "Jo Lind, DSL",
        "recipient": "Oakfield", "reason": REASON,
    }  # fmt: skip
    school = {"name": "Leeds High", "urn": "900999"}
    return PackageRecord(
        head, school, {**describe_child(child), **more}, entries or [entry_of()], said
    )


def record_upload(lead: Viewer, child: Child, now=NOW) -> PackageUpload:
    """That a package was uploaded, without one."""
    given = {"uid": uuid.uuid4(), "passphrase": "4821", "digest": "0" * 64}
    return history.upload_package(by=lead, child=child, now=now, **given)


def bring_package(
    lead: Viewer, child: Child, *entries, files=(), same=False, now=NOW, **more
) -> HistoryImport:
    """Bring in what a package says, as its page does, with plain texts as its files."""
    said = record_from(child, *entries, files=files, **more)
    rows = []
    for one, held in zip(said.files, files, strict=True):
        row = EarlierAttachment(
            school=lead.school, child=child, by=lead.person, at=now, name=one["name"],
            kind="text", digest=one["sha256"], source_digest=one["sha256"], said="Jo Lind",
        )  # fmt: skip
        row.set_content(held)
        rows.append(row)
    given = {"said": said, "attached": rows, "is_same_child": same}
    return history.bring_package(by=lead, upload=record_upload(lead, child, now), now=now, **given)
