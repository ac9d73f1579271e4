"""Template filters for dates, waiting times and lateness, worded as in `rules/saying.py`."""

from datetime import datetime

from django import template

from concerns.rules import saying

register = template.Library()
when = register.filter("when", saying.when)


@register.filter
def waited(since: datetime, viewer) -> str:
    """The school time since the moment `since`, at the viewer's school: "2 school hours"."""
    return saying.waited(viewer.school.days, since, viewer.now)


@register.filter
def late(step, viewer) -> str:
    """How late a step is, in its clock's calendar: "2 working days late". Empty if it is not."""
    return step.late_words(viewer.school.days, viewer.now)
