"""A school's own time limits for steps: each change is a dated row, and the newest one counts.

The default limits are in `rules/clocks.py`, and the range a school may choose in `rules/bounds.py`.
"""

from datetime import datetime

from django.db import models

from concerns.models.base.case_row import SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules import clock_bounds
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.roles import May

_KINDS = {kind.value: kind for kind in CLOCKS}


def visible_clock_kinds(viewer: Viewer) -> list:
    """The kinds of step whose clocks `viewer` may see: those of concerns about adults only if they
    may read such concerns."""
    return [kind for kind in CLOCKS if kind in StepKind or viewer.has_power(May.ADULT)]


class ClockSets(ViewerScopedQuerySet):
    def amounts_in_force(self, school: School, at: datetime | None = None) -> dict[str, int]:
        """The school's own amounts by kind of step, for kinds that have one; as of `at` if given.

        Limited to what the table of bounds allows now, whatever it allowed when they were set.
        """
        rows = self.filter(school=school)
        rows = rows.filter(since__lte=at) if at else rows
        newest = dict(rows.order_by("id").values_list("kind", "amount"))
        return {
            kind: clock_bounds.clamp_clock_amount(_KINDS[kind], amount)
            for kind, amount in newest.items()
            if amount is not None and kind in _KINDS
        }


class ClockSet(SchoolOwnedModel):
    """From `since` on the school allows `amount` for steps of `kind`. None means the default in the
    table of clocks. The unit is the clock's, in `rules/clocks.py`."""

    kind = models.CharField(max_length=20)
    amount = models.PositiveSmallIntegerField(null=True)
    since = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    objects = ClockSets.as_manager()

    class Meta:
        indexes = [models.Index(fields=["school", "id"], name="clocks_of_a_school")]

    @property
    def clock_change_words(self) -> str:
        """The name of the clock and what it was set to."""
        kind = _KINDS[self.kind]
        usual = self.amount is None
        said = clock_bounds.clock_amount_in_words(
            kind, CLOCKS[kind].amount if usual else self.amount
        )
        return f"{kind.label}: {said}{' again, as the table says' if usual else ''}"

    def __str__(self):
        return f"{self.kind} {self.uid}"
