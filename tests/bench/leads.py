"""How the leads of the simulated year work: when they look, what they do first, what they forget.

They do what the product says is theirs: steps they hold by name or post; and steps that have come
to them because they are late or because they stand in, as the message says. Most of it is done at
the next look, the most pressing first. Each lead has only so many minutes a day.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random

from concerns.models import Person, Step, Viewer
from concerns.rules.clocks import CLOCKS, ClockUnit, StepKind
from concerns.workflow.escalation import EscalationLadders
from tests.bench import doing
from tests.bench.post import Arrived
from tests.bench.secondary import DEPUTY, DSL, HEAD, NEW, OTHER_DEPUTY, day_of, moment

# On a school day each looks at these times, for so long at most, in all for so many minutes.
LEAD = ("08:10 09:20 10:30 11:40 13:10 14:10 15:40 16:30", 60, 300)
TEACHES = ("08:20 10:50 12:40 15:45", 30, 100)
HEADS = ("08:05 12:30 16:45", 20, 45)
LOOKS = {DSL: LEAD, DEPUTY: TEACHES, OTHER_DEPUTY: TEACHES, NEW: TEACHES, HEAD: HEADS}
# On days without school only who is named for them looks, once; weekends, when mail says so.
HOLIDAY = time(10)
# Minutes after a red message, about: in school hours; and out of them, but never by night.
REACTS = {DSL: 10, DEPUTY: 25, OTHER_DEPUTY: 25, NEW: 25, HEAD: 40}
OUT_OF_HOURS = 3
NIGHT = (time(22), time(7))
# So much of what has come to somebody is forgotten by them, until it has climbed to another.
FORGOTTEN = 0.05
# A lead whose list for the day is longer than this hands what is new to the deputy, in turn.
LONG = 12
# Nothing is done more than so many days before it is due; what has a date, on its day.
AHEAD = timedelta(days=4)
# By rank of its clock: what somebody who is not named for it does on a day without school.
PRESSES = 3
# An answer the agency owes: nothing is done about it before it is late, then once a day.
THEIRS = frozenset({
    StepKind.HEAR_BACK, StepKind.HEAR_BACK_OTHER, StepKind.CHALLENGE, StepKind.ASSESSMENT,
})  # fmt: skip


class Leads:
    def __init__(self, year):
        self.year = year
        self.spent: Counter[tuple[int, date]] = Counter()
        # Who is working now, and who of them was called meanwhile and so looks again.
        self._busy: set[int | None] = set()
        self._called: set[int] = set()
        self._chased: dict[int, date] = {}
        # Whose list for the day is long; and what a message said was somebody's before it was late,
        # while their own list did not show it.
        self.long: dict[int, bool] = {}
        self.off_the_list: set[int] = set()
        self.turn = 0

    def lay_out(self, day: date, school: bool) -> None:
        for name, (looks, _, _) in LOOKS.items():
            for at in looks.split() if school else ():
                self.year.at(moment(day, time.fromisoformat(at)), self._look, name)
        if not school and day.weekday() < 5:
            self.year.at(moment(day, HOLIDAY), self._look, DEPUTY)

    def read(self, at: datetime, arrived: Iterable[Arrived]) -> None:
        """Whoever gets a red message looks soon, on any day."""
        names = {person.email: name for name, person in self.year.who.items()}
        red = {names[one.to] for one in arrived if one.red and one.to in names}
        for name in sorted(red & LOOKS.keys()):
            self.year.at(self._soon(at, name), self._look, name)

    def _soon(self, at: datetime, name: str) -> datetime:
        day = day_of(at)
        in_school = self.year.place.is_school_day(day) and (
            moment(day, time(8)) <= at < moment(day, time(17))
        )
        minutes = self.year.chance.expovariate(1 / REACTS[name]) + 2
        when = at + timedelta(minutes=minutes if in_school else minutes * OUT_OF_HOURS)
        night, morning = NIGHT
        if when >= moment(day_of(when), night):
            return moment(day_of(when) + timedelta(days=1), morning)
        return max(when, moment(day_of(when), morning))

    # Finding what has come to somebody

    def _look(self, at: datetime, name: str) -> None:
        person = self.year.who.get(name)
        if person is None or not self.year.here(person, at):
            return
        if person.pk in self._busy:
            self._called.add(person.pk)
            return
        by = self.year.viewer(person, at)
        if by:
            self._busy.add(person.pk)
            until = at + timedelta(minutes=LOOKS[name][1])
            self._work(at, name, self.to_do(by, name), until)

    def _has_time(self, name: str, by: Viewer) -> bool:
        return self.spent[by.person.pk, by.todays_date] < LOOKS[name][2]

    def to_do(self, by: Viewer, name: str) -> list[Step]:
        """The steps `by` has to do now: those due today first, the most pressing first."""
        steps = Step.objects.visible_to(by).open().filter(due_at__lte=by.now + AHEAD)
        steps = list(steps.select_related("concern", "holder", "referral", "decision").in_order())
        ladders = EscalationLadders(by.school, by.now, steps)
        tonight = moment(by.todays_date, time(23))
        mine = [step for step in steps if self._has_come(ladders, step, by)]
        rows = [step for step in mine if self._is_for_now(step, by, tonight)]
        named = self.year.place.is_school_day(by.todays_date) or name == DEPUTY
        if not (named and self._has_time(name, by)):
            # Only what presses: on a day for which another is named, or after a day's work.
            rows = [step for step in rows if step.due_at <= tonight and _rank(step) <= PRESSES]
        self.long[by.person.pk] = sum(step.due_at <= tonight for step in rows) > LONG
        return sorted(rows, key=lambda step: (step.due_at > tonight, _rank(step)))

    def _has_come(self, ladders: EscalationLadders, step: Step, by: Viewer) -> bool:
        come = ladders.current_recipient(step)
        asked = ladders.people_on_ladder(step)[:1] if come is None else [come.to]
        if by.person.pk in step.barred_person_keys or not (
            _listed(step, by) or asked == [by.person]
        ):
            return False
        if come is None and not _listed(step, by):
            self.off_the_list.add(step.pk)
        return (come is not None and come.again > 0) or not _forgets(step, by.person)

    def _is_for_now(self, step: Step, by: Viewer, tonight: datetime) -> bool:
        if step.kind in THEIRS:
            chased = self._chased.get(step.referral_id) == by.todays_date
            return step.due_at < by.now and not chased
        if CLOCKS[step.kind].unit is ClockUnit.DATE:
            return step.due_at <= tonight
        return True

    # Doing it, one thing after the other

    def _work(self, at: datetime, name: str, rows: list[Step], until: datetime) -> None:
        person = self.year.who.get(name)
        by = self.year.viewer(person, at) if person else None
        if by and person.pk in self._called:
            self._called.discard(person.pk)
            rows = self.to_do(by, name)
        step = self._first_still_open(rows)
        if by is None or step is None or at >= until:
            self._busy.discard(person.pk if person else None)
            return
        if step.kind in THEIRS:
            self._chased[step.referral_id] = by.todays_date
        minutes, more = doing.do(self.year, by, step, self.long[person.pk])
        self.spent[person.pk, by.todays_date] += minutes
        if not self._has_time(name, by):
            rows = [row for row in [*more, *rows] if _rank(row) <= PRESSES]
        else:
            rows = [*more, *rows]
        self.year.at(at + timedelta(minutes=minutes), self._work, name, rows, until)

    def _first_still_open(self, rows: list[Step]) -> Step | None:
        """Takes from `rows` the first that no colleague has done meanwhile."""
        while rows:
            step = rows.pop(0)
            if Step.objects.open().filter(pk=step.pk).exists():
                return step
        return None


def _rank(step: Step) -> int:
    return CLOCKS[StepKind(step.kind)].rank


def _forgets(step: Step, person: Person) -> bool:
    return Random(f"{step.pk} {person.pk}").random() < FORGOTTEN


def _listed(step: Step, by: Viewer) -> bool:
    """Whether the step is on this person's own list before it is late: `Step.objects.of`."""
    if step.holder_id:
        return step.holder_id == by.person.pk
    return step.holder_role in by.roles
