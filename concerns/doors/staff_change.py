"""The way in which every change to the staff is made, or asked of a second person.

It is called inside an act, of the rooms `people` and `access`. Which changes need a second person
is in `rules/staff_approval.py`; the change itself is in `workflow/staff_changes.py`.
"""

from concerns.doors import mail
from concerns.doors.act import ActRecord, ActRefused
from concerns.models import PostConfirmation, ReaderPart, School, StaffChangeRequest, Viewer
from concerns.rules.kinds import Kind
from concerns.rules.staff_approval import OF_AN_ACCOUNT, StaffRequestMatter
from concerns.workflow import sign_on_links
from concerns.workflow.staff_changes import apply_staff_change

NO_MAIL = (
    "This site has no way to send mail yet, so nobody could choose a password. Ask whoever runs it."
)


def apply_or_request_change(record: ActRecord, what: StaffChangeRequest) -> bool:
    """Make the change in `what`, or save it as a request to a second person. True: it is made.

    Raises ActRefused.
    """
    by = record.by
    what.school = by.school
    what.by = by.person
    what.at = record.now
    children = what.uids_of_children
    alone = what.may_skip_approval(by)
    unconfirmed = what.needs_confirmation(by.todays_date)
    if alone and not unconfirmed:
        apply_requested_change(record, what)
        record(about=what.person, reason=what.matter, children=children)
        return True
    same = StaffChangeRequest.objects.filter(
        person=what.person, matter=what.matter, child=what.child
    )
    if same.filter(role=what.role, email=what.email).awaiting_answer().exists():
        raise ActRefused("This has already been asked for, and is waiting for an answer.")
    if no_sense := what.why_impossible(by.todays_date) or what.why_nobody_could_answer(by):
        raise ActRefused(no_sense)
    what.save()
    if what.part:
        ReaderPart.objects.record_part(what.part, by.school.pk, asked=what)
    if unconfirmed:
        PostConfirmation.objects.create(school=by.school, asked=what, head_needed=not alone)
    record(kind=Kind.ASKED, about=what, reason=what.matter, children=children)
    return False


def apply_requested_change(record: ActRecord, what: StaffChangeRequest) -> None:
    """Make the change in `what`, which needs no approval or has it. Raises ActRefused."""
    if no_sense := what.why_impossible(record.by.todays_date):
        raise ActRefused(no_sense)
    had_password = what.person.has_usable_password()
    with sign_on_links.recording_unlinking(record, what.person) as unlinked:
        apply_staff_change(what, record)
    what.has_unlinked = bool(unlinked)
    link_only = what.matter in OF_AN_ACCOUNT
    if what.link_owed and (had_password or link_only) and not mail.is_mail_configured():
        raise ActRefused(NO_MAIL)
    if what.matter == StaffRequestMatter.FACTOR:
        record(kind=Kind.FACTOR_REMOVED, about=what.person)
    if what.link_owed:
        record(kind=Kind.INVITED, about=what.person, fields=["password"], reason=what.matter)


def lock_staff_changes(by: Viewer) -> None:
    """Lock the school, so that two changes at once cannot both end one of the last two leads."""
    School.objects.select_for_update(no_key=True).get(pk=by.school.pk)
