"""Every quarter of an hour of a school year, in each nation: left undone, a concern written then is
another human being's within a day, whatever weekend, closure or holiday comes between.

Each rung of a ladder is a different person (`tests/workflow/test_escalation.py`), so the second
escalation is the second human being. `pytest -s` prints the longest that one waits, and from when.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from concerns.rules.calendars import last_bell_before_break
from concerns.rules.clock_bounds import longest_amount, shortest_amount
from concerns.rules.clocks import CLOCKS, StepKind, calculate_due_at
from concerns.rules.escalation_timing import count_escalations
from concerns.rules.school_days import SchoolDays
from tests.rules.schools import FORGETFUL, PRIMARY, UNTOLD, span, wall

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
SECOND_PERSON = 24 * HOUR
THIRD_PERSON = 48 * HOUR
SCHOOL_YEAR = (datetime(2026, 8, 1, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC))
# The autumn after, without which August would have working days counted in place of school days.
NEXT_AUTUMN = span("2027-09-02", "2027-12-17")

SCHOOLS = {
    "England": replace(PRIMARY, terms=(*PRIMARY.terms, NEXT_AUTUMN)),
    "Wales": SchoolDays(
        "Wales",
        time(8, 50),
        time(15, 20),
        (
            span("2026-09-01", "2026-10-23"), span("2026-11-02", "2026-12-18"),
            span("2027-01-04", "2027-02-05"), span("2027-02-15", "2027-03-19"),
            span("2027-04-05", "2027-05-28"), span("2027-06-07", "2027-07-20"), NEXT_AUTUMN,
        ),
        # Training days, and one day of snow in the middle of a week.
        frozenset({date(2026, 9, 1), date(2027, 1, 20), date(2027, 6, 7)}),
    ),
    "Scotland": SchoolDays(
        "Scotland",
        time(9),
        time(15),
        (
            span("2026-08-18", "2026-10-09"), span("2026-10-19", "2026-12-18"),
            span("2027-01-05", "2027-02-12"), span("2027-02-17", "2027-03-25"),
            span("2027-04-12", "2027-06-25"), span("2027-08-17", "2027-12-17"),
        ),
        frozenset({date(2026, 11, 30), date(2027, 5, 6)}),
    ),
    "Northern Ireland": SchoolDays(
        "Northern Ireland",
        time(9),
        time(14, 30),
        (
            span("2026-09-01", "2026-10-30"), span("2026-11-09", "2026-12-18"),
            span("2027-01-04", "2027-02-12"), span("2027-02-22", "2027-03-24"),
            span("2027-04-05", "2027-06-30"), NEXT_AUTUMN,
        ),
        frozenset(),
    ),
}  # fmt: skip
# Whose terms nobody has typed in, for a year between two others or at all.
UNKNOWN = {"a year forgotten": FORGETFUL, "no term known": UNTOLD}

# The kinds that differ in nothing but who holds them are due, and climb, at the same moments.
ALIKE = {
    (clock.amount, clock.every): kind
    for kind, clock in reversed(CLOCKS.items())
    if clock.in_school_minutes
}


def moments_of_school_year(apart: timedelta) -> Iterator[datetime]:
    moment, last = SCHOOL_YEAR
    while moment < last:
        yield moment
        moment += apart


def first_moment_at_rung(kind, days: SchoolDays, due_at: datetime, rung: int) -> datetime:
    """The first minute in which it has been escalated `rung` times."""
    low = 0
    high = 60 * 24 * 60
    while low < high:
        middle = (low + high) // 2
        if count_escalations(kind, days, due_at, due_at + timedelta(minutes=middle)) < rung:
            low = middle + 1
        else:
            high = middle
    return due_at + timedelta(minutes=low)


def longest_waits(kind, days: SchoolDays, apart: timedelta = QUARTER) -> dict[int, tuple]:
    """For the second and the third person: the longest that one waits to hear, and from when."""
    worst = {rung: (timedelta(), SCHOOL_YEAR[0]) for rung in (2, 3)}
    for written in moments_of_school_year(apart):
        due_at = calculate_due_at(kind, days, written)
        for rung, (longest, _) in worst.items():
            if count_escalations(kind, days, due_at, written + longest) < rung:
                heard = first_moment_at_rung(kind, days, due_at, rung)
                worst[rung] = (heard - written, written)
    return worst


def tell_worst_case(place: str, worst: dict[int, tuple]) -> None:
    for rung, (longest, written) in worst.items():
        said = f"worst case, {place}: person {rung} hears after {longest / HOUR:.1f} hours"
        print(f"{said} (written {wall(written)})")  # noqa: T201


def test_no_kind_in_school_minutes_is_left_out():
    """Another amount or interval would be another row of `ALIKE`, and is tried as well."""
    assert set(ALIKE) == {(120, 60)}


@pytest.mark.parametrize("kind", ALIKE.values())
@pytest.mark.parametrize("nation", SCHOOLS)
def test_whenever_it_was_written_a_second_person_hears_within_a_day(nation, kind):
    days = SCHOOLS[nation]
    assert days.nation == nation
    worst = longest_waits(kind, days)
    tell_worst_case(nation, worst)
    assert worst[2][0] <= SECOND_PERSON
    assert worst[3][0] <= THIRD_PERSON


@pytest.mark.parametrize("place", UNKNOWN)
def test_where_no_term_is_known_a_second_person_hears_within_a_day_too(place):
    worst = longest_waits(StepKind.FIRST_LOOK, UNKNOWN[place], apart=HOUR)
    tell_worst_case(place, worst)
    assert worst[2][0] <= SECOND_PERSON
    assert worst[3][0] <= THIRD_PERSON


@pytest.mark.parametrize("closes", [time(10), time(11, 30), time(12)])
def test_where_a_day_is_short_a_second_person_hears_within_a_day_too(closes):
    nursery = replace(SCHOOLS["England"], opens=time(9), closes=closes)
    worst = longest_waits(StepKind.FIRST_LOOK, nursery, apart=HOUR)
    tell_worst_case(f"a nursery that closes at {closes:%H:%M}", worst)
    assert worst[2][0] <= SECOND_PERSON
    assert worst[3][0] <= THIRD_PERSON


@pytest.mark.parametrize("nation", SCHOOLS)
@pytest.mark.parametrize("most", [shortest_amount, longest_amount])
def test_what_a_school_allows_itself_makes_it_no_longer_than_a_day(nation, most):
    """The last afternoon before each break, where a longer limit would reach past the bell."""
    days = SCHOOLS[nation]
    kind = StepKind.FIRST_LOOK
    amount = most(kind)
    bell = SCHOOL_YEAR[0]
    while bell < SCHOOL_YEAR[1]:
        bell = last_bell_before_break(days, bell + HOUR)
        for minutes in range(0, 420, 5):
            written = bell - timedelta(minutes=minutes)
            due_at = calculate_due_at(kind, days, written, amount=amount)
            heard = [count_escalations(kind, days, due_at, written + at * HOUR) for at in (24, 48)]
            assert (heard[0] >= 2, heard[1] >= 3) == (True, True), wall(written)
