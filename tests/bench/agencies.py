"""How the agencies of the simulated year answer: whether, when and what.

An answer is written down by the lead who holds the concern if they are at work, else by the next.
"""

from datetime import datetime, timedelta

from concerns.models import Referral
from concerns.refer import acts as refer
from concerns.rules import calendars
from concerns.rules.agency_answers import ANSWER_OPENS, ANSWERS
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.words import AgencyAnswer
from tests.bench.secondary import DEPUTY, DSL, HEAD

# After so many working days, and how often. None: they answer only when somebody chases.
SOCIAL_CARE = ((1, 65), (2, 10), (4, 8), (None, 17))
OTHERS = ((2, 30), (5, 40), (9, 15), (None, 15))
# A call that chases brings an answer the same day.
CHASED_ANSWERS = 0.45
# A challenge is answered so often; else it is taken to the next rung, and after the last settled.
CHALLENGE_ANSWERED = 0.6
ANSWERED = {
    StepKind.HEAR_BACK: (
        (AgencyAnswer.ASSESSMENT, 25), (AgencyAnswer.SECTION_47, 5), (AgencyAnswer.EARLY_HELP, 25),
        (AgencyAnswer.ALREADY_OPEN, 5), (AgencyAnswer.ADVICE, 20), (AgencyAnswer.NO_FURTHER, 20),
    ),
    StepKind.HEAR_BACK_OTHER: (
        (AgencyAnswer.ACCEPTED, 70), (AgencyAnswer.ADVICE, 20), (AgencyAnswer.NO_FURTHER, 10),
    ),
}  # fmt: skip
# The assessment's own finding, after so many working days: some of them past the 45 of guidance.
FINDINGS = (
    (AgencyAnswer.EARLY_HELP, 50),
    (AgencyAnswer.ALREADY_OPEN, 25),
    (AgencyAnswer.NO_FURTHER, 25),
)
ASSESSED = (25, 55)


def chosen(chance, table):
    words, shares = zip(*table, strict=True)
    return chance.choices(words, shares)[0]


def sent(year, at: datetime, referral: Referral) -> None:
    kind = ANSWERS[referral.route]
    days = chosen(year.chance, SOCIAL_CARE if kind == StepKind.HEAR_BACK else OTHERS)
    if days is not None:
        answer = chosen(year.chance, ANSWERED[kind])
        year.at(_working(year, at, days), _answer, year, referral, answer)


def chased(year, at: datetime, referral: Referral) -> None:
    if year.chance.random() < CHASED_ANSWERS:
        works = referral.current_stage is ReferralStage.AGREED
        table = FINDINGS if works else ANSWERED[ANSWERS[referral.route]]
        when = at + timedelta(minutes=year.chance.randrange(30, 120))
        year.at(when, _answer, year, referral, chosen(year.chance, table))


def challenged(year, at: datetime, referral: Referral) -> None:
    if year.chance.random() < CHALLENGE_ANSWERED:
        days = year.chance.choice((1, 2))
        year.at(_working(year, at, days), _answer, year, referral, AgencyAnswer.EARLY_HELP)


def _working(year, at: datetime, days: int) -> datetime:
    """A time in office hours, so many working days later."""
    close = calendars.add_working_days(year.school.nation, at, days)
    return close - timedelta(minutes=year.chance.randrange(10, 420))


def _answer(at: datetime, year, referral: Referral, answer: AgencyAnswer) -> None:
    referral = Referral.objects.select_related("concern").get(pk=referral.pk)
    by = _reached(year, at, referral)
    over = (
        referral.concern.state == State.CLOSED or referral.current_stage is ReferralStage.ANSWERED
    )
    if by is None or over:
        return
    said = {"spoken_to": "Duty worker", "words": "They have read it.", "happened_at": at}
    heard = year.does(refer.hear_back, by=by, referral=referral, answer=answer, now=at, **said)
    if heard and ANSWER_OPENS.get(answer) == StepKind.ASSESSMENT:
        days = year.chance.randrange(*ASSESSED)
        finding = chosen(year.chance, FINDINGS)
        year.at(_working(year, at, days), _answer, year, referral, finding)


def _reached(year, at: datetime, referral: Referral):
    """The holder of the concern, or else the first lead who may see it and is at work."""
    names = [referral.concern.holder, *(year.who[name] for name in (DSL, DEPUTY, HEAD))]
    for person in filter(None, names):
        by = year.viewer(person, at) if year.here(person, at) else None
        if by and Referral.objects.visible_to(by).filter(pk=referral.pk).exists():
            return by
    return None
