"""Ends a case in the demonstration year: closes it, or watches the child with reviews."""

from datetime import datetime, timedelta

from concerns.chase import acts as chase
from concerns.doors import sight
from concerns.models import Concern, Task, WatchAnswers
from concerns.models.response.watch import staff_to_ask_about
from concerns.rules.clocks import StepKind
from concerns.rules.roles import Role
from concerns.rules.watching import WatchReviewResult
from concerns.rules.words import ConcernOutcome
from concerns.triage import acts as triage
from concerns.workflow.closing import find_watch_reason, reason_not_to_close

LINES = (
    "Much the same, and smiling more.", "Quiet on Monday, fine by Friday.", "Settled. Eats well.",
    "Came to talk once. Nothing new.",
)  # fmt: skip
REVIEWED = ("Calmer, and at school every day.", "As before: nothing new, and nothing worse.")
WHY = "What was decided has been done; the picture is calmer."


def close_or_watch(year, at: datetime, concern: Concern, words_back: str) -> None:
    """Close the concern, or start the watch if its outcome requires one."""
    lead = year.lead_on_duty(at)
    outcome = year.chance.choice(
        (ConcernOutcome.KEPT, ConcernOutcome.HELP_IN_PLACE, ConcernOutcome.EXPLAINED)
    )
    given = {"by": lead, "concern": concern, "words_back": words_back, "now": at}
    if not find_watch_reason(concern, outcome):
        triage.close(**given, outcome=outcome, why=WHY)
        return
    adult = year.chance.choice(
        [who for who in staff_to_ask_about(lead, concern) if who in year.staff]
    )
    children = concern.children.filter(child__isnull=False).order_by("pk")
    name = children.values_list("child__forename", flat=True).first()
    asked = WatchAnswers(adult, f"How is {name} these days? One line is enough.", WHY, outcome)
    triage.watch(**given, asked=asked)
    schedule_watch_steps(year, concern)


def schedule_watch_steps(year, concern: Concern) -> None:
    """Schedule the trusted adult's answer and the lead's review, each shortly before it is due."""
    for task in Task.objects.filter(step__concern=concern, step__done_at__isnull=True):
        year.schedule_event(task.step.due_at - timedelta(hours=3), _answer_watch_task, year, task)
    for step in concern.steps.open().filter(kind=StepKind.LOOK_AFTER):
        year.schedule_event(step.due_at - timedelta(hours=2), _review_watch, year, step)


def _answer_watch_task(at: datetime, year, task: Task) -> None:
    """Answer the question about the child; one in eight forgets."""
    task.step.refresh_from_db()
    if task.step.done_at is None and year.chance.random() < 0.875:
        by = year.viewer_in_role(task.step.holder, Role.STAFF, at)
        words = year.chance.choice(LINES)
        chase.answer(by=by, task=task, words=words, done=True, now=at)


def _review_watch(at: datetime, year, step) -> None:
    step.refresh_from_db()
    if step.done_at:
        return
    concern = Concern.objects.get(pk=step.concern_id)
    left = concern.watches.latest("id").review_days_left(at.date())
    others = list(concern.steps.open().exclude(pk=step.pk))
    last = not left and not reason_not_to_close(concern, others)
    said = {"then": WatchReviewResult.END if last else WatchReviewResult.ON, "why": ""}
    said["words_back"] = "Thank you. It is closed, and stays with the picture." if last else ""
    words = year.chance.choice(REVIEWED)
    lead = year.lead_on_duty(at)
    sight.open_concern(lead, concern.uid)
    chase.look_after(by=lead, step=step, words=words, now=at, **said)
    schedule_watch_steps(year, concern)
