"""Reads the files of a form: which can be kept, what each is kept as, and why another is not; and
keeps them in a draft.

One file is held in memory at a time. It is scanned as it was sent; then its name and content are
judged by `rules/attachments.py`; and a picture is drawn anew in another process.
"""

import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.http import HttpRequest

from concerns.doors import attachments
from concerns.forms.attachment_form import AddFilesForm
from concerns.models import Viewer
from concerns.paper.file_upload import UploadedAttachment, list_uploads
from concerns.paper.virus_scan import VirusScanner, are_files_scanned
from concerns.rules.attachments import (
    DRAWN_AS,
    LARGEST,
    MOST_PIXELS,
    FileFault,
    FileKind,
    clean_file_name,
    judge_file,
    name_as_kept,
)

_PROGRAM = Path(__file__).with_name("image_process.py")
# The program ends itself after 40 seconds of work. This is for a machine that has much else to do.
_MOST_SECONDS = 90


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


NO_ROOM = (
    "The files could not be kept: the disk takes no more. Tell your technician. What you wrote is "
    "not affected."
)


def build_files_form(request: HttpRequest) -> AddFilesForm:
    """The form that adds files, with those that were sent in it, if it was."""
    return AddFilesForm(list_uploads(request), pressed=request.method == "POST")


def keep_posted_files(viewer: Viewer, form: AddFilesForm, draft: uuid.UUID) -> bool:
    """Keep the files of `form`, which is valid, in the viewer's draft `draft`. If the disk takes no
    more, False, with the reason on the form."""
    uploads: list[UploadedAttachment] = form.cleaned_data["added"]
    try:
        attachments.keep_in_draft(viewer, draft, read_files(uploads))
    except OSError:
        form.add_error(None, NO_ROOM)
        return False
    finally:
        for upload in uploads:
            upload.close()
    return True


def read_files(files: list[UploadedAttachment]) -> Iterator[ReadFile]:
    """Each of `files`, read when it is asked for."""
    scanner = VirusScanner()
    for file in files:
        name = clean_file_name(file.name)
        if file.fault:
            yield ReadFile(name, None, fault=file.fault)
        else:
            yield _read_file(name, file.read_content(), scanner)


def _read_file(name: str, content: bytes, scanner: VirusScanner) -> ReadFile:
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
    # Nothing of the site's environment, which holds its keys, goes to a program that reads a file.
    environment = {"PATH": os.defpath}
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of the file in its name
            [sys.executable, "-I", "-W", "ignore", str(_PROGRAM), kind.value, str(MOST_PIXELS)],
            input=content,
            capture_output=True,
            check=False,
            env=environment,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return None
    fits = 0 < len(done.stdout) <= LARGEST
    return done.stdout if done.returncode == 0 and fits else None
