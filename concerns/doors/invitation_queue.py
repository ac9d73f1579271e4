"""Sends the invitations that wait: links to choose a password, for many people at once.

The clock calls this in each round, after the letters of the outbox. Only so many go in a round,
because mail servers refuse whoever sends hundreds at once. The link is made when it is sent, so its
48 hours begin then. One that fails is tried again with back-off, a few times; then the page says
that it could not be sent.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from concerns.doors import ledger, mail
from concerns.models import Invitation, Person, QueuedInvitation
from concerns.models.school.invitation import InvitationEnding
from concerns.rules.kinds import Kind
from concerns.rules.message_rules import retry_delay
from concerns.rules.passwords import PasswordLinkKind
from concerns.rules.reporting_periods import local_day
from concerns.workflow.staff_changes import let_set_up_factor

log = logging.getLogger(__name__)

# The clock makes three rounds in a minute, and Microsoft takes thirty e-mails in one.
MOST_IN_A_ROUND = 10
# After 1, 2, 4 and 8 minutes. A mail server that is silent is not tried at all: see the round.
MOST_TRIES = 5


def send_waiting_invitations(now: datetime, may_go_on: Callable[[], bool]) -> int:
    """Send the invitations that are due at `now` (aware), and return how many went out.

    `may_go_on` is asked before each; False ends it. Two failures in a row end it too: then the mail
    server is at fault, and not the addresses. Raises OperationalError or InterfaceError if the
    database cannot be reached.
    """
    sent = 0
    failures = 0
    for row in list(QueuedInvitation.objects.due_for_sending(now)[:MOST_IN_A_ROUND]):
        if failures == 2 or not may_go_on():
            break
        if ending := _why_not_needed(row, now):
            row.end_invitation(ending, now)
        elif _try_to_send(row, now):
            sent += 1
            failures = 0
        else:
            failures += 1
    return sent


def _why_not_needed(row: QueuedInvitation, now: datetime) -> InvitationEnding | None:
    """Why the invitation need not be sent any more; None if it is to be sent."""
    if row.person.has_usable_password():
        return InvitationEnding.ACTED
    today = local_day(row.school.school_calendar, now)
    here = Person.objects.current_staff_of(row.school, today)
    return None if here.filter(pk=row.person_id).exists() else InvitationEnding.GONE


def _try_to_send(row: QueuedInvitation, now: datetime) -> bool:
    """Send one, and record that it went out. Whatever goes wrong with it is its own fault."""
    row.note_try(now, retry_delay(row.tries + 1))
    try:
        arrived = mail.send_password_link(row.person, row.school, PasswordLinkKind.INVITATION)
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        # The log must not say to whom: only which kind of error.
        log.warning("an invitation could not be sent: %s", type(fault).__name__)
        arrived = False
    if arrived:
        _record_sent(row, now)
    elif row.tries >= MOST_TRIES:
        row.end_invitation(InvitationEnding.FAILED, now)
    return arrived


def _record_sent(row: QueuedInvitation, now: datetime) -> None:
    with transaction.atomic():
        row.end_invitation(InvitationEnding.SENT, now)
        let_set_up_factor(row.person, now)
        Invitation.objects.create(school=row.school, person=row.person, by=row.batch.by, at=now)
        ledger.write_ledger_line(
            Kind.NOTICED,
            school=row.school,
            by=None,
            role="",
            now=now,
            about=row.uid,
            concern=None,
            shown=[row.person.uid],
            reason="invited",
        )
