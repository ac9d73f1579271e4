"""A form that is sent even if an answer that need not be given cannot be read.

Whoever writes down a worry is not stopped by a date, a size or a choice that cannot be read: it is
kept as it was written, and whoever reads the concern is told which answers those are. Only what is
needed, what is too long to be saved and characters that cannot be saved still stop the form.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from concerns.forms.answers_as_text import answer_in_words
from concerns.forms.base_form import DraftableForm

# Codes of errors that stop the form whatever the question: `needed` is for an answer that only some
# other answer makes necessary.
NEEDED = "needed"
_STOPS = frozenset({"max_length", NEEDED})
# The code of an error whose sentence is shown to the reader beside what was written.
REASON = "reason"


class SendableForm(DraftableForm):
    """`needed_answers` are the fields without which there is nothing to send."""

    needed_answers: ClassVar[frozenset[str]] = frozenset()
    # The whole note for an answer whose value means nothing to a reader.
    unread_notes: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        # Sentences for the reader, one for each answer that could not be read.
        self.unread: list[str] = []

    def keep_unread_answers(self) -> frozenset[str]:
        """Turn errors that need not stop the form into notes. Call it last in `clean`.

        Returns the names of the fields that could not be read.
        """
        names = [name for name in self.fields if name in self.errors and not self._stops(name)]
        for name in names:
            reasons = [
                str(fault.message)
                for fault in self.errors.pop(name).as_data()
                if fault.code == REASON
            ]
            typed = answer_in_words(self.fields[name], self[name].value())
            note = " ".join([f"{self[name].label.rstrip('?')}: “{typed}”.", *reasons])
            self.unread.append(self.unread_notes.get(name, note))
            self.cleaned_data[name] = _readable_part(self.fields[name], self[name].value())
        return frozenset(names)

    def _stops(self, name: str) -> bool:
        faults: list[ValidationError] = self.errors[name].as_data()
        return (
            name in self.needed_answers
            or name in self.unclean_fields
            or any(fault.code in _STOPS for fault in faults)
        )


def _readable_part(field: forms.Field, value: Any) -> Any:
    """What can be used of an answer that cannot be read: of several choices, those on offer."""
    if isinstance(field, forms.MultipleChoiceField):
        return [part for part in value or () if field.valid_value(part)]
    return "" if isinstance(field, forms.ChoiceField | forms.CharField) else None
