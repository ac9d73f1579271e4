"""The columns of a child's contacts in a roll file, recognised by the words of their headings.

School systems write the contacts of a child beside one another ("Contact 2 Mobile",
"Parent1_Email", "Mother's telephone"), or each in a row of its own, with the child repeated
("Contact Name", "Relationship", "Priority"). Contacts beside one another are numbered from 1; the
one contact of a row has the number 0. Relation and priority have their own columns or are known
from the heading.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

MOST_CONTACTS = 6
# The contact of a row, where every contact has a row of its own.
OF_THE_ROW = 0


@dataclass(frozen=True)
class ContactField:
    """One thing that a file says about a contact. `most`: the longest value, in characters."""

    key: str
    words: str
    most: int


CONTACT_FIELDS = (
    ContactField("name", "Name", 200),
    ContactField("title", "Title", 40),
    ContactField("forename", "Forename", 100),
    ContactField("surname", "Surname", 100),
    ContactField("relation", "Relation to the child", 100),
    ContactField("priority", "Priority", 40),
    ContactField("mobile", "Mobile", 100),
    ContactField("home", "Telephone at home", 100),
    ContactField("work", "Telephone at work", 100),
    ContactField("telephone", "Telephone", 200),
    ContactField("email", "E-mail", 254),
    ContactField("responsibility", "Parental responsibility", 100),
    ContactField("lives_with", "Lives with the child", 100),
    ContactField("no_contact", "“No contact” flag", 200),
    ContactField("address", "Address", 500),
)
_FIELDS = {field.key: field for field in CONTACT_FIELDS}
_KEY = re.compile(r"contact(\d)_(\w+)")

# Words for a contact. With what they say of the relation to the child.
_PEOPLE = {
    "contact": "", "contacts": "", "parent": "", "carer": "", "guardian": "",
    "mother": "Mother", "mothers": "Mother", "mum": "Mother", "mums": "Mother",
    "father": "Father", "fathers": "Father", "dad": "Father", "dads": "Father",
}  # fmt: skip
_ORDINALS = {"primary": 1, "main": 1, "first": 1, "secondary": 2, "second": 2, "third": 3}
_THE_CHILD = frozenset({"pupil", "pupils", "student", "students", "child", "learner"})
_BEFORE_A_NUMBER = frozenset({"mobile", "cell", "tel", "telephone", "phone", "home", "work"})
_TELEPHONE = frozenset({"phone", "telephone", "telephones", "tel", "number", "numbers", "no"})
# Words that say nothing more of a column that is about a contact.
_FILLERS = frozenset({"emergency", "details", "or", "and", "s"})


def contact_key(number: int, field: str) -> str:
    """The key of a column in a mapping, for example "contact2_mobile"."""
    return f"contact{number}_{field}"


def is_contact_key(key: str) -> bool:
    return bool(_KEY.fullmatch(key))


def contact_column_words(key: str) -> str:
    """What a contact's column is called on pages: "Contact 2: mobile"."""
    number, field = _split_key(key)
    who = f"Contact {number}" if number else "Contact of the row"
    words = _FIELDS[field].words
    return f"{who}: {words if words.startswith('E-') else words[0].lower() + words[1:]}"


def contact_numbers(keys: Iterable[str]) -> list[int]:
    """The numbers of the contacts of which `keys` holds a column, in order."""
    return sorted({_split_key(key)[0] for key in keys if is_contact_key(key)})


def group_contact_columns(mapping: Mapping[str, int]) -> dict[int, dict[str, int]]:
    """{number of a contact: {field: position}} of a mapping, in order."""
    return {
        number: {
            field.key: mapping[contact_key(number, field.key)]
            for field in CONTACT_FIELDS
            if contact_key(number, field.key) in mapping
        }
        for number in contact_numbers(mapping)
    }


def _split_key(key: str) -> tuple[int, str]:
    found = _KEY.fullmatch(key)
    if not found:
        raise ValueError(f"{key} is not the key of a contact's column")
    return int(found[1]), found[2]


def implied_relation(heading: str) -> str:
    """ "Mother" or "Father", where the heading says it; else empty."""
    said = [_PEOPLE[word] for word in _words_of_heading(heading) if word in _PEOPLE]
    return next(filter(None, said), "")


def guess_contact_columns(headings: Iterable[str], taken: Iterable[int]) -> dict[str, int]:
    """Which columns are of contacts: {key: position from 0}. `taken`: positions of other columns.

    Where two headings say the same of one contact, the first is used.
    """
    free = [
        (position, words)
        for position, heading in enumerate(headings)
        if position not in set(taken) and (words := _words_of_heading(heading))
    ]
    found = _find_named_columns(free)
    _find_columns_beside(free, found)
    return found


def _find_named_columns(free: list[tuple[int, list[str]]]) -> dict[str, int]:
    """The columns whose heading names a contact."""
    named = [(at, words) for at, words in free if _is_about_contact(words)]
    numbered = {_number_in(words) for _, words in named} - {OF_THE_ROW}
    spare = [number for number in range(1, MOST_CONTACTS + 1) if number not in numbered]
    parents: dict[str, int] = {}
    found: dict[str, int] = {}
    for at, words in named:
        number = _number_in(words)
        relation = next((_PEOPLE[word] for word in words if _PEOPLE.get(word)), "")
        if relation and number == OF_THE_ROW:
            if relation not in parents and spare:
                parents[relation] = spare.pop(0)
            number = parents.get(relation, MOST_CONTACTS + 1)
        field = _field_of_words(words)
        if field and number <= MOST_CONTACTS:
            found.setdefault(contact_key(number, field), at)
    return found


def _find_columns_beside(free: list[tuple[int, list[str]]], found: dict[str, int]) -> None:
    """Add the columns whose heading names no contact but that stand with those that do.

    "Relationship 2" belongs to contact 2. "Relationship", after the name of a row's contact, is
    theirs.
    """
    numbers = contact_numbers(found)
    name = min((found[key] for key in found if _split_key(key)[0] == OF_THE_ROW), default=None)
    for at, words in free:
        number = _number_in(words)
        field = _field_of_words(words)
        beside = name is not None and at > name if number == OF_THE_ROW else number in numbers
        if at in found.values() or not beside or field in ("", "name", "title", "address"):
            continue
        if not _THE_CHILD & set(words) or field in ("relation", "lives_with", "responsibility"):
            found.setdefault(contact_key(number, field), at)


def _words_of_heading(heading: str) -> list[str]:
    """The words of a heading, in lower case: "Parent1_homePhone" is parent, 1, home, phone."""
    plain = re.sub(r"['’]", "", heading)
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", plain)]


def _is_about_contact(words: list[str]) -> bool:
    if _THE_CHILD & set(words) and _field_of_words(words) not in ("relation", "lives_with"):
        return False
    return any(word in _PEOPLE for word in words)


def _number_in(words: list[str]) -> int:
    """The number of the contact that a heading is about; 0 if it gives none."""
    for word in words:
        if word.isdigit() and len(word) < 3:
            return int(word)
    return next((_ORDINALS[word] for word in words if word in _ORDINALS), OF_THE_ROW)


def _field_of_words(words: list[str]) -> str:
    """Which of CONTACT_FIELDS the words of a heading mean; empty if none."""
    said = set(words)
    if _says_no_contact(words):
        return "no_contact"
    if said & {"email", "emails", "mail"}:
        return "email"
    if said & {"responsibility", "pr"}:
        return "responsibility"
    if said & {"lives", "living", "resides", "resident"}:
        return "lives_with"
    if any(word.startswith("relation") for word in words):
        return "relation"
    if said & {"address", "postcode"}:
        return "address"
    return _telephone_of_words(said) or _name_of_words(said)


def _says_no_contact(words: list[str]) -> bool:
    """ "No contact", "do not contact", "court order": but not "contact no", which is a number."""
    # "Mobile No Contact 1" is the number of contact 1.
    pairs = {
        pair
        for before, pair in zip(["", *words], pairwise(words), strict=False)
        if before not in _BEFORE_A_NUMBER
    }
    barred = {("no", "contact"), ("not", "contact"), ("no", "access"), ("court", "order")}
    return bool(pairs & barred) or bool(set(words) & {"restricted", "restriction", "injunction"})


def _telephone_of_words(said: set[str]) -> str:
    if said & {"mobile", "cell"}:
        return "mobile"
    if said & {"work", "business", "daytime"}:
        return "work"
    if "home" in said:
        return "home"
    return "telephone" if said & _TELEPHONE else ""


def _name_of_words(said: set[str]) -> str:
    """Part of a name, or the priority, which is also a word in "Priority 1 contact name"."""
    if said & {"forename", "forenames", "given", "firstname"} or {"first", "name"} <= said:
        return "forename"
    if said & {"surname", "family", "lastname"} or {"last", "name"} <= said:
        return "surname"
    if said & {"title", "salutation"}:
        return "title"
    if said & {"name", "names", "fullname"}:
        return "name"
    if said & {"priority", "order"}:
        return "priority"
    rest = said - _PEOPLE.keys() - _ORDINALS.keys() - _FILLERS
    return "" if any(not word.isdigit() for word in rest) else "name"
