"""Base class for forms in which some questions depend on the answer to another.

Without JavaScript every question is on the page, so each is validated by the answer it depends on.
Words under an answer that was not chosen are never dropped: an error asks which was meant.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol, TypeVar

from django import forms

from concerns.forms.base_form import DraftableForm, set_choices
from concerns.models.response.decision import LONGEST
from concerns.rules.words import Choice

MEANT = "You wrote something under “{}”. Choose that as well, or clear what you wrote there."
FAR = "Choose a day within a year from now"
GONE = "Choose a day in the future"


Answer = TypeVar("Answer", bound=Choice)


class Named(Protocol):
    """Somebody or something with a name to choose it by."""

    @property
    def name(self) -> str: ...


def offer_choices(
    field: forms.Field, things: Mapping[str, Named], needed: str, empty: str = ""
) -> None:
    """Set the choices of `field` to `things` ({uid: thing}), by name; `needed` is its error."""
    first = [("", empty)] if empty else []
    set_choices(field, [*first, *named_choices(things)])
    field.error_messages = dict.fromkeys(("required", "invalid_choice", "invalid_list"), needed)


def named_choices(things: Mapping[str, Named]) -> list[tuple[str, str]]:
    """(uid, name) of each of `things`. Two of one name are told apart by their `name_told_apart`,
    where they have it: children and staff do."""
    names = Counter(thing.name.casefold() for thing in things.values())
    return [
        (
            uid,
            thing.name
            if names[thing.name.casefold()] == 1
            else getattr(thing, "name_told_apart", thing.name),
        )
        for uid, thing in things.items()
    ]


class ConditionalForm(DraftableForm):
    def require_answer(self, name: str, words: str) -> None:
        """Add the error `words` if `name` is empty, unless it already has an error."""
        if self.cleaned_data.get(name) in (None, "", []) and name not in self.errors:
            self.add_error(name, words)

    def has_any_typed(self, names: Iterable[str]) -> bool:
        """Whether anything was typed in the fields `names`, valid or not."""
        return any(self.cleaned_data.get(name) or name in self.errors for name in names)

    def drop_errors_of(self, names: Iterable[str]) -> None:
        """Remove the errors of the fields `names`, because they do not apply."""
        for name in names:
            self.errors.pop(name, None)

    def check_answers_under(self, name: str, questions: Mapping[Answer, Iterable[str]]) -> None:
        """Add an error to `name` if anything is filled in under an answer that was not chosen."""
        chosen = self.cleaned_data.get(name) or ()
        for answer, asked in questions.items():
            given = answer in chosen if isinstance(chosen, list) else answer == chosen
            if not given and self.has_any_typed(asked):
                self.drop_errors_of(asked)
                self.add_error(name, MEANT.format(answer.label))

    def check_future_day(self, name: str, today: date) -> None:
        """Validate a day to look again: from today, up to a year (`LONGEST`) ahead."""
        day = self.cleaned_data.get(name)
        if day and not today <= day <= today + LONGEST:
            self.add_error(name, GONE if day < today else FAR)
