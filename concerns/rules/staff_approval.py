"""Which changes to the list of staff need a second person, and who that may be.

The office keeps the list of staff but must not be able to make itself a lead. So the head must
approve any change that would open the record to somebody, close it to a reader, or let somebody
take over a reader's account. These are a reader's post, family, password and e-mail address. A post
is given by whatever makes it run on a day on which it would not have run: a new post, a later last
day, and the return of somebody who left with a reader's post still to come.

A post in the office waits for the head too. Otherwise the office could make up a colleague, who
would then be the second person whom a change of address needs.

Whoever is sent the links of an account can sign in as its owner. So nobody changes an address
alone, the head included: it waits for the head or for a colleague who keeps the list of staff; for
a reader, for the head. Neither the person who asked nor the owner of the account may be the second
person. When it is made, or when somebody becomes a reader, the account is made safe
(`is_account_made_safe`): the password, the sessions and all links end, and one link goes to the
address that was approved. Nobody in the school sees the link.

The head may make the other changes for others without approval, but never for themselves: nobody
gives themselves a post that reads, a new password or another address. Somebody else asks for it,
and the person who asked never answers the request. A head may approve a request about themselves
only if it gives them no powers they do not have already.

A second factor that was lost is removed by two people, never by one alone: one of them is a head,
and the other a head or the office. Whoever asked does not answer, nor does the owner. The account
is then made safe, and its owner sets up another. A head whose factor is lost, in a school without
another head, needs whoever runs the site.

A post for somebody who works in another school of the site, and not in this one, waits first for
their own confirmation. Until then they are not of this school's staff, and its office can do
nothing to their account.

There is one exception: anybody may record, without approval, that a pupil is their own family. That
can only shut them out, and until it is recorded they could read about their own family. The head is
told of it.
"""

from concerns.rules.roles import (
    READERS,
    May,
    Role,
    has_role_with_power,
    powers_of_roles,
    roles_with_power,
)
from concerns.rules.words import Choice

# A post in one of these roles is given by the head alone: it reads the record, or keeps the list of
# staff.
GIVEN_BY_THE_HEAD = READERS | roles_with_power(May.PEOPLE)


class StaffRequestMatter(Choice):
    """The change that is requested for one member of staff."""

    POST = "post", "A post"
    RELATED = "related", "Family of a pupil here"
    UNRELATED = "unrelated", "No longer family of a pupil here"
    PASSWORD = "password", "A new password"
    EMAIL = "email", "Another e-mail address"
    FACTOR = "factor", "A lost second factor"


# Each of these ends the password, and a link goes to the owner.
OF_AN_ACCOUNT = frozenset({
    StaffRequestMatter.PASSWORD, StaffRequestMatter.EMAIL, StaffRequestMatter.FACTOR,
})  # fmt: skip


class StaffApprover(Choice):
    """Who may answer a request, as a page says it."""

    HEAD = "head", "the headteacher"
    COLLEAGUE = "colleague", "a colleague who keeps the list of staff"


POWER_TO_ANSWER = {StaffApprover.HEAD: May.POSTS, StaffApprover.COLLEAGUE: May.PEOPLE}

# What a page says of changes in general. Of one change it says `who_approves`.
WHAT_WAITS = (
    "Changes that let somebody read the record or keep the list of staff, that affect somebody who "
    "reads the record, or that change an e-mail address wait until they are approved."
)


def who_approves(matter: StaffRequestMatter, *, opens: bool) -> StaffApprover:
    """Who may answer the request. `opens` is the result of `needs_the_head`."""
    either = matter in {StaffRequestMatter.EMAIL, StaffRequestMatter.FACTOR} and not opens
    return StaffApprover.COLLEAGUE if either else StaffApprover.HEAD


def may_change_unapproved(
    matter: StaffRequestMatter, asks: frozenset[Role], *, opens: bool, oneself: bool
) -> bool:
    """Whether somebody with the roles `asks` may make the change without approval.

    `opens` is the result of `needs_the_head`. `oneself` says that the change is about the person
    who makes it. Source: the rules at the top of this file.
    """
    if matter in {StaffRequestMatter.EMAIL, StaffRequestMatter.FACTOR}:
        return False
    if not opens or (oneself and matter is StaffRequestMatter.RELATED):
        return True
    return has_role_with_power(asks, May.POSTS) and not oneself


def needs_the_head(matter: StaffRequestMatter, role: str, *, reader: bool, returns: bool) -> bool:
    """Whether only a head may make or approve the change.

    `role` is the role of the post asked for, and matters only for a post. `reader` says that the
    person reads the record already, or will from a later day. `returns` says that they have left
    and that a post would let them in again.
    """
    if matter is StaffRequestMatter.POST:
        return role in GIVEN_BY_THE_HEAD or (reader and returns)
    return reader


def is_account_made_safe(
    matter: StaffRequestMatter, *, reader_before: bool, reader_after: bool
) -> bool:
    """Whether the change ends the person's password, sessions and links, and sends them one link.

    `reader_before` and `reader_after` say whether they read the record, now or from a later day,
    before the change and after it.
    """
    if matter in OF_AN_ACCOUNT:
        return True
    return reader_after and not reader_before


def approval_refusal(
    matter: StaffRequestMatter,
    answers: frozenset[Role],
    role: str,
    *,
    opens: bool,
    asked_it: bool,
    oneself: bool,
) -> str:
    """Why somebody with the roles `answers` may not answer the request; empty if they may.

    `role` is the role of the post asked for, or empty. `opens` is the result of `needs_the_head`;
    for a second factor that was lost, whether the one who asked for it is no head. `asked_it` says
    that they made the request themselves, `oneself` that it is about them. Raises ValueError for an
    unknown role of a post. Source: the rules at the top of this file.
    """
    if not has_role_with_power(answers, POWER_TO_ANSWER[who_approves(matter, opens=opens)]):
        return "Only the headteacher can answer this."
    if asked_it:
        return "You asked for this yourself, so somebody else must answer it."
    adds = matter is StaffRequestMatter.POST and not powers_of_roles(
        frozenset({Role(role)})
    ) <= powers_of_roles(answers)
    if oneself and (adds or matter not in {StaffRequestMatter.POST, StaffRequestMatter.RELATED}):
        return "This is about yourself. Ask another head to answer it, or whoever runs this site."
    return ""
