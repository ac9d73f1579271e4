"""Query conditions for concerns that are late, unread, unanswered or quiet, now or on a past day.

For now, they look at the concern's current columns. For a past day, they are worked out from dated
rows alone: when each step was opened, due and done, and when anything was written, decided, sent or
closed. No figures are stored per day. None are needed, because rows are only ever added. A concern
that the viewer may not see today is not counted on any past day either: callers filter for that.
"""

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery

from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import Refiling
from concerns.models.concern.exclusion import Exclusion
from concerns.models.concern.later_entries import Addition, Ending, Handing, WordBack
from concerns.models.response.conversation import Conversation
from concerns.models.response.decision import Decision
from concerns.models.response.referral import ReferralEvent
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
# Every model whose rows are written by an act and carry the time `at`, with the lookup to the
# concern. Steps have times of their own and are checked separately.
WRITTEN = {
    Addition: "concern", Conversation: "concern", Decision: "concern", Ending: "concern",
    Exclusion: "concern", Handing: "concern", ReferralEvent: "referral__concern",
    Refiling: "concern", WordBack: "concern",
}  # fmt: skip


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


def _was_quiet_between(since: datetime, moment: datetime) -> Q:
    """Nothing was written on the concern, and no step opened or done, from `since` to `moment`."""
    here = {"at__gte": since, "at__lte": moment}
    quiet = Q()
    for model, way in WRITTEN.items():
        quiet &= ~Q(Exists(model.objects.filter(**{way: OuterRef("pk")}, **here)))
    opened = Q(opened_at__gte=since, opened_at__lte=moment)
    done = Q(done_at__gte=since, done_at__lte=moment)
    return quiet & ~Q(Exists(Step.objects.filter(opened | done, concern=OuterRef("pk"))))
