"""That somebody was asked why they open files outside their caseload, and what they said.

A question is written when such files are asked for (`doors/reading_reason.py`), the reason when
they give one. A question without a reason was left: its reader has gone no further.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Person, Viewer
from concerns.rules.caseload import ReadingReasonWord


class ReadingQuestions(ViewerScopedQuerySet[Row]):
    def own_questions(self, viewer: Viewer) -> Self:
        return self.of_school(viewer).filter(person=viewer.person)


class ReadingQuestion(SchoolOwnedModel):
    """At `at` `person` asked for files outside their caseload. `concern` is the one that they
    wanted to open, if it was one. `by_head`: they held the post of the head."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    concern = models.ForeignKey(
        Concern, models.PROTECT, null=True, related_name="+", db_index=False
    )
    by_head = models.BooleanField()

    objects = ReadingQuestions.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["school", "person", "id"], name="reading_questions_of_one"),
        ]

    def __str__(self) -> str:
        return f"reading question {self.uid}"


class ReadingQuestionFiles(ViewerScopedQuerySet[Row]):
    def answered_between(self, viewer: Viewer, since: datetime, until: datetime) -> Self:
        """The files for which somebody gave a reason from `since` until before `until`."""
        answered = {"question__answer__at__gte": since, "question__answer__at__lt": until}
        return self.of_school(viewer).filter(**answered)

    def shown_to_head(self, viewer: Viewer) -> Self:
        """Those that a head may be told of: not the heads' own, not of a child or a concern that
        `viewer` may not see. Newest first."""
        children = Child.objects.visible_to(viewer).values("pk")
        concerns = Concern.objects.visible_to(viewer).values("pk")
        seen = models.Q(question__concern=None) | models.Q(question__concern__in=concerns)
        rows = self.filter(seen, question__by_head=False, child__in=children)
        return rows.order_by(F("question__answer__at").desc(), "-id")


class ReadingQuestionFile(SchoolOwnedModel):
    """One of the files of a question: whose it is."""

    question = models.ForeignKey(ReadingQuestion, models.PROTECT, related_name="files")
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")

    objects = ReadingQuestionFiles.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "child"], name="file_asked_about_once")
        ]

    def __str__(self) -> str:
        return f"file of reading question {self.question_id}"


class ReadingReason(SchoolOwnedModel):
    """What they said: one of the common reasons, or OTHER and their own words."""

    question = models.OneToOneField(ReadingQuestion, models.PROTECT, related_name="answer")
    at = models.DateTimeField()
    reason = models.CharField(max_length=10)
    words = EncryptedText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=[word.value for word in ReadingReasonWord]),
                name="reading_reason_is_known",
            )
        ]
        indexes = [models.Index(fields=["school", "at"], name="reading_reasons_by_time")]

    def __str__(self) -> str:
        return f"reading reason {self.uid}"

    @property
    def reason_in_words(self) -> str:
        return self.words or ReadingReasonWord.label_of_value(self.reason)
