"""The folder of added files in a backup, and back (`models/concern/attachment.py`).

What is in it is encrypted, written once and never changed. It is copied after the database, so that
no row of the copy is without its file; a file whose row is not in the copy does no harm.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from concerns.paper.backup_archive import (
    FILES,
    BackupRefused,
    FilesSize,
    hash_file,
    list_files,
    measure_files,
)


def copy_files_out(to: Path) -> FilesSize:
    """Copy the folder of this installation to the folder `to`, by links where that can be done: the
    files never change. Those of drafts that are taken away meanwhile are left out."""
    source = settings.ATTACHMENTS_DIR
    for name in map(_path_in_folder, list_files(source)):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            _link_or_copy(source / name, to / name)
    return measure_files(to)


def _path_in_folder(name: str) -> str:
    return name.removeprefix(f"{FILES}/")


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        # Another disk, or one that has no links.
        shutil.copyfile(source, target)


def refuse_unless_room_for_files(size: FilesSize) -> None:
    """Raise BackupRefused if the files of a backup cannot be put here."""
    folder = settings.ATTACHMENTS_DIR
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        room = shutil.disk_usage(folder).free
    except OSError as wrong:
        raise BackupRefused(f"{folder} (ATTACHMENTS_DIR) cannot be written.") from wrong
    if room < size.size or not os.access(folder, os.W_OK):
        raise BackupRefused(f"{folder} (ATTACHMENTS_DIR) has no room, or cannot be written.")


def copy_files_in(copy: Path) -> None:
    """Put the files of a backup in the folder of this installation, each whole or not at all. One
    that is there already is left if it is the same, and replaced if it differs. Raises
    BackupRefused.
    """
    for name in map(_path_in_folder, list_files(copy)):
        target = settings.ATTACHMENTS_DIR / name
        if target.exists() and hash_file(target) == hash_file(copy / name):
            continue
        being_written = target.with_suffix(".restored")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(copy / name, being_written)
            being_written.chmod(0o600)
            with being_written.open("rb") as file:
                os.fsync(file.fileno())
            being_written.replace(target)
        except OSError as wrong:
            being_written.unlink(missing_ok=True)
            raise BackupRefused(
                f"{target} could not be written. Files of the backup that are in the folder "
                "already do no harm."
            ) from wrong
