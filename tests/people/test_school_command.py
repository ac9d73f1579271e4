"""Tests for `manage.py school FILE.toml`: a school, its hours, terms, closures and numbers."""

import io
from datetime import date, time

import pytest
from django.core.management import CommandError, call_command

from concerns.management.commands.school import EXAMPLE
from concerns.models import LedgerLine, School

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(tmp_path):
    def run(text: str) -> str:
        path = tmp_path / "school.toml"
        path.write_text(text, encoding="utf-8")
        said = io.StringIO()
        call_command("school", str(path), stdout=said)
        return said.getvalue()

    return run


def test_the_example_it_prints_makes_a_school(keep):
    printed = io.StringIO()
    call_command("school", "--example", stdout=printed)
    assert "is made: 2 terms" in keep(printed.getvalue())
    school = School.objects.get(urn="123456")
    assert school.school_calendar.closures == {date(2026, 11, 27)}
    assert school.authority.lado == "01632 960003"
    assert school.dfe_number == "9312345"


def test_the_same_urn_changes_that_school_and_its_calendar_at_once(keep):
    keep(EXAMPLE)
    school = School.objects.get()
    assert len(school.school_calendar.terms) == 2
    more = EXAMPLE.replace("[2026-11-02", "[2027-01-04, 2027-02-12],\n    [2026-11-02")
    assert "brought up to date: 3 terms" in keep(more)
    assert len(School.objects.get().school_calendar.terms) == 3


def test_terms_that_have_passed_stay_as_they_were(keep):
    keep(EXAMPLE)
    keep(EXAMPLE.replace("    [2026-09-02, 2026-10-23],\n", ""))
    assert School.objects.get().school_calendar.terms[0] == (date(2026, 9, 2), date(2026, 10, 23))


def test_the_adviser_outside_stays_where_a_later_file_names_none(keep):
    keep(EXAMPLE)
    assert School.objects.get().adviser_words == "Priya Rao of Westshire Council"
    keep(EXAMPLE[: EXAMPLE.index("[adviser]")])
    assert School.objects.get().adviser_email == "adviser@westshire.example"


def test_hours_are_read_as_people_type_them_and_it_says_how(keep):
    typed = EXAMPLE.replace("opens = 08:45:00", 'opens = "8.45"')
    said = keep(typed.replace("closes = 15:30:00", 'closes = "330"'))
    assert "School hours are 08:45 to 15:30." in said
    school = School.objects.get()
    assert (school.opens, school.closes) == (time(8, 45), time(15, 30))


def test_it_is_on_record(keep):
    keep(EXAMPLE)
    line = LedgerLine.objects.get()
    assert (line.kind, line.actor) == ("school_set", None)


WRONG = {
    "no name": ('name = "Oakfield Primary School"', "", "name is missing"),
    "an unknown nation": ('"England"', '"Atlantis"', "nation must be one of"),
    "closing first": ("closes = 15:30:00", "closes = 08:00:00", "opens and closes"),
    "hours that are no time": ("closes = 15:30:00", 'closes = "after tea"', "opens and closes"),
    "no terms": ("terms = [", "other = [", "terms must be pairs"),
    "a term that ends first": ("2026-10-23", "2026-08-01", "each term must end"),
    "terms over each other": ("2026-10-23", "2026-11-20", "each term must end"),
    "a closure on no day": ("day = 2026-11-27", 'day = "soon"', "closure needs a day"),
    "no number of the duty team": (
        'out_of_hours = "01632 960002"',
        "",
        "authority needs out_of_hours",
    ),
    "too long a URN": ('"123456"', '"1234567890123"', "urn is longer than 12"),
    "half a DfE number": ("931/2345", "931/234", "dfe_number must be three digits and four"),
    "an adviser without an address": ("adviser@westshire.example", "", "one e-mail address"),
    "no TOML": ("name =", "name is", "is not TOML"),
}


@pytest.mark.parametrize(("old", "new", "says"), WRONG.values(), ids=WRONG)
def test_a_mistake_in_the_file_is_told_and_changes_nothing(keep, old, new, says):
    with pytest.raises(CommandError, match=says):
        keep(EXAMPLE.replace(old, new))
    assert not School.objects.exists()


def test_a_demonstration_takes_no_real_school(keep, settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="demonstration"):
        keep(EXAMPLE)
