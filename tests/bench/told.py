"""Writes one concern of the bench: sent, looked at, decided, carried out, closed.

Its rows are those the acts would leave; an open concern stops on the way. The only chance in it is
the school's own seed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from concerns.management.demo.names_and_sentences import NOTICED
from concerns.models.response.step import StepEnding
from concerns.rules import agency_answers, clocks
from concerns.rules.clocks import CLOCKS, ClockUnit, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import (
    ADVICE_BEFORE_PARENTS,
    AgencyAnswer,
    ConcernOutcome,
    GoingHome,
    Route,
)
from tests.bench.school import NOW, Place

SENTENCES = tuple(
    (ticked, words)
    for _, ticked, sentences in NOTICED.values()
    for words in sentences
    if not ADVICE_BEFORE_PARENTS.intersection(ticked)
)
MINUTE = timedelta(minutes=1)
# The route of every twentieth concern, in turn: a middling school's mix.
ROUTES = (
    *[Route.KEEP] * 8, *[Route.SCHOOL_SUPPORT] * 6, *[Route.PARENTS] * 4, Route.SOCIAL_CARE,
    Route.EARLY_HELP,
)  # fmt: skip


def long_story(place: Place) -> tuple[int, str, str, str]:
    """The child of the long story, who is 701st on a roll of 1,500."""
    return place.children[place.leavers + place.roll * 7 // 15]


def at(moment: datetime) -> str:
    """The time in the form that both databases store."""
    return str(moment.replace(tzinfo=None))


def dashed(uid: str) -> str:
    return f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}"


@dataclass
class Owed:
    """A step that is not yet a row."""

    kind: StepKind
    opened: datetime
    due: datetime
    holder: int | None
    decision: int | None = None
    referral: int | None = None
    done: datetime | None = None
    ended: str = ""


@dataclass
class Told:
    """One concern of the school's ten years."""

    place: Place
    number: int
    size: int
    # So many of them are closed, from the first day of the ten years until a month ago.
    closed: int = 1
    steps: list[Owed] = field(default_factory=list)
    lines: list[tuple] = field(default_factory=list)

    def tell(self, stops: int) -> None:
        """Writes the concern.

        Below zero `stops` lets it go all the way; else `stops` modulo 5 says how far an open one
        has come.
        """
        self._begin(stops)
        self.values = {
            "version": 1, "state": State.WAITING, "changed_how": Kind.SUBMITTED,
            "changed_at": at(self.received), "changed_by_id": self.reporter[0],
        }  # fmt: skip
        self._submitted()
        if stops < 0 or stops % 5 > 1:
            self._taken()
        if stops < 0 or stops % 5 > 2:
            self._decided(stops)
        if stops < 0:
            self._closed()

    # How it was written

    def _begin(self, stops: int) -> None:
        place = self.place
        chance = self.place.chance
        self.t = place.tables
        self.concern = place.tables.Concern.last + 1
        self.uid = place.tables.Concern.uid()
        # Closed ones end a month ago; the open ones are of the last twelve school days, and what
        # somebody has begun on is of yesterday at the latest.
        last = len(place.bells) - 1
        begun = stops % 12 + (stops % 5 > 1)
        self.day = self.number * (last - 25) // self.closed if stops < 0 else last - begun
        self.received = place.bells[self.day] + timedelta(seconds=chance.randrange(4_000))
        # Early in the school day, so that a real minute after it is a school minute.
        self.reporter = chance.choice(place.who(Role.STAFF))
        leads = [*place.who(Role.DSL), *place.who(Role.DEPUTY)]
        self.lead = leads[0] if chance.random() < 0.6 else chance.choice(leads)
        self.ticked, sentence = chance.choice(SENTENCES)
        self.words = place.shape.account(self.number, sentence, chance)
        self.told = chance.random() < 0.1
        self.home = GoingHome.NOT_SURE if chance.random() < 0.05 else GoingHome.NO
        self.marked = chance.random() < 0.03
        self.pressing = self.told or self.marked
        self.children = [self._child(stops)]
        if chance.random() < 0.2:
            first = self.children[0][0]
            self.children += [one for one in [self._any_child()] if one[0] != first]

    def _child(self, stops: int):
        if self.number * self.place.story % self.size < self.place.story:
            return long_story(self.place)
        return self._any_child()

    def _any_child(self):
        """A child who was on the roll on that day."""
        share = self.day / (len(self.place.bells) - 1)
        at = int(share * self.place.leavers) + self.place.chance.randrange(self.place.roll)
        child = self.place.children[min(at, len(self.place.children) - 1)]
        return self.place.children[-1] if child == long_story(self.place) else child

    def _owe(self, kind: StepKind, opened: datetime, *, holder=None, **more) -> Owed:
        owed = Owed(kind, opened, self._due(kind, opened, more.pop("on", 0)), holder, **more)
        self.steps.append(owed)
        return owed

    def _due(self, kind: StepKind, opened: datetime, on: int) -> datetime:
        if CLOCKS[kind].unit is ClockUnit.MINUTES:
            # In school hours, and not the last before a break: `_begin` sees to it.
            return opened + CLOCKS[kind].amount * MINUTE
        return _due(self.place.days, kind, opened.date(), on)

    def _done(self, step: Owed, when: datetime, how: str = StepEnding.DONE) -> None:
        step.done = when
        step.ended = how

    def _line(self, kind: Kind, when: datetime, who, about="", words="", **more) -> None:
        self.lines.append((kind, when, who, about or self.uid, words, more))

    # What became of it

    def _submitted(self) -> None:
        now = self.pressing or self.home is not GoingHome.NO
        self._owe(StepKind.FIRST_LOOK_NOW if now else StepKind.FIRST_LOOK, self.received)
        fields = ["account", "going_home", *(["how_known", "child_words"] if self.told else [])]
        children = [dashed(uid) for _, uid, *_ in self.children]
        self._line(
            Kind.SUBMITTED,
            self.received,
            self.reporter,
            words=self.words,
            fields=fields,
            children=children,
        )

    def _taken(self) -> None:
        self.looked = self.received + self.place.chance.randrange(5, 60) * MINUTE
        self._line(Kind.OPENED, self.looked, self.lead)
        self._line(Kind.TAKEN, self.looked, self.lead)
        self._done(self.steps[0], self.looked)
        kind = StepKind.DECIDE_TODAY if self.pressing else StepKind.DECIDE
        self._owe(kind, self.looked, holder=self.lead[0])
        self._now(State.TAKEN, Kind.TAKEN, self.looked)
        self.values |= {"first_looked_at": at(self.looked), "looked_after": self._after()}

    def _after(self) -> int:
        """So many school minutes after its receipt: within one school day they are real minutes."""
        return int((self.moved - self.received) / MINUTE)

    def _now(self, state: State, how: Kind, when: datetime) -> None:
        self.moved = when
        self.values |= {
            "state": state,
            "version": self.values["version"] + 1,
            "holder_id": self.lead[0],
            "changed_by_id": self.lead[0],
            "changed_at": at(when),
            "changed_how": how,
        }

    def _decided(self, stops: int) -> None:
        route = ROUTES[self.number % len(ROUTES)]
        if self.pressing and route is Route.KEEP:
            route = Route.SCHOOL_SUPPORT
        when = self.looked + self.place.chance.randrange(10, 120) * MINUTE
        light = route is Route.KEEP
        self.decision_uid = self.t.Decision.uid()
        self.decision = self.t.Decision.add(
            uid=self.decision_uid,
            school_id=self.place.school,
            concern_id=self.concern,
            by_id=self.lead[0],
            at=at(when),
            light=light,
            reason="Seen before this term; this adds to it.",
            considered="" if light else "Waiting, and why that was not enough.",
            parents_told="" if light else "will_be",
            siblings="" if light else "considered",
            child_seen="" if light else "seen",
            review_on=str((when + timedelta(days=30)).date()) if light else None,
        )
        until = str((when + timedelta(days=30)).date()) if light else None
        self.t.DecisionRoute.add(
            school_id=self.place.school, decision_id=self.decision, route=route, until=until
        )
        self._done(self.steps[1], when)
        self._now(State.DECIDED, Kind.DECIDED, when)
        self.values |= {"decided_at": at(when), "decided_after": self._after()}
        self._line(
            Kind.DECIDED,
            when,
            self.lead,
            about=self.decision_uid,
            words="why",
            fields=["light" if light else "full", route],
            children=[dashed(self.children[0][1])],
        )
        self._carry_out(route, when, stops)
        self._owe(StepKind.TELL_REPORTER, when, holder=self.lead[0])

    def _carry_out(self, route: Route, when: datetime, stops: int) -> None:
        owed = {"holder": self.lead[0], "decision": self.decision}
        if route is Route.KEEP:
            self._owe(StepKind.KEEP, when, on=30, **owed)
        elif route is Route.SCHOOL_SUPPORT:
            step = self._owe(StepKind.SUPPORT, when, **owed)
            if stops < 0:
                self._noted(step, when + timedelta(days=1))
        elif route is Route.PARENTS:
            step = self._owe(StepKind.SPEAK_TO_PARENTS, when, **owed)
            if stops < 0:
                self._spoke(step, when + 30 * MINUTE)
        else:
            self._referred(route, when, stops)

    def _noted(self, step: Owed, when: datetime) -> None:
        self._done(step, when)
        self.t.Addition.add(
            school_id=self.place.school,
            concern_id=self.concern,
            by_id=self.lead[0],
            at=at(when),
            for_leads=True,
            words="The mentor sees the child on Mondays. Settled since.",
        )
        self._line(Kind.STEP_DONE, when, self.lead, words="note", reason=step.kind)

    def _spoke(self, step: Owed, when: datetime) -> None:
        self._done(step, when)
        self.t.Conversation.add(
            school_id=self.place.school,
            concern_id=self.concern,
            by_id=self.lead[0],
            at=at(when),
            happened_at=at(when),
            spoken_to="parent",
            who="Mother",
            said="She was worried too, and thanked us. She will ring on Friday.",
            reached=True,
        )
        self._line(Kind.SPOKE, when, self.lead, words="said", reason="parent")

    def _referred(self, route: Route, when: datetime, stops: int) -> None:
        referral = self.t.Referral.add(
            school_id=self.place.school,
            concern_id=self.concern,
            decision_id=self.decision,
            route=route,
            made_at=at(when),
        )
        owed = {"holder": self.lead[0], "referral": referral}
        self._owe(StepKind.SEND_REFERRAL, when, decision=self.decision, **owed)
        told = ((ReferralStage.SENT, Kind.SENT), (ReferralStage.ANSWERED, Kind.ANSWERED),
                (ReferralStage.AGREED, Kind.VIEWED_ANSWER))  # fmt: skip
        then = (agency_answers.ANSWERS[route], StepKind.AGREE_OR_CHALLENGE, None)
        for (stage, kind), opens in list(zip(told, then, strict=True))[: 1 if stops >= 0 else 3]:
            when += 20 * MINUTE
            self._done(self.steps[-1], when)
            self.t.ReferralEvent.add(
                school_id=self.place.school,
                referral_id=referral,
                stage=stage,
                by_id=self.lead[0],
                at=at(when),
                happened_at=at(when),
                agency="Westshire front door",
                spoken_to="Duty worker",
                words="Read over the telephone, and taken down.",
                method="telephone" if stage is ReferralStage.SENT else "",
                answer=AgencyAnswer.ASSESSMENT if stage is ReferralStage.ANSWERED else "",
            )
            self._line(kind, when, self.lead, words="said", reason=route)
            if opens:
                self._owe(opens, when, **owed)

    def _closed(self) -> None:
        later = self.place.bells[self.day + self.place.chance.randrange(3, 20)]
        when = later + timedelta(seconds=self.place.chance.randrange(18_000, 24_000))
        for step in self.steps:
            if step.done is None:
                told = step.kind in {StepKind.TELL_REPORTER, StepKind.KEEP}
                self._done(step, when, StepEnding.DONE if told else StepEnding.CLOSED)
        words = {
            "school_id": self.place.school,
            "concern_id": self.concern,
            "by_id": self.lead[0],
            "at": at(when),
        }
        self.t.Ending.add(**words, words="It is working.", outcome=ConcernOutcome.HELP_IN_PLACE)
        self.t.WordBack.add(**words, words="Thank you. You were right to write it down.")
        self._now(State.CLOSED, Kind.CLOSED, when)
        self.values |= {"closed_at": at(when), "outcome": ConcernOutcome.HELP_IN_PLACE}
        self._line(
            Kind.CLOSED, when, self.lead, words="why", fields=["outcome", "words"], reason=""
        )


@cache
def _due(days, kind: StepKind, day, on: int) -> datetime:
    """When a step is due; a step due at a bell is due at the same bell whatever minute it was
    opened."""
    morning = datetime(day.year, day.month, day.day, 10, tzinfo=NOW.tzinfo)
    return clocks.calculate_due_at(
        kind, days, morning, (morning + timedelta(days=on)).date() if on else None
    )
