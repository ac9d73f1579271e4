"""Writes what a roll file, or the office by hand, changes of pupils: names, class, contacts.

An act of the room `roll` calls it. Rows are written in batches, so that twenty thousand pupils take
about forty statements. What changes is decided in `roll_matching.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime

from concerns.doors.act import BATCH
from concerns.models import (
    Child,
    ChildName,
    Enrolment,
    NameKey,
    Placement,
    RollContact,
    RollDetail,
    RollFile,
    Viewer,
)
from concerns.models.child.child_fact import moment_of
from concerns.paper.contact_rows import ContactLine
from concerns.paper.pupil_rows import PupilLine
from concerns.paper.roll_matching import FIELDS, ContactChange, DetailChange, PupilChange
from concerns.rules.child_file_vocabulary import IdentifierKind


def split_in_batches(rows: Iterable) -> Iterator[list]:
    rows = list(rows)
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def add_pupils_to_roll(
    by: Viewer,
    pupils: list[PupilLine],
    today: date,
    now: datetime,
    file: RollFile | None = None,
) -> list[Child]:
    """Put new pupils on the roll, from `file` or by hand. Returns them in the order of `pupils`."""
    added: list[Child] = []
    for some in split_in_batches(pupils):
        children = [
            _with_identifier_kind(
                Child(
                    school=by.school,
                    added_by_file=file,
                    **{name: getattr(pupil, name) for name in FIELDS},
                )
            )
            for pupil in some
        ]
        Child.objects.bulk_create(children)
        _record_names(children, today)
        pairs = list(zip(children, some, strict=True))
        Enrolment.objects.bulk_create(
            Enrolment(school=by.school, child=child, since=min(pupil.entry or today, today))
            for child, pupil in pairs
        )
        _record_placements(by, children, today)
        _record_contacts(by, ((child.pk, pupil.contacts) for child, pupil in pairs), today, now)
        _record_details(by, ((child.pk, pupil.details) for child, pupil in pairs), today, now)
        added += children
    return added


def _with_identifier_kind(child: Child) -> Child:
    """The one identifier that a file brings is the NHS number."""
    child.identifier_kind = IdentifierKind.NHS.value if child.identifier else ""
    return child


def change_roll_details(
    by: Viewer, changes: list[DetailChange], today: date, now: datetime
) -> None:
    """End what earlier files said and this one says otherwise, and record what it says."""
    for some in split_in_batches(changes):
        if ended := [key for change in some for key in change.ended]:
            RollDetail.objects.end_imported(ended, by, today, now)
        _record_details(by, ((change.known.pk, change.added) for change in some), today, now)


def _record_details(
    by: Viewer,
    given: Iterable[tuple[int, Sequence[tuple[str, str]]]],
    today: date,
    now: datetime,
) -> None:
    """Record what a file says of each child, by the child's key: (kind, words), from today."""
    began = moment_of(today, now)
    person = {"school": by.school, "by": by.person, "at": now, "since": today, "began_at": began}
    RollDetail.objects.bulk_create(
        (
            RollDetail(child_id=child, kind=kind, words=words, **person)
            for child, details in given
            for kind, words in details
        ),
        batch_size=BATCH,
    )


def change_roll_contacts(
    by: Viewer, changes: list[ContactChange], today: date, now: datetime
) -> None:
    """End the contacts of earlier files that this one does not give, and record what it gives."""
    for some in split_in_batches(changes):
        if ended := [key for change in some for key in change.ended]:
            RollContact.objects.end_imported(ended, by, today, now)
        _record_contacts(by, ((change.known.pk, change.added) for change in some), today, now)


def _record_contacts(
    by: Viewer,
    given: Iterable[tuple[int, Sequence[ContactLine]]],
    today: date,
    now: datetime,
) -> None:
    """Record the contacts `given` of each child, by the child's key, from today."""
    RollContact.objects.bulk_create(
        (
            RollContact(
                school=by.school,
                child_id=child,
                by=by.person,
                at=now,
                since=today,
                began_at=moment_of(today, now),
                **(asdict(contact) | {"telephones": "\n".join(contact.telephones)}),
            )
            for child, contacts in given
            for contact in contacts
        ),
        batch_size=BATCH,
    )


def change_pupils_on_roll(by: Viewer, changes: list[PupilChange], today: date) -> None:
    names = sorted({name for change in changes for name in change.fields})
    for some in split_in_batches(changes):
        children = [_build_changed_child(by, change) for change in some]
        if names:
            also = ["identifier_kind"] if "identifier" in names else []
            Child.objects.bulk_update(children, [*names, *also])
        _record_names(_children_changing_any(NAMES, children, some), today, again=True)
        _record_placements(by, _children_changing_any(PLACE, children, some), today, again=True)


NAMES = {"surname", "forename", "known_as", "known_surname"}
PLACE = {"year", "class_name"}


def _children_changing_any(
    what: set[str], children: list[Child], changes: list[PupilChange]
) -> list[Child]:
    """Those of `children` for whom any field of `what` changes. Both lists are in one order."""
    pairs = zip(children, changes, strict=True)
    return [child for child, change in pairs if what & set(change.fields)]


def _build_changed_child(by: Viewer, change: PupilChange) -> Child:
    """The child with the change made, not saved. `left` is empty."""
    now = {name: getattr(change.known, name) for name in FIELDS}
    new = {name: value for name, (_, value) in change.fields.items()}
    child = Child(pk=change.known.pk, school=by.school, **(now | new))
    return _with_identifier_kind(child)


def return_pupils_to_roll(
    by: Viewer, changes: list[PupilChange], today: date, file: RollFile | None = None
) -> None:
    """Put pupils who had left back on the roll from today. Their earlier enrolment stays.

    Of those who were on it by mistake before, `file` is the one that adds them: it may be the same
    mistake again.
    """
    for some in split_in_batches(changes):
        children = [_build_changed_child(by, change) for change in some]
        mistaken = Child.objects.filter(pk__in=[child.pk for child in children])
        mistaken = mistaken.filter(mistaken_at__isnull=False)
        mistaken.update(mistaken_at=None, added_by_file=file)
        Child.objects.bulk_update(children, [*FIELDS, "identifier_kind", "left"])
        _record_names(_children_changing_any(NAMES, children, some), today, again=True)
        Enrolment.objects.filter(child__in=children).end_on_day(today)
        Enrolment.objects.bulk_create(
            Enrolment(school=by.school, child=child, since=today) for child in children
        )
        _record_placements(by, children, today, again=True)


def take_pupils_off_roll(children: list[int], today: date, now: datetime) -> None:
    """Take pupils off the roll who were put on it by mistake. `children`: their keys."""
    for some in split_in_batches(children):
        Child.objects.filter(pk__in=some).update(left=today, mistaken_at=now)
        Enrolment.objects.filter(child__in=some).end_on_day(today)
        Placement.objects.filter(child__in=some).end_on_day(today)


def _record_names(children: list[Child], today: date, again: bool = False) -> None:
    """Record the names from today. Former names stay, and a search still finds them.

    `again`: the children had names before, which end today.
    """
    if again and children:
        ChildName.objects.filter(child__in=children, until__isnull=True).update(until=today)
    ChildName.objects.bulk_create(ChildName.from_child(child, today) for child in children)
    NameKey.objects.add_names(children, again)


def _record_placements(by: Viewer, children: list[Child], today: date, again: bool = False) -> None:
    """Record year and class from today. `again`: there were earlier ones, which end today."""
    if again and children:
        Placement.objects.filter(child__in=children).end_on_day(today)
    Placement.objects.bulk_create(
        Placement(
            school=by.school,
            child=child,
            year=child.year,
            class_name=child.class_name,
            since=today,
        )
        for child in children
    )
