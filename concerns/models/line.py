"""This file knows a line of the ledger: what was done or looked at, by whom, when. Never changed.

The door `doors/ledger.py` writes them; the database itself refuses to alter or delete one
(`append_only.py`). Sealing comes to a table beside this one (`Seal`: a position and a chained hash
for each line), so that a line never needs an update.
"""

from django.db import models

from concerns.models.case import Row
from concerns.models.fields import EncryptedText
from concerns.models.person import Person
from concerns.rules.kinds import Kind


class Line(Row):
    received = models.DateTimeField()
    actor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    # The uid of the thing; of its concern, for a concern's trail; never a name.
    about = models.CharField(max_length=36, blank=True)
    concern = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, default="done")
    # The exact canonical bytes that `digest` is the hash of.
    body = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]),
                name="line_kind_is_known",
            )
        ]
        indexes = [
            models.Index(fields=["concern", "id"], name="trail_of_a_concern"),
            models.Index(fields=["school", "id"], name="lines_in_order"),
            # Readings of a child's story. (On SQLite a partial index on the kind is never used:
            # what is compared with a value is not known when the query is planned.)
            models.Index(
                fields=["about", "id"],
                condition=models.Q(concern__isnull=True),
                name="lines_about_no_concern",
            ),
        ]

    def __str__(self):
        return f"line {self.pk}"


class LineWords(Row):
    """What a line commits to but must not hold: names, narrative. It can be erased; the line stays.

    `salt` is what the commitment in the line was made with; without it short words could be
    guessed.
    """

    line = models.OneToOneField(Line, models.PROTECT, related_name="side")
    salt = models.CharField(max_length=32)
    words = EncryptedText()

    def __str__(self):
        return f"words of line {self.line_id}"
