"""Writes the ledger (the append-only audit record, one chain per school) and reads it for audit.

A line says when, who (by an opaque id), in what role, what kind of event, about what, for which
children, with what outcome, which fields and why. It never holds a value. Names and narrative,
which a line must commit to but not hold, go into it as a salted hash; the salt and the words are in
a side row that can be erased while the line and its hash stay.

A line is written in the same transaction as its act. For a reading it is committed before the first
byte is shown. `digest` is set when the line is written, so a receipt does not depend on sealing.
Sealing (giving pending lines a position and a chained hash, in batches) and the checkpoints sent
outside belong in this file too. The database refuses to change or delete a line
(`models/base/append_only.py`).
"""

import base64
import hashlib
import json
import secrets
import uuid
from collections.abc import Collection, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypedDict

from django.db import models
from django.db.models import QuerySet

from concerns.models import (
    Concern,
    ConcernChild,
    LedgerLine,
    LedgerLineWords,
    Person,
    Refiling,
    School,
)
from concerns.rules.kinds import Kind

# Set by the gate, so that the lines of one request can be grouped.
request_id: ContextVar[str] = ContextVar("request_id", default="")
# The key of the first line of the act that this request has done, for the banner after it.
just_recorded: ContextVar[int | None] = ContextVar("just_recorded", default=None)

DONE = "done"
REFUSED = "refused"


def canonical_json(value: object) -> str:
    """JSON text for hashing: keys sorted, no spaces, no escapes.

    `value` may hold strings, ints, booleans, None, lists and dicts. The exact text is stored beside
    its hash, so that a later release cannot change what was hashed. Raises TypeError for other
    types.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def format_receipt(line: LedgerLine) -> str:
    """The receipt an author may keep: 80 bits of the line's hash as 16 base32 characters."""
    code = base64.b32encode(bytes.fromhex(line.digest)[:10]).decode()
    return " ".join(code[i : i + 4] for i in range(0, 16, 4))


class LineDetails(TypedDict, total=False):
    """What a line of an act may say besides its kind and what it is about; see below."""

    shown: Iterable[uuid.UUID]
    outcome: str
    fields: Iterable[str]
    reason: str
    words: Mapping[str, str] | None
    keep_words: bool


class LineSubjects(TypedDict, total=False):
    """What a line may be about, and the rows it showed; see below."""

    about: uuid.UUID | str
    concern: uuid.UUID | None
    children: Iterable[uuid.UUID]
    shown: Iterable[uuid.UUID]


def write_ledger_line(
    kind: Kind,
    *,
    school: School,
    by: Person | None,
    role: str,
    now: datetime,
    about: uuid.UUID | str = "",
    concern: uuid.UUID | None = None,
    children: Iterable[uuid.UUID] = (),
    shown: Iterable[uuid.UUID] = (),
    outcome: str = DONE,
    fields: Iterable[str] = (),
    reason: str = "",
    words: Mapping[str, str] | None = None,
    keep_words: bool = False,
) -> LedgerLine:
    """Write one ledger line and return it. Must run in the transaction of its act or reading.

    `about`, `concern`, `children` and `shown` are uids; `shown` are the rows a list displayed.
    `by` is None for what the clock does. `now` is the database's clock, aware; it is stored in UTC
    as `received`. `fields` are names of fields, never their values. `words` are committed to by a
    salted hash (SHA-256) and stored in the side row only if `keep_words`.
    """
    uid = uuid.uuid4()
    body: dict[str, object] = {
        "about": str(about),
        "actor": str(by.uid) if by else "",
        "children": [str(child) for child in children],
        "concern": str(concern or ""),
        "fields": sorted(fields),
        "kind": kind.value,
        "line": str(uid),
        "outcome": outcome,
        "reason": reason,
        "received": now.astimezone(UTC).isoformat(timespec="microseconds"),
        "request": request_id.get(),
        "role": role,
        "school": str(school.uid),
        "shown": [str(row) for row in shown],
    }
    salt = secrets.token_hex(16)
    text = canonical_json(dict(words or {}))
    if words:
        body["words"] = hashlib.sha256((salt + text).encode()).hexdigest()
    written = canonical_json(body)
    line = LedgerLine.objects.create(
        uid=uid,
        school=school,
        received=now,
        actor=by,
        kind=kind,
        about=str(about),
        concern=concern,
        outcome=outcome,
        body=written,
        digest=hashlib.sha256(written.encode()).hexdigest(),
    )
    if words:
        kept = text if keep_words else ""
        LedgerLineWords.objects.create(line=line, school=school, salt=salt, words=kept)
    return line


def first_ledger_line(concern: uuid.UUID, kind: Kind) -> LedgerLine:
    """The first line of `kind` about the concern `concern`: its receipt is made from this.

    Raises IndexError if there is none.
    """
    return LedgerLine.objects.filter(concern=concern, kind=kind).order_by("id")[0]


def find_receipt_code(concern: uuid.UUID) -> str:
    """The receipt code of a concern about a child or an adult, from the line of its sending.

    Raises IndexError if nothing was sent.
    """
    return format_receipt(first_ledger_line(concern, Kind.SUBMITTED))


# Below: reading the ledger. Rooms but audit/ read it through paper/.

# Kinds of line that mean somebody has read the words of a concern.
OPENING = frozenset({Kind.OPENED, Kind.STORY, Kind.TRAIL})

# The rows a list showed are named inside the line's body, which has no index. So only this many
# lines after the concern was sent are searched, and a page costs the same after ten years.
LISTS_LOOKED_THROUGH = 5_000
SHOWN = (Kind.LISTED, Kind.SEARCHED)


@dataclass(frozen=True)
class AuditedLine:
    """A ledger line as an auditor reads it: who, in what post, did or read what, when, and why.

    `about` is the uid of the row it is about, as text. `refused`: it was not allowed.
    """

    at: datetime
    who: Person | None
    role: str
    kind: Kind
    about: str
    refused: bool
    reason: str
    # For a line about a message: its recipient; None if they are outside the school.
    to: Person | None = None


def read_audit_trail(
    concern: Concern, children: Iterable[ConcernChild], moved: Collection[Refiling]
) -> list[AuditedLine]:
    """Every line about `concern`, and every reading of its children's chronologies that showed it.

    In the order they were written. `children` are those it is filed under, with `child` fetched,
    `moved` its refilings, with the children fetched. A reading that names no rows shown is taken to
    have shown this concern.
    """
    about = [str(row.child.uid) for row in children if row.child]
    about += [str(row.was.uid) for row in moved if row.was]
    own = list(_with_actor_in_order(LedgerLine.objects.filter(concern=concern.uid)))
    # Whoever asked for it and was told that there is no such thing.
    refused = LedgerLine.objects.filter(kind=Kind.REFUSED, about=str(concern.uid), concern=None)
    own += _with_actor_in_order(refused.filter(school=concern.school_id))
    sent = min((line.pk for line in own), default=0)
    readings = LedgerLine.objects.filter(kind=Kind.STORY, about__in=about, id__gt=sent)
    stories = _with_actor_in_order(readings.filter(school=concern.school_id, concern=None))
    showing = [line for line in stories if _has_story_shown(line, concern, moved)]
    lines = sorted([*own, *showing], key=lambda line: line.pk)
    people = _recipients_by_line([line for line in lines if line.kind == Kind.NOTICED])
    return [replace(_to_audited_line(line), to=people.get(line.pk)) for line in lines]


def _recipients_by_line(lines: list[LedgerLine]) -> dict[int, Person]:
    """The recipient of each of `lines` (all of kind NOTICED), by the line's primary key."""
    named = {line.pk: uid for line in lines for uid in json.loads(line.body)["shown"]}
    people = Person.objects.filter(uid__in=set(named.values()))
    of = {str(person.uid): person for person in people}
    return {key: of[uid] for key, uid in named.items()}


def lists_showing_concern(concern: Concern) -> list[AuditedLine]:
    """Every list or search that showed `concern`, in the order they were written.

    Only the first `LISTS_LOOKED_THROUGH` lines after the concern was sent are searched.
    """
    first = LedgerLine.objects.filter(concern=concern.uid).order_by("id").values("id")[:1]
    after = LedgerLine.objects.filter(school=concern.school_id, id__gt=first).order_by("id")
    seen = LedgerLine.objects.filter(pk__in=after.values("pk")[:LISTS_LOOKED_THROUGH])
    showing = seen.filter(kind__in=SHOWN, body__contains=str(concern.uid))
    return [_to_audited_line(line) for line in _with_actor_in_order(showing)]


# How far behind a line of a request its others are looked for: requests write few in between.
REQUEST_LINES = 6
# How many readings of one child's story are looked through at most, oldest first.
STORIES_LOOKED_THROUGH = 2_000


@dataclass(frozen=True)
class ShowingLine:
    """A ledger line, and the uids of the concerns that it was about or that it showed."""

    line: AuditedLine
    concerns: frozenset[str]


def first_lines_about(concerns: Collection[uuid.UUID]) -> list[ShowingLine]:
    """For each of `concerns` and each person the first line of what they did with it, and the first
    of their reading it; with what a list beside that reading showed. Three queries.

    Refused lines are left out. For who knew of a child: see `paper/who_knew_of_child.py`.
    """
    done = LedgerLine.objects.filter(concern__in=concerns, outcome=DONE, actor__isnull=False)
    by_person = done.order_by().values("concern", "actor")
    opened = models.Min("id", filter=models.Q(kind__in=OPENING))
    firsts = by_person.annotate(first=models.Min("id"), opened=opened)
    keys = {key for row in firsts for key in (row["first"], row["opened"]) if key}
    near = {row["opened"] + number for row in firsts if row["opened"] for number in _FOLLOWING}
    found = _with_actor_in_order(LedgerLine.objects.filter(pk__in=keys | near))
    rows = list(found)
    readings = {_request_of(row): row.actor_id for row in rows if row.pk in keys}
    beside = [
        row
        for row in rows
        if row.kind == Kind.LISTED and readings.get(_request_of(row)) == row.actor_id
    ]
    lines = [ShowingLine(_to_audited_line(row), frozenset([str(row.concern)])) for row in rows]
    own = [line for line, row in zip(lines, rows, strict=True) if row.pk in keys]
    return own + [ShowingLine(_to_audited_line(row), _shown_by(row)) for row in beside]


def additions_of_people_told(concerns: Collection[uuid.UUID]) -> list[str]:
    """The uids of the additions to `concerns` that say whom the writer told in person."""
    told = LedgerLine.objects.filter(concern__in=concerns, kind=Kind.TOLD, outcome=DONE)
    return list(told.values_list("about", flat=True))


_FOLLOWING = range(1, REQUEST_LINES + 1)


def _request_of(line: LedgerLine) -> str:
    """The request that wrote the line; the line's own uid if it was written outside one."""
    return json.loads(line.body)["request"] or str(line.uid)


def _shown_by(line: LedgerLine) -> frozenset[str]:
    return frozenset(json.loads(line.body)["shown"])


def readings_of_child(child: uuid.UUID, school: School) -> list[ShowingLine]:
    """The readings of a child's story and file, in order, with the concerns that each showed; the
    first `STORIES_LOOKED_THROUGH`. One query."""
    rows = LedgerLine.objects.filter(
        about=str(child), concern=None, school=school, outcome=DONE, actor__isnull=False
    ).filter(kind__in=(Kind.STORY, Kind.FILE, Kind.EXPORTED))
    found = _with_actor_in_order(rows)[:STORIES_LOOKED_THROUGH]
    return [ShowingLine(_to_audited_line(row), _shown_by(row)) for row in found]


def _has_story_shown(line: LedgerLine, concern: Concern, moved: Iterable[Refiling]) -> bool:
    """Whether a reading of a child's chronology showed `concern`.

    By the uids the line names; if it names none, by the child the concern was filed under then.
    """
    shown = json.loads(line.body)["shown"]
    if shown:
        return str(concern.uid) in shown
    at = line.received
    gone = any(row.was and str(row.was.uid) == line.about and row.at < at for row in moved)
    return not gone and not any(str(row.to.uid) == line.about and at < row.at for row in moved)


def first_readings_of(
    concern: Concern, children: Iterable[ConcernChild], moved: Collection[Refiling]
) -> list[AuditedLine]:
    """Each person's first reading of `concern`, in order.

    It says whom to tell when what they read turns out to be about another child. Takes what
    `read_audit_trail` takes.
    """
    found: dict[int, AuditedLine] = {}
    for line in read_audit_trail(concern, children, moved):
        if line.who and line.kind in OPENING and not line.refused:
            found.setdefault(line.who.pk, line)
    return list(found.values())


def _with_actor_in_order(rows: QuerySet[LedgerLine]) -> QuerySet[LedgerLine]:
    return rows.select_related("actor").order_by("id")


def _to_audited_line(line: LedgerLine) -> AuditedLine:
    body = json.loads(line.body)
    return AuditedLine(
        at=line.received,
        who=line.actor,
        role=body["role"],
        kind=Kind(line.kind),
        about=line.about,
        refused=line.outcome == REFUSED,
        reason=body["reason"],
    )
