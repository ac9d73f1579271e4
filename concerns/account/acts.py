"""What somebody does about their own account without being signed in: ask for a new password.

The e-mails are sent by the page, after the act.
"""

from datetime import datetime

from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import Invitation, Person, StaffChangeRequest, Viewer
from concerns.rules.kinds import Kind
from concerns.rules.roles import May


@act(May.SUBMIT, Kind.INVITED)
def ask_for_link(*, by: Viewer, now: datetime, record: ActRecord) -> Invitation:
    """Have a link sent to oneself. The present password works until another is chosen: anybody can
    ask for somebody else."""
    link = Invitation.objects.create(school=by.school, person=by.person, by=by.person, at=now)
    record(about=by.person, fields=["password"], reason="asked for it without signing in")
    return link


@act(May.SUBMIT, Kind.ASKED)
def ask_head_for_password(
    *, by: Viewer, asked: StaffChangeRequest, now: datetime, record: ActRecord
) -> StaffChangeRequest:
    """Ask the head for a new password for oneself. Raises ActRefused if that waits already."""
    # So that two at once do not ask twice.
    Person.objects.select_for_update().get(pk=by.person.pk)
    same = StaffChangeRequest.objects.filter(person=by.person, matter=asked.matter)
    if same.awaiting_answer().exists():
        raise ActRefused("This has already been asked for, and is waiting for an answer.")
    asked.save()
    record(about=asked, reason=asked.matter)
    return asked
