"""Sends a concern about a child, and records what its writer says about it afterwards.

Afterwards they may add words, say they are still worried, exclude a colleague, or say whom they
told by voice. What a lead does with a concern is in `triage/acts.py`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.urls import reverse

from concerns.doors import attachments, ledger, unsent_words
from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import (
    Account,
    Addition,
    AdultConcern,
    Attachment,
    Concern,
    ConcernCategory,
    ConcernChild,
    Draft,
    Ending,
    Exclusion,
    Mark,
    Person,
    Viewer,
)
from concerns.models.concern.account import SEALED
from concerns.models.concern.draft import ADULT
from concerns.rules import reference_codes
from concerns.rules.clocks import FIRST_LOOKS, WRITERS_OWN, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.occurrence import occurrence_moment
from concerns.rules.roles import May
from concerns.rules.words import MAY_WORRY, ChildPart, GoingHome, HowKnown
from concerns.workflow import re_referral


@dataclass(frozen=True)
class Receipt:
    """What the writer is shown after sending. `again`: this form had already been sent. `begun`:
    the draft it was sent from, which is gone from the database."""

    concern: Concern
    code: str
    again: bool = False
    begun: Draft | None = None


def submit(*, by: Viewer, draft: uuid.UUID, account: Account, now: datetime) -> Receipt:
    """Send a concern, once only. Sending the same draft again, even at the same moment, returns the
    receipt of the first. Raises Refused if the draft belongs to somebody else or was turned into a
    concern about an adult, and if no child is named or described or nothing is written."""
    try:
        return _create_concern(by=by, draft=draft, account=account, now=now)
    except IntegrityError:
        # The same form was pressed twice, or (once in millions) the random reference was taken.
        first = find_existing_receipt(by, draft)
        if first:
            return first
        taken = Concern.objects.filter(draft=draft).exists()
        return _create_concern(by=by, draft=draft, account=account, now=now, taken=taken)


def find_existing_receipt(by: Viewer, draft: uuid.UUID) -> Receipt | None:
    """The receipt of a form already sent, for its own writer only; None if it was not sent."""
    concern = Concern.objects.written_by(by).filter(draft=draft).first()
    return Receipt(concern, ledger.find_receipt_code(concern.uid), again=True) if concern else None


def keep_words_after_sending(by: Viewer, concern: Concern, account: Account) -> bool:
    """Keep for the "Add something" box what was typed into a form after it had been sent. Returns
    whether there was anything."""
    rows = list(concern.children.select_related("child"))
    before = {row.child for row in rows}
    described = {row.described for row in rows}
    children = (*account.children, *account.involved)
    said = {getattr(concern, name) for name in SEALED}
    new = [words for words in account.encrypted_column_words.values() if words not in said]
    new += [f"Also about {child.name}" for child in children if child not in before]
    if account.described and account.described not in described:
        new.append(account.described)
    if account.danger and not concern.danger:
        new.append("Somebody is in danger now")
    if account.going_home != concern.going_home:
        new.append(
            f"Worried about going home today: {GoingHome.label_of_value(account.going_home)}"
        )
    return unsent_words.keep_words_to_add(by, reverse("submit_mine", args=[concern.uid]), new)


@act(May.SUBMIT, Kind.SUBMITTED)
def _create_concern(
    *,
    by: Viewer,
    draft: uuid.UUID,
    account: Account,
    now: datetime,
    taken: bool = False,
    record: ActRecord,
) -> Receipt:
    begun = Draft.objects.with_sent_as_adult(draft).first()
    if taken or (begun and begun.person_id != by.person.pk):
        raise ActRefused(unsent_words.NOT_YOURS)
    sent = begun.turned if begun else AdultConcern.objects.filter(draft=draft).exists()
    if sent or (begun and begun.page == ADULT):
        raise ActRefused(unsent_words.TURNED)
    concern = _build_concern(by, begun.begun_at if begun else now, draft, account, now)
    if not (account.children or account.described):
        raise ActRefused("Choose which child it is about, or describe them.")
    if not (account.account or account.told_words):
        raise ActRefused("Write what worried you, or what you were told.")
    agenda = record.agenda_of_concern(concern)
    for kind in [
        *first_step_kinds(account),
        *re_referral.re_referral_steps_for(account.children, now),
    ]:
        agenda.add_step(kind, holder=by.person if kind in WRITERS_OWN else None)
    agenda.update_rank_and_due_time()
    concern.save(force_insert=True)
    rows = ConcernChild.objects.bulk_create(_build_child_rows(concern, account))
    _save_categories_and_marks(concern, account)
    if account.excluded:
        _exclude_by_writer(record, concern, account.excluded)
    else:
        agenda.reassign_role_steps()
    line = record(
        about=concern,
        concern=concern,
        children=[row.child.uid for row in rows if row.child],
        fields=[name for name, said in account.concern_column_values.items() if said],
        words=account.all_written_words,
    )
    if begun:
        _end_draft(record, concern, begun)
    return Receipt(concern, ledger.format_receipt(line), begun=begun)


def _end_draft(record: ActRecord, concern: Concern, begun: Draft) -> None:
    """The draft was sent: its files are the concern's now."""
    if begun.holds_files:
        attachments.attach_files_of_draft(record, concern, begun.uid)
    begun.delete()


def _build_concern(
    by: Viewer, begun_at: datetime, draft: uuid.UUID, account: Account, now: datetime
) -> Concern:
    return Concern(
        school=by.school,
        reference=reference_codes.draw_new_reference(),
        reporter=by.person,
        draft=draft,
        begun_at=begun_at,
        received_at=now,
        occurred_at=occurrence_moment(account.happened_on, account.happened_at, now),
        changed_by=by.person,
        changed_at=now,
        changed_how=Kind.SUBMITTED,
        **account.concern_column_values,
    )


def _exclude_by_writer(record: ActRecord, concern: Concern, people: Sequence[Person]) -> None:
    """Raises Refused if no decider would be left, or if one of `people` does not work here."""
    wrong = Exclusion.objects.exclude_people(record.agenda_of_concern(concern), people)
    if wrong:
        raise ActRefused(wrong)
    shown = [person.uid for person in people]
    record(kind=Kind.EXCLUDED, about=concern, concern=concern, shown=shown)


@act(May.SUBMIT, Kind.EXCLUDED, on="concern")
def keep_from(
    *, by: Viewer, concern: Concern, person: Person, now: datetime, record: ActRecord
) -> None:
    """The writer says, after sending, that a colleague must not see the concern."""
    if Exclusion.objects.filter(concern=concern, person=person).exists():
        # Whoever excluded them: the writer may not learn whom a lead has excluded.
        return _record_repeat(record, concern)
    _exclude_by_writer(record, concern, [person])


def _record_repeat(record: ActRecord, concern: Concern) -> None:
    """Record that the writer repeated themselves. The concern and its next steps do not change."""
    record(about=concern, concern=concern, reason="already recorded")


def _save_categories_and_marks(concern: Concern, account: Account) -> None:
    ConcernCategory.objects.bulk_create(
        ConcernCategory(school=concern.school, concern=concern, category=word)
        for word in dict.fromkeys(account.categories)
    )
    Mark.objects.bulk_create(
        Mark(school=concern.school, concern=concern, **vars(mark)) for mark in account.marks
    )


def first_step_kinds(account: Account) -> list[StepKind]:
    """The next steps that open when the concern is sent. A mark, something the child said, danger
    now, worry about going home or known FGM needs a first look now and never waits for Monday.
    Danger now is the writer's own step until a named person, told by voice, has accepted it;
    reporting known FGM to the police is theirs until they have done it."""
    now = (
        account.danger
        or account.going_home in MAY_WORRY
        or account.marks
        or account.how_known == HowKnown.CHILD_TOLD
        or account.child_words
        or account.fgm_known
        or account.cannot_move
    )
    also = {
        StepKind.DANGER_NOW: account.danger,
        StepKind.REFER_NOW: account.cannot_move and account.marks,
        StepKind.REPORT_FGM: account.fgm_known,
    }
    first = StepKind.FIRST_LOOK_NOW if now else StepKind.FIRST_LOOK
    return [*(kind for kind, owed in also.items() if owed), first]


def _build_child_rows(concern: Concern, account: Account) -> list[ConcernChild]:
    rows = [
        ConcernChild(
            school=concern.school,
            concern=concern,
            child=child,
            part=part,
            year=child.year,
            class_name=child.class_name,
        )
        for part, children in (
            (ChildPart.ABOUT, account.children),
            (ChildPart.INVOLVED, account.involved),
        )
        for child in children
    ]
    if account.described:
        rows.append(
            ConcernChild(school=concern.school, concern=concern, described=account.described)
        )
    return rows


def add(
    *, by: Viewer, concern: Concern, words: str, now: datetime, once: uuid.UUID | None = None
) -> Addition:
    """Add words to one's own concern. `once` is the form's id: pressed again, it adds nothing."""
    once = once or uuid.uuid4()
    try:
        return _add_words(by=by, concern=concern, words=words, now=now, once=once)
    except IntegrityError:
        first = Addition.objects.written_by(by).filter(uid=once, concern=concern).first()
        return first or _add_words(by=by, concern=concern, words=words, now=now, once=uuid.uuid4())


@act(May.SUBMIT, Kind.ADDED, on="concern")
def _add_words(
    *, by: Viewer, concern: Concern, words: str, now: datetime, once: uuid.UUID, record: ActRecord
) -> Addition:
    """On a closed concern this reopens it for a first look, so that the words are read."""
    addition = Addition.objects.create(
        uid=once, school=by.school, concern=concern, by=by.person, at=now, words=words
    )
    _open_steps_to_read_addition(record, concern)
    record(about=addition, concern=concern, fields=["words"], words={"words": words})
    return addition


@act(May.SUBMIT, Kind.ATTACHED, on="concern")
def add_files(
    *, by: Viewer, concern: Concern, draft: uuid.UUID, now: datetime, record: ActRecord
) -> list[Attachment]:
    """Add to one's own concern the files that are kept under `draft`. They are read as words that
    are added are, those that are missing too."""
    added = attachments.attach_files_of_draft(record, concern, draft)
    if added:
        _open_steps_to_read_addition(record, concern)
    else:
        _record_repeat(record, concern)
    return added


def _open_steps_to_read_addition(record: ActRecord, concern: Concern) -> None:
    agenda = record.agenda_of_concern(concern)
    if concern.state == State.CLOSED:
        Ending.objects.record_reopening(
            agenda, State.WAITING, "The person who wrote it added something"
        )
        agenda.add_step(StepKind.FIRST_LOOK)
    elif not agenda.steps_of_kind(*FIRST_LOOKS, StepKind.READ_ADDITION):
        agenda.add_step(StepKind.READ_ADDITION)
    for kind in (
        ()
        if agenda.steps_of_kind(StepKind.REFER_AGAIN)
        else re_referral.re_referral_steps_on(concern, record.now)
    ):
        agenda.add_step(kind)
    agenda.reassign_role_steps()


@act(May.SUBMIT, Kind.STILL_WORRIED, on="concern")
def still_worried(
    *, by: Viewer, concern: Concern, words: str, now: datetime, record: ActRecord
) -> None:
    """Somebody other than the person who decided looks again: one step, however often it is
    pressed. A closed concern is reopened for a first look."""
    agenda = record.agenda_of_concern(concern)
    if not agenda.steps_of_kind(StepKind.STILL_WORRIED):
        if concern.state == State.CLOSED:
            Ending.objects.record_reopening(
                agenda, State.WAITING, "The person who wrote it is still worried"
            )
            agenda.add_step(StepKind.FIRST_LOOK)
        agenda.open_look_again_step()
        words = words.strip() or "I am still worried."
    agenda.reassign_role_steps()
    before = Addition.objects.filter(concern=concern, by=by.person).order_by("-id").first()
    if not words.strip() or (before and before.words == words):
        return _record_repeat(record, concern)
    said = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words
    )
    record(about=said, concern=concern, fields=["words"], words={"words": words})


@act(May.SUBMIT, Kind.TOLD, on="concern")
def told(*, by: Viewer, concern: Concern, whom: str, now: datetime, record: ActRecord) -> Addition:
    """Danger now: the writer told a named person by voice, and that person has accepted it."""
    agenda = record.agenda_of_concern(concern)
    if not agenda.complete_steps(StepKind.DANGER_NOW):
        raise ActRefused("It is already recorded who you told.")
    agenda.ensure_next_step()
    addition = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=f"Told in person: {whom}"
    )
    record(about=addition, concern=concern, fields=["whom"], words={"whom": whom})
    return addition
