"""Reads the size of a mark in centimetres from what somebody wrote: "about 2.5", "6 x 4", "20mm".

What was written is always kept. The number stands beside it, and only where the words give one:
"size of a 50p", "under 1" and "2 to 3" give none. Of two measures the longer is taken.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

SMALLEST = Decimal("0.1")
LARGEST = Decimal(200)
_TENTH = Decimal("0.1")

# Centimetres in each.
_UNITS = {"mm": Decimal("0.1"), "in": Decimal("2.54")}
_UNIT = (
    r"(?:\s*(?P<{0}mm>mms?|millimet(?:re|er)s?)\b|\s*(?P<{0}in>inch(?:es)?\b|ins?\b|\"|'')"
    r"|\s*(?:cms?|centimet(?:re|er)s?)\b)?"
)
_AMOUNT = (
    r"(?P<{0}>[0-9]{{1,4}}\s+[0-9]{{1,2}}/[0-9]{{1,2}}|[0-9]{{1,2}}/[0-9]{{1,2}}"
    r"|[0-9]{{0,4}}[.,][0-9]{{1,6}}|[0-9]{{1,4}})"
)
_MEASURE = _AMOUNT + _UNIT
_ABOUT = (
    r"(?:(?:about|around|approx(?:imately)?\.?|roughly|nearly|almost|circa|c\.|ca\.|~|each)\s*)*"
)
_COUNT = (
    r"(?:(?:[0-9]{1,2}|two|three|four|five|six|several|some|a few)\s+"
    r"(?:[a-z]+\s+){0,2}?(?:marks?|bruises?|scratch(?:es)?|cuts?|burns?|dots?|spots?|lines?)"
    r"\s*[,:;-]?\s*)?"
)
_TAIL = (
    r"(?:\s*(?:each|long|wide|across|round|square|in diameter|diameter|in size|ish|or so|approx\.?"
    r"|approximately))*\.?"
)
_SIZE = re.compile(
    _COUNT
    + _ABOUT
    + _MEASURE.format("first")
    + r"(?:\s*(?:long|wide)?\s*(?:x|\*|\u00d7|by)\s*"
    + _MEASURE.format("second")
    + r")?"
    + _TAIL
)
_PLAIN = re.compile(r"(?P<amount>[0-9]*[.,]?[0-9]+)\s*(?:cms?)?")


def read_size_in_cm(written: str) -> Decimal | None:
    """The size in centimetres to a tenth, 0.1 to 200; None if no one size can be read."""
    found = _SIZE.fullmatch(_plain_text(written))
    if not found or not all(map(str.isdecimal, filter(str.isdigit, written))):
        return None
    # "6 x 4 cm", "20 x 10mm": the unit stands once, after both.
    unit = _unit_of(found, "second")
    sizes = [_parse_amount(found["first"]) * (_unit_of(found, "first") or unit or 1)]
    if found["second"]:
        sizes.append(_parse_amount(found["second"]) * (unit or 1))
    size = max(sizes)
    return size.quantize(_TENTH, ROUND_HALF_UP) if SMALLEST <= size <= LARGEST else None


def size_in_words(written: str, size_cm: Decimal | None) -> str:
    """What was written, with the number beside it unless the words are no more than the number."""
    number = f"{size_cm} cm" if size_cm is not None else ""
    if not (written and number):
        return written or number
    plain = _PLAIN.fullmatch(_plain_text(written))
    if plain and _parse_amount(plain["amount"]) == size_cm:
        return number
    return f"{written} (read as {number})"


def _plain_text(written: str) -> str:
    """Small letters and single spaces; a half written as one character becomes 1/2."""
    spaced = re.sub("(?<=[0-9])(?=[\u00bc-\u00be\u2150-\u215e])", " ", written)
    text = unicodedata.normalize("NFKC", spaced).lower().replace("\u2044", "/")
    return re.sub(r"^half an? ", "1/2 ", " ".join(text.split()))


def _unit_of(found: re.Match[str], name: str) -> Decimal | None:
    """Centimetres in the unit after the amount `name`; None if it is centimetres or none."""
    return next((_UNITS[unit] for unit in _UNITS if found[f"{name}{unit}"]), None)


def _parse_amount(amount: str) -> Decimal:
    """ "2.5", "2,5", "1/2" or "1 1/2" as a number; 0 if it divides by nought."""
    total = Decimal(0)
    for part in amount.replace(",", ".").split():
        above, _, below = part.partition("/")
        if below and not int(below):
            return Decimal(0)
        total += Decimal(above) / Decimal(below or 1)
    return total
