"""This file knows who must never see a concern, whatever their role, and who is left to act on it.

Somebody named as involved, or whom the writer does not trust with it, is shut out from the next
request on: out of lists, counts, searches and addresses alike (`CaseRows.visible_to`). What they
held goes to the next who may. A row never changes: a second look at who was kept out, and why, is
as much of the record as the words.
"""

from collections.abc import Sequence

from django.db import models

from concerns.models.case import CaseRow, CaseRows
from concerns.models.concern import Concern
from concerns.models.fields import EncryptedText
from concerns.models.person import Person, Post
from concerns.rules.roles import May, Role

NOBODY = (
    "Nobody here could act on this any more: {excluded} may not all be kept out of it. Leave out "
    "one of them whom it does not concern. If none can be left out, do not wait: tell {chair}, or "
    "ring children's social care yourself, {number}."
)


NOBODY_THERE = (
    "Nobody here could act on it there: {excluded} are family to that child or kept out of this. "
    "It stays where it is. Do not wait: tell {chair}, or ring children's social care, {number}."
)


class Exclusions(CaseRows):
    def shut_out(self, agenda, people: Sequence[Person], why: str = "") -> str:
        """Keep `people` out of the concern of `agenda`, and give what they hold to who comes next.

        Gives what is wrong with that, in words, where nobody who may decide would be left: the act
        is then to be refused.
        """
        concern, by = agenda.concern, agenda.by
        staff = Person.objects.who_may(May.SUBMIT, by.school, by.today)
        if len(staff.filter(pk__in=[who.pk for who in people])) < len(set(people)):
            return "Only somebody who works here can be kept out of it: nobody else sees it."
        self.bulk_create(
            self.model(
                school=by.school, concern=concern, person=who, by=by.person, at=agenda.now, why=why
            )
            for who in people
        )
        for who in people:
            agenda.release(who)
        agenda.seat()
        return nobody_left(by, concern)

    def told(self):
        """With the names of who is kept out and who said so, in the order it was said."""
        return self.select_related("person", "by").order_by("id")


class Exclusion(CaseRow):
    """Somebody who must never see this concern, whatever their role."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="exclusions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="excluded_from")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = EncryptedText()

    objects = Exclusions.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["concern", "person"], name="excluded_once")]

    def __str__(self):
        return f"exclusion from concern {self.concern_id}"


def kept_out(concern: Concern) -> list[Exclusion]:
    """Who is kept out of it by name, for a page."""
    return list(concern.exclusions.told())


def nobody_left(by, concern: Concern, words: str = NOBODY) -> str:
    """That nobody in post may decide on `concern` and see it, and whom to go to. Else empty."""
    deciders = Person.objects.who_may(May.DECIDE, by.school, by.today)
    if deciders.not_excluded_from(concern).exists():
        return ""
    chairs = Post.objects.filter(school=by.school).in_force(by.today).holding(Role.CHAIR)
    chair = chairs.select_related("person").order_by("person__name", "pk").first()
    named = [f"{chair.person.name} ({Role.CHAIR.title.lower()})"] if chair else []
    return words.format(
        excluded=", ".join(person.name for person in deciders),
        chair="".join(named) or "the chair of governors",
        number=by.school.authority.front_door,
    )
