"""Concerns about adults who work in the demonstration school.

- Two low-level concerns about one colleague, by different people; the head decides them.
- A low-level concern about the head, which the chair of governors decides.
- An allegation about the lead, which the head refers to the LADO.
- A concern about a coach who is not on the staff list; nobody has read it yet.
"""

import uuid
from datetime import date, datetime, timedelta

from concerns.adult import acts as adult
from concerns.management.demo.school_times import school_datetime
from concerns.models import AdultAccount, AdultConcern, AdultDecisionAnswers, AgencyConversation
from concerns.rules.roles import Role

COACH = "The football coach who comes on Thursdays. Tall, beard, a blue jacket."


def schedule_adult_concerns(year, days: list[date]) -> None:
    """Schedule all of them within the last 60 of `days`, the school days of the year."""
    lead = year.people[Role.DSL]
    head = year.people[Role.HEAD]
    mentor = year.staff[9]
    low = (
        ("He calls one or two of the girls his favourites, and they sit on his desk at break.", 60),
        ("He messaged a Year 6 from his own telephone about the match. Kindly meant, I think.", 35),
    )
    for number, (account, back) in enumerate(low):
        told = AdultAccount(account=account, whom=mentor, sort="low")
        at = school_datetime(year, days[-back], 12, 20)
        year.schedule_event(
            at, _send_adult_concern, year, number, told, Role.HEAD, _decide_low_level
        )
    _schedule_graver_concerns(year, days, lead, head)


def _schedule_graver_concerns(year, days: list[date], lead, head) -> None:
    """One about the head, for the chair of governors, and two that may meet the harm threshold."""
    said = "She shouts at the little ones in assembly until they cry. Everybody is used to it."
    told = AdultAccount(account=said, whom=head, sort="low", when_where="Most Fridays, in the hall")
    year.schedule_event(
        school_datetime(year, days[-12], 15, 50),
        _send_adult_concern,
        year,
        2,
        told,
        Role.CHAIR,
        _decide_low_level,
    )
    said = (
        "A child told me that she held him by the arm and pulled him along the corridor, and that "
        "it hurt. I saw her let go of him. There was a red mark."
    )
    told = AdultAccount(
        account=said,
        whom=lead,
        sort="harm",
        when_where="Yesterday, by the library",
        children="A boy in Year 3",
        told_already="Nobody",
    )
    year.schedule_event(
        school_datetime(year, days[-3], 8, 55),
        _send_adult_concern,
        year,
        3,
        told,
        Role.HEAD,
        _refer_to_lado,
    )
    told = AdultAccount(
        account="He dries the small ones himself after the rain, in the changing room, door shut.",
        described=COACH,
        sort="not_sure",
    )
    year.schedule_event(
        school_datetime(year, days[-2], 8, 40), _send_adult_concern, year, 4, told, Role.HEAD, None
    )


def _send_adult_concern(
    at: datetime, year, number: int, told: AdultAccount, role: Role, then
) -> None:
    by = year.viewer_in_role(year.staff[20 + number], Role.STAFF, at)
    draft = uuid.uuid5(year.school.uid, f"adult {number}")
    concern, _ = adult.send(by=by, draft=draft, told=told, now=at)
    if then:
        year.schedule_event(at + timedelta(minutes=22), then, year, concern, role)


def _take_adult_concern(at: datetime, year, concern: AdultConcern, role: Role):
    reader = year.viewer_in_role(year.people[role], role, at)
    adult.take(by=reader, concern=concern, now=at)
    return reader


def _decide_low_level(at: datetime, year, concern: AdultConcern, role: Role) -> None:
    reader = _take_adult_concern(at, year, concern, role)
    decided = AdultDecisionAnswers(
        routes=("low_level",),
        sort="low",
        reason="Not how we have agreed to behave; no child was harmed. To be spoken to, and kept.",
        considered="Ringing the LADO for advice: not on this alone, but with one more, yes.",
        look_again=(at + timedelta(days=150)).date(),
        words_back="Thank you for saying it. I am dealing with it. Tell me if you see it again.",
    )
    adult.decide(by=reader, concern=concern, decided=decided, now=at)


def _refer_to_lado(at: datetime, year, concern: AdultConcern, role: Role) -> None:
    reader = _take_adult_concern(at, year, concern, role)
    decided = AdultDecisionAnswers(
        routes=("lado",),
        sort="harm",
        reason="It may meet the threshold: a child may have been hurt by an adult here.",
        considered="Asking her first. Not before the LADO has been asked.",
    )
    adult.decide(by=reader, concern=concern, decided=decided, now=at)
    year.schedule_event(at + timedelta(minutes=40), _record_lado_call, year, concern, role)


def _record_lado_call(at: datetime, year, concern: AdultConcern, role: Role) -> None:
    spoken = AgencyConversation(
        agency="lado",
        spoken_to="Lena Ado",
        words="Told her all of it. A meeting next week; nothing is to be said to her before.",
        happened_at=at - timedelta(minutes=10),
        their_reference="L-2207",
        answer="theirs",
    )
    reader = year.viewer_in_role(year.people[role], role, at)
    adult.speak(by=reader, concern=concern, spoken=spoken, now=at)
    words = "Thank you. It is being looked at outside school. Please speak of it to nobody."
    adult.tell(by=reader, concern=concern, words=words, now=at)
    deputy = year.people[Role.DEPUTY]
    why = "Its subject is the lead, so the deputy has to know which child may need somebody else."
    adult.bring_in(by=reader, concern=concern, person=deputy, why=why, now=at)
