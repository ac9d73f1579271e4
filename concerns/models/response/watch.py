"""The watch over a child after their case has ended: why, who is asked about them, until when.

The concern stays open during the watch, with one review due at a time. Before each review a trusted
adult is asked in one line how the child is, by a task (`models/response/task.py`). A watch never
changes: its progress is read from its steps. The rules for when a watch is needed are in
`rules/watching.py`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.db import models

from concerns.models.base.case_row import CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.concern import Concern
from concerns.models.concern.later_entries import AuthoredText
from concerns.models.response.step import Step, StepEnding
from concerns.models.response.steps_of_concern import StepsOfConcern
from concerns.models.response.task import Task
from concerns.models.school.person import Person, PersonQuerySet, Viewer
from concerns.rules import calendars, reporting_periods
from concerns.rules.clocks import StepKind
from concerns.rules.roles import May
from concerns.rules.watching import EVERY, REVIEWS, WatchReason
from concerns.rules.words import ConcernOutcome

WRITE_FIRST = (
    "There is no concern about this child, so they cannot be watched. First write one, saying "
    "that the status is to end and what you think of it."
)
WATCH_NEEDED = "The child gets less support after this. Choose who will be asked how they are."


@dataclass(frozen=True)
class WatchAnswers:
    """Answers of a form that opens a watch. `agrees`: with the end of a status, if one ended."""

    adult: Person
    question: str
    why: str
    outcome: str = ""
    last: int = REVIEWS[-1]
    why_shorter: str = ""
    agrees: bool | None = None

    def watch_fault(self, viewer: Viewer, concern: Concern) -> str:
        """What is missing or wrong, in a sentence for the user; "" if nothing is."""
        if self.adult not in staff_to_ask_about(viewer, concern):
            return (
                "Choose somebody who works here, is not the child's family, and may see the "
                "concern."
            )
        if not self.question.strip():
            return "Write what to ask them, in one line, with the child's first name."
        if self.last < REVIEWS[-1] and not self.why_shorter.strip():
            return "Say why a shorter watch is enough."
        return ""

    def watch_ledger_details(self, words_back: str = "") -> dict:
        """Its fields and words for a ledger line."""
        said = {"why": self.why, "question": self.question, "why_shorter": self.why_shorter}
        said["words_back"] = words_back
        return {"fields": [f"until week {self.last}", *said], "words": said}


class Watches(CaseRows[ConcernRow]):
    def open_watch(
        self: "Watches[Watch]", agenda: StepsOfConcern, because: WatchReason, asked: WatchAnswers
    ) -> "Watch":
        """Open a watch with its first review, and end the review of an earlier watch, if any."""
        by = agenda.by
        concern = agenda.concern
        agenda.end_steps(agenda.steps_of_kind(StepKind.LOOK_AFTER), StepEnding.SUPERSEDED)
        watch = self.create(
            school=by.school,
            concern=concern,
            by=by.person,
            at=agenda.now,
            words=asked.why,
            because=because,
            outcome=asked.outcome,
            last=asked.last,
            why_shorter=asked.why_shorter,
            adult=asked.adult,
            question=asked.question,
            agrees=asked.agrees,
        )
        watch.schedule_review(agenda, watch.review_days_left(agenda.by.todays_date)[0])
        return watch

    def latest_of_concern(self: "Watches[Watch]", concern: Concern) -> "Watch | None":
        """The current watch of `concern`, or else its last one."""
        rows = self.filter(concern=concern).select_related("by", "adult")
        return rows.order_by("-id").first()


class Watch(AuthoredText):
    """`words` says why the case could end or, for a status, what the school thinks of its end."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="watches")
    because = models.CharField(max_length=12)
    # The outcome with which the last review closes the concern. Empty if only a status ended.
    outcome = models.CharField(max_length=20, blank=True)
    # The school week of the last review, and the reason if that is before the twelfth.
    last = models.PositiveSmallIntegerField()
    why_shorter = EncryptedText()
    adult = models.ForeignKey(Person, models.PROTECT, related_name="+")
    question = EncryptedText()
    agrees = models.BooleanField(null=True)

    objects: ClassVar = Watches.as_manager()

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    because__in=[word.value for word in WatchReason],
                    outcome__in=["", *(word.value for word in ConcernOutcome)],
                    last__range=(REVIEWS[0], REVIEWS[-1]),
                ),
                name="watch_words_are_known",
            )
        ]
        indexes = [models.Index(fields=["concern", "id"], name="watches_in_order")]

    @property
    def because_words(self) -> str:
        return WatchReason.label_of_value(self.because)

    def review_days_left(self, today: date, doing: Step | None = None) -> list[date]:
        """Days of the reviews still to come, as planned when it was opened. Without the day of
        `doing`, the review being done now, even if that is done early."""
        days = self.school.school_calendar
        # An older release may have had a last review in another week than any of today's.
        weeks = [*(week for week in REVIEWS if week < self.last), self.last]
        dates = [calendars.add_school_weeks(days, self.at, week) for week in weeks]
        on = [reporting_periods.local_day(days, moment) for moment in dates]
        after_day = max(today, reporting_periods.local_day(days, doing.due_at)) if doing else today
        return [day for day in on if day > after_day]

    def further_review_day(self, now: datetime) -> date:
        """The day of the next review if the watch is extended."""
        days = self.school.school_calendar
        return reporting_periods.local_day(days, calendars.add_school_weeks(days, now, EVERY))

    def schedule_review(self, agenda: StepsOfConcern, day: date) -> None:
        """Open the next review, and ask the trusted adult before it if they may still be asked."""
        self.withdraw_watch_tasks(agenda)
        agenda.add_step(StepKind.LOOK_AFTER, on=day)
        if self.adult in staff_to_ask_about(agenda.by, self.concern):
            Task.objects.ask_colleague(
                agenda, self.adult, self.question, self._school_day_before(day), watch=self
            )

    def withdraw_watch_tasks(self, agenda: StepsOfConcern) -> None:
        """End the tasks still open from an earlier review."""
        tasks = Task.objects.filter(watch__concern=self.concern, step__done_at__isnull=True)
        asked = set(tasks.values_list("step", flat=True))
        agenda.end_steps([step for step in agenda.open if step.pk in asked], StepEnding.SUPERSEDED)

    def _school_day_before(self, day: date) -> date:
        days = self.school.school_calendar
        near = (day - timedelta(days=back) for back in range(1, 15))
        return next((one for one in near if calendars.is_school_day(days, one)), day)


def staff_to_ask_about(viewer: Viewer, concern: Concern) -> PersonQuerySet:
    """Staff who may be given a task about `concern`: not family of its children, and not excluded.
    Includes `viewer`; the act that asks a colleague refuses asking oneself."""
    staff = Person.objects.who_may(May.SUBMIT, viewer.school, viewer.todays_date)
    return staff.not_excluded_from(concern)
