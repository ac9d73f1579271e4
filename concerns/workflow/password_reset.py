"""What somebody who forgot their password has to do: follow a link, or wait for the head as well.

Whoever reads nothing proves by their e-mail that the account is theirs. A reader's mailbox is not
enough, since whoever had it would read every child's file: the head approves. (A second factor does
not stand in for the head: the page of the link does not ask for one.)
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from concerns.models.school.approval import StaffChangeRequest, may_read_records
from concerns.models.school.person import Person, Post, Viewer
from concerns.models.school.school import School
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import May, Role
from concerns.rules.staff_approval import StaffRequestMatter


class ResetWay(Enum):
    """How somebody comes to a new password."""

    LINK = "by a link in an e-mail"
    HEAD = "by a link, once the head has approved it"
    OPERATOR = "by whoever runs the site: nobody in a school may approve it"


@dataclass(frozen=True)
class PasswordReset:
    """Somebody's way to a new password. `by` is that person, in the school that is asked."""

    by: Viewer
    way: ResetWay
    heads: tuple[Person, ...] = ()

    @property
    def request(self) -> StaffChangeRequest:
        """What the head is asked. Not saved."""
        matter = StaffRequestMatter.PASSWORD
        person = self.by.person
        now = self.by.now
        return StaffChangeRequest(
            school=self.by.school, by=person, at=now, matter=matter, person=person
        )


def find_password_reset(address: str, now: datetime) -> PasswordReset | None:
    """The way to a new password for whoever has `address`, at `now`; None if nobody here has."""
    person = Person.objects.filter(email=address, is_active=True).first()
    posts = Post.objects.filter(person=person).select_related("school").order_by("since", "pk")
    if person is None:
        return None
    held = [
        post
        for post in posts
        if post.until is None or local_day(post.school.school_calendar, now) <= post.until
    ]
    if not held:
        return None
    return _reset_of_account(person, held, now)


def _reset_of_account(person: Person, held: list[Post], now: datetime) -> PasswordReset:
    today = local_day(held[0].school.school_calendar, now)
    if not may_read_records(person, today):
        return PasswordReset(_viewer_of(person, held[0].school, now), ResetWay.LINK)
    read_at = Post.objects.filter(pk__in=[post.pk for post in held]).with_read_access()
    schools = {post.school_id: post.school for post in read_at.select_related("school")}
    school = next(iter(schools.values()), held[0].school)
    by = _viewer_of(person, school, now)
    heads = Person.objects.who_may(May.POSTS, school, today).exclude(pk=person.pk)
    if len(schools) > 1 or not heads:
        return PasswordReset(by, ResetWay.OPERATOR)
    return PasswordReset(by, ResetWay.HEAD, tuple(heads))


def _viewer_of(person: Person, school: School, now: datetime) -> Viewer:
    """With the role of staff: what they ask for here gives them nothing that their post gives."""
    return Viewer(person, school, frozenset({Role.STAFF}), now)
