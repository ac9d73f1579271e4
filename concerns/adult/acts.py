"""Acts on concerns about adults: the writer sends and adds; a reader takes, decides and closes."""

import uuid
from datetime import datetime

from django.db import IntegrityError
from django.urls import reverse

from concerns.doors import keep, ledger
from concerns.doors.act import Refused, act
from concerns.models import (
    AdultConcern,
    AdultDecided,
    AdultDecision,
    AdultEntry,
    AdultExclusion,
    Draft,
    Person,
    Spoken,
    ToldOfAdult,
    Viewer,
)
from concerns.models.adult import who_reads
from concerns.models.adult_climb import come_to
from concerns.models.adult_record import hear, open_next, pass_on, send_past
from concerns.models.step import Ended
from concerns.rules import adults, lifecycle
from concerns.rules.adults import AdultOutcome, AdultStepKind, Happened
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import May


def send(
    *, by: Viewer, draft: uuid.UUID, told: ToldOfAdult, now: datetime
) -> tuple[AdultConcern, bool]:
    """Create the concern from `draft`, once: sending the draft again, even at the same moment,
    returns the first concern and True. Raises Refused if the draft is somebody else's."""
    try:
        return _send(by=by, draft=draft, told=told, now=now), False
    except IntegrityError:
        first = AdultConcern.objects.written_by(by).filter(draft=draft).first()
        if first:
            return first, True
        taken = AdultConcern.objects.filter(draft=draft).exists()
        return _send(by=by, draft=draft, told=told, now=now, taken=taken), False


def keep_what_is_new(by: Viewer, concern: AdultConcern, told: ToldOfAdult) -> bool:
    """Keep words typed into a form after it was sent, in the box for additions. True if any."""
    new = told.beyond(concern)
    if new:
        here = reverse("adult_mine", kwargs={"uid": concern.uid})
        typed = {"words": ["\n\n".join(new)]}
        keep.words(by.person, by.school, here, uuid.uuid4(), typed, by.now)
    return bool(new)


@act(May.SUBMIT, Kind.SUBMITTED)
def _send(
    *, by: Viewer, draft: uuid.UUID, told: ToldOfAdult, now: datetime, taken: bool = False, record
) -> AdultConcern:
    begun = Draft.objects.filter(uid=draft).first()
    if taken or (begun and begun.person_id != by.person.pk):
        raise Refused(keep.NOT_YOURS)
    if keep.turned_back(draft, begun):
        raise Refused(keep.TURNED_BACK)
    if told.lacking:
        raise Refused(told.lacking)
    _must_work_here(by, *(person for person in (told.whom, *told.shut_out) if person))
    concern = told.concern(by, draft, begun.begun_at if begun else now, now)
    agenda = record.agenda(concern)
    agenda.owe(adults.first_step(told.sort))
    agenda.press()
    concern.save(force_insert=True)
    if told.whom:
        AdultExclusion.objects.shut_out(concern, told.whom, by, now, subject=True)
    for person in told.shut_out:
        AdultExclusion.objects.shut_out(concern, person, by, now)
    if begun:
        begun.delete()
    said = {name: words for name, words in told.sealed.items() if words}
    record(about=concern, concern=concern, fields=sorted(said), words=said)
    return concern


def code(concern: AdultConcern) -> str:
    """The concern's receipt code, made from the ledger line of its sending."""
    return ledger.receipt(ledger.line_of(concern.uid, Kind.SUBMITTED))


def _must_work_here(by: Viewer, *people: Person) -> None:
    if not {*people} <= {*Person.objects.who_may(May.SUBMIT, by.school, by.today)}:
        raise Refused("Choose somebody who works here.")


def add(
    *, by: Viewer, concern: AdultConcern, words: str, now: datetime, once: uuid.UUID | None = None
) -> AdultEntry:
    """Add words to one's own concern. The same form sent twice (same `once`) adds nothing."""
    once = once or uuid.uuid4()
    try:
        return _add(by=by, concern=concern, words=words, now=now, once=once)
    except IntegrityError:
        first = AdultEntry.objects.written_by(by).filter(uid=once, concern=concern).first()
        return first or _add(by=by, concern=concern, words=words, now=now, once=uuid.uuid4())


@act(May.SUBMIT, Kind.ADDED, on="concern")
def _add(*, by: Viewer, concern: AdultConcern, words, now, once: uuid.UUID, record) -> AdultEntry:
    """Adding to a closed concern reopens it with a first look, so that somebody will read it."""
    added = AdultEntry.objects.write(Happened.ADDED, by, concern, words, now, uid=once)
    agenda = record.agenda(concern)
    if concern.state == State.CLOSED:
        concern.open_again(State.WAITING)
        why = "Added to by the person who wrote it"
        AdultEntry.objects.write(Happened.REOPENED, by, concern, why, now)
        agenda.owe(adults.first_step(concern.sort))
    elif not agenda.owes(*adults.LOOKS, AdultStepKind.READ_ADDITION):
        agenda.owe(AdultStepKind.READ_ADDITION)
    record(about=added, concern=concern, fields=["words"], words={"words": words})
    return added


def _must_be_open(concern: AdultConcern) -> None:
    if concern.state == State.CLOSED:
        raise Refused("It is closed. Reopen it first.")


@act(May.ADULT, Kind.TAKEN, on="concern")
def take(*, by: Viewer, concern: AdultConcern, now: datetime, record) -> AdultConcern:
    """'I have this': end the first look. The other steps stay with the post."""
    _must_be_open(concern)
    agenda = record.agenda(concern)
    if concern.state == State.WAITING:
        concern.state = State.TAKEN
        agenda.owe(adults.decide_step(concern.sort))
    concern.first_looked_at = concern.first_looked_at or now
    concern.holder = by.person
    agenda.done(*adults.LOOKS)
    record(about=concern, concern=concern)
    return concern


@act(May.ADULT, Kind.DECIDED, on="concern")
def decide(*, by: Viewer, concern, decided: AdultDecided, now, record) -> AdultDecision:
    """A new decision supersedes the old one, but open steps with the LADO or the police stay."""
    _must_be_open(concern)
    if lacking := decided.lacking(by.today):
        raise Refused(lacking)
    decision = AdultDecision.objects.write(by, concern, decided, now)
    agenda = record.agenda(concern)
    agenda.done(*adults.LOOKS, *adults.TO_DECIDE, AdultStepKind.READ_ADDITION)
    agenda.end(agenda.owes(*adults.GIVES_WAY), Ended.SUPERSEDED)
    concern.state, concern.holder = State.DECIDED, concern.holder or by.person
    concern.first_looked_at = concern.first_looked_at or now
    concern.decided_at = concern.decided_at or now
    open_next(agenda, decided)
    if decided.words_back.strip():
        _tell(agenda, by, decided.words_back, now)
    elif concern.reporter_id != by.person.pk and not agenda.owes(AdultStepKind.TELL_REPORTER):
        agenda.owe(AdultStepKind.TELL_REPORTER)
    agenda.onward()
    record(about=decision, concern=concern, **decided.told)
    return decision


@act(May.ADULT, Kind.ADDED, on="concern")
def note(*, by: Viewer, concern: AdultConcern, words: str, now: datetime, record) -> AdultEntry:
    """Add a reader's note, which the writer never sees. Ends the step to read an addition."""
    _must_be_open(concern)
    written = AdultEntry.objects.write(Happened.NOTE, by, concern, words, now)
    agenda = record.agenda(concern)
    agenda.done(AdultStepKind.READ_ADDITION)
    agenda.onward()
    record(about=written, concern=concern, fields=["words"], words={"words": words})
    return written


@act(May.ADULT, Kind.SPOKE, on="concern")
def speak(*, by: Viewer, concern, spoken: Spoken, now: datetime, record) -> AdultEntry:
    """Record a conversation with the LADO or the police."""
    _must_be_open(concern)
    if spoken.happened_at > now:
        raise Refused("This is written down after it has happened.")
    entry = AdultEntry.objects.write(Happened.OUTSIDE, by, concern, now=now, **vars(spoken))
    hear(record.agenda(concern), spoken)
    said = {name: getattr(spoken, name) for name in ("spoken_to", "words", "their_reference")}
    kind = Kind.ANSWERED if spoken.answer else Kind.SPOKE
    record(kind=kind, about=entry, concern=concern, fields=[*said, spoken.agency], words=said)
    return entry


@act(May.ADULT, Kind.TOLD_REPORTER, on="concern")
def tell(*, by: Viewer, concern: AdultConcern, words: str, now: datetime, record) -> AdultEntry:
    agenda = record.agenda(concern)
    back = _tell(agenda, by, words, now)
    agenda.onward()
    record(about=back, concern=concern, fields=["words"], words={"words": words})
    return back


def _tell(agenda, by: Viewer, words: str, now: datetime) -> AdultEntry:
    agenda.done(AdultStepKind.TELL_REPORTER)
    return AdultEntry.objects.write(Happened.WORD_BACK, by, agenda.concern, words, now)


@act(May.ADULT, Kind.HANDED, on="concern")
def hand(*, by: Viewer, concern: AdultConcern, note: str, now: datetime, record) -> AdultEntry:
    """Hand it to the other post, head or chair, which alone has it then and looks at it anew."""
    _must_be_open(concern)
    to = next(role for role in adults.READERS if role != concern.goes_to)
    if to not in {post.role for post in who_reads(concern, by.today, to)}:
        raise Refused(f"Nobody in post may have it from you: {to.title.lower()}.")
    handing = AdultEntry.objects.write(Happened.HANDED, by, concern, note, now, to=to)
    pass_on(record.agenda(concern), to)
    record(about=handing, concern=concern, fields=["note"], reason=to, words={"note": note})
    return handing


@act(May.ADULT, Kind.HANDED)
def take_over(*, by: Viewer, uid: uuid.UUID, why: str, now: datetime, record) -> AdultConcern:
    """Give an escalated concern to the other reader, because its own reader did not act."""
    concern = AdultConcern.objects.select_for_update().filter(uid=uid, school=by.school).first()
    if uid not in {one.uid for one in come_to(by)}:
        raise Refused("Somebody has acted on it since this page was made. It stays with them.")
    to = next(role for role in adults.READERS if role != concern.goes_to)
    handing = AdultEntry.objects.write(Happened.HANDED, by, concern, why, now, to=to)
    pass_on(record.agenda(concern), to)
    record(about=handing, concern=concern, fields=["why"], reason="taken over", words={"why": why})
    return concern


@act(May.ADULT, Kind.EXCLUDED, on="concern")
def exclude(*, by: Viewer, concern, person: Person, why: str, now: datetime, record) -> None:
    """Exclude somebody for good, from their next request on. A reader may exclude themselves.
    Refused if nobody would be left to read it; only the writer can exclude that many."""
    _must_work_here(by, person)
    if AdultExclusion.objects.filter(concern=concern, person=person).exists():
        raise Refused(f"{person.name} cannot see it already.")
    AdultExclusion.objects.shut_out(concern, person, by, now, why=why)
    if not who_reads(concern, by.today):
        raise Refused("Nobody would be left to read it. Hand it on first, or ring the LADO.")
    send_past(record.agenda(concern), person)
    record(about=concern, concern=concern, fields=["why"], words={"who": person.name, "why": why})


@act(May.ADULT, Kind.CORRECTED, on="concern")
def about(*, by: Viewer, concern, person: Person, why: str, now: datetime, record) -> AdultEntry:
    """Set or correct the subject, who then cannot see it. What was written stays as it is."""
    _must_work_here(by, person)
    if person.pk == concern.subject_id:
        raise Refused(f"It is about {person.name} already.")
    entry = AdultEntry.objects.write(Happened.WHOM, by, concern, why, now, person=person)
    concern.subject = person
    AdultExclusion.objects.shut_out(concern, person, by, now, why=why, subject=True)
    send_past(record.agenda(concern), person)
    record(about=entry, concern=concern, fields=["why"], words={"who": person.name, "why": why})
    return entry


@act(May.ADULT, Kind.CLOSED, on="concern")
def close(
    *, by: Viewer, concern, outcome: str, why: str, words_back: str, now: datetime, record
) -> AdultEntry:
    """Refused while an addition is unread or a step with the LADO or the police is open."""
    agenda = record.agenda(concern)
    held = dict.fromkeys(step.words for step in agenda.open if step.holds_open)
    if held:
        raise Refused("Still to do before it can be closed: " + "; ".join(held) + ".")
    if not lifecycle.may_follow(State(concern.state), State.CLOSED):
        raise Refused("Decide first: it is closed once it has been decided.")
    if not words_back.strip() and concern.reporter_id != by.person.pk:
        raise Refused("Closing gives the person who wrote it a word back.")
    if words_back.strip():
        _tell(agenda, by, words_back, now)
    concern.state, concern.closed_at = State.CLOSED, now
    concern.outcome = AdultOutcome(outcome)
    ending = AdultEntry.objects.write(Happened.CLOSED, by, concern, why, now, outcome=outcome)
    agenda.end(list(agenda.open), Ended.CLOSED)
    said = {"why": why, "words_back": words_back}
    record(about=ending, concern=concern, fields=["outcome", *said], reason=outcome, words=said)
    return ending


@act(May.ADULT, Kind.REOPENED, on="concern")
def reopen(*, by: Viewer, concern: AdultConcern, why: str, now: datetime, record) -> AdultEntry:
    if concern.state != State.CLOSED:
        raise Refused("It is open.")
    concern.open_again(State.TAKEN, by.person)
    entry = AdultEntry.objects.write(Happened.REOPENED, by, concern, why, now)
    record.agenda(concern).owe(adults.decide_step(concern.sort))
    record(about=entry, concern=concern, fields=["why"], words={"why": why})
    return entry
