"""This file knows how what was written before the search, or under an older key, is made findable.

A batch is one transaction: stopped half-way, it goes on from there when it is run again (without
`--anew`, which would begin again). What is written meanwhile is findable at once, by the act that
writes it.
"""

from django.core.management.base import BaseCommand
from django.db import transaction

from concerns.models import Child, Concern, NameKey, WordKey
from concerns.models.finding import make_findable

BATCH = 200


class Command(BaseCommand):
    help = "Make every concern findable by its words, and every child by their names."

    def add_arguments(self, parser):
        parser.add_argument(
            "--anew",
            action="store_true",
            help="begin again with the keys there are now: after one was taken out of RECORD_KEYS",
        )

    def handle(self, *args, anew, **options):
        if anew:
            self._forget()
        done, total = 0, Concern.objects.filter(findable=False).count()
        while made := self._batch():
            done += made
            self.stdout.write(f"{done:,} of {total:,} concerns")
        self._names()
        self.stdout.write("Every concern can be found by its words.")

    @transaction.atomic
    def _batch(self) -> int:
        """How many were made findable: none when nothing waits any more.

        Locked, so that what is added meanwhile is either read here or adds itself.
        """
        waiting = Concern.objects.filter(findable=False).select_related("school")
        some = list(waiting.select_for_update(of=("self",)).order_by("school", "id")[:BATCH])
        make_findable(some)
        return len(some)

    def _forget(self):
        """Every row goes, and the search says what it cannot find until they are back."""
        with transaction.atomic():
            Concern.objects.update(findable=False)
            WordKey.objects.all()._raw_delete(using="default")
        self.stdout.write("What was kept of every word is gone; it is written again now.")

    def _names(self):
        """Words by which a child is found that an earlier release did not keep."""
        last, named = 0, 0
        while some := list(Child.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
            words = [NameKey(child=child, word=w) for child in some for w in child.name_words()]
            NameKey.objects.bulk_create(words, ignore_conflicts=True)
            last, named = some[-1].pk, named + len(some)
        self.stdout.write(f"{named:,} children by their names")
