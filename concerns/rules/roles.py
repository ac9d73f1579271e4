"""The roles, and the powers of each. No role gets a power anywhere else.

A person holds posts in a school, each with a role and from one date to another. Their powers are
the union of the powers of their current roles. To give a role another power, change its line in
`ROLES`. Who may see a particular concern is not decided here. Of which children, or which
categories, a reader of a part reads is said with their post: `rules/reader_parts.py`.
"""

from enum import StrEnum


class Role(StrEnum):
    STAFF = "staff"
    DSL = "dsl"
    DEPUTY = "deputy"
    HEAD = "head"
    CHAIR = "chair"
    OFFICE = "office"
    YEAR_LEAD = "year_lead"
    KEYWORKER = "keyworker"
    SENCO = "senco"
    ATTENDANCE = "attendance"
    GOVERNOR = "governor"

    @property
    def title_words(self) -> str:
        return TITLES[self]


TITLES = {
    Role.STAFF: "Member of staff",
    Role.DSL: "Designated safeguarding lead",
    Role.DEPUTY: "Deputy safeguarding lead",
    Role.HEAD: "Headteacher",
    Role.CHAIR: "Chair of governors",
    Role.OFFICE: "School office",
    Role.YEAR_LEAD: "Head of year or pastoral lead",
    Role.KEYWORKER: "Keyworker or teacher of a named child",
    Role.SENCO: "Special educational needs coordinator",
    Role.ATTENDANCE: "Attendance officer",
    Role.GOVERNOR: "Governor for safeguarding",
}


class May(StrEnum):
    """Everything that can be permitted. Each page and each act names exactly one power."""

    SUBMIT = "write a concern, and see what happened to one's own"
    REREAD = "read again what one wrote oneself, and what colleagues ask one to do"
    READ = "read concerns and the stories of the children they are about"
    READ_ALL = "read so of every child of the school, and whose move everything is"
    NOTE = "add a note for the leads to a concern one reads"
    TAKE = "say 'I have this', and hand it on"
    DECIDE = "decide, and say why"
    SORT = "sort concerns into categories, and say why"
    REFER = "record what was said to parents and agencies, and what came back"
    CLOSE = "close and reopen"
    ADULT = "read concerns about adults who work here, decide and close them"
    READ_ADULT = "read a concern about an adult that is theirs, or into which the head brought them"
    AUDIT = "see what was done, how long it took and who looked"
    FIGURES = "see figures of past terms, rounded, and no concern"
    ROLL = "import the roll and answer questions about it"
    PEOPLE = "keep the list of who works here: names, posts, invitations, families, leavers"
    COVER = "say who is away, who stands in, and who to contact out of hours"
    CLOCKS = "change how long the school allows for each step, and who outside is told"
    PARTS = "say who reads a part of the record, and which"
    POSTS = "let somebody read the record, and approve what the office asks about readers"


_REPORTER = frozenset({May.SUBMIT, May.REREAD})
# Readers of a part read and add notes. They decide nothing, and see no next steps and no clocks.
_PART_READER = _REPORTER | {May.READ, May.NOTE}
_LEAD = _REPORTER | frozenset({
    May.READ, May.READ_ALL, May.NOTE, May.TAKE, May.DECIDE, May.SORT, May.REFER, May.CLOSE,
    May.COVER, May.PARTS, May.READ_ADULT,
})  # fmt: skip

ROLES: dict[Role, frozenset[May]] = {
    # Everybody who holds any post may write a concern: reporting is never a privilege.
    Role.STAFF: _REPORTER,
    Role.DSL: _LEAD | {May.CLOCKS},
    # A deputy is trained to the same level and acts without asking (KCSIE, annex on the DSL).
    Role.DEPUTY: _LEAD,
    # The head can act if the DSL and the deputy are away, and is accountable for the record. Only
    # the head gives somebody a post that reads, so that the office cannot make itself a lead.
    Role.HEAD: _LEAD | {May.CLOCKS, May.ADULT, May.AUDIT, May.PEOPLE, May.POSTS},
    # Governors see no concern about a child. The chair reads concerns about the head; in `adult/`
    # each concern is open only to the head or the chair, whichever it went to. A lead sees one only
    # if the head brought them into it.
    Role.CHAIR: _REPORTER | {May.ADULT, May.READ_ADULT},
    # The office keeps the roll and the list of staff, and sees only the concerns it wrote itself.
    Role.OFFICE: _REPORTER | {May.ROLL, May.PEOPLE, May.COVER},
    # Each reads of some children alone: those of years or classes, or those who are named.
    Role.YEAR_LEAD: _PART_READER,
    Role.KEYWORKER: _PART_READER,
    # Each reads of some categories alone: the concerns in them, and nothing else of their children.
    Role.SENCO: _PART_READER,
    Role.ATTENDANCE: _PART_READER,
    # Sees figures in which nobody can be found (`rules/suppression.py`), never a child, an adult
    # or a word.
    Role.GOVERNOR: _REPORTER | {May.FIGURES},
}

# Roles that read the record: concerns about children, or about adults who work here, or figures.
READERS = frozenset(
    role for role, given in ROLES.items() if given & {May.READ, May.ADULT, May.FIGURES}
)
# Those of them who act on what they read: when one is away, somebody else does their work.
ACTING_READERS = frozenset(
    role for role, given in ROLES.items() if given & {May.READ_ALL, May.ADULT}
)

# Roles whose holder reads a part of the record, unless another post of theirs reads all of it.
PART_READERS = frozenset(
    role for role, given in ROLES.items() if May.READ in given and May.READ_ALL not in given
)

# What is open to a session without a second factor, whatever the role: reporting is never blocked,
# and a password that was stolen or guessed reads nothing.
WITHOUT_FACTOR = frozenset({May.SUBMIT})
# Roles that must have a second factor: those that may do more than a reporter. The office is among
# them, because it sees the names of all pupils and is one of the two people who replace a factor.
MUST_HAVE_FACTOR = frozenset(role for role, given in ROLES.items() if given - _REPORTER)

# For a step held by a role: the roles in which a person is looked for, in this order. A late step
# is also escalated in this order. Each rung is a different person.
LADDER: dict[Role, tuple[Role, ...]] = {
    Role.DSL: (Role.DSL, Role.DEPUTY, Role.HEAD),
    Role.DEPUTY: (Role.DEPUTY, Role.DSL, Role.HEAD),
    Role.HEAD: (Role.HEAD, Role.CHAIR),
    Role.CHAIR: (Role.CHAIR,),
    Role.OFFICE: (Role.OFFICE, Role.HEAD),
    # These hold no step of a concern: what would be theirs is the lead's.
    **dict.fromkeys(
        (Role.STAFF, Role.GOVERNOR, *sorted(PART_READERS)), (Role.DSL, Role.DEPUTY, Role.HEAD)
    ),
}


def has_role_with_power(roles: frozenset[Role], power: May) -> bool:
    """Whether `roles` together give `power`. Source: `powers_of_roles`."""
    return power in powers_of_roles(roles)


def powers_of_roles(roles: frozenset[Role]) -> frozenset[May]:
    """All powers that `roles` give together. Source: `ROLES`.

    Whoever reads concerns about children has no rounded figures: with what they read themselves
    they could work out from these how much there is that they do not read.
    """
    given = frozenset().union(*(ROLES[role] for role in roles))
    return given - {May.FIGURES} if May.READ in given else given


def roles_with_power(power: May) -> frozenset[Role]:
    """Every role that gives `power`. Source: `ROLES`."""
    return frozenset(role for role, given in ROLES.items() if power in given)
