"""This file knows the two ticks of a writer that are owed at once, whatever else is decided.

A mark on a child who cannot yet move about is referred; genital mutilation that is known of is
reported to the police by who learnt of it. A tick that does not fit what stands beside it is asked
about, and never dropped.
"""

from crispy_forms.layout import Div
from django import forms

from concerns.asking.asked import Asked
from concerns.rules.words import Category

WHERE = (
    "Say where on the body the mark is: it is referred at once. If there is no mark, take this "
    "tick away"
)
WHICH = "Tick “{}” above as well. If you only suspect it, take this tick away"


class AskAtOnce(Asked):
    # Unfolded by the stylesheet, and there whenever it is ticked.
    FGM_LAID = Div("fgm_known", css_class="only-fgm")

    cannot_move = forms.BooleanField(
        label="This child cannot yet move about by themselves (a baby, or a disability)",
        required=False,
    )
    fgm_known = forms.BooleanField(
        label="I know that it has been done to a girl under 18 (not only a suspicion)",
        required=False,
        help_text="A teacher who knows reports it to the police themselves, by the close of the "
        "next working day: nobody can do that for you. After sending, your page says how.",
    )

    def judge_at_once(self, marked: bool) -> None:
        given = self.cleaned_data
        if given.get("cannot_move") and not marked:
            self.add_error("cannot_move", WHERE)
        if given.get("fgm_known") and Category.FGM not in given.get("categories", ()):
            self.add_error("fgm_known", WHICH.format(Category.FGM.label))
