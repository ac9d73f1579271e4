"""This file knows which changes to the staff one person may make alone, and which need a second.

The office keeps the list of staff, and cannot make itself a lead by it. So whatever would open the
record to somebody, close it to a reader, or let a reader's account be taken over - a reader's post,
a reader's family, a reader's password or e-mail address - waits until the head has approved it.

The head does these alone, for others. Never for themselves: nobody gives themselves a post that
reads, a password or an address; another asks, and what was asked is never answered by who asked it.
A head may approve what another asked about them only where it opens nothing more to them than they
have. One thing anybody does alone of themselves, whatever their post: that a pupil is their family.
It can only shut them out, and until it did they could read about their own. The head is told of it.
"""

from concerns.rules.roles import READERS, May, Role, may, powers
from concerns.rules.words import Choice


class Matter(Choice):
    """What is asked for one member of staff."""

    POST = "post", "A post"
    RELATED = "related", "Family of a pupil here"
    UNRELATED = "unrelated", "No longer family of a pupil here"
    PASSWORD = "password", "A new password"
    EMAIL = "email", "Another e-mail address"


def alone(matter: Matter, asks: frozenset[Role], *, opens: bool, oneself: bool) -> bool:
    """Whether who holds the roles `asks` may do it with nobody's approval.

    `opens`: it makes somebody a reader, or it is about one who reads; see `opens`.
    """
    if not opens or (oneself and matter is Matter.RELATED):
        return True
    return may(asks, May.POSTS) and not oneself


def opens(matter: Matter, role: str, reader: bool) -> bool:
    """Whether `matter` is about the record: a post of `role` that reads, or one who reads."""
    return role in READERS if matter is Matter.POST else reader


def why_not(
    matter: Matter, answers: frozenset[Role], role: str, *, asked_it: bool, oneself: bool
) -> str:
    """Why who holds the roles `answers` may not answer what was asked; empty where they may."""
    if not may(answers, May.POSTS):
        return "This waits for the headteacher."
    if asked_it:
        return "You asked for this yourself. Somebody else answers it."
    adds = matter is Matter.POST and not powers(frozenset({Role(role)})) <= powers(answers)
    if oneself and (adds or matter not in {Matter.POST, Matter.RELATED}):
        return "This is about yourself. Another head answers it, or whoever runs this site."
    return ""
