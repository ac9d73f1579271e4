"""This file knows how a time is said on a page: one style of date, and waiting in school time."""

from datetime import date, datetime, time

from django import template
from django.conf import settings
from django.utils.dateformat import format as written
from django.utils.dateformat import time_format
from django.utils.timezone import localtime

from concerns.rules.calendars import Calendar, in_words, school_minutes_between

register = template.Library()


@register.filter
def when(value: datetime | date | time | None) -> str:
    """ "3 November 2026, 10:15", in London; a date or a time alone says only what it is."""
    if isinstance(value, datetime):
        return written(localtime(value), settings.DATETIME_FORMAT)
    if isinstance(value, date):
        return written(value, settings.DATE_FORMAT)
    return time_format(value, settings.TIME_FORMAT) if value else ""


@register.filter
def waited(since: datetime, viewer) -> str:
    """How long since, in the school time of the viewer's school: "2 school hours"."""
    days = viewer.school.days
    return in_words(school_minutes_between(days, since, viewer.now), Calendar.SCHOOL, days)


@register.filter
def late(step, viewer) -> str:
    """How late a step is, in its own calendar: "2 working days late". Empty while it is not."""
    return step.late_words(viewer.school.days, viewer.now)
