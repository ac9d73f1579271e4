"""Writes the package of one child's file: an encrypted archive of what it is given.

It reads no database and knows no viewer: `child_package.py` gathers what goes in. Of the added
files one is in memory at a time. The names of the members are not encrypted, so they say nothing of
anybody.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import pyzipper
from pyzipper.zipfile_aes import WZ_AES_V2

from concerns.paper import package_format
from concerns.paper.csv_writing import stream_csv
from concerns.paper.package_format import PackageField
from concerns.rules.child_package import (
    MOST_RECORD,
    PASSPHRASE_DIGITS,
    PASSPHRASE_GROUPS,
    join_passphrase,
)

# Bytes of the finished package that are read at once.
_PIECE = 1024 * 1024


class PackageTooLarge(Exception):
    """What is written of the child is more than a package holds."""


class FileChanged(Exception):
    """An added file is not the one that was kept: its SHA-256 is another."""


@dataclass(frozen=True)
class PackageContent:
    """All that goes into a package. The mappings have the fields of `package_format` of the same
    name. `printed`: the chronology to be read, by the name of its member. `held`: what each of
    `files` holds, in the same order, read when it is asked for."""

    head: Mapping[str, str]
    school: Mapping[str, str]
    child: Mapping[str, str]
    entries: Sequence[Mapping[str, str]]
    files: Sequence[Mapping[str, str]]
    held: Iterable[bytes]
    printed: Mapping[str, bytes]
    read_me: str


@dataclass(frozen=True)
class WrittenPackage:
    """How large the encrypted archive is, in bytes, and its SHA-256 in hex."""

    size: int
    digest: str


def make_passphrase() -> str:
    """A new passphrase: 24 random digits in six groups."""
    return join_passphrase(
        "".join(secrets.choice("0123456789") for _ in range(PASSPHRASE_GROUPS * PASSPHRASE_DIGITS))
    )


def write_package(target: BinaryIO, content: PackageContent, passphrase: str) -> WrittenPackage:
    """Write the package to `target`, which is empty, and can be read and written anywhere.

    Raises PackageTooLarge and FileChanged; then what `target` holds is nothing.
    """
    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        # Version 2 of the encryption keeps no checksum of what a member holds in the clear.
        archive.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=WZ_AES_V2)
        archive.setpassword(passphrase.encode())
        members = _MemberWriter(archive)
        for name, held in _list_texts(content):
            members.write_member(name, held)
        for file, held in zip(content.files, content.held, strict=True):
            if hashlib.sha256(held).hexdigest() != file["sha256"]:
                raise FileChanged(file["file"])
            members.write_member(file["file"], held, compress=False)
        members.write_member(package_format.MANIFEST, _make_manifest(content, members.written))
    return measure_package(target)


def measure_package(written: BinaryIO) -> WrittenPackage:
    """The size and SHA-256 of a finished package."""
    written.seek(0)
    digest = hashlib.sha256()
    size = 0
    while piece := written.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    return WrittenPackage(size, digest.hexdigest())


class _MemberWriter:
    """Writes members, and keeps what the manifest says of each."""

    def __init__(self, archive: pyzipper.AESZipFile):
        self._archive = archive
        self.written: list[dict[str, str]] = []

    def write_member(self, name: str, held: bytes, *, compress: bool = True) -> None:
        way = pyzipper.ZIP_DEFLATED if compress else pyzipper.ZIP_STORED
        self._archive.writestr(name, held, compress_type=way)
        digest = hashlib.sha256(held).hexdigest()
        self.written.append({"name": name, "size": str(len(held)), "sha256": digest})


def _list_texts(content: PackageContent) -> Iterator[tuple[str, bytes]]:
    """(name, what it holds) of each member but the added files and the manifest."""
    yield package_format.READ_ME, content.read_me.replace("\n", "\r\n").encode("utf-8-sig")
    yield from content.printed.items()
    yield package_format.RECORD, _make_record(content)
    yield package_format.ENTRIES, _make_csv(package_format.ENTRY, content.entries)
    yield package_format.ATTACHMENTS, _make_csv(package_format.ATTACHMENT, content.files)
    yield package_format.DESCRIPTION, package_format.write_format_description().encode()


def _make_csv(fields: Sequence[PackageField], rows: Sequence[Mapping[str, str]]) -> bytes:
    cells = (package_format.row_of_fields(fields, row) for row in rows)
    return b"".join(stream_csv(package_format.names_of_fields(fields), cells))


def _make_record(content: PackageContent) -> bytes:
    record = _to_json(
        {
            "format": package_format.FORMAT,
            "version": package_format.VERSION,
            **content.head,
            "school": dict(content.school),
            "child": dict(content.child),
            "entries": [dict(entry) for entry in content.entries],
            "attachments": [dict(file) for file in content.files],
        }
    )
    if len(record) > MOST_RECORD:
        raise PackageTooLarge
    return record


def _make_manifest(content: PackageContent, members: Sequence[Mapping[str, str]]) -> bytes:
    return _to_json(
        {
            "format": package_format.FORMAT,
            "version": package_format.VERSION,
            "product": package_format.PRODUCT,
            "package": content.head["package"],
            "made_at": content.head["made_at"],
            "school": dict(content.school),
            "child": dict(content.child),
            "members": list(members),
        }
    )


def _to_json(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
