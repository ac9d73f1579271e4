"""This file knows what a lead does with a concern: takes, hands on, decides, closes, reopens."""

from collections.abc import Iterable
from datetime import datetime

from concerns.doors.act import Refused, act
from concerns.models import (
    Addition,
    Concern,
    Decided,
    Decision,
    Ending,
    Handing,
    Person,
    Referral,
    Viewer,
    WordBack,
)
from concerns.models.step import Ended
from concerns.rules import calendars, lifecycle
from concerns.rules.clocks import (
    DECISIONS,
    FIRST_LOOKS,
    HOLD_OPEN,
    NEXT,
    SUPERSEDED,
    StepKind,
)
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import May
from concerns.rules.words import (
    ADVICE_BEFORE_PARENTS,
    LIGHT,
    OUTSIDE,
    GoingHome,
    HowKnown,
    Outcome,
    Part,
    Route,
)


def _move(concern: Concern, then: State) -> None:
    if not lifecycle.may_follow(State(concern.state), then):
        raise Refused(f"This concern is {concern.state_words.lower()}: that cannot follow.")
    concern.state = then


def _looked(concern: Concern, by: Viewer, now: datetime) -> None:
    """The first look, measured in school minutes. Only who may decide can have it."""
    if concern.first_looked_at is None:
        concern.first_looked_at = now
        concern.looked_after = _minutes(concern, by, now)


def _minutes(concern: Concern, by: Viewer, now: datetime) -> int:
    return calendars.school_minutes_between(by.school.days, concern.received_at, now)


def pressing_decision(concern: Concern) -> bool:
    """Whether it is to be decided before the child goes home: a mark or a disclosure."""
    return (
        concern.how_known == HowKnown.CHILD_TOLD
        or bool(concern.child_words)
        or concern.going_home == GoingHome.YES
        or concern.marks.exists()
    )


@act(May.TAKE, Kind.TAKEN, on="concern")
def take(*, by: Viewer, concern: Concern, now: datetime, record) -> Concern:
    """'I have this': ends the first look, and the decision is now owed by who said so."""
    agenda = record.agenda(concern)
    if concern.state == State.WAITING:
        _move(concern, State.TAKEN)
        agenda.owe(
            StepKind.DECIDE_TODAY if pressing_decision(concern) else StepKind.DECIDE,
            holder=by.person,
        )
    elif concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")
    _looked(concern, by, now)
    concern.holder = by.person
    agenda.done(*FIRST_LOOKS)
    agenda.hold(by.person, *_LEADS_STEPS)
    record(about=concern, concern=concern)
    return concern


# What moves with the concern when it changes hands: all but the writer's own step.
_LEADS_STEPS = tuple(k for k in StepKind if k not in {StepKind.DANGER_NOW})


@act(May.TAKE, Kind.HANDED, on="concern")
def hand(*, by: Viewer, concern: Concern, to: Person, note: str, now: datetime, record) -> Handing:
    """Give it to a colleague who may decide and may see it, with a note."""
    if concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")
    if to not in Person.objects.who_may(May.DECIDE, by.school, by.today).not_excluded_from(concern):
        raise Refused("That colleague may not decide on this concern.")
    handing = Handing.objects.create(
        school=by.school, concern=concern, by=by.person, to=to, at=now, words=note
    )
    concern.holder = to
    record.agenda(concern).hold(to, *_LEADS_STEPS)
    record(about=handing, concern=concern, fields=["to", "note"], words={"note": note})
    return handing


@act(May.DECIDE, Kind.DECIDED, on="concern")
def decide(*, by: Viewer, concern: Concern, decided: Decided, now: datetime, record) -> Decision:
    """Decide for some or all of the children it is about, and say why. A new one supersedes."""
    _must_be_whole(concern, decided)
    decision = Decision.objects.write(by, concern, decided, now)
    agenda = record.agenda(concern)
    _looked(concern, by, now)
    agenda.done(*FIRST_LOOKS, StepKind.READ_ADDITION)
    concern.holder = concern.holder or by.person
    in_force = Decision.objects.in_force(concern)
    old = [step for step in agenda.owes(*SUPERSEDED) if step.decision_id not in in_force]
    agenda.end(old, Ended.SUPERSEDED)
    _open_next(agenda, concern, decision, decided)
    if _all_decided(concern):
        _move(concern, State.DECIDED)
        agenda.done(*DECISIONS)
        if concern.decided_at is None:
            concern.decided_at, concern.decided_after = now, _minutes(concern, by, now)
        if concern.reporter_id != by.person.pk and not agenda.owes(StepKind.TELL_REPORTER):
            agenda.owe(StepKind.TELL_REPORTER)
    elif concern.state == State.WAITING:
        _move(concern, State.TAKEN)
        agenda.owe(StepKind.DECIDE, holder=by.person)
    if decided.words_back:
        WordBack.objects.say(by, concern, decided.words_back, now)
        agenda.done(StepKind.TELL_REPORTER)
    agenda.onward()
    record(
        about=decision,
        concern=concern,
        children=[row.child.uid for row in decided.children if row.child_id],
        fields=["light" if decided.light else "full", *decided.routes],
        words={"reason": decided.reason, "considered": decided.considered},
    )
    return decision


def _must_be_whole(concern: Concern, decided: Decided) -> None:
    if concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")
    if not decided.children or not decided.routes or not decided.reason.strip():
        raise Refused("A decision says for which child, which way, and why.")
    if any(row.concern_id != concern.pk or row.part != Part.ABOUT for row in decided.children):
        raise Refused("A decision is for the children this concern is about.")
    if Route.NO_FURTHER in decided.routes and len(frozenset(decided.routes)) > 1:
        raise Refused("No further action stands alone: choose it, or the other routes.")
    if decided.light and not frozenset(decided.routes) <= LIGHT:
        raise Refused("A light decision only adds to the picture.")
    if decided.light and pressing_decision(concern):
        raise Refused("A mark or a disclosure needs the full decision.")
    if not decided.light and not decided.considered.strip():
        raise Refused("A full decision says what else was considered.")


def _open_next(agenda, concern: Concern, decision: Decision, decided: Decided) -> None:
    """Each route opens its own next step: `clocks.NEXT` says which."""
    for route in map(Route, dict.fromkeys(decided.routes)):
        if route in OUTSIDE:
            if not _going(concern, route):
                referral = Referral.objects.of(decision, route)
                agenda.owe(StepKind.SEND_REFERRAL, referral=referral, decision=decision)
        elif route is Route.WATCH:
            agenda.owe(StepKind.WATCH, on=decided.watch_until, decision=decision)
        elif route is Route.KEEP:
            agenda.owe(StepKind.KEEP, on=decided.keep_until, decision=decision)
        elif route is Route.PARENTS and _advice_first(concern):
            agenda.owe(StepKind.SEEK_ADVICE, decision=decision)
        elif route in NEXT:
            agenda.owe(NEXT[route], decision=decision)
    if decided.review_on and not agenda.owes(StepKind.KEEP, StepKind.WATCH):
        agenda.owe(StepKind.KEEP, on=decided.review_on, decision=decision)


def _advice_first(concern: Concern) -> bool:
    rows = concern.category_rows.values_list("category", flat=True)
    return bool(ADVICE_BEFORE_PARENTS.intersection(rows))


def _going(concern: Concern, route: str) -> bool:
    """Whether this concern's referral by that route is already on its way and not settled."""
    going = concern.referrals.filter(route=route).prefetch_related("events")
    return any(referral.stage not in lifecycle.SETTLED for referral in going)


def _all_decided(concern: Concern) -> bool:
    """Each child it is about has a decision made since it was last reopened."""
    last = concern.endings.filter(reopened=True).order_by("-id").first()
    since = last.at if last else concern.received_at
    about = concern.children.filter(part=Part.ABOUT)
    return not about.exclude(decisions__decision__at__gte=since).exists()


@act(May.DECIDE, Kind.ADDED, on="concern")
def note(*, by: Viewer, concern: Concern, words: str, now: datetime, record) -> Addition:
    """A lead's own note: advice sought, what was found out. Never shown to the reporter."""
    if concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")
    written = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words, for_leads=True
    )
    # Nothing is owed or done by it; the concern has moved on, and an open page of it is stale.
    record.agenda(concern)
    record(about=written, concern=concern, fields=["words"], words={"words": words})
    return written


@act(May.CLOSE, Kind.CLOSED, on="concern")
def close(
    *, by: Viewer, concern: Concern, outcome: str, why: str, words_back: str, now: datetime, record
) -> Ending:
    """Close with an outcome and a word to the reporter. What is promised outside holds it open."""
    agenda = record.agenda(concern)
    held = still_owed(agenda.open)
    if held:
        raise Refused("Still to do before it can be closed: " + "; ".join(held) + ".")
    _move(concern, State.CLOSED)
    concern.closed_at, concern.outcome = now, Outcome(outcome)
    ending = Ending.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=why, outcome=outcome
    )
    WordBack.objects.say(by, concern, words_back, now)
    agenda.done(StepKind.TELL_REPORTER, StepKind.NEXT_MOVE, StepKind.KEEP)
    agenda.end(list(agenda.open), Ended.CLOSED)
    record(about=ending, concern=concern, fields=["outcome", "words"], words={"why": why})
    return ending


def still_owed(steps: Iterable) -> list[str]:
    """In words, what must be done before closing; each once."""
    return list(dict.fromkeys(step.words for step in steps if step.kind in HOLD_OPEN))


@act(May.CLOSE, Kind.REOPENED, on="concern")
def reopen(*, by: Viewer, concern: Concern, why: str, now: datetime, record) -> Ending:
    """Open it again: it is the reopener's, and is to be decided again."""
    _move(concern, State.TAKEN)
    concern.closed_at, concern.outcome, concern.holder = None, "", by.person
    ending = Ending.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=why, reopened=True
    )
    record.agenda(concern).owe(StepKind.DECIDE, holder=by.person)
    record(about=ending, concern=concern, fields=["why"], words={"why": why})
    return ending
