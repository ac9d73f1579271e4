"""Checks all concerns of a school for broken rules: what must be so of every open concern, its next
steps, its referrals, its watch and the messages about it, at any time.

Every act keeps these rules, and the write door (`doors/act.py`) refuses to commit an open concern
without a step. This check finds what can break them from outside an act: somebody leaves, is
excluded, or a post falls empty; a row was changed by hand, restored from elsewhere, or written
under a clock that stood wrong.

What was changed by hand, so that no act did it, is found in `changed_by_hand.py`.

There is one check. `manage.py unheld` prints all that it finds, `manage.py restore` ends with it,
and the worker runs it daily (`doors/daily_check.py`) and keeps what it found for the head's pages
and for /healthz. It reads open rows only, each by its own index, and so costs as much in a school's
tenth year as in its first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now

from concerns.models.adult.adult_concern import AdultConcern, find_reader_posts
from concerns.models.adult.adult_entries import AdultEntry, AdultStep
from concerns.models.child.child_details import Status
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import Refiling
from concerns.models.concern.draft import ADULT, CONCERN, Draft
from concerns.models.concern.later_entries import Ending
from concerns.models.outbox.notice import Letter, Notice
from concerns.models.response.referral import Referral, ReferralEvent
from concerns.models.response.step import BaseStep, Step
from concerns.models.response.watch import Watch
from concerns.models.school.person import Post
from concerns.models.school.school import ClockSet, School
from concerns.reading.changed_by_hand import find_changes_by_hand, find_dates_without_step
from concerns.rules.adult_vocabulary import LOOKS, TO_DECIDE, AdultEventKind
from concerns.rules.agency_answers import ANSWERS
from concerns.rules.clock_bounds import latest_due_at
from concerns.rules.clocks import CLOCKS, DECISIONS, FIRST_LOOKS, StepKind
from concerns.rules.education_elsewhere import ELSEWHERE_STATUSES
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.reporting_periods import local_midnight
from concerns.rules.watching import WatchReason
from concerns.rules.words import Route
from concerns.workflow.step_doers import StepDoers

# How many concerns are looked up at once.
AT_ONCE = 500

# The step that must be open while a referral is at a stage, where that does not depend on its
# route (`ANSWERS`).
OWED_AT_STAGE = {
    ReferralStage.TO_SEND: StepKind.SEND_REFERRAL,
    ReferralStage.ANSWERED: StepKind.AGREE_OR_CHALLENGE,
    ReferralStage.CHALLENGED: StepKind.CHALLENGE,
}
UNREVIEWED = "no step is open to review it"
CLOSED_BY_NOBODY = "is closed, and there is no record of who closed it"
ANSWER_AWAITED = frozenset({ReferralStage.SENT, ReferralStage.ACKNOWLEDGED})


@dataclass(frozen=True)
class IntegrityBreach:
    """One broken rule, as a sentence with a concern's reference and no name.

    `concern` and `adult_concern` are the primary keys of what it is about, so that it is shown only
    to those who may see that. `is_private`: it may not be told to anybody in the school from here,
    because it is about an adult or about words that only their writer may know of.
    """

    words: str
    concern: int | None = None
    adult_concern: int | None = None
    is_private: bool = False


def find_integrity_breaches(school: School, day: date | None = None) -> Iterator[str]:
    """Each breach as a sentence with the concern's reference. `day` is a local date; if missing, it
    is today by the database's clock."""
    for breach in check_school_integrity(school, day):
        yield breach.words


def check_school_integrity(school: School, day: date | None = None) -> Iterator[IntegrityBreach]:
    """Each breach of a rule in `school`. `day` as in `find_integrity_breaches`."""
    clock = School.objects.filter(pk=school.pk).annotate(now=Now()).values_list("now", flat=True)[0]
    today = clock.astimezone(ZoneInfo(school.school_calendar.zone)).date()
    day = day or today
    # What was written after an earlier `day` is not written in the future.
    future = local_midnight(school.school_calendar, max(day, today) + timedelta(days=1))
    yield from ChildConcernCheck(school, day, future).find_breaches()
    yield from AdultConcernCheck(school, day, future).find_breaches()
    yield from _find_broken_messages(school, future)
    yield from _find_drafts_of_leavers(school, day)
    yield from _find_hidden_drafts(school)


class StepTimes:
    """What the times of open steps of one school can be."""

    def __init__(self, school: School, future: datetime):
        self.days = school.school_calendar
        self.calendar_changed_at = school.calendar_changed_at
        self.future = future
        self.amounts: dict[str, list[tuple[datetime, int | None]]] = defaultdict(list)
        rows = ClockSet.objects.filter(school=school).order_by("id")
        for kind, since, amount in rows.values_list("kind", "since", "amount"):
            self.amounts[kind].append((since, amount))

    def find_time_fault(self, step: BaseStep) -> str:
        """What is impossible about the times of an open step, in words; "" if nothing is. Nothing
        can be opened after `future`."""
        if step.opened_at > self.future:
            return "was opened in the future"
        changed = self.calendar_changed_at
        latest = latest_due_at(
            step.KINDS(step.kind),
            self.days,
            step.opened_at,
            self._amount_when_opened(step),
            has_calendar_changed=changed is not None and changed >= step.opened_at,
        )
        if step.due_at > latest:
            return f"is due on {step.due_at:%d/%m/%Y}, later than it could ever be"
        return ""

    def _amount_when_opened(self, step: BaseStep) -> int | None:
        """The school's own figure for its clock when `step` was opened; None for the usual one."""
        figures = self.amounts[step.kind]
        return next(
            (amount for since, amount in reversed(figures) if since <= step.opened_at), None
        )


def _order_fault(concern: Concern | AdultConcern, steps: Sequence[BaseStep]) -> str:
    """What is wrong about the place in the list of `concern`, whose open `steps` these are."""
    if concern.next_due_at != min(step.due_at for step in steps):
        return f"{concern.reference} says a different time for its next step than the step itself"
    if concern.rank != min(CLOCKS[step.KINDS(step.kind)].rank for step in steps):
        return f"{concern.reference} is not where its most pressing step belongs in the queue"
    return ""


class ChildConcernCheck:
    """The check of the concerns about children of one school on one day."""

    def __init__(self, school: School, day: date, future: datetime):
        self.school = school
        self.day = day
        self.times = StepTimes(school, future)
        needed = Concern.objects.only(
            "uid", "reference", "reporter", "school", "state", "rank", "next_due_at", "closed_at"
        )
        # In the order of its own index, as `Steps.open_steps_for_round` does.
        rows = needed.open().filter(school=school).most_pressing_first()
        self.concerns = rows.in_bulk()
        self.steps: dict[int, list[Step]] = defaultdict(list)
        for step in self._read_open_steps():
            self.steps[step.concern_id].append(step)
        # Steps that are open on a concern that is closed, or that is another school's.
        self.strays = needed.in_bulk(self.steps.keys() - self.concerns.keys())
        for key, steps in self.steps.items():
            for step in steps:
                step.concern = self.concerns.get(key) or self.strays[key]

    def _read_open_steps(self) -> Iterable[Step]:
        steps = Step.objects.open().filter(school=self.school)
        return steps.only(
            "kind", "holder", "holder_role", "opened_at", "due_at", "concern", "referral",
            "school", "decision",
        ).order_by("pk")  # fmt: skip

    def find_breaches(self) -> Iterator[IntegrityBreach]:
        for key, concern in self.concerns.items():
            for words in self._faults_of_concern(concern, self.steps.get(key, [])):
                yield IntegrityBreach(words, concern=key)
        for step in self._steps_of(self.strays):
            yield IntegrityBreach(_stray_fault(step), concern=step.concern_id)
        for step in self._steps_of(self.steps):
            if fault := self.times.find_time_fault(step):
                words = f"{step.concern.reference}: '{step.step_in_words}' {fault}"
                yield IntegrityBreach(words, concern=step.concern_id)
        yield from self._find_steps_without_holder()
        yield from self._find_closed_by_nobody()
        yield from self._find_unreviewed_statuses()
        for keys in _in_parts(sorted(self.concerns)):
            yield from self._find_forgotten_referrals(keys)
            yield from self._find_forgotten_watches(keys)
            yield from self._find_what_no_act_did(keys)

    def _find_what_no_act_did(self, keys: list[int]) -> Iterator[IntegrityBreach]:
        days = self.school.school_calendar
        faults = (*find_changes_by_hand(Concern, keys), *find_dates_without_step(days, keys))
        for key, words in faults:
            yield IntegrityBreach(f"{self.concerns[key].reference} {words}", concern=key)

    def _find_unreviewed_statuses(self) -> Iterator[IntegrityBreach]:
        """Children who are taught elsewhere or less, whom nobody is to review."""
        owed = Step.objects.open().filter(status=OuterRef("pk"))
        rows = Status.objects.not_ended().filter(school=self.school, kind__in=ELSEWHERE_STATUSES)
        last = Step.objects.filter(status=OuterRef("pk")).order_by("-id").values("concern")[:1]
        found = rows.filter(~Exists(owed)).order_by("pk").annotate(on=Subquery(last))
        for status in found:
            yield IntegrityBreach(f"'{status.words}' of a child: {UNREVIEWED}", concern=status.on)

    def _find_closed_by_nobody(self) -> Iterator[IntegrityBreach]:
        """Concerns that are closed, although nobody said so with a reason: they are in no list."""
        said = Ending.objects.filter(
            concern=OuterRef("pk"), at=OuterRef("closed_at"), reopened=False
        )
        closed = Concern.objects.filter(school=self.school, closed_at__isnull=False)
        rows = closed.filter(~Exists(said)).order_by("pk")
        for key, reference in rows.values_list("pk", "reference"):
            yield IntegrityBreach(f"{reference} {CLOSED_BY_NOBODY}", concern=key)

    def _steps_of(self, keys: Iterable[int]) -> list[Step]:
        return [step for key in keys for step in self.steps[key]]

    def _faults_of_concern(self, concern: Concern, steps: list[Step]) -> Iterator[str]:
        """What is wrong with an open concern that has these open steps."""
        if not steps:
            yield f"{concern.reference} is open and has no next step"
            return
        kinds = {step.kind for step in steps}
        if concern.state == State.WAITING and not kinds & FIRST_LOOKS:
            yield f"{concern.reference} is waiting and nobody is to take a first look"
        if concern.state == State.TAKEN and not kinds & DECISIONS:
            yield f"{concern.reference} is being looked at and nobody is to decide"
        if fault := _order_fault(concern, steps):
            yield fault

    def _find_steps_without_holder(self) -> Iterator[IntegrityBreach]:
        """Open steps that nobody in post on the day may do."""
        steps = self._steps_of(self.steps)
        doers = StepDoers(self.school, self.day, steps)
        for step in steps:
            if not doers.may_anybody_do(step):
                words = f"{step.concern.reference}: nobody in post can do '{step.step_in_words}'"
                yield IntegrityBreach(words, concern=step.concern_id)

    def _find_forgotten_referrals(self, keys: list[int]) -> Iterator[IntegrityBreach]:
        """Referrals of the concerns `keys` that nobody is to send, chase or give a view of."""
        newest = ReferralEvent.objects.filter(referral=OuterRef("pk")).order_by("-id")
        rows = Referral.objects.filter(concern__in=keys).only("concern", "route").order_by("pk")
        for referral in rows.annotate(newest=Subquery(newest.values("stage")[:1])):
            stage = ReferralStage(referral.newest or ReferralStage.TO_SEND)
            owed = OWED_AT_STAGE.get(stage)
            if stage in ANSWER_AWAITED:
                owed = ANSWERS[Route(referral.route)]
            open_kinds = {
                step.kind
                for step in self.steps.get(referral.concern_id, [])
                if step.referral_id == referral.pk
            }
            if owed and owed not in open_kinds:
                reference = self.concerns[referral.concern_id].reference
                stands = ReferralStage.label_of_value(stage).lower()
                words = f"{reference}: a referral is at '{stands}', with no step '{owed.label}'"
                yield IntegrityBreach(words, concern=referral.concern_id)

    def _find_forgotten_watches(self, keys: list[int]) -> Iterator[IntegrityBreach]:
        """Concerns of `keys` whose watch goes on and that have no review to come.

        A watch ends when the concern is closed, or moved to another child. One because a status
        ended may also end by itself.
        """
        later = {"concern": OuterRef("concern"), "at__gte": OuterRef("at")}
        ended = Ending.objects.filter(**later, reopened=False)
        refiled = Refiling.objects.filter(**later)
        rows = Watch.objects.filter(concern__in=keys).exclude(because=WatchReason.STATUS)
        rows = rows.filter(~Exists(ended), ~Exists(refiled))
        for key in rows.values_list("concern", flat=True).distinct().order_by("concern"):
            if not any(step.kind == StepKind.LOOK_AFTER for step in self.steps.get(key, [])):
                words = f"{self.concerns[key].reference}: the child is watched, with no review"
                yield IntegrityBreach(words, concern=key)


def _stray_fault(step: Step) -> str:
    """What is wrong with an open step of a concern that is not open in the step's school."""
    concern = step.concern
    if concern.school_id != step.school_id:
        return f"{concern.reference} has this next step in another school: {step.step_in_words}"
    return f"{concern.reference} is closed but still has this next step: {step.step_in_words}"


def _in_parts(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


class AdultConcernCheck:
    """The check of the concerns about adults of one school on one day.

    The sentences do not say that a concern is about an adult nor what its steps are, because its
    subject may be the person reading them.
    """

    def __init__(self, school: School, day: date, future: datetime):
        self.school = school
        self.day = day
        self.times = StepTimes(school, future)

    def find_breaches(self) -> Iterator[IntegrityBreach]:
        steps: dict[int, list[AdultStep]] = defaultdict(list)
        owed = AdultStep.objects.open().filter(school=self.school).order_by("pk")
        for step in owed.only("kind", "opened_at", "due_at", "concern"):
            steps[step.concern_id].append(step)
        concerns = AdultConcern.objects.only(
            "reference", "school", "state", "rank", "next_due_at", "closed_at", "goes_to"
        )
        seen = Q(closed_at__isnull=True) | Q(pk__in=list(steps))
        references: dict[int, str] = {}
        for concern in concerns.filter(seen, school=self.school).order_by("pk"):
            references[concern.pk] = concern.reference
            for words in self._faults_of_adult_concern(concern, steps[concern.pk]):
                yield IntegrityBreach(words, adult_concern=concern.pk, is_private=True)
        for keys in _in_parts(list(references)):
            for key, words in find_changes_by_hand(AdultConcern, keys):
                words = f"{references[key]} {words}"
                yield IntegrityBreach(words, adult_concern=key, is_private=True)
        yield from self._find_closed_by_nobody()

    def _find_closed_by_nobody(self) -> Iterator[IntegrityBreach]:
        said = AdultEntry.objects.filter(
            concern=OuterRef("pk"), at=OuterRef("closed_at"), what=AdultEventKind.CLOSED
        )
        closed = AdultConcern.objects.filter(school=self.school, closed_at__isnull=False)
        rows = closed.filter(~Exists(said)).order_by("pk")
        for key, reference in rows.values_list("pk", "reference"):
            words = f"{reference} {CLOSED_BY_NOBODY}"
            yield IntegrityBreach(words, adult_concern=key, is_private=True)

    def _faults_of_adult_concern(
        self, concern: AdultConcern, steps: list[AdultStep]
    ) -> Iterator[str]:
        if not steps:
            yield f"{concern.reference} is open and has no next step"
            return
        if concern.closed_at:
            yield f"{concern.reference} is closed but still has a next step"
            return
        kinds = {step.kind for step in steps}
        if concern.state == State.WAITING and not kinds & LOOKS:
            yield f"{concern.reference} is waiting and nobody is to take a first look"
        if concern.state == State.TAKEN and not kinds & (LOOKS | TO_DECIDE):
            yield f"{concern.reference} is being looked at and nobody is to decide"
        if fault := _order_fault(concern, steps):
            yield fault
        for step in steps:
            if fault := self.times.find_time_fault(step):
                yield f"{concern.reference}: a next step {fault}"
        if not find_reader_posts(concern, self.day):
            yield f"{concern.reference}: nobody in post can do its next step"


def _find_broken_messages(school: School, future: datetime) -> Iterator[IntegrityBreach]:
    """Messages that wait and that no round will ever send, or not for long."""
    waiting = Notice.objects.still_pending().filter(school=school)
    waiting = waiting.select_related("step__concern", "adult_step__concern").order_by("pk")
    done_with = Q(letter__ended_at__isnull=False) | Q(letter__sent_at__isnull=False)
    for notice in waiting.filter(done_with):
        what = "waits in an e-mail that is done with, so it is never sent"
        yield _broken_message(notice, what)
    ahead = Q(leased_until__gt=future) | Q(next_try_at__gt=future) | Q(made_at__gt=future)
    letters = Letter.objects.unsent_letters().filter(ahead, school=school)
    for notice in waiting.filter(letter__in=letters.values("pk")):
        what = "waits in an e-mail that is put off or held by a worker until after today"
        yield _broken_message(notice, what)
    for made_at in letters.exclude(notices__ended_at=None).order_by("pk").values_list("made_at"):
        words = f"an e-mail made on {made_at[0]:%d/%m/%Y} is put off or held until after today"
        yield IntegrityBreach(words, is_private=True)


def _broken_message(notice: Notice, what: str) -> IntegrityBreach:
    """Of a message without a step (a reply, a draft) nobody in the school is told from here: it may
    be about what they must not know of."""
    step = notice.related_step
    about = f"about {step.concern.reference} " if step else ""
    return IntegrityBreach(
        f"a message {about}{what}",
        concern=notice.step.concern_id if notice.step else None,
        adult_concern=notice.adult_step.concern_id if notice.adult_step else None,
        is_private=notice.step_id is None,
    )


def _find_drafts_of_leavers(school: School, day: date) -> Iterator[IntegrityBreach]:
    """Concerns begun and not sent by somebody who no longer works here. The leads see them on a
    page of their own, which leaves out what a lead must not know of."""
    staff = Post.objects.filter(school=school, person__is_active=True).in_force_on(day)
    rows = Draft.objects.unsent_concern_drafts().without_sent_concerns().filter(school=school)
    for begun in (
        rows.exclude(person__in=staff.values("person"))
        .values_list("begun_at", flat=True)
        .order_by("begun_at", "pk")
    ):
        yield IntegrityBreach(
            f"a concern begun on {begun.astimezone(UTC):%d/%m/%Y} was not sent, and whoever began "
            "it no longer works here",
            is_private=True,
        )


def _find_hidden_drafts(school: School) -> Iterator[IntegrityBreach]:
    """Concerns begun that are marked as sent or thrown away. A draft of a concern never is: its
    writer would see it nowhere, although the words are there."""
    rows = Draft.objects.filter(school=school, page__in=(CONCERN, ADULT), ended_at__isnull=False)
    for begun in rows.values_list("begun_at", flat=True).order_by("begun_at", "pk"):
        yield IntegrityBreach(
            f"a concern begun on {begun.astimezone(UTC):%d/%m/%Y} and not sent is hidden from "
            "whoever began it",
            is_private=True,
        )
