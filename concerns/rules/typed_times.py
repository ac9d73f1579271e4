"""Reads a time of day as people type it: 14:30, 2.30pm, 215, half past two, noon.

Every form and file that asks for a time uses `read_time_of_day`. What it cannot read is None, and
is never guessed at: 25:00, 2.5, "half past", "after lunch", 2-3.

"2.15" may be the night or the day. Without am or pm, and without a nought in front (02:15), an hour
from 1 to 6 is taken in the afternoon, when school is open. `is_assumed` then says so, because a
page must show how it was read before and after it is saved.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time

# Hours that are taken in the afternoon: at night, somebody writes 02:15 or 2.15am.
_AFTERNOON_HOURS = range(1, 7)

_NUMBERS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS, 1)}
_NUMBER_WORDS |= {
    "twenty five": "25", "thirty five": "35", "forty five": "45", "fifty five": "55",
    "thirty": "30", "forty": "40", "fifty": "50", "quarter": "15", "half": "30",
}  # fmt: skip
_NAMED = {
    "noon": time(12), "12 noon": time(12), "12:00 noon": time(12), "12.00 noon": time(12),
    "midday": time(12), "12 midday": time(12),
    "midnight": time(0), "12 midnight": time(0), "12:00 midnight": time(0),
    "12.00 midnight": time(0),
}  # fmt: skip

_ROUGH = re.compile(
    r"^(?:at|about|around|approximately|approx\.?|roughly|nearly|almost|just (?:after|before)"
    r"|circa|c\.|ca\.|c(?=\s?[0-9])|~|\?)\s*"
    r"|\s*(?:-?ish|or so|(?:or )?thereabouts|approximately|approx\.?|sharp|exactly|\?)$"
)
# Signs around the whole of it, and a full stop at its end, say nothing about the time.
_AROUND = re.compile(r"^[(\[\"']+|[)\]\"']+$|(?<=[0-9])\.$")
_DAY_PART = re.compile(
    r"\s*(?:(?P<am>a\.?\s?m\.?|(?:in the |this )?morning)|"
    r"(?P<pm>p\.?\s?m\.?|(?:in the |this )?(?:afternoon|evening))|"
    r"(?P<night>at night))$"
)
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})"
    r"(?:(?:\s?[:.,;h\u00b7\u2236]\s?|\s)(?P<minute>[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
    r"\s?(?:o'?clock|h|hrs?|hours?)?"
)
_DIGITS = re.compile(r"(?P<hour>[0-9]{1,2})(?P<minute>[0-9]{2})\s?(?:h|hrs?|hours?)?")
_RANGE = re.compile(r"[0-9]+\s+to\s+[0-9]+.*")
_PAST_OR_TO = re.compile(
    r"(?:a )?(?P<minute>[0-9]{1,2})(?P<named> minutes?| mins?)? "
    r"(?P<which>past|to) (?P<hour>[0-9]{1,2})"
)


@dataclass(frozen=True)
class TypedTime:
    """A time as it was read. `is_assumed`: the night was possible, and the afternoon was taken."""

    at: time
    is_assumed: bool = False


def read_time_of_day(typed: str) -> TypedTime | None:
    """The time in `typed`, to the minute; None if it cannot be read as one time."""
    text = _plain_text(typed)
    if text is None:
        return None
    if text in _NAMED:
        return TypedTime(_NAMED[text])
    part = _DAY_PART.search(text)
    if part:
        text = text[: part.start()]
    found = _split_hour_and_minute(text)
    if found is None:
        return None
    written, minutes = found
    half = _half_of_day(part, int(written)) if part else ""
    hour = _hour_of_day(int(written), half)
    if hour is None or not minutes < 60:
        return None
    minute = minutes % 60
    if minutes < 0:
        hour = (hour - 1) % 24
    assumed = not half and len(written) == 1 and int(written) in _AFTERNOON_HOURS
    return TypedTime(time((hour + 12) % 24 if assumed else hour, minute), assumed)


def is_written_in_full(typed: str) -> bool:
    """Whether `typed` is a time on the 24-hour clock, such as 14:30 or 9.05, read as it stands."""
    read = read_time_of_day(typed)
    return read is not None and typed.strip().replace(".", ":").zfill(5) == f"{read.at:%H:%M}"


def time_in_words(typed: str) -> str:
    """What was typed, with how it was read unless that is the same: "215 (read as 14:15)"."""
    read = read_time_of_day(typed)
    if read is None:
        return typed
    return f"{read.at:%H:%M}" if is_written_in_full(typed) else f"{typed} (read as {read.at:%H:%M})"


def _plain_text(typed: str) -> str | None:
    """Small letters without what only says that the time is rough, and numbers in figures.

    None if it has figures that are no part of a time: 2 to 3, 2\u00b2.
    """
    if _RANGE.fullmatch(typed.strip()) or not all(map(str.isdecimal, filter(str.isdigit, typed))):
        return None
    text = unicodedata.normalize("NFKC", typed).lower().replace("\u2019", "'")
    text = text.replace("1\u20442 ", "half ").replace("1\u20444 ", "quarter ")
    text = _AROUND.sub("", " ".join(text.split()))
    text = _AROUND.sub("", _ROUGH.sub("", _ROUGH.sub("", text)).strip())
    text = re.sub(r"(?<=[a-z])-(?=[a-z0-9])", " ", text)
    for word in sorted(_NUMBER_WORDS, key=len, reverse=True):
        text = re.sub(rf"\b{word}\b", _NUMBER_WORDS[word], text)
    # "Nine o five", "nine oh five".
    text = re.sub(r"(?<=[0-9] )oh? (?=[0-9]$)", "0", text)
    return re.sub(r"^30 (?=[0-9]{1,2}$)", "30 past ", text)


def _split_hour_and_minute(text: str) -> tuple[str, int] | None:
    """The hour as it was written, and the minutes after it; fewer than none before it."""
    said = _PAST_OR_TO.fullmatch(text)
    if said:
        minutes = int(said["minute"])
        if not 0 < minutes < 60 or not (said["named"] or minutes % 5 == 0):
            return None
        return said["hour"], minutes if said["which"] == "past" else -minutes
    clock = _CLOCK.fullmatch(text) or _DIGITS.fullmatch(text)
    return (clock["hour"], int(clock["minute"] or 0)) if clock else None


def _half_of_day(part: re.Match[str], hour: int) -> str:
    """Which half of the day `part` says; at night, the evening begins at six."""
    if part["night"]:
        return "pm" if 6 <= hour < 12 else "am"
    return "am" if part["am"] else "pm"


def _hour_of_day(hour: int, half: str) -> int | None:
    """The hour from 0 to 23. `half` is "am", "pm" or empty. None if there is no such hour."""
    if hour > 23 or (half and hour == 0) or (half == "am" and hour > 12):
        return None
    if half == "am":
        return hour % 12
    return hour + 12 if half == "pm" and hour < 12 else hour
