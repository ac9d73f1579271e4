"""This file knows how a line of the record is written: one chain per school, append-only.

A line says when, who (by an opaque id), in what role, what kind, about what, for which children,
how it came out, which fields and why - never a value. What it must commit to but not hold (names,
narrative) goes through a salted hash; salt and words lie in a side row that can be erased while the
line and its commitment stay.

Lines are written in the same transaction as the act. For a reading they are committed before the
first byte is shown. Sealing (a position and a chained hash given in batches to the pending lines)
and the checkpoints that go outside are this file's too: `digest` exists from the first moment, so a
receipt needs no seal. The database refuses to alter or delete a line (`models/append_only.py`).
"""

import base64
import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from concerns.models import Concern, Line, LineWords, Person, School
from concerns.rules.kinds import Kind

# Set by the gate for each request; lines of one request can be told together.
request_id: ContextVar[str] = ContextVar("request_id", default="")

DONE, REFUSED = "done", "refused"


def canonical(value) -> str:
    """The one way a line is written out for hashing: sorted, no spaces, no escapes.

    `value` is made of strings, ints, booleans, null, lists and objects. The exact text is stored
    beside its hash, so that a later release cannot change what was sealed.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def receipt(line: Line) -> str:
    """The 16 characters (80 bits of the line's own hash) that an author may keep."""
    code = base64.b32encode(bytes.fromhex(line.digest)[:10]).decode()
    return " ".join(code[i : i + 4] for i in range(0, 16, 4))


def write(
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
) -> Line:
    """Write one line and return it. Needs an open transaction for an act; see `act` and `sight`.

    `words` are committed to by a salted hash, and kept in the side row only if `keep_words`.
    `now` is the database's clock, aware, and is written as `received`.
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
    salt, text = secrets.token_hex(16), canonical(dict(words or {}))
    if words:
        body["words"] = hashlib.sha256((salt + text).encode()).hexdigest()
    written = canonical(body)
    line = Line.objects.create(
        uid=uid, school=school, received=now, actor=by, kind=kind, about=str(about),
        concern=concern, outcome=outcome, body=written,
        digest=hashlib.sha256(written.encode()).hexdigest(),
    )  # fmt: skip
    if words:
        kept = text if keep_words else ""
        LineWords.objects.create(line=line, school=school, salt=salt, words=kept)
    return line


def line_of(concern: uuid.UUID, kind: Kind) -> Line:
    """The first line of `kind` about a concern: what its receipt is made from."""
    return Line.objects.filter(concern=concern, kind=kind).order_by("id")[0]


# Reading the record: for the audit room alone.

# What puts the words of a concern before somebody.
OPENING = frozenset({Kind.OPENED, Kind.STORY, Kind.TRAIL})

# A list names what it showed inside the line, where no index reaches: so many lines are looked
# through, from the sending of the concern on, and a page costs the same after ten years.
LISTS_LOOKED_THROUGH = 5_000
SHOWN = (Kind.LISTED, Kind.SEARCHED)


@dataclass(frozen=True)
class Told:
    """A line as an auditor reads it: who, in what post, did or saw what, when, and how it ended."""

    at: datetime
    who: Person | None
    role: str
    kind: Kind
    about: str
    refused: bool
    reason: str
    # Whom word was sent to, by a line that says so; nobody where they are outside the school.
    to: Person | None = None


def trail(concern: Concern) -> list[Told]:
    """Every line about `concern`, and every reading of its children's stories that showed it.

    In the order they were written. Needs `children` fetched with their `child`, and `refilings`. A
    story that was not told by the page names no concern it showed, and is taken to have shown this
    one.
    """
    moved = concern.refilings.all()
    children = [str(row.child.uid) for row in concern.children.all() if row.child_id]
    children += [str(row.was.uid) for row in moved if row.was_id]
    own = list(_lines(Line.objects.filter(concern=concern.uid)))
    sent = min((line.pk for line in own), default=0)
    stories = Line.objects.filter(kind=Kind.STORY, about__in=children, id__gt=sent)
    stories = _lines(stories.filter(school=concern.school_id, concern=None))
    showing = [line for line in stories if _showed(line, concern, moved)]
    lines = sorted([*own, *showing], key=lambda line: line.pk)
    people = _sent_word([line for line in lines if line.kind == Kind.NOTICED])
    return [replace(_told(line), to=people.get(line.pk)) for line in lines]


def _sent_word(lines: list[Line]) -> dict[int, Person]:
    """Whom each of `lines`, which say that word was sent, names."""
    named = {line.pk: uid for line in lines for uid in json.loads(line.body)["shown"]}
    people = Person.objects.filter(uid__in=set(named.values()))
    of = {str(person.uid): person for person in people}
    return {key: of[uid] for key, uid in named.items()}


def lists(concern: Concern) -> list[Told]:
    """Every list that showed `concern`, among the first lines written after it was sent."""
    first = Line.objects.filter(concern=concern.uid).order_by("id").values("id")[:1]
    after = Line.objects.filter(school=concern.school_id, id__gt=first).order_by("id")
    seen = Line.objects.filter(pk__in=after.values("pk")[:LISTS_LOOKED_THROUGH])
    showing = seen.filter(kind__in=SHOWN, body__contains=str(concern.uid))
    return [_told(line) for line in _lines(showing)]


def _showed(line: Line, concern: Concern, moved) -> bool:
    """By the ids the line names; without any, by the child it stood under at that moment."""
    shown = json.loads(line.body)["shown"]
    if shown:
        return str(concern.uid) in shown
    at = line.received
    gone = any(row.was and str(row.was.uid) == line.about and row.at < at for row in moved)
    return not gone and not any(str(row.to.uid) == line.about and at < row.at for row in moved)


def who_opened(concern: Concern) -> list[Told]:
    """Everybody's first reading of `concern`, in order: whom to tell when what they read turns out
    to have been about another child. Needs what `trail` needs."""
    found: dict[int, Told] = {}
    for line in trail(concern):
        if line.who and line.kind in OPENING and not line.refused:
            found.setdefault(line.who.pk, line)
    return list(found.values())


def _lines(rows):
    return rows.select_related("actor").order_by("id")


def _told(line: Line) -> Told:
    body = json.loads(line.body)
    return Told(
        at=line.received,
        who=line.actor,
        role=body["role"],
        kind=Kind(line.kind),
        about=line.about,
        refused=line.outcome == REFUSED,
        reason=body["reason"],
    )
