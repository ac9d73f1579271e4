"""Acts on concerns about adults: the writer sends and adds; a reader takes, decides and closes; the
head brings a lead into one."""

import uuid
from datetime import datetime

from django.db import IntegrityError
from django.urls import reverse

from concerns.doors import unsent_words
from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import (
    AdultAccount,
    AdultConcern,
    AdultDecision,
    AdultDecisionAnswers,
    AdultEntry,
    AdultExclusion,
    AgencyConversation,
    Draft,
    Person,
    Viewer,
)
from concerns.models.adult.adult_concern import find_reader_posts
from concerns.models.response.step import StepEnding
from concerns.rules import adult_vocabulary
from concerns.rules.adult_vocabulary import AdultEventKind, AdultOutcome, AdultStepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.occurrence import TIME_AHEAD
from concerns.rules.roles import May
from concerns.workflow.adult_escalation import list_escalated_to
from concerns.workflow.adult_next_steps import (
    AdultNextSteps,
    move_to_post,
    open_adult_route_steps,
    reroute_past_person,
    update_steps_after_call,
)
from concerns.workflow.adult_readings import (
    leads_to_bring_in,
    list_readings_of_leads,
    reason_not_to_bring_in,
)
from concerns.workflow.closing import closing_objection, reason_to_reopen_first


def send(
    *, by: Viewer, draft: uuid.UUID, told: AdultAccount, now: datetime
) -> tuple[AdultConcern, bool]:
    """Create the concern from `draft`, once: sending the draft again, even at the same moment,
    returns the first concern and True. Raises Refused if the draft is somebody else's."""
    try:
        return _create_adult_concern(by=by, draft=draft, told=told, now=now), False
    except IntegrityError:
        first = AdultConcern.objects.written_by(by).filter(draft=draft).first()
        if first:
            return first, True
        taken = AdultConcern.objects.filter(draft=draft).exists()
        return _create_adult_concern(by=by, draft=draft, told=told, now=now, taken=taken), False


def keep_adult_words_after_send(by: Viewer, concern: AdultConcern, told: AdultAccount) -> bool:
    """Keep words typed into a form after it was sent, in the box for additions. True if any."""
    here = reverse("adult_mine", args=[concern.uid])
    return unsent_words.keep_words_to_add(by, here, told.answers_not_in(concern))


@act(May.SUBMIT, Kind.SUBMITTED)
def _create_adult_concern(
    *,
    by: Viewer,
    draft: uuid.UUID,
    told: AdultAccount,
    now: datetime,
    taken: bool = False,
    record: ActRecord,
) -> AdultConcern:
    begun = Draft.objects.filter(uid=draft).first()
    if taken or (begun and begun.person_id != by.person.pk):
        raise ActRefused(unsent_words.NOT_YOURS)
    if unsent_words.is_draft_now_about_child(draft, begun):
        raise ActRefused(unsent_words.TURNED_BACK)
    if told.missing_answer:
        raise ActRefused(told.missing_answer)
    _require_works_here(by, *(person for person in (told.whom, *told.shut_out) if person))
    concern = told.build_adult_concern(by, draft, begun.begun_at if begun else now, now)
    agenda = record.agenda_of_adult_concern(concern)
    agenda.add_step(adult_vocabulary.first_look_step_kind(told.sort))
    agenda.update_rank_and_due_time()
    concern.save(force_insert=True)
    if told.whom:
        AdultExclusion.objects.exclude_person(concern, told.whom, by, now, subject=True)
    for person in told.shut_out:
        AdultExclusion.objects.exclude_person(concern, person, by, now)
    if begun:
        begun.delete()
    said = {name: words for name, words in told.encrypted_answers.items() if words}
    record(about=concern, concern=concern, fields=sorted(said), words=said)
    return concern


def _require_works_here(by: Viewer, *people: Person) -> None:
    if not {*people} <= {*Person.objects.who_may(May.SUBMIT, by.school, by.todays_date)}:
        raise ActRefused("Choose somebody who works here.")


def add(
    *, by: Viewer, concern: AdultConcern, words: str, now: datetime, once: uuid.UUID | None = None
) -> AdultEntry:
    """Add words to one's own concern. The same form sent twice (same `once`) adds nothing."""
    once = once or uuid.uuid4()
    try:
        return _add_to_adult_concern(by=by, concern=concern, words=words, now=now, once=once)
    except IntegrityError:
        first = AdultEntry.objects.written_by(by).filter(uid=once, concern=concern).first()
        return first or _add_to_adult_concern(
            by=by, concern=concern, words=words, now=now, once=uuid.uuid4()
        )


@act(May.SUBMIT, Kind.ADDED, on="concern")
def _add_to_adult_concern(
    *,
    by: Viewer,
    concern: AdultConcern,
    words: str,
    now: datetime,
    once: uuid.UUID,
    record: ActRecord,
) -> AdultEntry:
    """Adding to a closed concern reopens it with a first look, so that somebody will read it."""
    added = AdultEntry.objects.record_adult_entry(
        AdultEventKind.ADDED, by, concern, words, now, uid=once
    )
    agenda = record.agenda_of_adult_concern(concern)
    if concern.state == State.CLOSED:
        concern.set_reopened(State.WAITING)
        why = "The person who wrote it added something"
        AdultEntry.objects.record_adult_entry(AdultEventKind.REOPENED, by, concern, why, now)
        agenda.add_step(adult_vocabulary.first_look_step_kind(concern.sort))
    else:
        _ensure_addition_is_read(agenda)
    record(about=added, concern=concern, fields=["words"], words={"words": words})
    return added


def _ensure_addition_is_read(agenda: AdultNextSteps) -> None:
    """Open the step to read what was added, unless a step is open in which it is read anyway."""
    if not agenda.steps_of_kind(*adult_vocabulary.LOOKS, AdultStepKind.READ_ADDITION):
        agenda.add_step(AdultStepKind.READ_ADDITION)


def _require_adult_open(concern: AdultConcern) -> None:
    if wrong := reason_to_reopen_first(concern):
        raise ActRefused(wrong)


@act(May.ADULT, Kind.TAKEN, on="concern")
def take(*, by: Viewer, concern: AdultConcern, now: datetime, record: ActRecord) -> AdultConcern:
    """'I have this': end the first look. The other steps stay with the post."""
    _require_adult_open(concern)
    agenda = record.agenda_of_adult_concern(concern)
    if concern.state == State.WAITING:
        concern.state = State.TAKEN
        agenda.add_step(adult_vocabulary.decision_step_kind(concern.sort))
    concern.first_looked_at = concern.first_looked_at or now
    concern.holder = by.person
    agenda.complete_steps(*adult_vocabulary.LOOKS)
    record(about=concern, concern=concern)
    return concern


@act(May.ADULT, Kind.DECIDED, on="concern")
def decide(
    *,
    by: Viewer,
    concern: AdultConcern,
    decided: AdultDecisionAnswers,
    now: datetime,
    record: ActRecord,
) -> AdultDecision:
    """A new decision supersedes the old one, but open steps with the LADO or the police stay."""
    _require_adult_open(concern)
    if lacking := decided.adult_decision_fault(by.todays_date):
        raise ActRefused(lacking)
    decision = AdultDecision.objects.record_adult_decision(by, concern, decided, now)
    agenda = record.agenda_of_adult_concern(concern)
    agenda.complete_steps(
        *adult_vocabulary.LOOKS, *adult_vocabulary.TO_DECIDE, AdultStepKind.READ_ADDITION
    )
    agenda.end_steps(agenda.steps_of_kind(*adult_vocabulary.GIVES_WAY), StepEnding.SUPERSEDED)
    concern.state = State.DECIDED
    concern.holder = concern.holder or by.person
    concern.first_looked_at = concern.first_looked_at or now
    concern.decided_at = concern.decided_at or now
    open_adult_route_steps(agenda, decided)
    if decided.words_back.strip():
        _record_adult_word_back(agenda, by, decided.words_back, now)
    elif concern.reporter_id != by.person.pk and not agenda.steps_of_kind(
        AdultStepKind.TELL_REPORTER
    ):
        agenda.add_step(AdultStepKind.TELL_REPORTER)
    agenda.ensure_next_step()
    record(about=decision, concern=concern, **decided.adult_ledger_details)
    return decision


@act(May.READ_ADULT, Kind.ADDED, on="concern")
def note(
    *, by: Viewer, concern: AdultConcern, words: str, now: datetime, record: ActRecord
) -> AdultEntry:
    """Add a reader's note, which the writer never sees. Ends the step to read an addition. The note
    of a lead who was brought in opens that step, so that the head reads it."""
    _require_adult_open(concern)
    written = AdultEntry.objects.record_adult_entry(AdultEventKind.NOTE, by, concern, words, now)
    agenda = record.agenda_of_adult_concern(concern)
    if by.has_power(May.ADULT):
        agenda.complete_steps(AdultStepKind.READ_ADDITION)
        agenda.ensure_next_step()
    else:
        _ensure_addition_is_read(agenda)
    record(about=written, concern=concern, fields=["words"], words={"words": words})
    return written


@act(May.ADULT, Kind.SPOKE, on="concern")
def speak(
    *,
    by: Viewer,
    concern: AdultConcern,
    spoken: AgencyConversation,
    now: datetime,
    record: ActRecord,
) -> AdultEntry:
    """Record a conversation with the LADO or the police."""
    _require_adult_open(concern)
    if spoken.happened_at > now:
        raise ActRefused(TIME_AHEAD)
    entry = AdultEntry.objects.record_adult_entry(
        AdultEventKind.OUTSIDE, by, concern, now=now, **vars(spoken)
    )
    update_steps_after_call(record.agenda_of_adult_concern(concern), spoken)
    said = {name: getattr(spoken, name) for name in ("spoken_to", "words", "their_reference")}
    kind = Kind.ANSWERED if spoken.answer else Kind.SPOKE
    record(kind=kind, about=entry, concern=concern, fields=[*said, spoken.agency], words=said)
    return entry


@act(May.ADULT, Kind.TOLD_REPORTER, on="concern")
def tell(
    *, by: Viewer, concern: AdultConcern, words: str, now: datetime, record: ActRecord
) -> AdultEntry:
    agenda = record.agenda_of_adult_concern(concern)
    back = _record_adult_word_back(agenda, by, words, now)
    agenda.ensure_next_step()
    record(about=back, concern=concern, fields=["words"], words={"words": words})
    return back


def _record_adult_word_back(
    agenda: AdultNextSteps, by: Viewer, words: str, now: datetime
) -> AdultEntry:
    agenda.complete_steps(AdultStepKind.TELL_REPORTER)
    return AdultEntry.objects.record_adult_entry(
        AdultEventKind.WORD_BACK, by, agenda.concern, words, now
    )


@act(May.ADULT, Kind.HANDED, on="concern")
def hand(
    *, by: Viewer, concern: AdultConcern, note: str, now: datetime, record: ActRecord
) -> AdultEntry:
    """Hand it to the other post, head or chair, which alone has it then and looks at it anew."""
    _require_adult_open(concern)
    to = next(role for role in adult_vocabulary.READERS if role != concern.goes_to)
    if to not in {post.role for post in find_reader_posts(concern, by.todays_date, to)}:
        raise ActRefused(
            f"There is nobody in the post of {to.title_words.lower()} who may read it, so "
            "you cannot hand it on now."
        )
    handing = AdultEntry.objects.record_adult_entry(
        AdultEventKind.HANDED, by, concern, note, now, to=to
    )
    move_to_post(record.agenda_of_adult_concern(concern), to)
    record(about=handing, concern=concern, fields=["note"], reason=to, words={"note": note})
    return handing


@act(May.ADULT, Kind.HANDED)
def take_over(
    *, by: Viewer, uid: uuid.UUID, why: str, now: datetime, record: ActRecord
) -> AdultConcern:
    """Give an escalated concern to the other reader, because its own reader did not act."""
    concern = AdultConcern.objects.select_for_update().filter(uid=uid, school=by.school).first()
    if concern is None or uid not in {one.uid for one in list_escalated_to(by)}:
        raise ActRefused(
            "Somebody has acted on this since you opened the page, so you cannot take it over."
        )
    to = next(role for role in adult_vocabulary.READERS if role != concern.goes_to)
    handing = AdultEntry.objects.record_adult_entry(
        AdultEventKind.HANDED, by, concern, why, now, to=to
    )
    move_to_post(record.agenda_of_adult_concern(concern), to)
    record(about=handing, concern=concern, fields=["why"], reason="taken over", words={"why": why})
    return concern


@act(May.POSTS, Kind.BROUGHT_IN, on="concern")
def bring_in(
    *, by: Viewer, concern: AdultConcern, person: Person, why: str, now: datetime, record: ActRecord
) -> AdultEntry:
    """Let a safeguarding lead read this one concern, which went to the head, and add notes to it.

    Refused for its subject, for whoever is excluded from it, and for whoever is no lead.
    """
    if why_not := reason_not_to_bring_in(by, concern):
        raise ActRefused(why_not)
    if person not in leads_to_bring_in(by, concern):
        raise ActRefused("Choose a safeguarding lead who may see it and does not read it yet.")
    entry = AdultEntry.objects.record_adult_entry(
        AdultEventKind.BROUGHT_IN, by, concern, why, now, person=person
    )
    record.agenda_of_adult_concern(concern).ensure_next_step()
    record(about=entry, concern=concern, fields=["why"], words={"who": person.name, "why": why})
    return entry


@act(May.ADULT, Kind.READING_ENDED, on="concern")
def end_reading(
    *, by: Viewer, concern: AdultConcern, person: Person, why: str, now: datetime, record: ActRecord
) -> AdultEntry:
    """End the reading of a lead who was brought in, from their next request on."""
    if person not in {one.person for one in list_readings_of_leads(by, concern)}:
        raise ActRefused(f"By now {person.name} does not read it any more.")
    entry = AdultEntry.objects.record_adult_entry(
        AdultEventKind.READING_ENDED, by, concern, why, now, person=person
    )
    record.agenda_of_adult_concern(concern)
    record(about=entry, concern=concern, fields=["why"], words={"who": person.name, "why": why})
    return entry


@act(May.ADULT, Kind.EXCLUDED, on="concern")
def exclude(
    *, by: Viewer, concern: AdultConcern, person: Person, why: str, now: datetime, record: ActRecord
) -> None:
    """Exclude somebody for good, from their next request on. A reader may exclude themselves.
    Refused if nobody would be left to read it; only the writer can exclude that many."""
    _require_works_here(by, person)
    if AdultExclusion.objects.filter(concern=concern, person=person).exists():
        raise ActRefused(f"{person.name} already cannot see it.")
    AdultExclusion.objects.exclude_person(concern, person, by, now, why=why)
    if not find_reader_posts(concern, by.todays_date):
        raise ActRefused(
            "If you do this, nobody is left to read it. Hand it on first, or ring the LADO."
        )
    reroute_past_person(record.agenda_of_adult_concern(concern), person)
    record(about=concern, concern=concern, fields=["why"], words={"who": person.name, "why": why})


@act(May.ADULT, Kind.CORRECTED, on="concern")
def about(
    *, by: Viewer, concern: AdultConcern, person: Person, why: str, now: datetime, record: ActRecord
) -> AdultEntry:
    """Set or correct the subject, who then cannot see it. What was written stays as it is."""
    _require_works_here(by, person)
    if person.pk == concern.subject_id:
        raise ActRefused(f"It is already recorded as being about {person.name}.")
    entry = AdultEntry.objects.record_adult_entry(
        AdultEventKind.WHOM, by, concern, why, now, person=person
    )
    concern.subject = person
    AdultExclusion.objects.exclude_person(concern, person, by, now, why=why, subject=True)
    reroute_past_person(record.agenda_of_adult_concern(concern), person)
    record(about=entry, concern=concern, fields=["why"], words={"who": person.name, "why": why})
    return entry


@act(May.ADULT, Kind.CLOSED, on="concern")
def close(
    *,
    by: Viewer,
    concern: AdultConcern,
    outcome: str,
    why: str,
    words_back: str,
    now: datetime,
    record: ActRecord,
) -> AdultEntry:
    """Refused while an addition is unread or a step with the LADO or the police is open."""
    agenda = record.agenda_of_adult_concern(concern)
    if wrong := closing_objection(agenda, words_back):
        raise ActRefused(wrong)
    if words_back.strip():
        _record_adult_word_back(agenda, by, words_back, now)
    concern.state = State.CLOSED
    concern.closed_at = now
    concern.outcome = AdultOutcome(outcome)
    ending = AdultEntry.objects.record_adult_entry(
        AdultEventKind.CLOSED, by, concern, why, now, outcome=outcome
    )
    agenda.end_steps(list(agenda.open), StepEnding.CLOSED)
    said = {"why": why, "words_back": words_back}
    record(about=ending, concern=concern, fields=["outcome", *said], reason=outcome, words=said)
    return ending


@act(May.ADULT, Kind.REOPENED, on="concern")
def reopen(
    *, by: Viewer, concern: AdultConcern, why: str, now: datetime, record: ActRecord
) -> AdultEntry:
    if concern.state != State.CLOSED:
        raise ActRefused("It is already open.")
    concern.set_reopened(State.TAKEN, by.person)
    entry = AdultEntry.objects.record_adult_entry(AdultEventKind.REOPENED, by, concern, why, now)
    record.agenda_of_adult_concern(concern).add_step(
        adult_vocabulary.decision_step_kind(concern.sort)
    )
    record(about=entry, concern=concern, fields=["why"], words={"why": why})
    return entry
