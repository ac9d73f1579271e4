"""Questions for a date and a time in the past, or to come, in London's local time.

What was typed is never adjusted. An hour skipped when the clocks go forward is an error. An hour
that occurs twice when they go back is taken as the first, so that a moment just past is never in
the future.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from concerns.forms.base_form import TimeOfDayField
from concerns.forms.govuk_layout import DayField
from concerns.forms.unread_answers import REASON
from concerns.models.response.coming_meeting import coming_time_fault
from concerns.rules.occurrence import TIME_AHEAD

LONDON = ZoneInfo("Europe/London")
NO_TIME = "Enter the time, like 14:30. A rough time is good enough."
DAY_TO_COME = "That day was still to come."
TIME_TO_COME = "That time was still to come."
NO_SUCH_TIME = "The clocks went forward that night, and there was no such time."
NO_DAY = "Enter the day, like 27 3 2026."


def day_field(label: str = "What day?") -> DayField:
    return DayField(label=label, required=False)


def time_field(label: str = "At what time?") -> TimeOfDayField:
    return TimeOfDayField(label)


def fields_set_to_moment(name: str, moment: datetime) -> dict:
    """Initial values of the fields `{name}_on` and `{name}_at`: `moment` (aware), in London."""
    local = moment.astimezone(LONDON)
    return {f"{name}_on": local.date(), f"{name}_at": f"{local:%H:%M}"}


def read_moment(form: forms.Form, name: str, now: datetime) -> datetime | None:
    """The moment in `{name}_on` and `{name}_at` of a form being cleaned, in UTC.

    Both are required. Returns None, with an error on the field, if one is missing, the time does
    not exist that day, or it is later than `now` (aware).
    """
    on = form.cleaned_data.get(f"{name}_on")
    at = form.cleaned_data.get(f"{name}_at")
    for part, value, words in (("on", on, NO_DAY), ("at", at, NO_TIME)):
        if value is None and f"{name}_{part}" not in form.errors:
            form.add_error(f"{name}_{part}", words)
    if on is None or at is None:
        return None
    moment = _moment_of(on, at)
    if moment is None:
        form.add_error(f"{name}_at", _missing_hour_sentence(at.hour))
        return None
    if moment > now:
        form.add_error(f"{name}_on", TIME_AHEAD)
        return None
    return moment


def require_moment(moment: datetime | None) -> datetime:
    """`moment` as `read_moment` gave it to a valid form. Raises ValueError if there is none."""
    if moment is None:
        raise ValueError("the form is not valid: it has no moment")
    return moment


def check_not_future(form: forms.Form, name: str, now: datetime) -> None:
    """Add an error if `{name}_on` and `{name}_at` are in the future, or there was no such time.

    Either may be left out. `now` is local. The sentences are for whoever reads what was typed.
    """
    on = form.cleaned_data.get(f"{name}_on")
    at = form.cleaned_data.get(f"{name}_at")
    if on and on > now.date():
        form.add_error(f"{name}_on", ValidationError(DAY_TO_COME, code=REASON))
    elif on and at and _moment_of(on, at) is None:
        form.add_error(f"{name}_at", ValidationError(NO_SUCH_TIME, code=REASON))
    elif at and on == now.date() and at > now.time():
        form.add_error(f"{name}_at", ValidationError(TIME_TO_COME, code=REASON))


def _moment_of(on: date, at: time) -> datetime | None:
    """The moment in UTC of a day and a time in London; None if the clocks skipped it."""
    moment = datetime.combine(on, at, LONDON).astimezone(UTC)
    local = moment.astimezone(LONDON).replace(tzinfo=None)
    return moment if local == datetime.combine(on, at) else None


def _missing_hour_sentence(hour: int) -> str:
    return f"{NO_SUCH_TIME} Enter a time before {hour:02}:00 or from {hour + 1:02}:00."


def read_coming_moment(form: forms.Form, name: str, now: datetime) -> datetime | None:
    """As `read_moment`, for a moment that is to come: later than `now`, and within a year."""
    moment = read_moment(form, name, datetime.max.replace(tzinfo=UTC))
    if moment and (wrong := coming_time_fault(moment, now)):
        form.add_error(f"{name}_on", wrong)
        return None
    return moment
