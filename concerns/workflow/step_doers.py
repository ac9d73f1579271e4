"""Who in post may do a next step of a concern about a child, whoever it is asked of.

`escalation.py` asks it to find whom a step has come to, and the daily check
(`reading/integrity_check.py`) to find steps that nobody may do. Who of them is asked first, and who
is away, is in `escalation.py`. What a step asks of somebody's post is `Step.power_needed_from`.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, prefetch_related_objects

from concerns.models.base.kept_out import kept_out_by_concern
from concerns.models.response.decision import Decision
from concerns.models.response.step import Step
from concerns.models.school.person import Post
from concerns.models.school.school import School
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.roles import LADDER, May, Role, has_role_with_power, roles_with_power


class StepDoers:
    """Who of those in post in `school` on `day` may do each of `steps`, away or not.

    Makes the same few queries however many steps there are. Each step needs its `concern` fetched.
    `deciding_posts` are the posts that give the power to decide, with their people, by name.
    """

    def __init__(self, school: School, day: date, steps: Iterable[Step]):
        steps = list(steps)
        in_post = Post.objects.filter(school=school).in_force_on(day)
        posts = in_post.active_with_role(*roles_with_power(May.DECIDE)).select_related("person")
        self.deciding_posts = list(posts.order_by("person__name", "pk"))
        roles = [(post.person_id, Role(post.role)) for post in self.deciding_posts]
        # A step that needs no lead's post is done by its holder alone: only these are looked up.
        holders = {
            step.holder_id
            for step in steps
            if step.holder_id and step.power_needed_from(step.holder_id) is not May.DECIDE
        }
        if holders:
            rows = in_post.filter(person__in=holders, person__is_active=True)
            roles += [(person, Role(role)) for person, role in rows.values_list("person", "role")]
        self._roles: dict[int, frozenset[Role]] = {}
        for person, role in roles:
            self._roles[person] = self._roles.get(person, frozenset()) | {role}
        self._kept_out = kept_out_by_concern({step.concern_id for step in steps})
        _fetch_who_decided(steps)

    def may_do(self, step: Step, person: int) -> bool:
        """Whether the person with this key may do `step`."""
        barred = self.is_kept_out(step, person) or person in step.barred_person_keys
        roles = self._roles.get(person, frozenset())
        return not barred and has_role_with_power(roles, step.power_needed_from(person))

    def is_kept_out(self, step: Step, person: int) -> bool:
        """Whether the person with this key may never see the concern of `step`."""
        return person in self._kept_out.get(step.concern_id, ())

    def is_step_of(self, step: Step, person: int) -> bool:
        """Whether the person with this key holds `step`, by name or by their post."""
        if step.holder_id:
            return step.holder_id == person
        return step.holder_role in self._roles.get(person, frozenset())

    def may_anybody_do(self, step: Step) -> bool:
        """Whether its holder may do it or, if a post holds it, anybody whom that post asks."""
        if step.holder_id:
            return self.may_do(step, step.holder_id)
        roles = roles_asked_for_step(step)
        asked = {post.person_id for post in self.deciding_posts if post.role in roles}
        return any(self.may_do(step, person) for person in asked)


def roles_asked_for_step(step: Step) -> tuple[Role, ...]:
    """The roles that are asked to do `step`, in order: its own, those its clock escalates to, then
    the rest of its own ladder."""
    first = Role(step.holder_role) if step.holder_role else Role.DSL
    return tuple(dict.fromkeys((first, *CLOCKS[StepKind(step.kind)].climbs, *LADDER[first])))


def _fetch_who_decided(steps: list[Step]) -> None:
    """Fetch what `Step.barred_person_keys` needs, for all of `steps` at once."""
    again = [step for step in steps if step.kind == StepKind.STILL_WORRIED]
    if again:
        prefetch_related_objects(again, Prefetch("decision", Decision.objects.only("by")))
