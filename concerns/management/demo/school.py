"""Creates the demonstration school: terms, 45 staff, the chair of governors and 280 pupils."""

import random
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.contrib.auth.hashers import make_password

from concerns.management.demo import names_and_sentences
from concerns.models import (
    Authority,
    Child,
    ChildName,
    Closure,
    Enrolment,
    NameKey,
    PartAnswers,
    Person,
    Placement,
    Post,
    ReaderPart,
    Relation,
    School,
    Term,
)
from concerns.rules.reader_parts import USUAL_CATEGORIES
from concerns.rules.roles import Role

PASSWORD = "seven small acorns"
DOMAIN = "oakfield.example"
YEARS = ("Reception", "Year 1", "Year 2", "Year 3", "Year 4", "Year 5", "Year 6")
PUPILS_A_YEAR = 40


@dataclass(frozen=True)
class DemoPerson:
    """A person of the demonstration who can sign in. `login` is the first part of their e-mail."""

    login: str
    name: str
    role: Role
    title: str
    room: str = ""

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


# The people worth signing in as. The rest of the staff come from the function below.
PEOPLE = (
    DemoPerson("head", "Margaret Oduya", Role.HEAD, "Headteacher", "Office 1"),
    DemoPerson("dsl", "Sara Malik", Role.DSL, "Deputy head and safeguarding lead", "Room 2"),
    DemoPerson("deputy", "Tom Fairley", Role.DEPUTY, "Inclusion lead and deputy lead", "Room 5"),
    DemoPerson("teacher", "Jo Brennan", Role.STAFF, "Teacher, Year 4", "4B"),
    DemoPerson("office", "Pat Linton", Role.OFFICE, "Office manager", "Front office"),
    DemoPerson("chair", "Anil Mehra", Role.CHAIR, "Chair of governors"),
    DemoPerson("lunchtime", "Dawn Pryce", Role.STAFF, "Midday supervisor", "Hall"),
    DemoPerson("governor", "Celia Marchbank", Role.GOVERNOR, "Governor for safeguarding"),
    DemoPerson("office2", "Kit Barlow", Role.OFFICE, "Office assistant", "Front office"),
)
# Posts that are not of the staff.
GOVERNORS = (Role.CHAIR, Role.GOVERNOR)
# They read a part of the record: who is in Year 5; the child with four surnames; two categories.
PART_READERS = (
    DemoPerson("year5", "Leah Whitcombe", Role.YEAR_LEAD, "Head of Year 5", "5A"),
    DemoPerson("keyworker", "Owen Tranter", Role.KEYWORKER, "Teaching assistant", "2A"),
    DemoPerson("senco", "Ruth Pemberton", Role.SENCO, "SENCO", "Room 6"),
    DemoPerson("attendance", "Gail Norris", Role.ATTENDANCE, "Attendance officer", "Front office"),
)
TITLES = ("Teacher", "Teaching assistant", "Midday supervisor", "Site manager", "Cook", "Mentor")


def list_other_staff() -> list[DemoPerson]:
    """The rest of the 45 staff: names drawn from the lists with a fixed seed, and at the end those
    who read a part of the record."""
    chance = random.Random("staff")
    count = 45 - sum(somebody.role not in GOVERNORS for somebody in PEOPLE)
    names = [
        f"{one} {two}"
        for one, two in zip(
            chance.sample(names_and_sentences.FORENAMES, count),
            chance.sample(names_and_sentences.SURNAMES, count),
            strict=True,
        )
    ]
    drawn = [
        DemoPerson(f"staff{number:02}", name, Role.STAFF, TITLES[number % len(TITLES)])
        for number, name in enumerate(names, 1)
    ]
    return [*drawn[: -len(PART_READERS)], *PART_READERS]


def _monday_of_week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def half_terms_from(autumn: int) -> list[tuple[date, date]]:
    """Six half-terms of the school year that begins in September of `autumn`."""
    october = _monday_of_week(date(autumn, 10, 31))
    may = _monday_of_week(date(autumn + 1, 5, 31))
    february = _monday_of_week(date(autumn + 1, 2, 18))
    spring = _monday_of_week(date(autumn + 1, 4, 3))
    week = timedelta(days=7)
    friday = timedelta(days=3)
    return [
        (_monday_of_week(date(autumn, 9, 6)) + timedelta(days=1), october - friday),
        (october + week, _monday_of_week(date(autumn, 12, 20)) + timedelta(days=4)),
        (_monday_of_week(date(autumn + 1, 1, 9)), february - friday),
        (february + week, spring - friday),
        (spring + 2 * week, may - friday),
        (may + week, _monday_of_week(date(autumn + 1, 7, 22)) + timedelta(days=1)),
    ]


def build_school(today: date) -> School:
    """Create the school with its staff and roll, as of `today`, in the caller's transaction."""
    authority, _ = Authority.objects.get_or_create(
        name="Westshire Council",
        defaults={
            "front_door": "01632 960100",
            "out_of_hours": "01632 960111",
            "lado": "01632 960122",
        },
    )
    school = School.objects.create(
        name="Oakfield Primary School",
        urn="999001",
        dfe_number="9992001",
        phase="Primary",
        opens=time(8, 45),
        closes=time(15, 30),
        telephone="01632 960000",
        authority=authority,
        adviser_name="Ruth Adeyemi",
        adviser_of="the Westshire schools' trust",
        adviser_email=f"adviser@{DOMAIN}",
        invented=True,
        factor_since=None,
        asks_why_read=False,
    )
    this_autumn = today.year if today >= date(today.year, 8, 1) else today.year - 1
    for autumn in range(this_autumn - 2, this_autumn + 2):
        terms = half_terms_from(autumn)
        Term.objects.bulk_create(Term(school=school, first=a, last=b) for a, b in terms)
        Closure.objects.create(school=school, day=terms[0][0], why="INSET")
    _create_staff(school, date(this_autumn - 2, 9, 1))
    _create_roll(school, this_autumn)
    _create_parts(school)
    return school


def _create_staff(school: School, since: date) -> None:
    hashed = make_password(PASSWORD)
    for number, somebody in enumerate((*PEOPLE, *list_other_staff())):
        person = Person.objects.create(
            email=somebody.email,
            name=somebody.name,
            room=somebody.room,
            telephone=f"ext. {200 + number}",
            password=hashed,
        )
        Post.objects.create(
            person=person, school=school, role=somebody.role, title=somebody.title, since=since
        )


def _create_parts(school: School) -> None:
    """Says what the readers of a part read. They are members of staff besides."""
    majo = Child.objects.get(school=school, known_as=FOUR_SURNAMES[2])
    parts = {
        Role.YEAR_LEAD: PartAnswers(years=("Year 5",)),
        Role.KEYWORKER: PartAnswers(children=(majo,)),
        **{role: PartAnswers(categories=usual) for role, usual in USUAL_CATEGORIES.items()},
    }
    for role, part in parts.items():
        post = Post.objects.get(school=school, role=role)
        ReaderPart.objects.record_part(part, school.pk, post=post)
        Post.objects.create(
            person=post.person, school=school, role=Role.STAFF, title=post.title, since=post.since
        )


def _create_roll(school: School, autumn: int) -> None:
    children = Child.objects.bulk_create(_invent_pupils(school, autumn))
    NameKey.objects.add_names(children)
    first = {child.pk: date(autumn - YEARS.index(child.year), 9, 1) for child in children}
    ChildName.objects.bulk_create(
        ChildName.from_child(child, first[child.pk]) for child in children
    )
    Enrolment.objects.bulk_create(
        Enrolment(school=school, child=child, since=first[child.pk]) for child in children
    )
    placed = [row for child in children for row in _place_in_each_year(child, autumn)]
    Placement.objects.bulk_create(placed)
    # The commonest conflict: somebody who works here is family to a child.
    office = Person.objects.get(email=f"office@{DOMAIN}")
    fourth = next(child for child in children if child.year == "Year 4")
    Relation.objects.record_relation(office, fourth, how="step-parent")


def _place_in_each_year(child: Child, autumn: int) -> list[Placement]:
    """The child's years and classes since Reception: each began in the September of its year."""
    number = YEARS.index(child.year)
    side = child.class_name[-1]
    return [
        Placement(
            school=child.school,
            child=child,
            year=YEARS[then],
            class_name=f"{then or 'R'}{side}",
            since=date(autumn - number + then, 9, 1),
            until=date(autumn - number + then + 1, 9, 1) if then < number else None,
        )
        for then in range(number + 1)
    ]


# Four surnames and a name she goes by, to try the search with every way of writing them.
FOUR_SURNAMES = ("María José", "de la Cruz-Ferreira Al-Mansūr Żółkiewska", "Majo")


def _invent_pupils(school: School, autumn: int) -> list[Child]:
    pupils = _draw_random_pupils(school, autumn)
    child = next(child for child in reversed(pupils) if child.year == "Year 2")
    child.forename, child.surname, child.known_as = FOUR_SURNAMES
    return pupils


def _draw_random_pupils(school: School, autumn: int) -> list[Child]:
    chance = random.Random("roll")
    return [
        Child(
            school=school,
            forename=chance.choice(names_and_sentences.FORENAMES),
            surname=chance.choice(names_and_sentences.SURNAMES),
            born=date(autumn - 5 - number, 9, 1) + timedelta(days=chance.randrange(365)),
            upn=f"Z{999001:06}{autumn % 100:02}{number}{place:03}",
            admission_number=str(1000 + number * PUPILS_A_YEAR + place),
            year=year,
            class_name=f"{number or 'R'}{'AB'[place % 2]}",
        )
        for number, year in enumerate(YEARS)
        for place in range(PUPILS_A_YEAR)
    ]
