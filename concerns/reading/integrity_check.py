"""Checks all concerns of a school for broken rules: an open concern must have a next step, a closed
one must have none, and somebody in post must be able to do each open step.

The write door (`doors/act.py`) refuses to commit an open concern without a step. This check finds
what can break the rule from outside an act: somebody leaves, is excluded, or a post falls empty, or
a row was changed without going through the door.
"""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from concerns.models.adult.adult_concern import AdultConcern, find_reader_posts
from concerns.models.adult.adult_entries import AdultStep
from concerns.models.concern.concern import Concern
from concerns.models.response.step import Step
from concerns.models.school.person import Person, Post, Relation
from concerns.models.school.school import School
from concerns.rules.clocks import StepKind
from concerns.rules.roles import LADDER, May, Role, has_role_with_power


def find_integrity_breaches(school: School, day: date | None = None) -> Iterator[str]:
    """Each breach as a sentence with the concern's reference. `day` is a local date; if missing, it
    is today by the database's clock."""
    day = day or _today_by_database(school)
    concerns = Concern.objects.filter(school=school)
    stepless = concerns.open().filter(~Exists(Step.objects.open().filter(concern=OuterRef("pk"))))
    for concern in stepless.order_by("pk"):
        yield f"{concern.reference} is open and has no next step"
    still = Step.objects.open().filter(concern__school=school, concern__closed_at__isnull=False)
    for step in still.select_related("concern").order_by("pk"):
        yield (
            f"{step.concern.reference} is closed but still has this next step: {step.step_in_words}"
        )
    yield from _find_steps_without_holder(school, day)
    yield from _find_adult_breaches(school, day)


def _find_adult_breaches(school: School, day: date) -> Iterator[str]:
    """The same check for concerns about adults. The sentences do not say that a concern is about an
    adult nor what its steps are, because its subject may be the person reading them."""
    concerns = AdultConcern.objects.filter(school=school)
    owing = AdultStep.objects.open().filter(concern=OuterRef("pk"))
    for concern in concerns.annotate(owes=Exists(owing)).order_by("pk"):
        if concern.closed_at is None and not concern.owes:
            yield f"{concern.reference} is open and has no next step"
        elif concern.closed_at and concern.owes:
            yield f"{concern.reference} is closed but still has a next step"
        elif concern.owes and not find_reader_posts(concern, day):
            yield f"{concern.reference}: nobody in post can do its next step"


def _today_by_database(school: School) -> date:
    clock = School.objects.filter(pk=school.pk).annotate(now=Now()).values_list("now", flat=True)[0]
    return clock.astimezone(ZoneInfo(school.school_calendar.zone)).date()


def _find_steps_without_holder(school: School, day: date) -> Iterator[str]:
    """Open steps that nobody in post on `day` may do."""
    in_post = _roles_by_person_in_post(school, day)
    shut_out = _concerns_with_exclusions(school)
    steps = Step.objects.open().filter(school=school)
    steps = steps.select_related("concern", "holder", "decision")
    for step in steps.order_by("pk"):
        if step.holder_id:
            able = {step.holder_id} if _is_holder_able(step, step.holder_id, in_post) else set()
        else:
            able = {
                person
                for role in LADDER[Role(step.holder_role)]
                for person in in_post
                if role in in_post[person] and has_role_with_power(in_post[person], May.DECIDE)
            }
        if able and step.concern_id in shut_out:
            able -= _excluded_person_keys(step.concern)
        able -= step.barred_person_keys
        if not able:
            yield f"{step.concern.reference}: nobody in post can do '{step.step_in_words}'"


def _is_holder_able(step: Step, holder: int, in_post: dict[int, frozenset[Role]]) -> bool:
    """Whether the holder of `step`, whose key is `holder`, may do it. A lead's step needs somebody
    who may decide. The writer's own step needs only the writer, and a task only the colleague who
    was asked."""
    roles = in_post.get(holder, frozenset())
    return has_role_with_power(roles, May.DECIDE) or (
        has_role_with_power(roles, May.SUBMIT)
        and (holder == step.concern.reporter_id or step.kind == StepKind.TASK)
    )


def _roles_by_person_in_post(school: School, day: date) -> dict[int, frozenset[Role]]:
    """The roles of each active person in post on `day`, by primary key."""
    found: dict[int, set[Role]] = {}
    posts = Post.objects.filter(school=school, person__is_active=True).in_force_on(day)
    for person, role in posts.values_list("person", "role"):
        found.setdefault(person, set()).add(Role(role))
    return {person: frozenset(roles) for person, roles in found.items()}


def _concerns_with_exclusions(school: School) -> set[int]:
    """Primary keys of concerns from which anybody is excluded, by name or as a child's relative."""
    by_name = Concern.objects.filter(school=school, exclusions__isnull=False)
    families = Relation.objects.not_withdrawn().filter(school=school)
    by_family = Concern.objects.filter(school=school, children__child__in=families.values("child"))
    return set(by_name.values_list("pk", flat=True)) | set(by_family.values_list("pk", flat=True))


def _excluded_person_keys(concern: Concern) -> set[int]:
    """Primary keys of all people with a post at the school who are excluded from `concern`."""
    everyone = Person.objects.filter(posts__school=concern.school_id)
    may_see = everyone.not_excluded_from(concern).values_list("pk", flat=True)
    return set(everyone.values_list("pk", flat=True)) - set(may_see)
