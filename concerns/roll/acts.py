"""Imports a roll file, changes one pupil by hand, and records where missing pupils are.

An import never removes anybody. It opens one question about each missing pupil; if there is an open
concern about them, the same act gives its lead the step "find out". The office sees neither the
concern nor the step: these acts tell the office the same about every child. How rows are
written is in `paper/roll_writing.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, QuerySet

from concerns.doors.act import BATCH, ActRecord, ActRefused, act
from concerns.models import (
    Child,
    Concern,
    ConcernChild,
    Person,
    RollCorrection,
    RollFile,
    RollQuestion,
    School,
    Step,
    Viewer,
)
from concerns.models.roll.roll_correction import OldAndNew
from concerns.models.roll.roll_file import RollQuestions
from concerns.paper import roll_by_hand
from concerns.paper.contact_columns import contact_numbers, is_contact_key
from concerns.paper.file_columns import headings_digest
from concerns.paper.pupil_rows import PupilLine
from concerns.paper.roll_matching import PupilChange, RollImportPlan
from concerns.paper.roll_writing import (
    add_pupils_to_roll,
    change_pupils_on_roll,
    change_roll_contacts,
    change_roll_details,
    return_pupils_to_roll,
    split_in_batches,
    take_pupils_off_roll,
)
from concerns.roll import queries
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.leaving import destination_words
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import LADDER, May, Role
from concerns.rules.words import RollAnswer, SamePupil
from concerns.workflow.leaving import (
    Leaver,
    end_steps_of_returned_children,
    record_departures,
)
from concerns.workflow.next_steps import NextSteps
from concerns.workflow.unaccounted import send_unaccounted_concerns, unaccounted_questions
from concerns.workflow.unconfirmed_files import UNCONFIRMED_KEPT_FOR

ANSWERED = (
    "Somebody has answered for one of these pupils already, so nothing was changed. Open this page "
    "again to see who is left."
)


# Why a pupil is not added: the page then asks who they are.
HERE_ALREADY = (
    "A pupil with this number, or with this name and date of birth, is on the roll already. If it "
    "is the same child, leave this page: correct them in the list of pupils. If it is another "
    "child with the same name and date of birth, say so below."
)
HERE_BEFORE = (
    "A pupil with this number, or with this name and date of birth, was here before. Say below "
    "whether it is the same child."
)


class RollChanged(ActRefused):
    """The roll has changed since the page was shown. Nothing was done."""


@act(May.ROLL, Kind.ROLL_READ)
def upload(*, by: Viewer, content: str, rows: int, now: datetime, record: ActRecord) -> RollFile:
    """Keep a file, encrypted, until it is confirmed. Deletes the files that have waited too
    long to be confirmed (`UNCONFIRMED_KEPT_FOR`)."""
    before = now - UNCONFIRMED_KEPT_FOR
    RollFile.objects.of_school(by).awaiting_import().filter(read_at__lt=before).delete()
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
    coverage: str = "",
    now: datetime,
    record: ActRecord,
) -> RollFile:
    """Import the file exactly as the page showed it, completely or not at all.

    `seen` is the digest of the plan that was shown, with `coverage` as `build_roll_plan` takes it.
    Nobody is missing from a file of some pupils. Raises RollChanged if the plan is a different
    one by now, and ActRefused if nobody can be read in the file, or if there are doubts about it
    and the person did not tick `sure`.
    """
    _lock_roll(by)
    today = local_day(by.school.school_calendar, now)
    plan = _plan_as_shown(by, file, mapping, seen, today, coverage)
    if plan.reads_nobody:
        raise ActRefused(
            "No line of this file can be read as a pupil who is here now. Correct it and upload it "
            "again."
        )
    if plan.doubts and not sure:
        if plan.of_some:
            raise ActRefused("Tick the box to say that these pupils belong to this school.")
        raise ActRefused("Tick the box to say that this file is the whole roll.")
    add_pupils_to_roll(by, plan.added, today, now, file)
    change_pupils_on_roll(by, plan.changed, today)
    return_pupils_to_roll(by, plan.back, today, file)
    end_steps_of_returned_children(record, [change.known.pk for change in plan.back])
    change_roll_contacts(by, plan.contact_changes, today, now)
    change_roll_details(by, plan.detail_changes, today, now)
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
    by: Viewer,
    file: RollFile,
    mapping: Mapping[str, int],
    seen: str,
    today: date,
    coverage: str,
) -> RollImportPlan:
    """The plan for the roll as it is now. Raises RollChanged if it is not the plan shown."""
    if file.brought_at:
        raise RollChanged("This file has already been imported. Nothing was done twice.")
    other = queries.file_imported_since(by.school, file)
    found = queries.read_table_of_school(by.school, file.content)
    plan = queries.build_roll_plan(by.school, found, mapping, today, coverage)
    if plan.plan_digest != seen:
        who = f"{other.by.name} imported another file" if other else "The roll was changed"
        raise RollChanged(
            f"{who} after you opened this page. Nothing was changed. Check what this file would "
            "change now, and confirm it."
        )
    file.columns = {
        "headings": headings_digest(found),
        "offered": queries.offered_columns(found.headings),
        "of_some": plan.of_some,
    }
    return plan


def _ask_about_missing(by: Viewer, file: RollFile, plan: RollImportPlan, now: datetime) -> None:
    """Open a question about each missing pupil, unless one is open. Open questions about pupils who
    are in the file are answered "still here"."""
    open_ones = RollQuestion.objects.of_school(by).unanswered_questions()
    asked = dict(open_ones.values_list("child", "pk"))
    for some in split_in_batches(pk for child, pk in asked.items() if child in plan.present):
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
    for some in split_in_batches(sorted(begin | end)):
        rows = Concern.objects.open().filter(pk__in=some).select_related("holder")
        concerns += rows.order_by("pk").select_for_update(of=("self",))
    missing: list[NextSteps] = []
    for agenda in record.agendas_of_concerns(concerns):
        if agenda.concern.pk in end:
            agenda.complete_steps(StepKind.MISSING_FROM_ROLL)
            agenda.ensure_next_step()
        else:
            missing.append(agenda)
    _open_missing_steps(by, missing)


def _concerns_needing_step(by: Viewer) -> Iterator[int]:
    """Keys of open concerns about a missing child without such a step since the question."""
    asked = dict(
        RollQuestion.objects.of_school(by).unanswered_questions().values_list("child", "asked_at")
    )
    about = ConcernChild.objects.filter(
        concern__closed_at__isnull=True,
        child__in=RollQuestion.objects.of_school(by).unanswered_questions().values("child"),
    )
    told = Step.objects.filter(kind=StepKind.MISSING_FROM_ROLL, concern__in=about.values("concern"))
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
        .filter(
            concern__in=Step.objects.open()
            .filter(kind=StepKind.MISSING_FROM_ROLL)
            .values("concern")
        )
        .exclude(concern__in=rows.filter(child__left__isnull=False).values("concern"))
        .exclude(concern__in=rows.filter(child__in=_children_not_found(said)).values("concern"))
        .values_list("concern", flat=True)
    )


def _children_not_found(said: RollQuestions) -> QuerySet:
    """Keys of children with an open question, or answered "not known"."""
    lost = said.filter(answer=RollAnswer.NOT_KNOWN)
    return (said.unanswered_questions() | lost).values("child")


@act(May.ROLL, Kind.ROLL_TAKEN_BACK, on="file")
def take_back(*, by: Viewer, file: RollFile, now: datetime, record: ActRecord) -> RollFile:
    """Take the pupils whom `file` added off the roll again, all of them.

    The office is told the same of each. What was written about one meanwhile stays, and of an open
    concern the lead finds out where the child is. Raises ActRefused if the file does not allow it
    (`why_not_taken_back`), or if none of them is on the roll.
    """
    _lock_roll(by)
    if why_not := file.why_not_taken_back(now):
        raise ActRefused(why_not)
    added = Child.objects.on_roll(by).filter(added_by_file=file)
    children = list(added.order_by("pk").values_list("pk", flat=True))
    if not children:
        raise ActRefused("Nobody whom this file added is on the roll. Nothing was changed.")
    take_pupils_off_roll(children, local_day(by.school.school_calendar, now), now)
    _ask_leads_about(children, record)
    file.taken_back_at = now
    file.taken_back_by = by.person
    file.taken_back = len(children)
    file.save()
    record(about=file, reason=f"{len(children)} taken back")
    return file


def _ask_leads_about(children: list[int], record: ActRecord) -> None:
    """Open the step "find out" on open concerns about `children`, as `_update_missing_steps` does:
    it counts as no reading, and the office is shown nothing of it."""
    concerns: list[Concern] = []
    for some in split_in_batches(children):
        about = ConcernChild.objects.filter(concern__closed_at__isnull=True, child__in=some)
        rows = Concern.objects.open().filter(pk__in=about.values("concern"))
        rows = rows.exclude(pk__in=[concern.pk for concern in concerns])
        rows = rows.exclude(steps__in=Step.objects.open().filter(kind=StepKind.MISSING_FROM_ROLL))
        concerns += rows.select_related("holder").order_by("pk").select_for_update(of=("self",))
    _open_missing_steps(record.by, record.agendas_of_concerns(concerns))


def _open_missing_steps(by: Viewer, agendas: Sequence[NextSteps]) -> None:
    """Open the step "find out" on each. It is the deputy's at once where the lead is kept out: who
    that is, is asked of each concern only if it may be somebody."""
    for agenda in agendas:
        agenda.add_step(StepKind.MISSING_FROM_ROLL)
    leads = Person.objects.filter(posts__school=by.school, posts__role__in=LADDER[Role.DSL])
    keys = [agenda.concern.pk for agenda in agendas]
    if any(leads.excluded_from_any(*some).exists() for some in split_in_batches(keys)):
        for agenda in agendas:
            agenda.reassign_role_steps()


@act(May.ROLL, Kind.ROLL_ADDED)
def add_pupil(
    *, by: Viewer, pupil: PupilLine, who: str = "", now: datetime, record: ActRecord
) -> Child:
    """Add one pupil by hand, by the rules of a roll file.

    `who` says whether a known pupil of that name and birthday is the same child (`SamePupil`).
    Raises ActRefused if it is not clear who they are, if they are on the roll already, and, unless
    `who` says it, if they may have been here before.
    """
    _lock_roll(by)
    today = local_day(by.school.school_calendar, now)
    by_name = who != SamePupil.ANOTHER
    plan = roll_by_hand.plan_for_one_pupil(by.school, pupil, by_name=by_name)
    if plan.bad:
        raise ActRefused(plan.bad[0].why)
    if plan.present and not plan.back:
        raise ActRefused(HERE_ALREADY)
    if plan.back and who != SamePupil.SAME:
        raise ActRefused(HERE_BEFORE)
    if plan.back:
        (change,) = plan.back
        return_pupils_to_roll(by, plan.back, today)
        end_steps_of_returned_children(record, [change.known.pk])
        child = Child.objects.get(pk=change.known.pk)
        fields = change.fields
    else:
        (child,) = add_pupils_to_roll(by, plan.added, today, now)
        said = roll_by_hand.fields_of_pupil(child)
        fields = {name: ("", value) for name, value in said.items() if value}
    _record_by_hand(record, child, fields, added=True)
    return child


@act(May.ROLL, Kind.ROLL_CORRECTED)
def correct_pupil(
    *,
    by: Viewer,
    child: Child,
    said: Mapping[str, str | date],
    seen: str,
    clears: bool,
    now: datetime,
    record: ActRecord,
) -> Child:
    """Change by hand what the roll says of one pupil; an empty value of `said` is cleared.

    `seen` is the digest of what the page showed. Raises RollChanged if the roll says something else
    by now, and ActRefused if nothing changes, if a value is cleared without `clears`, if a number
    is that of another pupil, or if they are no longer on the roll.
    """
    _lock_roll(by)
    rows = Child.objects.on_roll(by).select_for_update(no_key=True)
    pupil = rows.filter(pk=child.pk).first()
    if pupil is None:
        raise ActRefused("This pupil is no longer on the roll. Nothing was changed.")
    if roll_by_hand.pupil_digest(pupil) != seen:
        who = roll_by_hand.last_change_in_words(by.school, pupil)
        raise RollChanged(
            f"Since you opened this page, {who}. Nothing was changed. What you typed is still "
            "below: check it against what the roll says now, and send it again."
        )
    known = roll_by_hand.as_known_pupil(pupil)
    before = roll_by_hand.fields_of_pupil(pupil)
    fields = {name: (old, said[name]) for name, old in before.items() if said[name] != old}
    if not fields:
        raise ActRefused("Nothing is different from what the roll says. Nothing was changed.")
    if not clears and not all(new for _, new in fields.values()):
        raise ActRefused("Say that what you emptied is to be cleared. Nothing was changed.")
    if number := roll_by_hand.find_number_holder(by.school, pupil, said):
        raise ActRefused(
            f"Another pupil has this {number}, so nothing was changed. Find out whose it is. If it "
            "is this pupil's, correct the other pupil first."
        )
    today = local_day(by.school.school_calendar, now)
    change_pupils_on_roll(by, [PupilChange(known, 0, fields)], today)
    _record_by_hand(record, pupil, fields, added=False)
    return pupil


def _lock_roll(by: Viewer) -> None:
    """One change to the roll of a school at a time. `no_key`: writing a concern does not wait."""
    School.objects.select_for_update(no_key=True).get(pk=by.school.pk)


def _record_by_hand(
    record: ActRecord, child: Child, fields: Mapping[str, OldAndNew], *, added: bool
) -> None:
    """Write the change for the pupil's page, and its line: which fields, and a hash of what they
    say now."""
    RollCorrection.objects.create(
        school=record.by.school,
        child=child,
        by=record.by.person,
        at=record.now,
        added=added,
        changes=RollCorrection.write_changes(fields),
    )
    words = {name: str(new) for name, (_, new) in fields.items()}
    record(about=child, children=[child.uid], fields=list(fields), words=words)


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
    # The children before the questions, as where a lead records that a child leaves: two who wait
    # for one another would both fail.
    asked_about = Child.objects.filter(pk__in=[one.question.child_id for one in answers])
    list(asked_about.order_by("pk").select_for_update(no_key=True))
    rows = RollQuestion.objects.of_school(by).filter(pk__in=given).order_by("pk")
    questions = list(rows.select_for_update(of=("self",)).select_related("child"))
    # Of one who has left, a lead said so meanwhile.
    done = [one for one in questions if one.answered_at or one.child.left]
    if done or len(questions) < len(given):
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
    record_departures(record, leavers, by_office=True)
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
