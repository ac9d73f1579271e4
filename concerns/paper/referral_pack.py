"""What councils' multi-agency referral forms ask of a child, as rows of a pack that leaves with a
referral.

Each row says what is known and who says so: a lead, or the school's own system by its roll files.
What is not known is named, with the line of the child's file in which it is recorded (`Unknown`).
The rows are made of the child's file as its viewer reads it, and add nothing to it. Brothers and
sisters stand in them by name, because the forms ask for them and their schools; whoever makes the
pack may leave them out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from concerns.models import Professional, RollContact, School
from concerns.reading.child_file import ChildFile
from concerns.reading.file_adults import FileAdult
from concerns.reading.roll_contacts import FileContact, NoContact
from concerns.rules.child_file_vocabulary import (
    LeadDetailKind,
    Profession,
    RollDetailKind,
    YesNo,
)
from concerns.rules.wording import format_date_or_time

# Kinds of what a roll file says that have a row with what leads recorded.
_WITH_A_ROW = frozenset(
    {
        *LeadDetailKind,
        RollDetailKind.FIRST_LANGUAGE,
        RollDetailKind.INTERPRETER,
        RollDetailKind.GP,
        RollDetailKind.ADDRESS,
        RollDetailKind.FORMER_UPN,
    }
)

_NUMBERS = frozenset({LeadDetailKind.UPN, LeadDetailKind.NHS_NUMBER})


@dataclass(frozen=True)
class Unknown:
    """Something that is not known. `what` and `row`: the line of the file in which it is recorded,
    as the address of its form says it, or "consent". `words`: what it is, where the row's label
    does not say it. `may_be_none`: that nothing is recorded may be because there is none."""

    what: str
    row: UUID | None = None
    words: str = ""
    may_be_none: bool = False


@dataclass(frozen=True)
class PackRow:
    """A row of the pack. `uid` is set for a brother or sister, who may be left out."""

    label: str
    lines: list[str] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    no_contact: NoContact | None = None
    uid: UUID | None = None


@dataclass(frozen=True)
class PackSection:
    title: str
    rows: list[PackRow]


def list_pack_sections(
    school: School, file: ChildFile, consent: Sequence[str], left_out: Collection[UUID] = ()
) -> list[PackSection]:
    """What the forms ask of the child of `file`, in their order. `consent`: what is known of it,
    a line each. `left_out`: uids of rows of brothers and sisters."""
    sections = [
        PackSection("The child", [*_rows_of_numbers(school, file), *_rows_of_details(file)]),
        PackSection("At home, and family elsewhere", _rows_of_home(file)),
        PackSection(
            "Brothers, sisters and other children at home",
            _rows_of_siblings(school, file, left_out),
        ),
        PackSection("Contacts in the school's own system", _rows_of_contacts(file)),
        PackSection("Statuses and professionals", _rows_of_help(file)),
        PackSection("Consent", [_build_pack_row("Consent to the referral", consent, "consent")]),
    ]
    return [section for section in sections if section.rows]


def sibling_rows(file: ChildFile) -> list[tuple[UUID, str]]:
    """(uid of the row, name) of each brother, sister or other child at home, for whoever chooses
    who is left out."""
    here = [(child.uid, child.name) for child in file.siblings_here]
    return here + [(one.uid, one.name) for one in file.siblings_elsewhere]


def count_unknown(sections: Iterable[PackSection]) -> int:
    """How many answers are not known, without those of which there may be none."""
    rows = (row for section in sections for row in section.rows)
    return sum(not one.may_be_none for row in rows for one in row.unknown)


def _build_pack_row(
    label: str, lines: Iterable[str], what: str, *, may_be_none: bool = False
) -> PackRow:
    """A row of which, if there are no lines, nothing is known."""
    found = list(dict.fromkeys(filter(None, lines)))
    return PackRow(label, found, [] if found else [Unknown(what, may_be_none=may_be_none)])


def _join_parts(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _mark_as_of_system(words: str) -> str:
    return f"{words} (in the school's own system)" if words else ""


def _rows_of_numbers(school: School, file: ChildFile) -> list[PackRow]:
    child = file.child
    before = [
        f"Was {_join_parts(one.legal_name, one.other_name and f'known as {one.other_name}')}, "
        f"until {format_date_or_time(one.until)}"
        for one in file.names_before
    ]
    former_upn = _words_in_system(file, RollDetailKind.FORMER_UPN)
    upns = list(
        dict.fromkeys(filter(None, [child.upn, *_words_of_a_lead(file, LeadDetailKind.UPN)]))
    )
    numbers = _words_of_a_lead(file, LeadDetailKind.NHS_NUMBER)
    return [
        PackRow("Legal name", [child.legal_name]),
        PackRow("Known as", [child.other_name or "No other name is recorded", *before]),
        PackRow("Date of birth", [format_date_or_time(child.born)]),
        PackRow("School", [_join_parts(school.name, child.detail)]),
        PackRow(
            "UPN",
            [*upns, *([f"Before: {former_upn}"] if former_upn else [])],
            [] if upns else [Unknown("upn")],
        ),
        _build_pack_row("NHS number", [child.identifier_words, *numbers], "nhs_number"),
    ]


def _rows_of_details(file: ChildFile) -> list[PackRow]:
    kinds = [kind for kind in LeadDetailKind if kind not in _NUMBERS]
    rows = [_build_pack_row(kind.label, _lines_of_detail(file, kind), kind.value) for kind in kinds]
    spoken = [_join_parts(one.language, one.spoken_by) for one in file.languages]
    asked = [
        f"{one.language}: {one.interpreter_words}"
        for one in file.languages
        if one.interpreter != YesNo.NOT_KNOWN
    ]
    homes = [
        _join_parts(
            " ".join(address.home.household.address.split()),
            (address.home.since and f"since {format_date_or_time(address.home.since)}") or "",
        )
        for address in file.addresses
    ]
    doctors = [
        _professional_in_words(one) for one in file.professionals if one.profession == Profession.GP
    ]
    language, interpreter, address, gp = (
        _mark_as_of_system(_words_in_system(file, kind))
        for kind in (
            RollDetailKind.FIRST_LANGUAGE,
            RollDetailKind.INTERPRETER,
            RollDetailKind.ADDRESS,
            RollDetailKind.GP,
        )
    )
    rows += [
        _build_pack_row("First language, and languages at home", [*spoken, language], "language"),
        _build_pack_row("Interpreter needed", [*asked, interpreter], "language"),
        _build_pack_row("GP", [*doctors, gp], "professional"),
        _build_pack_row("Address", [*homes, address], "address"),
    ]
    others = [
        f"{one.kind_words}: {one.words}" for one in file.details if one.kind not in _WITH_A_ROW
    ]
    return [*rows, *([PackRow("Also in the school's own system", others)] if others else [])]


def _words_in_system(file: ChildFile, kind: RollDetailKind) -> str:
    return next((one.words for one in file.details if one.kind == kind), "")


def _words_of_a_lead(file: ChildFile, kind: LeadDetailKind) -> list[str]:
    """What a lead wrote of it."""
    return [one.words_as_read for one in file.lead_details if one.kind == kind]


def _lines_of_detail(file: ChildFile, kind: LeadDetailKind) -> list[str]:
    """What a lead wrote, then what the school's own system says if that is something else."""
    written = _words_of_a_lead(file, kind)
    said = _words_in_system(file, RollDetailKind(kind.value))
    return [*written, *([_mark_as_of_system(said)] if said and said not in written else [])]


def _rows_of_home(file: ChildFile) -> list[PackRow]:
    rows = [
        _adult_row(one, f"Lives at {' '.join(address.home.household.address.split())}")
        for address in file.addresses
        for one in address.adults
    ]
    rows += [_adult_row(one, "Does not live with the child") for one in file.elsewhere]
    return rows or [PackRow("Adults", [], [Unknown("adult")])]


def _adult_row(one: FileAdult, lives: str) -> PackRow:
    adult = one.adult.uid
    unknown = []
    if one.tie is None:
        unknown.append(Unknown("tie", adult, "What they are to the child"))
    if not one.births:
        unknown.append(Unknown("fact", adult, "Date of birth"))
    if one.tie is None or one.tie.responsibility == YesNo.NOT_KNOWN:
        unknown.append(Unknown("tie", adult, "Parental responsibility"))
    known = one.tie is not None and one.tie.responsibility != YesNo.NOT_KNOWN
    lines = [
        one.tie.relation if one.tie else "",
        *(f"Born: {birth.words}" for birth in one.births),
        f"Parental responsibility: {one.tie.responsibility_words.lower()}"
        if one.tie and known
        else "",
        lives,
        *(f"Telephone {telephone.words}" for telephone in one.telephones),
        *(fact.words for fact in one.facts),
    ]
    return PackRow(one.adult.name, [line for line in lines if line], unknown, one.no_contact)


def _rows_of_siblings(school: School, file: ChildFile, left_out: Collection[UUID]) -> list[PackRow]:
    rows = [
        PackRow(
            child.name,
            [f"Born: {format_date_or_time(child.born)}", _join_parts(school.name, child.detail)],
            uid=child.uid,
        )
        for child in file.siblings_here
    ]
    for one in file.siblings_elsewhere:
        lines = [one.born and f"Born: {one.born}", one.where]
        unknown = [
            Unknown("sibling_elsewhere", one.uid, words)
            for words, said in (("Date of birth", one.born), ("School", one.where))
            if not said
        ]
        rows.append(PackRow(one.name, [line for line in lines if line], unknown, uid=one.uid))
    shown = [row for row in rows if row.uid not in left_out]
    if gone := len(rows) - len(shown):
        are = f"{gone} of them {'is' if gone == 1 else 'are'} left out of this pack"
        shown.append(PackRow("Others", [f"{are}. Ring the school to ask who they are."]))
    return shown or [PackRow("Children", [], [Unknown("sibling", may_be_none=True)])]


def _rows_of_contacts(file: ChildFile) -> list[PackRow]:
    return [_contact_row(one) for one in file.contacts.now]


def _contact_row(one: FileContact) -> PackRow:
    contact: RollContact = one.contact
    lines = [
        contact.relation,
        f"Parental responsibility: {contact.responsibility_words.lower()}",
        f"Lives with the child: {contact.lives_with_words.lower()}",
        *(f"Telephone {number}" for number in contact.numbers),
        contact.email,
        " ".join(contact.address.split()),
        f"From the roll file of {format_date_or_time(contact.at)}",
    ]
    name = contact.name or "No name in the file"
    return PackRow(name, [line for line in lines if line], no_contact=one.no_contact)


def _rows_of_help(file: ChildFile) -> list[PackRow]:
    now = [
        _join_parts(one.words, (one.since and f"since {format_date_or_time(one.since)}") or "")
        for one in file.statuses
    ]
    before = [
        f"Ended: {_join_parts(one.words, (one.until and format_date_or_time(one.until)) or '')}"
        for one in file.ended_statuses
    ]
    proposed = [f"{_mark_as_of_system(words)}, not confirmed" for words in file.proposed_statuses]
    others = [
        _professional_in_words(one)
        for one in file.other_professionals
        if one.profession != Profession.GP
    ]
    workers = [_professional_in_words(one) for one in file.social_workers]
    return [
        _build_pack_row("Statuses", [*now, *before, *proposed], "status", may_be_none=True),
        _build_pack_row("Social worker", workers, "professional", may_be_none=True),
        _build_pack_row("Other professionals", others, "professional", may_be_none=True),
        PackRow("Home authority", [file.authority.name]),
    ]


def _professional_in_words(one: Professional) -> str:
    return _join_parts(one.name, one.profession_words, one.agency, one.telephone, one.email)
