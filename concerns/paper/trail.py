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
from concerns.models import Concern, Step, Viewer, story
from concerns.models.notices_of import OUTSIDE
from concerns.models.step import Ended
from concerns.paper.knew import STAFFING, Knew, who_knew
from concerns.rules import clocks
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.messages import Why
from concerns.rules.words import GoingHome, HowKnown, Outcome

READING = frozenset({Kind.OPENED, Kind.STORY, Kind.TRAIL, Kind.LISTED})
HAS_A_ROW = frozenset(
    {
        Kind.SUBMITTED, Kind.ADDED, Kind.TOLD, Kind.HANDED, Kind.DECIDED, Kind.CLOSED,
        Kind.REOPENED, Kind.TOLD_REPORTER, Kind.SPOKE, Kind.SENT, Kind.ANSWERED,
        Kind.VIEWED_ANSWER, Kind.WITHDRAWN, Kind.STEP_DONE, Kind.EXCLUDED,
        Kind.REFILED, Kind.STILL_WORRIED, Kind.TASKED, Kind.TASK_DONE, Kind.WATCHED,
        Kind.LOOKED_AFTER,
        Kind.REFILED, Kind.ACKNOWLEDGED, Kind.CHASED, Kind.SETTLED, Kind.MET,
    }
)  # fmt: skip
ACCOUNT = {
    "account": "What was written", "child_words": "The child's own words",
    "asked": "What was asked", "may_mean": "What it may mean", "place": "Where",
    "who_else": "Who else was there",
    "explanation": "The explanation given", "explained_by": "Who gave it",
    "told_in_person": "Told in person", "already_called": "Already called",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `facts` are (label, text); `mark` is how the page marks it.

    `at` is when it was recorded. `happened` is set only if it happened before that.
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
class Trail:
    """Everything that happened to one concern, and who knew of it when."""

    concern: Concern
    entries: list[Entry]
    knew: "list[Knew]"
    lists_looked_through: int = ledger.LISTS_LOOKED_THROUGH


def trail(concern: Concern, viewer: Viewer) -> Trail:
    """The whole trail of `concern`, in a fixed number of queries.

    Does not check or record access: get `concern` through `doors/sight.py` first.
    """
    story.fetch(concern)
    steps = Step.objects.filter(concern=concern).select_related("holder", "done_by")
    lines = ledger.trail(concern)
    entries = tell(concern, list(steps.order_by("id")), lines, viewer)
    return Trail(concern, entries, who_knew(concern, lines, ledger.lists(concern)))


def tell(concern: Concern, steps: list[Step], lines: list, viewer: Viewer) -> list[Entry]:
    """Every entry of the trail, oldest first.

    `concern` needs `story.prefetch_concern_history`; `steps` are all its next steps and `lines` its
    ledger lines.
    """
    told = [
        *_written(concern),
        *(_line(line) for line in lines if line.refused or line.kind not in HAS_A_ROW),
        *_rulings(concern),
        *_from_rows(concern),
        *_referrals(concern),
        *_steps(steps, viewer),
    ]
    return _together(sorted(told, key=lambda entry: entry.at))


def _said(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The facts that have a text."""
    return tuple(fact for fact in facts if fact[1])


def _written(concern: Concern) -> Iterator[Entry]:
    who = concern.reporter.name
    if concern.begun_at < concern.received_at:
        yield Entry(concern.begun_at, "Began to write it", who)
    facts = [(label, getattr(concern, name)) for name, label in ACCOUNT.items()]
    facts += [
        (concern.told_heading, concern.told_words),
        ("How it is known", HowKnown.say(concern.how_known)),
        ("Worried about going home", GoingHome.say(concern.going_home)),
        ("In danger now", "Yes" if concern.danger else ""),
        ("A mark, and cannot yet move about", "Yes" if concern.cannot_move else ""),
        ("FGM is known, not only suspected", "Yes" if concern.fgm_known else ""),
        *(("Visible mark", mark.words) for mark in concern.marks.all()),
    ]
    yield Entry(concern.received_at, "Sent the concern", who, _said(*facts))


def _from_rows(concern: Concern) -> Iterator[Entry]:
    """Additions, handovers, endings, refilings, exclusions, replies, meetings, conversations."""
    for row in concern.additions.all():
        what = "Wrote a note for the leads" if row.for_leads else "Added to it"
        yield Entry(row.at, what, row.by.name, _said(("Words", row.words)))
    for row in concern.handings.all():
        yield Entry(row.at, f"Handed it to {row.to.name}", row.by.name, _said(("Note", row.words)))
    for row in concern.endings.all():
        what = "Reopened it" if row.reopened else f"Closed it: {Outcome.say(row.outcome)}"
        yield Entry(row.at, what, row.by.name, _said(("Why", row.words)), mark="ending")
    for row in concern.refilings.all():
        yield Entry(row.at, row.words, row.by.name, _said(("Why", row.why)), mark="refiling")
    for row in concern.exclusions.all():
        what = f"Said that {row.person.name} must not see it"
        yield Entry(row.at, what, row.by.name, _said(("Why", row.why)), mark="exclusion")
    yield from _after(concern)
    for row in concern.words_back.all():
        what = "Gave the person who wrote it a word back"
        yield Entry(row.at, what, row.by.name, _said(("Words", row.words)))
    for row in concern.meetings.all():
        said = _said(("There", row.who), ("Agreed", row.agreed), *(("Ours", o) for o in row.ours))
        yield Entry(row.at, f"Met: {row.kind_words}", row.by.name, said, happened=_earlier(row))
    for row in concern.conversations.all():
        what = f"Spoke to: {row.spoken_to_words}"
        if not row.reached:
            what = f"Tried to reach: {row.spoken_to_words}"
        also = ("Who else was there", row.who_else)
        facts = _said(("Who", row.who), ("What was said", row.said), also)
        yield Entry(row.at, what, row.by.name, facts, happened=_earlier(row))


def _after(concern: Concern) -> Iterator[Entry]:
    """What colleagues were asked for and answered, and the watches."""
    for step in concern.asked_for:
        task, came = step.task, story.answered(step)
        yield Entry(task.at, "Asked a colleague", task.by.name, _said(("For", task.words)))
        if came:
            what = "Answered what was asked" if came.done else "Could not do what was asked"
            yield Entry(came.at, what, came.by.name, _said(("Words", came.words)))
    for row in concern.watches.all():
        facts = _said(
            ("Because", row.because_words),
            ("Why it can end", row.words),
            ("Asked how the child is", f"{row.adult.name}: {row.question}"),
            ("For a shorter time, because", row.why_shorter),
        )
        yield Entry(row.at, f"Opened a watch of {row.last} school weeks", row.by.name, facts)


def _earlier(row) -> datetime | None:
    """When it happened, if that was before it was recorded."""
    return row.happened_at if row.happened_at < row.at else None


def _line(line) -> Entry:
    if line.kind is Kind.NOTICED:
        why = _said(("Because", Why.say(line.reason)))
        return Entry(line.at, line.kind.label, line.to.name if line.to else OUTSIDE, why)
    who = f"{line.who.name}, {line.role}" if line.who else "Nobody signed in"
    if line.refused:
        tried = line.reason.split(":")[0]
        words = Kind.say(tried) if tried in {kind.value for kind in Kind} else line.reason
        return Entry(line.at, f"Was refused: {words}", who, mark="refused")
    became = (("What they held", line.reason),) if line.kind in STAFFING else ()
    return Entry(line.at, line.kind.label, who, became, "read" if line.kind in READING else "")


def _rulings(concern: Concern) -> Iterator[Entry]:
    for ruling in reversed(story.rulings(concern)):
        made = ruling.decision
        superseded = "" if ruling.in_force else "Superseded by a later decision"
        if ruling.misfiled and not (ruling.in_force or ruling.superseded):
            superseded = "Made for the wrong child: it does not stand"
        if ruling.in_force and ruling.superseded:
            superseded = "Superseded for " + ", ".join(row.name for row in ruling.superseded)
        facts = _said(
            ("For", ", ".join(row.name for row in ruling.children)),
            ("By", "; ".join(route.words for route in made.routes.all())),
            ("Why", made.reason),
            *ruling.facts,
            ("Note", superseded),
        )
        what = "Decided: only added to the picture" if made.light else "Decided"
        mark = "superseded" if not ruling.in_force else "decided"
        yield Entry(made.at, what, made.by.name, facts, mark=mark)


def _referrals(concern: Concern) -> Iterator[Entry]:
    for referral in concern.referrals.all():
        for event in referral.events.all():
            facts = _said(
                ("Agency", event.agency),
                ("Taken to", event.rung_words),
                ("Spoken to", event.spoken_to),
                ("How", event.method_words),
                ("Their reference", event.their_reference),
                ("Their answer", event.answer_words),
                ("Words", event.words),
            )
            what = f"{referral.route_words}: {event.stage_words.lower()}"
            yield Entry(event.at, what, event.by.name, facts, happened=_earlier(event))
        for call in referral.chases.all():
            facts = _said(("Call", call.words), ("What they said", call.said))
            what = f"{referral.route_words}: chased"
            yield Entry(call.at, what, call.by.name, facts, happened=_earlier(call))


def _steps(steps: list[Step], viewer: Viewer) -> Iterator[Entry]:
    days = viewer.school.days
    for step in steps:
        if step.done_at is None:
            late = step.late_words(days, viewer.now)
            what = f"Next step: {step.words}. Held by {step.holder_words}, not done yet"
            yield Entry(step.opened_at, what, mark="owed", due=step.due_at, late=late)
            continue
        what = f"Next step: {step.words}. Held by {step.holder_words}"
        yield Entry(step.opened_at, what, mark="step", due=step.due_at)
        late = clocks.late_words(StepKind(step.kind), days, step.due_at, step.done_at)
        what = f"{Ended.say(step.ended)}: {step.words}"
        yield Entry(step.done_at, what, step.done_by.name, late=late, mark="step")


def _together(entries: list[Entry]) -> list[Entry]:
    """Joins readings by the same person with nothing in between into one entry."""
    told: list[Entry] = []
    for entry in entries:
        last = told[-1] if told else None
        again = last and entry.mark == "read" == last.mark
        if again and (entry.who, entry.what) == (last.who, last.what):
            told[-1] = replace(last, times=last.times + 1, last=entry.at)
        else:
            told.append(entry)
    return told
