"""Turns the answers of a form, complete or not, into text, so that no answer is lost.

Used when a concern about a child turns out to be about an adult, or the other way round: the other
form takes everything as text.
"""

from django import forms

from concerns.forms.base_form import DraftableForm
from concerns.rules.name_folding import fold_text


def answers_in_words(
    *sheets: DraftableForm, but: frozenset[str] | set[str] = frozenset()
) -> list[str]:
    """Each answer under its question, in order. Unanswered questions are left out.

    `but` names the fields to leave out.
    """
    found = [
        (form[name].label, answer_in_words(field, form[name].value()))
        for form in sheets
        for name, field in form.fields.items()
        if name not in but
    ]
    answers = [(label, words) for label, words in found if words]
    return [f"{label}\n{words}" for label, words in answers]


def names_in_one_line(names: list[str], described: str, looked_for: list[str]) -> str:
    """One line of the names picked, the description, and the searches typed.

    A search that is part of a picked name is left out.
    """
    every = fold_text(" ".join(names))
    left = [part for part in looked_for if fold_text(part) not in every]
    return ", ".join(filter(str.strip, [*names, described, *left]))


def answer_in_words(field: forms.Field, value) -> str:
    """One answer as it was typed or chosen; empty if there is none."""
    if isinstance(field, forms.BooleanField):
        return "Yes" if value else ""
    if isinstance(value, list | tuple):
        words = [_choice_label(field, part) for part in value if str(part or "").strip()]
        return " ".join(words) if isinstance(field.widget, forms.MultiWidget) else ", ".join(words)
    return _choice_label(field, value) if str(value or "").strip() else ""


def _choice_label(field: forms.Field, value) -> str:
    """The label of a chosen answer; typed text is returned as it is."""
    return str(dict(getattr(field, "choices", ())).get(value, value))
