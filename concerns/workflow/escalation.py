"""The escalation of late steps: who is asked to do a step now that its holder has not done it.

It is computed at every reading from the step's due time and the posts, cover and exclusions as they
are now. Nothing is stored, and no background round needs to have run: `doors/clock_round.py` only
sends the reminders. Each rung of a ladder is a different person who may act on the concern. An
empty post, or a person who is away, has left or is excluded, is passed over at once. The last rung
is the school's outside adviser, if it names one, who is told that something is late but not what.
When a step escalates is in `rules/escalation_timing.py`; concerns about adults are in
`adult_escalation.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from concerns.models.response.step import Step
from concerns.models.response.task import Task
from concerns.models.school.cover import covers_in_effect, order_acting_people
from concerns.models.school.person import Person
from concerns.models.school.school import School
from concerns.rules.calendars import is_before_break
from concerns.rules.clocks import WRITERS_OWN, StepKind
from concerns.rules.cover_kinds import AWAY, CoverKind
from concerns.rules.escalation_timing import count_escalations, place_on_ladder
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import LADDER, May, Role, roles_with_power
from concerns.workflow.step_doers import StepDoers, roles_asked_for_step


@dataclass(frozen=True)
class EscalationTarget:
    """The person a late step has escalated to; `pushed` as counted by `rules/escalation_timing.py`.

    `again` counts the full rounds of the ladder in which nobody did it. If `to` is None, it is the
    turn of the adviser `outside`, or else nobody is left who may act.
    """

    to: Person | None
    pushed: int
    again: int = 0
    outside: bool = False


@dataclass(frozen=True)
class PassedOver:
    """A person or post that a step was not escalated to, and why."""

    words: str
    why: str


SHUT_OUT = "may not act on this one"
IS_AWAY = "away"
EMPTY = "nobody is in this post"
GONE = "has no post here that may do it"
ANOTHER_LOOKS = "wrote it or decided on it, so somebody else looks again"


class EscalationLadders:
    """The people on the escalation ladder of each of `steps`, in `school` at `now`.

    Makes the same few queries however many steps there are. Each step needs its `concern` and
    `holder` fetched.
    """

    def __init__(self, school: School, now: datetime, steps: Iterable[Step]):
        self.school = school
        self.now = now
        steps = list(steps)
        self._doers = StepDoers(school, local_day(school.school_calendar, now), steps)
        self._posts = self._doers.deciding_posts
        self._covers = covers_in_effect(school, now)
        self._away = {row.person_id for row in self._covers if row.kind in AWAY}
        tasks = [step for step in steps if step.kind == StepKind.TASK]
        self._setters = Task.objects.task_setters_by_step(tasks) if tasks else {}
        self._acting: dict[tuple[Role, ...], list[Person]] = {}

    def current_recipient(self, step: Step) -> EscalationTarget | None:
        """Who `step` has escalated to; None while it is not late."""
        pushed = count_escalations(
            StepKind(step.kind), self.school.school_calendar, step.due_at, self.now
        )
        if not pushed:
            return None
        return self.recipient_after_pushes(step, pushed)

    def recipient_beside_holder(self, step: Step) -> EscalationTarget | None:
        """As `current_recipient`, but None where that is whose step it is anyway: its holder, or
        somebody in the post that holds it."""
        come = self.current_recipient(step)
        if come and come.to and self._doers.is_step_of(step, come.to.pk):
            return None
        return come

    def recipient_after_pushes(self, step: Step, pushed: int) -> EscalationTarget:
        """Who it had escalated to at the count `pushed`, by the ladder as it is now."""
        people = self.people_on_ladder(step)
        if not people:
            return EscalationTarget(None, pushed)
        place, rounds = place_on_ladder(pushed, len(people) + bool(self.school.adviser_words))
        if place == len(people):
            return EscalationTarget(None, pushed, rounds, outside=True)
        return EscalationTarget(people[place], pushed, rounds)

    def steps_covered_by(self, person: Person) -> Q:
        """A filter for steps that `person` must do for others now, even if they are not late.

        Those held by a post they are the first to act for. Of somebody who is away: tasks that
        `person` asked for and, if they act for the lead, the other steps.
        """
        away = self._away
        roles = [
            role
            for role in roles_with_power(May.DECIDE)
            if next(iter(self._people_acting_for(LADDER[role])), None) == person
        ]
        theirs = Q(holder__isnull=True, holder_role__in=roles)
        if away:
            theirs |= Q(kind=StepKind.TASK, holder__in=away, task__by=person)
        if Role.DSL in roles:
            theirs |= Q(holder__in=away) & ~Q(kind__in=[*WRITERS_OWN, StepKind.TASK])
        return theirs

    def people_passed_over(self, step: Step) -> list[PassedOver]:
        """People and posts that would be asked to do `step` but are passed over, with the reason.

        Show it only to people who may read the concern: it says who is excluded from it.
        """
        found = []
        seen = {person.pk for person in self.people_on_ladder(step)}
        people = [step.holder] if step.holder else []
        for role in roles_asked_for_step(step):
            posts = [post for post in self._posts if post.role == role]
            people += [post.person for post in posts]
            if not posts:
                found.append(PassedOver(role.title_words, EMPTY))
        left = [person for person in dict.fromkeys(people) if person.pk not in seen]
        return [
            *(PassedOver(one.name, self._reason_passed_over(step, one)) for one in left),
            *found,
        ]

    def _reason_passed_over(self, step: Step, person: Person) -> str:
        if self._doers.is_kept_out(step, person.pk):
            return SHUT_OUT
        if person.pk in step.barred_person_keys:
            return ANOTHER_LOOKS
        return IS_AWAY if person.pk in self._away else GONE

    def people_on_ladder(self, step: Step) -> list[Person]:
        """The people who may be asked to do `step`, in order, each once.

        The holder comes first, then those acting for the roles its clock escalates to, then
        everybody else who may act: otherwise a step that escalates to the lead alone, who holds it,
        would only ever remind one silent person. A task goes back to the person who asked. From
        the last bell before days without school, whoever is named to be reached then comes before
        the holder.
        """
        people = self._people_acting_for(roles_asked_for_step(step))
        setter = self._setters.get(step.pk)
        if setter and setter in self._people_acting_for(LADDER[Role.DSL]):
            people = [setter, *people]
        if step.holder and self._is_holder_available(step, step.holder):
            people = [*self._people_before_holder(step, people), step.holder, *people]
        return [one for one in dict.fromkeys(people) if self._doers.may_do(step, one.pk)]

    def _people_acting_for(self, roles: tuple[Role, ...]) -> list[Person]:
        if roles not in self._acting:
            posts = [post for post in self._posts if post.role in roles]
            found = order_acting_people(roles, posts, self._covers)
            self._acting[roles] = [acting.person for acting in found]
        return self._acting[roles]

    def _people_before_holder(self, step: Step, people: list[Person]) -> list[Person]:
        """People asked before the holder: in a break, those named to be reached meanwhile.

        That is who is named for days without school and, on the evening with which a break begins,
        who is named for after school. On an ordinary evening the holder is back in the morning.
        """
        reached = {CoverKind.HOLIDAYS}
        if is_before_break(self.school.school_calendar, self.now):
            reached.add(CoverKind.AFTER_HOURS)
        named = {row.person_id for row in self._covers if row.kind in reached}
        return [] if step.kind in WRITERS_OWN else [one for one in people if one.pk in named]

    def _is_holder_available(self, step: Step, holder: Person) -> bool:
        """Whether its `holder` is here to do it. Whether they may do it, `StepDoers` says.

        The writer's own steps (telling somebody by voice, reporting to the police) stay with the
        writer even if they are away.
        """
        if step.power_needed_from(holder.pk) is May.DECIDE:
            return holder in self._people_acting_for(LADDER[Role.DSL])
        return step.kind in WRITERS_OWN or holder.pk not in self._away
