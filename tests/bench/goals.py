"""The most that each page may cost, and how far a figure is from that goal.

Calls are of Python functions alone: half of what a goal that counts C functions too would say.
"""

from collections.abc import Iterator
from dataclasses import dataclass

KB = 1_000
# A large secondary in ten years; the audit of a trust of many schools is another page's work.
ONE_SCHOOL = 21_000
ORDINARY = 10_000
FLAT = 0.10
PAGES_SEEN = ("form", "mine", "queue", "read", "story", "search", "year", "ten")


@dataclass(frozen=True)
class Goal:
    """A goal: `figure` of `page` is at most `most`, or exactly that if `exactly`.

    It is judged for schools up to the size `up_to`. `grows` is the share by which the largest
    school may exceed the smallest one of `since` or more concerns; for fewer, tables are read
    whole.
    """

    page: str
    figure: str
    most: float
    exactly: bool = False
    up_to: int = 10**9
    grows: float | None = None
    since: int = 0


GOALS = (
    Goal("submit", "commits", 1, exactly=True),
    Goal("submit", "sql", 16, grows=0),
    Goal("submit", "calls", 7_500, grows=FLAT),
    Goal("submit", "A", 6),
    Goal("submit", "engine", 10**9, grows=FLAT),
    Goal("form", "calls", 17_500),
    Goal("form", "bytes", 25 * KB),
    Goal("picker", "A", 2.5),
    Goal("picker", "sql", 4),
    Goal("picker_large", "A", 2.5),
    Goal("picker_large", "sql", 4),
    Goal("queue", "sql", 12, grows=0),
    Goal("queue", "calls", 20_000),
    Goal("queue", "steps", 3_000, grows=FLAT),
    Goal("queue", "blocks", 300, grows=FLAT),
    # A concern is read beside its children's stories: two of them, with what was done about each.
    Goal("read", "sql", 40, grows=0),
    Goal("read", "calls", 60_000),
    Goal("story", "sql", 14),
    Goal("story", "calls", 30_000),
    Goal("line", "engine", 10**9, grows=FLAT),
    Goal("search", "sql", 28, grows=0),
    Goal("search", "calls", 30_000),
    Goal("search", "steps", 10_000, grows=FLAT, since=ORDINARY),
    Goal("search", "blocks", 1_000, grows=FLAT, since=ORDINARY),
    Goal("searches", "sql", 28, grows=0),
    Goal("year", "queues", 5, up_to=ONE_SCHOOL),
    Goal("ten", "queues", 20, up_to=ONE_SCHOOL),
    # In batches, on a database that takes few values in a statement too: ten pupils or more to one.
    Goal("import", "sql", 150),
    Goal("import_large", "sql", 2_000),
    Goal("again", "of_pupils", 0, exactly=True),
    *(Goal(page, "gzipped", 12 * KB) for page in PAGES_SEEN),
    Goal("sweep", "sql", 10**9, grows=FLAT),
    Goal("sweep", "engine", 10**9, grows=FLAT, since=ORDINARY),
    Goal("again_sweep", "sql", 10**9, grows=FLAT),
    Goal("again_sweep", "engine", 10**9, grows=FLAT, since=ORDINARY),
    Goal("site", "first", 50 * KB),
    Goal("site", "others", 0, exactly=True),
    Goal("site", "begun", 90),
    Goal("site", "grown", 0.10),
    Goal("site", "start", 2),
)


# Why a goal is missed. Beside a miss without its reason stands that nobody has found it yet.
NO_REASON = "NO REASON FOUND YET: find it, and write it into tests/bench/goals.py"
# Measured on PostgreSQL 15 by EXPLAIN (BUFFERS): one row by a bigint key, by a UUID the same.
DEEPER = "a row by its key is 3 blocks of ten thousand rows and 4 of a million: a deeper index"
WHY = {
    (
        "submit",
        "calls",
    ): "Django composes sixteen statements, 900 calls each; a form has 29 questions",
    ("submit", "A"): "Django composes sixteen statements, at 900 calls; 29 questions are asked",
    ("picker", "A"): "four statements: session, person and posts before the search itself",
    ("picker_large", "A"): "every pupil of such a name, one in fifteen, is put in order",
    ("queue", "sql"): "twelve, and one for the views that somebody saved",
    ("queue", "steps"): "all that is open is counted, 30 steps each; 25 rows take the rest",
    ("queue", "blocks"): f"all open is counted, and 25 rows' children and steps; {DEEPER}",
    ("queue", "calls"): "a row says why it is there and how long it has waited: 200 calls each",
    ("read", "sql"): "the concern, its children's year and their homes, statuses and files",
    ("read", "calls"): "all that was ever said and done of it, and a year beside it, is opened",
    ("search", "steps"): "a tenth is the index; 25 concerns are read until each word is found",
    ("search", "calls"): "Django builds a dozen statements; 25 concerns are opened and shown",
    ("search", "blocks"): f"all words of 25 concerns are read to be sure; {DEEPER}",
    ("submit", "engine"): DEEPER,
    ("line", "engine"): f"tables of a thousand concerns are read whole, in few blocks; {DEEPER}",
    ("searches", "sql"): "a statement more for each further word looked for",
    ("story", "sql"): "it holds the file (14), open steps and counts; rows take one for each kind",
    ("story", "calls"): "it holds the file, a third of it; fifty rows of every kind are opened",
    (
        "site",
        "grown",
    ): "pages asked for the first time after the weighing load what they are made of",
    ("site", "start"): "bank holidays of every country are loaded, triggers and files looked at",
}


def of(page: str, figure: str) -> Goal | None:
    return next((goal for goal in GOALS if (goal.page, goal.figure) == (page, figure)), None)


def why(page: str, figure: str) -> str:
    """The reason that is printed beside a miss."""
    return WHY.get((page, figure), NO_REASON)


def verdict(goal: Goal, sizes: list[int], values: list[float]) -> str:
    """Says "ok", or by how much the worst of `values` misses the goal; the same for its growth."""
    judged = [value for size, value in zip(sizes, values, strict=True) if size <= goal.up_to]
    large = [value for size, value in zip(sizes, values, strict=True) if size >= goal.since]
    return "; ".join(_said(goal, judged, large)) if judged else "not judged at this size"


def _said(goal: Goal, judged: list[float], large: list[float]) -> Iterator[str]:
    worst = max(judged)
    over = worst - goal.most
    if goal.exactly and any(value != goal.most for value in judged):
        yield f"goal exactly {number(goal.most)}: MISSED, {number(worst)}"
    elif over > 0:
        share = f" ({over / goal.most:.0%})" if goal.most else ""
        yield f"goal {number(goal.most)}: MISSED by {number(over)}{share}"
    elif goal.most < 10**9:
        yield f"goal {number(goal.most)}: ok"
    if goal.grows is not None and len(large) > 1:
        grown = large[-1] / large[0] - 1
        missed = f"MISSED by {grown - goal.grows:.0%}" if grown > goal.grows else "ok"
        since = f" from {goal.since:,}" if goal.since else ""
        yield f"flat within {goal.grows:.0%}{since}: {missed}"


def number(value: float) -> str:
    whole = isinstance(value, int) or value == int(value) or abs(value) >= 1_000
    return f"{value:,.0f}" if whole else f"{value:.2f}"
