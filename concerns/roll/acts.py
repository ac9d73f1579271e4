"""Imports a roll file, and records the office's answers about pupils who were missing from it.

An import never removes anybody. It opens one question about each missing pupil; if there is an open
concern about them, the same act gives its lead the step "find out". The office sees neither the
concern nor the step: these acts tell the office the same about every child. Rows are written in
batches, so that twenty thousand pupils take about forty statements.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, QuerySet

from concerns.doors.act import BATCH, ActRecord, ActRefused, act
from concerns.models import (
    Child,
    ChildName,
    Concern,
    ConcernChild,
    Enrolment,
    NameKey,
    Placement,
    RollContact,
    RollDetail,
    RollFile,
    RollQuestion,
    School,
    Step,
    Viewer,
)
from concerns.models.child.child_fact import moment_of
from concerns.models.roll.roll_file import RollQuestions
from concerns.paper.contact_columns import contact_numbers, is_contact_key
from concerns.paper.contact_rows import ContactLine
from concerns.paper.file_columns import headings_digest
from concerns.paper.pupil_rows import PupilLine
from concerns.paper.roll_matching import (
    FIELDS,
    ContactChange,
    DetailChange,
    PupilChange,
    RollImportPlan,
)
from concerns.roll import queries
from concerns.rules.child_file_vocabulary import IdentifierKind
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.leaving import destination_words
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import May
from concerns.rules.words import RollAnswer
from concerns.workflow.leaving import Leaver, record_departures
from concerns.workflow.unaccounted import send_unaccounted_concerns, unaccounted_questions

MISSING = StepKind.MISSING_FROM_ROLL
# How long an unconfirmed file is kept.
WAITS = timedelta(days=1)
ANSWERED = (
    "Somebody has answered for one of these pupils already, so nothing was changed. Open this page "
    "again to see who is left."
)


class RollChanged(ActRefused):
    """The roll has changed since the page was shown. Nothing was done."""


@act(May.ROLL, Kind.ROLL_READ)
def upload(*, by: Viewer, content: str, rows: int, now: datetime, record: ActRecord) -> RollFile:
    """Keep a file, encrypted, until it is confirmed. Deletes files unconfirmed for a day."""
    old = RollFile.objects.of_school(by).awaiting_import().filter(read_at__lt=now - WAITS)
    old.delete()
    file = RollFile.objects.create(school=by.school, by=by.person, read_at=now, content=content)
    record(about=file, reason=f"{rows} rows")
    return file


@act(May.ROLL, Kind.ROLL_BROUGHT, on="file")
def bring(
    *,
    by: Viewer,
    file: RollFile,
    mapping: Mapping[str, int],
    seen: str,
    sure: bool,
    now: datetime,
    record: ActRecord,
) -> RollFile:
    """Import the file exactly as the page showed it, completely or not at all.

    `seen` is the digest of the plan that was shown. Raises RollChanged if the plan is a different
    one by now, and ActRefused if nobody can be read in the file, or if there are doubts about it
    and the person did not tick `sure`.
    """
    # One import at a time in a school. `no_key`: writing a concern does not wait for it.
    School.objects.select_for_update(no_key=True).get(pk=by.school.pk)
    today = local_day(by.school.school_calendar, now)
    plan = _plan_as_shown(by, file, mapping, seen, today)
    if plan.reads_nobody:
        raise ActRefused(
            "No line of this file can be read as a pupil who is here now. Correct it and upload it "
            "again."
        )
    if plan.doubts and not sure:
        raise ActRefused("Tick the box to say that this file is the whole roll.")
    _add_pupils(by, plan.added, today, now)
    _change_pupils(by, plan.changed, today)
    _return_to_roll(by, plan.back, today)
    _change_contacts(by, plan.contact_changes, today, now)
    _change_details(by, plan.detail_changes, today, now)
    _ask_about_missing(by, file, plan, now)
    _update_missing_steps(by, record, now)
    file.columns = {"mapping": dict(mapping), **file.columns}
    file.added = len(plan.added) + len(plan.back)
    file.changed = len(plan.changed)
    file.missing = len(plan.missing)
    file.contacts = plan.pupils_with_contact_changes
    file.bad = len(plan.bad)
    file.brought_at = now
    file.by = by.person
    file.content = ""
    file.save()
    record(about=file, fields=_columns_in_line(mapping), reason=_counts_in_line(file))
    return file


def _columns_in_line(mapping: Mapping[str, int]) -> list[str]:
    """Which columns were read, for the ledger."""
    columns = sorted(key for key in mapping if not is_contact_key(key))
    return [*columns, *(f"contact{number}" for number in contact_numbers(mapping))]


def _counts_in_line(file: RollFile) -> str:
    names = ["added", "changed", "missing", "bad", *(["contacts"] if file.contacts else [])]
    return ", ".join(f"{getattr(file, name)} {name}" for name in names)


def _plan_as_shown(
    by: Viewer, file: RollFile, mapping: Mapping[str, int], seen: str, today: date
) -> RollImportPlan:
    """The plan for the roll as it is now. Raises RollChanged if it is not the plan shown."""
    if file.brought_at:
        raise RollChanged("This file has already been imported. Nothing was done twice.")
    other = queries.file_imported_since(by.school, file)
    found = queries.parse_roll_table(file.content)
    plan = queries.build_roll_plan(by.school, found, mapping, today)
    if plan.plan_digest != seen:
        who = f"{other.by.name} imported another file" if other else "The roll was changed"
        raise RollChanged(
            f"{who} after you opened this page. Nothing was changed. Check what this file would "
            "change now, and confirm it."
        )
    file.columns = {
        "headings": headings_digest(found),
        "offered": queries.offered_columns(found.headings),
    }
    return plan


def _split_in_batches(rows: Iterable) -> Iterator[list]:
    rows = list(rows)
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _add_pupils(by: Viewer, pupils: list[PupilLine], today: date, now: datetime) -> None:
    for some in _split_in_batches(pupils):
        children = [
            _with_identifier_kind(
                Child(school=by.school, **{name: getattr(pupil, name) for name in FIELDS})
            )
            for pupil in some
        ]
        Child.objects.bulk_create(children)
        _record_names(children, today)
        pairs = list(zip(children, some, strict=True))
        Enrolment.objects.bulk_create(
            Enrolment(school=by.school, child=child, since=min(pupil.entry or today, today))
            for child, pupil in pairs
        )
        _record_placements(by, children, today)
        _record_contacts(by, ((child.pk, pupil.contacts) for child, pupil in pairs), today, now)
        _record_details(by, ((child.pk, pupil.details) for child, pupil in pairs), today, now)


def _with_identifier_kind(child: Child) -> Child:
    """The one identifier that a file brings is the NHS number."""
    child.identifier_kind = IdentifierKind.NHS.value if child.identifier else ""
    return child


def _change_details(by: Viewer, changes: list[DetailChange], today: date, now: datetime) -> None:
    """End what earlier files said and this one says otherwise, and record what it says."""
    for some in _split_in_batches(changes):
        if ended := [key for change in some for key in change.ended]:
            RollDetail.objects.end_imported(ended, by, today, now)
        _record_details(by, ((change.known.pk, change.added) for change in some), today, now)


def _record_details(
    by: Viewer,
    given: Iterable[tuple[int, Sequence[tuple[str, str]]]],
    today: date,
    now: datetime,
) -> None:
    """Record what a file says of each child, by the child's key: (kind, words), from today."""
    began = moment_of(today, now)
    person = {"school": by.school, "by": by.person, "at": now, "since": today, "began_at": began}
    RollDetail.objects.bulk_create(
        (
            RollDetail(child_id=child, kind=kind, words=words, **person)
            for child, details in given
            for kind, words in details
        ),
        batch_size=BATCH,
    )


def _change_contacts(by: Viewer, changes: list[ContactChange], today: date, now: datetime) -> None:
    """End the contacts of earlier files that this one does not give, and record what it gives."""
    for some in _split_in_batches(changes):
        if ended := [key for change in some for key in change.ended]:
            RollContact.objects.end_imported(ended, by, today, now)
        _record_contacts(by, ((change.known.pk, change.added) for change in some), today, now)


def _record_contacts(
    by: Viewer,
    given: Iterable[tuple[int, Sequence[ContactLine]]],
    today: date,
    now: datetime,
) -> None:
    """Record the contacts `given` of each child, by the child's key, from today."""
    RollContact.objects.bulk_create(
        (
            RollContact(
                school=by.school,
                child_id=child,
                by=by.person,
                at=now,
                since=today,
                began_at=moment_of(today, now),
                **(asdict(contact) | {"telephones": "\n".join(contact.telephones)}),
            )
            for child, contacts in given
            for contact in contacts
        ),
        batch_size=BATCH,
    )


def _change_pupils(by: Viewer, changes: list[PupilChange], today: date) -> None:
    names = sorted({name for change in changes for name in change.fields})
    for some in _split_in_batches(changes):
        children = [_build_changed_child(by, change) for change in some]
        if names:
            also = ["identifier_kind"] if "identifier" in names else []
            Child.objects.bulk_update(children, [*names, *also])
        _record_names(_children_changing_any(NAMES, children, some), today, again=True)
        _record_placements(by, _children_changing_any(PLACE, children, some), today, again=True)


NAMES = {"surname", "forename", "known_as", "known_surname"}
PLACE = {"year", "class_name"}


def _children_changing_any(
    what: set[str], children: list[Child], changes: list[PupilChange]
) -> list[Child]:
    """Those of `children` for whom any field of `what` changes. Both lists are in one order."""
    pairs = zip(children, changes, strict=True)
    return [child for child, change in pairs if what & set(change.fields)]


def _build_changed_child(by: Viewer, change: PupilChange) -> Child:
    """The child with the change made, not saved. `left` is empty."""
    now = {name: getattr(change.known, name) for name in FIELDS}
    new = {name: value for name, (_, value) in change.fields.items()}
    child = Child(pk=change.known.pk, school=by.school, **(now | new))
    return _with_identifier_kind(child)


def _return_to_roll(by: Viewer, changes: list[PupilChange], today: date) -> None:
    """Put pupils who had left back on the roll from today. Their earlier enrolment stays."""
    for some in _split_in_batches(changes):
        children = [_build_changed_child(by, change) for change in some]
        Child.objects.bulk_update(children, [*FIELDS, "identifier_kind", "left"])
        _record_names(_children_changing_any(NAMES, children, some), today, again=True)
        Enrolment.objects.bulk_create(
            Enrolment(school=by.school, child=child, since=today) for child in children
        )
        _record_placements(by, children, today, again=True)


def _record_names(children: list[Child], today: date, again: bool = False) -> None:
    """Record the names from today. Former names stay, and a search still finds them.

    `again`: the children had names before, which end today.
    """
    if again and children:
        ChildName.objects.filter(child__in=children, until__isnull=True).update(until=today)
    ChildName.objects.bulk_create(ChildName.from_child(child, today) for child in children)
    NameKey.objects.add_names(children, again)


def _record_placements(by: Viewer, children: list[Child], today: date, again: bool = False) -> None:
    """Record year and class from today. `again`: there were earlier ones, which end today."""
    if again and children:
        standing = Placement.objects.filter(child__in=children, until__isnull=True)
        standing.update(until=today)
    Placement.objects.bulk_create(
        Placement(
            school=by.school,
            child=child,
            year=child.year,
            class_name=child.class_name,
            since=today,
        )
        for child in children
    )


def _ask_about_missing(by: Viewer, file: RollFile, plan: RollImportPlan, now: datetime) -> None:
    """Open a question about each missing pupil, unless one is open. Open questions about pupils who
    are in the file are answered "still here"."""
    open_ones = RollQuestion.objects.of_school(by).unanswered_questions()
    asked = dict(open_ones.values_list("child", "pk"))
    for some in _split_in_batches(pk for child, pk in asked.items() if child in plan.present):
        open_ones.filter(pk__in=some).update(
            answer=RollAnswer.STILL_HERE, answered_at=now, answered_by=by.person
        )
    _note_those_found_again(by, file, plan, now)
    RollQuestion.objects.bulk_create(
        (
            RollQuestion(school=by.school, child_id=known.pk, file=file, asked_at=now)
            for known in plan.missing
            if known.pk not in asked
        ),
        batch_size=BATCH,
    )


def _note_those_found_again(
    by: Viewer, file: RollFile, plan: RollImportPlan, now: datetime
) -> None:
    """Whoever nobody could find and who is in this file is still here, as this file says."""
    lost = unaccounted_questions(RollQuestion.objects.of_school(by))
    found = [child for child in lost.values_list("child", flat=True) if child in plan.present]
    here = {"answer": RollAnswer.STILL_HERE, "answered_at": now, "answered_by": by.person}
    RollQuestion.objects.bulk_create(
        RollQuestion(school=by.school, child_id=child, file=file, asked_at=now, **here)
        for child in found
    )


def _update_missing_steps(by: Viewer, record: ActRecord, now: datetime) -> None:
    """Open the step "find out" on open concerns about a missing child; end it once all are found.

    Covers all concerns of the school, not only those that `by` may see, and counts as no reading.
    The office sees no concern: only ids and next steps are used, no text is decrypted, and nothing
    is shown or returned. A lead must not miss that a child has left because of who ran the import.
    """
    begin = set(_concerns_needing_step(by))
    end = set(_concerns_with_child_found(by, now))
    concerns: list[Concern] = []
    for some in _split_in_batches(sorted(begin | end)):
        rows = Concern.objects.open().filter(pk__in=some).select_related("holder")
        concerns += rows.order_by("pk").select_for_update(of=("self",))
    for agenda in record.agendas_of_concerns(concerns):
        if agenda.concern.pk in end:
            agenda.complete_steps(MISSING)
            agenda.ensure_next_step()
        else:
            agenda.add_step(MISSING)


def _concerns_needing_step(by: Viewer) -> Iterator[int]:
    """Keys of open concerns about a missing child without such a step since the question."""
    asked = dict(
        RollQuestion.objects.of_school(by).unanswered_questions().values_list("child", "asked_at")
    )
    about = ConcernChild.objects.filter(
        concern__closed_at__isnull=True,
        child__in=RollQuestion.objects.of_school(by).unanswered_questions().values("child"),
    )
    told = Step.objects.filter(kind=MISSING, concern__in=about.values("concern"))
    waiting = set(told.open().values_list("concern", flat=True))
    last = dict(told.values_list("concern").annotate(Max("opened_at")))
    for concern, child in about.values_list("concern", "child"):
        if concern not in waiting and not (concern in last and last[concern] >= asked[child]):
            yield concern


def _concerns_with_child_found(by: Viewer, now: datetime) -> Iterable[int]:
    """Keys of open concerns with the step "find out" whose child was just said to be still here.

    Not if another child of the concern has left, is missing, or was answered "not known".
    """
    said = RollQuestion.objects.of_school(by)
    here = said.filter(answer=RollAnswer.STILL_HERE, answered_at=now)
    rows = ConcernChild.objects.filter(concern__closed_at__isnull=True)
    return (
        rows.filter(child__in=here.values("child"))
        .filter(concern__in=Step.objects.open().filter(kind=MISSING).values("concern"))
        .exclude(concern__in=rows.filter(child__left__isnull=False).values("concern"))
        .exclude(concern__in=rows.filter(child__in=_children_not_found(said)).values("concern"))
        .values_list("concern", flat=True)
    )


def _children_not_found(said: RollQuestions) -> QuerySet:
    """Keys of children with an open question, or answered "not known"."""
    lost = said.filter(answer=RollAnswer.NOT_KNOWN)
    return (said.unanswered_questions() | lost).values("child")


@dataclass(frozen=True)
class AnsweredPupil:
    """What the office answers about one pupil. `leaver` says how they left, if they did."""

    question: RollQuestion
    said: RollAnswer
    leaver: Leaver | None = None


@act(May.ROLL, Kind.ROLL_ANSWERED)
def answer(
    *, by: Viewer, answers: Sequence[AnsweredPupil], now: datetime, record: ActRecord
) -> list[RollQuestion]:
    """Record where missing pupils are: one of them, or all who left in the summer, at once.

    "Left" takes them off the roll; nothing else does. Raises ActRefused if nothing is answered, if
    one of the questions was answered meanwhile, or if what a reason needs is missing. Then nothing
    of it is recorded.
    """
    if not answers:
        raise ActRefused("Answer for at least one pupil.")
    given = {one.question.pk: one for one in answers}
    rows = RollQuestion.objects.of_school(by).filter(pk__in=given).order_by("pk")
    questions = list(rows.select_for_update(of=("self",)).select_related("child"))
    if any(question.answered_at for question in questions) or len(questions) < len(given):
        raise ActRefused(ANSWERED)
    leavers = _leavers_of(by, [given[question.pk] for question in questions])
    for question in questions:
        leaver = given[question.pk].leaver
        question.answer = given[question.pk].said
        question.destination = destination_words(leaver.reason, leaver.place) if leaver else ""
        question.answered_at = now
        question.answered_by = by.person
        children = [question.child.uid]
        record(about=question, children=children, fields=["answer"], reason=question.answer)
    columns = ["answer", "destination", "answered_at", "answered_by"]
    RollQuestion.objects.bulk_update(questions, columns)
    record_departures(record, leavers)
    lost = [question for question in questions if question.answer == RollAnswer.NOT_KNOWN]
    send_unaccounted_concerns(record, lost)
    _update_missing_steps(by, record, now)
    return questions


def _leavers_of(by: Viewer, answers: Sequence[AnsweredPupil]) -> list[Leaver]:
    """Who of `answers` has left. Raises ActRefused if what their reason needs is missing."""
    leavers = []
    for one in answers:
        if one.said is not RollAnswer.LEFT:
            continue
        if one.leaver is None or one.leaver.left_on is None:
            raise ActRefused("Say why the child has left, and enter their last day here.")
        if fault := one.leaver.find_fault(by.todays_date):
            raise ActRefused(fault)
        leavers.append(one.leaver)
    return leavers
