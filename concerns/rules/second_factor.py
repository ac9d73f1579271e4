"""When a password alone is no longer enough, and who may set up a second factor.

A second factor is a passkey, or a code from an app on one's telephone (TOTP). A session that has
not been given one opens only what `roles.WITHOUT_FACTOR` says, once the days of grace are over.
The school begins with days of grace, and so does whoever is given a post that must have a second
factor. Whoever has set one up has no grace left: from then on their password alone opens nothing
more, or a stolen password would.
"""

from datetime import date, timedelta

from concerns.rules.roles import MUST_HAVE_FACTOR, Role

# The most days of grace that a head may give, and what a new school gives.
MOST_GRACE_DAYS = 14
# How long somebody whose account was made safe may set up a second factor: as long as the link to
# choose a password works, which they were sent at the same time.
SET_UP_WITHIN = timedelta(hours=48)
# How long a second factor counts before it is asked for again, on the pages where it is.
ASKED_AGAIN_AFTER = timedelta(minutes=15)
# What was typed on such a page is still taken for this long, so that nothing typed is lost. A page
# that nobody touches for longer has been signed out.
STILL_TAKEN_FOR = timedelta(minutes=45)


def must_have_factor(roles: frozenset[Role]) -> bool:
    """Whether somebody with `roles` must have a second factor. Source: `MUST_HAVE_FACTOR`."""
    return bool(roles & MUST_HAVE_FACTOR)


def grace_ends_on(asked_since: date, post_since: date | None, days: int) -> date:
    """The first day on which a password alone is no longer enough.

    `asked_since` is the day from which the school asks for a second factor, `post_since` the first
    day of the post that must have one, and None for whoever has no such post. `days` is what the
    head allows; more than `MOST_GRACE_DAYS` count as that many.
    """
    begins = max(asked_since, post_since) if post_since else asked_since
    return begins + timedelta(days=min(days, MOST_GRACE_DAYS))


def may_set_up_factor(*, enrolled: bool, gave_factor: bool, open_now: bool) -> bool:
    """Whether somebody may set up a second factor by themselves.

    `enrolled` says that they have one: then they must have given it in this session. `open_now`
    says that their days of grace are not over, or that a link went to them for this. Otherwise a
    stolen password would be enough to set one up, and then to read everything.
    """
    return gave_factor if enrolled else open_now


def may_remove_factor(left: int, *, must: bool) -> bool:
    """Whether somebody may remove one of their own second factors, after which `left` are left.

    `must` says that one of their posts must have one: such a person keeps one. A lost one is
    removed by two others (`rules/staff_approval.py`).
    """
    return left > 0 or not must


def is_password_enough(today: date, ends_on: date, *, enrolled: bool) -> bool:
    """Whether a session opened with a password alone still opens everything on `today`.

    `ends_on` is the result of `grace_ends_on`. `enrolled` says that the person has a second factor.
    """
    return not enrolled and today < ends_on
