"""This file knows what a lead fills in: which part of the queue to see."""

from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from concerns.rules.lifecycle import OPEN, State
from concerns.rules.words import Category
from safeguarding.govuk import Question

LATE, NOBODY = "late", "nobody"


class Filters(forms.Form):
    """Which rows of the queue. It is asked in the address: no name may be a value."""

    state = forms.ChoiceField(label="State", required=False)
    holder = forms.ChoiceField(label="Who has it", required=False)
    category = forms.ChoiceField(label="Category", required=False)
    year = forms.ChoiceField(label="Year", required=False)

    def __init__(self, *args, holders=(), years=(), **kwargs):
        super().__init__(*args, **kwargs)
        states = [(state.value, state.label) for state in State if state in OPEN]
        self.fields["state"].choices = [
            ("", "All that are open"),
            (LATE, "Late now"),
            *states,
            (State.CLOSED.value, "Closed, newest first"),
        ]
        self.fields["holder"].choices = [("", "Anybody"), (NOBODY, "Nobody yet"), *holders]
        self.fields["category"].choices = [("", "Any"), *Category.choices()]
        self.fields["year"].choices = [("", "Any"), *years]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*(Question(name) for name in self.fields))

    @classmethod
    def asked(cls, data, **offered) -> tuple["Filters", bool]:
        """The form with what it knows of `data`, and whether anything was left out as unknown."""
        whole = cls(data, **offered)
        if whole.is_valid():
            return whole, False
        known = cls(whole.cleaned_data, **offered)
        known.is_valid()
        return known, True

    @property
    def wanted(self) -> dict[str, str]:
        """What was chosen. Needs a form that is valid."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def address(self, **more: str) -> str:
        """The query string of what was chosen, and of `more`."""
        return "?" + urlencode({**self.wanted, **more})
