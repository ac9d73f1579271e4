"""Draws a row of a child's timeline as HTML.

It is written here and not in a template, as the queue's rows are, and escaped as one text: a page
has fifty rows, and each value in a template takes some twenty calls.
"""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from concerns.reading.timeline_row import TimelineRow
from concerns.rules.lifecycle import State
from concerns.templatetags.identity import link_telephones
from concerns.templatetags.states import state_tag

register = template.Library()

# A control character that nothing typed can hold (`forms/base_form.py`), nor any of our words.
_BETWEEN = "\x1f"
_HEAD = '<span class="timeline__day">{day}</span> <span class="timeline__kind">{kind}</span>'
# The line of a row that opens: all that was written is in it, so only that has links.
_OPENS = """<details class="timeline__words">
<summary>{head}
<span class="timeline__line">{heading}{line}</span></summary>
<p class="timeline__when">{when}{written}</p>
<p class="words">{rest}</p>
</details>"""
_WHOLE = """<p class="timeline__words timeline__words--whole">{head}
<span class="timeline__line">{heading}{line}</span></p>"""
_ROW = """<li class="timeline__row{first}">
{words}
<p class="timeline__by">{by}{concern}{state}{categories}</p>
</li>"""
_CONCERN = ' <a class="govuk-link" href="{concerns}{uid}/">{reference}</a>'


@register.filter
def draw_timeline_row(row: TimelineRow, concerns: str) -> SafeString:
    """The HTML of one row, every text in it escaped. `concerns` is the address of the queue."""
    entry = row.entry
    texts = (row.day, row.kind, row.heading, row.line, entry.by, entry.reference, row.categories)
    day, kind, heading, line, by, reference, categories = escape(_BETWEEN.join(texts)).split(
        _BETWEEN
    )
    head = _HEAD.format(day=day, kind=kind)
    written = f". {escape(entry.written)}" if entry.written else ""
    if row.rest:
        when = escape(entry.when_in_words)
        rest = link_telephones(row.rest)
        heading = f"<b>{heading}</b> " if heading else ""
        words = _OPENS.format(
            head=head, heading=heading, line=line, when=when, written=written, rest=rest
        )
    else:
        heading = f"<b>{link_telephones(row.heading)}</b> " if heading else ""
        words = _WHOLE.format(head=head, heading=heading, line=link_telephones(row.line))
    concern = _CONCERN.format(concerns=concerns, uid=entry.concern, reference=reference)
    is_open = entry.state and entry.state != State.CLOSED
    drawn = _ROW.format(
        first=" timeline__row--first" if entry.state else "",
        words=words,
        by=by if row.rest else by + written,
        concern=concern if entry.concern else "",
        state=f" {state_tag(entry.state)}" if is_open else "",
        categories=f" <span>{categories}</span>" if categories else "",
    )
    return SafeString(drawn)
