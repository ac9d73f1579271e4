"""Which days a line of a child's file may begin and end on. It says what is true today, so neither
may be in the future."""

from datetime import date

DAY_AHEAD = "The day cannot be in the future. Record what is true today."
ENDS_BEFORE_BEGIN = "The day it ended cannot be before the day it began. Enter the day it ended."


def find_future_fault(day: date | None, today: date) -> str:
    """What is wrong with the local `day`, in a sentence; "" if nothing is, or if it is unknown."""
    return DAY_AHEAD if day and day > today else ""


def find_ending_fault(since: date | None, until: date | None, today: date) -> str:
    """What is wrong with ending on `until` what began on `since`, in a sentence; "" if nothing is.
    A day that is not known is None."""
    early = since and until and until < since
    return find_future_fault(until, today) or (ENDS_BEFORE_BEGIN if early else "")
