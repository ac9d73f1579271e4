"""Runs for ever, every 20 seconds: escalates late steps to the next person and posts pending mail.

Run one such process beside the web server. Two do no harm, and one may be killed at any moment: a
round holds a lease, and what it sends is written down before it is sent.
"""

import logging
import os
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from concerns.doors.clock_round import run_reminder_round

log = logging.getLogger(__name__)
SECONDS = 20


class Command(BaseCommand):
    help = "Escalate late steps and send due e-mails, again and again until it is stopped."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="run one round, and no more")
        parser.add_argument(
            "--with-parent", type=int, metavar="PID", help="end when its parent, PID, has ended"
        )

    def handle(self, *args, once, with_parent=None, **options):
        if once:
            run_reminder_round()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                run_reminder_round()
            except DatabaseError as fault:
                # The database comes back by itself; until then the pages say the clock has stopped.
                log.warning("no round: %s", type(fault).__name__)
                close_old_connections()
            _wait_for_next_round(stop, with_parent)


def _wait_for_next_round(stop: threading.Event, parent: int | None) -> None:
    """Wait until the next round is due. Sets `stop` if the process `parent` has ended."""
    for _ in range(SECONDS):
        if parent is not None and os.getppid() != parent:
            stop.set()
        if stop.wait(1):
            return
