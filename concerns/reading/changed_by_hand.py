"""Finds what was changed by hand in the database: what no act did, although a row says so.

Every act writes a line of the ledger, with its own time, in the transaction in which it changes the
rows (`doors/act.py`). So the moment at which a concern came in, or at which a step was opened or
ended, is the moment of a line about that concern. A row changed by hand says something else: the
database refuses to change a line, or to remove one. That is why the ledger is read here, and not
only the rows that pages show.

Part of the integrity check (`integrity_check.py`): open concerns only, so that it costs as much in
a school's tenth year as in its first. Sentences do not say what a step or a concern is about.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.adult.adult_entries import AdultDecision, AdultStep
from concerns.models.concern.concern import Concern
from concerns.models.ledger.ledger_line import LedgerLine
from concerns.models.outbox.notice import Notice, NoticeEnding
from concerns.models.response.coming_meeting import ComingMeeting
from concerns.models.response.decision import Decision
from concerns.models.response.meeting import MeetingAction
from concerns.models.response.promise import Promise
from concerns.models.response.step import Step
from concerns.models.roll.roll_correction import RollCorrection
from concerns.models.roll.roll_file import RollFile, RollQuestion
from concerns.rules.calendars import SchoolDays
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.reporting_periods import local_day

A_DAY = timedelta(days=1)
# The key of a concern, and what is wrong, to be read after its reference.
Fault = tuple[int, str]

OPENED_BY_NOBODY = "has a next step, and there is no record of who opened it then"
ENDED_BY_NOBODY = "had a next step that is ended, and there is no record of who ended it then"
SENT_BY_NOBODY = "gives a time at which it came in, and the record has no concern sent then"
LOOKED_AT_BY_NOBODY = "gives a time of its first look, and the record has nothing done then"
DECIDED_BY_NOBODY = "stands as decided, and there is no decision"
DECISION_GONE = "was decided, and that decision is no longer there"
NOT_SENT = "says that a message about its next step was sent, and there is no record of that"
MESSAGE_DROPPED_THOUGH_OPEN = (
    "has a message that was not sent because somebody had acted, and that step is still open"
)

DECISIONS_OF: dict[type[Model], type[Model]] = {Concern: Decision, AdultConcern: AdultDecision}
STEPS_OF: dict[type[Model], type[Step | AdultStep]] = {Concern: Step, AdultConcern: AdultStep}
# The acts of the office after which steps of concerns are opened and ended: the row each leaves,
# with the moment and the person in it, and the kind of its line.
ACTS_OF_THE_ROLL: tuple[tuple[type[Model], str, str, Kind], ...] = (
    (RollFile, "brought_at", "by", Kind.ROLL_BROUGHT),
    (RollFile, "taken_back_at", "taken_back_by", Kind.ROLL_TAKEN_BACK),
    (RollQuestion, "answered_at", "answered_by", Kind.ROLL_ANSWERED),
    (RollCorrection, "at", "by", Kind.ROLL_ADDED),
)


def find_changes_by_hand(model: type[Concern | AdultConcern], keys: list[int]) -> Iterator[Fault]:
    """What no act did to the open concerns with the primary keys `keys`."""
    yield from _find_steps_by_hand(STEPS_OF[model].objects.filter(concern__in=keys))
    yield from _find_times_by_hand(model.objects.filter(pk__in=keys))
    yield from _find_lost_decisions(model, keys)
    yield from _find_faulty_messages(model, keys)


def _acts_at(column: str, concern: str) -> QuerySet[Any]:
    """The lines about the concern with the uid in the column `concern` at the time in `column`."""
    return LedgerLine.objects.filter(
        concern=OuterRef(concern), received=OuterRef(column), outcome="done"
    )


def _list_faults(rows: QuerySet[Any], column: str, words: str) -> Iterator[Fault]:
    """`words` once for each concern whose primary key stands in `column` of `rows`."""
    for key in rows.order_by(column).values_list(column, flat=True).distinct():
        yield key, words


def _find_steps_by_hand(steps: QuerySet[Any]) -> Iterator[Fault]:
    opened = _acts_at("opened_at", "concern__uid")
    begun = steps.filter(~Exists(opened), *_not_by_the_roll("opened_at"))
    yield from _list_faults(begun, "concern", OPENED_BY_NOBODY)
    ended = _acts_at("done_at", "concern__uid").filter(actor=OuterRef("done_by"))
    done = steps.filter(~Exists(ended), *_not_by_the_roll("done_at", "done_by"))
    yield from _list_faults(done.filter(done_at__isnull=False), "concern", ENDED_BY_NOBODY)


def _not_by_the_roll(column: str, done_by: str = "") -> list[Q]:
    """That the office did nothing to the roll at the moment in `column`; or at least, that whoever
    stands in the column `done_by` did not.

    Its acts open and end steps of concerns that it must not know of, so no line of theirs is about
    one. A lead who records that a child leaves also answers what the office was asked about that
    child, and that act does have a line about each concern it changes: it excuses no other.
    """
    return [~Q(Exists(_acts_of_the_roll(column, done_by, *act))) for act in ACTS_OF_THE_ROLL]


def _acts_of_the_roll(
    column: str, done_by: str, model: type[Any], moment: str, person: str, kind: Kind
) -> QuerySet[Any]:
    line = LedgerLine.objects.filter(
        actor=OuterRef(person), received=OuterRef(moment), kind=kind, outcome="done"
    )
    rows = model.objects.filter(
        Exists(line), school=OuterRef("school"), **{moment: OuterRef(column)}
    )
    return rows.filter(**{person: OuterRef(done_by)}) if done_by else rows


def _find_times_by_hand(concerns: QuerySet[Any]) -> Iterator[Fault]:
    sent = _acts_at("received_at", "uid").filter(kind=Kind.SUBMITTED)
    yield from _list_faults(concerns.filter(~Exists(sent)), "pk", SENT_BY_NOBODY)
    looked = concerns.filter(first_looked_at__isnull=False)
    looked = looked.filter(~Exists(_acts_at("first_looked_at", "uid")))
    yield from _list_faults(looked, "pk", LOOKED_AT_BY_NOBODY)


def _find_lost_decisions(model: type[Any], keys: list[int]) -> Iterator[Fault]:
    concerns = model.objects.filter(pk__in=keys)
    decisions = DECISIONS_OF[model].objects.filter(concern__in=keys)  # type: ignore[attr-defined]
    made = decisions.filter(concern=OuterRef("pk"))
    undecided = concerns.filter(~Exists(made), state=State.DECIDED)
    yield from _list_faults(undecided, "pk", DECIDED_BY_NOBODY)
    there = {str(uid) for uid in decisions.values_list("uid", flat=True)}
    by_uid = dict(concerns.values_list("uid", "pk"))
    said = LedgerLine.objects.filter(concern__in=list(by_uid), kind=Kind.DECIDED, outcome="done")
    for about, concern in said.order_by("id").values_list("about", "concern"):
        if about not in there:
            yield by_uid[concern], DECISION_GONE


def _find_faulty_messages(model: type[Any], keys: list[int]) -> Iterator[Fault]:
    """Messages about open steps that are done with, although nobody was told and nobody acted."""
    step = "step" if model is Concern else "adult_step"
    rows = Notice.objects.filter(**{f"{step}__concern__in": keys, f"{step}__done_at": None})
    told = _acts_at("ended_at", f"{step}__concern__uid").filter(kind=Kind.NOTICED)
    sent = rows.filter(~Exists(told), ended=NoticeEnding.SENT)
    yield from _list_faults(sent, f"{step}__concern", NOT_SENT)
    acted = rows.filter(ended=NoticeEnding.ACTED)
    yield from _list_faults(acted, f"{step}__concern", MESSAGE_DROPPED_THOUGH_OPEN)


def find_dates_without_step(days: SchoolDays, keys: list[int]) -> Iterator[Fault]:
    """Promises, actions for the school and meetings to come of the concerns `keys` that have no
    step, or whose open step is due on another day than their own."""
    steps = _StepsOfDays(days, keys)
    promises = Promise.objects.filter(event__referral__concern__in=keys).order_by("pk")
    for promise in promises.annotate(of=F("event__referral__concern")):
        yield from steps.find_fault(promise, "a promise", {promise.on})
    actions = MeetingAction.objects.filter(meeting__concern__in=keys).order_by("pk")
    for action in actions.annotate(of=F("meeting__concern")):
        yield from steps.find_fault(action, "an action agreed at a meeting", {action.on})
    meetings = ComingMeeting.objects.filter(concern__in=keys).order_by("pk")
    for coming in meetings.annotate(of=F("concern")).prefetch_related("changes"):
        # The day after, where it begins after the last bell, which may have been another then.
        begins = local_day(days, coming.begins_at_now)
        yield from steps.find_fault(coming, "a meeting to come", {begins, begins + A_DAY})


class _StepsOfDays:
    """The steps of the concerns `keys` that were opened for a day which another row names."""

    def __init__(self, days: SchoolDays, keys: list[int]):
        self.days = days
        self.had: set[tuple[type[Model], int]] = set()
        self.due: dict[tuple[type[Model], int], date] = {}
        sources = {"promise_id": Promise, "action_id": MeetingAction, "coming_id": ComingMeeting}
        dated = Q(promise__isnull=False) | Q(action__isnull=False) | Q(coming__isnull=False)
        rows = Step.objects.filter(dated, concern__in=keys).order_by("pk")
        for step in rows.only(*sources, "due_at", "done_at"):
            source = next(
                (kind, key) for name, kind in sources.items() if (key := getattr(step, name))
            )
            self.had.add(source)
            if step.done_at is None:
                self.due[source] = local_day(days, step.due_at)

    def find_fault(self, row: Any, what: str, may_be_due: set[date]) -> Iterator[Fault]:
        source = type(row), row.pk
        day = f"{min(may_be_due):%d/%m/%Y}"
        if source not in self.had:
            yield row.of, f"has {what} for {day}, and never had a step for it"
        elif source in self.due and self.due[source] not in may_be_due:
            yield row.of, f"has {what} for {day}, and its step is due on another day"
