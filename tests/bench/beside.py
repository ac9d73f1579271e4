"""Writes the part of the bench's school that is made by real acts.

It is the same in a school of any size: concerns about adults, and the file of the child about whom
most was written.
"""

from datetime import timedelta

from concerns.models import Child, Person, School, Viewer
from concerns.rules.roles import Role
from tests import adults, homes
from tests.bench.school import NOW

ABOUT_ADULTS = 30


def write(child: int) -> None:
    """Writes into the first school, as its last hours; `child` is a key."""
    lead = _viewer("dsl1", Role.DSL)
    staff = _viewer("staff1", Role.STAFF)
    homes.write_whole_file(lead, Child.objects.get(pk=child))
    colleagues = Person.objects.filter(email__startswith="staff").exclude(pk=staff.person.pk)
    for number, colleague in enumerate(colleagues.order_by("pk")[:ABOUT_ADULTS]):
        adults.send_adult_concern(
            staff, colleague, now=NOW - timedelta(minutes=ABOUT_ADULTS - number)
        )


def _viewer(login: str, role: Role) -> Viewer:
    person = Person.objects.get(email=f"{login}@bench.example")
    return Viewer(person, School.objects.get(pk=1), frozenset({role}), NOW)
