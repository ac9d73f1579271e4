"""This file knows what a lead has asked a colleague for, and what the colleague answered.

The colleague sees who asked, by when and the asker's own words: no concern, no reference to one,
and no child whom the asker did not name. So a task is found by who holds its step, never by what
they may read. Neither the words nor the answer ever change.
"""

from datetime import date

from django.db import models
from django.db.models import Q

from concerns.models.case import CaseRows
from concerns.models.concern import Concern
from concerns.models.held import shut_out_of
from concerns.models.person import Person
from concerns.models.step import Step
from concerns.models.written import Written
from concerns.rules.clocks import FIRST_LOOKS, StepKind
from concerns.rules.roles import May


class Tasks(CaseRows):
    def asked_of(self, viewer):
        """What `viewer` was asked for and has not answered. Never of a child of their family, nor
        of what they were kept out of since."""
        mine = self.filter(
            step__holder=viewer.person, step__done_at__isnull=True, school=viewer.school
        )
        return mine.exclude(shut_out_of(viewer.person)("step__concern")).for_viewer(viewer)

    def open_to(self, viewer):
        """Theirs to answer, answered by them, or of a concern that they may read."""
        own = Q(step__holder=viewer.person, step__done_at__isnull=True) | Q(
            answer__by=viewer.person
        )
        if viewer.may(May.READ):
            own |= Q(pk__in=self.visible_to(viewer).values("pk"))
        rows = self.filter(own, school=viewer.school)
        return rows.exclude(shut_out_of(viewer.person)("step__concern")).for_viewer(viewer)

    def ask(
        self, agenda, to: Person | None, words: str, on: date, by: Person | None = None, watch=None
    ) -> "Task":
        """Open a step of `to`, and keep what was asked. It has the id of its step: the only one
        that whoever was asked is shown."""
        step = agenda.owe(StepKind.TASK, on=on, holder=to)
        agenda.saved(step)
        return self.create(
            uid=step.uid,
            school=agenda.by.school,
            step=step,
            by=by or agenda.by.person,
            at=agenda.now,
            words=words,
            watch=watch,
        )

    def answered(self, agenda, task: "Task", words: str, done: bool) -> "TaskAnswer":
        """End it with what came of it. Whoever asked reads that, or has it to do today themselves;
        what was asked for a watch is read at its review."""
        by, setter = agenda.by, self._able(agenda, task.by)
        agenda.end([step for step in agenda.open if step.pk == task.step_id])
        if not done:
            self.ask(agenda, setter, task.words, by.today, task.by, task.watch)
        to_read = done and not task.watch_id and task.by_id != by.person.pk
        if to_read and not agenda.owes(*FIRST_LOOKS, StepKind.READ_ADDITION):
            agenda.owe(StepKind.READ_ADDITION, holder=setter)
        agenda.onward()
        return TaskAnswer.objects.create(
            school=by.school, task=task, by=by.person, at=agenda.now, words=words, done=done
        )

    def _able(self, agenda, person: Person) -> Person | None:
        """`person`, if they may still act on the concern."""
        able = Person.objects.who_may(May.DECIDE, agenda.by.school, agenda.by.today)
        return able.not_excluded_from(agenda.concern).filter(pk=person.pk).first()

    def setters(self, steps) -> dict[int, Person]:
        """Who asked for each of `steps` that is a task, by the key of the step."""
        rows = self.filter(step__in=steps).select_related("by")
        return {row.step_id: row.by for row in rows}


class Task(Written):
    """What one colleague is asked for by a date."""

    to_concern = "step__concern_id"
    step = models.OneToOneField(Step, models.PROTECT, related_name="task")
    # The watch for which a trusted adult is asked how the child is.
    watch = models.ForeignKey("concerns.Watch", models.PROTECT, null=True, related_name="tasks")

    objects = Tasks.as_manager()

    @property
    def concern(self) -> Concern:
        return self.step.concern


class TaskAnswer(Written):
    """What came of it; not `done`: they could not, and it went back to who asked."""

    to_concern = "task__step__concern_id"
    task = models.OneToOneField(Task, models.PROTECT, related_name="answer")
    done = models.BooleanField(default=True)
