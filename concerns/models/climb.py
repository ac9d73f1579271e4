"""This file knows to whom a late step has come: who is asked for it now, the holder being silent.

Computed at every reading from the times of the step, the posts, the cover and the exclusions as
they are now. Nothing is kept of it and nothing has to have run: a sweep may send the messages, and
what is true does not wait for it. Every rung is a different human being who may act on the concern;
a post that is empty, somebody on leave, gone or shut out is passed over, at once. The last is the
school's adviser outside it, where one is named, who is told that something is late and not what.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from concerns.models.cover import arranged, standing
from concerns.models.decision import Decision
from concerns.models.exclusion import Exclusion
from concerns.models.filed import ConcernChild
from concerns.models.person import Person, Post, Relation
from concerns.models.school import School
from concerns.models.step import Step
from concerns.models.task import Task
from concerns.rules.climbing import pushes, turn
from concerns.rules.clocks import CLOCKS, OWN, StepKind
from concerns.rules.cover import AWAY, CoverKind
from concerns.rules.roles import LADDER, May, Role, roles_that
from concerns.rules.spans import local_day


@dataclass(frozen=True)
class Come:
    """To whom a late step has come, and how often it was pushed on; `again` counts the rounds that
    everybody was silent. To nobody here: it is the turn of the adviser `outside`, or else nobody
    who may act on it is left."""

    to: Person | None
    pushed: int
    again: int = 0
    outside: bool = False


@dataclass(frozen=True)
class Passed:
    """Whom, or which post, a step was not given to, and why."""

    words: str
    why: str


SHUT_OUT, IS_AWAY = "may not act on this one", "away"
EMPTY, GONE = "nobody holds this post", "holds no post here that may do it"


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
        self._shut_out = _shut_out(school, {step.concern_id for step in steps})
        self._not_theirs = _not_theirs(steps)
        self._setters, self._here = self._asked(steps)
        self._acting: dict[tuple[Role, ...], list[Person]] = {}

    def come(self, step: Step) -> Come | None:
        """To whom `step` has come; None while it is not late."""
        pushed = pushes(StepKind(step.kind), self.school.days, step.due_at, self.now)
        if not pushed:
            return None
        return self.came(step, pushed)

    def came(self, step: Step, pushed: int) -> Come:
        """To whom it had come when it had been pushed on so often, by the ladder as it is now."""
        people = self.rungs(step)
        if not people:
            return Come(None, pushed)
        place, rounds = turn(pushed, len(people) + bool(self.school.adviser_words))
        if place == len(people):
            return Come(None, pushed, rounds, outside=True)
        return Come(people[place], pushed, rounds)

    def standing_in(self, person: Person) -> Q:
        """What is `person`'s now though it is not late: owed by a post for which they are the first
        who acts, or by somebody who is away, where it has come to them: a task, to who asked."""
        away = {row.person_id for row in self._covers if row.kind in AWAY}
        roles = roles_that(May.DECIDE)
        roles = [role for role in roles if next(iter(self._of(LADDER[role])), None) == person]
        theirs = Q(holder__isnull=True, holder_role__in=roles)
        if away:
            theirs |= Q(kind=StepKind.TASK, holder__in=away, task__by=person)
        if Role.DSL in roles:
            theirs |= Q(holder__in=away) & ~Q(kind__in=[*OWN, StepKind.TASK])
        return theirs

    def passed(self, step: Step) -> list[Passed]:
        """Who would be asked for `step` by their post or by name, and is passed over. Why somebody
        is shut out is for those who may read the concern."""
        found, seen = [], {person.pk for person in self.rungs(step)}
        people = [step.holder] if step.holder_id else []
        for role in self._roles(step):
            posts = [post for post in self._posts if post.role == role]
            people += [post.person for post in posts]
            if not posts:
                found.append(Passed(role.title, EMPTY))
        left = [person for person in dict.fromkeys(people) if person.pk not in seen]
        return [*(Passed(one.name, self._why_not(step, one)) for one in left), *found]

    def _why_not(self, step: Step, person: Person) -> str:
        if person.pk in self._shut_out.get(step.concern_id, ()):
            return SHUT_OUT
        away = any(row.person_id == person.pk and row.kind in AWAY for row in self._covers)
        return IS_AWAY if away else GONE

    def rungs(self, step: Step) -> list[Person]:
        """The holder, then who acts for each role the clock climbs to, then whoever else may act:
        each once, and able. What climbs to the lead alone, who holds it, would else be told to one
        silent person for ever. What a colleague was asked for comes back to who asked; on days
        without school who is named for them comes first."""
        people = self._of(self._roles(step))
        setter = self._setters.get(step.pk)
        if setter in self._of(LADDER[Role.DSL]):
            people = [setter, *people]
        if step.holder_id and self._acts(step):
            people = [*self._instead(step, people), step.holder, *people]
        kept = self._shut_out.get(step.concern_id, set()) | self._not_theirs.get(step.pk, set())
        return [one for one in dict.fromkeys(people) if one.pk not in kept]

    def _roles(self, step: Step) -> tuple[Role, ...]:
        first = Role(step.holder_role) if step.holder_role else Role.DSL
        return tuple(dict.fromkeys((first, *CLOCKS[StepKind(step.kind)].climbs, *LADDER[first])))

    def _of(self, roles: tuple[Role, ...]) -> list[Person]:
        if roles not in self._acting:
            posts = [post for post in self._posts if post.role in roles]
            found = arranged(roles, posts, self._covers)
            self._acting[roles] = [acting.person for acting in found]
        return self._acting[roles]

    def _instead(self, step: Step, people: list[Person]) -> list[Person]:
        """Who is asked before its holder: on a day without school, who is named for such days."""
        named = {row.person_id for row in self._covers if row.kind == CoverKind.HOLIDAYS}
        return [] if step.kind in OWN else [one for one in people if one.pk in named]

    def _acts(self, step: Step) -> bool:
        """Whether its holder is here and may act. What is the writer's own - to tell somebody by
        voice, to report to the police - takes no post of a lead."""
        if step.kind in OWN and step.holder_id == step.concern.reporter_id:
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


def _shut_out(school: School, concerns: set[int]) -> dict[int, set[int]]:
    """Who may never see each of `concerns`: those named in it, and the families of its children.
    Asked from the families of those who work here: they are few, and the children written about
    are many."""
    found: dict[int, set[int]] = defaultdict(set)
    named = Exclusion.objects.filter(concern__in=concerns).values_list("concern", "person")
    for concern, person in named:
        found[concern].add(person)
    families: dict[int, set[int]] = defaultdict(set)
    related = Relation.objects.standing().filter(school=school)
    for child, person in related.values_list("child", "person"):
        families[child].add(person)
    if families:
        rows = ConcernChild.objects.filter(child__in=families, concern__in=concerns)
        for concern, child in rows.values_list("concern", "child"):
            found[concern] |= families[child]
    return found
