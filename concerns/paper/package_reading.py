"""Reads the package of one child's file that another school sent, and trusts nothing in it.

Before anything is unpacked: how large the archive and its list of members are, that each member is
one of the format, is encrypted with AES-256, and says that it unpacks to no more than it may. Then
each member is unpacked in pieces, no further than it said, and must be what the manifest says. What
the record says is checked field by field. Of the added files one is in memory at a time.
"""

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

import pyzipper

from concerns.forms.base_form import replace_unkeepable
from concerns.paper import package_format
from concerns.paper.package_format import ATTACHMENT_NAME, PackageField
from concerns.rules.attachments import LARGEST, MEGABYTE
from concerns.rules.child_package import (
    MOST_ATTACHED,
    MOST_ENTRIES,
    MOST_FILES,
    MOST_PACKAGE,
    MOST_RECORD,
)

NO_PACKAGE = (
    "This is no package of one child's file, or it did not arrive whole. Ask the school that sent "
    "it to send it again."
)
NOT_OPENED = (
    "The passphrase is not the one of this package. Ring the school that sent it, and type what "
    "they read out."
)
PACKAGE_ALTERED = (
    "Something in this package is not what the other school put in. Nothing was kept. Ring them, "
    "and ask for another one."
)
NOT_READABLE = (
    "What is in this package does not keep to its own format. Nothing was kept. Open it with "
    "7-Zip, read it there, and tell the school that sent it."
)
TOO_LARGE = (
    "This package is larger than one that can be brought in. Nothing was kept. Open it with 7-Zip, "
    "or ask the school that sent it for two smaller ones."
)
PACKAGE_FORMAT_NEWER = (
    "This package was made by a newer release. Ask your technician to install the newest one here, "
    "or open it with 7-Zip."
)
# Bytes that each member may unpack to. Any other member but the added files may have MOST_TEXT.
MOST_TEXT = 4 * MEGABYTE
MOST_OF_MEMBER = {
    package_format.RECORD: MOST_RECORD,
    package_format.ENTRIES: 2 * MOST_RECORD,
    package_format.PDF: 4 * MOST_RECORD,
    package_format.HTML: 4 * MOST_RECORD,
}
_OTHERS = frozenset(
    {package_format.READ_ME, package_format.MANIFEST, package_format.DESCRIPTION}
    | {package_format.ATTACHMENTS}
)
_NEEDED = frozenset({package_format.MANIFEST, package_format.RECORD})
_MOST_MEMBERS = MOST_FILES + len(package_format.MEMBERS)
# The last record of an archive, its longest comment, and the longest list of members.
_END = b"PK\x05\x06"
_END_LENGTH = 22
_MOST_LIST = MEGABYTE
_PIECE = 256 * 1024
_HEX = re.compile(r"[0-9a-f]{64}")
_SIZE = re.compile(r"[0-9]{1,12}")
# No moment is outside of these years: at the ends of the calendar no local time can be worked out.
_YEARS = range(1900, 2200)
# What the library raises for an archive that is damaged, or was made to do harm.
_BROKEN = (
    pyzipper.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError,
    NotImplementedError, OverflowError, KeyError, IndexError, TypeError, AttributeError,
)  # fmt: skip


class PackageUnreadable(Exception):
    """The package is not brought in. `words` say why, and what to do."""

    def __init__(self, words: str):
        super().__init__(words)
        self.words = words

    @property
    def is_passphrase(self) -> bool:
        """Whether only the passphrase is wrong."""
        return self.words == NOT_OPENED


@dataclass(frozen=True)
class PackageRecord:
    """What a package says, each part with the fields of `package_format`."""

    head: Mapping[str, str]
    school: Mapping[str, str]
    child: Mapping[str, str]
    entries: Sequence[Mapping[str, str]]
    files: Sequence[Mapping[str, str]]


class PackageReader:
    """Opens a package, with its passphrase. `record` is what it says. Raises PackageUnreadable; no
    other exception comes from what is in the file."""

    def __init__(self, file: BinaryIO, passphrase: str):
        _require_sane_size(file)
        try:
            self._archive = pyzipper.AESZipFile(file)
            self._archive.setpassword(passphrase.encode())
            self._members = _check_members(self._archive.infolist())
        except _BROKEN as wrong:
            raise PackageUnreadable(NO_PACKAGE) from wrong
        self._require_passphrase()
        manifest = _read_json(self._read_small(package_format.MANIFEST))
        self._digests = _check_manifest(manifest, self._members)
        held = self._read_small(package_format.RECORD)
        self._require_digest(package_format.RECORD, hashlib.sha256(held).hexdigest())
        self.record = _check_record(_read_json(held), manifest, self._digests)

    def require_whole(self) -> None:
        """Unpack every member once, and compare it with the manifest. Raises PackageUnreadable."""
        for name in self._digests:
            digest = hashlib.sha256()
            for piece in self._read_pieces(name):
                digest.update(piece)
            self._require_digest(name, digest.hexdigest())

    def read_file(self, said: Mapping[str, str]) -> bytes:
        """What the added file of this description holds. Raises PackageUnreadable."""
        held = self._read_small(said["file"])
        self._require_digest(said["file"], hashlib.sha256(held).hexdigest())
        return held

    def _read_small(self, name: str) -> bytes:
        return b"".join(self._read_pieces(name))

    def _read_pieces(self, name: str) -> Iterator[bytes]:
        """What a member holds, in pieces, and never more than it said that it does."""
        left = self._members[name].file_size
        try:
            with self._archive.open(name) as member:
                while piece := member.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise PackageUnreadable(PACKAGE_ALTERED)
                    yield piece
        except (*_BROKEN, OSError) as wrong:
            raise PackageUnreadable(PACKAGE_ALTERED) from wrong
        if left:
            raise PackageUnreadable(PACKAGE_ALTERED)

    def _require_digest(self, name: str, digest: str) -> None:
        if self._digests[name] != digest:
            raise PackageUnreadable(PACKAGE_ALTERED)

    def _require_passphrase(self) -> None:
        try:
            self._archive.open(package_format.MANIFEST).close()
        except RuntimeError as wrong:
            raise PackageUnreadable(NOT_OPENED) from wrong
        except _BROKEN as wrong:
            raise PackageUnreadable(NO_PACKAGE) from wrong


def _require_sane_size(file: BinaryIO) -> None:
    """Look at the end of the file, before a library reads its list of members into memory."""
    size = file.seek(0, 2)
    if size > MOST_PACKAGE:
        raise PackageUnreadable(TOO_LARGE)
    file.seek(0)
    begins = file.read(4)
    file.seek(max(0, size - _END_LENGTH))
    end = file.read(_END_LENGTH)
    # There is no comment behind the list, so the record is the last of the file.
    if begins != b"PK\x03\x04" or len(end) < _END_LENGTH or not end.startswith(_END):
        raise PackageUnreadable(NO_PACKAGE)
    members, length, begin = struct.unpack("<10xHII2x", end)
    if members > _MOST_MEMBERS or length > _MOST_LIST or begin + length + _END_LENGTH != size:
        raise PackageUnreadable(NO_PACKAGE)
    file.seek(0)


def _check_members(found: Sequence[Any]) -> dict[str, Any]:
    """The members by name. Raises PackageUnreadable unless each is one of the format, encrypted,
    and says that it is no larger than it may be."""
    members = {member.filename: member for member in found}
    if len(members) != len(found) or not members.keys() >= _NEEDED:
        raise PackageUnreadable(NO_PACKAGE)
    attached = 0
    for name, member in members.items():
        is_attached = bool(ATTACHMENT_NAME.fullmatch(name))
        if not (is_attached or name in MOST_OF_MEMBER or name in _OTHERS):
            raise PackageUnreadable(NO_PACKAGE)
        is_encrypted = member.flag_bits & 1 and getattr(member, "wz_aes_strength", None) == 3
        if not is_encrypted or member.compress_type not in _WAYS:
            raise PackageUnreadable(NO_PACKAGE)
        most = LARGEST if is_attached else MOST_OF_MEMBER.get(name, MOST_TEXT)
        attached += member.file_size if is_attached else 0
        if member.file_size > most or attached > MOST_ATTACHED:
            raise PackageUnreadable(TOO_LARGE)
    return members


_WAYS = frozenset({pyzipper.ZIP_STORED, pyzipper.ZIP_DEFLATED})


def _read_json(held: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(held)
    except (ValueError, RecursionError) as wrong:
        raise PackageUnreadable(NOT_READABLE) from wrong
    if not isinstance(said, dict) or said.get("format") != package_format.FORMAT:
        raise PackageUnreadable(NOT_READABLE)
    version = said.get("version")
    if not isinstance(version, int) or version < 1:
        raise PackageUnreadable(NOT_READABLE)
    if version > package_format.VERSION:
        raise PackageUnreadable(PACKAGE_FORMAT_NEWER)
    return said


def _check_manifest(manifest: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 of each member but the manifest, by name, as the manifest says."""
    listed = _read_rows(manifest.get("members"), package_format.MEMBER, _MOST_MEMBERS)
    digests = {row["name"]: row["sha256"] for row in listed}
    if len(digests) != len(listed) or digests.keys() != members.keys() - {package_format.MANIFEST}:
        raise PackageUnreadable(PACKAGE_ALTERED)
    for row in listed:
        is_size = row["size"] == str(members[row["name"]].file_size)
        if not is_size or not _HEX.fullmatch(row["sha256"]):
            raise PackageUnreadable(PACKAGE_ALTERED)
    return digests


def _check_record(
    said: Mapping[str, Any], manifest: Mapping[str, Any], digests: Mapping[str, str]
) -> PackageRecord:
    record = PackageRecord(
        head=_read_fields(said, package_format.HEAD),
        school=_read_fields(said.get("school"), package_format.SCHOOL),
        child=_read_fields(said.get("child"), package_format.CHILD),
        entries=_read_rows(said.get("entries"), package_format.ENTRY, MOST_ENTRIES),
        files=_read_rows(said.get("attachments"), package_format.ATTACHMENT, MOST_FILES),
    )
    same = ("school", "child", "package", "made_at")
    if any(manifest.get(name) != said.get(name) for name in same):
        raise PackageUnreadable(PACKAGE_ALTERED)
    attached = {name: held for name, held in digests.items() if ATTACHMENT_NAME.fullmatch(name)}
    if {row["file"]: row["sha256"] for row in record.files} != attached:
        raise PackageUnreadable(PACKAGE_ALTERED)
    if not all(_SIZE.fullmatch(row["size"]) for row in record.files):
        raise PackageUnreadable(NOT_READABLE)
    _require_moments(record)
    return record


def _read_rows(said: object, fields: Sequence[PackageField], most: int) -> list[Mapping[str, str]]:
    if not isinstance(said, list) or len(said) > most:
        raise PackageUnreadable(NOT_READABLE)
    return [_read_fields(row, fields) for row in said]


def _read_fields(said: object, fields: Sequence[PackageField]) -> dict[str, str]:
    """The fields, each a text that is not too long. What else there is, is left out."""
    if not isinstance(said, dict):
        raise PackageUnreadable(NOT_READABLE)
    found = {}
    for field in fields:
        value = said.get(field.name)
        if not isinstance(value, str) or len(value) > field.most:
            raise PackageUnreadable(NOT_READABLE)
        found[field.name] = replace_unkeepable(value)
    return found


def _require_moments(record: PackageRecord) -> None:
    """Every moment and day can be read, and the school, the child and each entry say who or what
    they are."""
    try:
        said = [record.head["made_at"], *(row["happened_at"] for row in record.entries)]
        said += [row["added_at"] for row in record.files]
        moments = [datetime.fromisoformat(moment) for moment in said]
        if any(at.tzinfo is None or at.year not in _YEARS for at in moments):
            raise PackageUnreadable(NOT_READABLE)
        days = [record.child["born"], *(row["happened_on"] for row in record.entries)]
        if any(date.fromisoformat(day).year not in _YEARS for day in filter(None, days)):
            raise PackageUnreadable(NOT_READABLE)
    except ValueError as wrong:
        raise PackageUnreadable(NOT_READABLE) from wrong
    needed = [record.school["name"], record.child["born"], record.child["surname"]]
    needed += [row["id"] for row in record.entries]
    if not all(words.strip() for words in needed):
        raise PackageUnreadable(NOT_READABLE)
