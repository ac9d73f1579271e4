"""What a lead does with a concern: takes it, hands it over, decides, closes, watches, reopens.

Also sorting it into categories, notes, excluding a colleague, refiling under the right child, and a
lead's own views of the queue.
Conversations, referrals and meetings are in `refer/acts.py`; doing next steps is in
`chase/acts.py`. Every act raises Refused, with a sentence for the page, if the rules do not allow
it.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

from django.http import Http404

from concerns.doors import attachments, ledger
from concerns.doors.act import ActRecord, ActRefused, StalePage, act
from concerns.models import (
    Addition,
    Attachment,
    CategorySorting,
    Child,
    Concern,
    ConcernChild,
    Conversation,
    Decision,
    DecisionAnswers,
    Ending,
    Exclusion,
    Handing,
    Notice,
    Person,
    Referral,
    ReferralEvent,
    Refiling,
    SavedView,
    Sighting,
    Viewer,
    Watch,
    WatchAnswers,
    WordBack,
)
from concerns.models.concern.category_sorting import sorting_fault
from concerns.models.concern.exclusion import NOBODY_THERE, reason_no_decider_left
from concerns.models.response.decision import needs_advice_first
from concerns.models.response.step import StepEnding
from concerns.rules import lifecycle
from concerns.rules.agency_answers import ANSWERS
from concerns.rules.child_file_vocabulary import SeenHow
from concerns.rules.clocks import DECISIONS, FIRST_LOOKS, NAMED, NEXT, SUPERSEDED, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import May
from concerns.rules.words import OUTSIDE, ChildPart, ChildSeen, ConcernOutcome, Route
from concerns.workflow.closing import (
    WATCH_FIRST,
    closing_objection,
    find_watch_reason,
    reason_to_reopen_first,
)
from concerns.workflow.decision_checks import decision_objection
from concerns.workflow.next_steps import NextSteps
from concerns.workflow.refiling import is_known_outside, update_steps_after_refile

# Why one of several concerns was not handed over.
MOVED_ON = "{} did something on it while the page was open. Open it, and hand it on there."
GONE = "You cannot see it any more."
# Views of the queue that one person may save.
MOST_VIEWS = 20


def _require_open_concern(concern: Concern) -> None:
    if wrong := reason_to_reopen_first(concern):
        raise ActRefused(wrong)


def _change_state(concern: Concern, then: State) -> None:
    if not lifecycle.may_concern_become(State(concern.state), then):
        raise ActRefused(
            f"This concern is {concern.state_words.lower()}, so this cannot be done "
            "now. Open the concern again to see what can."
        )
    concern.state = then


@act(May.TAKE, Kind.TAKEN, on="concern")
def take(*, by: Viewer, concern: Concern, now: datetime, record: ActRecord) -> Concern:
    """Take the concern ("I have this"): the first look is done, and the taker is its holder.

    If it was waiting, the taker owes the decision.
    """
    _require_open_concern(concern)
    agenda = record.agenda_of_concern(concern)
    if concern.state == State.WAITING:
        agenda.start_deciding(by.person)
    agenda.record_first_look()
    concern.holder = by.person
    agenda.complete_steps(*FIRST_LOOKS)
    agenda.assign_steps(by.person, *_LEADS_STEPS)
    record(about=concern, concern=concern)
    return concern


# Steps that move with the concern when it changes hands: all but those that are somebody's own and
# those agreed at a meeting for somebody by name.
_STAY = {*NAMED, StepKind.STILL_WORRIED, StepKind.AGREED_ACTION, StepKind.GO_TO_MEETING}
_LEADS_STEPS = tuple(k for k in StepKind if k not in _STAY)


@act(May.TAKE, Kind.HANDED, on="concern")
def hand(
    *, by: Viewer, concern: Concern, to: Person, note: str, now: datetime, record: ActRecord
) -> Handing:
    """Hand the concern over to a colleague who may decide and may see it, with a note."""
    _require_open_concern(concern)
    if to.pk == concern.holder_id:
        raise ActRefused(f"{to.name} already has it. Choose somebody else.")
    if to not in Person.objects.who_may(May.DECIDE, by.school, by.todays_date).not_excluded_from(
        concern
    ):
        raise ActRefused("That colleague may not decide on this concern. Choose somebody else.")
    handing = Handing.objects.create(
        school=by.school, concern=concern, by=by.person, to=to, at=now, words=note
    )
    concern.holder = to
    agenda = record.agenda_of_concern(concern)
    agenda.assign_steps(to, *_LEADS_STEPS)
    Notice.objects.notify_handover(by.person, to, agenda.open, handing.uid, now)
    record(about=handing, concern=concern, fields=["to", "note"], words={"note": note})
    return handing


class HandedOn(NamedTuple):
    """What became of several concerns that were to be handed over: those that were, and each that
    was not, with why."""

    handings: list[Handing]
    refused: list[tuple[Concern, str]]


def hand_each(
    *, by: Viewer, versions: dict[Concern, int], to: Person, note: str, now: datetime
) -> HandedOn:
    """Hand each concern over by the act `hand`, on its own: one that may not be handed does not
    stop the others. `versions` are those of the concerns as the page was made."""
    done = HandedOn([], [])
    for concern, version in versions.items():
        given = {"concern": concern, "to": to, "note": note, "version": version}
        try:
            done.handings.append(hand(by=by, now=now, **given))
        except ActRefused as refused:
            done.refused.append((concern, refused.words))
        except StalePage as stale:
            done.refused.append((concern, MOVED_ON.format(stale.who)))
        except Http404:
            done.refused.append((concern, GONE))
    return done


@act(May.READ, Kind.VIEW_SAVED)
def save_view(
    *, by: Viewer, name: str, chosen: dict[str, str], now: datetime, record: ActRecord
) -> SavedView:
    """Save a view of the queue for `by`: the filters and the order `chosen`, by name."""
    own = [view.name for view in SavedView.objects.own_views(by)]
    if name in own:
        raise ActRefused("You already have a view with this name. Choose another name.")
    if len(own) >= MOST_VIEWS:
        raise ActRefused(f"You have {MOST_VIEWS} views. Remove one first.")
    view = SavedView.objects.save_view(by, name, chosen, now)
    record(about=view, fields=["name", *chosen])
    return view


@act(May.READ, Kind.VIEW_REMOVED, on="view")
def remove_view(*, by: Viewer, view: SavedView, now: datetime, record: ActRecord) -> SavedView:
    """Remove a saved view of one's own. What it shows stays as it is."""
    view.removed_at = now
    view.save(update_fields=["removed_at"])
    record(about=view, fields=["removed_at"])
    return view


@act(May.DECIDE, Kind.DECIDED, on="concern")
def decide(
    *, by: Viewer, concern: Concern, decided: DecisionAnswers, now: datetime, record: ActRecord
) -> Decision:
    """Decide for some or all of the children it is about, and say why.

    A new decision supersedes the last one for the same children, and the steps that it opened.
    """
    _require_open_concern(concern)
    agenda = record.agenda_of_concern(concern)
    if wrong := decision_objection(agenda, decided):
        raise ActRefused(wrong)
    decision = Decision.objects.record_decision(by, concern, decided, now)
    agenda.record_first_look()
    agenda.complete_steps(*FIRST_LOOKS, StepKind.READ_ADDITION)
    if concern.holder_id is None:
        concern.holder = by.person
    if older := agenda.steps_of_kind(*SUPERSEDED):
        in_force = Decision.objects.keys_in_force(concern)
        old = [step for step in older if step.decision_id not in in_force]
        agenda.end_steps(old, StepEnding.SUPERSEDED)
    _open_steps_of_routes(record, agenda, decision, decided)
    if decided.spoken:
        spoken = Conversation.objects.record_conversation(by, concern, decided.spoken, now)
        agenda.update_steps_after_talk(spoken)
        record(
            kind=Kind.SPOKE,
            about=spoken,
            concern=concern,
            **decided.spoken.conversation_ledger_details,
        )
    _record_child_seen(record, concern, decided)
    if Decision.objects.is_decided_for_all(concern):
        _finish_deciding(agenda, by, now)
    elif concern.state == State.WAITING:
        agenda.start_deciding(by.person)
    if decided.words_back:
        WordBack.objects.send_word_back(by, concern, decided.words_back, now)
        agenda.complete_steps(StepKind.TELL_REPORTER)
    agenda.ensure_next_step()
    record(
        about=decision,
        concern=concern,
        children=[row.child.uid for row in decided.children if row.child],
        **decided.decision_ledger_details,
    )
    return decision


def _record_child_seen(record: ActRecord, concern: Concern, decided: DecisionAnswers) -> None:
    """Record in the files of the children what the decision says: who saw them, and when.

    Nothing is recorded if the decision does not say that they were seen.
    """
    who = decided.sighted_by
    happened_at = decided.sighted_at
    if who is None or happened_at is None or not decided.is_child_seen:
        return
    how = SeenHow.ALONE if decided.child_seen == ChildSeen.HEARD_ALONE else SeenHow.SPOKE
    children = [row.child for row in decided.children if row.child]
    for row in Sighting.objects.record_on_concern(
        record.by, concern, children, who, how, happened_at, record.now
    ):
        seen = [row.child.uid]
        record(kind=Kind.SIGHTED, about=row, concern=concern, children=seen, reason=row.how)


def _finish_deciding(agenda: NextSteps, by: Viewer, now: datetime) -> None:
    """Every child it is about has a decision now: set the state, and owe the writer a word back."""
    concern = agenda.concern
    _change_state(concern, State.DECIDED)
    agenda.complete_steps(*DECISIONS)
    if concern.decided_at is None:
        concern.decided_at = now
        concern.decided_after = agenda.school_minutes()
    if concern.reporter_id != by.person.pk and not agenda.steps_of_kind(StepKind.TELL_REPORTER):
        agenda.add_step(StepKind.TELL_REPORTER)


def _open_steps_of_routes(
    record: ActRecord, agenda: NextSteps, decision: Decision, decided: DecisionAnswers
) -> None:
    """Open the next step of each route, as `clocks.NEXT` says."""
    for route in [Route(key) for key in dict.fromkeys(decided.routes)]:
        if route in OUTSIDE:
            _start_referral(record, agenda, decision, decided, route)
        elif route is Route.PARENTS and (
            decided.advice_first or needs_advice_first(agenda.concern)
        ):
            agenda.add_step(StepKind.SEEK_ADVICE, decision=decision)
        elif route in NEXT:
            agenda.add_step(NEXT[route], on=decided.end_date_of_route(route), decision=decision)
    if decided.review_on and decided.review_on not in map(
        decided.end_date_of_route, decided.routes
    ):
        agenda.add_step(StepKind.KEEP, on=decided.review_on, decision=decision)


def _start_referral(
    record: ActRecord, agenda: NextSteps, decision: Decision, decided: DecisionAnswers, route: Route
) -> None:
    """Start a referral outside the school, or record that it was already sent.

    Where one by the same route is already under way for these children, it is used again.
    """
    if route is Route.SOCIAL_CARE:
        agenda.complete_steps(StepKind.REFER_AGAIN)
    concern = agenda.concern
    sent = decided.sent.get(route)
    going = Referral.objects.find_open_referral(concern, route, decided.children)
    referral = going or Referral.objects.start_referral(decision, route)
    if sent is None:
        if going is None:
            agenda.add_step(StepKind.SEND_REFERRAL, referral=referral, decision=decision)
        return
    if referral.current_stage is not ReferralStage.TO_SEND:
        raise ActRefused(
            f"{route.label}: this referral has already been sent. Add anything new on the "
            "referral's own page."
        )
    ReferralEvent.objects.record_referral_event(
        record.by, referral, ReferralStage.SENT, record.now, **sent.referral_event_fields
    )
    agenda.set_referral_steps(referral, ANSWERS[route])
    record(
        kind=Kind.SENT, about=referral, concern=concern, reason=route, **sent.sent_ledger_details
    )


@act(May.NOTE, Kind.ADDED, on="concern")
def note(*, by: Viewer, concern: Concern, words: str, now: datetime, record: ActRecord) -> Addition:
    """Add a note for the leads: advice sought, what was found out. Never shown to the writer.

    What somebody adds who reads a part of the record is read by a lead, as what the writer adds.
    """
    _require_open_concern(concern)
    written = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words, for_leads=True
    )
    _have_addition_read(record, concern)
    record(about=written, concern=concern, fields=["words"], words={"words": words})
    return written


def _have_addition_read(record: ActRecord, concern: Concern) -> None:
    """A lead's own opens and ends no step, but moves the version on: a page opened before is
    stale."""
    agenda = record.agenda_of_concern(concern)
    if record.by.reads_part and not agenda.steps_of_kind(*FIRST_LOOKS, StepKind.READ_ADDITION):
        agenda.add_step(StepKind.READ_ADDITION)
        agenda.reassign_role_steps()


@act(May.NOTE, Kind.ATTACHED, on="concern")
def add_files(
    *, by: Viewer, concern: Concern, draft: uuid.UUID, now: datetime, record: ActRecord
) -> list[Attachment]:
    """Add the files that are kept under `draft`, as a note for the leads is added."""
    _require_open_concern(concern)
    added = attachments.attach_files_of_draft(record, concern, draft, for_leads=True)
    if added:
        _have_addition_read(record, concern)
    else:
        record(about=concern, concern=concern, reason="already recorded")
    return added


@act(May.SORT, Kind.SORTED, on="concern")
def sort(
    *,
    by: Viewer,
    concern: Concern,
    categories: tuple[str, ...],
    why: str,
    now: datetime,
    record: ActRecord,
) -> CategorySorting:
    """Sort the concern into `categories`, and say why. The audit counts the newest sorting.

    A closed concern may be sorted too: it opens and ends no step.
    """
    if wrong := sorting_fault(categories, why):
        raise ActRefused(wrong)
    sorting = CategorySorting.objects.record_sorting(by, concern, categories, why, now)
    # It opens and ends no step, but it moves the version on: a page opened before is now stale.
    record.agenda_of_concern(concern)
    record(
        about=sorting,
        concern=concern,
        fields=["categories", "why"],
        reason=" ".join(dict.fromkeys(categories)),
        words={"why": why},
    )
    return sorting


@act(May.CLOSE, Kind.CLOSED, on="concern")
def close(
    *,
    by: Viewer,
    concern: Concern,
    outcome: str,
    why: str,
    words_back: str,
    now: datetime,
    record: ActRecord,
) -> Ending:
    """Close the concern with an outcome and a word back to the writer.

    Raises Refused while a step holds it open (`clocks.HOLD_OPEN`), or if this ending needs a watch
    first: that is `watch`.
    """
    agenda = record.agenda_of_concern(concern)
    _prepare_ending(agenda, words_back)
    if because := find_watch_reason(concern, outcome):
        raise ActRefused(WATCH_FIRST.format(because.label))
    ending = Ending.objects.record_closing(agenda, ConcernOutcome(outcome), why)
    said = {"why": why, "words_back": words_back}
    record(about=ending, concern=concern, fields=["outcome", *said], reason=outcome, words=said)
    return ending


def _prepare_ending(agenda: NextSteps, words_back: str, *, by_watch: bool = False) -> None:
    if wrong := closing_objection(agenda, words_back, by_watch=by_watch):
        raise ActRefused(wrong)
    WordBack.objects.give_owed_word_back(agenda, words_back)


@act(May.CLOSE, Kind.WATCHED, on="concern")
def watch(
    *,
    by: Viewer,
    concern: Concern,
    asked: WatchAnswers,
    words_back: str,
    now: datetime,
    record: ActRecord,
) -> Watch:
    """End the case and watch the child: the concern stays open until the last review."""
    agenda = record.agenda_of_concern(concern)
    _prepare_ending(agenda, words_back, by_watch=True)
    because = find_watch_reason(concern, asked.outcome)
    if because is None:
        raise ActRefused("No watch is needed after this ending. Close the concern instead.")
    if wrong := asked.watch_fault(by, concern):
        raise ActRefused(wrong)
    watch = Watch.objects.open_watch(agenda, because, asked)
    agenda.complete_steps(StepKind.NEXT_MOVE, StepKind.KEEP, StepKind.WATCH)
    record(about=watch, concern=concern, reason=because, **asked.watch_ledger_details(words_back))
    return watch


@act(May.CLOSE, Kind.REOPENED, on="concern")
def reopen(*, by: Viewer, concern: Concern, why: str, now: datetime, record: ActRecord) -> Ending:
    """Reopen a closed concern. Who reopens it holds it and owes a new decision."""
    if concern.state != State.CLOSED:
        raise ActRefused("This concern is already open.")
    agenda = record.agenda_of_concern(concern)
    ending = Ending.objects.record_reopening(agenda, State.TAKEN, why, by.person)
    agenda.add_step(StepKind.DECIDE, holder=by.person)
    record(about=ending, concern=concern, fields=["why"], words={"why": why})
    return ending


@act(May.DECIDE, Kind.EXCLUDED, on="concern")
def exclude(
    *, by: Viewer, concern: Concern, person: Person, why: str, now: datetime, record: ActRecord
) -> Person:
    """Exclude a colleague from now on. What they held goes to the next person who may hold it."""
    if Exclusion.objects.filter(concern=concern, person=person).exists():
        raise ActRefused(f"{person.name} already cannot see it.")
    if wrong := Exclusion.objects.exclude_people(record.agenda_of_concern(concern), [person], why):
        raise ActRefused(wrong)
    record(about=concern, concern=concern, shown=[person.uid], fields=["why"], words={"why": why})
    return person


@act(May.DECIDE, Kind.REFILED, on="concern")
def refile(
    *,
    by: Viewer,
    concern: Concern,
    row: ConcernChild,
    to: Child,
    why: str,
    now: datetime,
    record: ActRecord,
) -> Refiling:
    """Move a concern from the wrong child, or from a description, to the right child.

    Decisions for the wrong child no longer stand, and the right one needs a decision. A colleague
    who is family to the right child can no longer see the concern, and holds none of its steps.
    """
    if row.concern_id != concern.pk or row.part == ChildPart.MOVED:
        raise ActRefused("This concern is no longer filed under that child.")
    if row.child_id == to.pk:
        raise ActRefused("It is already filed under that child. Find another child.")
    filed = concern.children.select_related("child")
    moved = list(concern.refilings.with_children_named())
    opened = ledger.first_readings_of(concern, filed, moved)
    readers = {line.who.pk for line in opened if line.who}
    others = readers - {by.person.pk, concern.reporter_id}
    # Moved from a description, nobody has been told anything untrue about a child.
    reached = row.child_id and (others or is_known_outside(concern))
    children = [child.uid for child in (row.child, to) if child]
    refiling = Refiling.objects.move_to_child(by, row, to, why, now)
    if wrong := reason_no_decider_left(by, concern, NOBODY_THERE):
        raise ActRefused(wrong)
    agenda = record.agenda_of_concern(concern)
    changed = update_steps_after_refile(record, agenda, refiling, bool(reached))
    record(about=refiling, concern=concern, children=children, words={"why": why})
    for other in changed:
        record(about=refiling, concern=other)
    return refiling
