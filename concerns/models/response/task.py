"""Tasks: what a lead has asked a colleague to do, and the colleague's answers.

The colleague sees who asked, by when it is due and the request itself: not the concern, its
reference, or any child the request does not name. So a task is found by who holds its step, not by
what that person may read. Neither the request nor the answer ever changes.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from concerns.models.base.case_row import CaseRows, ConcernRow
from concerns.models.concern.concern import Concern
from concerns.models.concern.later_entries import AuthoredText
from concerns.models.response.step import Step
from concerns.models.response.steps_of_concern import StepsOfConcern
from concerns.models.school.person import Person, Viewer
from concerns.rules.clocks import FIRST_LOOKS, StepKind
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.roles import May


class Tasks(CaseRows[ConcernRow]):
    def asked_of(self, viewer: Viewer) -> Self:
        """Tasks that `viewer` has been given and not answered.

        Leaves out concerns about children of their family and those they are excluded from.
        """
        mine = self.filter(
            step__holder=viewer.person, step__done_at__isnull=True, school=viewer.school
        )
        return mine.not_hidden_from(viewer).for_viewer(viewer)

    def tasks_visible_to(self, viewer: Viewer) -> Self:
        """Tasks for `viewer` to answer, answered by them, or on a concern they may read."""
        own = Q(step__holder=viewer.person, step__done_at__isnull=True) | Q(
            answer__by=viewer.person
        )
        if viewer.has_power(May.READ):
            own |= Q(pk__in=self.visible_to(viewer).values("pk"))
        rows = self.filter(own, school=viewer.school)
        return rows.not_hidden_from(viewer).for_viewer(viewer)

    def ask_colleague(
        self: "Tasks[Task]",
        agenda: StepsOfConcern,
        to: Person | None,
        words: str,
        on: date,
        by: Person | None = None,
        watch: Any = None,
    ) -> "Task":
        """Open a step held by `to`, due on the day `on`, and save the request `words`.

        The task has the uid of its step, the only one the colleague is shown.
        """
        step = agenda.add_step(StepKind.TASK, on=on, holder=to)
        agenda.save_step_now(step)
        return self.create(
            uid=step.uid,
            school=agenda.by.school,
            step=step,
            by=by or agenda.by.person,
            at=agenda.now,
            words=words,
            watch=watch,
        )

    def record_task_answer(
        self: "Tasks[Task]", agenda: StepsOfConcern, task: "Task", words: str, done: bool
    ) -> "TaskAnswer":
        """Save the answer to `task` and end its step.

        If `done`, the person who asked gets a step to read the answer, except for a watch, whose
        answers are read at its review. If not, they get the task themselves, due today.
        """
        by = agenda.by
        setter = self._person_if_able(agenda, task.by)
        agenda.end_steps([step for step in agenda.open if step.pk == task.step_id])
        if not done:
            self.ask_colleague(agenda, setter, task.words, by.todays_date, task.by, task.watch)
        to_read = done and not task.watch_id and task.by_id != by.person.pk
        if to_read and not agenda.steps_of_kind(*FIRST_LOOKS, StepKind.READ_ADDITION):
            agenda.add_step(StepKind.READ_ADDITION, holder=setter)
        agenda.ensure_next_step()
        return TaskAnswer.objects.create(
            school=by.school, task=task, by=by.person, at=agenda.now, words=words, done=done
        )

    def _person_if_able(self, agenda: StepsOfConcern, person: Person) -> Person | None:
        """`person` if they may still act on the concern, else None."""
        able = Person.objects.who_may(May.DECIDE, agenda.by.school, agenda.by.todays_date)
        return able.not_excluded_from(agenda.concern).filter(pk=person.pk).first()

    def task_setters_by_step(self: "Tasks[Task]", steps: Iterable[Step]) -> dict[int, Person]:
        """Who asked for each of `steps` that is a task, by the primary key of the step."""
        rows = self.filter(step__in=steps).select_related("by")
        return {row.step_id: row.by for row in rows}


class Task(AuthoredText):
    """What one colleague is asked to do by a date."""

    shown_in_part = ShownInPart.NEVER
    to_concern = "step__concern_id"
    step = models.OneToOneField(Step, models.PROTECT, related_name="task")
    # Set if a trusted adult is asked how a child is, for this watch.
    watch = models.ForeignKey("concerns.Watch", models.PROTECT, null=True, related_name="tasks")

    objects: ClassVar = Tasks.as_manager()

    @property
    def concern(self) -> Concern:
        return self.step.concern


class TaskAnswer(AuthoredText):
    """The answer to a task. `done` False: they could not do it, and it went back to who asked."""

    shown_in_part = ShownInPart.NEVER
    to_concern = "task__step__concern_id"
    task = models.OneToOneField(Task, models.PROTECT, related_name="answer")
    done = models.BooleanField(default=True)
