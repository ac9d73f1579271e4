"""The viewer for whom a statement is composed that asks what its viewer may see.

What is composed for the stand-in holds only where nothing else of the viewer makes a difference:
for whoever reads the whole record of their school (`is_composed_for`). For a reader of a part,
whose part and whose day make a difference, such a queryset is composed afresh each time. How
statements are composed once is in `models/base/composed_rows.py`.
"""

from datetime import datetime
from typing import cast

from concerns.models.base.composed_rows import Keys
from concerns.models.child.child import Child
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules.roles import May, Role

# Stand-ins for the keys of one child, of a school and of a person: no row has keys like these.
_CHILD, _SCHOOL, _PERSON = (9_007_199_254_740_000 + number for number in (1, 2, 3))
_NO_TIME = cast(datetime, None)


def stand_in_viewer() -> Viewer:
    """The viewer for whom a statement is composed: they read the whole record of their school.

    They have no time, so composing fails where what one sees depends on the day or the hour.
    """
    return Viewer(Person(pk=_PERSON), School(pk=_SCHOOL), frozenset({Role.DSL}), _NO_TIME)


def stand_in_child() -> Child:
    return Child(pk=_CHILD, school=School(pk=_SCHOOL))


def is_composed_for(viewer: Viewer) -> bool:
    """Whether `viewer` may see just what `stand_in_viewer` may, in their own school."""
    return viewer.has_power(May.READ) and not viewer.reads_part


def keys_of_viewer(viewer: Viewer, child: Child | None = None) -> Keys:
    """What takes the places of the stand-ins for the viewer and, where there is one, the child.

    Raises ValueError if what was composed for `stand_in_viewer` is not for them.
    """
    if not is_composed_for(viewer):
        raise ValueError("They do not read the whole record: compose it for them.")
    keys = {_SCHOOL: viewer.school.pk, _PERSON: viewer.person.pk}
    return keys | {_CHILD: child.pk} if child else keys
