"""Finds children and colleagues by part of a name, for the pickers on forms.

Picking a name from the roll or the staff does not count as reading about somebody and is not
recorded. A choice therefore shows only enough to tell apart two people of the same name.
"""

import uuid

from concerns.models.again import after_no_further
from concerns.models.child import MOST_FOUND, Child, ChildName
from concerns.models.concern import Concern
from concerns.models.person import Person, Post, Viewer
from concerns.rules.names import folded
from concerns.rules.roles import May, Role


def choice(child: Child) -> dict[str, str]:
    """A child as the picker shows it: uid, name, and a detail to tell namesakes apart."""
    return {"uid": str(child.uid), "label": child.label, "detail": child.detail}


def found(viewer: Viewer, part: str) -> tuple[list[Child], bool]:
    """The first MOST_FOUND children on the roll by part of a name, and whether there are more."""
    if not folded(part):
        return [], False
    rows = list(Child.objects.on_roll(viewer).found_by(part[:100])[: MOST_FOUND + 1])
    return ChildName.objects.say_was(rows[:MOST_FOUND], part), len(rows) > MOST_FOUND


def chosen(viewer: Viewer, uids: list[uuid.UUID]) -> dict[str, Child]:
    """The picked children, by uid. Includes a child who left the roll while the form was open.

    Each has the annotation `again`: whether a new sign comes after a decision of "no further
    action" (`again.py`). Sending a concern then needs no further query.
    """
    if not uids:
        return {}
    rows = Child.objects.of_school(viewer).filter(uid__in=uids)
    return {str(row.uid): row for row in rows.annotate(again=after_no_further(viewer.now))}


def staff(viewer: Viewer, uids: list[uuid.UUID] | None = None) -> dict[str, Person]:
    """Everybody else who works here today, by uid and ordered by name; only `uids` if given.

    Each has `detail`: the title of their post, or else of their role.
    """
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
    """A colleague as the picker shows them. `person` comes from `get_colleagues_by_uid`."""
    return {"uid": str(person.uid), "label": person.name, "detail": person.detail}


def staff_found(viewer: Viewer, part: str) -> tuple[list[Person], bool]:
    """The first MOST_FOUND colleagues by part of a name, and whether there are more. Staff are few,
    so all their names are loaded and searched in Python."""
    parts = folded(part[:100]).split()
    rows = [
        person
        for person in staff(viewer).values()
        if all(any(w.startswith(p) for w in folded(person.name).split()) for p in parts)
    ]
    return rows[:MOST_FOUND], len(rows) > MOST_FOUND


def to_keep_out(viewer: Viewer, concern: Concern) -> list[Person]:
    """Staff who are not yet excluded from `concern` by name."""
    staff = Person.objects.who_may(May.SUBMIT, viewer.school, viewer.today)
    return list(staff.exclude(excluded_from__concern=concern))


def picking(viewer: Viewer, picked: list[Child], find: str, looking: bool) -> dict:
    """The picker's context: the children `picked` so far and, if `looking`, those found by what was
    typed (`find`)."""
    page = {"find": find, "picked": [choice(child) for child in picked]}
    if looking and find.strip():
        rows, page["more"] = found(viewer, find)
        page["found"] = [choice(row) for row in rows]
    return page
