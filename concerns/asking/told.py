"""This file knows how a form, half filled in or whole, is said in words, so that no answer is lost.

For what began as one thing and turns out to be another: the other form takes it all, as text.
"""

from django import forms

from concerns.asking.asked import Asked
from concerns.rules.names import folded


def in_words(*sheets: Asked, but: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """Every answer under its question, in the order they are asked; what is not answered is left
    out. `but` are fields said otherwise."""
    found = [
        (form[name].label, _said(field, form[name].value()))
        for form in sheets
        for name, field in form.fields.items()
        if name not in but
    ]
    answers = [(label, words) for label, words in found if words]
    return [f"{label}\n{words}" for label, words in answers]


def named(names: list[str], described: str, looked_for: list[str]) -> str:
    """Who was picked by name, who was described, and what was typed to find somebody; less what a
    name that was picked says already."""
    every = folded(" ".join(names))
    left = [part for part in looked_for if folded(part) not in every]
    return ", ".join(filter(str.strip, [*names, described, *left]))


def _said(field: forms.Field, value) -> str:
    if isinstance(field, forms.BooleanField):
        return "Yes" if value else ""
    if isinstance(value, list | tuple):
        words = [_chosen(field, part) for part in value if str(part or "").strip()]
        return " ".join(words) if isinstance(field.widget, forms.MultiWidget) else ", ".join(words)
    return _chosen(field, value) if str(value or "").strip() else ""


def _chosen(field: forms.Field, value) -> str:
    """The words of an answer that was picked; what was typed stays as it was typed."""
    return str(dict(getattr(field, "choices", ())).get(value, value))
