"""Finds a UPN that a roll file gives to two pupils, and takes it from those it cannot be.

Neither of the two is left out: a child who is not on the roll is not looked for. They are told
apart by the date of birth or the admission number. The pupil whom the school knows under that UPN
keeps it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from concerns.paper.pupil_rows import PupilLine

WhoItIs = tuple[str, str, date | None]


def clear_shared_upns(
    pupils: Iterable[PupilLine],
    holders: Mapping[str, WhoItIs],
    who_is: Callable[[PupilLine], WhoItIs],
) -> list[PupilLine]:
    """`pupils`, without a UPN that is another's, and with a note of that.

    `holders`: whom the school knows under a UPN. `who_is` gives name and birth of a row.
    """
    pupils = list(pupils)
    given: dict[str, list[PupilLine]] = defaultdict(list)
    for pupil in pupils:
        if pupil.upn and not pupil.wrong:
            given[pupil.upn].append(pupil)
    shared = {upn: rows for upn, rows in given.items() if _are_two_pupils(rows)}
    return [
        pupil
        if pupil.upn not in shared or holders.get(pupil.upn) == who_is(pupil)
        else _without_upn(pupil, shared[pupil.upn])
        for pupil in pupils
    ]


def _are_two_pupils(rows: list[PupilLine]) -> bool:
    """Whether dates of birth or admission numbers say that the rows are of more than one pupil."""
    numbers = {row.admission_number for row in rows if row.admission_number}
    return len({row.born for row in rows}) > 1 or len(numbers) > 1


def _without_upn(pupil: PupilLine, rows: list[PupilLine]) -> PupilLine:
    others = " and ".join(str(row.line) for row in rows if row.line != pupil.line)
    note = (
        f"The UPN {pupil.upn} is also that of another pupil, in line {others}. It is left out here:"
        " correct it in your school's system."
    )
    return replace(pupil, upn="", notes=(*pupil.notes, note))
