"""Writes the line of each link to single sign-on that ends with something else.

A link ends with a new password, when an account is made safe, and when its owner leaves
(`Person.replace_password`, `Person.end_all_posts`). One that its owner ends has a line of its own
act. Whoever makes an account safe tells its owner by e-mail, after the act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from concerns.models.school.person import Person, Viewer
from concerns.models.school.sign_on import SignOnLink
from concerns.rules.kinds import Kind


class UnlinkRecorder(Protocol):
    """The record of a running act, as far as it is needed here."""

    by: Viewer
    kind: Kind

    def __call__(self, *, about: Person, kind: Kind, reason: str) -> object: ...


@contextmanager
def recording_unlinking(record: UnlinkRecorder, person: Person) -> Iterator[list[Person]]:
    """While this runs the person's links may end. If they do, the record says with what, and the
    list that was given holds the person."""
    links = SignOnLink.objects.not_ended().filter(person=person)
    before = links.count()
    ended: list[Person] = []
    yield ended
    if links.count() < before:
        record_unlinked(record, person)
        ended.append(person)


def has_linked_account(person: Person) -> bool:
    """Whether the person has a link, in whichever school of the site."""
    return SignOnLink.objects.not_ended().filter(person=person).exists()


def record_unlinked(record: UnlinkRecorder, person: Person) -> None:
    """Write that the person's link has ended with what the act does."""
    record(kind=Kind.SIGN_ON_UNLINKED, about=person, reason=f"with: {record.kind.label}")


def replace_password(record: UnlinkRecorder, person: Person, password: str) -> None:
    """Set the person's password, which ends their sessions and links."""
    with recording_unlinking(record, person):
        person.replace_password(password)
