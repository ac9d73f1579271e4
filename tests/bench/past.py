"""Fills the bench's ten years: so many concerns, two hundred of them still open.

For the clock's round 1,800 more are open: a round goes over what is open, and a school in which so
much is open is the worst there is.

The rows are written in batches into an empty database, each batch as one statement for each table.
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from uuid import UUID

from concerns.doors import ledger
from concerns.models import Concern, School
from concerns.models.concern import word_index
from concerns.models.outbox.notice import NoticeEnding as Ended
from concerns.rules.clocks import CLOCKS, FIRST_LOOKS
from concerns.rules.kinds import Kind
from concerns.rules.message_rules import LINES, MessageReason
from concerns.rules.roles import Role
from concerns.rules.word_stems import searchable_stems
from concerns.rules.words import ChildPart, HowKnown
from tests.bench import beside
from tests.bench.school import NOW, Place, begin, begin_all, must_be_empty
from tests.bench.shape import ONE_SCHOOL, Shape
from tests.bench.told import MINUTE, Told, at, dashed, long_story

OPEN_FOR_A_ROUND = 2_000
BATCH = 10_000


class NotFilled(Exception):
    """The database does not hold the school that is to be measured."""


LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def fill(size: int, shape: Shape = ONE_SCHOOL, say: Callable = print) -> None:
    """Writes schools of `size` concerns into an empty database. Raises NotForTheBench."""
    must_be_empty()
    places = begin_all(size, shape)
    tables = places[0].tables
    with tables.at_once():
        for place in places:
            for told in ten_years(place):
                tables.write()
                say(f"  {told:,} concerns written")
    tables.continue_counting()
    beside.write(long_story(places[0])[0])
    must_be_filled(shape.total(size))


def must_be_filled(size: int) -> None:
    """Raises NotFilled unless there are `size` concerns, of which some are open."""
    there = Concern.objects.count()
    if there < size or not Concern.objects.open().exists():
        raise NotFilled(f"{there:,} concerns are there where {size:,} should be: it is not filled.")


def ten_years(place: Place) -> Iterator[int]:
    """Puts all concerns of `place` into its tables.

    Yields now and then how many there are, so that the caller can write what has been gathered.
    """
    size = place.size
    closed = size - place.shape.open_of(size)
    for number in range(size):
        told = Told(place, number, size, closed)
        told.tell(stops=number - closed)
        _write(told)
        _found_by(told)
        if number % BATCH == BATCH - 1 and number + 1 < size:
            yield number + 1
    if place.school == 1:
        # A lead who must never see one of them, so that queries leave it out.
        place.tables.Exclusion.add(
            school_id=1, concern_id=1, person_id=1, by_id=4, at=at(NOW), why="A neighbour."
        )
    yield size


def open_more(size: int) -> None:
    """Leaves OPEN_FOR_A_ROUND concerns open in the first school, which `fill` wrote for `size`."""
    place = begin(size)
    place.tables.go_on()
    for stops in range(OPEN_FOR_A_ROUND - Concern.objects.filter(school=1).open().count()):
        told = Told(place, size, size)
        told.tell(stops)
        _write(told)
        _found_by(told)
    place.tables.write()
    place.tables.continue_counting()


def reference(number: int) -> str:
    """A different reference for every number, in no visible order."""
    code = (number * 387_420_489) % 31**6
    letters = "".join(LETTERS[code // 31**place % 31] for place in range(6))
    return f"{letters[:3]}-{letters[3:]}"


def _write(told: Told) -> None:
    tables = told.place.tables
    owed = [step for step in told.steps if step.done is None]
    tables.Concern.add(
        uid=told.uid,
        school_id=told.place.school,
        reference=reference(told.concern),
        reporter_id=told.reporter[0],
        draft=tables.Concern.uid(),
        begun_at=at(told.received - 4 * MINUTE),
        received_at=at(told.received),
        occurred_at=at(told.received),
        going_home=told.home,
        account=told.words,
        how_known=HowKnown.CHILD_TOLD if told.told else HowKnown.SAW,
        child_words="I don't want to go." if told.told else "",
        rank=min((CLOCKS[step.kind].rank for step in owed), default=9),
        next_due_at=at(min(step.due for step in owed)) if owed else None,
        **told.values,
    )
    parts = (ChildPart.ABOUT, ChildPart.INVOLVED)
    for part, (child, _, year, class_name) in zip(parts, told.children, strict=False):
        row = tables.ConcernChild.add(
            school_id=told.place.school,
            concern_id=told.concern,
            child_id=child,
            year=year,
            class_name=class_name,
            part=part,
        )
        if part is ChildPart.ABOUT and "decided_at" in told.values:
            tables.DecisionChild.add(
                school_id=told.place.school, decision_id=told.decision, concern_child_id=row
            )
    for word in told.ticked:
        tables.ConcernCategory.add(
            school_id=told.place.school, concern_id=told.concern, category=word
        )
    if told.marked:
        tables.Mark.add(
            school_id=told.place.school,
            concern_id=told.concern,
            place="forearm",
            side="left",
            size_cm="1.5",
            described="Round, red.",
        )
    _write_steps(told)
    _write_lines(told)


def _found_by(told: Told) -> None:
    """Indexes every word of it, as the write door does."""
    tables = told.place.tables
    for word in sorted(searchable_stems(*tables.said)):
        tables.WordKey.add(
            school_id=told.place.school,
            token=_token(told.place.school_uid, word),
            concern_id=told.concern,
        )
    tables.said.clear()


@cache
def _token(school_uid: str, word: str) -> int:
    return word_index.word_token(School(uid=UUID(school_uid)), word)


def _write_steps(told: Told) -> None:
    for step in told.steps:
        key = told.place.tables.Step.add(
            school_id=told.place.school,
            concern_id=told.concern,
            decision_id=step.decision,
            referral_id=step.referral,
            kind=step.kind,
            holder_id=step.holder,
            holder_role="" if step.holder else Role.DSL,
            opened_at=at(step.opened),
            due_at=at(step.due),
            done_at=at(step.done) if step.done else None,
            done_by_id=told.lead[0] if step.done else None,
            ended=step.ended,
        )
        if step.kind in FIRST_LOOKS:
            _write_notice(told, key)


def _write_notice(told: Told, step: int) -> None:
    """Writes that the lead was told of it."""
    line = LINES[MessageReason.NEW].format(reference=reference(told.concern))
    told.place.tables.Notice.add(
        school_id=told.place.school,
        key=f"{told.uid}:0",
        why=MessageReason.NEW,
        red=told.pressing,
        person_id=told.lead[0],
        step_id=step,
        line=line,
        made_at=at(told.received),
        ended_at=at(told.received),
        ended=Ended.SENT,
    )
    more = {"shown": [dashed(told.lead[1])], "reason": MessageReason.NEW}
    told.lines.append((Kind.NOTICED, told.received, (None, "", ""), told.uid, "", more))


def _write_lines(told: Told) -> None:
    tables = told.place.tables
    for kind, when, (who, actor, role), about, words, more in told.lines:
        uid = tables.LedgerLine.uid()
        by = dashed(actor) if actor else ""
        body = {
            "about": dashed(about), "actor": by, "children": [], "fields": [],
            "concern": dashed(told.uid), "kind": kind.value, "line": dashed(uid),
            "outcome": ledger.DONE, "reason": "", "role": role, "request": uid[::-1],
            "received": when.isoformat(timespec="microseconds"), "shown": [],
            "school": dashed(told.place.school_uid), **more,
        }  # fmt: skip
        body["fields"] = sorted(body["fields"])
        if words:
            text = ledger.canonical_json({"words": words})
            body["words"] = hashlib.sha256((uid + text).encode()).hexdigest()
        written = ledger.canonical_json(body)
        line = tables.LedgerLine.add(
            uid=uid,
            school_id=told.place.school,
            received=at(when),
            actor_id=who,
            kind=kind,
            about=dashed(about),
            concern=told.uid,
            body=written,
            digest=hashlib.sha256(written.encode()).hexdigest(),
        )
        if words:
            tables.LedgerLineWords.add(school_id=told.place.school, line_id=line, salt=uid)
