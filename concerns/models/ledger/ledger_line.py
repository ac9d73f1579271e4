"""A line of the ledger: what was done or looked at, by whom and when. Lines never change.

`doors/ledger.py` writes them. The database refuses to change or delete one (`append_only.py`).
A later sealing of the ledger will use a separate table (`Seal`: a position and a chained hash for
each line), so a line never needs an update.
"""

from datetime import datetime
from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person, Viewer
from concerns.rules.kinds import Kind

# The reason in the body of a line when a program, not its owner, fetched somebody's calendar.
CALENDAR_FEED = "calendar feed"


class LedgerLines(ViewerScopedQuerySet[Row]):
    def last_opened_before(self, viewer: Viewer, moment: datetime) -> datetime | None:
        """When `viewer` last opened or changed anything in the record of their school before
        `moment`; None if they never had."""
        rows = self._opened_by(viewer).filter(received__lt=moment).order_by("-id")
        return rows.values_list("received", flat=True).first()

    def first_opened_since(self, viewer: Viewer, moment: datetime) -> datetime | None:
        """When `viewer` first opened or changed anything from `moment` on; None if not yet."""
        rows = self._opened_by(viewer).filter(received__gte=moment).order_by("id")
        return rows.values_list("received", flat=True).first()

    def _opened_by(self, viewer: Viewer) -> Self:
        """What `viewer` opened or changed in their school. Whoever only signed in has opened
        nothing, and a calendar program that fetches their calendar is not them."""
        own = self.filter(school=viewer.school, actor=viewer.person, outcome="done")
        by_a_program = models.Q(kind=Kind.LISTED, body__contains=f'"{CALENDAR_FEED}"')
        return own.exclude(kind__in=(Kind.SIGNED_IN, Kind.FACTOR_GIVEN)).exclude(by_a_program)


class LedgerLine(SchoolOwnedModel):
    received = models.DateTimeField()
    actor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    # `about` is the uid of the thing, `concern` the uid of its concern, for the concern's trail.
    # Never a name.
    about = models.CharField(max_length=36, blank=True)
    concern = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, default="done")
    # The exact canonical bytes that `digest` is the hash of.
    body = models.TextField()
    digest = models.CharField(max_length=64)

    objects = LedgerLines.as_manager()

    class Meta:
        db_table = "concerns_line"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]),
                name="line_kind_is_known",
            )
        ]
        indexes = [
            models.Index(fields=["concern", "id"], name="trail_of_a_concern"),
            models.Index(fields=["school", "id"], name="lines_in_order"),
            # What somebody has opened lately: see `files_opened.py`.
            models.Index(fields=["actor", "received"], name="lines_of_a_person"),
            # Who read a child's story. A partial index on the kind would never be used on SQLite,
            # which does not know the compared value when it plans the query.
            models.Index(
                fields=["about", "id"],
                condition=models.Q(concern__isnull=True),
                name="lines_about_no_concern",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class LedgerLineWords(SchoolOwnedModel):
    """Names and narrative that belong to a line but must not be stored in it. These words can be
    erased, and the line stays.

    The line holds a commitment to the words, made with `salt`. Without a salt short words could be
    guessed.
    """

    line = models.OneToOneField(LedgerLine, models.PROTECT, related_name="side")
    salt = models.CharField(max_length=32)
    words = EncryptedText()

    class Meta:
        db_table = "concerns_linewords"

    def __str__(self) -> str:
        return f"words of line {self.line_id}"
