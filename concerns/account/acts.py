"""What somebody does about their own account: ask for a new password without being signed in, and
end sessions; and the head ends those of somebody else.

The e-mails are sent by the page, after the act.
"""

from datetime import datetime

from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import Invitation, Person, StaffChangeRequest, Viewer
from concerns.models.school import user_sessions
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


# Chosen in place of one session: all of them but the one that is in use.
OTHERS = "others"


@act(May.REREAD, Kind.SESSION_ENDED)
def end_own_sessions(
    *, by: Viewer, chosen: str, this: str, now: datetime, record: ActRecord
) -> int:
    """End the session whose row has the key `chosen`, or with `OTHERS` all but the one in use.

    That one has the session key `this`. Returns how many ended. Raises ActRefused if there is none.
    """
    rows = [
        row
        for row in user_sessions.list_open_sessions(by.person)
        if row.session_key != this and chosen in {OTHERS, str(row.pk)}
    ]
    if not rows:
        raise ActRefused("That has ended already. Nothing was left to end.")
    ended = user_sessions.end_sessions(rows)
    record(about=by.person, reason=f"{ended} of their own")
    return ended


@act(May.POSTS, Kind.SESSION_ENDED, on="person")
def sign_out_everywhere(*, by: Viewer, person: Person, now: datetime, record: ActRecord) -> int:
    """End every session of somebody else, at once. Returns how many there were."""
    if person.pk == by.person.pk:
        raise ActRefused("This is you. End your own sessions under “Where you are signed in”.")
    ended = user_sessions.end_sessions(user_sessions.list_open_sessions(person))
    record(about=person, reason=f"all {ended}, by the head")
    return ended
