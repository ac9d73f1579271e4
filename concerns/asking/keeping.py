"""The form for the lightest decision: to keep a concern with the picture and look again later."""

from django import forms

from concerns.asking.asked import Words
from concerns.asking.govuk import Buttons, DayField, Press, inside
from concerns.asking.unfolding import Unfolding
from concerns.models import Decided
from concerns.rules.words import Route

KEPT_WORD = (
    "Thank you for writing this down. It is kept with the picture, and will be read again with "
    "anything new."
)


class KeepForm(Unfolding):
    """The lightest decision, on the concern's page: one sentence, and a day already filled in.

    `tells` names who wrote the concern, who is sent `KEPT_WORD` if the box is ticked, so that no
    word back is owed afterwards. If it is empty, the box is left out.
    """

    reason = Words("Why?", line=True, needed="Say why. A sentence is enough.")
    again_on = DayField(label="Look at the picture again on")
    tell = forms.BooleanField(required=False)

    def __init__(self, *args, rows, again, today, tells, focus=False, **kwargs):
        super().__init__(*args, initial={"again_on": again, "tell": True}, **kwargs)
        self.rows, self.today = tuple(rows), today
        self.fields["tell"].label = f"Tell {tells} now: “{KEPT_WORD}”"
        if not tells:
            del self.fields["tell"]
        self.helper = inside(*self.fields, Buttons(Press("Keep with the picture")))
        if focus:
            self.fields["reason"].widget.attrs["autofocus"] = True

    def clean(self):
        given = super().clean()
        self.coming("again_on", self.today)
        return given

    @property
    def decided(self) -> Decided:
        """The decision, the same for every child it is about. The form must be valid."""
        given = self.cleaned_data
        word, until = KEPT_WORD if given.get("tell") else "", given["again_on"]
        light = {"light": True, "keep_until": until, "words_back": word}
        return Decided(self.rows, (Route.KEEP,), given["reason"], **light)
