"""The most that each page may cost, how much that may grow with the school, and the verdicts.

Calls are of Python functions alone: half of what a goal that counts C functions too would say.
"""

from collections.abc import Iterator
from dataclasses import dataclass

KB = 1_000
# A large secondary in ten years; the audit of a trust of many schools is another page's work.
ONE_SCHOOL = 21_000
ORDINARY = 10_000
# By clients: how many requests in all, to how many workers of so many threads. The first is what an
# installation of one worker is weighed by.
CROWDS = {8: (5_000, 1, 4), 32: (2_000, 2, 8)}
PAGES_SEEN = ("form", "mine", "queue", "read", "story", "search", "year", "ten")


@dataclass(frozen=True)
class Goal:
    """A goal: `figure` of `page` is at most `most`, or exactly that if `exactly`.

    It is judged for schools up to the size `up_to`.
    """

    page: str
    figure: str
    most: float
    exactly: bool = False
    up_to: int = 10**9


GOALS = (
    Goal("submit", "commits", 1, exactly=True),
    Goal("submit", "sql", 16),
    Goal("submit", "calls", 11_000),
    Goal("submit", "A", 7),
    Goal("form", "calls", 17_500),
    Goal("form", "bytes", 25 * KB),
    Goal("picker", "A", 2.5),
    Goal("picker", "sql", 4),
    Goal("picker_large", "A", 2.5),
    Goal("picker_large", "sql", 4),
    Goal("queue", "sql", 12),
    Goal("queue", "calls", 20_000),
    Goal("queue", "steps", 3_000),
    Goal("queue", "blocks", 300),
    # A concern is read beside its children's stories, whatever their length.
    *(
        Goal(page, figure, most)
        for page in ("read", "read_long")
        for figure, most in (("sql", 25), ("calls", 40_000), ("commits", 1), ("A", 20))
    ),
    Goal("decide", "sql", 30),
    Goal("decide", "calls", 55_000),
    Goal("decided", "sql", 25),
    Goal("decided", "calls", 25_000),
    Goal("decided", "commits", 1, exactly=True),
    Goal("story", "sql", 14),
    Goal("story", "calls", 30_000),
    Goal("child", "sql", 14),
    Goal("child", "calls", 30_000),
    Goal("search", "sql", 28),
    Goal("search", "calls", 30_000),
    Goal("search", "steps", 10_000),
    Goal("search", "blocks", 1_000),
    Goal("searches", "sql", 28),
    Goal("year", "queues", 5, up_to=ONE_SCHOOL),
    Goal("ten", "queues", 20, up_to=ONE_SCHOOL),
    Goal("csv", "calls_a_row", 75),
    # In batches, on a database that takes few values in a statement too: ten pupils or more to one.
    Goal("import", "sql", 150),
    Goal("import_large", "sql", 2_000),
    Goal("again", "of_pupils", 0, exactly=True),
    *(Goal(page, "gzipped", 12 * KB) for page in PAGES_SEEN),
    Goal("site", "first", 50 * KB),
    Goal("site", "others", 0, exactly=True),
    Goal("site", "start", 2),
    Goal("crowd", "lost", 0, exactly=True),
    Goal("crowd", "wrong", 0, exactly=True),
    Goal("crowd", "begun", 90, up_to=8),
    Goal("crowd", "memory", 110, up_to=8),
    Goal("crowd", "grown", 0.10),
)


@dataclass(frozen=True)
class Growth:
    """How many times its work in the smallest school a page may take in the largest.

    Statements may not grow at all, the engine's work and Python's calls by a tenth. What lists
    everything there is may grow as the school does: `in_proportion`. `since` is the size of the
    smallest school that is compared: tables of fewer rows are read whole, which is less work.
    """

    statements: float = 1
    work: float = 1.1
    in_proportion: bool = False
    since: int = 0


FLAT = Growth()
IN_PROPORTION = Growth(in_proportion=True)
GROWTHS = {
    "csv": IN_PROPORTION,
    "year": IN_PROPORTION,
    "ten": IN_PROPORTION,
    "search": Growth(since=ORDINARY),
    "searches": Growth(since=ORDINARY),
    "sweep": Growth(since=ORDINARY),
    "again_sweep": Growth(since=ORDINARY),
}


# Why a goal is missed. Beside a miss without its reason stands that nobody has found it yet.
NO_REASON = "NO REASON FOUND YET: find it, and write it into tests/bench/goals.py"
# Measured on PostgreSQL 15 by EXPLAIN (BUFFERS): one row by a bigint key, by a UUID the same.
DEEPER = "a row by its key is 3 blocks of ten thousand rows and 4 of a million: a deeper index"
WHY = {
    ("submit", "A"): "8.0: fifteen statements are sent, ten of them writing; A sends two",
    ("picker", "A"): "4.4: session, person and posts, then 40 names are read, the nearest compared",
    ("picker_large", "A"): "every pupil of such a name, one in fifteen, is put in order",
    ("queue", "sql"): "twelve, and one for the views that somebody saved",
    # At 10,000 concerns with 200 open: 9,500 steps to count, of which grouping by the key of the
    # holder would save 3,200 for one statement more; 7,700 for the counts of a row; 4,000 for 25
    # rows, their children, steps and categories.
    ("queue", "steps"): "all open is counted (48 each); a row counts its child's other concerns",
    ("queue", "blocks"): f"all open is counted, and 25 rows' children and steps; {DEEPER}",
    ("queue", "calls"): "a row says why it is there and how long it has waited: 200 calls each",
    # Three are the session, eleven the concern with its steps and children, seven the children's
    # file in short, four the year beside it, three lines of the record; each kind of row that a
    # concern has adds one, and decisions and referrals their own parts.
    **dict.fromkeys(
        [("read", "sql"), ("read_long", "sql")],
        "one for each kind of row that there is, 7 for the file in short and flags, 4 for the year",
    ),
    ("decided", "sql"): "9 ask again what may be answered, 6 judge it under the lock, 10 write",
    # The goal is of a page that had neither the file nor the open steps nor the counts.
    ("child", "sql"): (
        "8 over: the timeline takes 5, file and family 6, open steps 1, counts 2, the record 3"
    ),
    ("mine", "growth"): "all its writer ever wrote is gone through: a danger untold, FGM to report",
    (
        "story",
        "growth",
    ): "a statement for each kind of row on its page; a longer life has more kinds",
    (
        "child",
        "growth",
    ): "a statement for each kind of row on its page; an older child has more kinds",
    ("decide", "growth"): "a statement for each kind of row that this concern has, at most 15",
    ("search", "steps"): "a tenth is the index; 25 concerns are read until each word is found",
    ("search", "calls"): "Django builds a dozen statements; 25 concerns are opened and shown",
    ("search", "blocks"): f"all words of 25 concerns are read to be sure; {DEEPER}",
    ("submit", "growth"): DEEPER,
    ("line", "growth"): f"tables of a thousand concerns are read whole, in few blocks; {DEEPER}",
    ("searches", "sql"): "a statement more for each further word looked for",
    # The goal is of a page that had neither the file nor the open steps nor the counts.
    ("story", "sql"): (
        "25 over: a whole file takes 17, steps and counts 3, the rows one for each of ten kinds"
    ),
    # 2.7 on a machine with something else to do.
    ("site", "start"): (
        "every page is loaded at the start, so that a fault in one stops it; data classes are a "
        "seventh of it, patterns of addresses a tenth, second factors a twentieth"
    ),
}


def of(page: str, figure: str) -> Goal | None:
    return next((goal for goal in GOALS if (goal.page, goal.figure) == (page, figure)), None)


def growth_of(page: str) -> Growth:
    """Every page has such a goal: what is not written down here is flat."""
    return GROWTHS.get(page, FLAT)


def why(page: str, figure: str) -> str:
    """The reason that is printed beside a miss."""
    return WHY.get((page, figure), NO_REASON)


def verdict(goal: Goal, sizes: list[int], values: list[float]) -> str:
    """Says "met", or by how much the worst of `values` misses the goal."""
    judged = [value for size, value in zip(sizes, values, strict=True) if size <= goal.up_to]
    if not judged:
        return "not judged at this size"
    worst = max(judged)
    over = worst - goal.most
    if goal.exactly:
        missed = any(value != goal.most for value in judged)
        return (
            f"goal exactly {number(goal.most)}: {f'MISSED, {number(worst)}' if missed else 'met'}"
        )
    share = f" ({over / goal.most:.0%})" if goal.most else ""
    said = f"MISSED by {number(over)}{share}" if over > 0 else "met"
    return f"goal {number(goal.most)}: {said}"


def judge_growth(growth: Growth, sizes: list[int], grown: dict[str, float]) -> str:
    """Says "met", or which of `grown` is more than may be between the first and last of `sizes`.

    `grown` holds for "statements", "engine" and "calls" how many times the smaller one's it is.
    """
    times = sizes[-1] / sizes[0] if growth.in_proportion else 1
    over = list(_grown_too_much(growth, times, grown))
    said = f"MISSED: {', '.join(over)}" if over else "met"
    in_proportion = f", as the school ({times:.0f}x)" if growth.in_proportion else ""
    statements = number(round(growth.statements * times, 2))
    work = number(round(growth.work * times, 2))
    return f"statements {statements}x, work {work}x{in_proportion}: {said}"


def _grown_too_much(growth: Growth, times: float, grown: dict[str, float]) -> Iterator[str]:
    for name, ratio in grown.items():
        most = growth.statements if name == "statements" else growth.work
        # What is printed as the goal itself has met it.
        if round(ratio, 2) > round(most * times, 2):
            yield f"{name} {ratio:.2f}x"


def number(value: float) -> str:
    whole = isinstance(value, int) or value == int(value) or abs(value) >= 1_000
    return f"{value:,.0f}" if whole else f"{value:.2f}"
