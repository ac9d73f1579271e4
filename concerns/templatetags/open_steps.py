"""Draws a row of what is still to do for a child as HTML.

In Python and not in a template, because a page has twenty, and a template takes five times as many
calls for each.
"""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from concerns.models import Step, Viewer
from concerns.rules.wording import format_date_or_time
from concerns.templatetags.escaped_texts import escape_texts

register = template.Library()

_ROW = """
<tr class="govuk-table__row">
<td class="govuk-table__cell">
{step}
<a class="govuk-link compact__by" href="{address}{concern}/">{reference}</a>
</td>
<td class="govuk-table__cell"><span class="{kind}">{when}</span></td>
<td class="govuk-table__cell compact__by">{holder}</td>
</tr>"""


@register.filter
def draw_open_step(step: Step, viewer: Viewer) -> SafeString:
    """What is to do, on which concern, by when or how late it is, and who has it."""
    late = step.how_late_in_words(viewer.school.school_calendar, viewer.now)
    said, reference, when, holder = escape_texts(
        (
            step.step_in_words,
            step.concern.reference,
            late or format_date_or_time(step.due_at),
            step.holder_words,
        )
    )
    return SafeString(
        _ROW.format(
            step=said,
            address=_concerns_address(),
            concern=step.concern.uid,
            reference=reference,
            kind="late" if late else "compact__day",
            when=when,
            holder=holder,
        )
    )


@cache
def _concerns_address() -> str:
    return reverse("triage")
