"""Tests for which endings are watched, what counts as a lower status, and a busy lead's load."""

import random
import sys
from collections import Counter

import pytest

from concerns.management.demo.names_and_sentences import NOTICED
from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.clocks import StepKind
from concerns.rules.watching import (
    LEVELS,
    REVIEWS,
    ClosingFacts,
    WatchReason,
    is_lower_status,
    reason_to_watch,
)
from concerns.rules.words import ConcernOutcome, Route

CALM = ClosingFacts(
    outcome=ConcernOutcome.EXPLAINED, kinds=frozenset({StepKind.FIRST_LOOK, StepKind.DECIDE})
)
SENT = {Route.SOCIAL_CARE}


def closing(**more) -> ClosingFacts:
    said = {name: frozenset(v) if isinstance(v, set) else v for name, v in more.items()}
    return ClosingFacts(**{"outcome": ConcernOutcome.KEPT, **said})


@pytest.mark.parametrize(
    ("known", "because"),
    [
        (CALM, None),
        (closing(outcome=ConcernOutcome.WITH_AGENCY), WatchReason.AGENCY),
        (closing(answers={"no_further"}, routes=SENT), WatchReason.NOT_TAKEN_ON),
        (closing(answers={"advice"}, routes=SENT), WatchReason.NOT_TAKEN_ON),
        (closing(answers={"assessment"}, routes=SENT), None),
        (closing(owed={StepKind.ASSESSMENT}), WatchReason.AGENCY),
        (closing(owed={StepKind.CORE_GROUP}), WatchReason.AGENCY),
        (closing(kinds={StepKind.ASSESSMENT}), None),
        (closing(routes={Route.NO_FURTHER}), None),
        (closing(routes={Route.NO_FURTHER}, grave=True), WatchReason.NO_FURTHER),
        (closing(kinds={StepKind.DANGER_NOW}), WatchReason.RED),
        (closing(kinds={StepKind.REFER_NOW}), WatchReason.RED),
        (closing(kinds={StepKind.DECIDE_TODAY}), None),
        (closing(kinds={StepKind.DECIDE_TODAY}, routes=SENT), WatchReason.RED),
        (closing(kinds={StepKind.DECIDE}, routes=SENT), None),
    ],
)
def test_what_is_watched(known, because):
    assert reason_to_watch(known) == because


@pytest.mark.parametrize(
    ("ended", "left", "lower"),
    [
        (StatusKind.PLAN, [], True),
        (StatusKind.PLAN, [StatusKind.CHILD_IN_NEED], True),
        (StatusKind.CHILD_IN_NEED, [StatusKind.PLAN], False),
        (StatusKind.EARLY_HELP, [], True),
        (StatusKind.SECTION_47, [StatusKind.PLAN], False),
        (StatusKind.EHCP, [], False),
        (StatusKind.MONITORING, [], False),
    ],
)
def test_what_lowers(ended, left, lower):
    assert is_lower_status(ended, left) is lower


def test_every_status_of_a_level_stands_in_the_vocabulary_and_none_is_nothing():
    assert set(LEVELS) < set(StatusKind)
    assert all(level > 0 for level in LEVELS.values())


# A busy school: 2,500 concerns a year for each 1,000 pupils, in the mix of the demonstration.

DAYS = 190
OUTSIDE_ANSWERS = ("assessment", "early_help", "advice", "no_further")


def drawn(chance) -> tuple[int, ClosingFacts]:
    """A concern by chance: how many days it was open, and what is known when it ends."""
    shares = [row[0] for row in NOTICED.values()]
    kind = chance.choices(list(NOTICED), shares)[0]
    pressing = kind in {"told", "injury"}
    home = chance.choices(("no", "not_sure", "yes"), (6, 3, 1) if pressing else (30, 2, 0))[0]
    routes = {Route.PARENTS}
    draw = chance.random()
    if not pressing and home != "yes" and chance.random() < 0.62:
        routes = {Route.KEEP}
    elif kind == "told" or draw < 0.12:
        routes = SENT
    elif draw < 0.30:
        routes = {Route.EARLY_HELP}
    elif draw > 0.92:
        routes = {Route.NO_FURTHER}
    answer = chance.choice(OUTSIDE_ANSWERS) if routes == SENT else ""
    kinds = {StepKind.FIRST_LOOK_NOW if pressing or home != "no" else StepKind.FIRST_LOOK}
    kinds.add(StepKind.DECIDE_TODAY if pressing or home == "yes" else StepKind.DECIDE)
    # Somebody assesses the child: then it ends as theirs.
    outcome = ConcernOutcome.WITH_AGENCY if answer == "assessment" else ConcernOutcome.KEPT
    answers = {answer} if answer else set()
    known = closing(outcome=outcome, answers=answers, routes=routes, kinds=kinds, grave=pressing)
    return chance.choice((5, 10, 15)), known


def a_year(pupils: int, seed: int) -> tuple[Counter, int]:
    """How many reviews fall due on each school day, and how many watches were opened."""
    chance = random.Random(seed)
    weights = [chance.gammavariate(0.35, 1) for _ in range(pupils)]
    ends = []
    for _ in range(round(pupils * 2.5)):
        child = chance.choices(range(pupils), weights)[0]
        long, known = drawn(chance)
        ends.append((chance.randrange(DAYS) + long, child, known))
    reviews = Counter()
    until = {}
    opened = 0
    for day, child, known in sorted(ends, key=lambda end: end[:2]):
        # A child who is watched already is not watched twice (`workflow/closing.py`).
        if until.get(child, -1) < day and reason_to_watch(known):
            opened += 1
            until[child] = day + REVIEWS[-1] * 5
            reviews.update(day + week * 5 for week in REVIEWS)
    return reviews, opened


@pytest.mark.parametrize(("pupils", "leads"), [(280, 1), (1050, 2)])
def test_a_lead_of_a_busy_school_is_asked_at_most_twice_a_day(pupils, leads):
    """In a secondary the lead and the deputy share them: whoever has the case holds its watch."""
    for seed in range(5):
        reviews, opened = a_year(pupils, seed)
        within = sum(number for day, number in reviews.items() if day < DAYS)
        a_day = within / DAYS / leads
        most = max(reviews.values()) / leads
        sys.stdout.write(
            f"{pupils} pupils, {round(pupils * 2.5)} concerns: {opened} watches, {within} reviews; "
            f"{a_day:.2f} a day for each of {leads} (most on one day {most:.0f}), "
            f"and {opened / DAYS / leads:.2f} a day opened with a closing\n"
        )
        assert a_day <= 2
