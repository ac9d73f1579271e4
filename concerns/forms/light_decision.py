"""The form for the lightest decision: to keep a concern with the picture and look again later."""

from django import forms

from concerns.forms.base_form import WordsField
from concerns.forms.conditional_questions import ConditionalForm
from concerns.forms.govuk_layout import ButtonRow, DayField, SubmitButton, lay_out_form
from concerns.models import DecisionAnswers
from concerns.rules.words import Route

KEPT_WORD = (
    "Thank you for writing this down. It is kept with the picture, and will be read again when "
    "anything new comes in."
)


class LightDecisionForm(ConditionalForm):
    """The lightest decision, on the concern's page: one sentence, and a day already filled in.

    `tells` names who wrote the concern, who is sent `KEPT_WORD` if the box is ticked, so that no
    word back is owed afterwards. If it is empty, the box is left out.
    """

    reason = WordsField("Why?", line=True, needed="Say why. A sentence is enough.")
    again_on = DayField(label="Look at the picture again on")
    tell = forms.BooleanField(required=False)

    def __init__(self, *args, rows, again, today, tells, focus=False, **kwargs):
        super().__init__(*args, initial={"again_on": again, "tell": True}, **kwargs)
        self.rows = tuple(rows)
        self.today = today
        self.fields["tell"].label = f"Tell {tells} now: “{KEPT_WORD}”"
        if not tells:
            del self.fields["tell"]
        self.helper = lay_out_form(*self.fields, ButtonRow(SubmitButton("Keep with the picture")))
        if focus:
            self.fields["reason"].widget.attrs["autofocus"] = True

    def clean(self):
        given = super().clean()
        self.check_future_day("again_on", self.today)
        return given

    @property
    def decision_answers(self) -> DecisionAnswers:
        """The decision, the same for every child it is about. The form must be valid."""
        given = self.cleaned_data
        word = KEPT_WORD if given.get("tell") else ""
        until = given["again_on"]
        light = {"light": True, "keep_until": until, "words_back": word}
        return DecisionAnswers(self.rows, (Route.KEEP,), given["reason"], **light)
