"""Template filters for dates, waiting times and lateness, worded as in `rules/wording.py`."""

from datetime import datetime

from django import template

from concerns.reading import when_written
from concerns.rules import wording
from concerns.rules.passwords import LINK_LASTS_IN_WORDS, PasswordLinkKind

register = template.Library()
when = register.filter("when", wording.format_date_or_time)
day_in_short = register.filter("day_in_short", wording.day_in_short)
# {{ row.happened_at|written_later:row.at }}: "Written down 29 November 2026, 10:15", or empty.
written_later = register.filter("written_later", when_written.written_later_in_words)


@register.filter
def waited_in_words(since: datetime, viewer) -> str:
    """The school time since the moment `since`, at the viewer's school: "2 school hours"."""
    return wording.school_wait_in_words(viewer.school.school_calendar, since, viewer.now)


@register.filter
def late_in_words(step, viewer) -> str:
    """How late a step is, in its clock's calendar: "2 working days late". Empty if it is not."""
    return step.how_late_in_words(viewer.school.school_calendar, viewer.now)


@register.simple_tag
def password_link_lasts(kind: str) -> str:
    """How long a link to choose a password works: "48 hours". `kind`: see `PasswordLinkKind`."""
    return LINK_LASTS_IN_WORDS[PasswordLinkKind(kind)]
