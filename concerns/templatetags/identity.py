"""The strip that says whose page it is, and telephone numbers that can be rung by a press."""

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from concerns.doors.page_subject import read_identity_strip
from concerns.reading.identity_strip import IdentityStrip
from concerns.rules.wording import number_to_dial, split_at_numbers

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


@register.filter
def link_telephones(words: str) -> SafeString:
    """What somebody wrote, escaped, with a link that rings each telephone number in it."""
    pieces = split_at_numbers(words)
    if len(pieces) == 1:
        return conditional_escape(words)
    # Every second piece is a number.
    linked = (
        (telephone_link(piece) if place % 2 else piece,) for place, piece in enumerate(pieces)
    )
    return format_html_join("", "{}", linked)
