"""Reads the statuses of children as flags: a word or two beside a name, in lists and headings.

The words and their order are in `rules/child_file_vocabulary.py`, the look is in
`templates/parts/flags.html`.
"""

from collections import defaultdict
from collections.abc import Collection

from concerns.models.child.child_details import Status
from concerns.rules.child_file_vocabulary import StatusFlag, flags_of_statuses


def find_status_flags(children: Collection[int]) -> dict[int, list[StatusFlag]]:
    """Child key -> flags of the statuses in force, the most pressing first. Takes one query.

    Children without a status are left out. Does not check permission: the caller shows the flags
    only beside a child whom the viewer may read about.
    """
    statuses: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Status.objects.not_ended().filter(child__in=children)
    for child, kind, category in rows.values_list("child", "kind", "category"):
        statuses[child].append((kind, category))
    return {child: flags_of_statuses(of_child) for child, of_child in statuses.items()}
