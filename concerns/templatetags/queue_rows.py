"""Draws a row of the queue as HTML.

It is written here and not in a template, and escaped as one text, because the queue is shown more
often than any other page: each value in a template takes some thirty calls, and a row has fifteen.
"""

from typing import cast

from django import template
from django.utils.safestring import SafeString

from concerns.reading.queue_row import QueueRow
from concerns.templatetags.escaped_texts import escape_texts
from concerns.templatetags.flags import draw_flags

register = template.Library()

# Addresses of rows are made from the page's own: finding each by its name would be a tenth of the
# page's cost. Empty parts are hidden by the stylesheet.
_ROW = """
<tr class="{when_kind}-row">
<td class="queue-rows__tick">{tick}</td>
<th scope="row"><div class="queue-rows__who">
<a class="govuk-link" href="{uid}/">{name}{link_end}</a>
<span>{class_name}</span> <span>{others}</span></div>
<p class="queue-rows__flags">{flags}{counted}</p></th>
<td><div class="queue-rows__when"><span class="{when_kind}">{when}</span>
<span>{also_late}</span></div>
<p class="queue-rows__why">{why}</p></td>
<td><p class="queue-rows__words" dir="auto">{words}</p>
<p class="queue-rows__about"><span>{categories}</span> <span>{wait}</span></p></td>
<td><span class="queue-rows__holder">{holder_words}</span>
<p class="queue-rows__reference">{reference}</p></td>
</tr>"""
_FLAGS = QueueRow._fields.index("flags")
_TEXTS = QueueRow._fields[:_FLAGS] + QueueRow._fields[_FLAGS + 1 :]


# Of one child there may be several rows: each link says which concern it leads to.
_LINK_END = '<span class="govuk-visually-hidden">, {reference}</span>'
# Ticked to hand several concerns to a colleague at once.
_TICK = (
    '<input type="checkbox" name="concern" value="{uid}" aria-label="Choose {name}, {reference}">'
)


@register.filter
def draw_queue_row(row: QueueRow, may_tick: bool) -> SafeString:
    """The HTML of one row, every text in it escaped; with a box to tick if `may_tick`."""
    texts = cast(tuple[str, ...], row[:_FLAGS] + row[_FLAGS + 1 :])
    flags = draw_flags(row.flags) if row.flags else ""
    said = dict(zip(_TEXTS, escape_texts(texts), strict=True))
    tick = _TICK.format(**said) if may_tick else ""
    end = _LINK_END.format(**said)
    return SafeString(_ROW.format(flags=flags, tick=tick, link_end=end, **said))
