"""Whether each of the staff can sign in, who has never done so, and when they were invited."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Prefetch, Q

from concerns.models import Invitation, InvitationBatch, Person, QueuedInvitation, Viewer
from concerns.models.school.invitation import InvitationEnding
from concerns.rules.passwords import PasswordLinkKind

# How long a batch of invitations is offered after it was begun.
BATCHES_SHOWN = timedelta(days=7)
# More than any one school has; what is beyond it is for the next batch.
MOST_LISTED = 500

_WITHOUT_PASSWORD = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(password="")
CAN_SIGN_IN = "They have a password"
ON_ITS_WAY = "The invitation waits to be sent"
NOT_SENT = "The invitation could not be sent: check their address"


def sign_in_prefetches() -> tuple[Prefetch, Prefetch]:
    """What `sign_in_status` needs of a person: the links they were sent, and the invitations that
    were to be sent in a batch, each the last first."""
    return (
        Prefetch("invitations", Invitation.objects.order_by("-at", "-pk")),
        Prefetch("queued_invitations", QueuedInvitation.objects.order_by("-pk")),
    )


def _is_older(queued: QueuedInvitation, links: list[Invitation]) -> bool:
    """Whether a link was sent after the invitation had ended."""
    return bool(links and queued.ended_at and links[0].at > queued.ended_at)


def _last_queued(person: Person) -> QueuedInvitation | None:
    return next(iter(person.queued_invitations.all()), None)


def sign_in_status(person: Person, now: datetime) -> str:
    """Whether they can sign in, else the state of their invitation. Takes a person with
    `sign_in_prefetches`."""
    if not person.is_active:
        return "Has left, cannot sign in"
    if person.has_usable_password():
        return "Can sign in"
    queued = _last_queued(person)
    if queued and not queued.ended:
        return ON_ITS_WAY
    links = list(person.invitations.all())
    if queued and queued.ended == InvitationEnding.FAILED and not _is_older(queued, links):
        return NOT_SENT
    if not links:
        return "Not invited yet"
    works = now - links[0].at < PasswordLinkKind.INVITATION.lasts
    return "Invited" if works else "Invited, but the link no longer works"


@dataclass(frozen=True)
class NotSignedInRow:
    """Somebody who works here, or will, and cannot sign in or has never done so.

    `invited_at`: when the last link was sent. `may_be_invited`: they have no password, and no
    invitation of theirs waits. `is_due`: nor have they a link that still works.
    """

    person: Person
    status: str
    invited_at: datetime | None
    may_be_invited: bool
    is_due: bool


def list_not_signed_in(viewer: Viewer) -> list[NotSignedInRow]:
    """Those of the staff who have no password, or have never signed in, by name."""
    here = Person.objects.of_school(viewer).current_staff_of(viewer.school, viewer.todays_date)
    rows = here.filter(_WITHOUT_PASSWORD | Q(last_login__isnull=True))
    rows = rows.prefetch_related(*sign_in_prefetches()).order_by("name", "pk")
    return [_build_row(person, viewer.now) for person in rows[:MOST_LISTED]]


def _build_row(person: Person, now: datetime) -> NotSignedInRow:
    status = sign_in_status(person, now)
    may_be_invited = not person.has_usable_password() and status != ON_ITS_WAY
    return NotSignedInRow(
        person=person,
        status=CAN_SIGN_IN if person.has_usable_password() else status,
        invited_at=next((link.at for link in person.invitations.all()), None),
        may_be_invited=may_be_invited,
        is_due=may_be_invited and status != "Invited",
    )


def list_invitation_batches(viewer: Viewer) -> list[InvitationBatch]:
    """The batches of the last days, the newest first, with how many of each wait."""
    rows = InvitationBatch.objects.of_school(viewer).with_waiting_count()
    return list(rows.made_since(viewer.now - BATCHES_SHOWN)[:10])
