"""The watch over a child after their case has ended: why, who is asked about them, until when.

The concern stays open during the watch, with one review due at a time. Before each review a trusted
adult is asked in one line how the child is, by a task (`models/task.py`). A watch never changes:
its progress is read from its steps. The rules for when a watch is needed are in `rules/after.py`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import models

from concerns.models.case import CaseRows
from concerns.models.concern import Concern
from concerns.models.decision import Decision, DecisionRoute
from concerns.models.fields import EncryptedText
from concerns.models.filed import ConcernChild
from concerns.models.known import Status
from concerns.models.moves import still_owed
from concerns.models.person import Person
from concerns.models.referral import Referral
from concerns.models.step import Ended, Step
from concerns.models.task import Task
from concerns.models.written import Written
from concerns.rules import after, calendars, spans
from concerns.rules.after import EVERY, GRAVEST, REVIEWS, Because, Closing
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import SETTLED, State, may_follow
from concerns.rules.roles import May
from concerns.rules.words import HowKnown, Outcome, Part

WATCH_FIRST = (
    "{}. So the child is watched before it is closed: choose who is asked how the child is."
)

WRITE_FIRST = (
    "There is no concern about this child to watch them on. Write one first: that the status is to "
    "end, and what you think of it."
)
WATCH_NEEDED = "With this ending the child stands lower: choose who is asked how they are."


@dataclass(frozen=True)
class Watching:
    """Answers of a form that opens a watch. `agrees`: with the end of a status, if one ended."""

    adult: Person
    question: str
    why: str
    outcome: str = ""
    last: int = REVIEWS[-1]
    why_shorter: str = ""
    agrees: bool | None = None

    def lacking(self, viewer, concern: Concern) -> str:
        """What is missing or wrong, in a sentence for the user; "" if nothing is."""
        if self.adult not in may_be_asked(viewer, concern):
            return "Whoever is asked works here, and is neither family nor kept out of it."
        if not self.question.strip():
            return "Write what they are asked: one line, with the child's first name."
        if self.last < REVIEWS[-1] and not self.why_shorter.strip():
            return "Say why it is watched for a shorter time."
        return ""

    def told(self, words_back: str = "") -> dict:
        """Its fields and words for a ledger line."""
        said = {"why": self.why, "question": self.question, "why_shorter": self.why_shorter}
        said["words_back"] = words_back
        return {"fields": [f"until week {self.last}", *said], "words": said}


class Watches(CaseRows):
    def begin(self, agenda, because: Because, asked: Watching) -> "Watch":
        """Open a watch with its first review, and end the review of an earlier watch, if any."""
        by, concern = agenda.by, agenda.concern
        agenda.end(agenda.owes(StepKind.LOOK_AFTER), Ended.SUPERSEDED)
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
        watch.look_again_on(agenda, watch.left(agenda.by.today)[0])
        return watch

    def of(self, concern: Concern) -> "Watch | None":
        """The current watch of `concern`, or else its last one."""
        rows = self.filter(concern=concern).select_related("by", "adult")
        return rows.order_by("-id").first()


class Watch(Written):
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

    objects = Watches.as_manager()

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    because__in=[word.value for word in Because],
                    outcome__in=["", *(word.value for word in Outcome)],
                    last__range=(REVIEWS[0], REVIEWS[-1]),
                ),
                name="watch_words_are_known",
            )
        ]
        indexes = [models.Index(fields=["concern", "id"], name="watches_in_order")]

    @property
    def because_words(self) -> str:
        return Because.say(self.because)

    def left(self, today: date, doing: Step | None = None) -> list[date]:
        """Days of the reviews still to come, as planned when it was opened. Without the day of
        `doing`, the review being done now, even if that is done early."""
        days = self.school.days
        dates = [calendars.add_school_weeks(days, self.at, week) for week in REVIEWS]
        on = [spans.local_day(days, moment) for moment in dates[: REVIEWS.index(self.last) + 1]]
        after_day = max(today, spans.local_day(days, doing.due_at)) if doing else today
        return [day for day in on if day > after_day]

    def further(self, now: datetime) -> date:
        """The day of the next review if the watch is extended."""
        days = self.school.days
        return spans.local_day(days, calendars.add_school_weeks(days, now, EVERY))

    def look_again_on(self, agenda, day: date) -> None:
        """Open the next review, and ask the trusted adult before it if they may still be asked."""
        self.ask_nobody(agenda)
        agenda.owe(StepKind.LOOK_AFTER, on=day)
        if self.adult in may_be_asked(agenda.by, self.concern):
            Task.objects.ask(agenda, self.adult, self.question, self._day_before(day), watch=self)

    def ask_nobody(self, agenda) -> None:
        """End the tasks still open from an earlier review."""
        tasks = Task.objects.filter(watch__concern=self.concern, step__done_at__isnull=True)
        asked = set(tasks.values_list("step", flat=True))
        agenda.end([step for step in agenda.open if step.pk in asked], Ended.SUPERSEDED)

    def _day_before(self, day: date) -> date:
        days = self.school.days
        near = (day - timedelta(days=back) for back in range(1, 15))
        return next((one for one in near if calendars.is_school_day(days, one)), day)


def may_be_asked(viewer, concern: Concern):
    """Staff who may be given a task about `concern`: not family of its children, and not excluded.
    Includes `viewer`; the act that asks a colleague refuses asking oneself."""
    staff = Person.objects.who_may(May.SUBMIT, viewer.school, viewer.today)
    return staff.not_excluded_from(concern)


def not_yet(agenda, words_back: str, but: frozenset = frozenset()) -> str:
    """Why a case may not end now, in a sentence; "" if it may. Kinds in `but` end with it."""
    concern = agenda.concern
    held = still_owed(step for step in agenda.open if step.kind not in but)
    if held:
        return "Still to do before it can be closed: " + "; ".join(held) + "."
    if not words_back.strip() and concern.reporter_id != agenda.by.person.pk:
        return "Closing gives the person who wrote it a word back."
    if not may_follow(State(concern.state), State.CLOSED):
        return f"This concern is {concern.state_words.lower()}: that cannot follow."
    return ""


def watched(concern: Concern, outcome: str) -> Because | None:
    """Why closing `concern` with `outcome` needs a watch; None if it does not."""
    known = closing(concern)
    return after.watched(replace(known, outcome=outcome)) if known else None


def closing(concern: Concern) -> Closing | None:
    """The facts `rules/after.py` needs about a concern to be closed. None if all its children are
    being watched already: nobody is asked twice about one child."""
    children = ConcernChild.objects.filter(concern=concern, part=Part.ABOUT)
    children = set(children.values_list("child", flat=True))
    if children and children <= watched_already(children):
        return None
    in_force = Decision.objects.in_force(concern)
    routes = DecisionRoute.objects.filter(decision__in=in_force).values_list("route", flat=True)
    steps = Step.objects.filter(concern=concern).values_list("kind", "done_at")
    told = concern.how_known == HowKnown.CHILD_TOLD or bool(concern.child_words)
    return Closing(
        answers=frozenset(_answers(concern)),
        routes=frozenset(routes),
        kinds=frozenset(kind for kind, _ in steps),
        owed=frozenset(kind for kind, done_at in steps if done_at is None),
        grave=concern.danger or told or concern.marks.exists(),
    )


def _answers(concern: Concern):
    """The last answer of each settled referral to social care or the police."""
    sent = Referral.objects.filter(concern=concern, route__in=GRAVEST).order_by("id")
    for referral in sent.prefetch_related("events"):
        events = sorted(referral.events.all(), key=lambda event: event.pk)
        if referral.stage in SETTLED:
            yield from [event.answer for event in events if event.answer][-1:]


def watched_already(children) -> set[int]:
    """Primary keys of those of `children` on whom a watch is open."""
    owed = Step.objects.open().filter(kind=StepKind.LOOK_AFTER)
    rows = ConcernChild.objects.filter(child__in=children, part=Part.ABOUT)
    return set(rows.filter(concern__in=owed.values("concern")).values_list("child", flat=True))


def stands_lower(status: Status) -> bool:
    """Whether the child's highest status is lower once `status` has ended."""
    left = Status.objects.standing().filter(child=status.child_id).exclude(pk=status.pk)
    return after.lowers(status.kind, list(left.values_list("kind", flat=True)))


def newest_concern(viewer, child, *, lock: bool = False) -> Concern | None:
    """The concern on which to watch `child` after a status ends, of those `viewer` may see: one on
    which they are watched already, else the newest about them."""
    about = ConcernChild.objects.filter(child=child, part=Part.ABOUT).values("concern")
    watched = Step.objects.open().filter(kind=StepKind.LOOK_AFTER, concern=models.OuterRef("pk"))
    rows = Concern.objects.visible_to(viewer).filter(pk__in=about)
    rows = rows.annotate(going=models.Exists(watched)).order_by("-going", "-id")
    key = rows.values_list("pk", flat=True).first()
    found = Concern.objects.select_for_update() if lock else Concern.objects
    return found.filter(pk=key).first() if key else None


def asked_with(viewer, status: Status) -> dict:
    """What the form that ends `status` needs. `asks`: whether the child's highest status becomes
    lower, so that a watch is needed; `concern`: where; `staff`: who may be asked about them."""
    concern = newest_concern(viewer, status.child)
    staff = may_be_asked(viewer, concern) if concern else ()
    return {"asks": stands_lower(status), "concern": concern, "staff": staff}


@dataclass(frozen=True)
class Rate:
    """Number of concerns about the children of a watched concern, in a period of school weeks."""

    words: str
    weeks: int
    number: int

    @property
    def a_month(self) -> str:
        """Concerns per month of four school weeks, to one decimal."""
        return f"{self.number * 4 / self.weeks:.1f}"


def rates(viewer, watch: Watch) -> tuple[Rate, Rate]:
    """Before the watch and since it began, over equal periods, of concerns `viewer` may see."""
    long = max(viewer.now - watch.at, timedelta(weeks=1))
    children = ConcernChild.objects.filter(concern=watch.concern, part=Part.ABOUT)
    rows = Concern.objects.visible_to(viewer).of(*children.values_list("child", flat=True))
    counted = rows.aggregate(
        before=models.Count("pk", filter=models.Q(received_at__range=(watch.at - long, watch.at))),
        since=models.Count("pk", filter=models.Q(received_at__gt=watch.at)),
    )
    weeks = [
        _weeks(watch, watch.at - long, watch.at), _weeks(watch, watch.at, watch.at + long)
    ]  # fmt: skip
    return (
        Rate("Before it ended", weeks[0], counted["before"]),
        Rate("Since it ended", weeks[1], counted["since"]),
    )


def _weeks(watch: Watch, start: datetime, end: datetime) -> int:
    """School weeks of five days between the two moments, rounded, at least 1."""
    days = watch.school.days
    minutes = calendars.school_minutes_between(days, start, end)
    return max(1, round(minutes / (5 * calendars.day_minutes(calendars.Calendar.SCHOOL, days))))
