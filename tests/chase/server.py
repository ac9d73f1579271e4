"""A mail server that works, is down, or kills the sending process at the worst moment."""

from enum import StrEnum

from django.core import mail as sent_here

from concerns.doors import clock_round, mail


class Server(StrEnum):
    """What becomes of a mail, and of the process that sends it."""

    WELL = "taken"
    DOWN = "nobody answers"
    DIES = "taken, and the worker is killed"
    TWICE = "taken, while another worker goes round"


class Killed(BaseException):
    """Stands for `kill -9`: nothing of the worker's own code runs after it."""


class Post:
    """A connection to a mail server, on which `how` says what happens."""

    def __init__(self, how: Server, now):
        self.how = how
        self.now = now
        # Sent by who was killed: it may be sent again, as the same letter.
        self.twice: set[str] = set()

    def open(self) -> None:
        """The round asks whether the server is there while nothing waits to be sent."""
        if self.how is Server.DOWN:
            raise ConnectionRefusedError

    def close(self) -> None:
        pass

    def send_messages(self, messages) -> int:
        if self.how is Server.DOWN:
            raise ConnectionRefusedError
        if self.how is Server.TWICE:
            assert not clock_round.run_reminder_round(self.now)
            mail.send_due_letters(self.now)
        sent_here.outbox.extend(messages)
        if self.how is Server.DIES:
            self.twice = {message.extra_headers["Message-ID"] for message in messages}
            raise Killed
        return len(messages)
