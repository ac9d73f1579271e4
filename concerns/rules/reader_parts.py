"""What a reader of a part of the record sees: of which children, and of what was written.

The lead or the head says of which children somebody reads: those of years or classes, or those who
are named. The head approves it, as for every reader. The children are those on the roll: who moves
to another year or class is read of by other people from that moment, and who has left by none.

They see the concerns that are about a child of theirs. One that is about another child, in which a
child of theirs is only also involved, they do not see. Of each kind of row of those concerns
`ShownInPart` says what they see. Next steps, and what a colleague is asked for, they do not see:
those are the work of the leads.
"""

from concerns.rules.roles import Role
from concerns.rules.words import Choice


class PartKind(Choice):
    """How a part is drawn."""

    GROUPS = "groups", "All children of some years or classes"
    CHILDREN = "children", "Named children"


# The kind of part that the holder of each role reads.
PART_KIND_OF_ROLE = {Role.YEAR_LEAD: PartKind.GROUPS, Role.KEYWORKER: PartKind.CHILDREN}


class ShownInPart(Choice):
    """Which rows, of the concerns that are about a child of their part, its reader sees."""

    AS_THE_CONCERN = "concern", "All"
    OF_THEIR_CHILD = "child", "Those that are for a child of their part"
    OF_THEIR_CHILD_OR_WHOLE = (
        "child-or-whole", "Those for a child of their part, and those for all of its children where"
        " no child outside the part ever stood in it",
    )  # fmt: skip
    WHOLLY_THEIRS = "whole", "Those where no child outside the part ever stood in the concern"
    WRITTEN_LATER = (
        "later", "What its writer added and what they added themselves, and the leads' notes where"
        " no child outside the part ever stood in the concern",
    )  # fmt: skip
    NEVER = "never", "None"


def is_part_of_kind(kind: PartKind, said: frozenset[PartKind]) -> bool:
    """Whether a part of `kind` may say what it says, which is of the kinds `said`: nothing else,
    and not nothing."""
    return said == frozenset({kind})
