"""Creates a school from a TOML file, or updates it: hours, terms, closures, phone numbers."""

import re
import tomllib
from datetime import date, time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from concerns.models import Authority, School
from concerns.models.school.school import SchoolDetails
from concerns.people import acts, queries
from concerns.rules.bank_holidays import NATIONS
from concerns.rules.email_addresses import is_email_address
from concerns.rules.typed_times import read_time_of_day

EXAMPLE = """\
name = "Oakfield Primary School"
urn = "123456"            # a school is known by it: the same URN again changes that school
dfe_number = "931/2345"   # the DfE number, by which a Common Transfer File names a school
phase = "Primary"
nation = "England"        # or Wales, Scotland, Northern Ireland: for its bank holidays
opens = 08:45:00
closes = 15:30:00
telephone = "01632 960100"

# First and last day of each half-term. Past terms that are no longer here stay as they were.
terms = [
    [2026-09-02, 2026-10-23],
    [2026-11-02, 2026-12-18],
]

[[closures]]
day = 2026-11-27
why = "INSET"

[authority]
name = "Westshire"
front_door = "01632 960001"
out_of_hours = "01632 960002"
lado = "01632 960003"
police = "101"

[adviser]                 # outside the school: told that something is late, and not what
name = "Priya Rao"
email = "adviser@westshire.example"
of = "Westshire Council"
"""


class Command(BaseCommand):
    help = "Make a school from a TOML file, or change it. --example prints such a file."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="the TOML file")
        parser.add_argument("--example", action="store_true", help="print a file to begin from")

    def handle(self, *args, file, example, **options):
        if example:
            self.stdout.write(EXAMPLE)
            return
        if settings.DEMO:
            raise CommandError("This is a demonstration (DEMO=1): no real school belongs in it.")
        if not file:
            raise CommandError("Name a TOML file. --example prints one to begin from.")
        said = _check_school_file(_read_toml_file(Path(file)))
        now = timezone.now()
        school = School.objects.filter(urn=said.urn).first()
        by = queries.viewer_for_command_line(school, now) if school else None
        by = by or queries.viewer_without_person(school or School(), now)
        made = acts.keep_school(by=by, said=said, now=now)
        words = "brought up to date" if school else "made"
        hours = f"School hours are {said.opens:%H:%M} to {said.closes:%H:%M}."
        self.stdout.write(f"{made.name} is {words}: {len(said.terms)} terms. {hours}")
        if not school:
            self.stdout.write("Next, import who works there: manage.py staff FILE.csv")


def _read_toml_file(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as wrong:
        raise CommandError(f"{path} cannot be read: {wrong.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise CommandError(f"{path} is not TOML: {wrong}. See --example.") from None


def _check_school_file(given: dict) -> SchoolDetails:
    """The file's values, checked. Raises CommandError that lists every mistake at once."""
    wrong = [f"{key} is missing" for key in ("name", "urn", "phase") if not _get_text(given, key)]
    nation = _get_text(given, "nation") or "England"
    if nation not in NATIONS:
        wrong.append(f"nation must be one of {', '.join(NATIONS)}")
    opens, closes = _read_hours(given, wrong)
    terms = _read_terms(given, wrong)
    closures = _read_closures(given, wrong)
    adviser = _read_adviser(given, wrong)
    authority = _read_authority(given, wrong)
    texts = {key: _get_text(given, key) for key in ("name", "urn", "phase", "telephone")}
    texts["dfe_number"] = _read_dfe_number(_get_text(given, "dfe_number"), wrong)
    wrong += _find_texts_too_long(School, texts | adviser) + _find_texts_too_long(
        Authority, authority
    )
    if wrong:
        raise CommandError("Nothing was changed: " + "; ".join(wrong) + ". See --example.")
    return SchoolDetails(
        nation=nation,
        opens=opens,
        closes=closes,
        terms=terms,
        closures=closures,
        authority=authority,
        adviser=adviser,
        **texts,
    )


def _read_dfe_number(typed: str, wrong: list[str]) -> str:
    """Its seven digits; empty if nothing was typed. Adds to `wrong` what is no such number."""
    if not typed or re.fullmatch(r"[0-9]{3}[ /-]?[0-9]{4}", typed):
        return re.sub("[^0-9]", "", typed)
    wrong.append("dfe_number must be three digits and four, like 931/2345")
    return ""


def _read_hours(given: dict, wrong: list[str]) -> tuple[time, time]:
    """When the school opens and closes. Adds to `wrong` if that is missing or makes no sense."""
    opens = _read_time(given.get("opens"))
    closes = _read_time(given.get("closes"))
    if opens and closes and opens < closes:
        return opens, closes
    wrong.append(
        'opens and closes must be times like 08:45:00 or "8.45am", the first before the second'
    )
    return time.min, time.max


def _read_time(given: object) -> time | None:
    """A time as TOML has it, or in quotation marks as people type it; None if it is no time."""
    if isinstance(given, str):
        read = read_time_of_day(given)
        return read.at if read else None
    return given if isinstance(given, time) else None


def _find_texts_too_long(model, texts: dict[str, str]) -> list[str]:
    most = {key: model._meta.get_field(key).max_length for key in texts}
    return [
        f"{key} is longer than {most[key]} characters"
        for key, text in texts.items()
        if len(text) > most[key]
    ]


def _get_text(given: dict, key: str) -> str:
    value = given.get(key, "")
    return str(value).strip() if isinstance(value, str | int) else ""


def _read_terms(given: dict, wrong: list[str]) -> tuple[tuple[date, date], ...]:
    terms = given.get("terms") or []
    pairs = isinstance(terms, list) and all(
        isinstance(term, list) and len(term) == 2 and all(type(day) is date for day in term)
        for term in terms
    )
    if not terms or not pairs:
        wrong.append("terms must be pairs of days, like [[2026-09-02, 2026-10-23]]")
        return ()
    terms = sorted(tuple(term) for term in terms)
    ends = [date.min, *(last for _, last in terms)]
    if any(
        first > last or first <= before
        for (first, last), before in zip(terms, ends[:-1], strict=True)
    ):
        wrong.append("each term must end after it begins, and before the next begins")
    return tuple(terms)


def _read_closures(given: dict, wrong: list[str]) -> tuple[tuple[date, str], ...]:
    found: dict[date, str] = {}
    closures = given.get("closures") or []
    for closure in closures if isinstance(closures, list) else [None]:
        if not (isinstance(closure, dict) and type(closure.get("day")) is date):
            wrong.append("each closure needs a day, like day = 2026-11-27")
            break
        found[closure["day"]] = _get_text(closure, "why")[:100] or "Closed"
    return tuple(sorted(found.items()))


def _read_authority(given: dict, wrong: list[str]) -> dict[str, str]:
    authority = given.get("authority")
    authority = authority if isinstance(authority, dict) else {}
    needed = ("name", "front_door", "out_of_hours", "lado")
    lacking = [key for key in needed if not _get_text(authority, key)]
    if lacking:
        wrong.append(f"authority needs {', '.join(lacking)}")
    found = {key: _get_text(authority, key) for key in needed}
    return found | {"police": _get_text(authority, "police") or "101"}


def _read_adviser(given: dict, wrong: list[str]) -> dict[str, str]:
    """The adviser named in the file. Without the table, returns {}: the previous adviser stays."""
    adviser = given.get("adviser")
    if not isinstance(adviser, dict):
        return {}
    found = {f"adviser_{key}": _get_text(adviser, key) for key in ("name", "email", "of")}
    if not (found["adviser_name"] and is_email_address(found["adviser_email"])):
        wrong.append("adviser needs a name and one e-mail address")
    return found
