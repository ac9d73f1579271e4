"""Opens every kind of next step there is, each by a real act."""

import itertools
from datetime import timedelta

from concerns.adult import acts as adult
from concerns.chase import acts as chase
from concerns.models import MeetingAnswers
from concerns.refer import acts as refer
from concerns.rules.clocks import StepKind
from concerns.rules.education_elsewhere import ELSEWHERE_STATUSES
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import adults, factories, homes
from tests.deciding import decide_concern, further_answers_for, referral_sent_answers
from tests.doors import world
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


def open_every_kind_of_step() -> None:
    """Makes a school in which each kind of step, about a child or an adult, has been opened."""
    where = world.made().school
    lead = factories.viewer(where, Role.DSL)
    factories.make_whole_case(where)
    told = {"cannot_move": True, "marks": (factories.body_mark(),), "fgm_known": True}
    factories.concern_at(State.WAITING, where=where, danger=True, **told)
    _decide_each_way(where, lead)
    for answer in ("assessment", "section_47"):
        _hear_from_social_care(where, lead, answer)
    _refer_again(where, lead)
    for kind in ELSEWHERE_STATUSES:
        homes.record_elsewhere(lead, factories.child(where), kind, planned_end=homes.SOON)
    adults.make_whole_adult_case(where)
    _decide_about_adult(where)


def _decide_each_way(where, lead) -> None:
    for route, more in (
        (Route.WATCH, {}),
        (Route.KEEP, {}),
        (Route.PARENTS, {"advice_first": True}),
        (Route.HEALTH, {"sent": {Route.HEALTH: referral_sent_answers()}}),
    ):
        concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
        decide_concern(lead, concern, route, **further_answers_for(where, route), **more)
    done = factories.concern_at(State.DECIDED, where=where, lead=lead)
    now = NOW + 60 * MINUTE
    step = done.steps.open().get(kind=StepKind.SUPPORT)
    chase.do_step(by=lead, step=step, words="In place.", now=now)
    chase.tell_reporter(by=lead, concern=done, words="Thank you.", now=now)


def _hear_from_social_care(where, lead, answer: str) -> None:
    """Social care answers; after enquiries there are a strategy meeting and a conference."""
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decide_concern(
        lead, concern, Route.SOCIAL_CARE, sent={Route.SOCIAL_CARE: referral_sent_answers()}
    )
    moments = (NOW + minutes * MINUTE for minutes in itertools.count(61))
    said = {"spoken_to": "Duty worker", "answer": answer, "words": "They will see her."}
    moment = next(moments)
    referral = concern.referrals.get()
    refer.hear_back(by=lead, referral=referral, happened_at=moment, now=moment, **said)
    for kind in ("strategy", "conference") if answer == "section_47" else ():
        moment = next(moments)
        met = MeetingAnswers(kind, moment, "Ann, Bo", "All goes on.")
        refer.meet(by=lead, concern=concern, met=met, now=moment)


def _refer_again(where, lead) -> None:
    """A new sign about a child, after the school's own "no further action"."""
    child = factories.child(where)
    before = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    decide_concern(lead, before, Route.NO_FURTHER)
    triage.close(
        by=lead,
        concern=before,
        outcome="explained",
        why="It was a costume.",
        words_back="Thank you.",
        now=NOW + 70 * MINUTE,
    )
    factories.send_concern(factories.viewer(where), child, now=NOW + 80 * MINUTE)


def _decide_about_adult(where) -> None:
    """A low-level concern about an adult, on which nothing is left to do but to close."""
    head = factories.viewer(where, Role.HEAD)
    writer = factories.viewer(where)
    concern = adults.adult_concern_at(State.TAKEN, by=writer, reader=head, sort="low")
    decided = adults.adult_decision_answers("no_further")
    now = NOW + 60 * MINUTE
    adult.decide(by=head, concern=concern, decided=decided, now=now)
    adult.tell(by=head, concern=concern, words="Thank you.", now=now + MINUTE)
