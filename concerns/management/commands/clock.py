"""Goes round and round: tells what is late to whoever it has come to, and posts what waits.

One process beside the web server. Two of them do no harm, and one may be killed at any moment: who
goes round holds a lease, and what a round sends is written down before it is sent.
"""

import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from concerns.doors.rounds import go_round

log = logging.getLogger(__name__)
SECONDS = 20


class Command(BaseCommand):
    help = "Go round: late steps are told on, letters are posted. Runs until it is stopped."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="one round, and no more")

    def handle(self, *args, once, **options):
        if once:
            go_round()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                go_round()
            except DatabaseError as fault:
                # It comes back by itself; the pages say meanwhile that the clock stands still.
                log.warning("no round: %s", type(fault).__name__)
                close_old_connections()
            stop.wait(SECONDS)
