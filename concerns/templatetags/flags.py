"""Draws the flags of a child as HTML, once for each combination of flags."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string

from concerns.rules.child_file_vocabulary import StatusFlag

register = template.Library()


@register.filter
@lru_cache(maxsize=256)
def draw_flags(flags: tuple[StatusFlag, ...]) -> str:
    """The HTML of `flags`, one after the other: for lists, where each value costs time."""
    return render_to_string("parts/flags.html", {"flags": flags})
