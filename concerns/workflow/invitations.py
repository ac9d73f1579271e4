"""Puts an invitation among those that wait to be sent, or says why it is not."""

from concerns.models.school.approval import StaffChangeRequest
from concerns.models.school.invitation import (
    InvitationBatch,
    InvitationEnding,
    QueuedInvitation,
)
from concerns.models.school.person import Person, Viewer
from concerns.rules.staff_approval import StaffRequestMatter
from concerns.workflow.staff_changes import end_ways_in


def queue_invitation(made: InvitationBatch, person: Person, by: Viewer) -> None:
    """Let the clock send `person`, who has no password, a link; or note why they get none. An older
    link of theirs ends. The rules are those of a link for one person."""
    row = QueuedInvitation(school=by.school, batch=made, person=person, next_try_at=made.at)
    what = StaffChangeRequest(
        matter=StaffRequestMatter.PASSWORD,
        person=person,
        school=by.school,
        by=by.person,
        at=made.at,
    )
    if what.why_impossible(by.todays_date):
        row.ended = _why_not(what, by)
        row.ended_at = made.at
    else:
        end_ways_in(person, made.at)
    row.save()


def _why_not(what: StaffChangeRequest, by: Viewer) -> InvitationEnding:
    here = Person.objects.current_staff_of(by.school, by.todays_date)
    if not here.filter(pk=what.person.pk).exists():
        return InvitationEnding.GONE
    return InvitationEnding.LIMITED if what.is_limited else InvitationEnding.ELSEWHERE
