"""The forms of the audit: the school year or term, the past day, and the filters in a figure's
link."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from concerns.forms.base_form import set_choices
from concerns.forms.govuk_layout import ButtonRow, DayField, Question, SubmitButton
from concerns.reading import late_and_quiet
from concerns.rules import reporting_periods
from concerns.rules.reporting_periods import AgeBand, WaitBand
from concerns.rules.school_days import SchoolDays
from concerns.rules.school_terms import SchoolTerm, term_in_words
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import SORTED_INTO, Category, Choice, Route

ALL = "all"
NONE = "none"
QUIET_DAYS = 10
MOST_QUIET_DAYS = 60


class AuditStatus(Choice):
    """The state of a concern. The first four are counted as of now, whatever year is chosen."""

    LATE = "late", "late now"
    WAITING = "waiting", "waiting for a first look"
    OUTSIDE = "outside", "waiting for an answer from outside"
    QUIET = "quiet", "open, with nothing heard"
    OPEN = "open", "still open"
    DECIDED = "decided", "decided"


# The four counts at the top of the audit page, which a head looks at first.
FOUR = (AuditStatus.LATE, AuditStatus.WAITING, AuditStatus.OUTSIDE, AuditStatus.QUIET)


@dataclass(frozen=True)
class AuditFilters:
    """The filters of a figure and of the list behind it.

    `quiet` is in school days. The fields after `year` and `quiet` are empty unless they narrow the
    figure further; `term` is one of that year, `month` is written 2026-11. `category` is a lead's,
    `chosen` the writer's.
    """

    year: str = ALL
    quiet: int = QUIET_DAYS
    term: str = ""
    which: str = ""
    month: str = ""
    category: str = ""
    chosen: str = ""
    route: str = ""
    age: str = ""
    looked: str = ""
    decided: str = ""
    # A past day, written 2026-11-03: the first four statuses as of its end.
    day: str = ""

    def narrowed_by(self, **more) -> "AuditFilters":
        """A copy with the given fields changed."""
        return replace(self, **more)

    def end_of_asked_day(self, days: SchoolDays) -> datetime:
        """When the day asked about ends. Needs `day`."""
        return late_and_quiet.end_of_local_day(days, date.fromisoformat(self.day))

    def quiet_since(self, days: SchoolDays) -> datetime:
        """The cutoff for "nothing heard": quiet concerns had no entry since then. Needs `day`."""
        return reporting_periods.quiet_cutoff(days, self.end_of_asked_day(days), self.quiet)

    @property
    def day_words(self) -> str:
        """Such as: as it stood at the end of 3 November 2026. Empty if it is about now."""
        day = format_date_or_time(date.fromisoformat(self.day)) if self.day else ""
        return day and f"as it stood at the end of {day}"

    @property
    def day_query(self) -> str:
        """The query string of the page with the four counts of that day. Needs `day`."""
        day = date.fromisoformat(self.day)
        boxes = {"day_day": day.day, "day_month": day.month, "day_year": day.year}
        return urlencode({**boxes, "quiet": self.quiet})

    @property
    def to_query_string(self) -> str:
        """The query string of the list with these filters."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    @property
    def period_query(self) -> str:
        """The query string of the audit page for the same year or term."""
        period = AuditFilters(self.year, self.quiet, self.term)
        return period.to_query_string

    @property
    def months_words(self) -> str:
        """The heading of the first column in the table of what came in."""
        return "School year" if self.year == ALL else "Month"

    @property
    def asked_year_in_words(self) -> str:
        """The school year or the term asked for, in words."""
        if self.term:
            return term_in_words(int(self.year), SchoolTerm(self.term))
        return "All years" if self.year == ALL else school_year_in_words(self.year)

    @property
    def filters_in_words(self) -> str:
        """The filters in words, for the heading of the list and the ledger. Names nobody."""
        said = [
            "" if self.day else self.asked_year_in_words,
            f"{date.fromisoformat(self.month + '-01'):%B %Y}" if self.month else "",
            "not sorted into categories yet"
            if self.category == NONE
            else SORTED_INTO.get(self.category, ""),
            _chosen_in_words(self.chosen),
            "nothing decided yet" if self.route == NONE else Route.label_of_value(self.route),
            "late"
            if self.day and self.which == AuditStatus.LATE
            else AuditStatus.label_of_value(self.which),
            f"for {self.quiet} school days" if self.which == AuditStatus.QUIET else "",
            f"came in: {AgeBand.label_of_value(self.age).lower()} ago" if self.age else "",
            f"first look: {WaitBand.label_of_value(self.looked).lower()}" if self.looked else "",
            f"decision: {WaitBand.label_of_value(self.decided).lower()}" if self.decided else "",
            self.day_words,
        ]
        return ", ".join(part for part in said if part)


def _chosen_in_words(chosen: str) -> str:
    if chosen == NONE:
        return "the writer chose no category"
    return f"the writer chose: {Category.label_of_value(chosen)}" if chosen else ""


def school_year_in_words(year: int | str) -> str:
    return f"School year {year} to {int(year) + 1}"


def _quiet_days_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Nothing heard for how many school days",
        min_value=1,
        max_value=MOST_QUIET_DAYS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Enter a number of school days from 1 to {MOST_QUIET_DAYS}",
        ),
    )


class PastDayForm(forms.Form):
    """Asks for a past day, and how many school days without an entry count as quiet."""

    day = DayField(label="Which day?")
    quiet = _quiet_days_field()

    helper = FormHelper()
    helper.form_method = "get"
    helper.disable_csrf = True
    helper.layout = Layout(
        Question("day"),
        Question("quiet", width=3),
        ButtonRow(SubmitButton("Show", kind="secondary")),
    )

    def __init__(self, data, *, today: date):
        given = {"quiet": QUIET_DAYS, **data.dict()} if data else None
        super().__init__(given, initial={"quiet": QUIET_DAYS})
        self.today = today

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day >= self.today:
            raise forms.ValidationError(
                "Enter a day in the past. Today's numbers are on the audit page"
            )
        return day

    @property
    def past_day_filters(self) -> AuditFilters | None:
        """The filters for that day; None if the form is not valid."""
        if not self.is_valid():
            return None
        return AuditFilters(
            quiet=self.cleaned_data["quiet"], day=self.cleaned_data["day"].isoformat()
        )


ONE_YEAR = "Choose one school year to see one of its terms"


class AuditYearForm(forms.Form):
    """Asks for a school year, for one of its terms, and how many school days without an entry count
    as quiet."""

    year = forms.ChoiceField(
        label="Came in during", error_messages={"invalid_choice": "Choose one of the years"}
    )
    term = forms.ChoiceField(
        label="Term",
        choices=[("", "The whole year"), *SchoolTerm.choices()],
        required=False,
        error_messages={"invalid_choice": "Choose one of the terms"},
    )
    quiet = _quiet_days_field()

    helper = FormHelper()
    helper.form_method = "get"
    helper.disable_csrf = True
    helper.layout = Layout(
        Question("year"),
        Question("term"),
        Question("quiet", width=3),
        ButtonRow(SubmitButton("Show", kind="secondary")),
    )

    def __init__(self, data, *, years: list[int]):
        """`years` newest first. Missing answers default to the newest year and ten days."""
        usual = {"year": years[0], "quiet": QUIET_DAYS}
        super().__init__({**usual, **data.dict()})
        self.newest = str(years[0])
        offered = [(str(year), school_year_in_words(year)) for year in years]
        set_choices(self.fields["year"], [*offered, (ALL, "All years")])

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("term") and given.get("year") == ALL:
            self.add_error("term", ONE_YEAR)
        return given

    def filters_or_defaults(self) -> AuditFilters:
        """The filters chosen, with the defaults in place of invalid answers."""
        self.full_clean()
        given = {"year": self.newest, "quiet": QUIET_DAYS, "term": "", **self.cleaned_data}
        return AuditFilters(str(given["year"]), given["quiet"], given["term"])


class FigureLinkForm(forms.Form):
    """Reads the query string of a figure's link. Nobody types it, so invalid means not found."""

    year = forms.RegexField(r"^(all|20\d\d)$")
    quiet = forms.IntegerField(min_value=1, max_value=MOST_QUIET_DAYS, required=False)
    term = forms.ChoiceField(choices=SchoolTerm.choices(), required=False)
    which = forms.ChoiceField(choices=AuditStatus.choices(), required=False)
    month = forms.RegexField(r"^20\d\d-(0[1-9]|1[0-2])$", required=False)
    category = forms.ChoiceField(choices=[(NONE, ""), *SORTED_INTO.items()], required=False)
    chosen = forms.ChoiceField(choices=[(NONE, ""), *Category.choices()], required=False)
    route = forms.ChoiceField(choices=[(NONE, ""), *Route.choices()], required=False)
    age = forms.ChoiceField(choices=AgeBand.choices(), required=False)
    looked = forms.ChoiceField(choices=WaitBand.choices(), required=False)
    decided = forms.ChoiceField(choices=WaitBand.choices(), required=False)
    day = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    after = forms.UUIDField(required=False)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self):
        """A day must be past, come with one of the four statuses, and with no other filter. A term
        is one of a year."""
        super().clean()
        given = self.cleaned_data
        if given.get("term") and given.get("year") == ALL:
            raise forms.ValidationError("no figure of ours")
        day = given.get("day")
        if day and (
            day >= self.today or given.get("which") not in FOUR or self._is_narrowed_further(given)
        ):
            raise forms.ValidationError("no figure of ours")
        return given

    def _is_narrowed_further(self, given) -> bool:
        further = ("term", "month", "category", "chosen", "route", "age", "looked", "decided")
        return given.get("year") != ALL or any(given.get(name) for name in further)

    def to_audit_filters(self) -> AuditFilters:
        given = {**self.cleaned_data, "quiet": self.cleaned_data["quiet"] or QUIET_DAYS}
        given["day"] = given["day"].isoformat() if given["day"] else ""
        given.pop("after")
        return AuditFilters(**given)
