"""Acts on one child's file: add a line, end a line, record that somebody saw the child.

A line is written once and ended once. Each form carries an id of its own (`once`), so pressing its
button twice writes one line.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

from concerns.doors import attachments
from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import (
    Authority,
    Child,
    ChildDocument,
    DocumentFile,
    EarlierFile,
    EarlierRecord,
    FileEvent,
    Home,
    HomeAuthority,
    Language,
    LeadDetail,
    Professional,
    Sibling,
    Sighting,
    Status,
    Tie,
    Viewer,
)
from concerns.models.base.case_row import SchoolOwnedModel
from concerns.models.child.child_fact import Fact
from concerns.models.child.household import (
    AdultFact,
    AdultHome,
    Household,
    HouseholdAdult,
    add_household_adult,
    end_day_within,
    move_household,
)
from concerns.models.response.watch import WatchAnswers
from concerns.rules.child_file_days import find_ending_fault, find_future_fault
from concerns.rules.education_elsewhere import ELSEWHERE_STATUSES
from concerns.rules.kinds import Kind
from concerns.rules.occurrence import TIME_AHEAD
from concerns.rules.roles import May
from concerns.workflow.closing import has_lower_status_without, start_watch_on_lower_status

# The models whose rows can be ended, by the word in the address (`?what=`).
ENDABLE: dict[str, type[Fact]] = {
    "home": Home, "living": AdultHome, "tie": Tie,
    "fact": AdultFact, "sibling": Sibling,
    "status": Status, "professional": Professional, "language": Language, "earlier": EarlierFile,
    "authority": HomeAuthority, "record": EarlierRecord, "document": ChildDocument,
    "detail": LeadDetail,
}  # fmt: skip
ENDED_ALREADY = "This line has already been ended. Look at the file as it is now."
KNOWN = "An authority with this name is already in the list. Choose it there."
STANDS = "An earlier file is already expected. Record there what was done to get it."
REVIEWED = "Such a status has pages of its own, because it must be reviewed. Record it there."


def _record_file_line(
    record: ActRecord,
    about: SchoolOwnedModel,
    children: Iterable[Child],
    what: str,
    **said: str | date | None,
) -> None:
    """Write this act's line in the record: which answers were given, and a salted hash of each."""
    words = {name: str(value) for name, value in said.items() if value}
    uids = [child.uid for child in children]
    record(about=about, children=uids, reason=what, fields=list(words), words=words)


FileRow = TypeVar("FileRow", bound=SchoolOwnedModel)


def _find_earlier_press(
    model: type[FileRow], child: Child, once: uuid.UUID
) -> tuple[uuid.UUID, FileRow | None]:
    """The uid of the row this form makes, and that row if the form was pressed before."""
    uid = uuid.uuid5(child.uid, f"{model.__name__} {once}")
    return uid, model._default_manager.filter(uid=uid).first()


def _refuse_future_day(by: Viewer, day: date | None) -> None:
    if fault := find_future_fault(day, by.todays_date):
        raise ActRefused(fault)


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def write(
    *,
    by: Viewer,
    child: Child,
    model: type[Fact],
    once: uuid.UUID,
    said: dict[str, str],
    since: date | None = None,
    now: datetime,
    record: ActRecord,
) -> Fact:
    """Add a status, a professional, a language, an earlier school's file that is expected, a
    document, or a detail such as the religion, which ends what a lead wrote of it before. `said`
    holds the columns of the row.
    """
    _refuse_future_day(by, since)
    if model is Status and said["kind"] in ELSEWHERE_STATUSES:
        raise ActRefused(REVIEWED)
    uid, row = _find_earlier_press(model, child, once)
    if row is None:
        if model is EarlierFile and EarlierFile.objects.unread_files().filter(child=child).exists():
            raise ActRefused(STANDS)
        if model is LeadDetail:
            for old in LeadDetail.objects.not_ended().filter(child=child, kind=said["kind"]):
                LeadDetail.objects.end_fact(old, by, now, by.todays_date)
        row = model.objects.record_fact(by, now, since, uid=uid, child=child, **said)
    _record_file_line(record, row, [child], model.__name__.lower(), since=since, **said)
    return row


@act(May.DECIDE, Kind.ATTACHED, on="child")
def add_files(
    *,
    by: Viewer,
    child: Child,
    document: ChildDocument,
    draft: uuid.UUID,
    now: datetime,
    record: ActRecord,
) -> list[DocumentFile]:
    """Add the files that are kept under `draft` to a document in the child's file."""
    if document.child_id != child.pk or document.ended_at:
        raise ActRefused("Add the file to a document of this child that nobody has read yet.")
    added = attachments.add_files_to_document(record, document, draft)
    if not added:
        record(about=document, children=[child.uid], reason="already recorded")
    return added


@act(May.ROLL, Kind.FILE_WRITTEN, on="child")
def expect(
    *, by: Viewer, child: Child, where: str, once: uuid.UUID, now: datetime, record: ActRecord
) -> None:
    """The office records that a child came from another school, whose file must be read.

    If a file is expected already, that row stays, and the office is not told so.
    """
    uid, row = _find_earlier_press(EarlierFile, child, once)
    row = (
        row
        or EarlierFile.objects.unread_files().filter(child=child).first()
        or EarlierFile.objects.record_fact(by, now, uid=uid, child=child, where=where)
    )
    _record_file_line(record, row, [child], "earlierfile", where=where)


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def move(
    *,
    by: Viewer,
    child: Child,
    address: str,
    once: uuid.UUID,
    since: date | None = None,
    leaving: bool = False,
    children: Iterable[Child] = (),
    adults: Iterable[HouseholdAdult] = (),
    now: datetime,
    record: ActRecord,
) -> Household:
    """Record a new address for the child, and for the `children` and `adults` who moved too.

    `leaving`: they no longer live at the previous address.
    """
    _refuse_future_day(by, since)
    uid, made = _find_earlier_press(Household, child, once)
    moved = [child, *children]
    if made is None:
        made = move_household(by, now, since, uid, address, moved, list(adults), leaving)
    _record_file_line(record, made, moved, "address", since=since, address=address)
    return made


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def know(
    *,
    by: Viewer,
    child: Child,
    name: str,
    relation: str,
    responsibility: str,
    once: uuid.UUID,
    household: Household | None = None,
    telephone: str = "",
    fact: str = "",
    born: str = "",
    since: date | None = None,
    now: datetime,
    record: ActRecord,
) -> HouseholdAdult:
    """Add an adult to the child's file: name, relation, household, telephone, one fact, birth."""
    _refuse_future_day(by, since)
    uid, adult = _find_earlier_press(HouseholdAdult, child, once)
    tied = {"relation": relation, "responsibility": responsibility}
    if adult is None:
        adult = add_household_adult(
            by,
            now,
            since,
            uid,
            name,
            household,
            telephone,
            fact,
            born,
            child=child,
            relation=relation,
            responsibility=responsibility,
        )
    more = {"name": name, "telephone": telephone, "fact": fact, "born": born, **tied}
    _record_file_line(record, adult, [child], "adult", since=since, **more)
    return adult


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def live_in(
    *,
    by: Viewer,
    child: Child,
    told_by: str,
    once: uuid.UUID,
    authority: Authority | None,
    name: str = "",
    numbers: dict | None = None,
    since: date | None = None,
    now: datetime,
    record: ActRecord,
) -> HomeAuthority:
    """Set the authority where the child lives, whose telephone numbers are shown from now on.

    `authority` is None for one that is not in the list: it is added, with `name` and `numbers`.
    """
    _refuse_future_day(by, since)
    uid, row = _find_earlier_press(HomeAuthority, child, once)
    if row is None:
        authority = authority or _add_other_authority(record, child, name, numbers or {})
        for old in HomeAuthority.objects.not_ended().filter(child=child):
            HomeAuthority.objects.end_fact(old, by, now, end_day_within(old, since))
        said = {"uid": uid, "child": child, "authority": authority, "told_by": told_by}
        row = HomeAuthority.objects.record_fact(by, now, since, **said)
    _record_file_line(record, row, [child], "authority", since=since, told_by=told_by)
    return row


def _add_other_authority(
    record: ActRecord, child: Child, name: str, numbers: dict[str, str]
) -> Authority:
    added = Authority.objects.add_if_new(name, numbers)
    if added is None:
        raise ActRefused(KNOWN)
    _record_numbers(record, added, child, "added", numbers)
    return added


def _record_numbers(
    record: ActRecord, about: Authority, child: Child, why: str, said: dict[str, str], **more: str
) -> None:
    record(
        kind=Kind.NUMBERS_SET,
        about=about,
        children=[child.uid],
        reason=why,
        fields=list(said),
        words={**said, **more},
        keep_words=True,
    )


@act(May.DECIDE, Kind.NUMBERS_SET, on="child")
def put_right(
    *,
    by: Viewer,
    child: Child,
    authority: Authority,
    numbers: dict[str, str],
    told_by: str,
    once: uuid.UUID,
    now: datetime,
    record: ActRecord,
) -> None:
    """Correct the telephone `numbers` of the child's authority, for every child who lives there.

    The record keeps the old and the new numbers. A second press changes nothing more, so `once` is
    not used.
    """
    changed = Authority.objects.correct_numbers(authority, numbers)
    _record_numbers(record, authority, child, "put right", changed, told_by=told_by)


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def tie(
    *,
    by: Viewer,
    child: Child,
    adult: HouseholdAdult,
    relation: str,
    responsibility: str,
    once: uuid.UUID,
    since: date | None = None,
    now: datetime,
    record: ActRecord,
) -> Tie:
    """Set what an adult in the file is to this child from now on; it ends the previous tie."""
    _refuse_future_day(by, since)
    uid, row = _find_earlier_press(Tie, child, once)
    said = {"relation": relation, "responsibility": responsibility}
    if row is None:
        for old in Tie.objects.not_ended().filter(child=child, adult=adult):
            Tie.objects.end_fact(old, by, now, end_day_within(old, since))
        row = Tie.objects.record_fact(by, now, since, uid=uid, child=child, adult=adult, **said)
    _record_file_line(record, row, [child], "tie", since=since, **said)
    return row


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def learn(
    *,
    by: Viewer,
    child: Child,
    adult: HouseholdAdult,
    kind: str,
    words: str,
    once: uuid.UUID,
    since: date | None = None,
    now: datetime,
    record: ActRecord,
) -> AdultFact:
    """Add a telephone number or another fact about an adult."""
    _refuse_future_day(by, since)
    uid, row = _find_earlier_press(AdultFact, child, once)
    if row is None:
        row = AdultFact.objects.record_fact(
            by, now, since, uid=uid, adult=adult, kind=kind, words=words
        )
    _record_file_line(record, row, [child], kind, since=since, words=words)
    return row


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def brother_or_sister(
    *,
    by: Viewer,
    child: Child,
    once: uuid.UUID,
    other: Child | None = None,
    household: Household | None = None,
    before: Sibling | None = None,
    name: str = "",
    where: str = "",
    born: str = "",
    now: datetime,
    record: ActRecord,
) -> Sibling:
    """Add a sibling: `other` at this school, or one elsewhere by `name`, `where` and `born`.

    With `household`, `other` is recorded as living there too. `before` is the line that this one
    writes anew, such as one without the school: it ends.
    """
    if other == child:
        raise ActRefused("This file belongs to this child. Choose a brother or sister instead.")
    uid, row = _find_earlier_press(Sibling, child, once)
    if row is None:
        if before and not Sibling.objects.end_fact(before, by, now, by.todays_date):
            raise ActRefused(ENDED_ALREADY)
        row = Sibling.objects.record_fact(
            by, now, uid=uid, child=child, other=other, name=name, where=where, born=born
        )
        at_home = Home.objects.not_ended().filter(child=other, household=household)
        if other and household and not at_home.exists():
            Home.objects.record_fact(by, now, child=other, household=household)
    _record_file_line(
        record, row, filter(None, [child, other]), "sibling", name=name, where=where, born=born
    )
    return row


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def get_file(
    *,
    by: Viewer,
    child: Child,
    file: EarlierFile,
    stage: str,
    words: str,
    happened_at: datetime,
    once: uuid.UUID,
    now: datetime,
    record: ActRecord,
) -> FileEvent:
    """Record that the earlier file was asked for, asked for again, or arrived (`stage`)."""
    if happened_at > now:
        raise ActRefused(TIME_AHEAD)
    uid, row = _find_earlier_press(FileEvent, child, once)
    if row is None:
        row = FileEvent.objects.create(
            uid=uid,
            school=by.school,
            file=file,
            stage=stage,
            words=words,
            happened_at=happened_at,
            by=by.person,
            at=now,
        )
    _record_file_line(record, row, [child], stage, words=words)
    return row


@act(May.DECIDE, Kind.FILE_ENDED, on="child")
def end(
    *,
    by: Viewer,
    child: Child,
    row: Fact,
    why: str,
    until: date | None = None,
    view_ended: str = "",
    ended_how: str = "",
    watching: WatchAnswers | None = None,
    now: datetime,
    record: ActRecord,
) -> Fact:
    """End a line of the file, on the day `until`, for the reason `why`.

    For a status: `view_ended` is the school's view, and `watching` says how the child is watched if
    the ending leaves them with a lower status. For an earlier file: `ended_how` says whether it was
    read.
    """
    if isinstance(row, Status) and row.kind in ELSEWHERE_STATUSES:
        raise ActRefused(REVIEWED)
    if fault := find_ending_fault(row.since, until, by.todays_date):
        raise ActRefused(fault)
    more = {"view_ended": view_ended, "ended_how": ended_how}
    more = {name: value for name, value in more.items() if value}
    if not type(row).objects.end_fact(row, by, now, until, why_ended=why, **more):
        raise ActRefused(ENDED_ALREADY)
    _record_file_line(
        record, row, [child], type(row).__name__.lower(), why=why, until=until, **more
    )
    lowers = isinstance(row, Status) and has_lower_status_without(row)
    if lowers and (wrong := start_watch_on_lower_status(record, child, watching)):
        raise ActRefused(wrong)
    return row


@act(May.SUBMIT, Kind.SIGHTED, on="child")
def saw(
    *,
    by: Viewer,
    child: Child,
    how: str,
    words: str,
    happened_at: datetime,
    once: uuid.UUID,
    now: datetime,
    record: ActRecord,
) -> Sighting:
    """Record that somebody saw the child, spoke to them, or heard them alone."""
    if happened_at > now:
        raise ActRefused(TIME_AHEAD)
    uid, row = _find_earlier_press(Sighting, child, once)
    if row is None:
        said = {"happened_at": happened_at, "how": how, "words": words}
        row = Sighting.objects.create(
            uid=uid, school=by.school, child=child, by=by.person, at=now, **said
        )
    _record_file_line(record, row, [child], how, words=words)
    return row
