"""Helps tests to make a package of one child's file, and to open it."""

import io
import json
import uuid
from pathlib import Path

import pyzipper

from concerns.leaving import acts
from concerns.models import Child, ChildPackage, Viewer
from concerns.models.child.child_package import path_of_package
from concerns.paper import child_package
from concerns.paper.child_package import BuiltPackage, PackageChoice
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
