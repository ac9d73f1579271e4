"""What the staff of the simulated year write and when, and what they do afterwards as writers.

They add to a concern, are still worried, tell somebody by voice, and answer what they are asked.
"""

import uuid
from datetime import date, datetime, time, timedelta

from concerns.chase import acts as chase
from concerns.management.demo import names_and_sentences
from concerns.models import Account, Child, Concern, MarkSeen, Task
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.submit import acts as submit
from tests.bench.secondary import DEPUTY, DSL, PUPILS, day_of, every_day, moment

# How many entries colleagues write about one incident, on average.
ENTRIES = 1.25
# When people write: near the two peaks, through the day, and a few from home in the evening.
PEAKS = (time(8, 45), time(15, 30))
IN_THE_DAY = 0.28
EVENING = 0.02
# So many soon follow another about the same child.
FOLLOWS = 0.3
# How often the writer adds something within some days, and is still worried afterwards.
ADDS = 0.08
STILL_WORRIED = 0.03
# The child may be in danger at this moment.
DANGER = 0.01
# One of the deputies is named in it, and kept out.
NAMED = 0.003
# Of what a colleague is asked for, so much is forgotten until it climbs.
TASK_FORGOTTEN = 0.125


def plan(year) -> None:
    """Puts every entry of the year into its queue. Most children have none, a few have many."""
    chance = year.chance
    children = year.place.children
    days = [day for day in every_day(year.plan) if year.place.is_school_day(day)]
    weights = [chance.gammavariate(0.35, 1) for _ in children]
    kinds, shares = zip(
        *((kind, row[0]) for kind, row in names_and_sentences.NOTICED.items()), strict=True
    )
    last: tuple[Child, date] | None = None
    for _ in range(round(year.level / 1_000 * PUPILS * ENTRIES * len(days) / 190)):
        child = chance.choices(children, weights)[0]
        day = chance.choice(days)
        if last and chance.random() < FOLLOWS:
            child = last[0]
            near = [d for d in days if last[1] <= d <= last[1] + timedelta(days=21)]
            day = chance.choice(near)
        last = child, day
        year.at(_moment(chance, day), _write, year, child, chance.choices(kinds, shares)[0])


def _moment(chance, day: date) -> datetime:
    draw = chance.random()
    if draw < EVENING:
        return moment(day, time(18)) + timedelta(minutes=chance.randrange(270))
    if draw < EVENING + IN_THE_DAY:
        return moment(day, time(9)) + timedelta(minutes=chance.randrange(390))
    return moment(day, chance.choice(PEAKS)) + timedelta(minutes=round(chance.gauss(0, 18)))


def _write(at: datetime, year, child: Child, kind: str) -> None:
    chance = year.chance
    account = _account(year, at, child, kind)
    writer = year.viewer(chance.choice(year.place.staff), at)
    draft = uuid.UUID(int=chance.getrandbits(128), version=4)
    sent = year.does(submit.submit, by=writer, draft=draft, account=account, now=at)
    if sent is None:
        return
    concern = sent.concern
    year.written.append(concern.uid)
    if account.danger:
        year.at(at + timedelta(minutes=chance.choice((4, 8, 45))), _tell, year, concern)
    draw = chance.random()
    if draw < ADDS:
        days = chance.randrange(1, 20)
        year.at(at + timedelta(days=days, minutes=chance.randrange(90)), _add, year, concern)
    elif draw < ADDS + STILL_WORRIED:
        year.at(at + timedelta(days=chance.randrange(2, 15)), _worry, year, concern)


def _account(year, at: datetime, child: Child, kind: str) -> Account:
    chance = year.chance
    _, categories, sentences = names_and_sentences.NOTICED[kind]
    pressing = kind in {"told", "injury"}
    home = chance.choices(("no", "not_sure", "yes"), (6, 3, 1) if pressing else (30, 2, 0))[0]
    deputies = [year.who[name] for name in (DEPUTY,) if chance.random() < NAMED]
    return Account(
        account=chance.choice(sentences),
        children=(child,),
        going_home="yes" if (danger := chance.random() < DANGER) else home,
        danger=danger,
        how_known={"told": "child_told", "feeling": "feeling"}.get(kind, "saw"),
        child_words=chance.choice(names_and_sentences.OWN_WORDS) if kind == "told" else "",
        categories=categories[:1] if chance.random() < 0.7 else (),
        happened_on=day_of(at),
        marks=(MarkSeen("forearm", "left", None, "round, fading"),) if kind == "injury" else (),
        excluded=tuple(deputies),
    )


def _writer(at: datetime, year, concern: Concern):
    return year.viewer(concern.reporter, at)


def _tell(at: datetime, year, concern: Concern) -> None:
    """The writer tells by voice whichever lead is found."""
    if concern.steps.open().filter(kind=StepKind.DANGER_NOW).exists():
        whom = next(year.who[name] for name in (DSL, DEPUTY) if year.here(year.who[name], at))
        given = {"concern": concern, "whom": whom.name, "now": at}
        year.does(submit.told, by=_writer(at, year, concern), **given)


def _add(at: datetime, year, concern: Concern) -> None:
    given = {"concern": concern, "words": "And again today.", "now": at}
    year.does(submit.add, by=_writer(at, year, concern), **given)


def _worry(at: datetime, year, concern: Concern) -> None:
    concern.refresh_from_db(fields=["state"])
    if concern.state in {State.DECIDED, State.CLOSED}:
        given = {"concern": concern, "words": "Nothing has changed.", "now": at}
        year.does(submit.still_worried, by=_writer(at, year, concern), **given)


# What a colleague is asked for


def ask_of(year, concern: Concern) -> None:
    """Asks the trusted adult of a watch for their line, which comes on its day or is forgotten."""
    for task in Task.objects.filter(step__concern=concern, step__done_at__isnull=True):
        if year.chance.random() >= TASK_FORGOTTEN:
            year.at(task.step.due_at - timedelta(hours=3), _answer, year, task)


def _answer(at: datetime, year, task: Task) -> None:
    task.step.refresh_from_db()
    if task.step.done_at is None:
        by = year.viewer(task.step.holder, at)
        year.does(chase.answer, by=by, task=task, words="Much the same.", done=True, now=at)
