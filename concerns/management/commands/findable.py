"""Builds the search keys of concerns written before the search existed, or under an older key, and
of earlier records.

Each batch is one transaction: if it is stopped half-way, the next run continues from there (without
`--anew`, which starts again). A concern written meanwhile gets its search keys at once, from the
act that writes it.
"""

from django.core.management.base import BaseCommand
from django.db import transaction

from concerns.models import Child, Concern, EarlierLine, EarlierLineWord, NameKey, WordKey
from concerns.models.concern.word_index import make_findable

BATCH = 200


class Command(BaseCommand):
    help = "Make every concern findable by its words, and every child by their names."

    def add_arguments(self, parser):
        parser.add_argument(
            "--anew",
            action="store_true",
            help="start again with the present keys, after one was taken out of RECORD_KEYS",
        )

    def handle(self, *args, anew, **options):
        if anew:
            self._delete_word_keys()
        done = 0
        total = Concern.objects.filter(findable=False).count()
        while made := self._index_next_batch():
            done += made
            self.stdout.write(f"{done:,} of {total:,} concerns")
        self._index_earlier_lines()
        self._index_child_names()
        self.stdout.write("Every concern can be found by its words.")

    @transaction.atomic
    def _index_next_batch(self) -> int:
        """Index up to BATCH concerns; return how many, 0 when none is left.

        The rows are locked, so words added meanwhile are either read here or index themselves.
        """
        waiting = Concern.objects.filter(findable=False).select_related("school")
        some = list(waiting.select_for_update(of=("self",)).order_by("school", "id")[:BATCH])
        make_findable(some)
        return len(some)

    def _delete_word_keys(self):
        """Delete every word key. Until they are rebuilt, the search says it is incomplete."""
        with transaction.atomic():
            Concern.objects.update(findable=False)
            WordKey.objects.all()._raw_delete(using="default")
            EarlierLineWord.objects.all()._raw_delete(using="default")
        self.stdout.write("The word index has been deleted, and is now made again.")

    def _index_earlier_lines(self):
        """Index the lines of earlier records, by pieces. What is in the index already stays."""
        last = 0
        lines = EarlierLine.objects.select_related("school").order_by("pk")
        while some := list(lines.filter(pk__gt=last)[:BATCH]):
            with transaction.atomic():
                for line in some:
                    EarlierLineWord.objects.index_lines(line.school, [line])
            last = some[-1].pk

    def _index_child_names(self):
        """Add the words of children's names that an earlier release did not store."""
        last = 0
        named = 0
        while some := list(Child.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
            NameKey.objects.add_names(some, again=True)
            last = some[-1].pk
            named = named + len(some)
        self.stdout.write(f"{named:,} children by their names")
