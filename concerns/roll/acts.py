"""This file knows how a roll file is brought in, and how the office answers for a pupil it lacked.

Nobody is ever removed by an import. A pupil the file lacks is asked after, once; where a concern
about them is open, the same act gives its lead the step to find out. The office sees neither the
concern nor the step: what these acts say to it is the same for every child. All rows are written in
batches, so that twenty thousand pupils cost forty statements where they might cost a day.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Max

from concerns.doors.act import BATCH, Record, Refused, act
from concerns.models import (
    Child,
    ChildName,
    Concern,
    ConcernChild,
    Enrolment,
    NameKey,
    Placement,
    RollFile,
    RollQuestion,
    School,
    Step,
    Viewer,
)
from concerns.paper.matching import FIELDS, Change, Plan
from concerns.paper.pupils import Pupil
from concerns.roll import queries
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.roles import May
from concerns.rules.spans import local_day
from concerns.rules.words import RollAnswer

MISSING = StepKind.MISSING_FROM_ROLL
# How long a file that nobody confirmed is kept.
WAITS = timedelta(days=1)


class Moved(Refused):
    """The roll is no longer what it was when the page was made. Nothing was changed."""


@act(May.ROLL, Kind.ROLL_READ)
def upload(*, by: Viewer, content: str, rows: int, now: datetime, record) -> RollFile:
    """Keep a file, encrypted, until it is confirmed. Files nobody confirmed in a day go."""
    old = RollFile.objects.of_school(by).waiting().filter(read_at__lt=now - WAITS)
    old.delete()
    file = RollFile.objects.create(school=by.school, by=by.person, read_at=now, content=content)
    record(about=file, reason=f"{rows} rows")
    return file


@act(May.ROLL, Kind.ROLL_BROUGHT, on="file")
def bring(
    *, by: Viewer, file: RollFile, mapping: Mapping[str, int], seen: str, sure: bool,
    now: datetime, record,
) -> RollFile:  # fmt: skip
    """Do what the page showed: `seen` is the digest of its plan. All of it, or nothing.

    Raises Moved when the roll has changed since, and Refused when much is missing and nobody said
    that they are `sure`.
    """
    # One import at a time in a school; it does not hold up who writes a concern meanwhile.
    School.objects.select_for_update(no_key=True).get(pk=by.school.pk)
    today = local_day(by.school.days, now)
    plan = _as_seen(by, file, mapping, seen, today)
    if plan.much_missing and not sure:
        raise Refused("Tick the box to say that this file is the whole roll.")
    _add(by, plan.added, today)
    _change(by, plan.changed, today)
    _bring_back(by, plan.back, today)
    _ask(by, file, plan, now)
    _tell_leads(by, record, now)
    file.columns = {"mapping": dict(mapping), "headings": file.columns["headings"]}
    file.added, file.changed = len(plan.added) + len(plan.back), len(plan.changed)
    file.missing, file.bad = len(plan.missing), len(plan.bad)
    file.brought_at, file.by, file.content = now, by.person, ""
    file.save()
    counts = {name: getattr(file, name) for name in ("added", "changed", "missing", "bad")}
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    record(about=file, fields=sorted(mapping), reason=said)
    return file


def _as_seen(by, file, mapping, seen, today) -> Plan:
    if file.brought_at:
        raise Moved("This file has been brought in already. Nothing was done twice.")
    other = queries.brought_since(by.school, file)
    found = queries.read(file.content)
    plan = queries.plan(by.school, found, mapping, today)
    if plan.digest != seen:
        who = f"{other.by.name} brought in another file" if other else "The roll was changed"
        raise Moved(
            f"{who} after this page was made. Nothing was changed. Look again at what this file "
            "would do now, and confirm that."
        )
    file.columns = {"headings": queries.headings_digest(found)}
    return plan


def _batches(rows: Iterable) -> Iterator[list]:
    rows = list(rows)
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _add(by: Viewer, pupils: list[Pupil], today: date) -> None:
    for some in _batches(pupils):
        children = [
            Child(school=by.school, **{name: getattr(pupil, name) for name in FIELDS})
            for pupil in some
        ]
        Child.objects.bulk_create(children)
        _name(children, today)
        Enrolment.objects.bulk_create(
            Enrolment(school=by.school, child=child, since=today) for child in children
        )
        _place(by, children, today)


def _change(by: Viewer, changes: list[Change], today: date) -> None:
    names = sorted({name for change in changes for name in change.fields})
    for some in _batches(changes):
        children = [_as_it_will_be(by, change) for change in some]
        if names:
            Child.objects.bulk_update(children, names)
        _name(_whose(NAMES, children, some), today, again=True)
        _place(by, _whose(PLACE, children, some), today, again=True)


NAMES, PLACE = {"surname", "forename", "known_as"}, {"year", "class_name"}


def _whose(what: set[str], children: list[Child], changes: list[Change]) -> list[Child]:
    """Those of `children` of whom any of `what` changes."""
    pairs = zip(children, changes, strict=True)
    return [child for child, change in pairs if what & set(change.fields)]


def _as_it_will_be(by: Viewer, change: Change) -> Child:
    now = {name: getattr(change.known, name) for name in FIELDS}
    new = {name: value for name, (_, value) in change.fields.items()}
    return Child(pk=change.known.pk, school=by.school, **(now | new))


def _bring_back(by: Viewer, changes: list[Change], today: date) -> None:
    """Who had left, and is in the file: on the roll again from today, beside what they were."""
    for some in _batches(changes):
        children = [_as_it_will_be(by, change) for change in some]
        Child.objects.bulk_update(children, [*FIELDS, "left"])
        _name(_whose(NAMES, children, some), today, again=True)
        Enrolment.objects.bulk_create(
            Enrolment(school=by.school, child=child, since=today) for child in children
        )
        _place(by, children, today, again=True)


def _name(children: list[Child], today: date, again: bool = False) -> None:
    """What they are called from today. What they were called until today stays, and finds them."""
    if again and children:
        ChildName.objects.filter(child__in=children, until__isnull=True).update(until=today)
    ChildName.objects.bulk_create(ChildName.of(child, today) for child in children)
    words = [(child, word) for child in children for word in sorted(child.name_words())]
    keys = (NameKey(child=child, word=word) for child, word in words)
    NameKey.objects.bulk_create(keys, ignore_conflicts=again)


def _place(by: Viewer, children: list[Child], today: date, again: bool = False) -> None:
    """Class and year from today; what they were until today stays as it was."""
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


def _ask(by: Viewer, file: RollFile, plan: Plan, now: datetime) -> None:
    """Ask after whom the file lacks, once; what was asked after who is in it is answered by it."""
    open_ones = RollQuestion.objects.of_school(by).unanswered()
    asked = dict(open_ones.values_list("child", "pk"))
    for some in _batches(pk for child, pk in asked.items() if child in plan.present):
        open_ones.filter(pk__in=some).update(
            answer=RollAnswer.STILL_HERE, answered_at=now, answered_by=by.person
        )
    RollQuestion.objects.bulk_create(
        (
            RollQuestion(school=by.school, child_id=known.pk, file=file, asked_at=now)
            for known in plan.missing
            if known.pk not in asked
        ),
        batch_size=BATCH,
    )


def _tell_leads(by: Viewer, record: Record, now: datetime) -> None:
    """Open, on each open concern about a child asked after, the step to find out; end it where
    all its children have been found.

    Not narrowed to what `by` may see, and no reading: the office sees no concern. Only ids and
    what is owed are touched, no word of a concern is opened, and nothing of it is shown or given
    back. A lead must not miss a child's leaving because somebody else pressed the button.
    """
    begin, end = set(_to_find_out(by)), set(_found(by, now))
    concerns: list[Concern] = []
    for some in _batches(sorted(begin | end)):
        rows = Concern.objects.open().filter(pk__in=some).select_related("holder")
        concerns += rows.order_by("pk").select_for_update(of=("self",))
    for agenda in record.agendas(concerns):
        if agenda.concern.pk in end:
            agenda.done(MISSING)
            agenda.onward()
        else:
            agenda.owe(MISSING)


def _to_find_out(by: Viewer) -> Iterator[int]:
    """Open concerns about a child asked after, whose lead has not been told since it was asked."""
    asked = dict(RollQuestion.objects.of_school(by).unanswered().values_list("child", "asked_at"))
    about = ConcernChild.objects.filter(
        concern__closed_at__isnull=True,
        child__in=RollQuestion.objects.of_school(by).unanswered().values("child"),
    )
    told = Step.objects.filter(kind=MISSING, concern__in=about.values("concern"))
    waiting = set(told.open().values_list("concern", flat=True))
    last = dict(told.values_list("concern").annotate(Max("opened_at")))
    for concern, child in about.values_list("concern", "child"):
        if concern not in waiting and not (concern in last and last[concern] >= asked[child]):
            yield concern


def _found(by: Viewer, now: datetime) -> Iterable[int]:
    """Open concerns whose lead was to find out about a child now said to be still here, where no
    other child of the concern has left, is asked after, or is somewhere nobody knows."""
    said = RollQuestion.objects.of_school(by)
    here = said.filter(answer=RollAnswer.STILL_HERE, answered_at=now)
    rows = ConcernChild.objects.filter(concern__closed_at__isnull=True)
    return (
        rows.filter(child__in=here.values("child"))
        .filter(concern__in=Step.objects.open().filter(kind=MISSING).values("concern"))
        .exclude(concern__in=rows.filter(child__left__isnull=False).values("concern"))
        .exclude(concern__in=rows.filter(child__in=_not_found(said)).values("concern"))
        .values_list("concern", flat=True)
    )


def _not_found(said):
    lost = said.filter(answer=RollAnswer.NOT_KNOWN)
    return (said.unanswered() | lost).values("child")


@act(May.ROLL, Kind.ROLL_ANSWERED, on="question")
def answer(
    *, by: Viewer, question: RollQuestion, said: RollAnswer, now: datetime, record,
    destination: str = "", left_on: date | None = None,
) -> RollQuestion:  # fmt: skip
    """Answer for a pupil the file lacked. `left_on` is the last day; only this takes one off."""
    if question.answered_at:
        raise Refused(
            f"{question.answered_by.name} has answered this already. Nothing was changed."
        )
    if said is RollAnswer.LEFT:
        if not (destination and left_on):
            raise Refused("Say where the child has gone, and the last day here.")
        _leave(question.child, left_on, destination)
        question.destination = destination
    question.answer, question.answered_at, question.answered_by = said, now, by.person
    question.save()
    _tell_leads(by, record, now)
    record(about=question, children=[question.child.uid], fields=["answer"], reason=said.value)
    return question


def _leave(child: Child, last: date, destination: str) -> None:
    child.left = last
    child.save(update_fields=["left"])
    after = last + timedelta(days=1)
    for rows in (Enrolment, Placement):
        standing = rows.objects.filter(child=child, until__isnull=True).first()
        if standing:
            # One opened by an import after the child had gone never counted for a day.
            standing.until = max(after, standing.since)
            if rows is Enrolment:
                standing.destination = destination
            standing.save()
