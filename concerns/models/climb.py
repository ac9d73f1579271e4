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
from concerns.models.exclusion import Exclusion
from concerns.models.filed import ConcernChild
from concerns.models.person import Person, Post, Relation
from concerns.models.school import School
from concerns.models.step import Step
from concerns.rules.climbing import pushes, turn
from concerns.rules.clocks import CLOCKS, StepKind
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
        posts = Post.objects.filter(school=school).in_force(local_day(school.days, now))
        posts = posts.holding(*roles_that(May.DECIDE)).select_related("person")
        self._posts = list(posts.order_by("person__name", "pk"))
        self._covers = standing(school, now)
        self._shut_out = _shut_out({step.concern_id for step in steps})
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
        place, rounds = turn(pushed, len(people))
        return Come(people[place], pushed, rounds)

    def rungs(self, step: Step) -> list[Person]:
        """The holder, then who acts for each role the clock climbs to: each once, and able."""
        first = Role(step.holder_role) if step.holder_role else Role.DSL
        # Then whoever else may act: what climbs to the lead alone, who holds it, would else be told
        # to one silent person for ever.
        climbs = CLOCKS[StepKind(step.kind)].climbs
        people = self._of(tuple(dict.fromkeys((first, *climbs, *LADDER[first]))))
        if step.holder_id and self._acts(step):
            people = [step.holder, *people]
        shut_out = self._shut_out.get(step.concern_id, ())
        return [one for one in dict.fromkeys(people) if one.pk not in shut_out]

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
        return step.holder in self._of(LADDER[Role.DSL])


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
