"""Lists who was notified that a step is waiting or late, when, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from concerns.models.outbox.notice import Notice
from concerns.models.outbox.notice import NoticeEnding as Ended
from concerns.models.response.step import Step
from concerns.rules.message_rules import MessageReason

OUTSIDE = "The adviser outside the school"
NOT_YET = "Whoever acts for the post that has to do it"


@dataclass(frozen=True)
class StepNotification:
    """A person who was or will be told. `sent_at` is None while the message has not gone out."""

    who: str
    made_at: datetime
    sent_at: datetime | None
    why: str


def list_step_notifications(step: Step) -> list[StepNotification]:
    """Every message about `step` that was sent, in the order they went out; then the pending."""
    rows = Notice.objects.filter(step=step, ended__in=["", Ended.SENT])
    rows = rows.select_related("person").order_by(F("ended_at").asc(nulls_last=True), "pk")
    return [
        StepNotification(
            who=OUTSIDE if row.outside else row.person.name if row.person else NOT_YET,
            made_at=row.made_at,
            sent_at=row.ended_at,
            why=MessageReason.label_of_value(row.why),
        )
        for row in rows
    ]
