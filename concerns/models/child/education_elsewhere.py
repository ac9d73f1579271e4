"""What belongs to a status of a child who is taught elsewhere or less, and its reviews.

The status itself (`Status`) says of which kind it is, from when and until when. These rows never
change: a change of the placement is a new status. The steps are opened in
`workflow/education_elsewhere.py`.
"""

from typing import ClassVar

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.child.child_details import Status
from concerns.models.child.child_fact import RowOfChild, RowsOfChild
from concerns.models.school.person import Person
from concerns.rules.child_file_vocabulary import YesNo
from concerns.rules.wording import format_date_or_time

ANSWERS = ["", *(word.value for word in YesNo)]


class EducationElsewhere(RowOfChild):
    """Where a child is taught, when, who answers for them there, and what was agreed and checked.
    An empty answer was not asked of this kind, or not given."""

    child = models.ForeignKey(
        Child, models.PROTECT, related_name="education_elsewhere", db_index=False
    )
    status = models.OneToOneField(Status, models.PROTECT, related_name="elsewhere")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    planned_end = models.DateField(null=True)
    place = EncryptedText()
    address = EncryptedText()
    contact = EncryptedText()
    telephone = EncryptedText()
    email = EncryptedText()
    hours = EncryptedText()
    other_days = EncryptedText()
    # Whether the provider confirmed in writing that its staff were checked, and on which day.
    checks = models.CharField(max_length=10, blank=True)
    checks_on = models.DateField(null=True)
    parent_agrees = models.CharField(max_length=10, blank=True)
    told = EncryptedText()

    objects: ClassVar = RowsOfChild.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checks__in=ANSWERS, parent_agrees__in=ANSWERS),
                name="elsewhere_answers_are_known",
            )
        ]

    def __str__(self) -> str:
        return f"education elsewhere {self.uid}"

    @property
    def said_in_words(self) -> list[str]:
        """All that was said of it, a sentence each. Unasked or unanswered is left out."""
        reach = " ".join(filter(None, [self.contact, self.telephone, self.email]))
        checks = YesNo.label_of_value(self.checks).lower()
        if self.checks_on:
            checks = f"{checks}, {format_date_or_time(self.checks_on)}"
        said = {
            "Planned end": self.planned_end and format_date_or_time(self.planned_end),
            "Placement": ", ".join(filter(None, [self.place, self.address])),
            "Contact there": reach,
            "There": self.hours,
            "At other times": self.other_days,
            "The provider confirmed in writing that its staff were checked": checks,
            "The parent agreed": YesNo.label_of_value(self.parent_agrees).lower(),
            "Told": self.told,
        }
        return [f"{name}: {words}" for name, words in said.items() if words]


class ElsewhereReview(RowOfChild):
    """What a review of such a status found. `next_on` is the next review; None if it was ended."""

    child = models.ForeignKey(
        Child, models.PROTECT, related_name="elsewhere_reviews", db_index=False
    )
    status = models.ForeignKey(Status, models.PROTECT, related_name="reviews")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    seen = models.CharField(max_length=10)
    seen_by = EncryptedText()
    attendance = EncryptedText()
    words = EncryptedText()
    next_on = models.DateField(null=True)
    # Where the child is taught now, if the status was ended.
    now_at = EncryptedText()

    objects: ClassVar = RowsOfChild.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen__in=[word.value for word in YesNo]),
                name="seen_at_review_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"review of education elsewhere {self.uid}"

    @property
    def found_in_words(self) -> str:
        """All that was found, a line each."""
        seen = f"The child was seen: {YesNo.label_of_value(self.seen).lower()}"
        lines = [
            f"{seen} ({self.seen_by})" if self.seen_by else seen,
            self.attendance and f"Attendance: {self.attendance}",
            self.words,
            self.now_at and f"Taught now: {self.now_at}",
        ]
        return "\n".join(filter(None, lines))
