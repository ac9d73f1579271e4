"""What the office changes of one pupil by hand: compared with the roll by the rules of a roll file.

Whether a pupil is known already is decided in `roll_matching.py`, and written in `roll_writing.py`.
Nothing here may read concerns.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from concerns.models import Child, RollCorrection, RollFile, School, Viewer
from concerns.paper.csv_columns import PUPIL
from concerns.paper.detail_columns import DETAILS
from concerns.paper.pupil_rows import PupilLine
from concerns.paper.roll_matching import (
    FIELDS,
    KnownPupil,
    RollImportPlan,
    compare_with_roll,
)
from concerns.rules.wording import format_date_or_time

# How many changes by hand the page of a pupil shows.
MOST_CORRECTIONS = 25
_COLUMN_WORDS = {column.key: column.words for column in (*PUPIL, *DETAILS)}


def fields_of_pupil(child: Child) -> dict[str, str | date]:
    """What the roll says of `child`: {field: value}."""
    return {name: getattr(child, name) for name in FIELDS}


def pupil_digest(child: Child) -> str:
    """SHA-256 of what the roll says of `child`, to see whether it is still what a page showed."""
    return hashlib.sha256(repr(fields_of_pupil(child)).encode()).hexdigest()


def as_known_pupil(child: Child) -> KnownPupil:
    fields: dict[str, Any] = dict(fields_of_pupil(child))
    return KnownPupil(pk=child.pk, here=child.left is None, **fields)


def plan_for_one_pupil(school: School, pupil: PupilLine, *, by_name: bool) -> RollImportPlan:
    """What adding `pupil` would do to the roll of `school`, by the rules of a roll file: they may
    be known already. With `by_name=False` they are known by a number alone."""
    known = Q(pk__in=[])
    if pupil.upn:
        known |= Q(upn=pupil.upn)
    if pupil.admission_number:
        known |= Q(admission_number=pupil.admission_number)
    if by_name:
        known |= Q(born=pupil.born)
    rows = Child.objects.filter(known, school=school).in_surname_order()
    return compare_with_roll([pupil], [as_known_pupil(child) for child in rows])


def find_number_holder(school: School, child: Child, said: Mapping[str, Any]) -> str:
    """Which number of `said` is that of another pupil, in words; empty if none is. An admission
    number may be given again once its pupil has left."""
    others = Child.objects.filter(school=school).exclude(pk=child.pk)
    if said["upn"] and others.filter(upn=said["upn"]).exists():
        return "UPN"
    number = said["admission_number"]
    here = others.filter(left__isnull=True)
    if number and here.filter(admission_number=number).exists():
        return "admission number"
    return ""


@dataclass(frozen=True)
class ShownCorrection:
    """A change by hand as the pupil's page shows it. `changes`: (column, old, new)."""

    row: RollCorrection
    changes: list[tuple[str, str, str]]


def list_corrections(viewer: Viewer, child: Child) -> list[ShownCorrection]:
    """The last changes by hand of `child`, newest first."""
    rows = RollCorrection.objects.of_school(viewer).filter(child=child).select_related("by")
    return [
        ShownCorrection(
            row,
            [
                (_COLUMN_WORDS[name], _day_in_words(old), _day_in_words(new))
                for name, (old, new) in row.read_changes().items()
            ],
        )
        for row in rows.newest_first()[:MOST_CORRECTIONS]
    ]


def _day_in_words(value: str) -> str:
    """A date as pages write it; anything else as it is."""
    try:
        return format_date_or_time(date.fromisoformat(value))
    except ValueError:
        return value


def last_change_in_words(school: School, child: Child) -> str:
    """Who changed what the roll says of `child` last, by hand or by a file, for a refusal."""
    by_hand = RollCorrection.objects.filter(child=child).select_related("by").newest_first().first()
    files = RollFile.objects.filter(school=school).imported_newest_first()
    file = files.defer("content").select_related("by").first()
    if by_hand and not (file and file.brought_at and file.brought_at > by_hand.at):
        return f"{by_hand.by.name} has corrected this pupil"
    if file:
        return f"{file.by.name} has imported a roll file"
    return "somebody has changed this pupil"
