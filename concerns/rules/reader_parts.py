"""What a reader of a part of the record sees: of which children, and of what was written.

The lead or the head says what somebody reads: of the children of years or classes, of children who
are named, or concerns in some categories. The head approves it, as for every reader.

The children of years, of classes and by name are those on the roll: who moves to another year or
class is read of by other people from that moment, and who has left by none. Their readers see the
concerns that are about a child of theirs, and the child's file. A concern that is about another
child, in which a child of theirs is only also involved, they do not see.

A part of categories is drawn by the concern, whoever it is about: a child who is not on the roll
yet, or no longer, may be just the one that an attendance officer looks for. What counts is what a
lead sorted the concern into last, and until then what its writer chose: a lead who sorts it into
the category or out of it shows it to its readers or takes it from them, from that moment. They see
all children of such a concern as they stand in it. Nothing else of a child is theirs: no other
concern, and no line of the child's file.

Of each kind of row of the concerns of a part `ShownInPart` says what its reader sees; there, every
child of a concern in the categories counts as a child of the part. Next steps, and what a colleague
is asked for, no reader of a part sees: those are the work of the leads.
"""

from collections.abc import Iterable

from concerns.rules.roles import Role
from concerns.rules.words import SORTED_INTO, Category, Choice


class PartKind(Choice):
    """How a part is drawn."""

    GROUPS = "groups", "All children of some years or classes"
    CHILDREN = "children", "Named children"
    CATEGORIES = "categories", "Concerns in some categories"


# The kind of part that the holder of each role reads.
PART_KIND_OF_ROLE = {
    Role.YEAR_LEAD: PartKind.GROUPS,
    Role.KEYWORKER: PartKind.CHILDREN,
    Role.SENCO: PartKind.CATEGORIES,
    Role.ATTENDANCE: PartKind.CATEGORIES,
}

# The categories that are ticked at first when somebody is given the role. The lead or the head may
# tick others.
USUAL_CATEGORIES = {
    Role.SENCO: (Category.SPECIAL_NEEDS,),
    Role.ATTENDANCE: (Category.ABSENCE,),
}

# The categories that a part may be of. What is in none of them is nobody's part.
CATEGORIES_OF_PARTS = {
    value: label for value, label in SORTED_INTO.items() if value != Category.UNSORTED
}


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
    WITH_ITS_ENTRY = (
        "entry", "Those that came with a conversation, a meeting or a referral that they see; the"
        " others as what is written later",
    )  # fmt: skip
    NEVER = "never", "None"


def kinds_of_part(roles: Iterable[Role]) -> frozenset[PartKind]:
    """The kinds of part that the holder of `roles` reads."""
    return frozenset(PART_KIND_OF_ROLE[role] for role in roles if role in PART_KIND_OF_ROLE)


def is_part_of_kind(kind: PartKind, said: frozenset[PartKind]) -> bool:
    """Whether a part of `kind` may say what it says, which is of the kinds `said`: nothing else,
    and not nothing."""
    return said == frozenset({kind})
