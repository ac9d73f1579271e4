"""What the pages about one's own account read."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from concerns.doors import sight
from concerns.models import Heartbeat, Person, Viewer
from concerns.models.school.user_sessions import list_open_sessions
from concerns.rules.browser_names import name_browser
from concerns.workflow.password_reset import PasswordReset, find_password_reset


def find_reset_now(address: str) -> PasswordReset | None:
    """The way to a new password for whoever has `address`; None if nobody here has."""
    return find_password_reset(address, Heartbeat.objects.database_now())


@dataclass(frozen=True)
class SessionRow:
    """One session of the viewer. `in_use`: it is the one in which the page is read."""

    key: int
    device: str
    since: datetime
    ends: datetime
    in_use: bool


def list_own_sessions(viewer: Viewer, this: str) -> list[SessionRow]:
    """Where the viewer is signed in, the newest first. `this` is the session key of the page."""
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return [
        SessionRow(
            key=row.pk,
            device=name_browser(row.user_agent),
            since=row.created_at,
            ends=row.created_at + longest,
            in_use=row.session_key == this,
        )
        for row in list_open_sessions(viewer.person)
    ]


def get_colleague(viewer: Viewer, uid: uuid.UUID) -> Person:
    """Somebody of the viewer's school. Raises Http404."""
    person: Person = sight.get_one_or_404(viewer, Person.objects.of_school(viewer), uid)
    return person
