"""Who must never see a concern, whatever their role, and whether anybody is left to act on it.

Somebody named as involved, or whom the writer does not trust with it, is excluded from the next
request on: from lists, counts, searches and URLs alike (`CaseRows.visible_to`). What they held goes
to the next person who may act. A row never changes: who was excluded, and why, is as much part of
the record as what was written.
"""

from collections.abc import Sequence
from typing import ClassVar, Self

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.concern import Concern
from concerns.models.response.steps_of_concern import StepsOfConcern
from concerns.models.school.person import Person, Post, Viewer
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.roles import May, Role

NOBODY = (
    "Nobody here could act on this if it is kept from {excluded}. Take out one who is not "
    "involved. If you cannot, do not wait: tell {chair}, or ring children's social care yourself, "
    "{number}."
)


NOBODY_THERE = (
    "It cannot be moved there, because nobody here could act on it: {excluded} are family of that "
    "child or must not see it. Do not wait: tell {chair}, or ring children's social care, "
    "{number}."
)


class Exclusions(CaseRows[ConcernRow]):
    def exclude_people(
        self, agenda: StepsOfConcern, people: Sequence[Person], why: str = ""
    ) -> str:
        """Exclude `people` from the concern of `agenda`, and reassign the steps they hold.

        Returns a sentence for the user if the act must be refused: because one of them does not
        work here, or because nobody who may decide would be left. Otherwise "".
        """
        concern = agenda.concern
        by = agenda.by
        staff = Person.objects.who_may(May.SUBMIT, by.school, by.todays_date)
        if len(staff.filter(pk__in=[who.pk for who in people])) < len(set(people)):
            return "Choose somebody who works here. Nobody else can see it anyway."
        self.bulk_create(
            self.model(
                school=by.school, concern=concern, person=who, by=by.person, at=agenda.now, why=why
            )
            for who in people
        )
        for who in people:
            agenda.release_steps_of(who)
        agenda.reassign_role_steps()
        return reason_no_decider_left(by, concern)

    def with_people_named(self) -> Self:
        """With the excluded person and the author of each fetched, oldest first."""
        return self.select_related("person", "by").order_by("id")


class Exclusion(CaseRow):
    """A person who must never see this concern, whatever their role."""

    shown_in_part = ShownInPart.NEVER
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="exclusions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="excluded_from")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = EncryptedText()

    objects: ClassVar = Exclusions.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["concern", "person"], name="excluded_once")]

    def __str__(self) -> str:
        return f"exclusion from concern {self.concern_id}"


def list_exclusions(concern: Concern) -> list[Exclusion]:
    """The exclusions of `concern` with their people, for a page."""
    return list(concern.exclusions.with_people_named())


def reason_no_decider_left(by: Viewer, concern: Concern, words: str = NOBODY) -> str:
    """If nobody in post may see and decide `concern`, a sentence on whom to turn to; else ""."""
    deciders = Person.objects.who_may(May.DECIDE, by.school, by.todays_date)
    if deciders.not_excluded_from(concern).exists():
        return ""
    chairs = (
        Post.objects.filter(school=by.school)
        .in_force_on(by.todays_date)
        .active_with_role(Role.CHAIR)
    )
    chair = chairs.select_related("person").order_by("person__name", "pk").first()
    named = [f"{chair.person.name} ({Role.CHAIR.title_words.lower()})"] if chair else []
    return words.format(
        excluded=", ".join(person.name for person in deciders),
        chair="".join(named) or "the chair of governors",
        number=by.school.authority.front_door,
    )
