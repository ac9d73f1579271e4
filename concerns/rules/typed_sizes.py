"""Reads the size of a mark in centimetres from what somebody wrote: "about 2.5", "6 x 4", "20mm".

What was written is always kept. The number stands beside it, and only where the words give one:
"size of a 50p", "under 1" and "2 to 3" give none, and nor does "2/3", which may be either. Of two
measures the longer is taken.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

SMALLEST = Decimal("0.1")
LARGEST = Decimal(200)
_TENTH = Decimal("0.1")

# Centimetres in each.
_UNITS = {"mm": Decimal("0.1"), "in": Decimal("2.54"), "cm": Decimal(1)}
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS, 1)} | {
    "a": "1", "an": "1", "half": "1/2", "half a": "1/2", "half an": "1/2",
    "quarter of an": "1/4", "a quarter of an": "1/4",
}  # fmt: skip
# A number in words is read before its unit: without one it says how many.
_NUMBER_IN_WORDS = re.compile(
    rf"\b({'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))}) "
    r"(?=cms?\b|mms?\b|inch|centi|milli)"
)
# Typed with a stroke it may be "two to three" or "six by four". ½ and 1/2 can only be a half.
_MAY_BE_TWO = re.compile(r"(?<![0-9] )(?<![0-9.,])([0-9]{1,2})/([0-9]{1,2})(?!\s*(?:in|\"|''))")
_UNIT = (
    r"(?:\s*(?P<{0}mm>mms?|millimet(?:re|er)s?)\b|\s*(?P<{0}in>inch(?:es)?\b|ins?\b|\"|'')"
    r"|\s*(?P<{0}cm>cms?|centimet(?:re|er)s?)\b)?"
)
_AMOUNT = (
    r"(?P<{0}>[0-9]{{1,4}}\s+[0-9]{{1,2}}/[0-9]{{1,2}}|[0-9]{{1,2}}/[0-9]{{1,2}}"
    r"|[0-9]{{0,4}}[.,][0-9]{{1,6}}|[0-9]{{1,4}})"
)
_MEASURE = _AMOUNT + _UNIT
_ABOUT = (
    r"(?:(?:about|around|appr?o?x(?:imately)?\.?|roughly|nearly|almost|circa|c\.|ca\.|c(?=\s?[0-9])"
    r"|~|\?|each|an?(?=\s)|(?:length|width|diameter|size)(?:\s+of)?\s*[:=]?)\s*)*"
)
_MARK = (
    r"(?:[a-z]+\s+){0,2}?"
    r"(?:marks?|bruises?|bruising|scratch(?:es)?|graze|cuts?|burns?|dots?|spots?|lines?|lump)"
)
_COUNT = (
    r"(?:(?:(?:[0-9]{1,2}|one|two|three|four|five|six|several|some|a few|an?)\s+)?"
    + _MARK
    + r"\s*[,:;-]?\s*)?"
)
_TAIL = (
    r"(?:\s*(?:each|long|wide|across|round|square|in (?:diameter|length|width|size)|diameter|dia\.?"
    r"|length|in size|-?ish|or so|\(?appr?o?x\.?\)?|approximately))*(?:\s+(?P<mark>"
    + _MARK
    + r"))?\.?"
)
_SIZE = re.compile(
    _COUNT
    + _ABOUT
    + _MEASURE.format("first")
    + r"(?:(?:\s*(?:long|wide)?\s*(?:x|\*|\u00d7|by)|\s*(?:long|wide)\s*(?:,|and)?)\s*"
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
    if any(_may_be_two_sizes(*map(int, pair)) for pair in _MAY_BE_TWO.findall(written.lower())):
        return None
    # "6 x 4 cm", "20 x 10mm": the unit stands once, after both.
    unit = _unit_of(found, "second")
    if found["mark"] and not (unit or _unit_of(found, "first")):
        # "3 marks" says how many.
        return None
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
    text = " ".join(text.replace("\u00b7", ".").split())
    text = re.sub(r"^\((.*)\)$", r"\1", text).rstrip("?").strip()
    text = re.sub(r"(?<=[0-9])-(?=[0-9]/[0-9])", " ", text)
    return _NUMBER_IN_WORDS.sub(lambda found: f"{_NUMBER_WORDS[found[1]]} ", text)


def _may_be_two_sizes(above: int, below: int) -> bool:
    """Whether "above/below" may be two sizes: 2/3 and 6/4 may, 1/2 and 1/4 may not."""
    return above >= below or above + 1 == below > 2


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
