"""What the pages about one's own account read."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404

from concerns.doors import sight
from concerns.models import Heartbeat, Person, SignOnLink, SignOnProvider, Viewer
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


def owns_name(viewer: Viewer) -> bool:
    """Whether the viewer changes their own name: they work in several schools of the site."""
    return viewer.person.works_elsewhere(viewer.school, viewer.todays_date)


def get_provider(uid: uuid.UUID) -> SignOnProvider:
    """A provider of single sign-on of any school. Raises Http404."""
    found = SignOnProvider.objects.on_sign_in_page().filter(uid=uid).first()
    if found is None:
        raise Http404
    provider: SignOnProvider = found
    return provider


def get_own_provider(viewer: Viewer, uid: uuid.UUID) -> SignOnProvider:
    """A provider of the viewer's school. Raises Http404."""
    found = get_provider(uid)
    if found.school_id != viewer.school.pk:
        raise Http404
    return found


def read_clock() -> datetime:
    """The database's clock, for pages that have no viewer."""
    return Heartbeat.objects.database_now()


@dataclass(frozen=True)
class OwnSignOnRow:
    """A provider of the viewer's school, and their own link to an account there, if any."""

    provider: SignOnProvider
    link: SignOnLink | None


def list_own_sign_on(viewer: Viewer) -> list[OwnSignOnRow]:
    """With which accounts the viewer may sign in, and those that they may link."""
    links = {link.provider_id: link for link in SignOnLink.objects.own_links(viewer)}
    providers = SignOnProvider.objects.of_one_school(viewer.school)
    return [OwnSignOnRow(provider, links.get(provider.pk)) for provider in providers]


def has_own_link(viewer: Viewer, provider: SignOnProvider, subject: str) -> bool:
    """Whether the account `subject` at `provider` is linked to the viewer."""
    rows = SignOnLink.objects.own_links(viewer).filter(provider=provider, issuer=provider.issuer)
    return rows.filter(subject=subject).exists()


def list_providers(viewer: Viewer) -> list[SignOnProvider]:
    """The providers of the viewer's school, each with who has linked an account, by name, in
    `linked`."""
    links = SignOnLink.objects.not_ended().select_related("person").order_by("person__name", "pk")
    rows = SignOnProvider.objects.of_one_school(viewer.school)
    return list(rows.prefetch_related(Prefetch("links", links, to_attr="linked")))
