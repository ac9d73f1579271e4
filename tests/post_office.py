"""A mail server of the test's own, at which everything the site sends arrives.

It speaks SMTP on this machine, as the school's would, so that settings, encoding and addresses are
tried and not imagined.
"""

import re
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller


class PostOffice:
    def __init__(self, **more):
        self.arrived: list[EmailMessage] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port, **more)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        message.to_whom = envelope.rcpt_tos
        self.arrived.append(message)
        return "250 taken"

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *fault):
        self._controller.stop()

    @property
    def settings(self) -> dict[str, str]:
        port = str(self._port)
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_USE_TLS": "0"}

    def newest_link(self) -> str:
        """The address in the newest message that has one, from its first stroke on."""
        words = [message.get_content() for message in reversed(self.arrived)]
        found = (re.search(r"https://[^/]+(/\S+)", said) for said in words)
        return next(filter(None, found)).group(1)


@pytest.fixture
def post_office():
    with PostOffice() as office:
        yield office
