"""The rows of a form in which visible marks on a child's body are recorded."""

import re

from concerns.forms.base_form import PostedFields, WordsField, choice_field, share_fields
from concerns.forms.govuk_layout import Question, lay_out_form
from concerns.forms.unread_answers import SendableForm
from concerns.models import MarkSeen
from concerns.rules.typed_sizes import read_size_in_cm
from concerns.rules.words import BodyPlace, BodySide

MOST_MARKS = 30


@share_fields
class MarkForm(SendableForm):
    """One visible mark. An empty row is ignored; nothing in it stops the form from being sent."""

    place = choice_field("Where on the body", BodyPlace, folded=True)
    side = choice_field("Side", BodySide, folded=True)
    size = WordsField("Size in cm, or in words", line=True)
    described = WordsField("What it looks like", line=True)

    helper = lay_out_form("place", "side", Question("size", width=10), "described")

    def clean(self):
        given = super().clean()
        self.keep_unread_answers()
        return given

    @property
    def has_any_answer(self) -> bool:
        return any(self[name].value() for name in self.fields)

    @property
    def to_mark_seen(self) -> MarkSeen | None:
        given = self.cleaned_data
        if not (any(given.values()) or self.unread):
            return None
        size = given["size"]
        return MarkSeen(
            given["place"], given["side"], read_size_in_cm(size), given["described"], size
        )


def build_mark_forms(typed: PostedFields, checked: bool, more: int) -> list[MarkForm]:
    """A form for each posted row (at least one, at most `MOST_MARKS`), and `more` empty ones."""
    found = (re.match(r"mark-(\d{1,4})-", name) for name in typed.data)
    numbers = sorted({int(match[1]) for match in found if match})[:MOST_MARKS] or [0]
    numbers += range(numbers[-1] + 1, numbers[-1] + 1 + more)
    return [MarkForm(typed, prefix=f"mark-{number}", checked=checked) for number in numbers]
