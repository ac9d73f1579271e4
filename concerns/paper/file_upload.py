"""Takes in the files of a form, up to 20 of 25 MB, without holding them in memory or in the clear.

Each is written to a file without a name, encrypted with a key that only this request has and that
is never written down. What is larger than may be kept, or one too many, is not written at all; its
name stays, so that it can be said which it was.

`safeguarding/middleware.py` uses it for the pages that take such files, in `TAKES_FILES`, and only
for somebody who is signed in. Every other page takes a file of at most 10 MB.
"""

import os
import tempfile
from typing import Any, BinaryIO, cast

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from concerns.rules.attachments import (
    LARGEST,
    LARGEST_SENDING,
    MOST_AT_ONCE,
    UNNAMED,
    FileFault,
)
from concerns.rules.child_package import MOST_PACKAGE

# By URL name.
TAKES_PACKAGE = frozenset({"history_package"})
TAKES_FILES = frozenset({
    "submit_files", "submit_add_files", "triage_files", "refer_files", "child_document_files",
    "history_documents",
})  # fmt: skip
# Bytes of a file that are held in memory before it is written down.
IN_MEMORY = 512 * 1024


class UploadedAttachment:
    """A file as it was sent. `name`: as the browser says."""

    def __init__(self, name: str, *, is_one_too_many: bool):
        self.name = name
        self._fault = FileFault.MANY if is_one_too_many else None
        self.size = 0
        self._is_whole = False
        self._cipher = Cipher(AES(os.urandom(32)), CTR(os.urandom(16)))
        self._encryptor = self._cipher.encryptor()
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - see close()

    @property
    def fault(self) -> FileFault | None:
        """Why it was not taken in. What ends before the next part of the form begins was cut."""
        return self._fault or (None if self._is_whole else FileFault.CUT)

    def write_piece(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > LARGEST and self._fault is None:
            self._fault = FileFault.LARGE
            self._file.close()
        if self._fault is None:
            self._file.write(self._encryptor.update(piece))

    def note_end(self) -> None:
        self._is_whole = True

    def read_content(self) -> bytes:
        """All of it. Only if it has no fault."""
        self._file.seek(0)
        return self._cipher.decryptor().update(self._file.read())

    def close(self) -> None:
        self._file.close()


class PackageUploadHandler(FileUploadHandler):
    """Takes in a package of one child's file, which is encrypted as it comes, in a file without a
    name. `archive` is that file; None if none was sent, or it was too large or there is no room."""

    def __init__(self, request: Any = None):
        super().__init__(request)
        self.archive: BinaryIO | None = None
        self.is_too_large = False
        self.has_no_room = False
        self._size = 0

    def new_file(self, *given: Any, **more: Any) -> None:
        super().new_file(*given, **more)
        if self.archive is None and not self._size:
            self.archive = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - see forget()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > MOST_PACKAGE:
            self.is_too_large = True
            self.forget()
        elif self.archive:
            try:
                self.archive.write(raw_data)
            except OSError:
                self.has_no_room = True
                self.forget()

    def file_complete(self, file_size: int) -> Any:
        return SimpleUploadedFile(self.file_name or UNNAMED, b"") if self.archive else None

    def upload_interrupted(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Close the file, which is gone then."""
        if self.archive:
            self.archive.close()
            self.archive = None


class AttachmentUploadHandler(FileUploadHandler):
    """Django calls it while a form with files is read."""

    def __init__(self, request: Any = None):
        super().__init__(request)
        self.taken: list[UploadedAttachment] = []

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > LARGEST_SENDING:
            raise RequestDataTooBig("more files than may be sent at once")

    def new_file(self, *given: Any, **more: Any) -> None:
        super().new_file(*given, **more)
        number = len(self.taken) + 1
        name = self.file_name or ""
        self.taken.append(UploadedAttachment(name, is_one_too_many=number > MOST_AT_ONCE))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken[-1].write_piece(raw_data)

    def file_complete(self, file_size: int) -> Any:
        self.taken[-1].note_end()
        return self.taken[-1]


def list_uploads(request: HttpRequest) -> list[UploadedAttachment]:
    """The files of a form that was sent to a page of `TAKES_FILES`, in their order; also those that
    did not arrive whole, which Django leaves out."""
    if request.method != "POST":
        return []
    # Reads the form, if nothing has yet.
    request.FILES  # noqa: B018
    handlers = request.upload_handlers
    return [
        file
        for handler in handlers
        if isinstance(handler, AttachmentUploadHandler)
        for file in handler.taken
    ]


def find_uploaded_package(request: HttpRequest) -> PackageUploadHandler | None:
    """What became of the package in a form that was sent to a page of `TAKES_PACKAGE`; None if the
    page was only opened."""
    if request.method != "POST":
        return None
    # Reads the form, if nothing has yet.
    request.FILES  # noqa: B018
    handlers = request.upload_handlers
    return next((one for one in handlers if isinstance(one, PackageUploadHandler)), None)
