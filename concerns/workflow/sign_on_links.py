"""Writes the line of each link to single sign-on that ends with something else.

A link ends with a new password and when its owner leaves (`Person.replace_password`,
`Person.end_all_posts`). One that its owner ends has a line of its own act.
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
def recording_unlinking(record: UnlinkRecorder, person: Person) -> Iterator[None]:
    """While this runs the person's links may end. If they do, the record says with what."""
    links = SignOnLink.objects.not_ended().filter(person=person, school=record.by.school)
    had_link = links.exists()
    yield
    if had_link and not links.exists():
        reason = f"with: {record.kind.label}"
        record(kind=Kind.SIGN_ON_UNLINKED, about=person, reason=reason)


def replace_password(record: UnlinkRecorder, person: Person, password: str) -> None:
    """Set the person's password, which ends their sessions and links."""
    with recording_unlinking(record, person):
        person.replace_password(password)
