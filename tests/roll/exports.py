"""Makes up a school's roll, and writes it as school systems export theirs.

The names are of nobody: drawn from lists by a seed, with the accents, apostrophes and hyphens, the
shared surnames and the twins that a real roll has.
"""

import csv
import io
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import openpyxl

SURNAMES = (
    "Smith", "Jones", "Khan", "Patel", "O'Brien", "O’Neill", "Smith-Jones", "McDonald", "Ahmed",
    "Begum", "Nowak", "Kowalski", "García", "Müller", "D'Souza", "Ní Bhriain", "van der Berg",
    "Okafor", "Åkesson", "Çelik", "Null", "Na", "Evans", "Hughes", "Taylor", "Brown", "Wójcik",
)  # fmt: skip
FORENAMES = (
    "Amelia", "Olivia", "Zoë", "Chloé", "Siân", "Aoife", "Muhammad", "Noah", "George", "Arthur",
    "José", "Seán", "Anaïs", "Beyza", "Jean-Luc", "Mary Jane", "Oluwaseun", "Ivy", "Theo", "Renée",
)  # fmt: skip
YEARS = ("Reception", "Year 1", "Year 2", "Year 3", "Year 4", "Year 5", "Year 6")
OLDEST = date(2015, 9, 1)


@dataclass(frozen=True)
class Made:
    surname: str
    forename: str
    known_as: str
    born: date
    upn: str
    admission_number: str
    year: str
    class_name: str


def roll(count: int, seed: int = 7) -> list[Made]:
    rng = random.Random(seed)
    return [_pupil(rng, number) for number in range(count)]


def _pupil(rng: random.Random, number: int) -> Made:
    year = rng.randrange(len(YEARS))
    begins = OLDEST + timedelta(days=365 * (len(YEARS) - 1 - year))
    forename = rng.choice(FORENAMES)
    return Made(
        surname=rng.choice(SURNAMES),
        forename=forename,
        known_as=forename[:3] if rng.random() < 0.1 else "",
        born=begins + timedelta(days=rng.randrange(364)),
        upn=f"{rng.choice('ABCDEFGH')}{10_000_000_000 + number * 7:011d}{number % 10}",
        admission_number=f"{number:06d}",
        year=YEARS[year],
        class_name=f"{year or 'R'}{rng.choice('ABC')}",
    )


def moved(pupil: Made, **more) -> Made:
    return replace(pupil, **more)


@dataclass(frozen=True)
class Way:
    """How one system writes its export."""

    headings: tuple[str, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    day: str = "%d/%m/%Y"
    end: str = "\r\n"
    quoted: bool = False
    above: str = ""
    workbook: bool = False


PLAIN = Way(
    (
        "Legal Surname",
        "Legal Forename",
        "Preferred Forename",
        "Date of Birth",
        "UPN",
        "Admission Number",
        "Year Group",
        "Reg Group",
    ),
)
WAYS = {
    "UTF-8": PLAIN,
    "UTF-8 with its mark, as Excel saves it": replace(PLAIN, encoding="utf-8-sig"),
    "Windows-1252": replace(PLAIN, encoding="cp1252"),
    "semicolons and every cell quoted": replace(PLAIN, delimiter=";", quoted=True),
    "tabs and ISO dates": replace(PLAIN, delimiter="\t", day="%Y-%m-%d", end="\n"),
    "UTF-16, as Excel's Unicode text": replace(PLAIN, encoding="utf-16", delimiter="\t"),
    "dates with a month's name": replace(PLAIN, day="%d %b %Y"),
    "dates with hyphens": replace(PLAIN, day="%d-%m-%y"),
    "dates with a time": replace(PLAIN, day="%Y-%m-%dT00:00:00"),
    "other headings, in another case": replace(
        PLAIN,
        headings=("LAST NAME", "first_name", "Known As", "dob", "Unique Pupil Number", "AdNo",
                  "NC Year", "Form"),
    ),
    "a report's title above": replace(PLAIN, above="Pupils,,,\r\n\r\nPrinted 3/11/2026\r\n"),
    "old Macintosh line ends": replace(PLAIN, end="\r"),
    "a workbook": replace(PLAIN, workbook=True),
}  # fmt: skip


def written(pupils: list[Made], way: Way = PLAIN) -> bytes:
    """The file, in bytes."""
    if way.workbook:
        return _written_as_workbook(pupils, way)
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if way.quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=way.delimiter, lineterminator=way.end, quoting=quoting)
    writer.writerow(way.headings)
    for p in pupils:
        cells = (p.surname, p.forename, p.known_as, p.born.strftime(way.day), p.upn)
        writer.writerow((*cells, p.admission_number, p.year, p.class_name))
    return (way.above + text.getvalue()).encode(way.encoding)


def _written_as_workbook(pupils: list[Made], way: Way) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(way.headings)
    for p in pupils:
        named = (p.surname, p.forename, p.known_as, p.born, p.upn, p.admission_number)
        book.active.append((*named, p.year, p.class_name))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()
