"""The form with which somebody adds words to a concern that they have sent."""

from concerns.forms.base_form import DraftableForm, WordsField, choice_field
from concerns.forms.govuk_layout import ButtonRow, Question, SubmitButton, lay_out_form
from concerns.rules.words import ConcernSubject


class AdditionForm(DraftableForm):
    """The words, and who they are about: words about a child do not belong to a concern about an
    adult, nor the other way round."""

    about = choice_field("Who is this about?", ConcernSubject, needed="Say who it is about")
    words = WordsField(
        "Add something",
        needed="Write what you want to add",
        help_text="Something new, something you left out, or that you are still worried.",
    )
    helper = lay_out_form(
        Question("about", size="m", small=True, inline=True),
        Question("words", size="m", rows=5),
        ButtonRow(SubmitButton("Add")),
    )
