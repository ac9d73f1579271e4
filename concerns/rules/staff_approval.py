"""Which changes to the list of staff need the head's approval, and who may give it.

The office keeps the list of staff but must not be able to make itself a lead. So the head must
approve any change that would open the record to somebody, close it to a reader, or let somebody
take over a reader's account. These are a reader's post, family, password and e-mail address.

The head may make such changes for others without approval, but never for themselves: nobody gives
themselves a post that reads, a new password or another address. Somebody else asks for it, and the
person who asked never answers the request. A head may approve a request about themselves only if it
gives them no powers they do not have already.

There is one exception: anybody may record, without approval, that a pupil is their own family. That
can only shut them out, and until it is recorded they could read about their own family. The head is
told of it.
"""

from concerns.rules.roles import READERS, May, Role, has_role_with_power, powers_of_roles
from concerns.rules.words import Choice


class StaffRequestMatter(Choice):
    """The change that is requested for one member of staff."""

    POST = "post", "A post"
    RELATED = "related", "Family of a pupil here"
    UNRELATED = "unrelated", "No longer family of a pupil here"
    PASSWORD = "password", "A new password"
    EMAIL = "email", "Another e-mail address"


def may_change_unapproved(
    matter: StaffRequestMatter, asks: frozenset[Role], *, opens: bool, oneself: bool
) -> bool:
    """Whether somebody with the roles `asks` may make the change without approval.

    `opens` is the result of `is_about_record_reader`. `oneself` says that the change is about the
    person who makes it. Source: the rules at the top of this file.
    """
    if not opens or (oneself and matter is StaffRequestMatter.RELATED):
        return True
    return has_role_with_power(asks, May.POSTS) and not oneself


def is_about_record_reader(matter: StaffRequestMatter, role: str, reader: bool) -> bool:
    """Whether the change makes somebody a reader of the record or is about a reader.

    `role` is the role of the post asked for, and matters only for a post. `reader` says that the
    person already reads the record.
    """
    return role in READERS if matter is StaffRequestMatter.POST else reader


def approval_refusal(
    matter: StaffRequestMatter,
    answers: frozenset[Role],
    role: str,
    *,
    asked_it: bool,
    oneself: bool,
) -> str:
    """Why somebody with the roles `answers` may not answer the request; empty if they may.

    `role` is the role of the post asked for, or empty. `asked_it` says that they made the request
    themselves, `oneself` that it is about them. Raises ValueError for an unknown role of a post.
    Source: the rules at the top of this file.
    """
    if not has_role_with_power(answers, May.POSTS):
        return "Only the headteacher can answer this."
    if asked_it:
        return "You asked for this yourself, so somebody else must answer it."
    adds = matter is StaffRequestMatter.POST and not powers_of_roles(
        frozenset({Role(role)})
    ) <= powers_of_roles(answers)
    if oneself and (adds or matter not in {StaffRequestMatter.POST, StaffRequestMatter.RELATED}):
        return "This is about yourself. Ask another head to answer it, or whoever runs this site."
    return ""
