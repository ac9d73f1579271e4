"""Joins the rows of a roll file that repeat one pupil: a row for each contact, or for each class.

Rows are joined only where they name one pupil beyond doubt: the same name and date of birth, and
the same UPN or admission number with none that differs. Without any number they are joined only if
class and year agree too and the rows differ in their contacts. Other rows are left as they are, and
`roll_matching.py` says what is wrong with them.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from concerns.paper.contact_rows import in_priority_order
from concerns.paper.pupil_rows import PupilLine
from concerns.rules.name_folding import fold_text

_FILLED_UP = (
    "known_as",
    "known_surname",
    "upn",
    "admission_number",
    "year",
    "class_name",
    "identifier",
    "entry",
)


def join_repeated_rows(pupils: Iterable[PupilLine]) -> tuple[list[PupilLine], int]:
    """(pupils, each once and in the order of their first rows; how many rows repeated one).

    Of two values the first stands, an empty one is filled up, and the contacts are put together.
    """
    found: list[PupilLine] = []
    places: dict[tuple[str, str, date | None], list[int]] = {}
    repeated = 0
    for pupil in pupils:
        key = (fold_text(pupil.surname), fold_text(pupil.forename), pupil.born)
        known = [] if pupil.wrong else places.setdefault(key, [])
        at = next((at for at in known if _is_one_pupil(found[at], pupil)), None)
        if at is None:
            known.append(len(found))
            found.append(pupil)
        else:
            found[at] = _join_two(found[at], pupil)
            repeated += 1
    return found, repeated


def _is_one_pupil(first: PupilLine, again: PupilLine) -> bool:
    pairs = ((first.upn, again.upn), (first.admission_number, again.admission_number))
    if any(one and other and one != other for one, other in pairs):
        return False
    if any(one and one == other for one, other in pairs):
        return True
    place = (first.year, first.class_name) == (again.year, again.class_name)
    return place and not any(one or other for one, other in pairs) and bool(again.contacts)


def _join_two(first: PupilLine, again: PupilLine) -> PupilLine:
    fill = {name: getattr(first, name) or getattr(again, name) for name in _FILLED_UP}
    return replace(
        first,
        contacts=in_priority_order((*first.contacts, *again.contacts)),
        details=tuple((dict(again.details) | dict(first.details)).items()),
        leaver=first.leaver and again.leaver,
        notes=tuple(dict.fromkeys((*first.notes, *again.notes))),
        **fill,
    )
