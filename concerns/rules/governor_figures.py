"""Which figures a governor for safeguarding sees, of which periods, and as they stood when.

Numbers are shown as `suppression.py` says. The periods are terms that begin on fixed days, whenever
this school's terms begin: a term whose first day was put right later would show its figures anew,
and the difference might be of one concern. For the same reason what a figure counts goes by lengths
of time that are the same in every school, and each figure is of what the record held at one moment,
four weeks after the term's end, when what came in on its last day has been looked at. Before that
moment a term is not shown.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from concerns.rules.reporting_periods import local_midnight
from concerns.rules.school_days import SchoolDays
from concerns.rules.school_terms import SchoolTerm, term_in_words
from concerns.rules.words import Choice

# How many terms are shown: two years.
TERMS_SHOWN = 6
# How long after a term's end its figures are as they stay.
SETTLED_AFTER = timedelta(days=28)
# The month on whose first day each term begins; the next term begins where it ends.
_BEGINS = {SchoolTerm.AUTUMN: 9, SchoolTerm.SPRING: 1, SchoolTerm.SUMMER: 4}
# In minutes of school time: how soon a first look is counted as soon.
SOON = 2 * 60
SAME_DAY = 6 * 60


class GovernorFigure(Choice):
    """What is counted, in concerns that came in during the term."""

    RECEIVED = "received", "Concerns about children that came in"
    SAME_DAY = "same_day", "First look within 6 school hours"
    SOON = "soon", "First look within 2 school hours"
    LATE = "late", "A step after the first look was late"
    REFERRED = "referred", "Referred to an agency outside the school"
    ANSWERED = "answered", "Referred, and the agency had answered"


# Each figure counts some of the concerns of the figure it is within, and a category some of
# RECEIVED. None is within two. A term's first looks that took longer are shown nowhere.
FIGURE_WITHIN = {
    GovernorFigure.SAME_DAY: GovernorFigure.RECEIVED,
    GovernorFigure.SOON: GovernorFigure.SAME_DAY,
    GovernorFigure.LATE: GovernorFigure.RECEIVED,
    GovernorFigure.REFERRED: GovernorFigure.RECEIVED,
    GovernorFigure.ANSWERED: GovernorFigure.REFERRED,
}


@dataclass(frozen=True)
class SettledTerm:
    """A term whose figures no longer change. It lasts from `start` up to `end`, and its figures are
    of what the record held at `settled`; all in UTC."""

    label: str
    start: datetime
    end: datetime
    settled: datetime


def settled_terms(days: SchoolDays, today: date) -> list[SettledTerm]:
    """The last `TERMS_SHOWN` terms whose figures have settled by the beginning of the local day
    `today`, the oldest first."""
    years = range(today.year - 4, today.year + 1)
    begun = [(year, term) for year in years for term in SchoolTerm]
    ended = [(year, term, _first_day_after(year, term)) for year, term in begun]
    settled = [(year, term, end) for year, term, end in ended if end + SETTLED_AFTER <= today]
    return [
        SettledTerm(
            term_in_words(year, term),
            local_midnight(days, _first_day(year, term)),
            local_midnight(days, end),
            local_midnight(days, end + SETTLED_AFTER),
        )
        for year, term, end in settled[-TERMS_SHOWN:]
    ]


def _first_day(year: int, term: SchoolTerm) -> date:
    """The first day of `term` in the school year that begins in `year`."""
    return date(year if term is SchoolTerm.AUTUMN else year + 1, _BEGINS[term], 1)


def _first_day_after(year: int, term: SchoolTerm) -> date:
    """The first day of the term that follows."""
    terms = list(SchoolTerm)
    following = terms.index(term) + 1
    if following < len(terms):
        return _first_day(year, terms[following])
    return _first_day(year + 1, SchoolTerm.AUTUMN)
