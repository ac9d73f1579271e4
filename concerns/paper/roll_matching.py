"""Matches the rows of a roll file to the pupils the school knows, and plans what an import changes.

A row is matched by UPN, else by admission number, else by exactly the same folded names and date of
birth. A row that could be two pupils is rejected, never guessed: a concern read under the wrong
child is worse than a row to correct. An import removes nobody: the school is only asked about a
pupil on the roll who is in no row. Rows that repeat one pupil are joined first
(`repeated_rows.py`).
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any

from concerns.paper.contact_rows import ContactLine
from concerns.paper.pupil_rows import PupilLine
from concerns.paper.repeated_rows import join_repeated_rows
from concerns.paper.shared_upns import clear_shared_upns
from concerns.rules.name_folding import fold_text

# The fields that an import may change, in the order in which pages show them.
FIELDS = (
    "surname", "forename", "known_as", "known_surname", "born", "upn", "admission_number", "year",
    "class_name", "identifier",
)  # fmt: skip
# Shares of the roll. If more is missing or new, it is more likely the wrong file than that many
# leavers or a September's new year.
MOST_MISSING = 0.2
MOST_NEW = 0.3
# A year or class of fewer pupils may go without a question: they may have moved.
WHOLE_GROUP = 5


# A class "4-3" or "3/4" once a spreadsheet has taken it for a day.
_DAY = re.compile(
    r"\d{1,2}[-/ ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/ ]\d{1,4}"
    r"|\d{4}-\d\d-\d\d.*",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class KnownPupil:
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
    known_surname: str = ""
    here: bool = True
    # The contacts that earlier roll files gave: (key, contact). Not what anybody wrote in the file.
    contacts: tuple[tuple[int, ContactLine], ...] = ()
    identifier: str = ""
    # What earlier roll files said: (key, kind, words).
    details: tuple[tuple[int, str, str], ...] = ()

    @property
    def name_on_roll(self) -> str:
        return f"{self.known_as or self.forename} {self.known_surname or self.surname}"


@dataclass(frozen=True)
class PupilChange:
    """What one row of the file changes for one pupil. `fields` is {field: (old, new)}."""

    known: KnownPupil
    line: int
    fields: dict[str, tuple[str | date, str | date]]


@dataclass(frozen=True)
class ContactChange:
    """What one pupil's rows change of the contacts that earlier files gave. `ended`: keys of those
    that are not in the file any more; the record keeps them."""

    known: KnownPupil
    added: tuple[ContactLine, ...]
    ended: tuple[int, ...]


@dataclass(frozen=True)
class DetailChange:
    """What one pupil's rows change of what earlier files said. `added`: (kind, words)."""

    known: KnownPupil
    added: tuple[tuple[str, str], ...]
    ended: tuple[int, ...]


@dataclass(frozen=True)
class RejectedRow:
    """A row that is left out, and why. `kept`: it may be about a pupil on the roll, who stays."""

    line: int
    name: str
    why: str
    kept: bool


@dataclass
class RollImportPlan:
    """What importing a file would do to the roll.

    `back` are pupils who had left and return; `missing` are on the roll but in no row of the file.
    """

    added: list[PupilLine] = field(default_factory=list)
    back: list[PupilChange] = field(default_factory=list)
    changed: list[PupilChange] = field(default_factory=list)
    missing: list[KnownPupil] = field(default_factory=list)
    bad: list[RejectedRow] = field(default_factory=list)
    contact_changes: list[ContactChange] = field(default_factory=list)
    detail_changes: list[DetailChange] = field(default_factory=list)
    # Rows of somebody who has left, which put nobody on the roll.
    leavers: list[PupilLine] = field(default_factory=list)
    # Pupils of accepted rows of which something could not be read.
    noted: list[PupilLine] = field(default_factory=list)
    # How many contacts the accepted rows give, and how many of them say "no contact".
    contacts: int = 0
    no_contacts: int = 0
    # How many rows repeated a pupil, for another contact or class.
    repeated: int = 0
    # Keys of the known pupils in the accepted rows; `same` counts those that nothing changes.
    present: set[int] = field(default_factory=set)
    same: int = 0
    on_roll: int = 0
    # Years and classes of which nobody is in the file.
    groups_gone: list[str] = field(default_factory=list)
    # New pupils with the forename and birthday of one who is missing: perhaps a changed surname.
    perhaps_same: list[tuple[PupilLine, KnownPupil]] = field(default_factory=list)
    # Whether the file ends in the middle of a row.
    cut_short: bool = False
    # How many rows are of other schools, and what is doubtful about which school's file it is.
    of_others: int = 0
    other_school: str = ""
    # Whether the file is of some pupils alone, so that nobody else is missing from it.
    of_some: bool = False

    @property
    def doubts(self) -> list[str]:
        """Why this may be the wrong file, in sentences: whoever imports it is asked to check."""
        found = [self.other_school] if self.other_school else []
        if self.classes_are_dates:
            found.append(
                "The classes look like dates: a spreadsheet has changed “4-3” into “04-Mar”. Export"
                " the file again, and do not open it in a spreadsheet."
            )
        if self.cut_short:
            found.append("The file ends in the middle of a row, so its end may be lost.")
        if self.is_much_missing:
            share = -(-100 * len(self.missing) // self.on_roll)
            missing = f"({len(self.missing)} of {self.on_roll}) is missing from this file."
            found.append(f"{share}% of the roll {missing}")
        if self.on_roll and len(self.added) > MOST_NEW * self.on_roll:
            many = f"{len(self.added)} pupils of this file are new, and {self.on_roll} are on roll."
            found.append(f"{many} It may be the file of another school.")
        if self.perhaps_same:
            which = "on the roll" if self.of_some else "missing"
            found.append(
                f"A new pupil may be one who is {which}, under another surname: see below."
            )
        found += [f"Nobody of {group} is in this file." for group in self.groups_gone]
        return found

    @property
    def is_much_missing(self) -> bool:
        """Whether so much of the roll is in no row that it is hardly a file of the whole roll."""
        return bool(self.missing) and len(self.missing) > MOST_MISSING * self.on_roll

    def limit_to_some(self) -> None:
        """Take the file as one of some pupils: nobody is missing from it."""
        self.of_some = True
        self.missing = []
        self.groups_gone = []

    @property
    def classes_are_dates(self) -> bool:
        """Whether most classes that the file would give are days, as a spreadsheet makes them."""
        given = [pupil.class_name for pupil in self.added if pupil.class_name]
        given += [
            str(change.fields["class_name"][1])
            for change in self.changed
            if "class_name" in change.fields
        ]
        return 2 * sum(bool(_DAY.fullmatch(name)) for name in given) > len(given)

    @property
    def groups_lacking(self) -> list[str]:
        """Of year and class, those that no new pupil of the file would have, in words."""
        words = {"year": "year", "class_name": "class"}
        return [
            word
            for name, word in words.items()
            if self.added and not any(getattr(pupil, name) for pupil in self.added)
        ]

    @property
    def reads_nobody(self) -> bool:
        """Whether no row could be read as a pupil: then the file says nothing about the roll."""
        return not (self.added or self.present)

    @property
    def has_no_changes(self) -> bool:
        """Whether the roll already agrees with the file, rejected rows aside."""
        changes = (self.added, self.back, self.changed, self.missing)
        in_files = (self.contact_changes, self.detail_changes)
        return not (any(changes) or any(in_files)) and not self.reads_nobody

    @property
    def pupils_with_contact_changes(self) -> int:
        """Of how many pupils, new ones included, the contacts change."""
        return len(self.contact_changes) + sum(bool(pupil.contacts) for pupil in self.added)

    @property
    def contacts_ended(self) -> int:
        """How many contacts of earlier files are not in this one any more."""
        return sum(len(change.ended) for change in self.contact_changes)

    @property
    def plan_digest(self) -> str:
        """SHA-256 of the plan. Proves that what is done is what the person was shown.

        Piece by piece: as one text, a plan of 20,000 pupils would be 20 MB."""
        said = chain(
            ((pupil.line, pupil) for pupil in self.added),
            ((change.known.pk, change.fields) for change in (*self.back, *self.changed)),
            (("missing", known.pk) for known in self.missing),
            (("bad", bad.line) for bad in self.bad),
            (("contacts", one.known.pk, one.added, one.ended) for one in self.contact_changes),
            (("details", one.known.pk, one.added, one.ended) for one in self.detail_changes),
            (("left", pupil.line) for pupil in self.leavers),
            [("some",)] if self.of_some else [],
        )
        digest = hashlib.sha256()
        for piece in said:
            digest.update(repr(piece).encode())
        return digest.hexdigest()


class _UnclearMatch(Exception):
    """It is not clear who a row is about. Arguments: the reason, and every pupil it could be."""


def compare_with_roll(
    pupils: Iterable[PupilLine], roll: Iterable[KnownPupil], **of_file: Any
) -> RollImportPlan:
    """What the rows of a file would do to `roll`: every pupil the school has had, left or not.

    `of_file`: what is known of the file as a whole, as the plan has it (`cut_short`, `of_others`,
    `other_school`).
    """
    roll = list(roll)
    pupils, repeated = join_repeated_rows(pupils)
    holders = {known.upn: _name_and_birth_key(known) for known in roll if known.upn}
    pupils = clear_shared_upns(pupils, holders, _name_and_birth_key)
    finder = _PupilFinder(roll, {pupil.upn for pupil in pupils if not pupil.wrong})
    plan = RollImportPlan(repeated=repeated, **of_file)
    taken = _ClaimedPupils()
    seen: set[int] = set()
    for pupil in pupils:
        if pupil.leaver:
            plan.leavers.append(pupil)
            continue
        try:
            if pupil.wrong:
                raise _UnclearMatch(pupil.wrong, finder.possible_pupils(pupil))
            known = finder.find_pupil(pupil)
            taken.claim_pupil(pupil, known)
        except _UnclearMatch as unclear:
            why, maybe = unclear.args
            seen.update(one.pk for one in maybe)
            kept = any(one.here for one in maybe)
            plan.bad.append(RejectedRow(pupil.line, pupil.name_in_file, why, kept))
            continue
        _add_to_plan(plan, pupil, known)
    here = [known for known in roll if known.here]
    plan.on_roll = len(here)
    plan.missing = [k for k in here if k.pk not in plan.present and k.pk not in seen]
    plan.groups_gone = _groups_gone(here, plan.missing)
    plan.perhaps_same = _pair_new_with_missing(plan)
    return plan


def _pair_new_with_missing(plan: RollImportPlan) -> list[tuple[PupilLine, KnownPupil]]:
    """Each new pupil with the missing one of the same forename and birthday, if there is one."""
    missing: dict[tuple[str, date], list[KnownPupil]] = defaultdict(list)
    for known in plan.missing:
        missing[fold_text(known.forename), known.born].append(known)
    pairs = []
    for pupil in plan.added:
        alike = missing[fold_text(pupil.forename), pupil.born] if pupil.born else []
        if len(alike) == 1:
            pairs.append((pupil, alike[0]))
    return pairs


def _groups_gone(here: list[KnownPupil], missing: list[KnownPupil]) -> list[str]:
    """The years, and the classes of other years, all of whose pupils are missing."""
    years = _whole_groups(here, missing, lambda known: known.year)
    rest = [known for known in missing if known.year not in years]
    classes = _whole_groups(here, rest, lambda known: known.class_name)
    return [*sorted(years), *(f"class {name}" for name in sorted(classes))]


def _whole_groups(
    here: list[KnownPupil], missing: list[KnownPupil], group_of: Callable[[KnownPupil], str]
) -> list[str]:
    pupils = Counter(map(group_of, here))
    gone = Counter(map(group_of, missing))
    return [name for name, n in gone.items() if name and n == pupils[name] >= WHOLE_GROUP]


def _add_to_plan(plan: RollImportPlan, pupil: PupilLine, known: KnownPupil | None) -> None:
    """Put a row into the plan as added, returning, changed or unchanged."""
    if pupil.notes:
        plan.noted.append(pupil)
    plan.contacts += len(pupil.contacts)
    plan.no_contacts += sum(contact.no_contact for contact in pupil.contacts)
    if known is None:
        used = pupil.known_surname if pupil.known_surname != pupil.surname else ""
        plan.added.append(replace(pupil, known_surname=used))
        return
    plan.present.add(known.pk)
    fields = {}
    for name in FIELDS:
        old = getattr(known, name)
        new = getattr(pupil, name)
        # Most systems fill in the surname used with the legal one, where there is no other.
        says_nothing = name == "known_surname" and not old and new == pupil.surname
        if new and new != old and not says_nothing:
            fields[name] = (old, new)
    if not known.here:
        plan.back.append(PupilChange(known, pupil.line, fields))
    elif fields:
        plan.changed.append(PupilChange(known, pupil.line, fields))
    else:
        plan.same += 1
    if change := _compare_contacts(pupil, known):
        plan.contact_changes.append(change)
    if detail := _compare_details(pupil, known):
        plan.detail_changes.append(detail)


def _compare_details(pupil: PupilLine, known: KnownPupil) -> DetailChange | None:
    """What changes of what earlier files said. Of what the row does not say, nothing."""
    before = {kind: words for _, kind, words in known.details}
    added = tuple((kind, words) for kind, words in pupil.details if before.get(kind) != words)
    new = {kind for kind, _ in added}
    ended = tuple(key for key, kind, _ in known.details if kind in new)
    return DetailChange(known, added, ended) if added else None


def _compare_contacts(pupil: PupilLine, known: KnownPupil) -> ContactChange | None:
    """What changes of the contacts from earlier files. None if nothing does, or if the file gives
    none: as with an empty cell, the earlier ones stay."""
    before = {contact for _, contact in known.contacts}
    added = tuple(contact for contact in pupil.contacts if contact not in before)
    ended = tuple(key for key, contact in known.contacts if contact not in pupil.contacts)
    if not pupil.contacts or not (added or ended):
        return None
    return ContactChange(known, added, ended)


# Folded surname, folded forename and date of birth.
_NameAndBirth = tuple[str, str, date | None]


def _name_and_birth_key(one: PupilLine | KnownPupil) -> _NameAndBirth:
    return fold_text(one.surname), fold_text(one.forename), one.born


class _PupilFinder:
    """Finds the known pupil a row is about. Its methods raise _UnclearMatch if unclear."""

    def __init__(self, roll: list[KnownPupil], upns_of_file: set[str]):
        self.upns_of_file = upns_of_file
        self.upn = {known.upn: known for known in roll if known.upn}
        self.number: dict[str, list[KnownPupil]] = defaultdict(list)
        self.names: dict[_NameAndBirth, list[KnownPupil]] = defaultdict(list)
        for known in roll:
            # A school may reuse an admission number once its pupil has left.
            if known.admission_number and known.here:
                self.number[known.admission_number].append(known)
            self.names[_name_and_birth_key(known)].append(known)

    def find_pupil(self, pupil: PupilLine) -> KnownPupil | None:
        """The known pupil that the row is about; None for a new pupil."""
        by_number = self.number.get(pupil.admission_number, [])
        if known := self.upn.get(pupil.upn):
            others = [other for other in by_number if other is not known]
            if others:
                raise _UnclearMatch(
                    "The UPN belongs to one pupil and the admission number to another.",
                    [known, *others],
                )
            return self._require_plausible_match(pupil, known, "UPN")
        if len(by_number) > 1:
            raise _UnclearMatch("Two pupils on the roll have this admission number.", by_number)
        if by_number:
            return self._match_by_number(pupil, by_number[0])
        return self._match_by_names(pupil)

    def possible_pupils(self, pupil: PupilLine) -> list[KnownPupil]:
        """Every known pupil that a faulty row could be about."""
        upns = [self.upn[upn] for upn in (pupil.upn, *pupil.upns) if upn in self.upn]
        return (
            upns
            or self.number.get(pupil.admission_number)
            or self.names.get(_name_and_birth_key(pupil), [])
        )

    def _match_by_number(self, pupil: PupilLine, known: KnownPupil) -> KnownPupil:
        if _is_different_number(pupil.upn, known.upn) and _name_and_birth_key(
            pupil
        ) != _name_and_birth_key(known):
            why = "The admission number belongs to a pupil with another UPN."
            raise _UnclearMatch(why, [known])
        return self._require_plausible_match(pupil, known, "admission number")

    def _match_by_names(self, pupil: PupilLine) -> KnownPupil | None:
        named = self.names.get(_name_and_birth_key(pupil), [])
        named = [known for known in named if known.here] or named
        if len(named) > 1:
            raise _UnclearMatch("Two pupils have this name and date of birth: give the UPN.", named)
        is_other = named and _is_different_number(pupil.upn, named[0].upn)
        # A UPN that is in no row any more was corrected: a temporary one above all.
        if is_other and named[0].upn in self.upns_of_file:
            why = (
                "A pupil of this name and date of birth has another UPN, which is in the file too:"
                " if they are two pupils, give each an admission number."
            )
            raise _UnclearMatch(why, named)
        return named[0] if named else None

    def _require_plausible_match(self, pupil: PupilLine, known: KnownPupil, by: str) -> KnownPupil:
        """`known`, unless neither a name nor the date of birth agrees. `by`: the number used."""
        if pupil.born != known.born and not _all_names(known) & _all_names(pupil):
            why = f"The {by} belongs to a pupil of another name and another date of birth."
            raise _UnclearMatch(why, [known])
        return known


def _all_names(one: PupilLine | KnownPupil) -> set[str]:
    """Each word of all names of a pupil, folded."""
    names = (one.surname, one.forename, one.known_as, one.known_surname)
    return set(fold_text(" ".join(names)).split())


def _is_different_number(one: str, two: str) -> bool:
    """Whether both numbers are given and differ."""
    return bool(one and two and one != two)


class _ClaimedPupils:
    """The pupils, UPNs, admission numbers and names of earlier rows, to reject a second row."""

    def __init__(self) -> None:
        self.line: dict[tuple[str, int | str], int] = {}
        self.names: dict[_NameAndBirth, list[PupilLine]] = defaultdict(list)

    def claim_pupil(self, pupil: PupilLine, known: KnownPupil | None) -> None:
        """Note the row as used. Raises _UnclearMatch if an earlier row is about the same pupil."""
        keys: list[tuple[str, int | str]] = [("pupil", known.pk)] if known else []
        keys += [("upn", pupil.upn)] if pupil.upn else []
        keys += [("number", pupil.admission_number)] if pupil.admission_number else []
        earlier = [self.line[key] for key in keys if key in self.line]
        if not known:
            same = self.names[_name_and_birth_key(pupil)]
            # Different UPNs mean different pupils, even with the same name and birthday.
            earlier += [one.line for one in same if not _is_different_number(one.upn, pupil.upn)]
        if earlier:
            why = self._why_rejected(pupil, min(earlier))
            raise _UnclearMatch(why, [known] if known else [])
        self.line.update(dict.fromkeys(keys, pupil.line))
        self.names[_name_and_birth_key(pupil)].append(pupil)

    def _why_rejected(self, pupil: PupilLine, line: int) -> str:
        if any(one.line == line for one in self.names[_name_and_birth_key(pupil)]):
            return f"Line {line} is about the same pupil. Only that one was used."
        return (
            f"Line {line} has the same UPN or admission number, with another name or date of birth."
            " One of the two is wrong. Only that line was used."
        )
