"""Meetings to come: an invitation as it was recorded, and its being moved or cancelled.

A meeting that was held is another row (`meeting.py`). Recording it ends the step that this opened.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Person, Viewer
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.wording import format_date_or_time

# No meeting is called further ahead; more is a wrong year.
LONGEST = timedelta(days=366)
GONE_BY = "The meeting is to come. If it has been held, record the meeting instead."
TOO_FAR = "Enter a day within a year from now. Check the year."


def coming_time_fault(begins_at: datetime, now: datetime) -> str:
    """Why a meeting to come cannot begin at `begins_at`, in a sentence; "" if it can."""
    if begins_at <= now:
        return GONE_BY
    return TOO_FAR if begins_at > now + LONGEST else ""


@dataclass(frozen=True)
class ComingMeetingAnswers:
    """The answers of the form: `goes` is who goes for the school, `words` what was said of it."""

    kind: str
    begins_at: datetime
    place: str
    goes: Person
    words: str = ""


class ComingMeetings(CaseRows[ConcernRow]):
    def record_coming_meeting(
        self: "ComingMeetings[ComingMeeting]",
        by: Viewer,
        concern: Concern,
        coming: ComingMeetingAnswers,
        now: datetime,
    ) -> "ComingMeeting":
        return self.create(school=by.school, concern=concern, by=by.person, at=now, **vars(coming))


class ComingMeeting(CaseRow):
    """An invitation to a meeting: which, when, where, and who goes for the school."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="coming_meetings")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    begins_at = models.DateTimeField()
    place = EncryptedText()
    goes = models.ForeignKey(Person, models.PROTECT, related_name="+")
    words = EncryptedText()

    objects: ClassVar = ComingMeetings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in MeetingKind]),
                name="coming_meeting_kind_is_known",
            )
        ]
        indexes = [models.Index(fields=["concern", "id"], name="coming_meetings_in_order")]

    def __str__(self) -> str:
        return f"coming meeting {self.uid}"

    @property
    def kind_words(self) -> str:
        return MeetingKind.label_of_value(self.kind)

    @property
    def invitation_in_words(self) -> str:
        """When, where and who goes, as it was first recorded. Needs `goes` fetched."""
        when = format_date_or_time(self.begins_at)
        return f"{when}, {self.place}. {self.goes.name} goes."

    @property
    def latest_change(self) -> "MeetingChange | None":
        """The last time it was moved or cancelled. Uses `changes` if prefetched."""
        return max(self.changes.all(), key=lambda change: change.pk, default=None)

    @property
    def is_cancelled(self) -> bool:
        last = self.latest_change
        return last is not None and last.begins_at is None

    @property
    def begins_at_now(self) -> datetime:
        """When it begins, after every move."""
        last = self.latest_change
        return last.begins_at if last and last.begins_at else self.begins_at

    @property
    def place_now(self) -> str:
        last = self.latest_change
        return last.place if last and last.place else self.place


class MeetingChanges(CaseRows[ConcernRow]):
    def record_meeting_change(
        self: "MeetingChanges[MeetingChange]",
        by: Viewer,
        coming: ComingMeeting,
        begins_at: datetime | None,
        place: str,
        why: str,
        now: datetime,
    ) -> "MeetingChange":
        return self.create(
            school=by.school,
            coming=coming,
            by=by.person,
            at=now,
            begins_at=begins_at,
            place=place,
            words=why,
        )


class MeetingChange(CaseRow):
    """A meeting to come was moved to `begins_at`, or cancelled (None), and why.

    An empty `place` means that it stays where it was to be.
    """

    to_concern = "coming__concern_id"
    coming = models.ForeignKey(ComingMeeting, models.PROTECT, related_name="changes")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    begins_at = models.DateTimeField(null=True)
    place = EncryptedText()
    words = EncryptedText()

    objects: ClassVar = MeetingChanges.as_manager()

    class Meta:
        indexes = [models.Index(fields=["coming", "id"], name="meeting_changes_in_order")]

    def __str__(self) -> str:
        return f"change {self.uid} of a coming meeting"

    @property
    def change_in_words(self) -> str:
        """Such as "Moved to 3 December 2026 at 10:00, Civic centre", or "Cancelled"."""
        if self.begins_at is None:
            return "Cancelled"
        where = f", {self.place}" if self.place else ""
        return f"Moved to {format_date_or_time(self.begins_at)}{where}"
