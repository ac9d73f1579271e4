"""Escapes the texts of a row together, for rows that are drawn as HTML in Python."""

from collections.abc import Iterable

from django.utils.html import escape

# A control character that nothing typed can hold (`forms/base_form.py`), nor any of our words.
_BETWEEN = "\x1f"


def escape_texts(texts: Iterable[str]) -> list[str]:
    """Each of `texts` escaped for HTML. As one text: each by itself takes six times the calls."""
    return escape(_BETWEEN.join(texts)).split(_BETWEEN)
