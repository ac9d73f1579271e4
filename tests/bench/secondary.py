"""The school of the simulated year: its calendar, its 150 staff, its 1,050 pupils and its plan.

The plan says who is away when, who leaves, and when no mail goes out. Only this is set up by hand,
as an installation's first files do it. Everything that follows is done by acts.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from concerns.management.demo.names_and_sentences import FORENAMES, SURNAMES
from concerns.models import (
    Authority,
    Child,
    ChildName,
    Closure,
    Enrolment,
    Heartbeat,
    NameKey,
    Person,
    Placement,
    Post,
    Relation,
    School,
    Term,
)
from concerns.rules.calendars import is_school_day
from concerns.rules.roles import Role

LONDON = ZoneInfo("Europe/London")
PUPILS = 1_050
STAFF = 150
TERMS = (
    (date(2025, 9, 1), date(2025, 10, 24)), (date(2025, 11, 3), date(2025, 12, 19)),
    (date(2026, 1, 5), date(2026, 2, 13)), (date(2026, 2, 23), date(2026, 3, 27)),
    (date(2026, 4, 13), date(2026, 5, 22)), (date(2026, 6, 1), date(2026, 7, 21)),
    (date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)),
    (date(2027, 1, 4), date(2027, 2, 12)), (date(2027, 2, 22), date(2027, 3, 25)),
)  # fmt: skip
INSET = (date(2025, 9, 1), date(2026, 1, 5))
# Who reads, by the name under which the year knows them. Whoever is new comes after Easter.
DSL = "dsl"
DEPUTY = "deputy"
OTHER_DEPUTY = "other"
HEAD = "head"
OFFICE = "office"
NEW = "new"
POSTS = {
    DSL: Role.DSL, DEPUTY: Role.DEPUTY, OTHER_DEPUTY: Role.DEPUTY, HEAD: Role.HEAD,
    OFFICE: Role.OFFICE, "chair": Role.CHAIR,
}  # fmt: skip
# Colleagues with a child in the school: of teachers some, and one of the deputies.
FAMILIES = 12

Days = tuple[date, date]


@dataclass(frozen=True)
class Plan:
    """What is to happen, by days, both included. None means that it does not happen."""

    first: date = date(2025, 9, 1)
    last: date = date(2026, 8, 31)
    # How often the clock goes round while school is about. The real one does every 20 seconds, and
    # so tells sooner: what climbs by quarters of an hour comes to two people at once here.
    every: timedelta = timedelta(minutes=30)
    # The lead, off sick, and nobody is told.
    sick: Days | None = (date(2025, 11, 17), date(2025, 11, 21))
    # The lead, with a deputy to stand in.
    leave: Days | None = (date(2026, 1, 19), date(2026, 1, 30))
    mail_fails: Days | None = (date(2026, 3, 2), date(2026, 3, 15))
    # A deputy's last day, and the first of who comes in their place.
    leaves: Days | None = (date(2026, 3, 27), date(2026, 4, 13))


WHOLE_YEAR = Plan()


@dataclass
class Place:
    """The school once it is set up."""

    school: School
    people: dict[str, Person] = field(default_factory=dict)
    staff: list[Person] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def is_school_day(self, day: date) -> bool:
        return is_school_day(self.school.school_calendar, day)


def moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def day_of(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def every_day(plan: Plan) -> list[date]:
    return [plan.first + timedelta(days=n) for n in range((plan.last - plan.first).days + 1)]


def within(days: Days | None, day: date) -> bool:
    return days is not None and days[0] <= day <= days[1]


def set_up(plan: Plan, chance: Random) -> Place:
    numbers = {"front_door": "01632 960001", "out_of_hours": "01632 960002"}
    authority = Authority.objects.create(name="Westshire", lado="01632 960003", **numbers)
    school = School.objects.create(
        name="Simulated School",
        urn="900100",
        phase="Secondary",
        opens=time(8, 45),
        closes=time(15, 30),
        authority=authority,
        invented=True,
        factor_since=None,
        asks_why_read=False,
        adviser_name="Ada Adviser",
        adviser_email="adviser@trust.example",
        adviser_of="the trust",
    )
    Term.objects.bulk_create(Term(school=school, first=a, last=b) for a, b in TERMS)
    Closure.objects.bulk_create(Closure(school=school, day=day, why="INSET") for day in INSET)
    place = Place(school)
    for name, role in POSTS.items():
        place.people[name] = _person(place, name, role, chance)
    for number in range(STAFF - len(POSTS)):
        place.staff.append(_person(place, f"staff{number + 1:03}", Role.STAFF, chance))
    place.children = _roll(school, plan.first, chance)
    _families(place, chance)
    # The clock has not gone round before the year begins.
    Heartbeat.objects.update(
        at=moment(plan.first, time(0)), leased_until=moment(plan.first, time(0))
    )
    return place


def _person(place: Place, login: str, role: Role, chance: Random) -> Person:
    name = f"{chance.choice(FORENAMES)} {chance.choice(SURNAMES)}"
    made = Person(email=f"{login}@simulated.example", name=name, room=f"Room {len(place.staff)}")
    # Nobody signs in: a password that none fits is quickly made.
    made.set_unusable_password()
    made.save()
    Post.objects.create(person=made, school=place.school, role=role, since=date(2024, 9, 1))
    return made


def _roll(school: School, since: date, chance: Random) -> list[Child]:
    made = [_child(school, number, chance) for number in range(PUPILS)]
    children = Child.objects.bulk_create(made)
    NameKey.objects.add_names(children)
    ChildName.objects.bulk_create(ChildName.from_child(child, since) for child in children)
    Enrolment.objects.bulk_create(
        Enrolment(school=school, child=child, since=since) for child in children
    )
    Placement.objects.bulk_create(
        Placement(school=school, child=one, year=one.year, class_name=one.class_name, since=since)
        for one in children
    )
    return children


def _child(school: School, number: int, chance: Random) -> Child:
    year = number % 5 + 7
    return Child(
        school=school,
        forename=chance.choice(FORENAMES),
        surname=chance.choice(SURNAMES),
        born=date(2025 - 5 - year, 9, 1) + timedelta(days=chance.randrange(365)),
        upn=f"A{number:012d}",
        admission_number=str(number + 1),
        year=f"Year {year}",
        class_name=f"{year}{chance.choice('ABCDEFG')}",
    )


def _families(place: Place, chance: Random) -> None:
    parents = [place.people[OTHER_DEPUTY], *chance.sample(place.staff, FAMILIES - 1)]
    for parent, child in zip(parents, chance.sample(place.children, FAMILIES), strict=True):
        Relation.objects.record_relation(parent, child, how="parent")
