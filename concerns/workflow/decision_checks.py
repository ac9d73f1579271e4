"""Checks whether a decision may be made on a concern, and says why if not.

Whether the answers are complete in themselves is checked in `decision.py`.
"""

from collections.abc import Iterator
from datetime import datetime

from concerns.models.child.child_details import Sighting
from concerns.models.concern.concern import Concern
from concerns.models.response.decision import DecisionAnswers, is_decision_pressing
from concerns.models.response.step import Step
from concerns.models.school.person import Person, Viewer
from concerns.rules.clocks import StepKind
from concerns.rules.occurrence import TIME_AHEAD
from concerns.rules.roles import May
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import ChildPart, ChildSeen, Route
from concerns.workflow.next_steps import NextSteps

NEEDS_FULL = (
    "This needs the full decision, before the child goes home: there is a mark, something the "
    "child said, danger, or worry about their going home."
)
REFER_NOW = (
    "This is a mark on a child who cannot yet move about. Ring children's social care now, and "
    "choose that referral here. Until it has been sent, every decision must include it."
)
FULL_FOR_STATUS = (
    "This needs the full decision: the child has a protection plan, is in need, is looked after, "
    "or enquiries are being made."
)
FULL_FOR_REFERRAL = (
    "This needs the full decision: a referral about the child is open. Say whether the agency is "
    "to hear of this."
)
FULL_FOR_SIGN = (
    'This needs the full decision: it is a new sign after "no further action". Refer again, or say '
    "why not."
)
# The one that weighs most first.
FULL_FOR_FACT = {"sign": FULL_FOR_SIGN, "referral": FULL_FOR_REFERRAL, "status": FULL_FOR_STATUS}
# Routes that would put off a referral.
NOT_YET = frozenset({Route.NO_FURTHER, Route.KEEP, Route.WATCH})


def decision_objection(agenda: NextSteps, decided: DecisionAnswers) -> str:
    """Why `decided` may not be made on the concern, in a sentence for the user; "" if it may."""
    wrongs = _faults_on_concern(agenda.by, agenda.concern, decided, agenda.now)
    wrong = next((words for wrong, words in wrongs if wrong), "")
    refers = Route.SOCIAL_CARE in decided.routes
    return wrong or (REFER_NOW if agenda.steps_of_kind(StepKind.REFER_NOW) and not refers else "")


def _faults_on_concern(
    by: Viewer, concern: Concern, decided: DecisionAnswers, now: datetime
) -> Iterator[tuple[object, str]]:
    lacking = decided.decision_fault(by.todays_date)
    yield lacking, lacking
    about = [
        row.concern_id == concern.pk and row.part == ChildPart.ABOUT for row in decided.children
    ]
    yield not all(about), "Choose a child that this concern is about."
    full = reason_for_full_decision(concern) if decided.light else ""
    yield full, full
    watched = decided.watched_by
    stranger = watched and not _may_be_named(by, concern, watched)
    yield stranger, "Choose an adult to watch who works here and is not the child's family."
    sighted = decided.sighted_by
    strange = sighted and not _may_be_named(by, concern, sighted)
    yield strange, "Choose a colleague who saw the child: one who works here and may see this."
    before = [sent.happened_at for sent in decided.sent.values()]
    before += [decided.spoken.happened_at] if decided.spoken else []
    before += [decided.sighted_at] if decided.sighted_at else []
    early = any(happened_at > now for happened_at in before)
    yield early, TIME_AHEAD
    seen = _sighting_against(by, concern, decided)
    yield seen, seen


def _may_be_named(by: Viewer, concern: Concern, person: Person) -> bool:
    """Whether `person` works here and may see the concern."""
    staff = Person.objects.who_may(May.SUBMIT, by.school, by.todays_date).not_excluded_from(concern)
    return staff.filter(pk=person.pk).exists()


def reason_for_full_decision(concern: Concern) -> str:
    """Why keeping `concern` with the picture is not enough, in a sentence for the user; "" if it
    may be enough. The child's own statuses and referrals count on whichever concern they stand."""
    if is_decision_pressing(concern):
        return NEEDS_FULL
    found = Step.objects.facts_for_full_decision(concern)
    return next((words for fact, words in FULL_FOR_FACT.items() if fact in found), "")


def _sighting_against(by: Viewer, concern: Concern, decided: DecisionAnswers) -> str:
    """What the child's file says, if it says that they were spoken to since this was written and
    `decided` says "not yet"; else ""."""
    if decided.child_seen != ChildSeen.NOT_YET:
        return ""
    children = [row.child for row in decided.children if row.child]
    found = Sighting.objects.not_hidden_from(by).spoken_to_since(children, concern.received_at)
    last = found.select_related("by").order_by("-happened_at", "-id").first()
    if last is None:
        return ""
    when = format_date_or_time(last.happened_at)
    return (
        f"The file says that {last.by.name} spoke to the child on {when}. Say that the child has "
        "been seen."
    )
