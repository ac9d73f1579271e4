"""Reads what stands as flags beside a child's name, in lists and headings: their statuses in a word
or two, and whether an earlier school's file, or an earlier record, is still unread.

The words and their order are in `rules/child_file_vocabulary.py`, the look is in
`templates/parts/flags.html`.
"""

from collections import defaultdict
from collections.abc import Collection

from concerns.models.child.child import Child
from concerns.models.child.child_details import Status
from concerns.models.school.person import Viewer
from concerns.rules.child_file_vocabulary import (
    UNREAD_FILE_FLAG,
    UNREAD_RECORD_FLAG,
    StatusFlag,
    flags_of_statuses,
)


def find_status_flags(viewer: Viewer, children: Collection[int]) -> dict[int, list[StatusFlag]]:
    """Child key -> flags of the statuses in force, the most pressing first, and last those of
    an unread file and an unread record. Takes one query.

    Children without a flag are left out, and those whose file the viewer does not read. Does not
    check permission: the caller shows the flags only beside a child whom the viewer may read about.
    """
    children = Child.objects.keys_with_file(viewer, children)
    statuses: dict[int, list[tuple[str, str]]] = defaultdict(list)
    unread: dict[int, set[str]] = defaultdict(set)
    for child, kind, category in Status.objects.kinds_and_unread_files(children):
        if kind:
            statuses[child].append((kind, category))
        else:
            unread[child].add(category)
    found = {child: flags_of_statuses(of_child) for child, of_child in statuses.items()}
    for child, what in unread.items():
        flags = [UNREAD_FILE_FLAG] if "" in what else []
        flags += [UNREAD_RECORD_FLAG] if "record" in what else []
        found[child] = [*found.get(child, []), *flags]
    return found
