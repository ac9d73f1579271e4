"""Reads a Common Transfer File (CTF) from its standard input, in a process of its own.

It writes JSON in lines: what the header says, and then each pupil, with codes as they are written.
Of what it cannot read it writes one word in a line: "other" (no CTF), "declares", "damaged",
"large", "many" or "empty".

`ctf_reading.py` starts it. XML is small where it is written and can be large where it is read: so
whatever declares a document type or an entity is refused, the depth and the number of elements are
bounded, what no roll needs (attendance, assessments) is not kept, and memory and time are bounded
too. The names of elements are those of the Department for Education's specification of CTF.
"""

import codecs
import json
import re
import resource
import sys
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.expatreader import DefusedExpatParser

MOST_MEMORY = 200 * 1024 * 1024
MOST_SECONDS = 20
MOST_PUPILS = 20_000
MOST_DEPTH = 40
MOST_ELEMENTS = 1_500_000
# Of one pupil, without what is not kept: a real one has about a hundred.
MOST_OF_A_PUPIL = 4_000
# Small pieces would read a long attribute again and again.
_PIECE = 1024 * 1024
_ROOT = "ctfile"
# Groups of a pupil that a roll needs nothing of, and that are most of a file.
_NOT_KEPT = frozenset({"Attendance", "StageAssessments", "NAWdetails", "Admissions", "Exclusions"})
_TELEPHONES = {"M": "mobile", "H": "home", "W": "work"}
# Parts of an address that are no words of it.
_NO_WORDS = re.compile(
    r"AddressAsPupil|Unique\w*|UPRN|Easting|Northing|\w*Date|\w*Type|Post[Cc]ode"
)
_HOUSE_NUMBER = re.compile(r"\d+\w?")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    for line in lines_or_what_is_wrong(sys.stdin.buffer.read()):
        sys.stdout.write(f"{line}\n")


def lines_or_what_is_wrong(content: bytes) -> list[str]:
    file = TransferFile()
    try:
        _parse(content, file)
    except WrongFile as wrong:
        return [json.dumps(str(wrong))]
    except MemoryError:
        return ['"large"']
    except DTDForbidden as declared:
        return ['"declares"' if _local_name(declared.name).lower() == _ROOT else '"other"']
    except DefusedXmlException:
        return ['"declares"']
    except (SAXException, ValueError, LookupError):
        return ['"damaged"' if file.has_begun else '"other"']
    if not file.pupils:
        return ['"empty"']
    return [json.dumps(file.header), *file.pupils]


def _parse(content: bytes, file: "TransferFile") -> None:
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(file)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # Without its declaration, which may say that it is in another encoding.
        text = content.decode("utf-16", "replace")
        content = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode()
    for at in range(0, len(content), _PIECE):
        parser.feed(content[at : at + _PIECE])
    parser.close()


def _local_name(name: str) -> str:
    return name.rpartition(":")[2]


class WrongFile(Exception):
    """The file is not read. Its argument is the word to write."""


class Element:
    """An element that is kept: its name without a prefix, its children and its own text."""

    __slots__ = ("children", "name", "pieces")

    def __init__(self, name: str):
        self.name = name
        self.children: list[Element] = []
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def find_all(self, *path: str) -> list["Element"]:
        """The elements at the end of `path`, in their order."""
        found = [self]
        for name in path:
            found = [child for one in found for child in one.children if child.name == name]
        return found

    def text_at(self, *paths: str) -> str:
        """The first text at one of `paths`, each with slashes between its names; empty if none."""
        texts = (one.text for path in paths for one in self.find_all(*path.split("/")))
        return next(filter(None, texts), "")


class TransferFile(ContentHandler):
    """Takes in the elements as they come. Holds one pupil at a time, and of each only a line."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun = False
        self.header: dict[str, str] = {}
        self.pupils: list[str] = []
        self._path: list[str] = []
        self._count = 0
        self._count_kept = 0
        # The header or the pupil that is being read, and what is open of it.
        self._open: list[Element] = []
        # The depth at which a group begins that is not kept; 0: none is open.
        self._skipped_from = 0

    def startElement(self, name: str, attrs: object) -> None:  # noqa: N802 - the name in SAX
        local = _local_name(name)
        if not self._path and local.lower() != _ROOT:
            raise WrongFile("other")
        self.has_begun = True
        self._path.append(local)
        self._count += 1
        if len(self._path) > MOST_DEPTH or self._count > MOST_ELEMENTS:
            raise WrongFile("large")
        if self._skipped_from:
            return
        if self._open and local in _NOT_KEPT:
            self._skipped_from = len(self._path)
        elif self._open or self._path[1:] in (["Header"], ["CTFpupilData", "Pupil"]):
            self._open_element(Element(local))

    def _open_element(self, element: Element) -> None:
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._count_kept = 0
        self._count_kept += 1
        if self._count_kept > MOST_OF_A_PUPIL:
            raise WrongFile("large")
        self._open.append(element)

    def characters(self, content: str) -> None:
        if self._open and not self._skipped_from:
            self._open[-1].pieces.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the name in SAX
        depth = len(self._path)
        self._path.pop()
        if self._skipped_from:
            self._skipped_from = 0 if depth == self._skipped_from else self._skipped_from
        elif self._open:
            done = self._open.pop()
            if not self._open and done.name == "Header":
                self.header = read_header(done)
            elif not self._open:
                if len(self.pupils) == MOST_PUPILS:
                    raise WrongFile("many")
                self.pupils.append(json.dumps(read_pupil(done, self.header)))


def read_header(header: Element) -> dict[str, str]:
    said = {"version": header.text_at("CTFversion"), "written": header.text_at("DateTime")[:10]}
    for side, name in (("source", "SourceSchool"), ("destination", "DestSchool")):
        said |= {
            f"{side}_name": header.text_at(f"{name}/SchoolName"),
            f"{side}_number": _school_number(header, f"{name}/"),
            f"{side}_urn": header.text_at(f"{name}/URN"),
        }
    return said


def _school_number(one: Element, before: str = "") -> str:
    parts = (one.text_at(f"{before}LEA", f"{before}LA"), one.text_at(f"{before}Estab"))
    return " ".join(filter(None, parts))


def read_pupil(pupil: Element, header: dict[str, str]) -> dict[str, object]:
    """What the file says of a pupil, and nothing that it does not say."""
    address = next(iter(pupil.find_all("Address")), Element(""))
    school = _own_school(pupil, header.get("source_number", ""))
    said = {
        "upn": pupil.text_at("UPN"),
        "former_upn": _of_basics(pupil, "FormerUPN"),
        "uln": pupil.text_at("UniqueLearnerNumber"),
        "surname": pupil.text_at("Surname"),
        "forename": pupil.text_at("Forename"),
        "known_surname": _of_basics(pupil, "PreferredSurname"),
        "known_as": _of_basics(pupil, "PreferredForename"),
        "former_surname": _of_basics(pupil, "FormerSurname"),
        "middle_names": _of_basics(pupil, "MiddleNames"),
        "born": pupil.text_at("DOB"),
        "sex": pupil.text_at("Sex", "Gender"),
        "admission_number": _of_basics(pupil, "AdmissionNumber"),
        "year": _of_basics(pupil, "NCyearActual"),
        "class_name": _of_basics(pupil, "RegGroup", "Class"),
        "ethnicity": _of_basics(pupil, "Ethnicity"),
        "language": _first_language(pupil),
        "medical": _of_basics(pupil, "MedicalFlag"),
        "free_meals": _has_free_meals(pupil, header.get("written", "")),
        "in_care": pupil.text_at("LookedAfter/InCare", "BasicDetails/LookedAfter/InCare"),
        "sen": _sen_provision(pupil),
        "address": _address_words(address),
        "postcode": _find_postcode(address),
        "email": pupil.text_at("Email"),
        "entry": school.text_at("EntryDate"),
        "left_on": school.text_at("LeavingDate"),
        "contacts": _read_contacts(pupil),
    }
    return {key: value for key, value in said.items() if value}


def _of_basics(pupil: Element, *names: str) -> str:
    return pupil.text_at(*(f"{before}{name}" for name in names for before in ("BasicDetails/", "")))


def _first_language(pupil: Element) -> str:
    """The first language, else the one of the home, else one of which no kind is written."""
    types = pupil.find_all("BasicDetails", "Languages", "Type")
    for kind in ("F", "M", "H", ""):
        for one in types:
            if one.text_at("LanguageType") == kind and one.text_at("Language"):
                return one.text_at("Language")
    return ""


def _has_free_meals(pupil: Element, written: str) -> str:
    """Whether a span of free meals is open on the day on which the file was written."""
    history = pupil.find_all("FSMhistory", "FSMinstance")
    if not history:
        return ""
    ends = (one.text_at("FSMendDate") for one in history)
    return "true" if any(not end or end >= written > "" for end in ends) else "false"


def _sen_provision(pupil: Element) -> str:
    """The provision that began last."""
    history = [*pupil.find_all("SENhistory", "SEN"), *pupil.find_all("SEN")]
    names = ("SENprovision", "SENstatus")
    spans = [(one.text_at("StartDate"), one.text_at(*names)) for one in history]
    said = [span for span in spans if span[1]]
    return max(said, key=lambda span: span[0])[1] if said else ""


def _own_school(pupil: Element, number: str) -> Element:
    """The last stay at the school that wrote the file."""
    stays = [
        one
        for one in pupil.find_all("SchoolHistory", "School")
        if number and _school_number(one) == number
    ]
    return max(stays, key=lambda one: one.text_at("EntryDate"), default=Element(""))


def _elements_with_text(one: Element) -> list[Element]:
    return (
        [one]
        if not one.children
        else [leaf for child in one.children for leaf in _elements_with_text(child)]
    )


def _address_words(address: Element) -> str:
    """The parts in their order. A house's number stands before its street without a comma."""
    words = ""
    after_number = False
    for leaf in _elements_with_text(address):
        if leaf.text and leaf is not address and not _NO_WORDS.fullmatch(leaf.name):
            between = " " if after_number else ", " if words else ""
            words += between + leaf.text
            after_number = leaf.name == "PAON" and bool(_HOUSE_NUMBER.fullmatch(leaf.text))
    return words


def _find_postcode(address: Element) -> str:
    names = ("PostCode", "Postcode")
    return next(
        (leaf.text for leaf in _elements_with_text(address) if leaf.name in names and leaf.text), ""
    )


def _read_contacts(pupil: Element) -> list[dict[str, str]]:
    """The contacts in their order; those without one last, as they stand."""
    contacts = pupil.find_all("Contacts", "Contact")
    contacts.sort(key=lambda one: _contact_priority(one) or MOST_OF_A_PUPIL)
    return [_read_contact(one) for one in contacts]


def _contact_priority(contact: Element) -> int:
    order = contact.text_at("Order")
    return int(order) if re.fullmatch(r"\d{1,3}", order, re.ASCII) else 0


def _read_contact(contact: Element) -> dict[str, str]:
    address = next(iter(contact.find_all("Address")), Element(""))
    said = {
        "order": contact.text_at("Order"),
        "title": contact.text_at("Title"),
        "surname": contact.text_at("Surname"),
        "forename": contact.text_at("Forename"),
        "relation": contact.text_at("Relationship"),
        "responsibility": contact.text_at(
            "Responsibility", "Responsible", "ParentalResponsibility"
        ),
        "email": contact.text_at("Email"),
        "same_address": contact.text_at("Address/AddressAsPupil", "AddressAsPupil"),
        "address": ", ".join(filter(None, [_address_words(address), _find_postcode(address)])),
        **_read_telephones(contact),
    }
    return {key: value for key, value in said.items() if value}


def _read_telephones(one: Element) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for phone in one.find_all("Phones", "Phone"):
        kind = _TELEPHONES.get(phone.text_at("TelephoneType", "PhoneType"), "telephone")
        found.setdefault(kind, []).append(phone.text_at("PhoneNo"))
    return {kind: "; ".join(filter(None, numbers)) for kind, numbers in found.items()}


if __name__ == "__main__":
    main()
