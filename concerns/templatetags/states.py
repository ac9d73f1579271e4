"""Draws a concern's state as a tag. The word says it all; the colour is only an addition."""

from django import template
from django.utils.html import format_html

from concerns.rules.lifecycle import State

register = template.Library()

_DRAWN = {
    state.value: format_html('<span class="state state--{}">{}</span>', state.value, state.label)
    for state in State
}


@register.filter
def state_tag(value: str) -> str:
    """The HTML tag for the state of a concern; `value` is a value of ConcernState."""
    return _DRAWN[value]
