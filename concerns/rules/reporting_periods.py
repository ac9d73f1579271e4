"""The periods and bands that figures are counted in: school years, months, ages and waiting times.

A school year begins on 1 September in all four nations, as in `school_days.py`. Years, months and
age bands begin and end at midnight in the school's own time zone. Results are in UTC, and each
period runs from its first moment up to, but not including, the first moment of the next.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules import calendars
from concerns.rules.child_file_vocabulary import ChronologyPeriod
from concerns.rules.school_days import SchoolDays, school_year_of
from concerns.rules.words import Choice


class AgeBand(Choice):
    """Bands for how long ago a concern came in; each ends where the next begins."""

    WEEK = "week", "Less than a week"
    MONTH = "month", "1 to 4 weeks"
    TERM = "term", "4 to 12 weeks"
    HALF = "half", "12 weeks to half a year"
    MORE = "more", "Half a year or more"


# The longest break, in days, within a term: a half-term of a week, from Friday to Monday.
HALF_TERM = 12
# Where each age band ends, in days; the last has no end.
AGE_ENDS = (7, 28, 84, 182)


class WaitBand(Choice):
    """Bands for how long something took in school time; each includes its last minute."""

    HALF_HOUR = "half_hour", "Within 30 minutes"
    TWO_HOURS = "two_hours", "Within 2 school hours"
    DAY = "day", "Within a school day"
    TWO_DAYS = "two_days", "Within 2 school days"
    LONGER = "longer", "Longer"
    NOT_YET = "not_yet", "Not yet"


def local_midnight(days: SchoolDays, day: date) -> datetime:
    """The first moment of the local `day`, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(days.zone)).astimezone(UTC)


def day_after(day: date) -> date:
    """The day after `day`; the last day there is, after itself."""
    return min(day, date.max - timedelta(days=1)) + timedelta(days=1)


def local_day(days: SchoolDays, when: datetime) -> date:
    """The date of `when` (aware) in the school's own time zone."""
    return when.astimezone(ZoneInfo(days.zone)).date()


def school_year_bounds(days: SchoolDays, year: int) -> tuple[datetime, datetime]:
    """The start and end, in UTC, of the school year that begins on 1 September of `year`."""
    return local_midnight(days, date(year, 9, 1)), local_midnight(days, date(year + 1, 9, 1))


def months_of_school_year(year: int, today: date) -> list[date]:
    """The first day of each month of the school year that begins in `year`, newest last.

    Months after `today` are left out, but if none has begun the first one is given. Days are local.
    """
    firsts = [date(year + (month < 9), month, 1) for month in (9, 10, 11, 12, *range(1, 9))]
    return [first for first in firsts if first <= today] or firsts[:1]


def month_bounds(days: SchoolDays, first: date) -> tuple[datetime, datetime]:
    """The start and end, in UTC, of the month whose first day is `first`."""
    following = (first + timedelta(days=31)).replace(day=1)
    return local_midnight(days, first), local_midnight(days, following)


def school_years_since(days: SchoolDays, first: datetime | None, today: date) -> list[int]:
    """The school years from that of `first` (aware) to that of `today`, newest first.

    Each is given by the year in which it began. The current one is always there, even if `first` is
    None or later.
    """
    this = school_year_of(today)
    began = school_year_of(local_day(days, first)) if first else this
    return list(range(this, min(began, this) - 1, -1))


def start_of_term(days: SchoolDays, today: date) -> date:
    """The first day of the term of `today`, or of the last one before it in the holidays.

    A term begins after a break of more than `HALF_TERM` days. 1 September if no term is known.
    """
    terms = sorted(days.terms)
    ends = [date.min, *(last for _, last in terms)]
    firsts = [
        first
        for before, (first, _) in zip(ends, terms, strict=False)
        if first <= today and (first - before).days > HALF_TERM
    ]
    return firsts[-1] if firsts else date(school_year_of(today), 9, 1)


def start_of_period(days: SchoolDays, period: str, today: date) -> date | None:
    """The first day of a `ChronologyPeriod`; None for any other word: from the beginning."""
    if period == ChronologyPeriod.TERM:
        return start_of_term(days, today)
    if period == ChronologyPeriod.YEAR:
        return today - timedelta(days=365)
    return None


def months_until(today: date, count: int) -> list[date]:
    """The first days of the last `count` months, that of `today` included, oldest first."""
    place = today.year * 12 + today.month - 1
    return [date(*_year_and_month(place - back), 1) for back in reversed(range(count))]


def _year_and_month(place: int) -> tuple[int, int]:
    year, month = divmod(place, 12)
    return year, month + 1


def age_band_bounds(
    days: SchoolDays, band: AgeBand, today: date
) -> tuple[datetime | None, datetime | None]:
    """The start and end, in UTC, of the time in which the concerns in `band` came in.

    `today` is the local day. None if the band has no start, or no end.
    """
    place = list(AgeBand).index(band)
    ends = [local_midnight(days, today - timedelta(days=end - 1)) for end in AGE_ENDS]
    return (ends[place] if place < len(ends) else None, ends[place - 1] if place else None)


def wait_band_limits(days: SchoolDays) -> tuple[int, ...]:
    """The last minute, in school time, of each waiting-time band that has one, shortest first."""
    opens, closes = days.bell_times
    day = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
    return (30, 120, day, 2 * day)


def wait_band_bounds(days: SchoolDays, band: WaitBand) -> tuple[int | None, int | None]:
    """The limits of `band` in school minutes: more than, and at most. None if there is no limit."""
    place = list(WaitBand).index(band)
    ends = wait_band_limits(days)
    return (ends[place - 1] if place else None, ends[place] if place < len(ends) else None)


def quiet_cutoff(days: SchoolDays, now: datetime, count: int) -> datetime:
    """The moment, in UTC, before which something last moved if it was quiet `count` school days.

    The school days are whole ones. The result is the midnight at the end of the last day since
    which that many school days have passed by `now`. Raises ValueError for a naive `now`.
    """
    day = local_day(days, now) - timedelta(days=count)
    while calendars.add_school_days(days, local_midnight(days, day), count) > now:
        day -= timedelta(days=1)
    return local_midnight(days, day + timedelta(days=1))


def hours_in_words(minutes: int) -> str:
    """A number of minutes as hours and minutes: "1 hour 5 minutes", "40 minutes"."""
    hours, rest = divmod(minutes, 60)
    said = [
        f"{number} {unit}" if number == 1 else f"{number} {unit}s"
        for number, unit in ((hours, "hour"), (rest, "minute"))
        if number
    ]
    return " ".join(said) or "less than a minute"
