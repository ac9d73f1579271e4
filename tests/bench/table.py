"""Lays out the figures: each beside its goal, the sizes side by side."""

from collections.abc import Iterator

from tests.bench import goals
from tests.bench.shape import TRUST

FIGURES = {
    "status": "status",
    "sql": "SQL statements",
    "commits": "commits",
    "steps": "SQLite steps",
    "blocks": "PostgreSQL blocks",
    "calls": "Python calls",
    "ms": "CPU, ms here and now",
    "A": "CPU in blank pages (A)",
    "bare": "CPU in bare views",
    "inserts": "CPU in durable INSERTs",
    "wall_ms": "ms by the wall clock, the least",
    "queues": "time in queue pages",
    "bytes": "bytes",
    "gzipped": "bytes gzipped",
    "of_pupils": "writes to pupils' rows",
    "rows": "rows",
    "calls_a_row": "Python calls for each row",
}
SITE = {
    "first": "first visit, bytes gzipped, all it needs",
    "others": "other hosts it names",
    "cold": "CPU s until the first answer",
    "bare_cold": "CPU s, a bare Django's sign-in page",
    "start": "first answer, in bare Djangos",
}
CROWD = {
    "acknowledged": "concerns acknowledged",
    "lost": "of these not exactly once on record",
    "wrong": "answers that were not the page",
    "a_second": "requests answered in a second",
    "median": "ms by the wall clock, the median",
    "slow": "ms by the wall clock, 99 of 100",
    "begun": "a worker when all have signed in, MiB",
    "memory": "a worker after all requests, MiB",
    "grown": "grown since half-way, as a share",
}
HOW = (
    "SQL statements are counted without BEGIN, COMMIT and a kept connection's health check.",
    "SQLite's steps are those of its virtual machine, by a progress handler called after each.",
    "PostgreSQL's blocks are of tables and indexes, hit or read, by pg_statio_user_tables, flushed",
    "before and after; autovacuum is off meanwhile.",
    "Python calls are by sys.setprofile, C functions not counted; goals for both are halved.",
    "CPU is this process's, the least of many runs, with the floors run in between.",
)
# Figures that say something of one page alone.
ONLY_OF = {"of_pupils": "again"}
WIDE = {"statements": 12, "engine": 9, "calls": 9}
# Figures whose growth with the size of the school tells something.
GROW = {"sql", "steps", "blocks", "calls", "A", "bytes"}


def lines(engine: str, sizes: list[int], found: list[dict], site: dict) -> Iterator[str]:
    """All lines that are printed for one database. `found` has one entry for each size."""
    if not found:
        yield f"\n{engine}: nothing was measured."
        return
    yield from figures(engine, sizes, found)
    yield from growth(engine, sizes, found)
    yield ""
    yield from HOW
    yield f"\n{engine}, the site"
    for figure, words in SITE.items():
        if figure in site:
            goal = goals.of("site", figure)
            said = goals.verdict(goal, sizes[:1], [site[figure]]) if goal else ""
            yield f"  {words:<40}{goals.number(site[figure]):>12}  {said}".rstrip()
            if "MISSED" in said:
                yield f"    {goals.why('site', figure)}"
    yield from crowds(engine, site.get("crowds", []))


def trust(engine: str, size: int, found: list[dict]) -> Iterator[str]:
    """The pages in a trust, each beside the same goal as in one school."""
    if found:
        yield f"\n{engine}, {TRUST.words}, and {size:,} concerns beside that child's"
        yield from figures(f"{engine} trust", [size], found)


def crowds(engine: str, found: list[dict]) -> Iterator[str]:
    """The crowds side by side, and what they were answered that was not the page."""
    if not found:
        return
    clients = [crowd["clients"] for crowd in found]
    said = "; ".join(
        f"{number}: {goals.CROWDS[number][0]:,} requests, {goals.CROWDS[number][1]} worker(s)"
        for number in clients
    )
    yield f"\n{engine}, clients at once ({said})" + "".join(f"{number:>12,}" for number in clients)
    for figure, words in CROWD.items():
        values = [crowd[figure] for crowd in found]
        goal = goals.of("crowd", figure)
        verdict = goals.verdict(goal, clients, values) if goal else ""
        cells = "".join(f"{goals.number(value):>12}" for value in values)
        yield f"  {words:<40}{cells}  {verdict}".rstrip()
        if "MISSED" in verdict:
            yield f"    {goals.why('crowd', figure)}"
    for crowd in found:
        for words, number in crowd["wrong_in_words"].items():
            yield f"    {crowd['clients']} clients: {words}, {number} times"


def lost_submissions(site: dict) -> str:
    """What was acknowledged to a crowd and is not exactly once on record, in words."""
    lost = sum(crowd["lost"] for crowd in site.get("crowds", []))
    return f"LOST. {lost:,} concerns acknowledged are not exactly once on record" if lost else ""


def figures(engine: str, sizes: list[int], found: list[dict]) -> Iterator[str]:
    """The pages with each figure in a line, for one size as soon as it is measured, or for all."""
    heads = "".join(f"{size:>12,}" for size in sizes)
    for key, page in found[0]["pages"].items():
        of_page = [one["pages"][key] for one in found if key in one["pages"]]
        yield f"\n{engine}, {page['words']:<{35 - len(engine)}}{heads}{'growth':>9}  goal"
        rows = [_multiples(one, found[at]) for at, one in enumerate(of_page)]
        for figure, words in FIGURES.items():
            values = [row[figure] for row in rows if figure in row]
            if len(values) == len(rows) and key == ONLY_OF.get(figure, key):
                line = _line(key, figure, words, sizes[: len(values)], values, page["answers"])
                yield line
                if "MISSED" in line and figure != "status":
                    yield f"    {goals.why(key, figure)}"


def growth(engine: str, sizes: list[int], found: list[dict]) -> Iterator[str]:
    """The work of every page in the largest school, as a multiple of that in the smallest."""
    if len(sizes) < 2:
        yield f"\n{engine}: growth is not judged, for one size was measured."
        return
    yield (
        f"\n{engine}, the work of {sizes[-1]:,} concerns beside that of {sizes[0]:,}\n"
        f"  {'':<40}{'statements':>12}{'engine':>9}{'calls':>9}  goal"
    )
    for key, page in found[0]["pages"].items():
        yield from _growth_of_page(key, page["words"], sizes, found)


def _growth_of_page(key: str, words: str, sizes: list[int], found: list[dict]) -> Iterator[str]:
    goal = goals.growth_of(key)
    judged = [
        (size, one["pages"][key])
        for size, one in zip(sizes, found, strict=True)
        if size >= goal.since and key in one["pages"]
    ]
    if len(judged) < 2:
        yield f"  {words:<40}{'':>30}  judged from two sizes of {goal.since:,} up"
        return
    (smaller, first), (larger, last) = judged[0], judged[-1]
    of = {"statements": "sql", "engine": "engine", "calls": "calls"}
    grown = {name: last[figure] / (first[figure] or 1) for name, figure in of.items()}
    said = goals.judge_growth(goal, [smaller, larger], grown)
    since = f" from {goal.since:,}" if goal.since > sizes[0] else ""
    cells = "".join(f"{f'{grown[name]:.2f}x':>{wide}}" for name, wide in WIDE.items())
    yield f"  {words:<40}{cells}  {said}{since}"
    if "MISSED" in said:
        yield f"    {goals.why(key, 'growth')}"


def failures(found: list[dict]) -> str:
    """Which pages did not answer as they should, in words; empty if all did."""
    wrong = {
        page["words"]: page["status"]
        for one in found
        for page in one["pages"].values()
        if page["status"] != page["answers"]
    }
    said = "; ".join(f"{words} answered {status}" for words, status in wrong.items())
    return f"NOT MEASURED. {said}" if said else ""


def _multiples(page: dict, size: dict) -> dict:
    """The figures by the names under which they are printed."""
    queue = size["pages"].get("queue")
    engine = {"steps" if size["vendor"] == "sqlite" else "blocks": page["engine"]}
    clocks = {"ms": page["cpu"] * 1_000, "wall_ms": page["wall"] * 1_000}
    clocks |= {"A": page["of_blank"], "bare": page["of_bare"], "inserts": page["of_insert"]}
    if queue:
        # On PostgreSQL most of the work is done by another process: only the wall clock counts it.
        clock = "cpu" if size["vendor"] == "sqlite" else "wall"
        clocks["queues"] = page[clock] / queue[clock]
    return {**page, **engine, **clocks}


def _line(page: str, figure: str, words: str, sizes: list[int], values: list, answers: int) -> str:
    grown = f"{values[-1] / values[0]:.2f}x" if _grows(figure, values) else ""
    goal = goals.of(page, figure)
    said = goals.verdict(goal, sizes, values) if goal else ""
    if figure == "status" and set(values) != {answers}:
        said = "MISSED: this is not the page"
    cells = "".join(f"{goals.number(value):>12}" for value in values)
    return f"  {words:<35}{cells}{grown:>9}  {said}".rstrip()


def _grows(figure: str, values: list) -> bool:
    return figure in GROW and len(values) > 1 and bool(values[0])


def years(levels: list[int], found: list[dict]) -> Iterator[str]:
    """The simulated years side by side: every figure, and at the end what was lost."""
    yield f"{'Incidents for each 1,000 pupils a year':<50}" + "".join(f"{n:>36,}" for n in levels)
    for part, heading in (("figures", ""), ("lost", "LOST")):
        yield heading
        for words in dict.fromkeys(words for one in found for words in one[part]):
            cells = "".join(f"{one[part].get(words, ''):>36}" for one in found)
            yield f"{words:<50}{cells}"
    yield "\n* the median / the ninth of ten / the most"


def lost(found: list[dict]) -> str:
    """What was lost in any of these years, in words; empty if nothing was."""
    lost = {words: 0 for one in found for words in one["lost"]}
    for words in lost:
        lost[words] = sum(one["lost"].get(words, 0) for one in found)
    said = [f"{words}: {number:,}" for words, number in lost.items() if number]
    return f"LOST. {'; '.join(said)}" if said else ""
