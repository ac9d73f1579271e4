"""How a lead of the simulated year does each kind of step, by its own act.

Each function says how many of the lead's minutes it took, reading included.
"""

from concerns.chase import acts as chase
from concerns.management.demo import names_and_sentences
from concerns.models import (
    Concern,
    DecisionAnswers,
    MeetingAnswers,
    Step,
    Task,
    Viewer,
    Watch,
    WatchAnswers,
)
from concerns.models.response.watch import staff_to_ask_about
from concerns.refer import acts as refer
from concerns.rules import calendars
from concerns.rules.clocks import BY_A_NOTE, DECISIONS, FIRST_LOOKS, MEETINGS, StepKind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.roles import Role
from concerns.rules.watching import WatchReviewResult
from concerns.rules.words import ChildPart, ConcernOutcome, Route
from concerns.triage import acts as triage
from concerns.workflow.closing import find_watch_reason, reason_not_to_close, reason_not_to_end
from concerns.workflow.decision_checks import reason_for_full_decision
from tests.bench import agencies, writing
from tests.bench.secondary import DEPUTY, NEW, OTHER_DEPUTY

# Read and decided in one sitting.
AT_ONCE = 0.6
# This share of what is not urgent is only added to the picture.
LIGHT = 0.62
ROUTES = (
    ((Route.SOCIAL_CARE, Route.PARENTS), 12), ((Route.EARLY_HELP, Route.PARENTS), 14),
    ((Route.PARENTS, Route.SCHOOL_SUPPORT), 25), ((Route.MENTAL_HEALTH,), 8), ((Route.WATCH,), 11),
    ((Route.PARENTS,), 22), ((Route.NO_FURTHER,), 8),
)  # fmt: skip
# Where the child said it themselves.
TOLD = (((Route.SOCIAL_CARE,), 60), ((Route.PARENTS, Route.SOCIAL_CARE), 15),
        ((Route.PARENTS, Route.SCHOOL_SUPPORT), 25))  # fmt: skip
# Whoever wrote it gets a word with the decision; else there is a step for it.
REPLIES = (
    names_and_sentences.REPLY_ACTING,
    names_and_sentences.REPLY_KEPT,
    names_and_sentences.REPLY_SPOKEN,
)
WORD_AT_ONCE = 0.6
PARENTS_REACHED = 0.85
# Of the answers with which nothing more happens, so many are challenged.
DISAGREES = 0.25
REFERS_AGAIN = 0.3
PLAN_MADE = 0.6
NOTE = "Done, and it is helping."
WHY = "What was decided has been done; the picture is calmer."


def do(year, by: Viewer, step: Step, long: bool) -> tuple[int, list[Step]]:
    """Does `step` as `by` at their time.

    Returns how many minutes it took, and what is done next in the same sitting.
    """
    kind = StepKind(step.kind)
    if kind in FIRST_LOOKS:
        return _take(year, by, step.concern, long)
    minutes, way = WAYS[kind]
    return way(year, by, step) or minutes, []


def _take(year, by: Viewer, concern: Concern, long: bool) -> tuple[int, list[Step]]:
    year.does(triage.take, by=by, concern=concern, now=by.now)
    if long and Role.DSL in by.roles and (to := _in_turn(year, by, concern)):
        given = {"to": to, "note": "Yours, please.", "now": by.now}
        year.does(triage.hand, by=by, concern=concern, **given)
        return 5, []
    owed = concern.steps.open().filter(kind__in=DECISIONS).select_related("concern")
    return 4, list(owed) if year.chance.random() < AT_ONCE else []


def _in_turn(year, by: Viewer, concern: Concern):
    """The next deputy in turn who may see the concern."""
    names = [name for name in (DEPUTY, OTHER_DEPUTY, NEW) if name in year.who]
    year.leads.turn += 1
    person = year.who[names[year.leads.turn % len(names)]]
    at = year.viewer(person, by.now)
    may = at and Role.DEPUTY in at.roles
    return person if may and Concern.objects.visible_to(at).filter(pk=concern.pk).exists() else None


def _decide(year, by: Viewer, step: Step) -> int:
    concern = step.concern
    chance = year.chance
    rows = tuple(concern.children.filter(part=ChildPart.ABOUT))
    back = chance.choice(REPLIES) if chance.random() < WORD_AT_ONCE else ""
    light = not reason_for_full_decision(concern) and chance.random() < LIGHT
    if light:
        until = calendars.picture_review_day(by.school.school_calendar, by.todays_date, concern.pk)
        decided = DecisionAnswers(
            rows, (Route.KEEP,), "One small thing.", light=True, keep_until=until, words_back=back
        )
    else:
        routes = agencies.chosen(chance, TOLD if concern.child_words else ROUTES)
        decided = _full(year, by, concern, rows, routes, back)
    year.does(triage.decide, by=by, concern=concern, decided=decided, now=by.now)
    return 4 if light else 12


def _full(year, by: Viewer, concern: Concern, rows, routes, back: str) -> DecisionAnswers:
    watch = Route.WATCH in routes
    until = calendars.add_school_weeks(by.school.school_calendar, by.now, 3).date()
    return DecisionAnswers(
        rows,
        routes,
        "The third time this term.",
        considered="Waiting, and why not.",
        parents_told="will_be" if Route.PARENTS in routes else "no",
        parents_why_not="" if Route.PARENTS in routes else "Advice is awaited first.",
        siblings="considered",
        child_seen="seen",
        sighted_at=by.now,
        sighted_by=by.person,
        watch_until=until if watch else None,
        watched_by=_adult(year, by, concern) if watch else None,
        words_back=back,
    )


def _adult(year, by: Viewer, concern: Concern):
    asked = set(staff_to_ask_about(by, concern))
    return year.chance.choice([person for person in year.place.staff if person in asked])


def _note(year, by: Viewer, step: Step) -> None:
    year.does(chase.do_step, by=by, step=step, words=NOTE, now=by.now)


def _look_again(year, by: Viewer, step: Step) -> None:
    said = {"words": "Looked at as a whole.", "words_back": REPLIES[2]}
    year.does(chase.look_again, by=by, step=step, now=by.now, **said)


def _speak(year, by: Viewer, step: Step) -> int:
    adviser = step.kind == StepKind.SEEK_ADVICE
    reached = adviser or year.chance.random() < PARENTS_REACHED
    year.does(
        refer.speak,
        by=by,
        concern=step.concern,
        spoken_to="adviser" if adviser else "parent",
        who="Somebody",
        said="They will look into it and ring back." if reached else "No answer.",
        reached=reached,
        happened_at=by.now,
        now=by.now,
    )
    return 12 if reached else 3


def _send(year, by: Viewer, step: Step) -> None:
    said = {"agency": "Front door", "spoken_to": "Duty worker", "method": "telephone"}
    given = {"referral": step.referral, "happened_at": by.now, "now": by.now}
    if year.does(refer.send, by=by, **given, **said):
        agencies.sent(year, by.now, step.referral)


def _chase(year, by: Viewer, step: Step) -> None:
    said = {"telephone": "01632 960001", "minutes": 8, "happened_at": by.now}
    if year.does(refer.chase, by=by, referral=step.referral, now=by.now, **said):
        agencies.chased(year, by.now, step.referral)


def _view(year, by: Viewer, step: Step) -> None:
    ended = step.referral.latest_answer in {"advice", "no_further"}
    view = "disagree" if ended and year.chance.random() < DISAGREES else "agree"
    _say(year, by, step, view)


def _challenge(year, by: Viewer, step: Step) -> None:
    """Challenges an answer that is late at the next rung; after the last it is settled."""
    said = step.referral.events.filter(stage=ReferralStage.CHALLENGED).count()
    if said < 3:
        _say(year, by, step, "disagree")
    else:
        given = {"referral": step.referral, "words": "Agreed with the partnership.", "now": by.now}
        year.does(refer.settle, by=by, **given)


def _say(year, by: Viewer, step: Step, view: str) -> None:
    given = {"referral": step.referral, "view": view, "words": "It fits.", "whom": "A manager"}
    if year.does(refer.give_view, by=by, now=by.now, **given) and view == "disagree":
        agencies.challenged(year, by.now, step.referral)


def _not_again(year, by: Viewer, step: Step) -> int:
    """Answers a new sign after "no further action": refers again, or says why not."""
    if year.chance.random() >= REFERS_AGAIN:
        year.does(refer.not_again, by=by, concern=step.concern, why="Explained.", now=by.now)
        return 8
    rows = tuple(step.concern.children.filter(part=ChildPart.ABOUT))
    decided = _full(year, by, step.concern, rows, (Route.SOCIAL_CARE,), REPLIES[0])
    year.does(triage.decide, by=by, concern=step.concern, decided=decided, now=by.now)
    return 15


MEETS = {
    StepKind.CONFERENCE: MeetingKind.CONFERENCE, StepKind.CORE_GROUP: MeetingKind.CORE_GROUP,
    StepKind.REVIEW_CONFERENCE: MeetingKind.REVIEW,
}  # fmt: skip


def _meet(year, by: Viewer, step: Step) -> None:
    kind = MEETS[StepKind(step.kind)]
    plan = kind is MeetingKind.CORE_GROUP or year.chance.random() < PLAN_MADE
    met = MeetingAnswers(kind, by.now, "Everybody", "As before.", leads_on=plan)
    year.does(refer.meet, by=by, concern=step.concern, met=met, now=by.now)


def _tell_reporter(year, by: Viewer, step: Step) -> None:
    given = {"concern": step.concern, "words": REPLIES[0], "now": by.now}
    year.does(chase.tell_reporter, by=by, **given)


def _close(year, by: Viewer, step: Step) -> int:
    """Closes the concern or opens the watch its ending asks for, unless something holds it open."""
    concern = step.concern
    if reason_not_to_end(concern, list(Step.objects.open_steps_of_concern(concern))):
        return 1
    outcome = year.chance.choice(
        (ConcernOutcome.KEPT, ConcernOutcome.HELP_IN_PLACE, ConcernOutcome.EXPLAINED)
    )
    given = {"by": by, "concern": concern, "words_back": REPLIES[1], "now": by.now}
    if not find_watch_reason(concern, outcome):
        year.does(triage.close, **given, outcome=outcome, why=WHY)
        return 3
    asked = WatchAnswers(_adult(year, by, concern), "How are they these days?", WHY, outcome)
    year.does(triage.watch, **given, asked=asked)
    writing.ask_of(year, concern)
    return 6


def _review(year, by: Viewer, step: Step) -> None:
    left = Watch.objects.latest_of_concern(step.concern).review_days_left(by.todays_date, step)
    others = Step.objects.open_steps_of_concern(step.concern).exclude(pk=step.pk)
    last = not left and not reason_not_to_close(step.concern, others)
    said = (
        {"then": WatchReviewResult.END, "words_back": REPLIES[1]}
        if last
        else {"then": WatchReviewResult.ON}
    )
    given = {"step": step, "words": "As before.", "why": "", "now": by.now}
    year.does(chase.look_after, by=by, **given, **{"words_back": "", **said})
    writing.ask_of(year, step.concern)


def _answer(year, by: Viewer, step: Step) -> None:
    task = Task.objects.get(step=step)
    year.does(chase.answer, by=by, task=task, words="Asked them myself.", done=True, now=by.now)


WAYS = {
    **dict.fromkeys(BY_A_NOTE, (4, _note)),
    **dict.fromkeys(DECISIONS, (12, _decide)),
    **dict.fromkeys(MEETINGS, (60, _meet)),
    StepKind.STILL_WORRIED: (10, _look_again),
    StepKind.SEEK_ADVICE: (12, _speak),
    StepKind.SPEAK_TO_PARENTS: (12, _speak),
    StepKind.SEND_REFERRAL: (25, _send),
    StepKind.HEAR_BACK: (10, _chase),
    StepKind.HEAR_BACK_OTHER: (10, _chase),
    StepKind.ASSESSMENT: (10, _chase),
    StepKind.AGREE_OR_CHALLENGE: (6, _view),
    StepKind.CHALLENGE: (10, _challenge),
    StepKind.REFER_AGAIN: (8, _not_again),
    StepKind.TELL_REPORTER: (3, _tell_reporter),
    StepKind.KEEP: (3, _close),
    StepKind.NEXT_MOVE: (3, _close),
    StepKind.LOOK_AFTER: (8, _review),
    StepKind.TASK: (4, _answer),
}
