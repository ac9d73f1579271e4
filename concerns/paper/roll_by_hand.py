"""What the office changes of one pupil by hand: compared with the roll by the rules of a roll file.

A lead may give a child the UPN or the NHS number that the roll lacks: it is such a change too.

Whether a pupil is known already is decided in `roll_matching.py`, and written in `roll_writing.py`.
Nothing here may read concerns.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404

from concerns.doors.act import ActRecord, ActRefused
from concerns.models import Child, RollCorrection, RollFile, School, Viewer
from concerns.models.roll.roll_correction import OldAndNew
from concerns.paper.csv_columns import PUPIL
from concerns.paper.detail_columns import DETAILS
from concerns.paper.pupil_rows import PupilLine
from concerns.paper.roll_matching import (
    FIELDS,
    KnownPupil,
    PupilChange,
    RollImportPlan,
    compare_with_roll,
)
from concerns.paper.roll_writing import change_pupils_on_roll
from concerns.rules.reporting_periods import local_day
from concerns.rules.wording import format_date_or_time

# How many changes by hand the page of a pupil shows.
MOST_CORRECTIONS = 25
HAS_NUMBER = "The roll has a number for this child already. The school office corrects it."
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


def lock_roll(by: Viewer) -> None:
    """One change to the roll of a school at a time. `no_key`: writing a concern does not wait."""
    School.objects.select_for_update(no_key=True).get(pk=by.school.pk)


def record_correction(
    record: ActRecord, child: Child, fields: Mapping[str, OldAndNew], *, added: bool
) -> None:
    """Write the change for the pupil's page, and its line: which fields, and a hash of what they
    say now."""
    RollCorrection.objects.create(
        school=record.by.school,
        child=child,
        by=record.by.person,
        at=record.now,
        added=added,
        changes=RollCorrection.write_changes(fields),
    )
    words = {name: str(new) for name, (_, new) in fields.items()}
    record(about=child, children=[child.uid], fields=list(fields), words=words)


def give_missing_number(record: ActRecord, child: Child, field: str, number: str) -> Child:
    """Write the UPN or NHS number (`field`: "upn" or "identifier") that the roll lacks of `child`.

    It is a change by hand, as the office makes them: it is found by the search, and stands on the
    pupil's page. Raises Http404 if whoever acts may not read about the child, and ActRefused if
    there is a number, which the office corrects, or if it is that of another pupil.
    """
    by = record.by
    lock_roll(by)
    rows = Child.objects.visible_to(by).select_for_update(no_key=True)
    pupil = get_object_or_404(rows, pk=child.pk)
    if getattr(pupil, field):
        raise ActRefused(HAS_NUMBER)
    said = {"upn": "", "admission_number": "", field: number}
    if holder := find_number_holder(by.school, pupil, said):
        raise ActRefused(f"Another pupil has this {holder}. Find out whose it is.")
    fields: dict[str, OldAndNew] = {field: ("", number)}
    today = local_day(by.school.school_calendar, record.now)
    change_pupils_on_roll(by, [PupilChange(as_known_pupil(pupil), 0, fields)], today)
    record_correction(record, pupil, fields, added=False)
    return pupil
