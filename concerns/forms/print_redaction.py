"""The form shown before a print is made in which other children's names are redacted."""

from typing import Self

from concerns.forms.base_form import DraftableForm, PostedFields, WordsField
from concerns.forms.govuk_layout import ButtonRow, Question, SubmitButton, lay_out_form


class RedactionForm(DraftableForm):
    also = WordsField(
        "Other words to cover, one on each line",
        help_text="A nickname, a misspelt name, the name of another child's parent.",
    )
    helper = lay_out_form(Question("also", rows=3), ButtonRow(SubmitButton("Make the print")))

    @classmethod
    def read_from_request(cls, request) -> tuple[Self, dict]:
        """The form as sent, and the arguments of the print.

        Those are `made` (whether it was sent), `shown` (names not to redact) and `also` (other
        words to redact, one on each line).
        """
        form = cls(PostedFields.from_post(request))
        given = {"also": form.data.get("also", ""), "shown": request.POST.getlist("show")}
        return form, {"made": request.method == "POST", **given}
