"""This file knows how a template says a time: as `rules/saying.py` says it."""

from datetime import datetime

from django import template

from concerns.rules import saying

register = template.Library()
when = register.filter("when", saying.when)


@register.filter
def waited(since: datetime, viewer) -> str:
    """How long since, in the school time of the viewer's school: "2 school hours"."""
    return saying.waited(viewer.school.days, since, viewer.now)


@register.filter
def late(step, viewer) -> str:
    """How late a step is, in its own calendar: "2 working days late". Empty while it is not."""
    return step.late_words(viewer.school.days, viewer.now)
