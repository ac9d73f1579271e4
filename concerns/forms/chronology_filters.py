"""The filters of a chronology: on a child's page, on the chronology and before it is printed.

They are sent in the address, so that a part of a chronology can be kept and come back to, and no
value may contain a name.
"""

from datetime import date
from functools import lru_cache

from django import forms
from django.template.loader import render_to_string

from concerns.forms.base_form import WRONG, DraftableForm, PostedFields, choice_field, set_choices
from concerns.reading.chronology_places import ChronologyFilters, ChronologyPlace
from concerns.rules.child_file_vocabulary import ChronologyOrder, ChronologyPeriod, ChronologySort
from concerns.rules.reporting_periods import start_of_period
from concerns.rules.school_days import SchoolDays
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import SORTED_INTO

# As a browser sends a day, and as people type it where the browser has no boxes for it.
TYPED_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d %m %Y", "%d %B %Y", "%d %b %Y")
NO_DAY = "Enter a real date, like 27/3/2026"


def _day_box(label: str) -> forms.DateField:
    """A day in one box, with the browser's own calendar where it has one."""
    return forms.DateField(
        label=label,
        required=False,
        input_formats=TYPED_DAYS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": NO_DAY},
    )


class TimelineForm(DraftableForm):
    """Which part of the timeline on a child's page to show: always the newest first.

    `days` and `today` say when this term began; `after` is the place to go on from, as text.
    """

    sort = choice_field("Kind", ChronologySort, folded=True)
    category = forms.ChoiceField(
        label="Category",
        choices=[("", "Any"), *SORTED_INTO.items()],
        required=False,
        error_messages={"invalid_choice": WRONG},
    )
    period = choice_field("How far back", ChronologyPeriod, folded=True)
    since = _day_box("From")
    until = _day_box("To")

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        days: SchoolDays,
        today: date,
        after: str = "",
        checked: bool = True,
    ):
        super().__init__(typed, checked=checked)
        self.days = days
        self.today = today
        self.after = after
        set_choices(self.fields["sort"], [("", "Everything"), *ChronologySort.choices()])
        periods = _periods_with_their_first_day(days, today)
        set_choices(self.fields["period"], [("", "Everything"), *periods])

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    @property
    def is_newest_first(self) -> bool:
        return True

    def requested_filters(self) -> ChronologyFilters:
        """The filters asked for; no filter if the answers are invalid. A day that was typed counts,
        and not the period beside it."""
        said = self.cleaned_data if self.is_valid() else {}
        period = start_of_period(self.days, said.get("period", ""), self.today)
        return ChronologyFilters(
            sort=said.get("sort", ""),
            category=said.get("category", ""),
            since=said.get("since") or period,
            until=said.get("until"),
            newest_first=self.is_newest_first,
            after=ChronologyPlace.parse_place(self.after) if self.after else None,
        )

    def part_in_words(self) -> str:
        """Which part was asked for, for a print: "Decisions; since 2 September 2026". "" if all."""
        wanted = self.requested_filters()
        parts = [
            ChronologySort.label_of_value(wanted.sort) if wanted.sort else "",
            wanted.category and f"concerns in the category {SORTED_INTO[wanted.category]}",
            wanted.since and f"since {format_date_or_time(wanted.since)}",
            wanted.until and f"until {format_date_or_time(wanted.until)}",
        ]
        return "; ".join(part for part in parts if part)

    def filters_as_html(self) -> str:
        """The HTML of the filters, with what was chosen."""
        chosen = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return _draw_filters(type(self), self.days, self.today, tuple(chosen.items()))


class ChronologyForm(TimelineForm):
    """The filters of the chronology and of its print, and the order."""

    order = forms.ChoiceField(
        label="Order",
        choices=ChronologyOrder.choices(),
        required=False,
        error_messages={"invalid_choice": WRONG},
    )

    @property
    def is_newest_first(self) -> bool:
        return self.is_valid() and self.cleaned_data["order"] == ChronologyOrder.NEWEST


def _periods_with_their_first_day(days: SchoolDays, today: date) -> list[tuple[str, str]]:
    """("term", "This term, since 2 September 2026"), for each period."""
    return [
        (value, f"{label}, since {format_date_or_time(start_of_period(days, value, today))}")
        for value, label in ChronologyPeriod.choices()
    ]


@lru_cache(maxsize=64)
def _draw_filters(kind: type[TimelineForm], days: SchoolDays, today: date, chosen: tuple) -> str:
    """The HTML of the filters, cached by what is offered and what is chosen: to draw their boxes
    takes Django a third of a page's work."""
    typed = PostedFields.from_fields({name: [value] for name, value in chosen})
    form = kind(typed, checked=False, days=days, today=today)
    return render_to_string("parts/chronology_filters.html", {"form": form})
