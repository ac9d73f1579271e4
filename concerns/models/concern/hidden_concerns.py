"""Concerns a person may never see: those they are excluded from, and those of their family."""

from collections.abc import Callable

from django.db.models import Q

from concerns.models.concern.concern_child import ConcernChild
from concerns.models.concern.exclusion import Exclusion
from concerns.models.school.person import Person, Relation


def hidden_concerns_filter(person: Person) -> Callable[[str], Q]:
    """A function that makes a filter for concerns `person` may never see: excluded, or family.

    Its argument is the lookup of the concern's key, such as "pk" or "step__concern".
    """
    named = Exclusion.objects.filter(person=person).values("concern")
    families = Relation.objects.filter(shuts_out=person).values("child")
    family = ConcernChild.objects.filter(child__in=families).values("concern")
    return lambda key: Q(**{f"{key}__in": named}) | Q(**{f"{key}__in": family})
