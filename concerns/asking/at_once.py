"""This file knows the two ticks of a writer that are owed at once, whatever else is decided.

A mark on a child who cannot yet move about is referred; genital mutilation that is known of is
reported to the police by who learnt of it. A tick that does not fit what stands beside it is asked
about, and never dropped.
"""

from django import forms

from concerns.asking.asked import Asked
from concerns.asking.govuk import Tick
from concerns.rules.words import Category

WHERE = (
    "Say where on the body the mark is: it is referred at once. If there is no mark, take this "
    "tick away"
)
WHICH = "Tick “{}” above as well. If you only suspect it, take this tick away"


class AskAtOnce(Asked):
    # Unfolded by the stylesheet, and there whenever it is ticked.
    FGM_LAID = Tick("fgm_known")

    cannot_move = forms.BooleanField(
        label="This child cannot yet move about (a baby, or a disability)",
        required=False,
    )
    fgm_known = forms.BooleanField(
        label="I know it was done to a girl under 18 (not only a suspicion)",
        required=False,
    )

    def judge_at_once(self, marked: bool) -> None:
        given = self.cleaned_data
        if given.get("cannot_move") and not marked:
            self.add_error("cannot_move", WHERE)
        if given.get("fgm_known") and Category.FGM not in given.get("categories", ()):
            self.add_error("fgm_known", WHICH.format(Category.FGM.label))
