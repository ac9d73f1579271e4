"""The rows of a form in which visible marks on a child's body are recorded."""

import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from concerns.forms.base_form import DraftableForm, PostedFields, WordsField, choice_field
from concerns.forms.govuk_layout import Question, lay_out_form
from concerns.models import MarkSeen
from concerns.rules.words import BodyPlace, BodySide

MOST_MARKS = 30


class MarkForm(DraftableForm):
    """One visible mark. An empty row is ignored. `size` is in centimetres, 0.1 to 200."""

    place = choice_field("Where on the body", BodyPlace, folded=True)
    side = choice_field("Side", BodySide, folded=True)
    size = WordsField("Size in cm", line=True)
    described = WordsField("What it looks like", line=True)

    helper = lay_out_form("place", "side", Question("size", width=5), "described")

    def clean_size(self) -> Decimal | None:
        typed = re.sub(r"\s*cms?$", "", self.cleaned_data["size"].lower()).replace(",", ".")
        if not typed:
            return None
        try:
            size = Decimal(typed)
        except InvalidOperation:
            size = Decimal("NaN")
        if not (size.is_finite() and Decimal("0.1") <= size <= 200):
            raise ValidationError("Give the size in centimetres, like 1.5")
        return size.quantize(Decimal("0.1"))

    def clean(self):
        given = super().clean()
        if any(given.values()) and not given.get("place") and "place" not in self.errors:
            self.add_error("place", "Choose where on the body the mark is")
        return given

    @property
    def has_any_answer(self) -> bool:
        return any(self[name].value() for name in self.fields)

    @property
    def to_mark_seen(self) -> MarkSeen | None:
        given = self.cleaned_data
        if not given["place"]:
            return None
        return MarkSeen(given["place"], given["side"], given["size"], given["described"])


def build_mark_forms(typed: PostedFields, checked: bool, more: int) -> list[MarkForm]:
    """A form for each posted row (at least one, at most `MOST_MARKS`), and `more` empty ones."""
    found = (re.match(r"mark-(\d{1,4})-", name) for name in typed.data)
    numbers = sorted({int(match[1]) for match in found if match})[:MOST_MARKS] or [0]
    numbers += range(numbers[-1] + 1, numbers[-1] + 1 + more)
    return [MarkForm(typed, prefix=f"mark-{number}", checked=checked) for number in numbers]
