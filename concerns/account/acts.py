"""What somebody does about their own account: ask for a new password without being signed in, end
sessions, and link an account of single sign-on; and the head ends the sessions of somebody else.
Also the providers of single sign-on, which whoever runs the site sets up by command.

The e-mails are sent by the page, or by the command, after the act.
"""

from datetime import datetime

from concerns.doors.act import ActRecord, ActRefused, act
from concerns.doors.operator_record import by_command
from concerns.models import (
    Invitation,
    Person,
    SignOnLink,
    SignOnProvider,
    StaffChangeRequest,
    Viewer,
)
from concerns.models.school import user_sessions
from concerns.rules.kinds import Kind
from concerns.rules.roles import May


@act(May.SUBMIT, Kind.INVITED)
def ask_for_link(*, by: Viewer, now: datetime, record: ActRecord) -> Invitation:
    """Have a link sent to oneself. The present password works until another is chosen: anybody can
    ask for somebody else."""
    link = Invitation.objects.create(school=by.school, person=by.person, by=by.person, at=now)
    record(about=by.person, fields=["password"], reason="asked for it without signing in")
    return link


@act(May.SUBMIT, Kind.ASKED)
def ask_head_for_password(
    *, by: Viewer, asked: StaffChangeRequest, now: datetime, record: ActRecord
) -> StaffChangeRequest:
    """Ask the head for a new password for oneself. Raises ActRefused if that waits already."""
    # So that two at once do not ask twice.
    Person.objects.select_for_update().get(pk=by.person.pk)
    same = StaffChangeRequest.objects.filter(person=by.person, matter=asked.matter)
    if same.awaiting_answer().exists():
        raise ActRefused("This has already been asked for, and is waiting for an answer.")
    asked.save()
    record(about=asked, reason=asked.matter)
    return asked


# Chosen in place of one session: all of them but the one that is in use.
OTHERS = "others"


@act(May.REREAD, Kind.SESSION_ENDED)
def end_own_sessions(
    *, by: Viewer, chosen: str, this: str, now: datetime, record: ActRecord
) -> int:
    """End the session whose row has the key `chosen`, or with `OTHERS` all but the one in use.

    That one has the session key `this`. Returns how many ended. Raises ActRefused if there is none.
    """
    rows = [
        row
        for row in user_sessions.list_open_sessions(by.person)
        if row.session_key != this and chosen in {OTHERS, str(row.pk)}
    ]
    if not rows:
        raise ActRefused("That has ended already. Nothing was left to end.")
    ended = user_sessions.end_sessions(rows)
    record(about=by.person, reason=f"{ended} of their own")
    return ended


@act(May.REREAD, Kind.STAFF_CHANGED)
def change_own_name(*, by: Viewer, name: str, now: datetime, record: ActRecord) -> Person:
    """Change one's own name, for somebody who works in several schools: no office of these changes
    it alone. Raises ActRefused for anybody else, whose school keeps their name."""
    person = Person.objects.select_for_update().get(pk=by.person.pk)
    if not person.works_elsewhere(by.school, by.todays_date):
        raise ActRefused(OFFICE_KEEPS_NAME)
    person.name = name
    person.save(update_fields=["name"])
    record(about=person, fields=["name"], reason="of themselves")
    return person


OFFICE_KEEPS_NAME = "The office of your school keeps your name. If it is wrong, ask them."


@act(May.POSTS, Kind.SESSION_ENDED, on="person")
def sign_out_everywhere(*, by: Viewer, person: Person, now: datetime, record: ActRecord) -> int:
    """End every session of somebody else, at once. Returns how many there were."""
    if person.pk == by.person.pk:
        raise ActRefused("This is you. End your own sessions under “Where you are signed in”.")
    ended = user_sessions.end_sessions(user_sessions.list_open_sessions(person))
    record(about=person, reason=f"all {ended}, by the head")
    return ended


ELSEWHERE = (
    "You work in another school of this site too. What one school's provider says must not open "
    "another school, so go on signing in with your password."
)
OTHER_ADDRESS = (
    "The account with which you signed in there has another e-mail address than the school has for "
    "you here, so it was not linked. Sign in there as yourself. If it was you, ask the school "
    "office which address is right."
)
LINKED_ALREADY = (
    "That account is linked already. If it is linked to you, end that link first. If it is linked "
    "to somebody else, tell the school office."
)


@act(May.REREAD, Kind.SIGN_ON_LINKED)
def link_sign_on(
    *,
    by: Viewer,
    provider: SignOnProvider,
    subject: str,
    addresses: tuple[str, ...],
    now: datetime,
    record: ActRecord,
) -> SignOnLink:
    """Link to oneself the account `subject`, with which one has just signed in at `provider`.

    `addresses` are those that the account has there: one of them must be the person's own here, so
    that nobody links a colleague who was still signed in on the computer of the staff room. An
    address alone never links anything. Raises ActRefused.
    """
    person = Person.objects.select_for_update().get(pk=by.person.pk)
    if not person.works_only_in(by.school, by.todays_date):
        raise ActRefused(ELSEWHERE)
    if person.email not in addresses:
        raise ActRefused(OTHER_ADDRESS)
    links = SignOnLink.objects.not_ended()
    of_account = links.filter(issuer=provider.issuer, subject=subject)
    if (of_account | links.filter(provider=provider, person=person)).exists():
        raise ActRefused(LINKED_ALREADY)
    link = SignOnLink.objects.create(
        school=by.school,
        provider=provider,
        person=person,
        issuer=provider.issuer,
        subject=subject,
        at=now,
    )
    record(about=person, reason=provider.name)
    return link


@act(May.REREAD, Kind.SIGN_ON_UNLINKED)
def unlink_sign_on(*, by: Viewer, link: str, now: datetime, record: ActRecord) -> SignOnProvider:
    """End one's own link, whose row has the uid `link`. Raises ActRefused if it has ended."""
    rows = SignOnLink.objects.own_links(by).select_related("provider")
    found = next((row for row in rows if str(row.uid) == link), None)
    if found is None:
        raise ActRefused("That has ended already. Nothing was left to end.")
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    record(about=by.person, reason=found.provider.name)
    provider: SignOnProvider = found.provider
    return provider


@act(May.SUBMIT, Kind.FACTOR_GIVEN)
def give_factor_by_sign_on(
    *, by: Viewer, provider: SignOnProvider, now: datetime, record: ActRecord
) -> None:
    """Record that the viewer gave a second factor at `provider`, which is trusted for it."""
    record(about=by.person, reason=provider.name)


@act(May.POSTS, Kind.SIGN_ON_SET)
def set_up_sign_on(
    *, by: Viewer, provider: SignOnProvider, now: datetime, record: ActRecord
) -> SignOnProvider:
    """Set up `provider`, or change the one that the school has of that directory. From the command
    line. Returns the row, whose uid stays the same when it is changed."""
    same = SignOnProvider.objects.of_one_school(by.school).select_for_update()
    found = same.filter(issuer=provider.issuer, directory=provider.directory).first()
    if found is None:
        provider.school = by.school
        provider.since = now
        provider.save()
        said = "set up"
        kept = provider
    else:
        changed = ("client_id", "client_secret", "trusted_for_factor", "factor_context")
        for name in changed:
            setattr(found, name, getattr(provider, name))
        found.save(update_fields=changed)
        said = "changed"
        kept = found
    trusted = "trusted" if kept.trusted_for_factor else "not trusted"
    factor = f"{trusted} for second factors"
    record(about=kept, reason=f"{kept.name} {said}, {factor}, {by_command()}")
    return kept


@act(May.POSTS, Kind.SIGN_ON_SET)
def end_sign_on(
    *, by: Viewer, provider: SignOnProvider, now: datetime, record: ActRecord
) -> list[Person]:
    """End `provider`, and with it every link to an account there. From the command line. Returns
    whose links they were."""
    provider.ended_at = now
    provider.client_secret = ""
    provider.save(update_fields=["ended_at", "client_secret"])
    people = []
    for link in provider.links.not_ended().select_related("person").order_by("pk"):
        link.ended_at = now
        link.save(update_fields=["ended_at"])
        people.append(link.person)
        record(kind=Kind.SIGN_ON_UNLINKED, about=link.person, reason=f"{provider.name} has ended")
    record(about=provider, reason=f"{provider.name} ended, {by_command()}")
    return people
