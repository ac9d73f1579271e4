"""Makes a change to the staff once somebody may make it alone, or has approved it."""

from datetime import datetime

from concerns.models.school.approval import StaffChangeRequest
from concerns.models.school.invitation import Invitation
from concerns.models.school.person import Person, Post, Relation
from concerns.models.school.reader_part import ReaderPart, part_of_request
from concerns.models.school.school import School
from concerns.models.school.second_factor import remove_second_factors
from concerns.rules.passwords import PasswordLinkKind
from concerns.rules.roles import PART_READERS
from concerns.rules.second_factor import SET_UP_WITHIN
from concerns.rules.staff_approval import StaffRequestMatter, is_account_made_safe
from concerns.workflow.act_recorder import ActRecorder
from concerns.workflow.handover import lock_concerns, open_concerns_held_by, release_and_reassign


def apply_staff_change(asked: StaffChangeRequest, record: ActRecorder) -> None:
    """Make the change, in the act of somebody who may do it alone or who approves it.

    If it says so in `asked.link_owed`, their password has ended and one link is owed to them, of
    that kind. If their address changed, `asked.old_address` is told.
    """
    by = record.by.person
    now = record.now
    person = asked.person
    had_password = person.has_usable_password()
    read_before = person.may_read_from(record.by.todays_date)
    if asked.matter == StaffRequestMatter.POST:
        _create_requested_post(asked, person)
    elif asked.matter == StaffRequestMatter.RELATED:
        child = asked.related_child
        Relation.objects.record_relation(person, child, how=asked.how, by=by, at=now)
        release_and_reassign(
            record,
            person,
            lock_concerns(open_concerns_held_by(person, child.school).involving_children(child)),
        )
    elif asked.matter == StaffRequestMatter.UNRELATED:
        asked.matching_relations().update(ended_by=by, ended_at=now, shuts_out=None)
    elif asked.matter == StaffRequestMatter.EMAIL:
        asked.old_address = person.email
        person.email = asked.email
        person.save(update_fields=["email"])
    elif asked.matter == StaffRequestMatter.FACTOR:
        remove_second_factors(person)
    if is_account_made_safe(
        StaffRequestMatter(asked.matter),
        reader_before=read_before,
        reader_after=person.may_read_from(record.by.todays_date),
    ):
        make_account_safe(person, asked.school, by, now)
        asked.link_owed = _kind_of_link(asked, had_password)


def _kind_of_link(asked: StaffChangeRequest, had_password: bool) -> PasswordLinkKind:
    """A reset, if they had a password and asked for a new one; otherwise an invitation."""
    forgot = asked.matter == StaffRequestMatter.PASSWORD and had_password
    return PasswordLinkKind.RESET if forgot else PasswordLinkKind.INVITATION


def make_account_safe(person: Person, school: School, by: Person, now: datetime) -> None:
    """End the person's password, every session and every link. One new link is then owed.

    Once they have used it they may set up a second factor, though their days of grace are over.
    """
    end_ways_in(person, now)
    Invitation.objects.create(school=school, person=person, by=by, at=now)


def end_ways_in(person: Person, now: datetime) -> None:
    """As `make_account_safe`, for a link that is not sent yet."""
    person.replace_password(None)
    let_set_up_factor(person, now)


def let_set_up_factor(person: Person, now: datetime) -> None:
    """Let the person set up a second factor from `now`, when the link was sent, for as long as the
    link works."""
    person.may_set_up_factor_until = now + SET_UP_WITHIN
    person.save(update_fields=["may_set_up_factor_until"])


def _create_requested_post(asked: StaffChangeRequest, person: Person) -> None:
    post = Post.objects.create(
        person=person,
        school=asked.school,
        role=asked.role,
        title=asked.title,
        since=asked.first_day,
        until=asked.until,
    )
    if asked.role in PART_READERS:
        ReaderPart.objects.record_part(part_of_request(asked), asked.school_id, post=post)
    if not person.is_active:
        # They are back after leaving. Their password was removed when they left.
        person.is_active = True
        person.save(update_fields=["is_active"])
