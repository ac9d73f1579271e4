"""Runs for ever, every 20 seconds: escalates late steps to the next person and posts pending mail.

Run one such process beside the web server. Two do no harm, and one may be killed at any moment: a
round holds a lease, and what it sends is written down before it is sent.
"""

import logging
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
        parser.add_argument("--once", action="store_true", help="run once and stop")

    def handle(self, *args, once, **options):
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
                log.warning("the clock could not run: %s", type(fault).__name__)
                close_old_connections()
            stop.wait(SECONDS)
