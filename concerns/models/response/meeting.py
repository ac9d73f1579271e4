"""Meetings with other agencies about a child, and the actions the school took on there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.attachment import RowWithFiles
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Person, Viewer
from concerns.rules import meeting_rules
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.wording import format_date_or_time


@dataclass(frozen=True)
class SchoolAction:
    """An action for the school: what, by which day, and who does it."""

    what: str
    on: date
    holder: Person


@dataclass(frozen=True)
class MeetingAnswers:
    """The answers of a meeting form. `leads_on` False: it led to no conference and no plan."""

    kind: str
    happened_at: datetime
    who: str
    agreed: str
    next_on: date | None = None
    leads_on: bool = True
    actions: tuple[SchoolAction, ...] = ()

    def all_school_actions(self, holder: Person) -> list[SchoolAction]:
        """Its actions, with going to the next meeting if no other step is due on that day."""
        if self.next_on is None or (
            self.leads_on and meeting_rules.has_dated_next_step(MeetingKind(self.kind))
        ):
            return list(self.actions)
        again = f"Go to the next meeting ({MeetingKind.label_of_value(self.kind).lower()})"
        return [*self.actions, SchoolAction(again, self.next_on, holder)]

    def meeting_ledger_details(self, ours: list[SchoolAction]) -> dict:
        """Its fields and words for a ledger line, with those of the school's actions."""
        words = {"who": self.who, "agreed": self.agreed}
        words |= {f"action {number}": one.what for number, one in enumerate(ours, 1)}
        return {"fields": list(words), "reason": self.kind, "words": words}


class Meetings(CaseRows[ConcernRow]):
    def record_meeting(
        self: "Meetings[Meeting]", by: Viewer, concern: Concern, met: MeetingAnswers, now: datetime
    ) -> "Meeting":
        return self.create(
            school=by.school,
            concern=concern,
            by=by.person,
            at=now,
            kind=met.kind,
            happened_at=met.happened_at,
            who=met.who,
            agreed=met.agreed,
            next_on=met.next_on,
            leads_on=met.leads_on,
        )


class Meeting(RowWithFiles):
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="meetings")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    who = EncryptedText()
    agreed = EncryptedText()
    next_on = models.DateField(null=True)
    # False: no conference and no plan follow, or the plan ended.
    leads_on = models.BooleanField(default=True)

    objects: ClassVar = Meetings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in MeetingKind]),
                name="meeting_kind_is_known",
            )
        ]
        indexes = [models.Index(fields=["concern", "id"], name="meetings_in_order")]

    def __str__(self) -> str:
        return f"meeting {self.uid}"

    @property
    def kind_words(self) -> str:
        return MeetingKind.label_of_value(self.kind)

    @property
    def school_actions_in_words(self) -> list[str]:
        """The school's actions, in words. Needs `actions` and their holders fetched."""
        rows = sorted(self.actions.all(), key=lambda row: row.pk)
        return [
            f"Ours, {row.holder.name} by {format_date_or_time(row.on)}: {row.what}" for row in rows
        ]


class MeetingActions(CaseRows[ConcernRow]):
    def record_meeting_actions(
        self: "MeetingActions[MeetingAction]", meeting: Meeting, ours: list[SchoolAction]
    ) -> list["MeetingAction"]:
        return self.bulk_create(
            self.model(school=meeting.school, meeting=meeting, **vars(one)) for one in ours
        )


class MeetingAction(CaseRow):
    """An agreed action for the school. A step held by a person is due on its day."""

    to_concern = "meeting__concern_id"
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="actions")
    what = EncryptedText()
    on = models.DateField()
    holder = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects: ClassVar = MeetingActions.as_manager()

    class Meta:
        indexes = [models.Index(fields=["meeting", "id"], name="actions_in_order")]

    def __str__(self) -> str:
        return f"action {self.uid}"
