"""The writer's two ticks that require action at once, whatever else is decided.

A mark on a child who cannot yet move about is referred. Female genital mutilation (FGM) that is
known, not only suspected, is reported to the police by the person who learnt of it. A tick that
does not fit the answers beside it stops nobody and is never dropped: the reader is told to ask.
"""

from django import forms

from concerns.forms.govuk_layout import SingleTick
from concerns.forms.unread_answers import SendableForm
from concerns.rules.words import Category

WHERE = (
    "Ticked: “{}”, but no mark is written down. Ask whether there is one: a mark on this child "
    "must be referred at once."
)
WHICH = "Ticked: “{}”, but not “{}” beside it. Ask what is known."


class UrgentTickQuestions(SendableForm):
    # The stylesheet shows it when FGM is ticked, and always if it is ticked itself.
    FGM_LAID = SingleTick("fgm_known")

    cannot_move = forms.BooleanField(
        label="This child cannot yet move about (a baby, or a disability)",
        required=False,
    )
    fgm_known = forms.BooleanField(
        label="I know it was done to a girl under 18 (not only a suspicion)",
        required=False,
    )

    def check_urgent_ticks(self, marked: bool) -> None:
        given = self.cleaned_data
        if given.get("cannot_move") and not marked:
            self.unread.append(WHERE.format(self["cannot_move"].label))
        if given.get("fgm_known") and Category.FGM not in given.get("categories", ()):
            self.unread.append(WHICH.format(self["fgm_known"].label, Category.FGM.label))
