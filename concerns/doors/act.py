"""This file knows how anything is written: the one way through for every act.

An act is a keyword-only function `(*, by, ..., now, record)` under `@act(May.X, Kind.Y)`. The door
checks the power in `rules/roles.py`, opens one transaction, locks the row it changes, looks again
whether `by` may see it, refuses a page gone stale, runs the function, and commits only if a line of
the ledger was recorded and no touched concern is open without a next step. The words an act told
the ledger are the words its concern is found by from then on. Whoever is to do a step it opened is
told, by a notice of the same transaction. A refusal is itself a line, written after the rollback.
Acts never nest. Time is passed in.
"""

import functools
import inspect
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from concerns.doors import ledger
from concerns.models import AdultConcern, Agenda, Concern, Line, Notice, Step, Viewer, WordKey
from concerns.rules.finding import found_by
from concerns.rules.kinds import Kind
from concerns.rules.roles import May

# How many rows one statement reads or writes, where an act touches many.
BATCH = 500

_running: ContextVar[str] = ContextVar("running", default="")


class Refused(PermissionDenied):
    """The rules say no. The sentence is shown to the person; its first word names no one."""

    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


class Stale(Exception):
    """Somebody else acted while the page was open. Nothing was changed; says who, what, when."""

    def __init__(self, concern: Concern):
        super().__init__(concern.reference)
        self.concern = concern
        who = concern.changed_by.name if concern.changed_by else "Somebody"
        self.who, self.at, self.what = who, concern.changed_at, Kind.say(concern.changed_how)


class NothingRecorded(Exception):
    """An act that tells the ledger nothing did not happen: it was rolled back."""


class Record:
    """Given to a running act: how it tells the ledger, and what it owes on each concern."""

    def __init__(self, by: Viewer, now: datetime, kind: Kind):
        self.by, self.now, self.kind = by, now, kind
        self.lines: list[Line] = []
        self._agendas: dict[uuid.UUID, Agenda] = {}
        self._said: list[tuple[Concern, Mapping[str, str]]] = []

    def __call__(
        self,
        *,
        about,
        concern: Concern | None = None,
        children=(),
        kind: Kind | None = None,
        **more,
    ) -> Line:
        """Write this act's line. `about` is the row; see `ledger.write` for the rest.

        `kind` is for what an act did beside its own work: a decision that says what was sent.
        """
        line = ledger.write(
            kind or self.kind,
            school=self.by.school,
            by=self.by.person,
            role=self.by.role_words,
            now=self.now,
            about=about.uid,
            concern=concern.uid if concern else None,
            children=children,
            **more,
        )
        self.lines.append(line)
        # What a line commits to is what was written: by these words the concern is found.
        if isinstance(concern, Concern) and more.get("words"):
            self._said.append((concern, more["words"]))
        return line

    def agenda(self, concern: Concern) -> Agenda:
        """What is owed on `concern`; loaded once, written by the door at the end of the act."""
        key = concern.uid
        if key not in self._agendas:
            steps = concern.steps.open().in_order() if concern.pk else ()
            self._agendas[key] = Agenda(concern, self.by, self.now, steps)
        return self._agendas[key]

    def agendas(self, concerns: list[Concern]) -> list[Agenda]:
        """The same for many concerns about children, read in batches and not one by one."""
        steps: dict[int, list[Step]] = {concern.pk: [] for concern in concerns}
        keys = [concern.pk for concern in concerns if concern.uid not in self._agendas]
        for start in range(0, len(keys), BATCH):
            some = Step.objects.filter(concern__in=keys[start : start + BATCH])
            for step in some.open().in_order():
                steps[step.concern_id].append(step)
        for concern in concerns:
            if concern.uid not in self._agendas:
                found = Agenda(concern, self.by, self.now, steps[concern.pk])
                self._agendas[concern.uid] = found
        return [self._agendas[key] for key in dict.fromkeys(row.uid for row in concerns)]

    def settle(self) -> None:
        """Write every agenda, the concerns as they stand now, and by which words they are found.

        Raises WouldGoQuiet.
        """
        agendas = list(self._agendas.values())
        for agenda in agendas:
            agenda.press()
        Agenda.write(agendas)
        Notice.objects.begun(self.by, [step for agenda in agendas for step in agenda.begun])
        moved = [agenda.concern for agenda in agendas if not agenda.new]
        for concern in moved:
            concern.version += 1
            concern.changed_by, concern.changed_at = self.by.person, self.now
            concern.changed_how = self.kind
        if len(moved) == 1:
            moved[0].save(update_fields=moved[0].CHANGES)
        elif moved:
            Concern.objects.bulk_update(moved, Concern.CHANGES, batch_size=BATCH)
        words: dict[int, set[str]] = {}
        for concern, said in self._said:
            words.setdefault(concern.pk, set()).update(found_by(*said.values()))
        WordKey.objects.keep(self.by.school, words)


def act(power: May, kind: Kind, on: str = "") -> Callable:
    """Make a function an act that needs `power` and leaves lines of `kind`.

    `on` names the parameter that holds the row it changes: it is locked and read again, with its
    concern, within what `by` may see. Called with `version=`, the act raises Stale when the concern
    has moved on since the page was made. Raises Refused, Http404, Stale, WouldGoQuiet.
    """

    def door(function: Callable) -> Callable:
        _must_be_an_act(function, on)

        @functools.wraps(function)
        def run(*, by: Viewer, now: datetime, version: int | None = None, **given):
            if _running.get():
                raise RuntimeError(f"{function.__name__} was called inside {_running.get()}")
            token = _running.set(function.__name__)
            try:
                if not by.may(power):
                    raise Refused("Your post does not let you do this.")
                with transaction.atomic():
                    if on:
                        given[on] = _locked(by, power, given[on], version)
                    record = Record(by, now, kind)
                    result = function(by=by, now=now, record=record, **given)
                    if not record.lines:
                        raise NothingRecorded(function.__qualname__)
                    record.settle()
                    return result
            except (Refused, Http404) as refusal:
                _tell_refusal(by, now, kind, given.get(on), refusal)
                raise
            finally:
                _running.reset(token)

        run.power, run.kind = power, kind
        return run

    return door


def _must_be_an_act(function: Callable, on: str) -> None:
    """Raise TypeError, as the module is read, unless `function` has the shape of an act."""
    parameters = inspect.signature(function).parameters
    for name in ("by", "now", "record", *([on] if on else [])):
        if name not in parameters:
            raise TypeError(f"the act {function.__qualname__} does not take {name}")
    if any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"the act {function.__qualname__} must be keyword-only")


def _locked(by: Viewer, power: May, row, version: int | None):
    """The row as it is now, under a lock; 404 where `by` may not see it; Stale if moved on.

    The lock is always the concern's, where there is one: rows below it never change, and the web's
    role has no right to lock what it has no right to change.
    """
    model, home = type(row), _home(row)
    if home is None:
        rows = model.objects
        rows = rows.within(by, power) if hasattr(rows, "within") else rows.of_school(by)
        return _or_404(rows.select_for_update().filter(pk=row.pk))
    whole = model.objects.within(by, power).filter(pk=row.pk)
    if model is not home:
        row = _or_404(whole)
    # By itself: PostgreSQL, having waited for the lock, reads this row anew but not what was joined
    # to it, and who acted meanwhile would be nobody.
    concerns = home.objects.within(by, power).select_for_update()
    concern = _or_404(concerns.filter(pk=_concern_pk(row)))
    if version is not None and concern.version != version:
        raise Stale(concern)
    if model is home:
        return concern
    row.concern = concern
    return row


def _home(row):
    """The model of the concern that `row` is, or belongs to; None of what belongs to none."""
    if isinstance(row, Concern | AdultConcern):
        return type(row)
    names = {field.name for field in row._meta.fields}
    return row._meta.get_field("concern").related_model if "concern" in names else None


def _or_404(rows):
    row = rows.first()
    if row is None:
        raise Http404
    return row


def _concern_pk(row) -> int | None:
    if isinstance(row, Concern | AdultConcern):
        return row.pk
    return getattr(row, "concern_id", None)


def _tell_refusal(by: Viewer, now: datetime, kind: Kind, row, refusal: Exception) -> None:
    """A refusal is a line of its own, after the rollback of what was refused."""
    pk = _concern_pk(row) if row is not None else None
    concern = _home(row).objects.filter(pk=pk).first() if pk else None
    with transaction.atomic():
        ledger.write(
            Kind.REFUSED,
            school=by.school,
            by=by.person,
            role=by.role_words,
            now=now,
            about=row.uid if row is not None else "",
            concern=concern.uid if concern else None,
            outcome=ledger.REFUSED,
            reason=f"{kind.value}: {type(refusal).__name__}",
        )
