"""This file knows what can be asked of the audit: which year, and what a figure narrows it to."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from concerns.asking.govuk import Buttons, Press, Question
from concerns.rules.spans import Age, Wait
from concerns.rules.words import Category, Choice, Route

ALL, NONE = "all", "none"
QUIET_DAYS, MOST_QUIET_DAYS = 10, 60


class Which(Choice):
    """Where a concern stands. The first four are asked of now, whatever the year."""

    LATE = "late", "late now"
    WAITING = "waiting", "waiting for a first look"
    OUTSIDE = "outside", "waiting for an answer from outside"
    QUIET = "quiet", "open, with nothing heard"
    OPEN = "open", "still open"
    DECIDED = "decided", "decided"


@dataclass(frozen=True)
class Asked:
    """What of the record is asked about. Every part but the first two narrows it further."""

    year: str = ALL
    quiet: int = QUIET_DAYS
    which: str = ""
    month: str = ""
    category: str = ""
    route: str = ""
    age: str = ""
    looked: str = ""
    decided: str = ""

    def but(self, **more) -> "Asked":
        return replace(self, **more)

    @property
    def query(self) -> str:
        """The query of the address that asks for this."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    @property
    def months_words(self) -> str:
        """The head of the column of the first table: what its rows are."""
        return "School year" if self.year == ALL else "Month"

    @property
    def year_words(self) -> str:
        return "All years" if self.year == ALL else year_words(self.year)

    @property
    def words(self) -> str:
        """In words, for the head of a list and for the ledger. Names no one."""
        said = [
            self.year_words,
            f"{date.fromisoformat(self.month + '-01'):%B %Y}" if self.month else "",
            "no category chosen" if self.category == NONE else Category.say(self.category),
            "nothing decided yet" if self.route == NONE else Route.say(self.route),
            Which.say(self.which),
            f"for {self.quiet} school days" if self.which == Which.QUIET else "",
            f"came in: {Age.say(self.age).lower()} ago" if self.age else "",
            f"first look: {Wait.say(self.looked).lower()}" if self.looked else "",
            f"decision: {Wait.say(self.decided).lower()}" if self.decided else "",
        ]
        return ", ".join(part for part in said if part)


def year_words(year: int | str) -> str:
    return f"School year {year} to {int(year) + 1}"


class Year(forms.Form):
    """Which school year, and after how many days of silence the head wants to know."""

    year = forms.ChoiceField(
        label="Came in during", error_messages={"invalid_choice": "Choose one of the years"}
    )
    quiet = forms.IntegerField(
        label="Nothing heard for how many school days",
        min_value=1,
        max_value=MOST_QUIET_DAYS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Enter a number of school days from 1 to {MOST_QUIET_DAYS}",
        ),
    )

    helper = FormHelper()
    helper.form_method = "get"
    helper.disable_csrf = True
    helper.layout = Layout(
        Question("year"), Question("quiet", width=3), Buttons(Press("Show", kind="secondary"))
    )

    def __init__(self, data, *, years: list[int]):
        """Whatever is not asked is as usual: the newest year, ten days."""
        usual = {"year": years[0], "quiet": QUIET_DAYS}
        super().__init__({**usual, **data.dict()})
        self.fields["year"].choices = [*((y, year_words(y)) for y in years), (ALL, "All years")]

    def asked(self) -> Asked:
        """What was asked, with the usual in place of anything that made no sense."""
        self.full_clean()
        usual = {"year": self.fields["year"].choices[0][0], "quiet": QUIET_DAYS}
        given = {**usual, **self.cleaned_data}
        return Asked(str(given["year"]), given["quiet"])


class Narrow(forms.Form):
    """What a figure links to. Nobody types this, so what makes no sense is no page of ours."""

    year = forms.RegexField(r"^(all|20\d\d)$")
    quiet = forms.IntegerField(min_value=1, max_value=MOST_QUIET_DAYS, required=False)
    which = forms.ChoiceField(choices=Which.choices(), required=False)
    month = forms.RegexField(r"^20\d\d-(0[1-9]|1[0-2])$", required=False)
    category = forms.ChoiceField(choices=[(NONE, ""), *Category.choices()], required=False)
    route = forms.ChoiceField(choices=[(NONE, ""), *Route.choices()], required=False)
    age = forms.ChoiceField(choices=Age.choices(), required=False)
    looked = forms.ChoiceField(choices=Wait.choices(), required=False)
    decided = forms.ChoiceField(choices=Wait.choices(), required=False)
    after = forms.UUIDField(required=False)

    def asked(self) -> Asked:
        given = {**self.cleaned_data, "quiet": self.cleaned_data["quiet"] or QUIET_DAYS}
        given.pop("after")
        return Asked(**given)
