"""This file knows what can be asked of the audit: which year, and what a figure narrows it to."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from concerns.asking.govuk import Buttons, DayField, Press, Question
from concerns.models import stood
from concerns.rules import spans
from concerns.rules.days import SchoolDays
from concerns.rules.saying import when
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


# The numbers a head's day begins with.
FOUR = (Which.LATE, Which.WAITING, Which.OUTSIDE, Which.QUIET)


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
    # A past day, written 2026-11-03: the first four as they stood at its end.
    day: str = ""

    def but(self, **more) -> "Asked":
        return replace(self, **more)

    def end(self, days: SchoolDays) -> datetime:
        """The last moment of the day asked about."""
        return stood.end_of(days, date.fromisoformat(self.day))

    def quiet_since(self, days: SchoolDays) -> datetime:
        """Of what counted as quiet then, nothing had been heard since before this moment."""
        return spans.quiet_since(days, self.end(days), self.quiet)

    @property
    def day_words(self) -> str:
        """ "as it stood at the end of 3 November 2026"; empty where it is asked of now."""
        day = when(date.fromisoformat(self.day)) if self.day else ""
        return day and f"as it stood at the end of {day}"

    @property
    def day_query(self) -> str:
        """The query of the page of that day's four numbers."""
        day = date.fromisoformat(self.day)
        boxes = {"day_day": day.day, "day_month": day.month, "day_year": day.year}
        return urlencode({**boxes, "quiet": self.quiet})

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
            "" if self.day else self.year_words,
            f"{date.fromisoformat(self.month + '-01'):%B %Y}" if self.month else "",
            "no category chosen" if self.category == NONE else Category.say(self.category),
            "nothing decided yet" if self.route == NONE else Route.say(self.route),
            "late" if self.day and self.which == Which.LATE else Which.say(self.which),
            f"for {self.quiet} school days" if self.which == Which.QUIET else "",
            f"came in: {Age.say(self.age).lower()} ago" if self.age else "",
            f"first look: {Wait.say(self.looked).lower()}" if self.looked else "",
            f"decision: {Wait.say(self.decided).lower()}" if self.decided else "",
            self.day_words,
        ]
        return ", ".join(part for part in said if part)


def year_words(year: int | str) -> str:
    return f"School year {year} to {int(year) + 1}"


def _quiet() -> forms.IntegerField:
    return forms.IntegerField(
        label="Nothing heard for how many school days",
        min_value=1,
        max_value=MOST_QUIET_DAYS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Enter a number of school days from 1 to {MOST_QUIET_DAYS}",
        ),
    )


class PastDay(forms.Form):
    """Which past day, and after how many days of silence the head wants to know."""

    day = DayField(label="Which day?")
    quiet = _quiet()

    helper = FormHelper()
    helper.form_method = "get"
    helper.disable_csrf = True
    helper.layout = Layout(
        Question("day"), Question("quiet", width=3), Buttons(Press("Show", kind="secondary"))
    )

    def __init__(self, data, *, today: date):
        given = {"quiet": QUIET_DAYS, **data.dict()} if data else None
        super().__init__(given, initial={"quiet": QUIET_DAYS})
        self.today = today

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day >= self.today:
            raise forms.ValidationError("Enter a day that has passed: today is on the audit page")
        return day

    @property
    def asked(self) -> Asked | None:
        """Needs a form that has been judged."""
        if not self.is_valid():
            return None
        return Asked(quiet=self.cleaned_data["quiet"], day=self.cleaned_data["day"].isoformat())


class Year(forms.Form):
    """Which school year, and after how many days of silence the head wants to know."""

    year = forms.ChoiceField(
        label="Came in during", error_messages={"invalid_choice": "Choose one of the years"}
    )
    quiet = _quiet()

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
    day = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    after = forms.UUIDField(required=False)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self):
        """A past day, and one of the four that are known of it: nothing else leads to its rows."""
        given = super().clean()
        day = given.get("day")
        if day and (day >= self.today or given.get("which") not in FOUR or self._narrowed(given)):
            raise forms.ValidationError("no figure of ours")
        return given

    def _narrowed(self, given) -> bool:
        further = ("month", "category", "route", "age", "looked", "decided")
        return given.get("year") != ALL or any(given.get(name) for name in further)

    def asked(self) -> Asked:
        given = {**self.cleaned_data, "quiet": self.cleaned_data["quiet"] or QUIET_DAYS}
        given["day"] = given["day"].isoformat() if given["day"] else ""
        given.pop("after")
        return Asked(**given)
