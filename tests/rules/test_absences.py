"""Tests for when somebody who was away is shown what came meanwhile."""

from datetime import date, time, timedelta

from concerns.rules.absences import EndedAbsence, find_ended_absence, find_unrecorded_absence
from concerns.rules.school_days import SchoolDays

# Autumn 2026: Monday 2 November to Friday 18 December.
TERMS = ((date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)))
DAYS = SchoolDays("England", time(8, 45), time(15, 30), TERMS, frozenset())
MONDAY = date(2026, 11, 9)


def found(today: date, *away: date) -> EndedAbsence | None:
    return find_ended_absence(DAYS, set(away).__contains__, today)


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(number) for number in range(count)]


def test_who_was_away_to_the_end_of_a_week_is_back_on_monday():
    thursday, friday = date(2026, 11, 5), date(2026, 11, 6)
    assert found(MONDAY, thursday, friday) == EndedAbsence(thursday, friday, MONDAY)


def test_it_is_shown_on_the_second_day_back_and_not_on_the_third():
    away = days_from(date(2026, 11, 4), 3)
    for later, back in ((1, MONDAY), (2, None)):
        absence = found(MONDAY + timedelta(later), *away)
        assert (absence.back if absence else None) == back


def test_one_school_day_is_no_absence_to_catch_up_on():
    assert found(MONDAY, date(2026, 11, 6)) is None


def test_who_is_still_away_is_not_back():
    assert found(MONDAY, date(2026, 11, 5), date(2026, 11, 6), MONDAY) is None


def test_who_was_never_away_has_nothing_to_catch_up_on():
    assert found(MONDAY) is None
    # Nor in the holidays, however far back one looks.
    assert found(date(2027, 8, 2)) is None


def test_a_break_belongs_to_the_absence_before_it():
    friday, first_day_back = date(2026, 10, 23), date(2026, 11, 2)
    absence = found(first_day_back, *days_from(date(2026, 10, 21), 3))
    assert absence == EndedAbsence(date(2026, 10, 21), friday, first_day_back)


def test_an_absence_longer_than_a_year_is_followed_so_far_and_no_further():
    always = ((date(2020, 1, 1), date(2027, 1, 1)),)
    days = SchoolDays("England", time(8, 45), time(15, 30), always, frozenset())
    absence = find_ended_absence(days, lambda day: day < MONDAY, MONDAY)
    assert absence.last - absence.first < timedelta(400)


def opened(today: date, *opened_on: date) -> EndedAbsence | None:
    """By the days on which somebody opened the record."""
    return find_unrecorded_absence(
        DAYS, lambda before: max((day for day in opened_on if day < before), default=None), today
    )


def test_who_did_not_open_the_record_on_two_school_days_was_away():
    tuesday, wednesday, friday = (date(2026, 11, number) for number in (3, 4, 6))
    assert opened(MONDAY, tuesday) == EndedAbsence(wednesday, friday, MONDAY)
    later = MONDAY + timedelta(1)
    assert opened(later, tuesday, MONDAY) == EndedAbsence(wednesday, friday, MONDAY)
    assert opened(later + timedelta(1), tuesday, MONDAY, later) is None


def test_one_school_day_or_a_weekend_without_opening_it_is_no_absence():
    assert opened(MONDAY, date(2026, 11, 5)) is None
    assert opened(MONDAY, date(2026, 11, 6)) is None


def test_who_never_opened_it_before_was_not_away():
    assert opened(MONDAY) is None
