"""What the audit's list and its CSV file say of each concern beside its own columns.

Each function reads it for many concerns at once, in one or two queries, as plain values: a file of
ten years has twenty thousand rows. `keys` are the concerns' primary keys, which the caller found
among those that the viewer may see.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from concerns.models import (
    ConcernCategory,
    ConcernChild,
    DecisionRoute,
    Referral,
    ReferralEvent,
    SortedCategory,
)
from concerns.models.base.among_keys import AmongKeys
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.words import SORTED_INTO, AgencyAnswer, Category, Route

WordsByConcern = dict[int, list[str]]

_CATEGORIES = dict(Category.choices())
_ROUTES = dict(Route.choices())
_STAGES = dict(ReferralStage.choices())
_ANSWERS = dict(AgencyAnswer.choices())


@dataclass(frozen=True, slots=True)
class ReferralAnswer:
    """A referral in a row: where it went, and the agency's latest answer with when it came. Before
    there is one, `answer` says how far the referral has come, and `at` is None."""

    route: str
    answer: str
    at: datetime | None


def read_subject_years(keys: Collection[int]) -> WordsByConcern:
    """The year group of each child that a concern is about; "" for one who has none."""
    rows = ConcernChild.objects.subjects_only().filter(AmongKeys("concern_id", keys))
    return _group_words(rows.order_by("id").values_list("concern_id", "year"))


def read_chosen_categories(keys: Collection[int]) -> WordsByConcern:
    """The labels of the categories its writer chose."""
    rows = ConcernCategory.objects.filter(AmongKeys("concern_id", keys)).order_by("id")
    return _group_words(rows.values_list("concern_id", "category"), _CATEGORIES)


def read_sorted_categories(sortings: Collection[int]) -> WordsByConcern:
    """The labels of the categories in each sorting of `sortings`, by the key of the sorting."""
    rows = SortedCategory.objects.filter(AmongKeys("sorting_id", sortings)).order_by("id")
    return _group_words(rows.values_list("sorting_id", "category"), SORTED_INTO)


def read_decided_routes(keys: Collection[int]) -> WordsByConcern:
    """The label of every route ever decided for it, each once, in order."""
    rows = DecisionRoute.objects.filter(AmongKeys("decision__concern_id", keys))
    rows = rows.order_by("decision_id", "id")
    found = _group_words(rows.values_list("decision__concern_id", "route"), _ROUTES)
    return {key: list(dict.fromkeys(routes)) for key, routes in found.items()}


def read_referral_answers(keys: Collection[int]) -> dict[int, list[ReferralAnswer]]:
    """Its referrals, in order."""
    rows = Referral.objects.filter(AmongKeys("concern_id", keys)).order_by("id")
    referrals = list(rows.values_list("id", "concern_id", "route"))
    events = ReferralEvent.objects.filter(AmongKeys("referral_id", [one[0] for one in referrals]))
    stages: dict[int, str] = {}
    answers: dict[int, tuple[str, datetime]] = {}
    # In order: the last stage and the last answer remain.
    columns = ("referral_id", "stage", "answer", "happened_at")
    for key, stage, answer, at in events.order_by("id").values_list(*columns):
        stages[key] = stage
        if answer:
            answers[key] = (_ANSWERS[answer], at)
    found: dict[int, list[ReferralAnswer]] = defaultdict(list)
    for key, concern, route in referrals:
        (words, at) = answers.get(key) or (_STAGES[stages.get(key, ReferralStage.TO_SEND)], None)
        found[concern].append(ReferralAnswer(_ROUTES[route], words, at))
    return found


def _group_words(
    rows: Iterable[tuple[int, str]], labels: dict[str, str] | None = None
) -> WordsByConcern:
    """The values of `rows` by key; with `labels`, the label of each."""
    found: WordsByConcern = defaultdict(list)
    for key, value in rows:
        found[key].append(labels[value] if labels else value)
    return found
