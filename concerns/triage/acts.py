"""What a lead does with a concern: takes it, hands it over, decides, closes, watches, reopens.

Also notes, excluding a colleague, and refiling under the right child. Conversations, referrals and
meetings are in `refer/acts.py`; doing next steps is in `chase/acts.py`. Every act raises Refused,
with a sentence for the page, if the rules do not allow it.
"""

from datetime import datetime

from concerns.doors import ledger
from concerns.doors.act import Refused, act
from concerns.models import (
    Addition,
    Child,
    Concern,
    ConcernChild,
    Conversation,
    Decided,
    Decision,
    Ending,
    Exclusion,
    Handing,
    Notice,
    Person,
    Referral,
    ReferralEvent,
    Refiling,
    Viewer,
    Watch,
    Watching,
    WordBack,
)
from concerns.models.after import WATCH_FIRST, not_yet, watched
from concerns.models.decision import advice_first
from concerns.models.exclusion import NOBODY_THERE, nobody_left
from concerns.models.fit import unfit
from concerns.models.refiled import follow, told_outside
from concerns.models.step import Ended
from concerns.rules import lifecycle
from concerns.rules.answers import ANSWERS
from concerns.rules.clocks import DECISIONS, FIRST_LOOKS, NAMED, NEXT, SUPERSEDED, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import Stage, State
from concerns.rules.roles import May
from concerns.rules.words import OUTSIDE, Outcome, Part, Route


def _must_be_open(concern: Concern) -> None:
    if concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")


def _move(concern: Concern, then: State) -> None:
    if not lifecycle.may_follow(State(concern.state), then):
        raise Refused(f"This concern is {concern.state_words.lower()}: that cannot follow.")
    concern.state = then


@act(May.TAKE, Kind.TAKEN, on="concern")
def take(*, by: Viewer, concern: Concern, now: datetime, record) -> Concern:
    """Take the concern ("I have this"): the first look is done, and the taker is its holder.

    If it was waiting, the taker owes the decision.
    """
    _must_be_open(concern)
    agenda = record.agenda(concern)
    if concern.state == State.WAITING:
        agenda.begin(by.person)
    agenda.looked()
    concern.holder = by.person
    agenda.done(*FIRST_LOOKS)
    agenda.hold(by.person, *_LEADS_STEPS)
    record(about=concern, concern=concern)
    return concern


# Steps that move with the concern when it changes hands: all but those that are somebody's own and
# those agreed at a meeting for somebody by name.
_STAY = {*NAMED, StepKind.STILL_WORRIED, StepKind.AGREED_ACTION}
_LEADS_STEPS = tuple(k for k in StepKind if k not in _STAY)


@act(May.TAKE, Kind.HANDED, on="concern")
def hand(*, by: Viewer, concern: Concern, to: Person, note: str, now: datetime, record) -> Handing:
    """Hand the concern over to a colleague who may decide and may see it, with a note."""
    _must_be_open(concern)
    if to.pk == concern.holder_id:
        raise Refused(f"{to.name} has it already.")
    if to not in Person.objects.who_may(May.DECIDE, by.school, by.today).not_excluded_from(concern):
        raise Refused("That colleague may not decide on this concern.")
    handing = Handing.objects.create(
        school=by.school, concern=concern, by=by.person, to=to, at=now, words=note
    )
    concern.holder = to
    agenda = record.agenda(concern)
    agenda.hold(to, *_LEADS_STEPS)
    Notice.objects.handed(handing, agenda.open)
    record(about=handing, concern=concern, fields=["to", "note"], words={"note": note})
    return handing


@act(May.DECIDE, Kind.DECIDED, on="concern")
def decide(*, by: Viewer, concern: Concern, decided: Decided, now: datetime, record) -> Decision:
    """Decide for some or all of the children it is about, and say why.

    A new decision supersedes the last one for the same children, and the steps that it opened.
    """
    _must_be_open(concern)
    agenda = record.agenda(concern)
    if wrong := unfit(agenda, decided):
        raise Refused(wrong)
    decision = Decision.objects.write(by, concern, decided, now)
    agenda.looked()
    agenda.done(*FIRST_LOOKS, StepKind.READ_ADDITION)
    concern.holder = concern.holder or by.person
    in_force = Decision.objects.in_force(concern)
    old = [step for step in agenda.owes(*SUPERSEDED) if step.decision_id not in in_force]
    agenda.end(old, Ended.SUPERSEDED)
    _open_next(record, agenda, decision, decided)
    if decided.spoken:
        spoken = Conversation.objects.write(by, concern, decided.spoken, now)
        agenda.heard(spoken)
        record(kind=Kind.SPOKE, about=spoken, concern=concern, **decided.spoken.told)
    if Decision.objects.all_made(concern):
        _whole(agenda, by, now)
    elif concern.state == State.WAITING:
        agenda.begin(by.person)
    if decided.words_back:
        WordBack.objects.say(by, concern, decided.words_back, now)
        agenda.done(StepKind.TELL_REPORTER)
    agenda.onward()
    record(
        about=decision,
        concern=concern,
        children=[row.child.uid for row in decided.children if row.child_id],
        **decided.told,
    )
    return decision


def _whole(agenda, by: Viewer, now: datetime) -> None:
    """Every child it is about has a decision now: set the state, and owe the writer a word back."""
    concern = agenda.concern
    _move(concern, State.DECIDED)
    agenda.done(*DECISIONS)
    if concern.decided_at is None:
        concern.decided_at, concern.decided_after = now, agenda.school_minutes()
    if concern.reporter_id != by.person.pk and not agenda.owes(StepKind.TELL_REPORTER):
        agenda.owe(StepKind.TELL_REPORTER)


def _open_next(record, agenda, decision: Decision, decided: Decided) -> None:
    """Open the next step of each route, as `clocks.NEXT` says."""
    for route in map(Route, dict.fromkeys(decided.routes)):
        if route in OUTSIDE:
            _refer(record, agenda, decision, decided, route)
        elif route is Route.PARENTS and (decided.advice_first or advice_first(agenda.concern)):
            agenda.owe(StepKind.SEEK_ADVICE, decision=decision)
        elif route in NEXT:
            agenda.owe(NEXT[route], on=decided.until(route), decision=decision)
    if decided.review_on and decided.review_on not in map(decided.until, decided.routes):
        agenda.owe(StepKind.KEEP, on=decided.review_on, decision=decision)


def _refer(record, agenda, decision: Decision, decided: Decided, route: Route) -> None:
    """Start a referral outside the school, or record that it was already sent.

    Where one by the same route is already under way for these children, it is used again.
    """
    if route is Route.SOCIAL_CARE:
        agenda.done(StepKind.REFER_AGAIN)
    concern, sent = agenda.concern, decided.sent.get(route)
    going = Referral.objects.going(concern, route, decided.children)
    referral = going or Referral.objects.of(decision, route)
    if sent is None:
        if going is None:
            agenda.owe(StepKind.SEND_REFERRAL, referral=referral, decision=decision)
        return
    if referral.stage is not Stage.TO_SEND:
        raise Refused(
            f"{route.label}: that referral is on its way already. "
            "Write what is new on its own page."
        )
    ReferralEvent.objects.write(record.by, referral, Stage.SENT, record.now, **sent.said)
    agenda.follow(referral, ANSWERS[route])
    record(kind=Kind.SENT, about=referral, concern=concern, reason=route, **sent.told)


@act(May.DECIDE, Kind.ADDED, on="concern")
def note(*, by: Viewer, concern: Concern, words: str, now: datetime, record) -> Addition:
    """Add a lead's note: advice sought, what was found out. Never shown to the writer."""
    _must_be_open(concern)
    written = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words, for_leads=True
    )
    # It opens and ends no step, but it moves the version on: a page opened before is now stale.
    record.agenda(concern)
    record(about=written, concern=concern, fields=["words"], words={"words": words})
    return written


@act(May.CLOSE, Kind.CLOSED, on="concern")
def close(
    *, by: Viewer, concern: Concern, outcome: str, why: str, words_back: str, now: datetime, record
) -> Ending:
    """Close the concern with an outcome and a word back to the writer.

    Raises Refused while a step holds it open (`clocks.HOLD_OPEN`), or if this ending needs a watch
    first: that is `watch`.
    """
    agenda = record.agenda(concern)
    _may_end(agenda, words_back)
    if because := watched(concern, outcome):
        raise Refused(WATCH_FIRST.format(because.label))
    ending = Ending.objects.close(agenda, Outcome(outcome), why)
    said = {"why": why, "words_back": words_back}
    record(about=ending, concern=concern, fields=["outcome", *said], reason=outcome, words=said)
    return ending


def _may_end(agenda, words_back: str) -> None:
    if wrong := not_yet(agenda, words_back):
        raise Refused(wrong)
    WordBack.objects.owed(agenda, words_back)


@act(May.CLOSE, Kind.WATCHED, on="concern")
def watch(
    *, by: Viewer, concern: Concern, asked: Watching, words_back: str, now: datetime, record
) -> Watch:
    """End the case and watch the child: the concern stays open until the last review."""
    agenda = record.agenda(concern)
    _may_end(agenda, words_back)
    because = watched(concern, asked.outcome)
    if wrong := asked.lacking(by, concern) if because else "This ending opens no watch: close it.":
        raise Refused(wrong)
    watch = Watch.objects.begin(agenda, because, asked)
    agenda.done(StepKind.NEXT_MOVE, StepKind.KEEP, StepKind.WATCH)
    record(about=watch, concern=concern, reason=because, **asked.told(words_back))
    return watch


@act(May.CLOSE, Kind.REOPENED, on="concern")
def reopen(*, by: Viewer, concern: Concern, why: str, now: datetime, record) -> Ending:
    """Reopen a closed concern. Who reopens it holds it and owes a new decision."""
    if concern.state != State.CLOSED:
        raise Refused("This concern is open.")
    agenda = record.agenda(concern)
    ending = Ending.objects.reopen(agenda, State.TAKEN, why, by.person)
    agenda.owe(StepKind.DECIDE, holder=by.person)
    record(about=ending, concern=concern, fields=["why"], words={"why": why})
    return ending


@act(May.DECIDE, Kind.EXCLUDED, on="concern")
def exclude(
    *, by: Viewer, concern: Concern, person: Person, why: str, now: datetime, record
) -> Person:
    """Exclude a colleague from now on. What they held goes to the next person who may hold it."""
    if Exclusion.objects.filter(concern=concern, person=person).exists():
        raise Refused(f"{person.name} is kept out of it already.")
    if wrong := Exclusion.objects.shut_out(record.agenda(concern), [person], why):
        raise Refused(wrong)
    record(about=concern, concern=concern, shown=[person.uid], fields=["why"], words={"why": why})
    return person


@act(May.DECIDE, Kind.REFILED, on="concern")
def refile(
    *, by: Viewer, concern: Concern, row: ConcernChild, to: Child, why: str, now: datetime, record
) -> Refiling:
    """Move a concern from the wrong child, or from a description, to the right child.

    Decisions for the wrong child no longer stand, and the right one needs a decision. A colleague
    who is family to the right child can no longer see the concern, and holds none of its steps.
    """
    if row.concern_id != concern.pk or row.part == Part.MOVED:
        raise Refused("It does not stand under that child any more.")
    if row.child_id == to.pk:
        raise Refused("It stands under that child already. Find the child it is about.")
    readers = {line.who.pk for line in ledger.who_opened(concern)}
    others = readers - {by.person.pk, concern.reporter_id}
    # Moved from a description, nobody has been told anything untrue about a child.
    reached = row.child_id and (others or told_outside(concern))
    children = [child.uid for child in (row.child, to) if child]
    refiling = Refiling.objects.move(by, row, to, why, now)
    if wrong := nobody_left(by, concern, NOBODY_THERE):
        raise Refused(wrong)
    follow(record.agenda(concern), refiling, bool(reached))
    record(about=refiling, concern=concern, children=children, words={"why": why})
    return refiling
