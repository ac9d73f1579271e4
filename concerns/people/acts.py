"""Keeps the list of staff, by page and by file, and sets up the school from the command line.

The office and the head make the changes. A change that would make somebody a reader, or is about a
reader, needs the head's approval, and another e-mail address needs a second person:
`rules/staff_approval.py` says which changes those are and who may approve them. The code that makes
a change is the same whether it is made at once or after approval: `apply_staff_change` in
`workflow/staff_changes.py`. The e-mails that a change owes are sent by the page, after the act.
"""

from datetime import date, datetime, timedelta

from concerns.doors import mail, password_links
from concerns.doors.act import ActRecord, ActRefused, act
from concerns.doors.operator_record import by_command
from concerns.doors.staff_change import (
    NO_MAIL,
    apply_or_request_change,
    apply_requested_change,
    lock_staff_changes,
)
from concerns.models import (
    Child,
    Cover,
    InvitationBatch,
    Notice,
    Person,
    Post,
    PostConfirmation,
    QueuedInvitation,
    School,
    StaffChangeAnswer,
    StaffChangeRequest,
    StaffFile,
    Viewer,
)
from concerns.models.school.school import SchoolDetails
from concerns.rules.kinds import Kind
from concerns.rules.roles import READERS, May, Role, has_role_with_power
from concerns.rules.staff_approval import GIVEN_BY_THE_HEAD, StaffRequestMatter
from concerns.workflow import handover, sign_on_links
from concerns.workflow.invitations import queue_invitation
from concerns.workflow.staff_import import StaffImport, StaffImportResult, StaffLine
from concerns.workflow.unconfirmed_files import UNCONFIRMED_KEPT_FOR


@act(May.POSTS, Kind.STAFF_BROUGHT)
def bring_staff(
    *, by: Viewer, lines: list[StaffLine], now: datetime, record: ActRecord
) -> StaffImportResult:
    """Import every line without a fault, without approval. New people have no password yet."""
    good = [line for line in lines if not line.wrong]
    done = StaffImport(by, now, by_command=True).import_lines(good)
    for person in done.unlinked:
        sign_on_links.record_unlinked(record, person)
    said = f"{len(done.added)} added, {len(done.changed)} changed, {by_command()}"
    record(about=by.school, reason=said, shown=[person.uid for person in done.added])
    return done


@act(May.PEOPLE, Kind.STAFF_READ)
def upload(*, by: Viewer, content: str, rows: int, now: datetime, record: ActRecord) -> StaffFile:
    """Keep a file, encrypted, until it is confirmed. Deletes the files that have waited too
    long to be confirmed (`UNCONFIRMED_KEPT_FOR`)."""
    before = now - UNCONFIRMED_KEPT_FOR
    StaffFile.objects.of_school(by).awaiting_confirmation().filter(read_at__lt=before).delete()
    file = StaffFile.objects.create(school=by.school, by=by.person, read_at=now, content=content)
    record(about=file, reason=f"{rows} rows")
    return file


@act(May.PEOPLE, Kind.STAFF_BROUGHT, on="file")
def bring_file(
    *,
    by: Viewer,
    file: StaffFile,
    lines: list[StaffLine],
    columns: dict[str, object],
    seen: str,
    now: datetime,
    record: ActRecord,
) -> StaffImportResult:
    """Import the file exactly as the page showed it, completely or not at all.

    `seen` is the digest of what was shown; `columns` is kept, to read the next file. Raises
    ActRefused if the result would be a different one by now, or would leave the school without a
    lead or a head tomorrow.
    """
    lock_staff_changes(by)
    done = StaffImport(by, now).import_lines([line for line in lines if not line.wrong])
    if file.brought_at or done.result_digest != seen:
        raise ActRefused(
            "The list of staff has changed since you opened this page. Check the "
            "changes below again, then confirm."
        )
    _require_lead_and_head_tomorrow(by)
    if done.passwords_ended and not mail.is_mail_configured():
        raise ActRefused(NO_MAIL)
    for asked in done.asked:
        record(kind=Kind.ASKED, about=asked, reason=asked.matter)
    for person in done.unlinked:
        sign_on_links.record_unlinked(record, person)
    for person in done.links:
        record(kind=Kind.INVITED, about=person, fields=["password"], reason="reads the record")
    file.brought_at = now
    file.by = by.person
    file.content = ""
    file.columns = columns
    file.save()
    said = f"{len(done.added)} added, {len(done.changed)} changed, {len(done.asked)} asked"
    record(about=file, reason=said, shown=[person.uid for person in done.added])
    return done


def _require_lead_and_head_tomorrow(by: Viewer) -> None:
    tomorrow = by.todays_date + timedelta(days=1)
    posts = Post.objects.filter(school=by.school).in_force_on(tomorrow)
    for role in (Role.DSL, Role.HEAD):
        if not posts.active_with_role(role).exists():
            raise ActRefused(
                f"This file would leave the school without a {role.title_words.lower()}. "
                "Correct the file and upload it again."
            )


@act(May.POSTS, Kind.PASSWORD_SET)
def set_password(
    *, by: Viewer, person: Person, password: str, now: datetime, record: ActRecord
) -> None:
    """Give somebody a password. This ends all their sessions."""
    record(about=person, fields=["password"], reason=by_command())
    sign_on_links.replace_password(record, person, password)


@act(May.POSTS, Kind.SCHOOL_SET)
def keep_school(*, by: Viewer, said: SchoolDetails, now: datetime, record: ActRecord) -> School:
    """Create the school or update it. Past terms and closures stay as they were."""
    by.school.save_from_file(said, now)
    record(about=by.school, fields=["terms", "closures", "hours", "numbers"], reason=by_command())
    return by.school


# --- People, by page -----------------------------------------------------------------------------


@act(May.PEOPLE, Kind.STAFF_CHANGED)
def add_person(
    *,
    by: Viewer,
    email: str,
    said: dict[str, str],
    what: StaffChangeRequest,
    now: datetime,
    record: ActRecord,
) -> tuple[Person, bool]:
    """Add a person with the post in `what`. Returns the person and whether the post is given.

    Somebody who works in another school of this site keeps their account, and is not of this staff
    until they confirm it. Somebody whose post needs the head's approval gets a staff post
    meanwhile, so that they can write a concern from their first day. Raises ActRefused if they work
    here already.
    """
    lock_staff_changes(by)
    person = Person.objects.filter(email=email).first()
    if (
        person
        and Person.objects.current_staff_of(by.school, by.todays_date).filter(pk=person.pk).exists()
    ):
        raise ActRefused(
            f"{person.name} already works here with that e-mail address. Change "
            "their details instead."
        )
    if person is None:
        person = Person(email=email, **said)
        person.set_unusable_password()
        person.save()
    what.person = person
    what.school = by.school
    given = apply_or_request_change(record, what)
    if not given and not what.is_unconfirmed:
        _give_staff_post_meanwhile(what)
    record(about=person, fields=["email", *said], reason="added")
    return person, given


def _give_staff_post_meanwhile(what: StaffChangeRequest) -> None:
    """Let somebody who waits for the head's approval of a post write a concern meanwhile."""
    Post.objects.create(
        person=what.person,
        school=what.school,
        role=Role.STAFF,
        title=what.title,
        since=what.first_day,
        until=what.until,
    )


@act(May.PEOPLE, Kind.STAFF_CHANGED, on="person")
def change_person(
    *,
    by: Viewer,
    person: Person,
    email: str,
    said: dict[str, str],
    now: datetime,
    record: ActRecord,
) -> bool:
    """Change name, room and telephone, and ask for another e-mail address. False: it was asked for.

    Raises ActRefused for somebody who works in another school only, and for another name of
    somebody who works in another school too: that is for them to change.
    """
    lock_staff_changes(by)
    if person.works_only_elsewhere(by.school, by.todays_date):
        raise ActRefused(
            f"{person.name} has no post here now, and works in another school. Ask that school."
        )
    differs = [name for name, new in said.items() if new != getattr(person, name)]
    if "name" in differs and person.works_elsewhere(by.school, by.todays_date):
        raise ActRefused(
            f"{person.name} works in another school too, and changes their name themselves, under "
            "“Where you are signed in”. Nothing was changed."
        )
    for name in differs:
        setattr(person, name, said[name])
    person.save(update_fields=differs)
    record(about=person, fields=differs)
    if email == person.email:
        return True
    if Person.objects.filter(email=email).exists():
        raise ActRefused(
            "Somebody else has that e-mail address. Look for them under “Who has left”."
        )
    what = StaffChangeRequest(matter=StaffRequestMatter.EMAIL, person=person, email=email)
    return apply_or_request_change(record, what)


@act(May.PEOPLE, Kind.STAFF_CHANGED)
def change(*, by: Viewer, what: StaffChangeRequest, now: datetime, record: ActRecord) -> bool:
    """Make the change, or request it from the head if it needs approval. True: it is made."""
    lock_staff_changes(by)
    return apply_or_request_change(record, what)


@act(May.PEOPLE, Kind.INVITED)
def invite_many(
    *, by: Viewer, people: list[Person], now: datetime, record: ActRecord
) -> InvitationBatch:
    """Invite those of `people` who have no password, each by a link that the clock sends.

    Needs no approval, because no password is replaced. Raises ActRefused if none is left to invite.
    """
    lock_staff_changes(by)
    if not mail.is_mail_configured():
        raise ActRefused(NO_MAIL)
    waiting = QueuedInvitation.objects.waiting().filter(person__in=people).values("person")
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in people])
    able = [one for one in rows.exclude(pk__in=waiting) if not one.has_usable_password()]
    if not able:
        raise ActRefused("Nobody is left to invite: see below what became of each.")
    made = InvitationBatch.objects.create(school=by.school, by=by.person, at=now)
    for person in able:
        queue_invitation(made, person, by)
        record(about=person, fields=["password"], reason="one of several")
    record(about=made, reason=f"{len(able)} people")
    return made


@act(May.SUBMIT, Kind.STAFF_CHANGED)
def say_family(*, by: Viewer, child: Child, how: str, now: datetime, record: ActRecord) -> bool:
    """Record that a pupil is the person's own family. Needs no approval, even from a reader."""
    lock_staff_changes(by)
    return apply_or_request_change(
        record,
        StaffChangeRequest(
            matter=StaffRequestMatter.RELATED, person=by.person, child=child, how=how
        ),
    )


@act(May.SUBMIT, Kind.CONFIRMED)
def confirm_post(
    *, by: Viewer, asked: StaffChangeRequest, accepted: bool, now: datetime, record: ActRecord
) -> PostConfirmation:
    """Say whether one works in a school that asked, while one has a post in another. Only once.

    `by` is the person the post is for, in the school that asked. If they accept it, the post is
    given, or waits for the head of that school. Raises ActRefused.
    """
    lock_staff_changes(by)
    rows = PostConfirmation.objects.filter(asked=asked, asked__person=by.person, at__isnull=True)
    confirmation = rows.first()
    if confirmation is None:
        raise ActRefused("You have already answered this. Nothing was done twice.")
    confirmation.at = now
    confirmation.accepted = accepted
    confirmation.save(update_fields=["at", "accepted"])
    if accepted and confirmation.head_needed:
        _give_staff_post_meanwhile(asked)
    else:
        StaffChangeAnswer.objects.create(
            school=by.school,
            asked=asked,
            asked_by=asked.by,
            by=by.person,
            at=now,
            approved=accepted,
            why="" if accepted else "They say that they do not work here.",
        )
        if accepted:
            apply_requested_change(record, asked)
    record(about=asked, reason="accepted" if accepted else "refused")
    return confirmation


@act(May.PEOPLE, Kind.APPROVED)
def answer(
    *,
    by: Viewer,
    asked: StaffChangeRequest,
    approved: bool,
    why: str,
    now: datetime,
    record: ActRecord,
) -> StaffChangeAnswer:
    """Approve a request, which makes the change, or refuse it with a reason. Only once."""
    lock_staff_changes(by)
    earlier = StaffChangeAnswer.objects.filter(asked=asked).select_related("by").first()
    if earlier:
        raise ActRefused(f"{earlier.by.name} has already answered this. Nothing was done twice.")
    if why_not := asked.why_may_not_answer(by):
        raise ActRefused(why_not)
    said = StaffChangeAnswer.objects.create(
        school=by.school,
        asked=asked,
        asked_by=asked.by,
        by=by.person,
        at=now,
        approved=approved,
        why=why,
    )
    if approved:
        apply_requested_change(record, asked)
    words = {"why": why} if why else None
    record(about=asked, reason="approved" if approved else "refused", words=words)
    return said


@act(May.PEOPLE, Kind.STAFF_CHANGED, on="post")
def end_post(*, by: Viewer, post: Post, until: date, now: datetime, record: ActRecord) -> Post:
    """End one post of several; `until` is its last day.

    If the person can then no longer decide on concerns, what they hold returns to its roles. Raises
    ActRefused if it is their only post, if `until` is before the post began, if a reader's post
    would end after today, or if the school would be left without a lead or a head.
    """
    lock_staff_changes(by)
    if until < post.since:
        raise ActRefused("The last day cannot be before the first day of the post.")
    others = Post.objects.filter(person=post.person, school=by.school).exclude(pk=post.pk)
    if not others.current_or_future(until + timedelta(days=1)).exists():
        raise ActRefused(
            "This is their only post. If they are leaving, record that they have left."
        )
    if post.role in GIVEN_BY_THE_HEAD and post.until and until > post.until:
        raise ActRefused(
            f"This post already ends on {post.until:%-d %B %Y}. If they are to hold it for longer, "
            "give it to them again from the day after. The headteacher then approves it."
        )
    if post.role in READERS and until > by.todays_date:
        raise ActRefused(
            "Record this on the day itself, because what they hold then goes to somebody else."
        )
    _require_lead_and_head(by, post.person, {post.role})
    post.until = until
    post.save(update_fields=["until"])
    left = frozenset(
        map(Role, others.current_or_future(by.todays_date).values_list("role", flat=True))
    )
    if not has_role_with_power(left, May.DECIDE):
        handover.release_to_roles(
            record,
            post.person,
            handover.lock_concerns(handover.open_concerns_held_by(post.person, by.school)),
        )
    record(about=post.person, fields=["until"], reason=post.role)
    return post


@act(May.PEOPLE, Kind.LEFT, on="person")
def leave(
    *, by: Viewer, person: Person, last: date, to: Person | None, now: datetime, record: ActRecord
) -> Person:
    """Record that somebody has left; `last` is their last day, today at the latest.

    Their posts here end, their account closes unless they have a post in another school, and `to`
    takes over what they hold and is notified. What `to` may not see goes to the role whose step it
    is. `to` may be None if the person holds nothing that `by` may see; then all of it goes to the
    roles. So it may be if `by` does not read the record, who must not learn whether they hold
    anything. Nobody may record their own leaving. Raises ActRefused.
    """
    lock_staff_changes(by)
    if person.pk == by.person.pk:
        raise ActRefused("Ask a colleague to record that you have left.")
    if last > by.todays_date:
        raise ActRefused("That day is in the future. Record it on the day they leave.")
    _require_lead_and_head(by, person, {Role.DSL, Role.HEAD})
    concerns = handover.lock_concerns(handover.open_concerns_held_by(person, by.school))
    able = Person.objects.who_may(May.DECIDE, by.school, by.todays_date).exclude(pk=person.pk)
    owed = by.has_power(May.READ_ALL) and any(handover.count_open_work(person, by))
    if to not in able if to else owed:
        raise ActRefused(
            "Choose who takes over their concerns: somebody who may decide on concerns."
        )
    came = handover.hand_over_concerns(record, person, to, concerns)
    Notice.objects.notify_leaver_takeover(by.person, to, came, now)
    record(about=person, fields=["posts", "is_active"])
    with sign_on_links.recording_unlinking(record, person):
        person.end_all_posts(by.school, last, by.todays_date)
    return person


def _require_lead_and_head(by: Viewer, person: Person, roles: set[str]) -> None:
    """Refuse to leave the school without a lead, or without a head who can approve a new one."""
    for role in (role for role in (Role.DSL, Role.HEAD) if role in roles):
        posts = (
            Post.objects.filter(school=by.school).in_force_on(by.todays_date).active_with_role(role)
        )
        if posts.filter(person=person).exists() and not posts.exclude(person=person).exists():
            title = role.title_words.lower()
            raise ActRefused(
                f"{person.name} is the only {title}. Make somebody else {title} first."
            )


@act(May.SUBMIT, Kind.PASSWORD_SET, on="person")
def choose_password(
    *, by: Viewer, person: Person, link: str, password: str, now: datetime, record: ActRecord
) -> Person:
    """Set the person's own password with a link. Ends the link and all open sessions."""
    if password_links.person_of_password_link(link) != person:
        raise ActRefused("This link no longer works. Ask the school office for another.")
    record(about=person, fields=["password"], reason="with a link")
    sign_on_links.replace_password(record, person, password)
    return person


@act(May.COVER, Kind.COVERED)
def say_cover(*, by: Viewer, cover: Cover, now: datetime, record: ActRecord) -> Cover:
    """Record who is away and who covers for them, or who can be reached out of hours.

    All of them must be able to decide on concerns; other readers, such as the chair, may be away.
    A lead may record this for themselves, the office and the head for anybody.
    """
    if wrong := _cover_fault(by, cover):
        raise ActRefused(wrong)
    _require_own_or_office(by, cover)
    cover.school = by.school
    cover.by = by.person
    cover.at = now
    cover.save()
    record(about=cover, reason=cover.kind)
    return cover


def _cover_fault(by: Viewer, cover: Cover) -> str:
    """Whose post does not fit this cover, in a sentence for the user; "" if all do."""
    able = set(Person.objects.who_may(May.DECIDE, by.school, by.todays_date))
    if cover.is_absence:
        if cover.person not in Person.objects.who_may_be_away(by.school, by.todays_date):
            return "Choose somebody who reads concerns: only their absence is recorded here."
    elif cover.person not in able:
        return "Choose somebody who may decide on concerns: only they are reached out of hours."
    if cover.stands_in not in able | {None}:
        return "Choose somebody who may decide on concerns to stand in."
    return ""


@act(May.COVER, Kind.COVERED, on="cover")
def end_cover(*, by: Viewer, cover: Cover, now: datetime, record: ActRecord) -> Cover:
    """End an absence or cover from now on, because it is over or was a mistake."""
    _require_own_or_office(by, cover)
    cover.ended_by = by.person
    cover.ended_at = now
    cover.save(update_fields=["ended_by", "ended_at"])
    record(about=cover, fields=["ended_at"], reason=cover.kind)
    return cover


def _require_own_or_office(by: Viewer, cover: Cover) -> None:
    """Refuse a cover about somebody else, unless `by` keeps the list of staff."""
    if cover.person != by.person and not by.has_power(May.PEOPLE):
        raise ActRefused(
            "You can say this of yourself. For a colleague, ask the office or the head."
        )
