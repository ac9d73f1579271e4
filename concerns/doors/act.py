"""The decorator `recorded_act`, through which every change to the record is made.

An act is a keyword-only function `(*, by, ..., now, record)`. The decorator names the power it
needs and the kind of ledger line it leaves. For each call the decorator:

1. checks that `by` has the power (`rules/roles.py`);
2. opens one transaction, locks the row to be changed, and checks again that `by` may see it;
3. refuses if the concern has changed since the page was made (StalePage);
4. runs the function;
5. commits only if the act wrote at least one ledger line and no open concern is left without a
   next step.

In the same transaction the concern is indexed for search by the words the act gave to the ledger,
and whoever has to do a newly opened step is sent a notice. A refusal is a ledger line too, written
after the rollback. An act must not call another act. The time is always passed in.
"""

import functools
import inspect
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from contextvars import ContextVar, Token
from datetime import datetime
from typing import Any, Protocol, TypeVar, Unpack, cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404

from concerns.doors import ledger
from concerns.models import (
    AdultConcern,
    Concern,
    LedgerLine,
    Notice,
    Step,
    Viewer,
    WordKey,
)
from concerns.models.response.step import read_open_steps
from concerns.rules.kinds import Kind
from concerns.rules.roles import May
from concerns.rules.word_stems import searchable_stems
from concerns.workflow.adult_next_steps import AdultNextSteps
from concerns.workflow.next_steps import NextSteps
from concerns.workflow.open_steps import OpenSteps

# Rows per SQL statement, where an act touches many.
BATCH = 500

Row = TypeVar("Row", bound=Model)
Result = TypeVar("Result", covariant=True)


class RecordedRow(Protocol):
    """A row that a ledger line can be about."""

    @property
    def uid(self) -> uuid.UUID: ...


class RecordedAct(Protocol[Result]):
    """An act as it is called: as `act` says, with `version` and `also` if need be and without
    `record`."""

    power: May
    kind: Kind

    def __call__(self, **given: Any) -> Result: ...


# Done at the end of an act, in its transaction: the draft of the form that was sent is deleted.
Also = Callable[[], None] | None
_running: ContextVar[str] = ContextVar("running", default="")


class ActRefused(PermissionDenied):
    """The rules do not allow it. `words` is shown to the person; its first word is never a name."""

    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


class StalePage(Exception):
    """Somebody changed the concern while the page was open, so nothing was written.

    `who`, `what` and `at` say who changed it, what they did and when.
    """

    def __init__(self, concern: Concern | AdultConcern):
        super().__init__(concern.reference)
        self.concern = concern
        who = concern.changed_by.name if concern.changed_by else "Somebody"
        self.who = who
        self.at = concern.changed_at
        self.what = Kind.label_of_value(concern.changed_how)


class NothingRecorded(Exception):
    """The act wrote no ledger line, so it was rolled back. This is a programming error."""


class ActRecord:
    """Passed to a running act: writes its ledger lines and holds the next steps of each concern."""

    def __init__(self, by: Viewer, now: datetime, kind: Kind):
        self.by = by
        self.now = now
        self.kind = kind
        self.lines: list[LedgerLine] = []
        self._agendas: dict[uuid.UUID, NextSteps] = {}
        self._adult_agendas: dict[uuid.UUID, AdultNextSteps] = {}
        self._said: list[tuple[Concern, Mapping[str, str]]] = []

    def __call__(
        self,
        *,
        about: RecordedRow,
        concern: Concern | AdultConcern | None = None,
        children: Iterable[uuid.UUID] = (),
        kind: Kind | None = None,
        unsearched: Collection[str] = (),
        **more: Unpack[ledger.LineDetails],
    ) -> LedgerLine:
        """Write a ledger line for this act. `about` is the row it is about.

        `kind` replaces the act's own kind, for a second thing that the act did: a decision that
        also records what was sent. Search finds the concern by the words, but for those under the
        names in `unsearched`. The other arguments are those of `ledger.write_ledger_line`.
        """
        line = ledger.write_ledger_line(
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
        words = more.get("words") or {}
        searched = {name: said for name, said in words.items() if name not in unsearched}
        if isinstance(concern, Concern) and searched:
            self._said.append((concern, searched))
        return line

    def agenda_of_adult_concern(self, concern: AdultConcern) -> AdultNextSteps:
        """As `agenda_of_concern`, for a concern about an adult."""
        key = concern.uid
        if key not in self._adult_agendas:
            steps = concern.steps.open().in_order() if concern.pk else ()
            self._adult_agendas[key] = AdultNextSteps(concern, self.by, self.now, steps)
        return self._adult_agendas[key]

    def agenda_of_concern(self, concern: Concern) -> NextSteps:
        """The next steps of `concern`, loaded once. They are saved when the act ends."""
        key = concern.uid
        if key not in self._agendas:
            steps = read_open_steps(concern) if concern.pk else []
            self._agendas[key] = NextSteps(concern, self.by, self.now, steps)
        return self._agendas[key]

    def agendas_of_concerns(self, concerns: list[Concern]) -> list[NextSteps]:
        """As `agenda_of_concern`, for many concerns about children, read in batches of `BATCH`."""
        steps: dict[int, list[Step]] = {concern.pk: [] for concern in concerns}
        keys = [concern.pk for concern in concerns if concern.uid not in self._agendas]
        for start in range(0, len(keys), BATCH):
            some = Step.objects.filter(concern__in=keys[start : start + BATCH])
            for step in some.open().in_order():
                steps[step.concern_id].append(step)
        for concern in concerns:
            if concern.uid not in self._agendas:
                found = NextSteps(concern, self.by, self.now, steps[concern.pk])
                self._agendas[concern.uid] = found
        return [self._agendas[key] for key in dict.fromkeys(row.uid for row in concerns)]

    def save_all_changes(self) -> None:
        """Save the next steps, their notices, the concerns' new versions and their search words.

        Raises WouldGoQuiet if a concern would be left open without a next step.
        """
        about_children = list(self._agendas.values())
        about_adults = list(self._adult_agendas.values())
        agendas: list[OpenSteps[Any, Any]] = [*about_children, *about_adults]
        for agenda in agendas:
            agenda.update_rank_and_due_time()
        NextSteps.save_all_steps(about_children)
        AdultNextSteps.save_all_steps(about_adults)
        Notice.objects.notify_steps_opened(
            self.by, [step for agenda in agendas for step in agenda.steps_opened]
        )
        moved = [agenda.concern for agenda in agendas if not agenda.new]
        for concern in moved:
            concern.version += 1
            concern.changed_by = self.by.person
            concern.changed_at = self.now
            concern.changed_how = self.kind
        if len(moved) == 1:
            moved[0].save(update_fields=moved[0].CHANGES)
        elif moved:
            Concern.objects.bulk_update(moved, Concern.CHANGES, batch_size=BATCH)
        words: dict[int, set[str]] = {}
        for concern, said in self._said:
            words.setdefault(concern.pk, set()).update(searchable_stems(*said.values()))
        WordKey.objects.add_word_keys(self.by.school, words)


def _begin_act(name: str) -> Token[str]:
    """Note that the act called `name` is running. Raises RuntimeError inside another act."""
    if _running.get():
        raise RuntimeError(f"{name} was called inside {_running.get()}")
    return _running.set(name)


def act(
    power: May, kind: Kind, on: str = ""
) -> Callable[[Callable[..., Result]], RecordedAct[Result]]:
    """Decorator: make a function an act that needs `power` and leaves ledger lines of `kind`.

    `on` names the parameter that holds the row to be changed. That row and its concern are read
    again under a lock, limited to what `by` may see.

    The decorated function takes `by` (the viewer), `now` (an aware datetime) and optionally
    `version` (the concern's version when the page was made) and `also` (see above). It raises:

    - ActRefused: `by` lacks the power, or a rule does not allow it;
    - Http404: `by` may not see the row;
    - StalePage: the concern has changed since `version`;
    - WouldGoQuiet: the concern would be left open without a next step;
    - NothingRecorded and RuntimeError (an act inside an act): programming errors.

    The decorator itself raises TypeError if the function lacks `by`, `now` or `record`, or is not
    keyword-only. The powers come from `rules/roles.py`.
    """

    def decorate_act(function: Callable[..., Result]) -> RecordedAct[Result]:
        _require_act_signature(function, on)

        @functools.wraps(function)
        def run_recorded_act(
            *,
            by: Viewer,
            now: datetime,
            version: int | None = None,
            also: Also = None,
            **given: Any,
        ) -> Result:
            token = _begin_act(function.__name__)
            try:
                if not by.has_power(power):
                    raise ActRefused("Your post does not let you do this.")
                with transaction.atomic():
                    if on:
                        given[on] = _lock_row(by, power, given[on], version)
                    record = ActRecord(by, now, kind)
                    result = function(by=by, now=now, record=record, **given)
                    if not record.lines:
                        raise NothingRecorded(function.__qualname__)
                    record.save_all_changes()
                    if also:
                        also()
                ledger.just_recorded.set(record.lines[0].pk)
                return result
            except (ActRefused, Http404) as refusal:
                _record_refusal(by, now, kind, given.get(on), refusal)
                raise
            finally:
                _running.reset(token)

        recorded = cast(RecordedAct[Result], run_recorded_act)
        recorded.power = power
        recorded.kind = kind
        return recorded

    return decorate_act


def _require_act_signature(function: Callable[..., object], on: str) -> None:
    """Raise TypeError at import unless `function` has the signature of an act."""
    parameters = inspect.signature(function).parameters
    for name in ("by", "now", "record", *([on] if on else [])):
        if name not in parameters:
            raise TypeError(f"the act {function.__qualname__} does not take {name}")
    if any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"the act {function.__qualname__} must be keyword-only")


def _lock_row(by: Viewer, power: May, row: Any, version: int | None) -> Any:
    """Read the row again under a lock. Raises Http404 if `by` may not see it, StalePage if changed.

    Where the row belongs to a concern, it is the concern that is locked: the rows below it never
    change, and the web's database role may not lock a row that it may not change.
    """
    model = type(row)
    home = _concern_model_of(row)
    if home is None:
        rows = model.objects
        rows = (
            rows.permitted_for(by, power) if hasattr(rows, "permitted_for") else rows.of_school(by)
        )
        return _first_or_404(rows.select_for_update().filter(pk=row.pk))
    whole = model.objects.permitted_for(by, power).filter(pk=row.pk)
    if model is not home:
        row = _first_or_404(whole)
    # No joins here: after waiting for a lock, PostgreSQL reads the locked row again but not the
    # rows joined to it, so `changed_by` would be missing.
    concerns = home.objects.permitted_for(by, power).select_for_update()
    concern = _first_or_404(concerns.filter(pk=_concern_pk_of(row)))
    if version is not None and concern.version != version:
        raise StalePage(concern)
    if model is home:
        return concern
    row.concern = concern
    return row


def _concern_model_of(row: Model) -> Any:
    """The model of the concern that `row` is or belongs to; None if it belongs to no concern."""
    if isinstance(row, Concern | AdultConcern):
        return type(row)
    names = {field.name for field in row._meta.fields}
    return row._meta.get_field("concern").related_model if "concern" in names else None


def _first_or_404(rows: QuerySet[Row]) -> Row:
    row = rows.first()
    if row is None:
        raise Http404
    return row


def _concern_pk_of(row: Model) -> int | None:
    if isinstance(row, Concern | AdultConcern):
        return row.pk
    return getattr(row, "concern_id", None)


def _record_refusal(by: Viewer, now: datetime, kind: Kind, row: Any, refusal: Exception) -> None:
    """Write a ledger line for a refusal, after the refused act was rolled back."""
    pk = _concern_pk_of(row) if row is not None else None
    concern = _concern_model_of(row).objects.filter(pk=pk).first() if pk else None
    with transaction.atomic():
        ledger.write_ledger_line(
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
