"""Counts the figures that a governor for safeguarding sees, as they stood when each term settled.

Which these are is in `rules/governor_figures.py`. Everything is counted from rows that carry a
date, up to the moment at which the term settled, so that a term's figures never change. What a
governor was kept out of at that moment is not counted for them, nor what they wrote themselves:
with that they could work out a small number of the rest. Only suppressed numbers leave this file.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from concerns.models.base.kept_out import concerns_hidden_at
from concerns.models.concern.category_sorting import CategorySorting, SortedCategory
from concerns.models.concern.concern import Concern, ConcernCategory
from concerns.models.response.referral import ReferralEvent
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.rules.clocks import FIRST_LOOKS
from concerns.rules.governor_figures import (
    SAME_DAY,
    SOON,
    GovernorFigure,
    SettledTerm,
    settled_terms,
)
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.roles import May
from concerns.rules.suppression import suppress_count
from concerns.rules.words import SORTED_INTO, Category


@dataclass(frozen=True)
class TermFigures:
    """A term's figures as they may be shown: None for a number that is too small. A category that
    is not in `categories` has too small a number too."""

    term: SettledTerm
    figures: dict[GovernorFigure, int | None]
    categories: dict[str, int]


def read_governor_figures(viewer: Viewer) -> list[TermFigures]:
    """The figures of every term shown, the oldest first; none for whoever may not see them. Three
    queries for each term."""
    if not viewer.has_power(May.FIGURES):
        return []
    terms = settled_terms(viewer.school.school_calendar, viewer.todays_date)
    return [_count_term(viewer, term) for term in terms]


def _count_term(viewer: Viewer, term: SettledTerm) -> TermFigures:
    concerns = (
        Concern.objects.filter(school=viewer.school)
        .filter(received_at__gte=term.start, received_at__lt=term.end)
        .exclude(concerns_hidden_at(viewer.person, term.settled))
        .exclude(reporter=viewer.person)
    )
    conditions = _figure_conditions(term)
    counts = {figure.value: Count("pk", filter=conditions[figure]) for figure in GovernorFigure}
    found = concerns.aggregate(**counts)
    figures = {figure: suppress_count(found[figure.value]) for figure in GovernorFigure}
    categories = {
        word: shown
        for word, count in _count_categories(concerns, term).items()
        if (shown := suppress_count(count)) is not None and word != Category.UNSORTED
    }
    return TermFigures(term, figures, categories)


def _figure_conditions(term: SettledTerm) -> dict[GovernorFigure, Any]:
    """Which of the term's concerns each figure counts."""
    looked = Q(first_looked_at__lte=term.settled)
    events = ReferralEvent.objects.filter(referral__concern=OuterRef("pk"), at__lte=term.settled)
    sent = Exists(events.filter(stage=ReferralStage.SENT))
    steps = Step.objects.filter(concern=OuterRef("pk"), due_at__lt=term.settled)
    late = steps.filter(Q(done_at__isnull=True) | Q(done_at__gt=F("due_at")))
    return {
        GovernorFigure.RECEIVED: Q(),
        GovernorFigure.SAME_DAY: looked & Q(looked_after__lte=SAME_DAY),
        GovernorFigure.SOON: looked & Q(looked_after__lte=SOON),
        GovernorFigure.LATE: Exists(late.exclude(kind__in=FIRST_LOOKS)),
        GovernorFigure.REFERRED: sent,
        GovernorFigure.ANSWERED: sent & Exists(events.filter(stage=ReferralStage.ANSWERED)),
    }


def _count_categories(concerns: QuerySet[Concern], term: SettledTerm) -> Counter[str]:
    """How many of `concerns` were in each category at the end: as a lead had sorted them last by
    then, or else as their writers chose (the rule of `reading/concern_categories.py`)."""
    by_then = CategorySorting.objects.filter(at__lte=term.settled)
    later = by_then.filter(concern=OuterRef("sorting__concern"), pk__gt=OuterRef("sorting"))
    keys = concerns.values("pk")
    leads = SortedCategory.objects.filter(
        ~Exists(later), sorting__concern__in=keys, sorting__at__lte=term.settled
    )
    writers = ConcernCategory.objects.filter(
        ~Exists(by_then.filter(concern=OuterRef("concern"))), concern__in=keys
    )
    found: Counter[str] = Counter()
    for rows in (leads, writers):
        counted = rows.order_by().values_list("category").annotate(many=Count("pk"))
        found.update({word: many for word, many in counted if word in SORTED_INTO})
    return found
