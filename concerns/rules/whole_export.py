"""What takes out so much of the school that it needs two people, and who the second may be.

That is a CSV file or a print that names more children than one person may open in a day without
saying why (`bulk_brake.py`): the tracker of a whole school. The file of the head's audit names no
child and holds none of what was written, so it needs one person, like a print about one child.

One of the two is a head. What was allowed may be taken out for a day, by whoever asked, as often as
it takes: a browser that failed asks again.
"""

from datetime import timedelta

from concerns.rules.kinds import Kind
from concerns.rules.roles import May, Role, has_role_with_power

# For how long what was allowed may be taken out, and for how long a request waits to be answered.
ALLOWED_FOR = timedelta(days=1)
WAITS_FOR = timedelta(days=7)


def is_whole_export(kind: Kind, children: int, most: int) -> bool:
    """Whether a reading of `kind` that names so many `children` needs a second person. `most` is
    what one person may open in a day without saying why."""
    return kind is Kind.EXPORTED and children > most


def is_of_a_head(roles: frozenset[Role]) -> bool:
    """Whether somebody with `roles` counts as the head of the two."""
    return has_role_with_power(roles, May.POSTS)


def export_answer_refusal(*, asked_by_head: bool, answers: frozenset[Role], oneself: bool) -> str:
    """Why somebody with the roles `answers` may not answer a request; empty if they may.

    `asked_by_head` says that a head asked, `oneself` that they asked themselves.
    """
    if oneself:
        return "You asked for this yourself, so somebody else must answer it."
    if not asked_by_head and not is_of_a_head(answers):
        return "Only the headteacher can answer this."
    return ""
