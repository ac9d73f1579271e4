"""The import of roll files: the uploaded file, and questions about pupils missing from it.

The import itself is in `roll/acts.py`.
"""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.school.person import Person
from concerns.rules.words import RollAnswer

# For how long the pupils whom a file added can be taken off the roll all at once.
TAKEN_BACK_WITHIN = timedelta(days=14)
ONE_BY_ONE = (
    "Import the right file. Do not answer “We do not know where the child is” for pupils who were "
    "never here: that sends a concern about each. Ask the safeguarding lead to record them."
)


class RollFiles(ViewerScopedQuerySet[Row]):
    def awaiting_import(self) -> Self:
        return self.filter(brought_at__isnull=True)

    def imported_newest_first(self) -> Self:
        return self.filter(brought_at__isnull=False).order_by("-brought_at", "-id")


class RollFile(SchoolOwnedModel):
    """An uploaded roll, kept encrypted until the import is confirmed, with its column mapping."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    content = EncryptedText()
    columns = models.JSONField(default=dict)
    brought_at = models.DateTimeField(null=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    # Of how many pupils the file changed the contacts.
    contacts = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    # When the pupils whom it added were taken off the roll again, by whom, and how many.
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    taken_back = models.PositiveIntegerField(default=0)

    objects = RollFiles.as_manager()

    class Meta:
        indexes = [models.Index(fields=["school", "-id"], name="roll_files_newest")]

    def __str__(self) -> str:
        return f"roll file {self.uid}"

    @property
    def is_of_some_pupils(self) -> bool:
        """Whether it was imported as a file of some pupils, from which nobody is missing."""
        return bool(self.columns.get("of_some"))

    def why_not_taken_back(self, now: datetime) -> str:
        """Why the pupils whom it added cannot be taken off the roll again, as far as the file says;
        empty if they can."""
        if not self.brought_at:
            return "This file has not been imported. Nothing was changed."
        if self.taken_back_at:
            return "The pupils whom this file added have been taken back already."
        if now - self.brought_at > TAKEN_BACK_WITHIN:
            return (
                f"This file was imported more than {TAKEN_BACK_WITHIN.days} days ago. {ONE_BY_ONE}"
            )
        later = RollFile.objects.filter(school=self.school_id, brought_at__gt=self.brought_at)
        if later.exists():
            return f"Another file has been imported since. {ONE_BY_ONE}"
        return ""


class RollQuestions(ViewerScopedQuerySet[Row]):
    def unanswered_questions(self) -> Self:
        return self.filter(answered_at__isnull=True)

    def asked_after(self, uid: UUID) -> Self:
        """Questions asked after the question `uid`: the start of the next page."""
        return self.filter(
            id__gt=models.Subquery(RollQuestion.objects.filter(uid=uid).values("id"))
        )


class RollQuestion(SchoolOwnedModel):
    """A question about a pupil on the roll who was not in the file. An import never removes
    anybody."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="roll_questions")
    file = models.ForeignKey(RollFile, models.PROTECT, related_name="questions")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=12, blank=True)
    destination = models.CharField(max_length=200, blank=True)

    objects = RollQuestions.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=models.Q(answered_at__isnull=True),
                name="asked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answer="")
                | models.Q(
                    answered_at__isnull=False, answer__in=[word.value for word in RollAnswer]
                ),
                name="answered_with_an_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "id"],
                condition=models.Q(answered_at__isnull=True),
                name="roll_questions_open",
            )
        ]

    def __str__(self) -> str:
        return f"roll question {self.uid}"

    @property
    def roll_answer_words(self) -> str:
        return RollAnswer.label_of_value(self.answer)
