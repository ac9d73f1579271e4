"""Marks the words that a search found in an excerpt."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def mark_words_found(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """The HTML of an excerpt in pieces, each with whether it is a match."""
    return format_html_join(
        " ",
        "{}",
        ((format_html("<mark>{}</mark>", words) if hit else words,) for words, hit in pieces),
    )
