"""The audit trail of one concern: everything that happened, in one order.

What people did comes from the concern's own rows, which hold the words. Who took it, who read it
and who was refused comes from the ledger. A ledger line of a kind that has its own row (HAS_A_ROW)
is left out, so nothing shows twice. Ledger lines of any other kind show as they are, so a kind that
is added later cannot go missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from concerns.doors import ledger
from concerns.models import Concern, Step, Viewer
from concerns.models.concern.concern_child import Refiling
from concerns.models.concern.exclusion import Exclusion
from concerns.models.concern.later_entries import AuthoredText
from concerns.models.response.chase_call import ChaseCall
from concerns.models.response.conversation import Conversation
from concerns.models.response.meeting import Meeting
from concerns.models.response.referral import ReferralEvent
from concerns.models.response.step import StepEnding
from concerns.models.response.task import Task
from concerns.paper.who_knew import STAFFING, WhoKnewEntry, list_who_knew
from concerns.reading import concern_history
from concerns.reading.concern_history import ConcernHistory
from concerns.reading.when_written import moment_if_written_later
from concerns.reading.who_was_told import OUTSIDE
from concerns.rules import clocks
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.message_rules import MessageReason
from concerns.rules.words import GoingHome, HowKnown

READING = frozenset({Kind.OPENED, Kind.ATTACHMENT_READ, Kind.STORY, Kind.TRAIL, Kind.LISTED})
HAS_A_ROW = frozenset(
    {
        Kind.SUBMITTED, Kind.ADDED, Kind.TOLD, Kind.HANDED, Kind.DECIDED, Kind.CLOSED,
        Kind.REOPENED, Kind.TOLD_REPORTER, Kind.SPOKE, Kind.SENT, Kind.ANSWERED,
        Kind.VIEWED_ANSWER, Kind.WITHDRAWN, Kind.STEP_DONE, Kind.EXCLUDED,
        Kind.REFILED, Kind.STILL_WORRIED, Kind.TASKED, Kind.TASK_DONE, Kind.WATCHED,
        Kind.LOOKED_AFTER,
        Kind.REFILED, Kind.ACKNOWLEDGED, Kind.SORTED, Kind.CHASED,
        Kind.MEETING_PLANNED, Kind.MEETING_CHANGED, Kind.SETTLED, Kind.MET,
        Kind.SIGHTED, Kind.ATTACHED,
    }
)  # fmt: skip
ACCOUNT = {
    "account": "What was written", "child_words": "The child's own words",
    "asked": "What was asked", "may_mean": "What it may mean", "place": "Where",
    "who_else": "Who else was there",
    "explanation": "The explanation given", "explained_by": "Who gave it",
    "told_in_person": "Told in person", "already_called": "Already called",
    "when_written": "When it happened, as written", "not_read": "Could not be read",
}  # fmt: skip


@dataclass(frozen=True)
class TrailEntry:
    """One thing that happened. `facts` are (label, text); `mark` is how the page marks it.

    `at` is when it was recorded. `happened` is set only if it was written down later than it
    happened (`reading/when_written.py`).
    """

    at: datetime
    what: str
    who: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    mark: str = ""
    happened: datetime | None = None
    due: datetime | None = None
    late: str = ""
    # Repeated readings with nothing in between are one entry: how many, and when the last was.
    times: int = 1
    last: datetime | None = None


@dataclass(frozen=True)
class ConcernTrail:
    """Everything that happened to one concern, and who knew of it when."""

    history: ConcernHistory
    entries: list[TrailEntry]
    knew: list[WhoKnewEntry]
    lists_looked_through: int = ledger.LISTS_LOOKED_THROUGH

    @property
    def concern(self) -> Concern:
        return self.history.concern


def build_trail(concern: Concern, viewer: Viewer) -> ConcernTrail:
    """The whole trail of `concern`, in a fixed number of queries.

    Does not check or record access: get `concern` through `doors/sight.py` first.
    """
    history = concern_history.load_concern_history(concern, viewer)
    steps = Step.objects.filter(concern=concern).select_related("holder", "done_by")
    lines = ledger.read_audit_trail(concern, history.children, history.refilings)
    entries = list_trail_entries(history, list(steps.order_by("id")), lines, viewer)
    lists = ledger.lists_showing_concern(concern)
    return ConcernTrail(history, entries, list_who_knew(history, lines, lists))


def list_trail_entries(
    history: ConcernHistory, steps: list[Step], lines: list[ledger.AuditedLine], viewer: Viewer
) -> list[TrailEntry]:
    """Every entry of the trail of a concern, oldest first. `steps` are all its next steps and
    `lines` its ledger lines."""
    told = [
        *_account_entries(history),
        *(_ledger_entry(line) for line in lines if line.refused or line.kind not in HAS_A_ROW),
        *_decision_entries(history),
        *_entries_from_rows(history),
        *_task_entries(history.tasks),
        *_watch_entries(history),
        *_reply_and_meeting_entries(history),
        *_coming_meeting_entries(history),
        *_referral_entries(history),
        *_step_entries(steps, viewer),
    ]
    return _merge_repeated_readings(sorted(told, key=lambda entry: entry.at))


def _stated_facts(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The facts that have a text."""
    return tuple(fact for fact in facts if fact[1])


def _account_entries(history: ConcernHistory) -> Iterator[TrailEntry]:
    concern = history.concern
    who = concern.reporter.name
    if concern.begun_at < concern.received_at:
        yield TrailEntry(concern.begun_at, "Began to write it", who)
    facts = [(label, getattr(concern, name)) for name, label in ACCOUNT.items()]
    when = concern.occurred_in_words if concern.happened_on or concern.how_sure else ""
    facts += [
        ("When it happened", when),
        ("Categories the writer chose", "; ".join(concern.category_labels)),
        (concern.told_heading, concern.told_words),
        ("How it is known", HowKnown.label_of_value(concern.how_known)),
        ("Worried about going home", GoingHome.label_of_value(concern.going_home)),
        ("In danger now", "Yes" if concern.danger else ""),
        ("A mark on a child who cannot yet move about", "Yes" if concern.cannot_move else ""),
        ("FGM is known, not only suspected", "Yes" if concern.fgm_known else ""),
        *(("Visible mark", mark.mark_in_words) for mark in history.marks),
    ]
    yield TrailEntry(concern.received_at, "Sent the concern", who, _stated_facts(*facts))


def _entries_from_rows(history: ConcernHistory) -> Iterator[TrailEntry]:
    """Additions, files, handings, endings, refilings and exclusions: each kind in its own order."""
    for addition in history.additions:
        what = "Wrote a note for the leads" if addition.for_leads else "Added to it"
        yield _entry_of_row(addition, what, ("Words", addition.words))
    for file in history.attachments:
        to = f" to {file.came_with_words}" if file.came_with_words else ""
        what = f"Added a file{to}{', which was not kept' if file.missing else ''}"
        kept = f"{file.file_kind_words}, {file.size_words}, SHA-256 {file.digest}"
        facts = _stated_facts(
            ("File", file.name),
            ("Why not" if file.missing else "Kept", file.missing_in_words or kept),
        )
        yield TrailEntry(file.at, what, file.by.name, facts)
    for sorting in history.sortings:
        what = f"Sorted it into categories: {'; '.join(sorting.category_labels)}"
        yield _entry_of_row(sorting, what, ("Why", sorting.words))
    for handing in history.handings:
        yield _entry_of_row(handing, f"Handed it to {handing.to.name}", ("Note", handing.words))
    for ending in history.endings:
        what = "Reopened it" if ending.reopened else f"Closed it: {ending.ending_outcome_words}"
        yield _entry_of_row(ending, what, ("Why", ending.words), mark="ending")
    for refiling in history.refilings:
        what = refiling.refiling_in_words
        yield _entry_of_row(refiling, what, ("Why", refiling.why), mark="refiling")
    for exclusion in history.exclusions:
        what = f"Said that {exclusion.person.name} must not see it"
        yield _entry_of_row(exclusion, what, ("Why", exclusion.why), mark="exclusion")


def _entry_of_row(
    row: AuthoredText | Refiling | Exclusion, what: str, fact: tuple[str, str], mark: str = ""
) -> TrailEntry:
    return TrailEntry(row.at, what, row.by.name, _stated_facts(fact), mark=mark)


def _reply_and_meeting_entries(history: ConcernHistory) -> Iterator[TrailEntry]:
    """Words back to the writer, meetings and conversations."""
    for word in history.words_back:
        yield _entry_of_row(word, "Replied to the person who wrote it", ("Words", word.words))
    for met in history.meetings:
        facts = _stated_facts(
            ("Present", met.who),
            ("Agreed", met.agreed),
            *(("For the school to do", action) for action in met.school_actions_in_words),
        )
        what = f"Met: {met.kind_words}"
        yield TrailEntry(met.at, what, met.by.name, facts, happened=_happened_earlier(met))
    for talk in history.conversations:
        how = "Spoke to" if talk.reached else "Tried to reach"
        also = ("Who else was there", talk.who_else)
        facts = _stated_facts(("Who", talk.who), ("What was said", talk.said), also)
        what = f"{how}: {talk.spoken_to_words}"
        yield TrailEntry(talk.at, what, talk.by.name, facts, happened=_happened_earlier(talk))


def _coming_meeting_entries(history: ConcernHistory) -> Iterator[TrailEntry]:
    """Meetings to come, and their being moved or cancelled."""
    for coming in history.coming_meetings:
        facts = _stated_facts(
            ("When, where and who", coming.invitation_in_words), ("Words", coming.words)
        )
        what = f"Recorded a meeting to come: {coming.kind_words}"
        yield TrailEntry(coming.at, what, coming.by.name, facts)
        for change in coming.changes.all():
            facts = _stated_facts((change.change_in_words, change.words))
            yield TrailEntry(change.at, f"Changed: {coming.kind_words}", change.by.name, facts)


def _task_entries(tasks: list[Task]) -> Iterator[TrailEntry]:
    """What colleagues were asked for and answered."""
    for task in tasks:
        came = concern_history.answer_to_task(task)
        yield TrailEntry(
            task.at, "Asked a colleague", task.by.name, _stated_facts(("For", task.words))
        )
        if came:
            what = "Did what was asked" if came.done else "Could not do what was asked"
            yield TrailEntry(came.at, what, came.by.name, _stated_facts(("Words", came.words)))


def _watch_entries(history: ConcernHistory) -> Iterator[TrailEntry]:
    for row in history.watches:
        facts = _stated_facts(
            ("Because", row.because_words),
            ("Why it can end", row.words),
            ("Asked how the child is", f"{row.adult.name}: {row.question}"),
            ("For a shorter time, because", row.why_shorter),
        )
        yield TrailEntry(row.at, f"Started a watch of {row.last} school weeks", row.by.name, facts)


def _happened_earlier(row: Meeting | Conversation | ReferralEvent | ChaseCall) -> datetime | None:
    """When it happened, if it was written down later than that: of a call, than it was over."""
    if isinstance(row, ChaseCall) and not moment_if_written_later(row.over_at, row.at):
        return None
    return moment_if_written_later(row.happened_at, row.at)


def _ledger_entry(line: ledger.AuditedLine) -> TrailEntry:
    if line.kind is Kind.NOTICED:
        why = _stated_facts(("Because", MessageReason.label_of_value(line.reason)))
        return TrailEntry(line.at, line.kind.label, line.to.name if line.to else OUTSIDE, why)
    who = f"{line.who.name}, {line.role}" if line.who else "Nobody signed in"
    if line.refused:
        tried = line.reason.split(":")[0]
        words = (
            Kind.label_of_value(tried) if tried in {kind.value for kind in Kind} else line.reason
        )
        return TrailEntry(line.at, f"Was refused: {words}", who, mark="refused")
    became = (("What they held", line.reason),) if line.kind in STAFFING else ()
    return TrailEntry(line.at, line.kind.label, who, became, "read" if line.kind in READING else "")


def _decision_entries(history: ConcernHistory) -> Iterator[TrailEntry]:
    for ruling in reversed(concern_history.match_decisions_to_children(history)):
        made = ruling.decision
        superseded = "" if ruling.in_force else "Superseded by a later decision"
        if ruling.misfiled_children and not (ruling.in_force or ruling.superseded_children):
            superseded = "Made for the wrong child: it no longer counts"
        if ruling.in_force and ruling.superseded_children:
            superseded = "Superseded for " + ", ".join(
                row.name for row in ruling.superseded_children
            )
        facts = _stated_facts(
            ("For", ", ".join(row.name for row in ruling.children)),
            ("By", "; ".join(route.route_in_words for route in made.routes.all())),
            ("Why", made.reason),
            *ruling.further_answers,
            ("Note", superseded),
        )
        what = "Decided: only added to the picture" if made.light else "Decided"
        mark = "superseded" if not ruling.in_force else "decided"
        yield TrailEntry(made.at, what, made.by.name, facts, mark=mark)


def _referral_entries(history: ConcernHistory) -> Iterator[TrailEntry]:
    for referral in history.referrals:
        for event in referral.events.all():
            facts = _stated_facts(
                ("Agency", event.agency),
                ("Taken to", event.rung_words),
                ("Spoken to", event.spoken_to),
                ("How", event.method_words),
                ("Their reference", event.their_reference),
                ("Their answer", event.referral_answer_words),
                ("Words", event.words),
                *(("Promise", promise.promise_in_words) for promise in event.promises.all()),
            )
            what = f"{referral.route_words}: {event.stage_words.lower()}"
            yield TrailEntry(
                event.at, what, event.by.name, facts, happened=_happened_earlier(event)
            )
        for call in referral.chases.all():
            facts = _stated_facts(("Call", call.call_in_words), ("What they said", call.said))
            what = f"{referral.route_words}: chased"
            yield TrailEntry(call.at, what, call.by.name, facts, happened=_happened_earlier(call))


def _step_entries(steps: list[Step], viewer: Viewer) -> Iterator[TrailEntry]:
    days = viewer.school.school_calendar
    for step in steps:
        if step.done_at is None:
            late = step.how_late_in_words(days, viewer.now)
            what = f"Next step: {step.step_in_words}. Held by {step.holder_words}, not done yet"
            yield TrailEntry(step.opened_at, what, mark="owed", due=step.due_at, late=late)
            continue
        what = f"Next step: {step.step_in_words}. Held by {step.holder_words}"
        yield TrailEntry(step.opened_at, what, mark="step", due=step.due_at)
        late = clocks.lateness_in_words(StepKind(step.kind), days, step.due_at, step.done_at)
        what = f"{StepEnding.label_of_value(step.ended)}: {step.step_in_words}"
        who = step.done_by.name if step.done_by else ""
        yield TrailEntry(step.done_at, what, who, late=late, mark="step")


def _merge_repeated_readings(entries: list[TrailEntry]) -> list[TrailEntry]:
    """Joins readings by the same person with nothing in between into one entry."""
    told: list[TrailEntry] = []
    for entry in entries:
        last = told[-1] if told else None
        if last and entry.mark == "read" == last.mark and _is_same_reading(last, entry):
            told[-1] = replace(last, times=last.times + 1, last=entry.at)
        else:
            told.append(entry)
    return told


def _is_same_reading(one: TrailEntry, other: TrailEntry) -> bool:
    return (one.who, one.what) == (other.who, other.what)
