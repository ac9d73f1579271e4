"""Lists open concerns without a next step and steps nobody in post can do; exits 1 if any.

Concerns are listed by reference, never by a name.
"""

from django.core.management.base import BaseCommand, CommandError

from concerns.models import School
from concerns.reading.integrity_check import find_integrity_breaches


class Command(BaseCommand):
    help = "List open concerns without a next step, and steps nobody in post can do."

    def handle(self, *args, **options):
        found = 0
        for school in School.objects.order_by("name", "pk"):
            for breach in find_integrity_breaches(school):
                found += 1
                self.stdout.write(f"{school}: {breach}")
        if found:
            raise CommandError(f"{found} found. Somebody must be given each of these.")
        self.stdout.write("Every open concern has a next step, and every step a holder.")
