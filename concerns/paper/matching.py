"""Matches the rows of a roll file to the pupils the school knows, and plans what an import changes.

A row is matched by UPN, else by admission number, else by exactly the same folded names and date of
birth. A row that could be two pupils is rejected, never guessed: a concern read under the wrong
child is worse than a row to correct. An import removes nobody: the school is only asked about a
pupil on the roll who is in no row.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from concerns.paper.pupils import Pupil
from concerns.rules.names import folded

# The fields that an import may change, in the order in which pages show them.
FIELDS = (
    "surname", "forename", "known_as", "born", "upn", "admission_number", "year", "class_name",
)  # fmt: skip
# Share of the roll. If more is missing, it is more likely the wrong file than that many leavers.
MOST_MISSING = 0.2


@dataclass(frozen=True)
class Known:
    """A pupil in the school's records. `here`: on the roll now. A pupil who left can return."""

    pk: int
    surname: str
    forename: str
    known_as: str
    born: date
    upn: str
    admission_number: str
    year: str
    class_name: str
    here: bool = True

    @property
    def name(self) -> str:
        return f"{self.known_as or self.forename} {self.surname}"


@dataclass(frozen=True)
class Change:
    """What one row of the file changes for one pupil. `fields` is {field: (old, new)}."""

    known: Known
    line: int
    fields: dict


@dataclass(frozen=True)
class Bad:
    """A row that is left out, and why. `kept`: it may be about a pupil on the roll, who stays."""

    line: int
    name: str
    why: str
    kept: bool


@dataclass
class Plan:
    """What importing a file would do to the roll.

    `back` are pupils who had left and return; `missing` are on the roll but in no row of the file.
    """

    added: list[Pupil] = field(default_factory=list)
    back: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    missing: list[Known] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    # Keys of the known pupils in the accepted rows; `same` counts those that nothing changes.
    present: set[int] = field(default_factory=set)
    same: int = 0
    on_roll: int = 0

    @property
    def much_missing(self) -> bool:
        return bool(self.missing) and len(self.missing) > MOST_MISSING * self.on_roll

    @property
    def nothing(self) -> bool:
        """Whether the roll already agrees with the file, rejected rows aside."""
        return not (self.added or self.back or self.changed or self.missing)

    @property
    def digest(self) -> str:
        """SHA-256 of the plan. Proves that what is done is what the person was shown."""
        said = (
            [repr(pupil) for pupil in self.added],
            [(change.known.pk, repr(change.fields)) for change in (*self.back, *self.changed)],
            [known.pk for known in self.missing],
            [bad.line for bad in self.bad],
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()


class _Unclear(Exception):
    """It is not clear who a row is about. Arguments: the reason, and every pupil it could be."""


def compare(pupils: Iterable[Pupil], roll: Iterable[Known]) -> Plan:
    """What the rows of a file would do to `roll`: every pupil the school has had, left or not."""
    roll = list(roll)
    finder, plan, taken, seen = _Finder(roll), Plan(), _Taken(), set()
    for pupil in pupils:
        try:
            if pupil.wrong:
                raise _Unclear(pupil.wrong, finder.anyone(pupil))
            known = finder.whose(pupil)
            taken.take(pupil, known)
        except _Unclear as unclear:
            why, maybe = unclear.args
            seen.update(one.pk for one in maybe)
            here = any(one.here for one in maybe)
            plan.bad.append(Bad(pupil.line, pupil.name, why, kept=here))
            continue
        _plan(plan, pupil, known)
    here = [known for known in roll if known.here]
    plan.on_roll = len(here)
    plan.missing = [k for k in here if k.pk not in plan.present and k.pk not in seen]
    return plan


def _plan(plan: Plan, pupil: Pupil, known: Known | None) -> None:
    """Put a row into the plan as added, returning, changed or unchanged."""
    if known is None:
        plan.added.append(pupil)
        return
    plan.present.add(known.pk)
    fields = {}
    for name in FIELDS:
        old, new = getattr(known, name), getattr(pupil, name)
        if new and new != old:
            fields[name] = (old, new)
    if not known.here:
        plan.back.append(Change(known, pupil.line, fields))
    elif fields:
        plan.changed.append(Change(known, pupil.line, fields))
    else:
        plan.same += 1


def _who(one: Pupil | Known) -> tuple[str, str, date | None]:
    """Folded surname, folded forename and date of birth."""
    return folded(one.surname), folded(one.forename), one.born


class _Finder:
    """Finds the known pupil a row is about. Its methods raise _UnclearMatch if unclear."""

    def __init__(self, roll: list[Known]):
        self.upn = {known.upn: known for known in roll if known.upn}
        self.number, self.names = defaultdict(list), defaultdict(list)
        for known in roll:
            # A school may reuse an admission number once its pupil has left.
            if known.admission_number and known.here:
                self.number[known.admission_number].append(known)
            self.names[_who(known)].append(known)

    def whose(self, pupil: Pupil) -> Known | None:
        """The known pupil that the row is about; None for a new pupil."""
        by_number = self.number.get(pupil.admission_number, [])
        if known := self.upn.get(pupil.upn):
            others = [other for other in by_number if other is not known]
            if others:
                raise _Unclear(
                    "The UPN is one pupil's and the admission number another's.", [known, *others]
                )
            return self._believable(pupil, known, "UPN")
        if len(by_number) > 1:
            raise _Unclear("Two pupils on the roll have this admission number.", by_number)
        if by_number:
            return self._by_number(pupil, by_number[0])
        return self._by_names(pupil)

    def anyone(self, pupil: Pupil) -> list[Known]:
        """Every known pupil that a faulty row could be about."""
        upns = [self.upn[upn] for upn in (pupil.upn, *pupil.upns) if upn in self.upn]
        return upns or self.number.get(pupil.admission_number) or self.names.get(_who(pupil), [])

    def _by_number(self, pupil: Pupil, known: Known) -> Known:
        if _other(pupil.upn, known.upn) and _who(pupil) != _who(known):
            why = "The admission number belongs to a pupil with another UPN."
            raise _Unclear(why, [known])
        return self._believable(pupil, known, "admission number")

    def _by_names(self, pupil: Pupil) -> Known | None:
        named = self.names.get(_who(pupil), [])
        named = [known for known in named if known.here] or named
        if len(named) > 1:
            raise _Unclear("Two pupils have this name and date of birth: give the UPN.", named)
        if named and _other(pupil.upn, named[0].upn):
            why = "A pupil of this name and date of birth has another UPN: correct one of them."
            raise _Unclear(why, named)
        return named[0] if named else None

    def _believable(self, pupil: Pupil, known: Known, by: str) -> Known:
        """`known`, unless neither a name nor the date of birth agrees. `by`: the number used."""
        names = set(folded(f"{known.surname} {known.forename} {known.known_as}").split())
        said = set(folded(f"{pupil.surname} {pupil.forename} {pupil.known_as}").split())
        if pupil.born != known.born and not names & said:
            why = f"The {by} belongs to a pupil of another name and another date of birth."
            raise _Unclear(why, [known])
        return known


def _other(one: str, two: str) -> bool:
    """Whether both numbers are given and differ."""
    return bool(one and two and one != two)


class _Taken:
    """The pupils, UPNs, admission numbers and names of earlier rows, to reject a second row."""

    def __init__(self):
        self.line: dict[tuple, int] = {}
        self.names: dict[tuple, list[Pupil]] = defaultdict(list)

    def take(self, pupil: Pupil, known: Known | None) -> None:
        """Note the row as used. Raises _UnclearMatch if an earlier row is about the same pupil."""
        keys = [("pupil", known.pk)] if known else []
        keys += [("upn", pupil.upn)] if pupil.upn else []
        keys += [("number", pupil.admission_number)] if pupil.admission_number else []
        earlier = [self.line[key] for key in keys if key in self.line]
        if not known:
            same = self.names[_who(pupil)]
            # Different UPNs mean different pupils, even with the same name and birthday.
            earlier += [one.line for one in same if not _other(one.upn, pupil.upn)]
        if earlier:
            why = f"Line {min(earlier)} is about the same pupil. Only that one was used."
            raise _Unclear(why, [known] if known else [])
        self.line.update(dict.fromkeys(keys, pupil.line))
        self.names[_who(pupil)].append(pupil)
