"""The writer's two ticks that require action at once, whatever else is decided.

A mark on a child who cannot yet move about is referred. Female genital mutilation (FGM) that is
known, not only suspected, is reported to the police by the person who learnt of it. A tick that
does not fit the answers beside it gives an error, and is never dropped.
"""

from django import forms

from concerns.forms.base_form import DraftableForm
from concerns.forms.govuk_layout import SingleTick
from concerns.rules.words import Category

WHERE = (
    "Say where on the body the mark is, because it must be referred at once. If there is no mark, "
    "untick this"
)
WHICH = "Tick “{}” above as well. If you only suspect it, untick this"


class UrgentTickQuestions(DraftableForm):
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
            self.add_error("cannot_move", WHERE)
        if given.get("fgm_known") and Category.FGM not in given.get("categories", ()):
            self.add_error("fgm_known", WHICH.format(Category.FGM.label))
