"""Tests that a moment is read on London's clocks, and that one that does not exist is refused."""

from datetime import UTC, datetime

import pytest

from concerns.forms import past_moment
from concerns.forms.base_form import DraftableForm, PostedFields
from concerns.rules.occurrence import TIME_AHEAD

NOW = datetime(2026, 11, 3, 10, 30, 20, tzinfo=UTC)


class Form(DraftableForm):
    heard_on = past_moment.day_field()
    heard_at = past_moment.time_field()

    def __init__(self, typed, now):
        super().__init__(typed)
        self.now = now

    def clean(self):
        given = super().clean()
        self.moment = past_moment.read_moment(self, "heard", self.now)
        return given


def typed(day="", at="", now=NOW):
    boxes = dict(
        zip(("heard_on_day", "heard_on_month", "heard_on_year"), day.split(), strict=False)
    )
    form = Form(
        PostedFields.from_fields(
            {name: [value] for name, value in ({**boxes, "heard_at": at}).items()}
        ),
        now,
    )
    form.is_valid()
    return form


def wrong(form):
    return {name: problems[0] for name, problems in form.errors.items()}


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        ("3 11 2026", "10:05", datetime(2026, 11, 3, 10, 5, tzinfo=UTC)),
        ("3 november 2026", "9.05am", datetime(2026, 11, 3, 9, 5, tzinfo=UTC)),
        ("7 7 2026", "10:05", datetime(2026, 7, 7, 9, 5, tzinfo=UTC)),
        # The night the clocks go back: half past one comes twice, and is the first of the two.
        ("25 10 2026", "01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("25 10 2026", "02:30", datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
        # The night they go forward.
        ("29 3 2026", "00:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("29 3 2026", "02:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_day_and_a_time_are_read_on_londons_clocks(day, at, moment):
    assert typed(day, at).moment == moment


def test_an_hour_the_clocks_skipped_is_refused():
    form = typed("29 3 2026", "01:30")
    assert form.moment is None
    assert "no such time" in wrong(form)["heard_at"]
    assert "before 01:00 or from 02:00" in wrong(form)["heard_at"]


@pytest.mark.parametrize("at", ["1.30am", "0130", "half past one am"])
def test_an_hour_the_clocks_skipped_is_refused_however_it_is_typed(at):
    assert "no such time" in wrong(typed("29 3 2026", at))["heard_at"]


@pytest.mark.parametrize("at", ["215", "2:15", "2.15", "quarter past two"])
def test_a_time_of_night_or_day_is_asked_about_before_it_is_saved(at):
    form = typed("2 11 2026", at)
    assert form.moment is None
    assert wrong(form) == {
        "heard_at": f"You wrote “{at}”, which was read as 14:15. If that is right, press the "
        "button again. For the night, write 02:15."
    }
    assert form["heard_at"].value() == "14:15"


def test_sent_again_as_it_was_read_it_is_saved():
    again = typed("2 11 2026", typed("2 11 2026", "215")["heard_at"].value())
    assert again.moment == datetime(2026, 11, 2, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize("at", ["14.15", "1415", "2.15pm", "2:15 p.m."])
def test_a_time_that_can_only_be_one_is_not_asked_about(at):
    assert typed("2 11 2026", at).moment == datetime(2026, 11, 2, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize("at", ["half past", "2.5", "24:00", "after lunch"])
def test_what_is_not_a_time_says_what_would_be(at):
    assert wrong(typed("2 11 2026", at)) == {"heard_at": "Enter a time, like 14:30, 2.30pm or 9am"}


def test_what_is_still_to_come_is_refused_kindly():
    form = typed("4 11 2026", "09:00")
    assert (form.moment, wrong(form)) == (None, {"heard_on": TIME_AHEAD})


def test_the_present_minute_is_not_in_the_future():
    assert typed("3 11 2026", "10:30").moment < NOW


@pytest.mark.parametrize(
    ("day", "at", "where"),
    [
        ("", "10:00", {"heard_on": past_moment.NO_DAY}),
        ("3 11 2026", "", {"heard_at": past_moment.NO_TIME}),
        ("", "", {"heard_on": past_moment.NO_DAY, "heard_at": past_moment.NO_TIME}),
    ],
)
def test_half_a_moment_asks_for_the_other_half(day, at, where):
    assert wrong(typed(day, at)) == where


@pytest.mark.parametrize(("day", "at"), [("31 2 2026", "10:00"), ("3 11 2026", "25:00")])
def test_no_such_day_or_time_says_so_once(day, at):
    form = typed(day, at)
    assert len(form.errors) == 1
    assert all(len(problems) == 1 for problems in form.errors.values())


@pytest.mark.parametrize("month", [1, 7, 10])
def test_the_form_starts_with_the_present_time(month):
    now = datetime(2026, month, 25, 0, 45, tzinfo=UTC)
    first = past_moment.fields_set_to_moment("heard", now)
    on = first["heard_on"]
    form = typed(f"{on.day} {on.month} {on.year}", first["heard_at"], now)
    assert form.moment == now
