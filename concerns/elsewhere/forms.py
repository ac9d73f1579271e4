"""The forms about a child who is taught elsewhere or less. `act_arguments` are those of the act."""

from datetime import date
from typing import Any

from concerns.forms.base_form import DraftableForm, PostedFields, WordsField, choice_field
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.rules.child_file_days import find_future_fault
from concerns.rules.child_file_vocabulary import StatusKind, YesNo
from concerns.rules.education_elsewhere import (
    TIMETABLE_OVER,
    find_elsewhere_dates_fault,
    find_elsewhere_review_fault,
    latest_elsewhere_review_day,
    may_status_go_on,
)
from concerns.rules.school_days import SchoolDays
from concerns.rules.wording import format_date_or_time

PART_TIME = (
    "Only for a short time, agreed with the parent, to come back to all lessons. Never to manage "
    "behaviour."
)
STAYS_OURS = "The school stays responsible for this child, and knows where they are each day."
# What each kind asks, in this order, after the days.
ASKS: dict[StatusKind, tuple[str, ...]] = {
    StatusKind.PART_TIME: ("hours", "other_days", "parent_agrees", "told"),
    StatusKind.OFF_SITE: (
        "place", "address", "contact", "telephone", "email", "hours", "other_days",
        "parent_agrees", "told",
    ),
    StatusKind.ALTERNATIVE: (
        "place", "address", "contact", "telephone", "email", "hours", "other_days",
        "checks", "checks_on", "parent_agrees", "told",
    ),
}  # fmt: skip
DAYS = ("since", "planned_end", "review_on")


class ElsewhereForm(DraftableForm):
    since = DayField(label="From when?", required=False)
    planned_end = DayField(label="Planned end", required=False)
    place = WordsField("Name of the placement", line=True)
    address = WordsField("Its address, where the child is taught")
    contact = WordsField("Who to reach there", line=True)
    telephone = WordsField("Telephone", line=True)
    email = WordsField("E-mail", line=True)
    hours = WordsField("On which days, and from when to when?", line=True)
    other_days = WordsField(
        "Who knows where the child is at other times?",
        line=True,
        help_text="In school hours when they are not there: who they are with, and who checks.",
    )
    checks = choice_field(
        "Has the provider confirmed in writing that its staff were checked?", YesNo
    )
    checks_on = DayField(label="On which day did it confirm that?", required=False)
    parent_agrees = choice_field("Has the parent agreed?", YesNo)
    told = WordsField(
        "Who else was told?",
        line=True,
        help_text="The local authority, the social worker, the virtual school: who, and when.",
    )
    review_on = DayField(label="Review it by", required=False)

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        kind: StatusKind,
        days: SchoolDays,
        today: date,
        **more: Any,
    ):
        super().__init__(typed, **more)
        self.kind = kind
        self.days = days
        self.today = today
        self.review_day = today
        for name in self.fields.keys() - {*ASKS[kind], *DAYS}:
            del self.fields[name]
        last = format_date_or_time(latest_elsewhere_review_day(days, today, None))
        self.fields[
            "review_on"
        ].help_text = (
            f"Leave it empty for {last}, or the planned end if that is earlier. No later than that."
        )
        pieces = [Question(name, rows=3) if name == "address" else name for name in ASKS[kind]]
        self.helper = lay_out_form(
            TextBlock(PART_TIME if kind is StatusKind.PART_TIME else STAYS_OURS, "inset"),
            "since",
            "planned_end",
            *pieces,
            "review_on",
            ButtonRow(SubmitButton("Save")),
        )

    def clean(self):
        given = super().clean()
        since = given.get("since")
        ends = given.get("planned_end")
        if future := find_future_fault(since, self.today):
            self.add_error("since", future)
        fault = find_elsewhere_dates_fault(self.kind, since, ends, self.today)
        if fault and "planned_end" not in self.errors:
            self.add_error("planned_end", fault)
        self.review_day = given.get("review_on") or latest_elsewhere_review_day(
            self.days, self.today, ends
        )
        late = find_elsewhere_review_fault(self.days, self.today, ends, self.review_day)
        if late and not self.errors:
            self.add_error("review_on", late)
        return given

    @property
    def act_arguments(self) -> dict:
        said = {name: value for name, value in self.cleaned_data.items() if value}
        since = said.pop("since", None)
        said.pop("review_on", None)
        return {"kind": self.kind, "since": since, "review_on": self.review_day, "said": said}


class ReviewForm(DraftableForm):
    seen = choice_field("Was the child seen?", YesNo, needed="Say whether the child was seen")
    seen_by = WordsField("By whom, when and where?", line=True)
    attendance = WordsField("How do they attend?", line=True)
    words = WordsField(
        "What did you find? Is it still right for the child?", needed="Write what you found"
    )
    next_on = DayField(label="It goes on: the next review is on", required=False)
    until = DayField(
        label="It has ended: on which day?",
        required=False,
        help_text="If the placement or the hours change, end this one and record the new one.",
    )
    why = WordsField("Why has it ended?", line=True)
    now_at = WordsField("Where is the child taught now?", line=True)

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        kind: StatusKind,
        planned_end: date | None,
        days: SchoolDays,
        today: date,
        **more: Any,
    ):
        self.calendar = (days, today, planned_end)
        self.goes_on = may_status_go_on(kind, planned_end, today)
        latest = latest_elsewhere_review_day(days, today, planned_end)
        super().__init__(typed, **more)
        self.fields["next_on"].help_text = f"By {format_date_or_time(latest)} at latest."
        again = "next_on" if self.goes_on else TextBlock(TIMETABLE_OVER, "inset")
        if not self.goes_on:
            del self.fields["next_on"]
        self.helper = lay_out_form(
            "seen",
            "seen_by",
            "attendance",
            Question("words", rows=4),
            again,
            "until",
            "why",
            "now_at",
            ButtonRow(SubmitButton("Save this review")),
        )

    def clean(self):
        given = super().clean()
        next_on = given.get("next_on")
        ended = given.get("until") or given.get("why") or given.get("now_at")
        days, today, planned_end = self.calendar
        if next_on and ended:
            self.add_error("next_on", "Enter the next review, or that it has ended: not both")
        elif next_on:
            if fault := find_elsewhere_review_fault(days, today, planned_end, next_on):
                self.add_error("next_on", fault)
        elif not ended and "next_on" in self.fields:
            if "next_on" not in self.errors:
                self.add_error("next_on", "Enter the next review, or below that it has ended")
        else:
            self._check_ending(given, today)
        return given

    def _check_ending(self, given: dict, today: date) -> None:
        if not given.get("why"):
            self.add_error("why", "Write why it has ended")
        if future := find_future_fault(given.get("until"), today):
            self.add_error("until", future)
        if not given.get("now_at"):
            self.add_error("now_at", "Write where the child is taught now")

    @property
    def act_arguments(self) -> dict:
        return {"next_on": None, **self.cleaned_data}
