"""How many children's files one person may open before they are asked why.

A file is open when a page shows a concern about the child, the child's story or file, or a print, a
pack or a CSV file in which the child stands. A child who is opened twice within the time counts
once. Lists (the queue, the tracker, what a search found) are no files.

What counts is the person, not the session: whoever has stolen a password would otherwise begin
again at nought by signing in again.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.words import Choice


class BulkLimit(Choice):
    """The two limits, and how each is said."""

    HOUR = "hour", "in an hour"
    DAY = "day", "in a day"


# The longest first: whoever has said why for a day need not say why for its last hour too.
WINDOWS = {BulkLimit.DAY: timedelta(days=1), BulkLimit.HOUR: timedelta(hours=1)}
# The most children's files a person may open without saying why. A school may ask sooner.
MOST = {BulkLimit.HOUR: 40, BulkLimit.DAY: 100}
# The fewest a school may set: a lead who looks at a family of six, and at a class of it.
FEWEST = 10
LONGEST_WINDOW = max(WINDOWS.values())

# The kinds of ledger line that open the files of the children they name.
OPENS_FILES = (
    Kind.OPENED, Kind.ATTACHMENT_READ, Kind.STORY, Kind.FILE, Kind.TRAIL, Kind.EXPORTED,
)  # fmt: skip


# What begins the name of a file that is taken out, and not read on a page.
TAKEN_OUT = "out:"


def file_names(kind: Kind, children: Iterable[uuid.UUID]) -> frozenset[str]:
    """What a reading of `kind` opens of `children`: nothing, or a file of each, by name.

    A child who stands in a print or a CSV file is another file than the same child on a page:
    whoever has taken out the whole tracker has not yet opened everybody in it.
    """
    if kind not in OPENS_FILES:
        return frozenset()
    begins = TAKEN_OUT if kind is Kind.EXPORTED else ""
    return frozenset(f"{begins}{child}" for child in children)


def find_limit_met(
    opened: Mapping[str, datetime],
    opening: Collection[str],
    said_why: Mapping[BulkLimit, datetime],
    most: Mapping[BulkLimit, int],
    now: datetime,
) -> tuple[BulkLimit, int] | None:
    """The limit that `opening` would pass, and how many files would be open then; or None.

    `opened` says when each file was last opened, `opening` are the files asked for, both by name
    (`file_names`). `said_why` is when the person last said why for each limit, and `most` what the
    school allows. All moments are aware. What is asked for first after saying why is shown, however
    much it is: a print of the whole tracker is asked about once.
    """
    for limit, window in WINDOWS.items():
        said = [at for one, at in said_why.items() if WINDOWS[one] >= window]
        explained = max(said, default=None)
        since = max(now - window, explained) if explained else now - window
        known = {child for child, at in opened.items() if at > since}
        together = known.union(opening)
        was_just_explained = explained == since and not known
        if len(together) > max(len(known), most[limit]) and not was_just_explained:
            return limit, len(together)
    return None


def role_to_tell(roles: frozenset[Role]) -> Role:
    """Who is told that somebody with `roles` was asked why: the head, and of a head the chair."""
    return Role.CHAIR if Role.HEAD in roles else Role.HEAD
