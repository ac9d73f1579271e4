"""The strip that says whose page it is, and telephone numbers that can be rung by a press."""

from django import template
from django.template import Context
from django.utils.html import format_html

from concerns.doors.page_subject import read_identity_strip
from concerns.reading.identity_strip import IdentityStrip
from concerns.rules.wording import number_to_dial

register = template.Library()


@register.simple_tag(takes_context=True)
def identity_strip(context: Context) -> IdentityStrip | None:
    """Whose page it is, for `parts/identity.html`; None on a page about nobody in particular."""
    viewer = context.get("viewer")
    return read_identity_strip(viewer) if viewer else None


@register.filter
def telephone_link(number: str) -> str:
    """A link that rings `number`. The number alone, if there is nothing in it that can be rung."""
    dialled = number_to_dial(number)
    if not dialled:
        return number
    return format_html('<a class="govuk-link telephone" href="tel:{}">{}</a>', dialled, number)
