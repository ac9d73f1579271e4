"""The package of one child's file that was made for another school: that it was made, when, by whom
and for whom. That it was sent is another row (`FileSending`).

The archive itself, which is encrypted to a passphrase that is kept nowhere, waits for its maker in
the folder of added files, and is deleted after `MADE_PACKAGE_KEPT_FOR`. The row stays.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, Self

from django.conf import settings
from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.child.child_fact import FactRow, RowOfChild, RowsOfChild
from concerns.models.child.departure import Departure
from concerns.models.school.person import Person, Viewer
from concerns.rules.child_package import MADE_PACKAGE_KEPT_FOR


def path_of_package(uid: uuid.UUID) -> Path:
    """Where the archive of the package `uid` is while it waits."""
    return settings.ATTACHMENTS_DIR / "packages" / uid.hex


@contextmanager
def open_package_file(uid: uuid.UUID) -> Iterator[BinaryIO]:
    """A new file for the archive, to be written and read. Only the site's own user may read it. It
    is deleted again if what is done with it fails. Raises OSError."""
    path = _path_being_written(uid)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def finish_package_file(uid: uuid.UUID) -> None:
    """The archive is whole: give it the name under which it is found."""
    _path_being_written(uid).rename(path_of_package(uid))


def delete_package_file(uid: uuid.UUID) -> None:
    with suppress(OSError):
        path_of_package(uid).unlink(missing_ok=True)


def _path_being_written(uid: uuid.UUID) -> Path:
    return path_of_package(uid).with_suffix(".part")


def delete_old_package_files(now: datetime) -> None:
    """Delete each archive that has waited longer than it is kept, and what was never finished."""
    folder = path_of_package(uuid.UUID(int=0)).parent
    with suppress(OSError):
        for path in list(folder.iterdir()):
            if path.stat().st_mtime < (now - MADE_PACKAGE_KEPT_FOR).timestamp():
                path.unlink(missing_ok=True)


class ChildPackages(RowsOfChild[FactRow]):
    def made_by(self, viewer: Viewer) -> Self:
        """Those that the viewer made, of children whose file they still read. Nobody else gets the
        archive: it holds what its maker may read."""
        return self.visible_to(viewer).filter(by=viewer.person)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")


class ChildPackage(RowOfChild):
    """A package was made. `departure`: the child's leaving for which it was, if one was recorded.

    `entries`, `files` and `size` (bytes) say what its maker may read, so they are shown to nobody
    else.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="packages")
    departure = models.ForeignKey(
        Departure, models.PROTECT, null=True, related_name="packages", db_index=False
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    recipient = EncryptedText()
    reason = EncryptedText()
    entries = models.PositiveIntegerField()
    files = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    # SHA-256 of the archive, in hex.
    digest = models.CharField(max_length=64)

    objects: ClassVar = ChildPackages.as_manager()

    def __str__(self) -> str:
        return f"package {self.uid}"

    @property
    def waits_until(self) -> datetime:
        """Until when its maker can download it."""
        return self.at + MADE_PACKAGE_KEPT_FOR
