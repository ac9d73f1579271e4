"""A concern about a child: what was written, which never changes, and its current state.

Concerns about adults who work here are in `models/adult/`.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.timezone import localtime

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.told_by import ThirdPartyAccount
from concerns.models.school.person import Person, Viewer
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import TO_REPORTER, State
from concerns.rules.occurrence import occurrence_in_words
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.words import Category, ConcernOutcome, GoingHome, HowKnown, HowSure, TellerKind


@dataclass(frozen=True)
class QueuePlace:
    """A position in a list of concerns, after which the next page of the list starts.

    It holds the sort values, not the row: a colleague may move the row in the list meanwhile, and
    the rows in between would be missed.
    """

    rank: int
    next_due_at: datetime
    id: object

    @classmethod
    def place_for_address(cls, row: "Concern", received: datetime | None = None) -> str:
        """The position of `row` as text for a URL, without a name or a countable number in it. In a
        list by when concerns were received, `received` is that moment."""
        at = received or row.closed_at or row.next_due_at
        written = f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}" if at else ""
        return f"{row.rank}.{written}.{row.uid}"

    @classmethod
    def parse_queue_place(cls, written: str, rows: "ConcernQuerySet") -> "QueuePlace | None":
        """The position from a URL, among `rows`. None if `written` is malformed."""
        try:
            rank, at, uid = written.split(".")
            moment = datetime.strptime(at, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            ties = rows.filter(uid=uuid.UUID(uid)).values("id")
            return cls(min(int(rank), 9), moment, models.Subquery(ties))
        except ValueError:
            return None


def _danger_still_to_tell() -> models.Exists:
    """Whether the step to tell somebody of a danger is open. For a query of concerns."""
    # `Step` is in a file that imports this one.
    steps = apps.get_model("concerns", "Step")._default_manager
    return models.Exists(
        steps.filter(concern=models.OuterRef("pk"), kind=StepKind.DANGER_NOW, done_at__isnull=True)
    )


class ConcernQuerySet(CaseRows[ConcernRow]):
    def open(self) -> Self:
        """Concerns not closed. Tests one nullable column, so that SQLite and PostgreSQL use the
        index of open rows."""
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def involving_children(self, *children: Any) -> Self:
        """Concerns about any of `children`, or in which any of them is also involved."""
        # `ConcernChild` is in a file that imports this one.
        rows = apps.get_model("concerns", "ConcernChild")._default_manager
        return self.filter(pk__in=rows.filter(child__in=children).values("concern"))

    def late(self, now: datetime) -> Self:
        return self.open().filter(next_due_at__lt=now)

    def asking_whom_they_told(self) -> Self:
        """Annotates `nobody_told`: a child is in danger, and the writer has not said whom they
        told."""
        return self.annotate(nobody_told=_danger_still_to_tell())

    def told_nobody(self) -> Self:
        """The concerns that `asking_whom_they_told` marks."""
        return self.filter(_danger_still_to_tell())

    def waiting_for(self, viewer: Viewer) -> Self:
        """Concerns to be read or decided, or late, that no other person holds."""
        waits = models.Q(state__in=[State.WAITING, State.TAKEN])
        free = models.Q(holder=None) | models.Q(holder=viewer.person)
        return self.open().filter(free, waits | models.Q(next_due_at__lt=viewer.now))

    def next_to_read(self, viewer: Viewer, was: "Concern") -> ConcernRow | None:
        """The next concern after an act on `was`: the most pressing other one that waits and that
        no other person holds."""
        return self.waiting_for(viewer).exclude(pk=was.pk).most_pressing_first().first()

    def most_pressing_first(self) -> Self:
        return self.order_by("rank", "next_due_at", "id")

    def after_queue_place(self, last: "QueuePlace | Concern") -> Self:
        """The rows after `last` in the order of `most_pressing_first`, for keyset paging."""
        return self.filter(rank__gte=last.rank).filter(
            models.Q(rank__gt=last.rank)
            | models.Q(next_due_at__gt=last.next_due_at)
            | models.Q(next_due_at=last.next_due_at, id__gt=last.id)
        )

    def in_order_of_receipt(self, *, newest: bool) -> Self:
        return (
            self.order_by("-received_at", "-id") if newest else self.order_by("received_at", "id")
        )

    def received_after_place(self, last: QueuePlace, *, newest: bool) -> Self:
        """The rows after `last`, whose moment is when it was received, in the order of
        `in_order_of_receipt`, for keyset paging."""
        beyond = "lt" if newest else "gt"
        rows = self.filter(**{f"received_at__{beyond}e": last.next_due_at})
        later = models.Q(**{f"received_at__{beyond}": last.next_due_at})
        return rows.filter(later | models.Q(**{f"id__{beyond}": last.id}))

    def newest_closed_first(self) -> Self:
        return self.closed().order_by("-closed_at", "-id")

    def closed_after(self, last: QueuePlace) -> Self:
        """The rows after `last` in the order of `newest_closed_first`, for keyset paging."""
        return self.filter(closed_at__lte=last.next_due_at).filter(
            models.Q(closed_at__lt=last.next_due_at) | models.Q(id__lt=last.id)
        )


class Concern(ThirdPartyAccount, CaseRow):
    shown_in_part = ShownInPart.AS_THE_CONCERN
    to_concern = "id"
    # No post receives it as a whole, unlike a concern about an adult: each step has its holder.
    goes_to = ""
    # The columns an act may change; `doors/act.py` updates no others.
    CHANGES = (
        "state", "holder", "version", "rank", "next_due_at", "closed_at", "first_looked_at",
        "looked_after", "decided_at", "decided_after", "outcome", "changed_by", "changed_at",
        "changed_how", "sorting",
    )  # fmt: skip

    reference = models.CharField(max_length=12)
    reporter = models.ForeignKey(Person, models.PROTECT, related_name="written")
    # The id of the draft. It is unique, so one form can create only one concern.
    draft = models.UUIDField(unique=True)
    begun_at = models.DateTimeField()
    received_at = models.DateTimeField()

    happened_on = models.DateField(null=True, blank=True)
    happened_at = models.TimeField(null=True, blank=True)
    how_sure = models.CharField(max_length=12, blank=True)
    # Its place in the order of time, from the day and time above; `received_at` without them.
    occurred_at = models.DateTimeField()
    how_known = models.CharField(max_length=16, blank=True)
    going_home = models.CharField(max_length=12)
    danger = models.BooleanField(default=False)
    did_not_want_to_say = models.BooleanField(default=False)
    # A mark on a child who cannot yet move about; female genital mutilation that is known of, not
    # only suspected. Each opens a step that is due at once.
    cannot_move = models.BooleanField(default=False)
    fgm_known = models.BooleanField(default=False)

    # When it happened as the writer wrote it, if that is more than the day and time above say.
    when_written = EncryptedText()
    account = EncryptedText()
    may_mean = EncryptedText()
    place = EncryptedText()
    child_words = EncryptedText()
    asked = EncryptedText()
    who_else = EncryptedText()
    explanation = EncryptedText()
    explained_by = EncryptedText()
    told_in_person = EncryptedText()
    already_called = EncryptedText()
    # Answers that could not be read, as they were written: a line each, for whoever reads it.
    not_read = EncryptedText()

    state = models.CharField(max_length=10, default=State.WAITING)
    holder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="holds")
    # The newest sorting into categories by a lead; None as long as there is none.
    sorting = models.ForeignKey(
        "concerns.CategorySorting", models.PROTECT, null=True, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(default=1)
    # Rank and due time of the most pressing open step. Every act sets them; the queue sorts by
    # them.
    rank = models.PositiveSmallIntegerField(default=9)
    next_due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    first_looked_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    # In school minutes from receipt, by the school calendar as it was on that day.
    looked_after = models.PositiveIntegerField(null=True)
    decided_after = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_how = models.CharField(max_length=20)
    # Whether its words are in the search index (`word_index.py`). False for one sent before there
    # was an index, until `manage.py findable` adds it.
    findable = models.BooleanField(default=True)

    # Not a column: see `asking_whom_they_told`.
    nobody_told: bool

    objects: ClassVar = ConcernQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "reference"], name="reference_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]),
                name="concern_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.CLOSED, closed_at__isnull=False)
                | ~models.Q(state=State.CLOSED) & models.Q(closed_at__isnull=True),
                name="closed_when_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=False) | models.Q(next_due_at__isnull=False),
                name="open_means_owed",
            ),
            models.CheckConstraint(
                condition=models.Q(going_home__in=[answer.value for answer in GoingHome]),
                name="going_home_is_answered",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    how_sure__in=["", *(word.value for word in HowSure)],
                    how_known__in=["", *(word.value for word in HowKnown)],
                    outcome__in=["", *(word.value for word in ConcernOutcome)],
                    teller_is__in=["", *(word.value for word in TellerKind)],
                ),
                name="concern_words_are_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "rank", "next_due_at", "id"],
                condition=models.Q(closed_at__isnull=True),
                name="open_concerns",
            ),
            models.Index(
                fields=["school", "received_at", "id"],
                condition=models.Q(closed_at__isnull=True),
                name="open_by_receipt",
            ),
            models.Index(
                # Has every column that is counted, so that counting reads the index alone.
                fields=["school", "state", "holder", "next_due_at", "id"],
                condition=models.Q(closed_at__isnull=True),
                name="open_by_state",
            ),
            # Closed rows only: otherwise PostgreSQL uses it for the open rows and sorts them.
            models.Index(
                fields=["school", "-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="closed_concerns",
            ),
            models.Index(fields=["school", "received_at", "id"], name="concerns_received"),
            models.Index(fields=["reporter", "-id"], name="concerns_written"),
            models.Index(
                fields=["school", "id"],
                condition=models.Q(findable=False),
                name="not_findable_yet",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The page on which a lead reads it."""
        return reverse("triage_read", args=[self.uid])

    @property
    def state_words(self) -> str:
        return State.label_of_value(self.state)

    @property
    def occurred(self) -> date | datetime:
        """When it happened, as precisely as it was written down: a day or a moment."""
        if self.happened_on and self.happened_at is None:
            return self.happened_on
        return self.occurred_at

    @property
    def occurred_in_words(self) -> str:
        """When it happened, with how sure the writer was: "About 5 November 2026"."""
        return occurrence_in_words(
            self.happened_on, self.happened_at, self.how_sure, self.received_at
        )

    @property
    def outcome_in_words(self) -> str:
        return ConcernOutcome.label_of_value(self.outcome)

    @property
    def reporter_words(self) -> str:
        """Its state, worded for the person who wrote it."""
        return TO_REPORTER[State(self.state)]

    def worries_in_words(self, today: date, mark: str, danger_is_said: bool) -> list[str]:
        """What makes it pressing, in words, from its answers. `mark` is its visible mark in words.
        `danger_is_said`: the words beside it already say that a child may be in danger."""
        home: dict[str, str] = {
            GoingHome.YES: "worried about",
            GoingHome.NOT_SURE: "not sure about",
        }
        worries = ["in danger now"] if self.danger and not danger_is_said else []
        if mark:
            worries.append(mark)
        elif self.cannot_move:
            worries.append("cannot yet move about")
        if self.going_home in home:
            was = "" if localtime(self.received_at).date() == today else " that day"
            worries.append(f"{home[self.going_home]} going home{was}")
        if self.how_known == HowKnown.CHILD_TOLD or self.child_words:
            worries.append("the child told somebody")
        return worries

    @property
    def category_labels(self) -> list[str]:
        """Labels of the categories its writer chose. Uses `category_rows` if prefetched."""
        return [Category.label_of_value(row.category) for row in self.category_rows.all()]

    @property
    def sorted_category_labels(self) -> list[str]:
        """Labels of the categories a lead last sorted it into; [] if none has. Uses
        `sorting__categories` if prefetched."""
        return self.sorting.category_labels if self.sorting else []

    @property
    def labels_in_force(self) -> list[str]:
        """What a lead sorted it into, else what its writer chose."""
        return self.sorted_category_labels or self.category_labels


class ConcernCategory(CaseRow):
    """A category that the writer chose. A lead's are in `category_sorting.py`."""

    shown_in_part = ShownInPart.AS_THE_CONCERN
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="category_rows")
    category = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "category"], name="category_once"),
            models.CheckConstraint(
                condition=models.Q(category__in=[word.value for word in Category]),
                name="category_is_known",
            ),
        ]
        indexes = [models.Index(fields=["category", "concern"], name="concerns_by_category")]

    def __str__(self) -> str:
        return self.category
