"""The bench's made-up schools: their ten years of terms, their people and their rolls.

The one school has a roll of 1,500 pupils whatever the number of concerns, as a large secondary has.
Those who have left since are as many as ten years make, and more where there are more concerns.
Beside it stand a few schools with nobody on roll, for imports. A trust has more schools, each
smaller than the one before (`shape.py`).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import connection

from concerns.management.demo.names_and_sentences import FORENAMES, SURNAMES
from concerns.models import (
    Addition,
    Authority,
    Child,
    ChildName,
    Concern,
    ConcernCategory,
    ConcernChild,
    Conversation,
    Decision,
    DecisionChild,
    DecisionRoute,
    Ending,
    Enrolment,
    Exclusion,
    LedgerLine,
    LedgerLineWords,
    Mark,
    NameKey,
    Notice,
    Person,
    Placement,
    Post,
    Referral,
    ReferralEvent,
    Relation,
    School,
    Step,
    Term,
    WordBack,
    WordKey,
)
from concerns.rules.calendars import SchoolDays, is_school_day
from concerns.rules.name_folding import name_search_words
from concerns.rules.name_sounds import name_sound_keys
from concerns.rules.roles import Role
from tests.bench.rows import Tables
from tests.bench.shape import LEFT_IN_TEN_YEARS, ON_ROLL, ONE_SCHOOL, Shape
from tests.bench.visitor import PASSWORD

# In term, a Tuesday, ten in the morning: the time of every measurement.
NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
BEGAN = date(2016, 11, 1)
OPENS = time(8, 45)
CLOSES = time(15, 30)
STAFF = 60
# Five for each size of file that is brought in.
EMPTY_SCHOOLS = 10
SEED = 20261103
# In the order in which each refers only to those before it.
FILLED = (
    Authority, School, Term, Person, Post, Child, ChildName, NameKey, Enrolment, Placement,
    Relation, Concern, ConcernChild, ConcernCategory, Mark, Exclusion, Decision, DecisionChild,
    DecisionRoute, Referral, ReferralEvent, Conversation, Step, Notice, Addition, WordBack, Ending,
    LedgerLine, LedgerLineWords, WordKey,
)  # fmt: skip


class NotForTheBench(Exception):
    """The database has people in it: the bench writes only into an empty one."""


def must_have_nobody_real() -> None:
    """Raises NotForTheBench if the database has real people in it."""
    if School._meta.db_table not in connection.introspection.table_names():
        return
    nowhere = Person.objects.exists() and not School.objects.exists()
    if nowhere or School.objects.filter(invented=False).exists():
        raise NotForTheBench("This database has real people in it: the bench does not touch it.")


def must_be_empty() -> None:
    """Raises NotForTheBench if anybody at all is in the database."""
    must_have_nobody_real()
    if School.objects.exists():
        raise NotForTheBench("This database is not empty: the bench fills only one of its own.")


@dataclass
class Place:
    """The school while it is filled: its tables, its keys, its days."""

    tables: Tables
    shape: Shape = ONE_SCHOOL
    # So many concerns, pupils on roll, and concerns of the one child of the long story.
    size: int = 0
    roll: int = ON_ROLL
    story: int = 0
    school: int = 1
    school_uid: str = ""
    people: list[tuple[int, str, Role]] = field(default_factory=list)
    # (key, uid, year, class), those who left first, in the order in which they left.
    children: list[tuple[int, str, str, str]] = field(default_factory=list)
    leavers: int = 0
    days: SchoolDays | None = None
    # The opening bell of each school day of the ten years.
    bells: list[datetime] = field(default_factory=list)
    _who: dict = field(default_factory=dict)

    @property
    def chance(self) -> Random:
        return self.tables.chance

    def who(self, role: Role) -> list[tuple[int, str, str]]:
        """(key, uid, role in words) of everybody in that post."""
        if role not in self._who:
            self._who[role] = [
                (key, uid, role.title_words) for key, uid, held in self.people if held is role
            ]
        return self._who[role]


def begin(size: int) -> Place:
    """Makes the one school with its people and its roll, for `size` concerns; still in memory."""
    return begin_all(size, ONE_SCHOOL)[0]


def begin_all(size: int, shape: Shape) -> list[Place]:
    """Makes every school of this shape, for `size` concerns in all; still in memory."""
    tables = Tables(*FILLED, seed=SEED + size)
    terms = list(_terms())
    days = SchoolDays("England", OPENS, CLOSES, tuple(terms), frozenset())
    bells = list(_bells(days))
    authority = tables.Authority.add(
        name="Westshire",
        front_door="01632 960001",
        out_of_hours="01632 960002",
        lado="01632 960003",
    )
    places = []
    for number, (concerns, roll) in enumerate(
        zip(shape.sizes_of_schools(size), shape.rolls(), strict=True)
    ):
        place = Place(tables, shape, concerns, roll, 0 if number else shape.long_story)
        place.days = days
        place.bells = bells
        place.leavers = max(LEFT_IN_TEN_YEARS * roll // ON_ROLL, concerns // 20)
        _open_school(place, authority, terms, number)
        places.append(place)
    # A lead who is family of a child, so that queries leave out what the lead may not see.
    child = places[0].children[9][0]
    tables.Relation.add(school_id=1, person_id=1, shuts_out_id=1, child_id=child, how="aunt")
    return places


def _open_school(place: Place, authority: int, terms, number: int) -> None:
    name = f"Bench School {number + 1}" if number else "Bench School"
    place.school_uid = _school(place, authority, name, terms)
    place.school = place.tables.School.last
    _people(place, f".{number + 1}" if number else "")
    if not number:
        for empty in range(EMPTY_SCHOOLS):
            _empty_school(place, authority, empty, terms)
    for pupil in range(place.leavers + place.roll):
        _child(place, pupil)


def _terms():
    for year in range(2016, 2027):
        yield date(year, 9, 2), date(year, 10, 23)
        yield date(year, 11, 1), date(year, 12, 18)
        yield date(year + 1, 1, 4), date(year + 1, 2, 12)
        yield date(year + 1, 2, 22), date(year + 1, 3, 26)
        yield date(year + 1, 4, 12), date(year + 1, 5, 28)
        yield date(year + 1, 6, 7), date(year + 1, 7, 21)


def _bells(days: SchoolDays):
    day = BEGAN
    while day <= NOW.date():
        if is_school_day(days, day):
            yield datetime.combine(day, OPENS, ZoneInfo(days.zone)).astimezone(UTC)
        day += timedelta(days=1)


def _school(place: Place, authority: int, name: str, terms) -> str:
    uid = place.tables.School.uid()
    key = place.tables.School.add(
        uid=uid,
        name=name,
        urn=str(900000 + place.tables.School.last),
        phase="Secondary",
        opens=str(OPENS),
        closes=str(CLOSES),
        authority_id=authority,
        invented=True,
        factor_since=None,
        asks_why_read=False,
    )
    for first, last in terms:
        place.tables.Term.add(school_id=key, first=str(first), last=str(last))
    return uid


def _people(place: Place, suffix: str) -> None:
    roles = [Role.DSL, Role.DEPUTY, Role.DEPUTY, Role.HEAD, Role.CHAIR, Role.OFFICE, Role.OFFICE]
    for role in [*roles, *[Role.STAFF] * max(8, STAFF * place.roll // ON_ROLL)]:
        number = len([one for one in place.people if one[2] is role]) + 1
        place.people.append(_person(place, place.school, role, f"{role.value}{number}{suffix}"))


def _empty_school(place: Place, authority: int, number: int, terms) -> None:
    _school(place, authority, f"Empty School {number}", terms)
    _person(place, place.tables.School.last, Role.OFFICE, f"empty{number}")


# Hashed once and the same for everybody: the bench does not test hashing.
_HASHED: list[str] = []


def _person(place: Place, school: int, role: Role, login: str):
    if not _HASHED:
        _HASHED.append(make_password(PASSWORD, salt="of the bench, and nothing else"))
    uid = place.tables.Person.uid()
    name = f"{place.chance.choice(FORENAMES)} {place.chance.choice(SURNAMES)}"
    key = place.tables.Person.add(
        uid=uid, email=f"{login}@bench.example", name=name, password=_HASHED[0], is_active=True
    )
    place.tables.Post.add(person_id=key, school_id=school, role=role.value, since="2016-09-01")
    return key, uid, role


def _child(place: Place, number: int) -> None:
    """Makes the `number`-th pupil; the first `leavers` have left, one after the other."""
    chance = place.chance
    tables = place.tables
    forename = chance.choice(FORENAMES)
    surname = chance.choice(SURNAMES)
    year = number % 7 + 7
    year_words = f"Year {year}"
    class_name = f"{year}{chance.choice('ABCDEFGH')}"
    since = _day(place, (number - place.roll) / place.leavers)
    left = _day(place, number / place.leavers) if number < place.leavers else None
    uid = tables.Child.uid()
    key = tables.Child.add(
        uid=uid,
        school_id=place.school,
        forename=forename,
        surname=surname,
        year=year_words,
        class_name=class_name,
        born=str(date(2026 - 5 - year, 1 + number % 12, 1 + number % 28)),
        upn=f"A{number:012d}",
        admission_number=str(number + 1),
        left=left,
    )
    keys = name_search_words(forename, surname) | name_sound_keys(forename, surname)
    for word in sorted(keys):
        tables.NameKey.add(school_id=place.school, child_id=key, word=word)
    named = {"forename": forename, "surname": surname, "since": since}
    tables.ChildName.add(school_id=place.school, child_id=key, **named)
    tables.Enrolment.add(school_id=place.school, child_id=key, since=since, until=left)
    tables.Placement.add(
        school_id=place.school,
        child_id=key,
        year=year_words,
        class_name=class_name,
        since=since,
        until=left,
    )
    place.children.append((key, uid, year_words, class_name))


def _day(place: Place, share: float) -> str:
    """The school day at `share` of the ten years; a share below zero gives the first day."""
    return str(place.bells[max(0, int(share * (len(place.bells) - 1)))].date())
