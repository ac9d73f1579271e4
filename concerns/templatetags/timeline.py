"""Draws a row of a child's timeline as HTML.

In Python and not in a template, because a page has fifty rows, and a template takes five times as
many calls for each.
"""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from concerns.reading.timeline_row import TimelineRow
from concerns.rules.lifecycle import State
from concerns.templatetags.escaped_texts import escape_texts
from concerns.templatetags.identity import link_telephones
from concerns.templatetags.states import state_tag

register = template.Library()

_ROW = """
<li class="timeline__row{first}">{words}
<p class="timeline__by">{by}{written} {concern} {file} {state} {categories}</p></li>"""
# Opens to all the words of the row.
_OPENED = """
<details class="timeline__words"><summary>{line}</summary>
<p class="timeline__when">{when}{written}</p>
<p class="words">{rest}</p></details>"""
_WHOLE = """
<p class="timeline__words timeline__words--whole">{line}</p>"""
_LINE = """
<span class="timeline__day">{day}</span> <span class="timeline__kind">{kind}</span>
<span class="timeline__line">{heading}{line}</span>"""
_HEADING = "<b>{}</b> "
_WRITTEN = ". {}"
_LINK = '<a class="govuk-link" href="{}{}/">{}</a>'
_FILE = '<a class="govuk-link no-print" href="{}" download>Save {}</a>'
_CATEGORIES = "<span>{}</span>"


@register.filter
def draw_timeline_row(row: TimelineRow) -> SafeString:
    """The HTML of one row: its line, which opens to the rest if there is more, and who wrote it."""
    entry = row.entry
    by, reference, written, categories, *texts = escape_texts(
        (
            entry.by, entry.reference, entry.written, row.categories,
            row.day, row.kind, row.heading, row.line,
        )
    )  # fmt: skip
    link = _LINK.format(_concerns_address(), entry.concern, reference) if entry.concern else ""
    also = _WRITTEN.format(written) if written else ""
    file = ""
    if entry.opened_by:
        there = reverse(entry.opened_by, args=[entry.uid])
        file = _FILE.format(there, escape(entry.file_name))
    is_open = entry.state not in ("", State.CLOSED)
    return SafeString(
        _ROW.format(
            first=" timeline__row--first" if entry.state else "",
            words=_draw_opened(row, also, *texts) if row.rest else _draw_whole(row, *texts),
            by=by,
            written="" if row.rest else also,
            concern=link,
            file=file,
            state=state_tag(entry.state) if is_open else "",
            categories=_CATEGORIES.format(categories) if categories else "",
        )
    )


def _draw_opened(
    row: TimelineRow, written: str, day: str, kind: str, heading: str, line: str
) -> str:
    """The line, which is pressed to open the rest, so that no number in it is a link. The texts
    are escaped already."""
    return _OPENED.format(
        line=_draw_line(day, kind, heading, line),
        when=escape(row.entry.when_in_words),
        written=written,
        rest=link_telephones(row.rest),
    )


def _draw_whole(row: TimelineRow, day: str, kind: str, heading: str, line: str) -> str:
    """The line, where it is all that was written. `day` and `kind` are escaped already."""
    linked = link_telephones(row.heading) if heading else ""
    return _WHOLE.format(line=_draw_line(day, kind, linked, link_telephones(row.line)))


def _draw_line(day: str, kind: str, heading: str, line: str) -> str:
    head = _HEADING.format(heading) if heading else ""
    return _LINE.format(day=day, kind=kind, heading=head, line=line)


@cache
def _concerns_address() -> str:
    return reverse("triage")
