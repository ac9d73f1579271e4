"""Reads whose page it is: the strip above every page about one concern or one child.

For each child: name, year and class, age, status flags, who of their family or home is at this
school, and the social worker. For a concern also its first line, its state, who has it and what is
late. Only children whom the viewer may read about are in it. It takes the same number of queries
however many children there are. `doors/page_subject.py` knows what a page is about.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from concerns.models.child.child import Child
from concerns.models.child.child_details import Professional
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.reading.child_file import FileInShort, find_siblings_here
from concerns.reading.concern_history import ConcernHistory
from concerns.reading.status_flags import find_status_flags
from concerns.rules.child_file_vocabulary import (
    UNREAD_FILE_FLAG,
    UNREAD_RECORD_FLAG,
    Profession,
    StatusFlag,
    flags_of_statuses,
)
from concerns.rules.wording import age_in_words, shorten_to_one_line
from concerns.rules.words import ChildPart

# Letters of a concern's first line, and late steps that are named.
FIRST_LINE = 120
MOST_LATE = 2


@dataclass(frozen=True)
class ChildIdentity:
    """One child in the strip. `siblings`: who else of their family or home is at this school."""

    child: Child
    age: str
    is_involved: bool
    flags: list[StatusFlag]
    siblings: list[Child]
    social_workers: list[Professional]


@dataclass(frozen=True)
class ConcernIdentity:
    """A concern in the strip. `late`: which steps are late, and how late."""

    concern: Concern
    first_line: str
    late: list[str]


@dataclass(frozen=True)
class IdentityStrip:
    """Whose page it is. `described`: children not on the roll, as they were described."""

    children: list[ChildIdentity]
    described: list[str]
    concern: ConcernIdentity | None = None


def build_concern_strip(
    viewer: Viewer,
    concern: Concern,
    files: dict[int, FileInShort],
    history: ConcernHistory | None = None,
) -> IdentityStrip:
    """The strip of a concern the viewer has opened. Nothing is read twice: `files` are the files of
    its children, by their keys, where the page has read them already; `history` are its rows, if
    the page has read them and those files of all its children whom the viewer may read about."""
    if history:
        rows = [row for row in history.children if row.child is None or row.child.pk in files]
        late = [step for step in history.steps if step.due_at < viewer.now]
    else:
        rows = _list_readable_rows(viewer, concern)
        steps = Step.objects.late(viewer.now).filter(concern=concern).in_part_of(viewer)
        late = list(steps.in_order())
    involved = {row.child_id: row.part == ChildPart.INVOLVED for row in rows}
    children = [row.child for row in rows if row.child]
    return IdentityStrip(
        children=_identify_children(viewer, children, files, involved),
        described=[row.name for row in rows if row.child is None],
        concern=ConcernIdentity(
            concern=concern,
            first_line=shorten_to_one_line(concern.account or concern.told_words, FIRST_LINE),
            late=_late_steps_in_words(viewer, late),
        ),
    )


def _list_readable_rows(viewer: Viewer, concern: Concern) -> list[ConcernChild]:
    visible = Child.objects.visible_to(viewer).values("pk")
    rows = ConcernChild.objects.not_misfiled().filter(
        Q(child=None) | Q(child__in=visible), concern=concern
    )
    return list(rows.in_part_of(viewer).select_related("child").order_by("part", "id"))


def build_child_strip(viewer: Viewer, child: Child, files: dict[int, FileInShort]) -> IdentityStrip:
    """The strip of a child whose page the viewer has opened."""
    return IdentityStrip(_identify_children(viewer, [child], files, {}), [])


def _identify_children(
    viewer: Viewer,
    children: Sequence[Child],
    files: dict[int, FileInShort],
    involved: dict[int | None, bool],
) -> list[ChildIdentity]:
    """Nobody is named as a brother or sister who has a place of their own in the strip."""
    unread = [child for child in children if child.pk not in files]
    keys = Child.objects.keys_with_file(viewer, [child.pk for child in unread])
    flags = find_status_flags(viewer, keys) if keys else {}
    siblings = find_siblings_here(viewer, unread) if keys else {}
    workers = _find_social_workers(keys) if keys else {}
    for child in children:
        if file := files.get(child.pk):
            flags[child.pk] = _flags_of_file(file)
            siblings[child.pk] = file.siblings_here
            workers[child.pk] = file.social_workers
    here = {child.pk for child in children}
    return [
        ChildIdentity(
            child=child,
            age=age_in_words(child.born, viewer.todays_date),
            is_involved=involved.get(child.pk, False),
            flags=flags.get(child.pk, []),
            siblings=[one for one in siblings.get(child.pk, []) if one.pk not in here],
            social_workers=workers.get(child.pk, []),
        )
        for child in children
    ]


def _flags_of_file(file: FileInShort) -> list[StatusFlag]:
    """As `find_status_flags`, from a file that has been read already."""
    found = flags_of_statuses((row.kind, row.category) for row in file.statuses)
    found += [UNREAD_FILE_FLAG] if file.unread_earlier_file else []
    return [*found, UNREAD_RECORD_FLAG] if file.unread_records else found


def _find_social_workers(children: Collection[int]) -> dict[int, list[Professional]]:
    found: dict[int, list[Professional]] = defaultdict(list)
    rows = Professional.objects.not_ended().filter(
        child__in=children, profession=Profession.SOCIAL_WORKER
    )
    for row in rows.order_by("began_at", "id"):
        found[row.child_id].append(row)
    return found


def _late_steps_in_words(viewer: Viewer, late: list[Step]) -> list[str]:
    """ "First look: 2 school days late", the one due first at the beginning; then how many more."""
    days = viewer.school.school_calendar
    found = [
        f"{step.step_in_words}: {step.how_late_in_words(days, viewer.now)}"
        for step in late[:MOST_LATE]
    ]
    more = len(late) - MOST_LATE
    return [*found, f"{more} more late"] if more > 0 else found
