"""This file knows what a box for words takes, and how a form stands before it is judged.

Every word that comes with a form can be shown again, whatever was wrong with it: what no database
keeps whole is shown as a mark in its place and said once, never dropped, and never in the way of
sending a second time.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

MOST = 50_000
WRONG = "Choose one of the answers"
TOO_LONG = f"This is longer than {MOST:,} characters. Shorten it, or send it in two parts."

# Control characters, halves of characters, and what is no character at all.
_UNKEEPABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c]")
UNKEEPABLE = (
    "There is a character here that cannot be kept. It now shows as \ufffd: take it out or type it "
    "again, and send."
)


# What a form carries by itself: not an answer of anybody's.
CARRIED = frozenset({"csrfmiddlewaretoken", "do", "draft", "keep", "version"})


@dataclass(frozen=True)
class Typed:
    """What came with a form, as it can be kept and shown again; `unclean` are the boxes that held
    what cannot be kept."""

    data: MultiValueDict
    unclean: frozenset[str] = frozenset()

    @classmethod
    def of(cls, fields: Mapping[str, list[str]]) -> "Typed":
        """`fields` as `request.POST.lists()` or a draft give them."""
        fields = dict(fields)
        unclean = {name for name in fields if any(map(_UNKEEPABLE.search, fields[name]))}
        data = {name: [_tidy(value) for value in values] for name, values in fields.items()}
        return cls(MultiValueDict(data), frozenset(unclean))

    @property
    def answers(self) -> dict[str, list[str]]:
        return {name: values for name, values in self.data.lists() if name not in CARRIED}

    def uids(self, name: str) -> list[uuid.UUID]:
        """Each once; what is none is left out."""
        return list(dict.fromkeys(filter(None, map(as_uid, self.data.getlist(name)))))


def as_uid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def _tidy(value: str) -> str:
    return _UNKEEPABLE.sub("\ufffd", _BREAKS.sub("\n", value))


class Words(forms.CharField):
    """A box for words, long or (`line`) short, that a browser does not remember.

    `needed` is said when it is left empty; without it, it may be.
    """

    def __init__(self, label: str, *, help_text: str = "", line: bool = False, needed: str = ""):
        box = forms.TextInput if line else forms.Textarea
        super().__init__(
            label=label,
            help_text=help_text,
            required=bool(needed),
            max_length=MOST,
            # Its width is the stylesheet's: a number of columns would only be sent and overruled.
            widget=box(attrs={"autocomplete": "off"} | ({} if line else {"cols": False})),
            error_messages={"required": needed, "max_length": TOO_LONG},
        )

    def widget_attrs(self, widget):
        # A box that stops taking letters loses, without a word, what was pasted past its end.
        return {}


class TimeOfDay(forms.TimeField):
    """A time as people type it: 14:30, 14.30, 2.30pm."""

    ways = ("%H:%M", "%H.%M", "%H%M", "%I:%M%p", "%I.%M%p", "%I%p", "%I:%M %p", "%I.%M %p", "%I %p")

    def __init__(self, label: str, **more):
        super().__init__(
            label=label,
            help_text="On the 24-hour clock, like 14:30",
            required=False,
            input_formats=self.ways,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"invalid": "Enter a time on the 24-hour clock, like 14:30"},
            **more,
        )


def choose(label: str, words, *, needed="", help_text="", many=False, folded=False) -> forms.Field:
    """One or `many` of a vocabulary in `rules/words.py`; `folded` into a list that drops down."""
    kind = forms.MultipleChoiceField if many else forms.ChoiceField
    widget = forms.CheckboxSelectMultiple if many else forms.RadioSelect
    return kind(
        label=label,
        help_text=help_text,
        choices=[("", "Choose"), *words.choices()] if folded else words.choices(),
        required=bool(needed),
        widget=forms.Select if folded else widget,
        error_messages={"invalid_choice": WRONG, "invalid_list": WRONG, "required": needed},
    )


class Asked(forms.Form):
    """A form that can stand as it was typed, not judged yet: after a search, or from a draft."""

    def __init__(self, typed: Typed | None = None, *, checked: bool = True, **more):
        super().__init__(typed.data if typed else None, **more)
        self.unclean, self.checked = typed.unclean if typed else frozenset(), checked

    def full_clean(self):
        if self.checked:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(), {}

    def clean(self):
        # A day is three boxes, named after it.
        unclean = {re.sub("_(day|month|year)$", "", box) for box in self.unclean}
        for name in self.fields:
            if self.add_prefix(name) in unclean:
                self.add_error(name, UNKEEPABLE)
        return self.cleaned_data
