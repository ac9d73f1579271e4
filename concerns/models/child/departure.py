"""A child who leaves: why and where to, how their file was sent on, and what home education needs.

A row never changes. What was recorded wrongly, or is learnt later, is another departure of the same
child, and the last one counts. The steps that follow are opened in `workflow/leaving.py`.
"""

from typing import ClassVar, Self

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.child.child_fact import FactRow, RowOfChild, RowsOfChild
from concerns.models.school.person import Person
from concerns.rules.leaving import (
    FileSentHow,
    HomeEducationConsent,
    LeavingReason,
    SendingStage,
    destination_words,
)


class Departures(RowsOfChild[FactRow]):
    def last_of_each_child(self) -> Self:
        """Only the last departure of each child: the one that counts."""
        later = Departure.objects.filter(
            child=models.OuterRef("child"), pk__gt=models.OuterRef("pk")
        )
        return self.filter(~models.Exists(later))

    def not_over(self) -> Self:
        """Without those of children who had left and are on the roll again."""
        return self.filter(models.Q(left_on__isnull=True) | models.Q(child__left__isnull=False))

    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")


class Departure(RowOfChild):
    """A child leaves, or is about to: the reason, the place, and its address.

    `left_on` is the last day at this school. It is empty while the child is still here, for whom a
    new school has asked for the file already.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="departures")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    reason = models.CharField(max_length=16)
    left_on = models.DateField(null=True)
    place = EncryptedText()
    address = EncryptedText()

    objects: ClassVar = Departures.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=[reason.value for reason in LeavingReason]),
                name="leaving_reason_is_known",
            )
        ]
        indexes = [models.Index(fields=["school", "-at"], name="departures_newest")]

    def __str__(self) -> str:
        return f"departure {self.uid}"

    @property
    def destination_in_words(self) -> str:
        return destination_words(self.reason, self.place)


class FileSending(RowOfChild):
    """How the file of a child who left was sent on, asked after, or confirmed as received."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="file_sendings", db_index=False)
    departure = models.ForeignKey(Departure, models.PROTECT, related_name="sendings")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    stage = models.CharField(max_length=10)
    # How it was sent; empty for what is said of it afterwards.
    how = models.CharField(max_length=10, blank=True)
    # Whom it was sent to, or who answered.
    person_there = EncryptedText()
    words = EncryptedText()

    objects: ClassVar = RowsOfChild.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    stage=SendingStage.SENT, how__in=[how.value for how in FileSentHow]
                )
                | models.Q(
                    stage__in=[stage.value for stage in SendingStage if stage != SendingStage.SENT],
                    how="",
                ),
                name="file_sending_says_how",
            )
        ]

    def __str__(self) -> str:
        return f"file sending {self.uid}"

    @property
    def sending_in_words(self) -> str:
        """ "Sent: Tracked post"."""
        said = [SendingStage.label_of_value(self.stage), FileSentHow.label_of_value(self.how)]
        return ": ".join(filter(None, said))


class HomeEducationCheck(RowOfChild):
    """What was found out before a protected child may be educated at home.

    Education Act 1996, section 434A, as inserted by section 37 of the Children's Wellbeing and
    Schools Act 2026: while the authority makes enquiries under section 47 of the Children Act 1989
    or acts on them, a parent needs its consent to withdraw the child. That the social worker knows,
    and that somebody has checked where the child lives now, is what reviews of the deaths of
    children who were withdrawn found missing.
    """

    child = models.ForeignKey(
        Child, models.PROTECT, related_name="home_education_checks", db_index=False
    )
    departure = models.ForeignKey(Departure, models.PROTECT, related_name="checks")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    consent = models.CharField(max_length=8)
    consent_words = EncryptedText()
    social_worker_words = EncryptedText()
    address_words = EncryptedText()

    objects: ClassVar = RowsOfChild.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(consent__in=[word.value for word in HomeEducationConsent]),
                name="consent_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"home education check {self.uid}"

    @property
    def consent_in_words(self) -> str:
        return HomeEducationConsent.label_of_value(self.consent)
