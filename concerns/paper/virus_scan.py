"""Asks ClamAV whether a file has a virus, where `CLAMD` says how to reach its daemon.

Whatever is wrong with the scanner is no fault of whoever adds a file: it is said of the file, and
nothing else waits for it.
"""

import io
import logging

from clamav_client.scanner import ClamdScanner
from django.conf import settings

from concerns.rules.attachments import FileFault

log = logging.getLogger(__name__)
# For one file of 25 MB. A scanner that takes longer is taken to be down.
MOST_SECONDS = 30


def are_files_scanned() -> bool:
    """Whether a scanner is set up for this installation."""
    return bool(settings.CLAMD)


class VirusScanner:
    """The scanner for the files of one sending. Once it has not answered it is not asked again, so
    that twenty files do not wait twenty times."""

    def __init__(self) -> None:
        self.is_down = False

    def find_fault(self, content: bytes) -> FileFault | None:
        """Why the file may not be kept; None if the scanner finds nothing, or there is none."""
        if not settings.CLAMD:
            return None
        if self.is_down:
            return FileFault.NOT_SCANNED
        # Its sockets and its parser raise what they like.
        try:
            scanner = ClamdScanner({"address": settings.CLAMD, "timeout": MOST_SECONDS})
            said = scanner.client.instream(io.BytesIO(content))
            state = said.get("stream", ("", None))[0]
        except Exception as fault:
            log.warning("a file was not scanned: %s", type(fault).__name__)
            state = ""
        if state == "FOUND":
            return FileFault.VIRUS
        self.is_down = state != "OK"
        return FileFault.NOT_SCANNED if self.is_down else None
