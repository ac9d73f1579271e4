"""This file knows to whom a late step has come: who is asked for it now, the holder being silent.

Computed at every reading from the times of the step, the posts, the cover and the exclusions as
they are now. Nothing is kept of it and nothing has to have run: a sweep may send the messages, and
what is true does not wait for it. Every rung is a different human being who may act on the concern;
a post that is empty, somebody on leave, gone or shut out is passed over, at once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from concerns.models.cover import arranged, standing
from concerns.models.decision import Decision
from concerns.models.exclusion import Exclusion
from concerns.models.filed import ConcernChild
from concerns.models.person import Person, Post, Relation
from concerns.models.school import School
from concerns.models.step import Step
from concerns.models.task import Task
from concerns.rules.climbing import pushes, turn
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.cover import AWAY
from concerns.rules.roles import LADDER, May, Role, roles_that
from concerns.rules.spans import local_day


@dataclass(frozen=True)
class Come:
    """To whom a late step has come (None: nobody who may act on it is left), and how often it was
    pushed on; `again` counts the rounds that everybody was silent."""

    to: Person | None
    pushed: int
    again: int = 0


class Ladders:
    """Who stands on the ladder of each of `steps`, in `school` at `now`.

    The same few queries however many steps there are. Each needs its `concern` and `holder`.
    """

    def __init__(self, school: School, now: datetime, steps: Iterable[Step]):
        self.school, self.now = school, now
        steps = list(steps)
        posts = Post.objects.filter(school=school).in_force(local_day(school.days, now))
        posts = posts.holding(*roles_that(May.DECIDE)).select_related("person")
        self._posts = list(posts.order_by("person__name", "pk"))
        self._covers = standing(school, now)
        self._shut_out = _shut_out({step.concern_id for step in steps})
        self._not_theirs = _not_theirs(steps)
        self._setters, self._here = self._asked(steps)
        self._acting: dict[tuple[Role, ...], list[Person]] = {}

    def come(self, step: Step) -> Come | None:
        """To whom `step` has come; None while it is not late."""
        pushed = pushes(StepKind(step.kind), self.school.days, step.due_at, self.now)
        if not pushed:
            return None
        people = self.rungs(step)
        if not people:
            return Come(None, pushed)
        place, rounds = turn(pushed, len(people))
        return Come(people[place], pushed, rounds)

    def rungs(self, step: Step) -> list[Person]:
        """The holder, then who acts for each role the clock climbs to: each once, and able."""
        first = Role(step.holder_role) if step.holder_role else Role.DSL
        roles = tuple(dict.fromkeys((first, *CLOCKS[StepKind(step.kind)].climbs)))
        # Where nobody of these is left, whoever else may act.
        for some in (roles, LADDER[first]):
            people = self._of(some)
            setter = self._setters.get(step.pk)
            if setter in self._of(LADDER[Role.DSL]):
                people = [setter, *people]
            if step.holder_id and self._acts(step):
                people = [step.holder, *people]
            kept = self._shut_out.get(step.concern_id, set()) | self._not_theirs.get(step.pk, set())
            able = [one for one in dict.fromkeys(people) if one.pk not in kept]
            if able:
                return able
        return []

    def _of(self, roles: tuple[Role, ...]) -> list[Person]:
        if roles not in self._acting:
            posts = [post for post in self._posts if post.role in roles]
            found = arranged(roles, posts, self._covers)
            self._acting[roles] = [acting.person for acting in found]
        return self._acting[roles]

    def _acts(self, step: Step) -> bool:
        """Whether its holder is here and may act. A child in danger now is held by who wrote it,
        until they have told somebody by voice: that takes no post of a lead."""
        if step.kind == StepKind.DANGER_NOW and step.holder_id == step.concern.reporter_id:
            return step.holder.is_active
        if step.kind == StepKind.TASK:
            return step.holder_id in self._here
        return step.holder in self._of(LADDER[Role.DSL])

    def _asked(self, steps: list[Step]) -> tuple[dict[int, Person], set[int]]:
        """Who asked for each task, and who of those asked is in post today and not away: any member
        of staff may do one. Asked of the database only where there is a task."""
        tasks = [step for step in steps if step.kind == StepKind.TASK]
        if not tasks:
            return {}, set()
        posts = Post.objects.filter(school=self.school, person__is_active=True)
        posts = posts.in_force(local_day(self.school.days, self.now))
        held = posts.filter(person__in={step.holder_id for step in tasks} - {None})
        away = {row.person_id for row in self._covers if row.kind in AWAY}
        return Task.objects.setters(tasks), set(held.values_list("person", flat=True)) - away


def _not_theirs(steps: list[Step]) -> dict[int, set[int]]:
    """Who may not do each of `steps` for a reason of its own: `Step.not_theirs`, for many."""
    again = [step for step in steps if step.kind == StepKind.STILL_WORRIED]
    made = {step.decision_id for step in again} - {None}
    deciders = dict(Decision.objects.filter(pk__in=made).values_list("pk", "by")) if made else {}
    barred = {step.pk: {deciders.get(step.decision_id)} for step in again}
    return {step.pk: barred[step.pk] | {step.concern.reporter_id} for step in again}


def _shut_out(concerns: set[int]) -> dict[int, set[int]]:
    """Who may never see each of `concerns`: those named in it, and the families of its children."""
    found: dict[int, set[int]] = defaultdict(set)
    named = Exclusion.objects.filter(concern__in=concerns).values_list("concern", "person")
    rows = ConcernChild.objects.filter(concern__in=concerns, child__isnull=False)
    of = defaultdict(list)
    for concern, child in rows.values_list("concern", "child"):
        of[child].append(concern)
    families = Relation.objects.standing().filter(child__in=of).values_list("child", "person")
    for concern, person in named:
        found[concern].add(person)
    for child, person in families:
        for concern in of[child]:
            found[concern].add(person)
    return found
