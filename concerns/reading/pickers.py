"""Finds children and colleagues by part of a name, for the pickers on forms.

Picking a name from the roll or the staff does not count as reading about somebody and is not
recorded. A choice therefore shows only enough to tell apart two people of the same name.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from concerns.models.base.composed_rows import DAY, KEYS, ComposedRows, key_of_day
from concerns.models.child.child import MOST_FOUND, Child, ChildName
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Person, Post, Viewer
from concerns.models.school.school import School
from concerns.reading.child_by_name import find_children_by_name
from concerns.rules.name_folding import fold_text
from concerns.rules.roles import May, Role
from concerns.rules.wording import age_in_words, format_date_or_time
from concerns.workflow.re_referral import follows_no_further_action


@dataclass(frozen=True)
class Colleague:
    """Somebody who works here. `detail` is the title of their post, or else of their role, with
    their e-mail address if a colleague has the same name and title."""

    person: Person
    detail: str

    @property
    def name_with_detail(self) -> str:
        return f"{self.person.name}, {self.detail}"


def list_staff_to_name(viewer: Viewer, concern: Concern) -> list[Person]:
    """Whoever works in the school and is not kept out of `concern`, by name."""
    keys = {KEYS[0]: viewer.school.pk, KEYS[1]: concern.pk} | key_of_day(viewer.todays_date)
    return _compose_staff_to_name().fetch(keys)


@cache
def _compose_staff_to_name() -> ComposedRows[Person]:
    staff = Person.objects.who_may(May.SUBMIT, School(pk=KEYS[0]), DAY)
    return ComposedRows(staff.not_excluded_from(KEYS[1]))


def children_as_choices(viewer: Viewer, children: Sequence[Child]) -> list[dict[str, str]]:
    """The children as pickers show them: uid, name, and a detail to tell namesakes apart.

    The detail is the year and class, the age and, for those who have left, when. The birthday is
    shown only where two of `children` have one name.
    """
    names = Counter(child.name.casefold() for child in children)
    return [
        {
            "uid": str(child.uid),
            "label": child.label,
            "detail": _detail_to_tell_apart(
                child, viewer.todays_date, names[child.name.casefold()] > 1
            ),
        }
        for child in children
    ]


def _detail_to_tell_apart(child: Child, today: date, has_namesake: bool) -> str:
    born = f"born {format_date_or_time(child.born)}"
    parts = [
        child.detail,
        f"{age_in_words(child.born, today)} old",
        born if has_namesake else "",
        f"left {format_date_or_time(child.left)}" if child.left else "",
    ]
    return ", ".join(filter(None, parts))


def find_children_to_pick(viewer: Viewer, part: str) -> tuple[list[Child], bool]:
    """The first MOST_FOUND children whom the viewer may pick by name, and whether there are more.

    They are the children on the roll; for somebody who reads concerns also those who have left.
    """
    pickable = Child.objects.pickable_by(viewer)
    rows = find_children_by_name(pickable, viewer.school, part, MOST_FOUND + 1)
    return ChildName.objects.mark_former_names(rows[:MOST_FOUND], part), len(rows) > MOST_FOUND


def get_picked_children(viewer: Viewer, uids: list[uuid.UUID]) -> dict[str, Child]:
    """The picked children, by uid. Includes a child who left the roll while the form was open.

    Each has the annotation `again`: whether a new sign comes after a decision of "no further
    action" (`workflow/re_referral.py`). Sending a concern then needs no further query.
    """
    if not uids:
        return {}
    rows = Child.objects.of_school(viewer).filter(uid__in=uids)
    return {str(row.uid): row for row in rows.annotate(again=follows_no_further_action(viewer.now))}


def get_colleagues_by_uid(
    viewer: Viewer, uids: list[uuid.UUID] | None = None
) -> dict[str, Colleague]:
    """Everybody else who works here today, by uid and ordered by name; only `uids` if given."""
    if uids == []:
        return {}
    posts = Post.objects.filter(school=viewer.school, person__is_active=True)
    posts = posts.in_force_on(viewer.todays_date).exclude(person=viewer.person)
    if uids:
        posts = posts.filter(person__uid__in=uids)
    found: dict[str, Colleague] = {}
    for post in posts.select_related("person").order_by("person__name", "pk"):
        detail = post.title or Role(post.role).title_words
        found[str(post.person.uid)] = Colleague(post.person, detail)
    alike = Counter(one.name_with_detail.casefold() for one in found.values())
    return {
        uid: Colleague(one.person, f"{one.detail}, {one.person.email}")
        if alike[one.name_with_detail.casefold()] > 1
        else one
        for uid, one in found.items()
    }


def people_as_choices(people: Iterable[tuple[uuid.UUID, str, str]]) -> list[tuple[str, str]]:
    """(uid, name) of `people`, each given with their e-mail address, in the order of their names.
    The address is shown only where two have one name."""
    known = sorted(people, key=lambda one: (one[1], one[2]))
    names = Counter(name.casefold() for _, name, _ in known)
    return [
        (str(uid), name if names[name.casefold()] == 1 else f"{name}, {email}")
        for uid, name, email in known
    ]


def colleague_as_choice(colleague: Colleague) -> dict[str, str]:
    """A colleague as the picker shows them: uid, name, and a detail to tell namesakes apart."""
    person = colleague.person
    return {"uid": str(person.uid), "label": person.name, "detail": colleague.detail}


def find_colleagues_by_name(viewer: Viewer, part: str) -> tuple[list[Colleague], bool]:
    """The first MOST_FOUND colleagues by part of a name, and whether there are more. Staff are few,
    so all their names are loaded and searched in Python."""
    parts = fold_text(part[:100]).split()
    rows = [
        one
        for one in get_colleagues_by_uid(viewer).values()
        if all(any(w.startswith(p) for w in fold_text(one.person.name).split()) for p in parts)
    ]
    return rows[:MOST_FOUND], len(rows) > MOST_FOUND


def list_staff_to_exclude(viewer: Viewer, concern: Concern) -> list[Person]:
    """Staff who are not yet excluded from `concern` by name."""
    staff = Person.objects.who_may(May.SUBMIT, viewer.school, viewer.todays_date)
    return list(staff.exclude(excluded_from__concern=concern))


def build_picker_context(
    viewer: Viewer, picked: list[Child], find: str, looking: bool
) -> dict[str, Any]:
    """The picker's context: the children `picked` so far and, if `looking`, those found by what was
    typed (`find`)."""
    page: dict[str, Any] = {"find": find, "picked": children_as_choices(viewer, picked)}
    if looking and find.strip():
        rows, page["more"] = find_children_to_pick(viewer, find)
        page["found"] = children_as_choices(viewer, rows)
    return page
