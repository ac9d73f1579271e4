"""The file that a backup is: what is in it, how it is written, and how it is checked.

An archive is a tar file with `manifest.json`, the database, and the added files that are not in the
database, in `files/`; and one line after the end of the tar: the SHA-256 of every byte before that
line. So a byte that went bad anywhere is seen, also in what a tar file does not use; and `tar xf`
opens it without us. The manifest has the SHA-256 and the size of the database part and of the
files, the release's migrations, and how many lines the ledger had and which was the last. Format 1,
of before there were files, is read too.

The sums show damage. They do not show who made the file: keep it where only you can write.

The keys of the record (`RECORD_KEYS`) are not in it, and without them no word in it can be read. It
has a mark of each, from which a key cannot be found, so that a restore says beforehand whether the
keys at hand are the right ones.

We wrote this ourselves because the kept package, django-dbbackup, copies an SQLite file while it is
in use, checks nothing before it restores, and restores over a database that is not empty.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

PRODUCT = "safeguarding concerns"
# Raised when an archive is laid out in another way, so that older ones are told apart.
FORMAT = 2
READABLE_FORMATS = (1, 2)
MANIFEST = "manifest.json"
# The name of the database part, by the kind of database.
PARTS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FILES = "files"
# The name of an added file in the archive: see `backup_files.py`.
FILE_NAME = re.compile("files/([0-9a-f]{2})/(\\1[0-9a-f]{30})")
# Bytes: of the line at the end, and the most that a manifest can have.
SEAL = 65
MOST_MANIFEST = 1024 * 1024
AT_ONCE = 1024 * 1024
HEX = re.compile("[0-9a-f]*")


class BackupRefused(Exception):
    """A backup cannot be made or trusted. The sentence says why and what to do. Nothing was
    touched."""


@dataclass(frozen=True)
class LedgerSize:
    """How many lines the ledger has, and the number and hash of the last; 0 and "" if none."""

    lines: int
    last: int
    head: str


@dataclass(frozen=True)
class FilesSize:
    """How many added files are not in the database, how many bytes they have, and a hash over their
    names and hashes in their order."""

    count: int = 0
    size: int = 0
    sha256: str = hashlib.sha256().hexdigest()


@dataclass(frozen=True)
class BackupManifest:
    """What an archive says of itself. `kind`: of the database, a key of `PARTS`. `keys`: number of
    each key of the record -> its mark. `migrations`: app -> names of the migrations it had."""

    kind: str
    made_at: str
    migrations: dict[str, list[str]]
    ledger: LedgerSize
    keys: dict[str, str]
    size: int
    sha256: str
    files: FilesSize = field(default_factory=FilesSize)
    format: int = FORMAT
    product: str = PRODUCT


def mark_record_keys(keys: Mapping[int, bytes]) -> dict[str, str]:
    """A mark of each key, by its number. It tells two keys apart and says nothing of either."""
    return {
        str(number): hashlib.sha256(b"a mark of a key of the record" + key).hexdigest()[:16]
        for number, key in keys.items()
    }


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_files(folder: Path) -> list[str]:
    """The names of the added files in `folder`, in order, as `files/ab/ab...`. What has another
    name is being written, or is not ours."""
    found = (f"{FILES}/{path.relative_to(folder).as_posix()}" for path in folder.glob("??/*"))
    return sorted(name for name in found if FILE_NAME.fullmatch(name))


def measure_files(folder: Path) -> FilesSize:
    """Of the added files in `folder`, for a manifest."""
    names = list_files(folder)
    size = 0
    seen = hashlib.sha256()
    for name in names:
        path = folder / name.removeprefix(f"{FILES}/")
        size += path.stat().st_size
        seen.update(f"{name} {hash_file(path)}\n".encode())
    return FilesSize(len(names), size, seen.hexdigest())


def write_archive(target: Path, manifest: BackupManifest, database: Path, files: Path) -> None:
    """Write the archive `target`, a new file, with the database copied to `database` and the added
    files copied to the folder `files`. Only its owner may read it."""
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
            _add_part(tar, MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
            tar.add(database, PARTS[manifest.kind], filter=_without_owner)
            for name in list_files(files):
                path = files / name.removeprefix(f"{FILES}/")
                tar.add(path, name, filter=_without_owner)
        file.seek(0)
        seal = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0, io.SEEK_END)
        file.write(f"{seal}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def publish_archive(archive: Path, target: Path) -> None:
    """Give a finished archive its name. Unlike a rename, this never takes the place of a file.
    Raises BackupRefused if `target` exists."""
    try:
        os.link(archive, target)
    except FileExistsError as wrong:
        raise BackupRefused(f"{target} is there already. Choose another name.") from wrong


def _add_part(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size = len(content)
    about.mode = 0o600
    tar.addfile(about, io.BytesIO(content))


def _without_owner(about: tarfile.TarInfo) -> tarfile.TarInfo:
    about.uid = about.gid = 0
    about.uname = about.gname = ""
    about.mode = 0o600
    return about


def read_archive(source: Path, folder: Path) -> tuple[BackupManifest, Path]:
    """Check the archive `source` and copy its database part to `folder`, and the added files to
    `files` in it. Returns the manifest and the copy of the database.

    Every byte is checked before anything in it is believed, and the copy once more against the
    manifest. Raises BackupRefused.
    """
    try:
        with source.open("rb") as file:
            _check_seal(file)
            with tarfile.open(fileobj=file, mode="r:") as tar:
                manifest = _read_manifest(tar)
                database = folder / PARTS[manifest.kind]
                _copy_part(tar, database)
                _copy_files(tar, folder / FILES)
    except OSError as wrong:
        raise BackupRefused(f"{source} cannot be read: {wrong.strerror}.") from wrong
    except (tarfile.TarError, EOFError) as wrong:
        raise BackupRefused(FOREIGN) from wrong
    if database.stat().st_size != manifest.size or hash_file(database) != manifest.sha256:
        raise BackupRefused(
            "The database in this backup is not the one its manifest describes. Use another backup."
        )
    if measure_files(folder / FILES) != manifest.files:
        raise BackupRefused(
            "The files in this backup are not those its manifest describes. Use another backup."
        )
    return manifest, database


FOREIGN = "This file is not a backup made by manage.py backup."
DAMAGED = (
    "This backup is damaged or cut short: it is not, byte for byte, what was written. "
    "Use another backup."
)


def _check_seal(file: IO[bytes]) -> None:
    """Compare every byte of `file` with the line at its end. Raises BackupRefused."""
    size = file.seek(0, io.SEEK_END) - SEAL
    if size <= 0:
        raise BackupRefused(DAMAGED)
    file.seek(size)
    seal = file.read()
    file.seek(0)
    seen = hashlib.sha256()
    while left := size - file.tell():
        seen.update(file.read(min(left, AT_ONCE)))
    if seal != f"{seen.hexdigest()}\n".encode():
        raise BackupRefused(DAMAGED)
    file.seek(0)


def _read_manifest(tar: tarfile.TarFile) -> BackupManifest:
    first = tar.next()
    part = tar.extractfile(first) if first and first.name == MANIFEST else None
    if part is None:
        raise BackupRefused(FOREIGN)
    try:
        said = json.loads(part.read(MOST_MANIFEST))
        if said["product"] != PRODUCT:
            raise BackupRefused(FOREIGN)
        if said["format"] not in READABLE_FORMATS:
            raise BackupRefused(
                f"This backup has format {said['format']}, and this release reads format {FORMAT}. "
                "Restore it with the release that made it, and back up again from there."
            )
        nested = {
            "ledger": LedgerSize(**said["ledger"]),
            "files": FilesSize(**said.get("files", {})),
        }
        manifest = BackupManifest(**{**said, **nested})
    except (ValueError, KeyError, TypeError) as wrong:
        raise BackupRefused(FOREIGN) from wrong
    if manifest.kind not in PARTS or not HEX.fullmatch(manifest.ledger.head):
        raise BackupRefused(FOREIGN)
    return manifest


def _copy_part(tar: tarfile.TarFile, database: Path) -> None:
    found = tar.next()
    if found is None or found.name != database.name:
        raise BackupRefused(FOREIGN)
    _copy_member(tar, found, database)


def _copy_files(tar: tarfile.TarFile, folder: Path) -> None:
    """Copy what follows the database. Nothing is believed of a name but what `FILE_NAME` says."""
    while found := tar.next():
        if not FILE_NAME.fullmatch(found.name):
            raise BackupRefused(FOREIGN)
        target = folder / found.name.removeprefix(f"{FILES}/")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy_member(tar, found, target)


def _copy_member(tar: tarfile.TarFile, found: tarfile.TarInfo, target: Path) -> None:
    part = tar.extractfile(found) if found.isreg() else None
    if part is None or target.exists():
        raise BackupRefused(FOREIGN)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as copy:
        while some := part.read(AT_ONCE):
            copy.write(some)
