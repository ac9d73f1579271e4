"""Finds whose a document is by the name of its file: by a UPN in it, or by a name and a birthday.

A name alone never decides, and what fits two children or contradicts itself is never guessed: the
page asks. The children are compared as the lines of earlier records are (`history_matching.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from concerns.paper.history_matching import MOST_OFFERED, ChildMatcher, KnownChild

_UPN = re.compile(r"(?<![A-Z0-9])[A-Z]\d{11}[0-9A-Z](?![A-Z0-9])")
# Year first or day first, joined or not.
_DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})[-_. ]?(?P<month>\d{2})[-_. ]?(?P<day>\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})[-_. ](?P<month>\d{1,2})[-_. ](?P<year>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})(?!\d)"),
)
_NOT_A_NAME = re.compile(r"[\d_.,()\[\]+&-]+")


@dataclass(frozen=True)
class ChildInFileName:
    """What the name of a file may say of whose it is."""

    name_in_file: str = ""
    born: date | None = None
    upn: str = ""
    admission_number: str = ""


def find_dates(name: str) -> Iterator[date]:
    """Each day that figures in the name of a file may mean: "03-05-2015", "20150503". One may be
    the day on which the file was made."""
    for pattern in _DATES:
        for found in pattern.finditer(name):
            try:
                yield date(*(int(found[part]) for part in ("year", "month", "day")))
            except ValueError:
                continue


def read_file_name(name: str) -> list[ChildInFileName]:
    """Every child that the name of a file, with its ending, may describe."""
    stem = name.rpartition(".")[0] or name
    upns = dict.fromkeys(_UPN.findall(stem.upper()))
    words = _NOT_A_NAME.sub(" ", _UPN.sub(" ", stem.upper()))
    days: list[date | None] = [*dict.fromkeys(find_dates(stem))]
    return [
        *(ChildInFileName(upn=upn) for upn in upns),
        *(ChildInFileName(name_in_file=words, born=day) for day in days or [None]),
    ]


def find_child_of_file(
    matcher: ChildMatcher, name: str
) -> tuple[KnownChild | None, list[KnownChild]]:
    """The one child whom the name of a file describes; or None, and those whom it may."""
    described = read_file_name(name)
    fits = [child for one in described if (child := matcher.find_child(one))]
    found = {child.pk: child for child in fits}
    if len(found) == 1:
        return fits[0], []
    for one in described:
        found |= {child.pk: child for child in matcher.offer_children(one)}
    return None, list(found.values())[:MOST_OFFERED]
