"""Sets up second factors, takes a code of one, removes one, and sets the school's days of grace;
takes the reason of whoever opens many files, or one outside their caseload, and sets how many may
be opened without one; asks for a file of the whole school, and answers. Says who reads a part of
the record, and ends that.

What a session has been given is noted by the page, after the act (`doors/factor_session.py`), and
the e-mails to the owner of the account are sent by the page too.
"""

from datetime import datetime

from concerns.doors.act import ActRecord, ActRefused, act
from concerns.doors.operator_record import by_command
from concerns.doors.staff_change import apply_or_request_change, lock_staff_changes
from concerns.models import (
    BulkReason,
    BulkStop,
    ExportAnswer,
    ExportRequest,
    Notice,
    PartAnswers,
    Person,
    Post,
    ReadingQuestion,
    ReadingReason,
    School,
    StaffChangeRequest,
    Viewer,
)
from concerns.models.school import second_factor
from concerns.rules.bulk_brake import BulkLimit
from concerns.rules.caseload import ReadingReasonWord
from concerns.rules.kinds import Kind
from concerns.rules.message_rules import WHOLE_EXPORT, MessageReason
from concerns.rules.reader_parts import PART_KIND_OF_ROLE, is_part_of_kind
from concerns.rules.roles import PART_READERS, May, Role
from concerns.rules.second_factor import may_remove_factor
from concerns.rules.staff_approval import StaffRequestMatter
from concerns.rules.whole_export import is_of_a_head
from concerns.workflow import sign_on_links
from concerns.workflow.staff_changes import make_account_safe

WRONG_NEW_CODE = (
    "That is not the code that your app shows now. Check that the time on your telephone is right, "
    "then type the code that the app shows for this account."
)
WRONG_CODE = (
    "That code is not right, or was used before. Wait for the next code in your app and type that, "
    "or type a recovery code that you have not used yet."
)
LAST_FACTOR = (
    "This is your only second factor, and your post must have one. Set up another first, then "
    "remove this one."
)
WRONG_NEW_PASSKEY = "The passkey was not set up. Try again, or set up an app instead."
WRONG_PASSKEY = (
    "That passkey was not taken. Try again, or type a code from your app or a recovery code."
)


@act(May.SUBMIT, Kind.FACTOR_SET_UP)
def set_up_app(
    *, by: Viewer, secret: str, code: str, now: datetime, record: ActRecord
) -> list[str]:
    """Set up the app that has `secret`, and shows `code` now. Returns new recovery codes.

    It takes the place of an earlier app. Raises ActRefused if the code is wrong.
    """
    person = _lock_person(by)
    step = second_factor.matching_time_step(secret, code)
    if step is None:
        raise ActRefused(WRONG_NEW_CODE)
    second_factor.set_up_totp(person, secret, step)
    codes = second_factor.make_recovery_codes(person)
    _end_time_to_set_up(person)
    record(about=person, fields=["totp", "recovery_codes"])
    return codes


@act(May.SUBMIT, Kind.FACTOR_GIVEN)
def give_code(*, by: Viewer, code: str, now: datetime, record: ActRecord) -> bool:
    """Take a code of the viewer's app, or a recovery code, which is then used up. Returns whether
    it was a recovery code. Raises ActRefused if it is neither."""
    used = second_factor.use_code(by.person, code)
    if used is None:
        raise ActRefused(WRONG_CODE)
    record(about=by.person, reason=used.type)
    return bool(used.type == second_factor.RECOVERY)


@act(May.SUBMIT, Kind.FACTOR_SET_UP)
def set_up_passkey(*, by: Viewer, credential: str, now: datetime, record: ActRecord) -> list[str]:
    """Set up the passkey that the browser made. Returns recovery codes, if there were none yet.

    Raises ActRefused if the browser's answer is wrong.
    """
    person = _lock_person(by)
    name = f"Passkey of {by.todays_date:%-d %B %Y}"
    if not second_factor.set_up_passkey(person, name, credential):
        raise ActRefused(WRONG_NEW_PASSKEY)
    new = not second_factor.count_recovery_codes(person)
    codes = second_factor.make_recovery_codes(person) if new else []
    _end_time_to_set_up(person)
    record(about=person, fields=["passkey", *(["recovery_codes"] if new else [])])
    return codes


@act(May.SUBMIT, Kind.FACTOR_GIVEN)
def give_passkey(*, by: Viewer, credential: str, now: datetime, record: ActRecord) -> None:
    """Take one of the viewer's passkeys. Raises ActRefused if the browser's answer is wrong."""
    if not second_factor.use_passkey(by.person, credential):
        raise ActRefused(WRONG_PASSKEY)
    record(about=by.person, reason="passkey")


@act(May.SUBMIT, Kind.OWN_FACTOR_REMOVED)
def remove_own_factor(*, by: Viewer, key: int, now: datetime, record: ActRecord) -> str:
    """Remove the passkey or app of the viewer whose row has the key `key`. Returns its name.

    Raises ActRefused if it is gone already, or is the last one of somebody who must have one in any
    school.
    """
    person = _lock_person(by)
    rows = second_factor.list_second_factors(person)
    gone = next((row for row in rows if row.key == key), None)
    if gone is None:
        raise ActRefused("That one is not there any more. Nothing was removed.")
    if not may_remove_factor(len(rows) - 1, must=person.must_have_factor_from(by.todays_date)):
        raise ActRefused(LAST_FACTOR)
    second_factor.remove_one_factor(person, key)
    record(about=person, reason=f"{len(rows) - 1} left")
    return gone.name


@act(May.SUBMIT, Kind.CODES_MADE)
def make_codes(*, by: Viewer, now: datetime, record: ActRecord) -> list[str]:
    """New recovery codes, in place of the earlier ones."""
    person = _lock_person(by)
    record(about=person, fields=["recovery_codes"])
    return second_factor.make_recovery_codes(person)


@act(May.POSTS, Kind.GRACE_SET)
def set_grace(*, by: Viewer, days: int, now: datetime, record: ActRecord) -> School:
    """Set how many days of grace the school gives: from 0 to `MOST_GRACE_DAYS`."""
    school = School.objects.select_for_update().get(pk=by.school.pk)
    said = f"{days} days, before {school.factor_grace_days}"
    school.factor_grace_days = days
    school.save(update_fields=["factor_grace_days"])
    record(about=school, reason=said)
    return school


@act(May.SUBMIT, Kind.MANY_SAID)
def say_why_many(
    *,
    by: Viewer,
    stop: BulkStop,
    words: str,
    gave_factor: bool,
    now: datetime,
    record: ActRecord,
) -> BulkReason:
    """Take what the viewer says when they are asked why they open so many children's files.

    `stop` is their own, and waits for a reason. `gave_factor`: they gave their second factor again.
    Raises ActRefused if another window has given a reason meanwhile.
    """
    _lock_person(by)
    if BulkReason.objects.filter(stop=stop).exists():
        raise ActRefused("You have said why already. Go back to the page that you wanted.")
    given = {"stop": stop, "at": now, "words": words, "gave_factor": gave_factor}
    reason = BulkReason.objects.create(school=by.school, **given)
    # The count begins anew from this line: see `models/ledger/files_opened.py`.
    record(about=stop, reason=stop.limit, words={"words": words})
    return reason


@act(May.READ_ALL, Kind.READING_SAID)
def say_why_reading(
    *,
    by: Viewer,
    question: ReadingQuestion,
    reason: ReadingReasonWord,
    words: str,
    now: datetime,
    record: ActRecord,
) -> ReadingReason:
    """Take why the viewer opens files outside their caseload. `question` is their own.

    Raises ActRefused if another window has given a reason meanwhile, or a reason in their own words
    has none.
    """
    _lock_person(by)
    if ReadingReason.objects.filter(question=question).exists():
        raise ActRefused("You have said why already. Go back to the page that you wanted.")
    if reason is ReadingReasonWord.OTHER and not words.strip():
        raise ActRefused("Write why you open it.")
    given = {"question": question, "at": now, "reason": reason, "words": words}
    said = ReadingReason.objects.create(school=by.school, **given)
    files = question.files.select_related("child")
    record(
        about=question,
        children=[one.child.uid for one in files],
        reason=reason,
        words={"words": words} if words else None,
    )
    return said


@act(May.READ_ALL, Kind.EXPORT_ASKED)
def ask_for_export(*, by: Viewer, words: str, now: datetime, record: ActRecord) -> ExportRequest:
    """Ask to take out the children of the whole school in one file. Whoever may answer is told.

    Raises ActRefused if the viewer has asked already and waits for the answer.
    """
    _lock_person(by)
    if ExportRequest.objects.awaiting_answer(by).filter(by=by.person).exists():
        raise ActRefused("You have asked already. Speak to whoever can allow it.")
    given = {"by": by.person, "at": now, "words": words, "by_head": is_of_a_head(by.roles)}
    asked = ExportRequest.objects.create(school=by.school, **given)
    record(about=asked, words={"words": words})
    power = May.READ_ALL if asked.by_head else May.POSTS
    people = Person.objects.who_may(power, by.school, by.todays_date).exclude(pk=by.person.pk)
    line = WHOLE_EXPORT.format(person=by.person.name)
    key = f"export:{asked.uid}"
    Notice.objects.notify_people(people, by.school, MessageReason.EXPORT, line, key, now)
    return asked


@act(May.READ_ALL, Kind.EXPORT_ANSWERED)
def answer_export(
    *, by: Viewer, asked: ExportRequest, allowed: bool, now: datetime, record: ActRecord
) -> ExportAnswer:
    """Allow a file of the whole school, for a day, or refuse it.

    Raises ActRefused if the viewer may not answer, or somebody has answered meanwhile.
    """
    # So that two answers at once are not both taken. The request itself never changes, and the
    # web's database role may not lock it.
    Person.objects.select_for_update(no_key=True).get(pk=asked.by_id)
    why_not = asked.why_may_not_answer(by)
    if why_not:
        raise ActRefused(why_not)
    if not ExportRequest.objects.awaiting_answer(by).filter(pk=asked.pk).exists():
        raise ActRefused("This has been answered already, or was asked too long ago.")
    given = {"request": asked, "by": by.person, "at": now, "allowed": allowed}
    answer = ExportAnswer.objects.create(school=by.school, **given)
    record(about=asked, reason="allowed" if allowed else "not allowed")
    return answer


@act(May.POSTS, Kind.LIMITS_SET)
def set_file_limits(
    *, by: Viewer, an_hour: int, a_day: int, now: datetime, record: ActRecord
) -> School:
    """Set how many children's files one person may open before they are asked why: each from
    `bulk_brake.FEWEST` to its `MOST`, and no more in an hour than in a day."""
    if an_hour > a_day:
        raise ActRefused("Allow at least as many files in a day as in an hour.")
    school = School.objects.select_for_update().get(pk=by.school.pk)
    before = school.bulk_limits
    earlier = f"before {before[BulkLimit.HOUR]} and {before[BulkLimit.DAY]}"
    school.files_an_hour = an_hour
    school.files_a_day = a_day
    school.save(update_fields=["files_an_hour", "files_a_day"])
    record(about=school, reason=f"{an_hour} an hour, {a_day} a day; {earlier}")
    return school


@act(May.POSTS, Kind.FACTOR_REMOVED)
def remove_lost_factor(*, by: Viewer, person: Person, now: datetime, record: ActRecord) -> bool:
    """Remove a lost second factor from the command line, for a head whom nobody can approve.

    Their password, every session and a link to single sign-on end too. Whether there was a link.
    """
    with sign_on_links.recording_unlinking(record, person) as unlinked:
        second_factor.remove_second_factors(person)
        make_account_safe(person, by.school, by.person, now)
    record(about=person, reason=by_command())
    return bool(unlinked)


def _end_time_to_set_up(person: Person) -> None:
    """Whoever has a second factor may set up another only in a session that was given one."""
    person.may_set_up_factor_until = None
    person.save(update_fields=["may_set_up_factor_until"])


def _lock_person(by: Viewer) -> Person:
    """The viewer's own row, so that two pages set up nothing at once."""
    return Person.objects.select_for_update().get(pk=by.person.pk)


# --- Readers of a part ---------------------------------------------------------------------------


@act(May.PARTS, Kind.STAFF_CHANGED)
def give_part(
    *,
    by: Viewer,
    what: StaffChangeRequest,
    part: PartAnswers,
    now: datetime,
    record: ActRecord,
) -> bool:
    """Let somebody who works here read a part of the record, or ask the head to. True: it is done.

    `what` is about a post that reads a part. Raises ActRefused.
    """
    lock_staff_changes(by)
    if what.matter != StaffRequestMatter.POST or what.role not in PART_READERS:
        raise ActRefused("Choose a post that reads a part of the record.")
    if not is_part_of_kind(PART_KIND_OF_ROLE[Role(what.role)], part.kinds):
        raise ActRefused("Say what they are to read.")
    here = Person.objects.current_staff_of(by.school, by.todays_date)
    if not here.filter(pk=what.person.pk).exists():
        raise ActRefused("Choose somebody who works here.")
    what.part = part
    return apply_or_request_change(record, what)


@act(May.PARTS, Kind.STAFF_CHANGED)
def end_part(*, by: Viewer, post: Post, now: datetime, record: ActRecord) -> Post:
    """End a post that reads a part of the record. Today is its last day; one that was to begin
    later never begins. Raises ActRefused for another post, and for one that has ended."""
    lock_staff_changes(by)
    current = Post.objects.filter(pk=post.pk, school=by.school, role__in=PART_READERS)
    found = current.current_or_future(by.todays_date).first()
    if found is None:
        raise ActRefused("This has ended already.")
    found.end_post(by.todays_date, by.todays_date)
    record(about=found.person, fields=["until"], reason=found.role)
    return found
