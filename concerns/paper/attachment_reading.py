"""Reads the files of a form: which can be kept, what each is kept as, and why another is not; and
keeps them in a draft.

One file is held in memory at a time. It is scanned as it was sent; then its name and content are
judged by `rules/attachments.py`; and a picture is drawn anew in another process.
"""

import errno
import hashlib
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from concerns.doors import attachments
from concerns.doors.act import ActRefused
from concerns.doors.gated_request import GatedRequest
from concerns.doors.unsent_words import uid_of_page
from concerns.forms.attachment_form import AddFilesForm
from concerns.models import Viewer
from concerns.paper.bounded_process import run_bounded_process
from concerns.paper.file_upload import UploadedAttachment, list_uploads
from concerns.paper.virus_scan import VirusScanner, are_files_scanned
from concerns.rules.attachments import (
    DRAWN_AS,
    LARGEST,
    MEGABYTE,
    MOST_PIXELS,
    FileFault,
    FileKind,
    clean_file_name,
    judge_file,
    name_as_kept,
)

# The program that draws a picture anew ends itself after 20 seconds of work.
_MOST_SECONDS = 45
# Bytes that must be free on the disk before files are kept.
LEAST_ROOM = 512 * MEGABYTE
# One form at a time: drawing pictures takes long, and must leave threads for whoever sends words.
_reading = threading.Lock()


@dataclass(frozen=True)
class ReadFile:
    """A file to be kept, or why not (`fault`), with its cleaned name. `kind` is None if it is of
    none that is kept. `scanned`: ClamAV looked at it."""

    name: str
    kind: FileKind | None
    content: bytes = b""
    fault: FileFault | None = None
    scanned: bool = False

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what is kept, in hex; "" if nothing is."""
        return "" if self.fault else hashlib.sha256(self.content).hexdigest()


BUSY = (
    "Somebody else's files are being read just now. Press Add again in a minute. What you wrote is "
    "not affected."
)
NO_ROOM = (
    "The files could not be kept: the disk takes no more. Tell your technician. What you wrote is "
    "not affected."
)


def build_files_form(request: HttpRequest) -> AddFilesForm:
    """The form that adds files, with those that were sent in it, if it was."""
    return AddFilesForm(list_uploads(request), pressed=request.method == "POST")


def keep_posted_files(
    viewer: Viewer, form: AddFilesForm, draft: uuid.UUID, *, anew: bool = False
) -> bool:
    """Keep the files of `form`, which is valid, in the viewer's draft `draft`. If the disk takes no
    more, or the files of somebody else are being read, False, with the reason on the form.

    `anew`: what an earlier sending left in `draft`, because it was interrupted, is removed first.
    """
    uploads: list[UploadedAttachment] = form.cleaned_data["added"]
    wrong = ""
    if not _reading.acquire(blocking=False):
        wrong = BUSY
    else:
        try:
            require_room()
            if anew:
                attachments.remove_draft_files(viewer, draft)
            attachments.keep_in_draft(viewer, draft, read_files(uploads))
        except OSError:
            wrong = NO_ROOM
        finally:
            _reading.release()
    for upload in uploads:
        upload.close()
    if wrong:
        form.add_error(None, wrong)
    return not wrong


def add_posted_files(
    request: GatedRequest, form: AddFilesForm, act: Callable[..., object], **given: Any
) -> bool:
    """Keep the files of `form` under the address of the page, and add them by `act`, which is given
    the viewer, the draft, the time and `given`. False if they were not sent, or not added: then the
    reason is on the form and nothing of them is kept."""
    viewer = request.viewer
    draft = uid_of_page(viewer.person, viewer.school, request.path)
    if not (form.is_valid() and keep_posted_files(viewer, form, draft, anew=True)):
        return False
    try:
        act(by=viewer, draft=draft, now=viewer.now, **given)
    except ActRefused as refused:
        attachments.remove_draft_files(viewer, draft)
        form.add_error(None, refused.words)
        return False
    return True


def require_room(more: int = 0) -> None:
    """Raise OSError if the disk is nearly full, or would be once it takes `more` bytes. What is
    left is for words."""
    folder = settings.ATTACHMENTS_DIR
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if shutil.disk_usage(there).free < LEAST_ROOM + more:
        raise OSError(errno.ENOSPC, "the disk is nearly full")


def read_files(files: list[UploadedAttachment]) -> Iterator[ReadFile]:
    """Each of `files`, read when it is asked for."""
    scanner = VirusScanner()
    for file in files:
        name = clean_file_name(file.name)
        if file.fault:
            yield ReadFile(name, None, fault=file.fault)
        else:
            yield read_file(name, file.read_content(), scanner)


def read_file(name: str, content: bytes, scanner: VirusScanner) -> ReadFile:
    """A file of the cleaned name `name`, as it may be kept, or why not."""
    kind, fault = judge_file(name, content)
    fault = fault or scanner.find_fault(content)
    if fault or kind is None:
        return ReadFile(name, kind, fault=fault)
    if kind in DRAWN_AS:
        drawn = draw_picture_anew(kind, content)
        if drawn is None:
            return ReadFile(name, kind, fault=FileFault.PICTURE)
        name = name_as_kept(name, kind)
        kind = DRAWN_AS[kind]
        content = drawn
    return ReadFile(name, kind, content, scanned=are_files_scanned())


def draw_picture_anew(kind: FileKind, content: bytes) -> bytes | None:
    """The picture, drawn anew (`image_process.py`); None if it cannot be drawn, or is far too
    large."""
    options = (kind.value, str(MOST_PIXELS))
    drawn = run_bounded_process("image_process.py", content, *options, seconds=_MOST_SECONDS)
    return drawn if drawn and len(drawn) <= LARGEST else None
