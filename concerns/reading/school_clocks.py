"""Which of a school's time limits for steps a person may see.

The limits a school has set are `ClockSet` in `models/school/school.py`, the defaults are in
`rules/clocks.py`, and the range a school may choose is in `rules/clock_bounds.py`.
"""

from concerns.models.school.person import Viewer
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.roles import May


def visible_clock_kinds(viewer: Viewer) -> list[StepKind | AdultStepKind]:
    """The kinds of step whose clocks `viewer` may see: those of concerns about adults only if they
    may read such concerns."""
    return [kind for kind in CLOCKS if kind in StepKind or viewer.has_power(May.ADULT)]
