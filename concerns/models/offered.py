"""This file knows how a child or a colleague is found by part of a name, and offered to be picked.

Picking a name from the roll or the staff is no reading about anybody: a choice says enough to tell
two of one name apart, and no more.
"""

import uuid

from concerns.models.again import after_no_further
from concerns.models.child import MOST_FOUND, Child, ChildName
from concerns.models.concern import Concern
from concerns.models.person import Person, Post, Viewer
from concerns.rules.names import folded
from concerns.rules.roles import May, Role


def choice(child: Child) -> dict[str, str]:
    """A child as the picker shows it: enough to tell two of one name apart, and no more."""
    return {"uid": str(child.uid), "label": child.label, "detail": child.detail}


def found(viewer: Viewer, part: str) -> tuple[list[Child], bool]:
    """The first dozen on the roll by part of a name, and whether there are more."""
    if not folded(part):
        return [], False
    rows = list(Child.objects.on_roll(viewer).found_by(part[:100])[: MOST_FOUND + 1])
    return ChildName.objects.say_was(rows[:MOST_FOUND], part), len(rows) > MOST_FOUND


def chosen(viewer: Viewer, uids: list[uuid.UUID]) -> dict[str, Child]:
    """The children picked, by uid. One who left the roll while the form was open is still meant.

    Each with whether a new sign of theirs comes after a "no further action" (`again.py`): sending a
    concern then asks no more.
    """
    if not uids:
        return {}
    rows = Child.objects.of_school(viewer).filter(uid__in=uids)
    return {str(row.uid): row for row in rows.annotate(again=after_no_further(viewer.now))}


def staff(viewer: Viewer, uids: list[uuid.UUID] | None = None) -> dict[str, Person]:
    """Everybody else who works here today, or those of `uids`, by uid and in the order of names."""
    if uids == []:
        return {}
    posts = Post.objects.filter(school=viewer.school, person__is_active=True)
    posts = posts.in_force(viewer.today).exclude(person=viewer.person)
    if uids:
        posts = posts.filter(person__uid__in=uids)
    found: dict[str, Person] = {}
    for post in posts.select_related("person").order_by("person__name", "pk"):
        person = found.setdefault(str(post.person.uid), post.person)
        person.detail = post.title or Role(post.role).title
    return found


def colleague(person: Person) -> dict[str, str]:
    """Somebody of `staff` as a choice."""
    return {"uid": str(person.uid), "label": person.name, "detail": person.detail}


def staff_found(viewer: Viewer, part: str) -> tuple[list[Person], bool]:
    """The first dozen of the staff by part of a name, and whether there are more. Names of staff
    are few: they are read whole and looked through here."""
    parts = folded(part[:100]).split()
    rows = [
        person
        for person in staff(viewer).values()
        if all(any(w.startswith(p) for w in folded(person.name).split()) for p in parts)
    ]
    return rows[:MOST_FOUND], len(rows) > MOST_FOUND


def to_keep_out(viewer: Viewer, concern: Concern) -> list[Person]:
    """Who works here and is not kept out of `concern` by name."""
    staff = Person.objects.who_may(May.SUBMIT, viewer.school, viewer.today)
    return list(staff.exclude(excluded_from__concern=concern))


def picking(viewer: Viewer, picked: list[Child], find: str, looking: bool) -> dict:
    """What the picker shows: who was `picked`, and, once `looking`, who is found by what was typed
    in it."""
    page = {"find": find, "picked": [choice(child) for child in picked]}
    if looking and find.strip():
        rows, page["more"] = found(viewer, find)
        page["found"] = [choice(row) for row in rows]
    return page
