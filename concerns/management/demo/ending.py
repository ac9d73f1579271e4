"""Ends a case in the demonstration year: closes it, or watches the child with reviews."""

from datetime import datetime, timedelta

from concerns.chase import acts as chase
from concerns.models import Concern, Task, Watching
from concerns.models.after import may_be_asked, watched
from concerns.rules.after import Then
from concerns.rules.clocks import StepKind
from concerns.rules.roles import Role
from concerns.rules.words import Outcome
from concerns.triage import acts as triage

LINES = (
    "Much the same, and smiling more.", "Quiet on Monday, fine by Friday.", "Settled. Eats well.",
    "Came to talk once. Nothing new.",
)  # fmt: skip
REVIEWED = ("Calmer, and at school every day.", "As before: nothing new, and nothing worse.")
WHY = "What was decided has been done; the picture is calmer."


def end(year, at: datetime, concern: Concern, words_back: str) -> None:
    """Close the concern, or start the watch if its outcome requires one."""
    lead = year.lead(at)
    outcome = year.chance.choice((Outcome.KEPT, Outcome.HELP_IN_PLACE, Outcome.EXPLAINED))
    given = {"by": lead, "concern": concern, "words_back": words_back, "now": at}
    if not watched(concern, outcome):
        triage.close(**given, outcome=outcome, why=WHY)
        return
    adult = year.chance.choice([who for who in may_be_asked(lead, concern) if who in year.staff])
    name = concern.children.filter(child__isnull=False).first().child.forename
    asked = Watching(adult, f"How is {name} these days? One line is enough.", WHY, outcome)
    triage.watch(**given, asked=asked)
    follow(year, concern)


def follow(year, concern: Concern) -> None:
    """Schedule the trusted adult's answer and the lead's review, each shortly before it is due."""
    for task in Task.objects.filter(step__concern=concern, step__done_at__isnull=True):
        year.at(task.step.due_at - timedelta(hours=3), _line, year, task)
    for step in concern.steps.open().filter(kind=StepKind.LOOK_AFTER):
        year.at(step.due_at - timedelta(hours=2), _review, year, step)


def _line(at: datetime, year, task: Task) -> None:
    """Answer the question about the child; one in eight forgets."""
    task.step.refresh_from_db()
    if task.step.done_at is None and year.chance.random() < 0.875:
        by = year.viewer(task.step.holder, Role.STAFF, at)
        words = year.chance.choice(LINES)
        chase.answer(by=by, task=task, words=words, done=True, now=at)


def _review(at: datetime, year, step) -> None:
    step.refresh_from_db()
    if step.done_at:
        return
    concern = Concern.objects.get(pk=step.concern_id)
    last = not concern.watches.order_by("-id").first().left(at.date())
    said = {"then": Then.END if last else Then.ON, "why": ""}
    said["words_back"] = "Thank you. It is closed, and stays with the picture." if last else ""
    words = year.chance.choice(REVIEWED)
    chase.look_after(by=year.lead(at), step=step, words=words, now=at, **said)
    follow(year, concern)
