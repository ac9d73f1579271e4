"""The forms with which somebody adds words to a concern that they have sent."""

from crispy_forms.helper import FormHelper

from concerns.forms.base_form import DraftableForm, WordsField
from concerns.forms.govuk_layout import ButtonRow, Question, SubmitButton, lay_out_form
from concerns.rules.words import ConcernSubject


def _lay_out_addition(other: SubmitButton) -> FormHelper:
    return lay_out_form(
        Question("words", size="m", rows=5), ButtonRow(SubmitButton("Add", value="add"), other)
    )


class AdditionForm(DraftableForm):
    """Words for a concern about a child. Whom it is about is known, and not asked again.

    Words about an adult do not belong to it: another button takes them to a concern about the
    adult, and leaves nothing here.
    """

    words = WordsField(
        "Add something",
        needed="Write what you want to add",
        help_text="Something new, something you left out, or that you are still worried.",
    )
    helper = _lay_out_addition(
        SubmitButton(
            "This is about an adult who works here", value=ConcernSubject.ADULT, kind="secondary"
        )
    )


class AdultAdditionForm(AdditionForm):
    """Words for a concern about an adult; another button takes those about a child elsewhere."""

    helper = _lay_out_addition(
        SubmitButton("This is about a child", value=ConcernSubject.CHILD, kind="secondary")
    )
