"""This file knows a form whose questions unfold under an answer to another.

Without script every question stands on the page, so each is judged by the answer it stands under.
Words under an answer that was not given are never dropped: the form asks which was meant.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms

from concerns.asking.asked import Asked
from concerns.models.decision import LONGEST

MEANT = "You wrote something under “{}”. Choose that as well, or clear what you wrote there."
FAR = "Choose a day within a year: a picture nobody looks at for longer has gone quiet"
GONE = "Choose a day that is still to come"


def offer(field: forms.ChoiceField, things: Mapping, needed: str, empty: str = "") -> None:
    """Let one of `things`, by their names, be chosen. `needed` is said when none of them was."""
    first = [("", empty)] if empty else []
    field.choices = [*first, *((uid, thing.name) for uid, thing in things.items())]
    field.error_messages = dict.fromkeys(("required", "invalid_choice", "invalid_list"), needed)


class Unfolding(Asked):
    def need(self, name: str, words: str) -> None:
        """An answer that is needed here, unless its box has been found wrong already."""
        if self.cleaned_data.get(name) in (None, "", []) and name not in self.errors:
            self.add_error(name, words)

    def stands(self, names: Iterable[str]) -> bool:
        """Whether anything was typed in the boxes of `names`, right or wrong."""
        return any(self.cleaned_data.get(name) or name in self.errors for name in names)

    def aside(self, names: Iterable[str]) -> None:
        """`names` are not judged after all."""
        for name in names:
            self.errors.pop(name, None)

    def under(self, name: str, questions: Mapping[str, Iterable[str]]) -> None:
        """Judge what stands under the answers to `name`: only what was chosen may have words."""
        chosen = self.cleaned_data.get(name) or ()
        for answer, asked in questions.items():
            given = answer in chosen if isinstance(chosen, list) else answer == chosen
            if not given and self.stands(asked):
                self.aside(asked)
                self.add_error(name, MEANT.format(answer.label))

    def coming(self, name: str, today: date) -> None:
        """A day to look again: today at the earliest, a year from now at the latest."""
        day = self.cleaned_data.get(name)
        if day and not today <= day <= today + LONGEST:
            self.add_error(name, GONE if day < today else FAR)
