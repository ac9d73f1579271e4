"""Reads the whole record, and exits 1 if a line of the ledger was altered or words cannot be read.

That it was run, and by whom, is a line in the record of each school, as with `unheld`, which says
whether anything has gone quiet; this says whether what is kept is what was written.
"""

from django.core.management.base import BaseCommand, CommandError

from concerns.doors.operator_record import record_operator_reading_everywhere
from concerns.paper.record_verification import find_altered_rows


class Command(BaseCommand):
    help = "Read the whole record, and say which rows were altered or cannot be read."

    def handle(self, *args, **options):
        found = 0
        record_operator_reading_everywhere("verify")
        for altered in find_altered_rows():
            found += 1
            self.stdout.write(altered)
        if found:
            raise CommandError(f"{found} found. Keep this database, and ask how it came about.")
        self.stdout.write(
            "Every line of the ledger is what was written, and all words can be read."
        )
