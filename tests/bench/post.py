"""The mail server of the simulated year: what it takes, and the days on which it is down.

It is a connection as the site is given one, and fails as `smtplib` does: it cannot be reached,
hangs up in the middle, or says to come again later.
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle

from django.core.mail.backends.base import BaseEmailBackend

from concerns.rules.message_rules import Subject


@dataclass(frozen=True)
class Arrived:
    at: datetime
    to: str
    red: bool
    number: str
    # How many things it tells.
    lines: int


class PostOffice(BaseEmailBackend):
    """`down` says whether nothing goes out at a moment; `now` is set by whoever sends."""

    def __init__(self, down: Callable[[datetime], bool]):
        super().__init__()
        self.now: datetime | None = None
        self.arrived: list[Arrived] = []
        self.failed = 0
        self._down = down
        self._faults = cycle(
            (
                lambda: ConnectionRefusedError(111, "Connection refused"),
                lambda: smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
                lambda: smtplib.SMTPDataError(451, b"4.3.0 Try again later"),
            )
        )

    def send_messages(self, messages) -> int:
        if self._down(self.now):
            self.failed += 1
            raise next(self._faults)()
        self.arrived += [self._taken(message) for message in messages]
        return len(messages)

    def _taken(self, message) -> Arrived:
        lines = sum(line.startswith("- ") for line in message.body.splitlines())
        red = message.subject == Subject.NOW
        return Arrived(self.now, message.to[0], red, message.extra_headers["Message-ID"], lines)
