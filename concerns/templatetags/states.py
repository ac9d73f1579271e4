"""This file knows how a state is drawn: a word, which a colour only helps."""

from django import template
from django.utils.html import format_html

from concerns.rules.lifecycle import State

register = template.Library()

_DRAWN = {
    state.value: format_html('<span class="state state--{}">{}</span>', state.value, state.label)
    for state in State
}


@register.filter
def state(value: str) -> str:
    """The tag of a concern's state."""
    return _DRAWN[value]
