"""Makes concerns about adults in any state, by real acts."""

import itertools
import uuid
from datetime import date, datetime, timedelta

from concerns.adult import acts as adult
from concerns.models import (
    AdultAccount,
    AdultConcern,
    AdultDecisionAnswers,
    AgencyConversation,
    Person,
    Viewer,
)
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.factories import NOW

ACCOUNT = "He was alone with a child in the store room, with the door shut."


def adult_account(whom: Person | None = None, **more) -> AdultAccount:
    """The answers of a valid form."""
    described = {} if whom else {"described": "The man who mends the boiler"}
    return AdultAccount(**{"account": ACCOUNT, "whom": whom, **described, **more})


def send_adult_concern(
    by: Viewer, whom: Person | None = None, now: datetime = NOW, **more
) -> AdultConcern:
    given = {"by": by, "draft": uuid.uuid4(), "told": adult_account(whom, **more), "now": now}
    return adult.send(**given)[0]


def adult_decision_answers(*routes: str, **more) -> AdultDecisionAnswers:
    said = {
        "sort": "harm" if "lado" in routes else "low",
        "reason": "It may meet the threshold.",
        "considered": "Speaking to him first, and why not.",
        "look_again": date(2026, 12, 1) if "low_level" in routes else None,
        **more,
    }
    return AdultDecisionAnswers(routes=routes, **said)


def agency_conversation(
    now: datetime, agency: str = "lado", answer: str = "", **more
) -> AgencyConversation:
    said = {"spoken_to": "Lena Ado", "words": "Told her all of it.", "their_reference": "L-77"}
    return AgencyConversation(agency=agency, happened_at=now, answer=answer, **{**said, **more})


def reload_adult_concern(concern: AdultConcern) -> AdultConcern:
    return AdultConcern.objects.get(pk=concern.pk)


def adult_concern_at(
    state: State, *, by: Viewer, reader: Viewer, whom: Person | None = None, now=NOW, **more
) -> AdultConcern:
    """A concern brought to `state` by the usual acts, a quarter of an hour apart."""
    concern = send_adult_concern(by, whom, now, **more)
    later = (now + timedelta(minutes=15 * step) for step in itertools.count(1))
    if state is State.WAITING:
        return concern
    adult.take(by=reader, concern=concern, now=next(later))
    if state is not State.TAKEN:
        look_again = (now + timedelta(days=28)).date()
        decided = adult_decision_answers("low_level", look_again=look_again)
        adult.decide(by=reader, concern=concern, decided=decided, now=next(later))
    if state is State.CLOSED:
        ended = {"outcome": "low_level", "why": "Talked through.", "words_back": "Thank you."}
        adult.close(by=reader, concern=concern, now=next(later), **ended)
    return reload_adult_concern(concern)


def make_whole_adult_case(
    where, whom=None, reader: Viewer | None = None, people=()
) -> AdultConcern:
    """A concern with everything a record can hold, worked through to its end, and opened again.
    `people` are the writer, whom the writer shuts out, whom the reader shuts out, and whom it is
    corrected to."""
    writer, near, third, other = people or [factories.person(where) for _ in range(4)]
    writer = factories.viewer(where, who=writer)
    reader = reader or factories.viewer(where, Role.HEAD)
    tick = itertools.count(1)

    def now():
        return NOW + timedelta(minutes=10 * next(tick))

    concern = send_adult_concern(writer, whom or factories.person(where), shut_out=(near,))
    adult.take(by=reader, concern=concern, now=now())
    adult.add(by=writer, concern=concern, words="And again today.", now=now())
    adult.note(by=reader, concern=concern, words="Read it. His line manager knows.", now=now())
    adult.decide(
        by=reader, concern=concern, decided=adult_decision_answers("lado", "police"), now=now()
    )
    for agency in ("lado", "police"):
        for answer in ("", "theirs", "nothing"):
            moment = now()
            said = agency_conversation(moment, agency, answer)
            adult.speak(by=reader, concern=concern, spoken=said, now=moment)
    adult.decide(by=reader, concern=concern, decided=adult_decision_answers("low_level"), now=now())
    adult.tell(by=reader, concern=concern, words="Thank you. It is in hand.", now=now())
    adult.exclude(by=reader, concern=concern, person=third, why="Their friend.", now=now())
    adult.about(by=reader, concern=concern, person=other, why="It was him.", now=now())
    ended = {"outcome": "unsubstantiated", "why": "Neither.", "words_back": "It is closed."}
    adult.close(by=reader, concern=concern, now=now(), **ended)
    adult.reopen(by=reader, concern=concern, why="A new sign.", now=now())
    return reload_adult_concern(concern)
