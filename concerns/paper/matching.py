"""This file knows which pupil of the roll a row of a file is about, and what the file would change.

By UPN, else by admission number, else by exactly the same folded names and date of birth. What
could be two pupils is a bad row, never a guess: a concern read under the wrong child is worse than
a row to mend. Nobody is removed: a pupil on the roll whom no row is about is only asked after.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from concerns.paper.pupils import Pupil
from concerns.rules.names import folded

# What an import may change, in the order it is shown.
FIELDS = (
    "surname", "forename", "known_as", "born", "upn", "admission_number", "year", "class_name",
)  # fmt: skip
# A file that lacks more of the roll than this is more likely the wrong file than so many leavers.
MOST_MISSING = 0.2


@dataclass(frozen=True)
class Known:
    """A pupil as the school has them. `here` while on roll; one who left can come back."""

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
    """What one row changes of one pupil: `fields` is {field: (old, new)}."""

    known: Known
    line: int
    fields: dict


@dataclass(frozen=True)
class Bad:
    """A row that was not brought in: why, and whether a pupil of the roll stays as they are."""

    line: int
    name: str
    why: str
    kept: bool


@dataclass
class Plan:
    """What a file would do to a roll."""

    added: list[Pupil] = field(default_factory=list)
    back: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    missing: list[Known] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    # The pupils that good rows are about, and how many of them stay as they are.
    present: set[int] = field(default_factory=set)
    same: int = 0
    on_roll: int = 0

    @property
    def much_missing(self) -> bool:
        return bool(self.missing) and len(self.missing) > MOST_MISSING * self.on_roll

    @property
    def nothing(self) -> bool:
        """The roll already says what the file says."""
        return not (self.added or self.back or self.changed or self.missing)

    @property
    def digest(self) -> str:
        """The same for the same plan: what a person saw is what is then done."""
        said = (
            [repr(pupil) for pupil in self.added],
            [(change.known.pk, repr(change.fields)) for change in (*self.back, *self.changed)],
            [known.pk for known in self.missing],
            [bad.line for bad in self.bad],
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()


class _Unclear(Exception):
    """Who a row is about cannot be said; its second argument is everyone it could be."""


def compare(pupils: Iterable[Pupil], roll: Iterable[Known]) -> Plan:
    """What the rows of a file would do to `roll`: all the school has known, left or not."""
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
    return folded(one.surname), folded(one.forename), one.born


class _Finder:
    def __init__(self, roll: list[Known]):
        self.upn = {known.upn: known for known in roll if known.upn}
        self.number, self.names = defaultdict(list), defaultdict(list)
        for known in roll:
            # A number may be given again, after its pupil has left.
            if known.admission_number and known.here:
                self.number[known.admission_number].append(known)
            self.names[_who(known)].append(known)

    def whose(self, pupil: Pupil) -> Known | None:
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
        """Everyone that a row with something wrong in it could be about."""
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
        names = set(folded(f"{known.surname} {known.forename} {known.known_as}").split())
        said = set(folded(f"{pupil.surname} {pupil.forename} {pupil.known_as}").split())
        if pupil.born != known.born and not names & said:
            why = f"The {by} belongs to a pupil of another name and another date of birth."
            raise _Unclear(why, [known])
        return known


def _other(one: str, two: str) -> bool:
    return bool(one and two and one != two)


class _Taken:
    """What earlier rows have spoken for: each pupil, UPN and number once, names told apart."""

    def __init__(self):
        self.line: dict[tuple, int] = {}
        self.names: dict[tuple, list[Pupil]] = defaultdict(list)

    def take(self, pupil: Pupil, known: Known | None) -> None:
        keys = [("pupil", known.pk)] if known else []
        keys += [("upn", pupil.upn)] if pupil.upn else []
        keys += [("number", pupil.admission_number)] if pupil.admission_number else []
        earlier = [self.line[key] for key in keys if key in self.line]
        if not known:
            same = self.names[_who(pupil)]
            # Two UPNs are two pupils, whatever they are called.
            earlier += [one.line for one in same if not _other(one.upn, pupil.upn)]
        if earlier:
            why = f"Line {min(earlier)} is about the same pupil. Only that one was used."
            raise _Unclear(why, [known] if known else [])
        self.line.update(dict.fromkeys(keys, pupil.line))
        self.names[_who(pupil)].append(pupil)
