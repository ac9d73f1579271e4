"""Query conditions for concerns that are late, unread, unanswered or quiet, now or on a past day.

For now, they look at the concern's current columns. For a past day, they are worked out from dated
rows alone: when each step was opened, due and done, and when anything was written, decided, sent or
closed. No figures are stored per day. None are needed, because rows are only ever added. A concern
that the viewer may not see today is not counted on any past day either: callers filter for that.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, Subquery

from concerns.models.base.case_row import CaseRow
from concerns.models.concern.concern import Concern
from concerns.models.concern.later_entries import Ending
from concerns.models.response.step import Step, Steps
from concerns.rules import reporting_periods
from concerns.rules.agency_answers import ANSWERS
from concerns.rules.clocks import FIRST_LOOKS, StepKind
from concerns.rules.lifecycle import State
from concerns.rules.school_days import SchoolDays

LATE = "late"
WAITING = "waiting"
OUTSIDE = "outside"
QUIET = "quiet"
# Steps that wait for an agency's answer, or for its answer to a challenge.
FROM_OUTSIDE = frozenset({*ANSWERS.values(), StepKind.CHALLENGE})
OPEN = Q(closed_at__isnull=True)


def current_conditions(days: SchoolDays, moment: datetime, quiet: int) -> dict[str, Q]:
    """The condition for each of LATE, WAITING, OUTSIDE and QUIET at `moment`, which is now.

    `quiet` is the number of school days without any change after which a concern is quiet.
    """
    outside = Step.objects.open().filter(concern=OuterRef("pk"), kind__in=FROM_OUTSIDE)
    return {
        LATE: OPEN & Q(next_due_at__lt=moment),
        WAITING: OPEN & Q(state=State.WAITING),
        OUTSIDE: OPEN & Q(Exists(outside)),
        QUIET: OPEN & Q(changed_at__lt=reporting_periods.quiet_cutoff(days, moment, quiet)),
    }


def conditions_at_moment(days: SchoolDays, moment: datetime, quiet: int) -> dict[str, Q]:
    """The same conditions as `current_conditions`, as they were at `moment` in the past."""
    steps = steps_open_at(moment).filter(concern=OuterRef("pk"))
    since = reporting_periods.quiet_cutoff(days, moment, quiet)
    was_open = _was_open_at(moment)
    return {
        LATE: was_open & Q(Exists(steps.filter(due_at__lt=moment))),
        WAITING: was_open & Q(Exists(steps.filter(kind__in=FIRST_LOOKS))),
        OUTSIDE: was_open & Q(Exists(steps.filter(kind__in=FROM_OUTSIDE))),
        QUIET: was_open & Q(received_at__lt=since) & _was_quiet_between(since, moment),
    }


def steps_open_at(moment: datetime) -> Steps:
    """The steps that were open at `moment`."""
    still = Q(done_at__isnull=True) | Q(done_at__gt=moment)
    return Step.objects.filter(still, opened_at__lte=moment)


def end_of_local_day(days: SchoolDays, day: date) -> datetime:
    """The last moment of a local day, in UTC."""
    return reporting_periods.local_midnight(days, day + timedelta(days=1)) - timedelta(
        microseconds=1
    )


def _was_open_at(moment: datetime) -> Q:
    """Received by `moment`, and the last ending before it was not a closing.

    A concern that is closed now and was closed before `moment` has not been open since. These are
    excluded first, by column, so that no endings need to be read for them.
    """
    endings = Ending.objects.filter(concern=OuterRef("pk"), at__lte=moment).order_by("-id")
    reopened = Subquery(endings.values("reopened")[:1])
    closed = Concern.objects.filter(pk=OuterRef("pk")).alias(last=reopened).filter(last=False)
    still = OPEN | Q(closed_at__gt=moment)
    return still & Q(received_at__lte=moment) & ~Q(Exists(closed))


@cache
def models_written_by_acts() -> tuple[type[CaseRow], ...]:
    """Every model of rows about a concern about a child that an act writes: each says when, in
    `at`. Steps have times of their own and are looked at separately."""
    models = apps.get_app_config("concerns").get_models()
    rows = (model for model in models if issubclass(model, CaseRow))
    return tuple(row for row in rows if _has_field(row, "at") and _concern_model_of(row) is Concern)


def _has_field(model: type[CaseRow], name: str) -> bool:
    return any(field.name == name for field in model._meta.fields)


def _concern_model_of(model: type[CaseRow]) -> Any:
    """The model of the concern to which rows of `model` lead: one about a child or an adult."""
    found: Any = model
    for name in model.to_concern.removesuffix("_id").split("__"):
        found = found._meta.get_field(name).related_model
    return found


def _was_quiet_between(since: datetime, moment: datetime) -> Q:
    """Nothing was written on the concern, and no step opened or done, from `since` to `moment`."""
    here = {"at__gte": since, "at__lte": moment}
    quiet = Q()
    for model in models_written_by_acts():
        rows = model.objects.filter(**{model.to_concern: OuterRef("pk")}, **here)
        quiet &= ~Q(Exists(rows))
    opened = Q(opened_at__gte=since, opened_at__lte=moment)
    done = Q(done_at__gte=since, done_at__lte=moment)
    return quiet & ~Q(Exists(Step.objects.filter(opened | done, concern=OuterRef("pk"))))
