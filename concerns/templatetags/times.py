"""Template filters for dates, waiting times and lateness, worded as in `rules/wording.py`."""

from datetime import datetime

from django import template

from concerns.rules import wording

register = template.Library()
when = register.filter("when", wording.format_date_or_time)


@register.filter
def waited_in_words(since: datetime, viewer) -> str:
    """The school time since the moment `since`, at the viewer's school: "2 school hours"."""
    return wording.school_wait_in_words(viewer.school.school_calendar, since, viewer.now)


@register.filter
def late_in_words(step, viewer) -> str:
    """How late a step is, in its clock's calendar: "2 working days late". Empty if it is not."""
    return step.how_late_in_words(viewer.school.school_calendar, viewer.now)
