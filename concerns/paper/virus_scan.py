"""Asks ClamAV whether a file has a virus, where `CLAMD` says how to reach its daemon.

Whatever is wrong with the scanner is no fault of whoever adds a file: it is said of the file, and
nothing else waits for it.
"""

import io
import logging
import socket

from clamav_client.clamd import ClamdNetworkSocket, ClamdUnixSocket
from clamav_client.scanner import ClamdScanner
from django.conf import settings

from concerns.rules.attachments import FileFault

log = logging.getLogger(__name__)
# For one file of 25 MB. A scanner that takes longer is taken to be down.
MOST_SECONDS = 30
# For its answer that it is there, before the first file of a sending: one that takes the connection
# and says nothing must not hold up whoever waits for the page.
PATIENCE = 3


def are_files_scanned() -> bool:
    """Whether a scanner is set up for this installation."""
    return bool(settings.CLAMD)


class _UnixSocket(ClamdUnixSocket):
    """The library's waits for ever to be connected, once a daemon that has stopped has as many
    connections waiting as it takes."""

    def _init_socket(self) -> None:
        self.clamd_socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.clamd_socket.settimeout(self.timeout)
        self.clamd_socket.connect(self.unix_socket)


def _connect_within(seconds: int) -> ClamdNetworkSocket:
    """A client of the daemon that waits so long for each answer. Raises ValueError if `CLAMD` is no
    address."""
    client = ClamdScanner({"address": settings.CLAMD, "timeout": seconds}).client
    if isinstance(client, ClamdUnixSocket):
        return _UnixSocket(client.unix_socket, seconds)
    return client


def _wait_for_answer() -> None:
    """Raises an error of the library's if the daemon does not say in time that it is there."""
    client = _connect_within(PATIENCE)
    try:
        client.ping()
    finally:
        # The library leaves open what could not be connected.
        client._close_socket()


class VirusScanner:
    """The scanner for the files of one sending. Once it has not answered it is not asked again, so
    that twenty files do not wait twenty times."""

    def __init__(self) -> None:
        self.is_down = False
        self._is_there = False

    def find_fault(self, content: bytes) -> FileFault | None:
        """Why the file may not be kept; None if the scanner finds nothing, or there is none."""
        if not settings.CLAMD:
            return None
        if self.is_down:
            return FileFault.NOT_SCANNED
        # Its sockets and its parser raise what they like.
        try:
            if not self._is_there:
                _wait_for_answer()
                self._is_there = True
            said = _connect_within(MOST_SECONDS).instream(io.BytesIO(content))
            state = said.get("stream", ("", None))[0]
        except Exception as fault:
            log.warning("a file was not scanned: %s", type(fault).__name__)
            state = ""
        if state == "FOUND":
            return FileFault.VIRUS
        self.is_down = state != "OK"
        return FileFault.NOT_SCANNED if self.is_down else None
