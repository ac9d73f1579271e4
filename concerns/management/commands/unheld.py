"""Lists what is wrong in the record, and exits 1 if anything is: open concerns without a next step,
steps nobody in post can do, and all else that `reading/integrity_check.py` checks.

Concerns are listed by reference, never by a name. That it was run, and by whom, is a line in the
record of each school, whatever is found there: from the line nobody can tell whether anything was.
The worker runs the same check daily and tells the head and /healthz; what concerns an adult, or
words that were not sent, is told here alone and to those who may know of it.
"""

from django.core.management.base import BaseCommand, CommandError

from concerns.doors.operator_record import record_operator_reading
from concerns.models import Heartbeat, School
from concerns.reading.integrity_check import find_integrity_breaches


class Command(BaseCommand):
    help = "List all that is wrong in the record: what has gone quiet, or was broken by hand."

    def handle(self, *args, **options):
        found = 0
        now = Heartbeat.objects.database_now()
        for school in School.objects.order_by("name", "pk"):
            record_operator_reading(school, "unheld", now)
            for breach in find_integrity_breaches(school):
                found += 1
                self.stdout.write(f"{school}: {breach}")
        if found:
            raise CommandError(f"{found} found. Somebody must put each of these right.")
        self.stdout.write("Every open concern has a next step, and every step a holder.")
