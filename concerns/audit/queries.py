"""Counts the figures of the audit, and finds the concerns behind each figure.

A figure and its list use the same conditions, so they cannot disagree. The database does all the
counting, in a fixed number of queries, and only over concerns that the viewer may see.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Prefetch,
    Q,
    Value,
    When,
)

from concerns.audit.forms import ALL, FOUR, NONE, Asked, Which, year_words
from concerns.doors import sight
from concerns.models import (
    Concern,
    ConcernCategory,
    ConcernChild,
    Decision,
    DecisionRoute,
    Step,
    Viewer,
    stood,
)
from concerns.models.fields import EncryptedText
from concerns.paper import lines
from concerns.paper.spread import spread
from concerns.paper.tables import Row, Table, table
from concerns.rules import spans
from concerns.rules.spans import Age, Wait
from concerns.rules.words import Category, Choice, Route

A_PAGE = 50
OPEN, DECIDED = stood.OPEN, Q(decided_at__isnull=False)
TO_CONCERN = {ConcernCategory: "concern", DecisionRoute: "decision__concern"}


@dataclass(frozen=True)
class Figures:
    """Everything that the audit page shows. `now` is (status, count, filters of its rows)."""

    now: list[tuple[Which, int, Asked]]
    whole: Row
    months: Table
    categories: Table
    routes: Table
    ages: Table
    looked: Table
    decided: Table
    quiet_since: datetime


def years(viewer: Viewer) -> list[int]:
    """First calendar years of the school years with concerns, newest first; always this one too."""
    oldest = seen(viewer).order_by("received_at", "id")
    first = oldest.values_list("received_at", flat=True).first()
    return spans.years_since(viewer.school.days, first, viewer.today)


def figures(viewer: Viewer, asked: Asked, known: list[int]) -> Figures:
    """The figures for `asked`. `known` are the years of `list_years_with_concerns`."""
    rows = narrowed(viewer, asked)
    totals = rows.aggregate(
        **_counts(),
        looked=Count("looked_after"),
        timed=Count("decided_after"),
        **{age.value: Count("id", filter=_aged(viewer, age)) for age in Age},
    )
    ages = [Row(age.label, asked.but(age=age.value), open=totals[age]) for age in Age]
    by = ("category", "category_rows__category", Category, "No category chosen")
    categories = _by(rows, asked, *by)
    by = ("route", "decisions__routes__route", Route, "Nothing decided yet")
    routes = _by(rows, asked, *by)
    return Figures(
        now=_now(viewer, asked),
        whole=Row("All", asked, *(totals[name] for name in _counts())),
        months=table("What came in", _by_month(viewer, rows, asked, known)),
        categories=table("What came in, by category", categories),
        routes=table("What was decided", routes),
        ages=table("What is still open, by age", ages, "open"),
        looked=_waits(viewer, rows, asked, "looked", totals["looked"]),
        decided=_waits(viewer, rows, asked, "decided", totals["timed"]),
        quiet_since=spans.quiet_since(viewer.school.days, viewer.now, asked.quiet),
    )


def narrowed(viewer: Viewer, asked: Asked):
    """The concerns that a figure with filters `asked` counts, among those `viewer` may see."""
    rows = seen(viewer)
    for condition in _conditions(viewer, asked):
        rows = rows.filter(condition)
    return rows


def _conditions(viewer: Viewer, asked: Asked) -> Iterator:
    yield _came_in(viewer, asked)
    if asked.which:
        yield _which(viewer, asked)[asked.which]
    if asked.month:
        first = date.fromisoformat(f"{asked.month}-01")
        yield _between("received_at", *spans.month(viewer.school.days, first))
    if asked.category:
        yield _says(ConcernCategory, asked.category, "category")
    if asked.route:
        yield _says(DecisionRoute, asked.route, "route")
    if asked.age:
        yield _aged(viewer, Age(asked.age))
    for column, band in (("looked_after", asked.looked), ("decided_after", asked.decided)):
        if band:
            yield _waited(viewer, column, Wait(band))


def _came_in(viewer: Viewer, asked: Asked) -> Q:
    if asked.year == ALL:
        return Q()
    return _between("received_at", *spans.school_year(viewer.school.days, int(asked.year)))


def _between(column: str, start: datetime | None, end: datetime | None) -> Q:
    begins = Q(**{f"{column}__gte": start}) if start else Q()
    return begins & Q(**{f"{column}__lt": end}) if end else begins


def _says(model, key: str, column: str):
    """Whether the concern has a row of `model` with `key` in `column`; for NONE, no row at all."""
    rows = model.objects.filter(**{TO_CONCERN[model]: OuterRef("pk")})
    return ~Exists(rows) if key == NONE else Exists(rows.filter(**{column: key}))


def _which(viewer: Viewer, asked: Asked) -> dict:
    """{status: condition}, as of now or as of the end of the day in `asked`."""
    days = viewer.school.days
    if asked.day:
        return stood.then(days, asked.end(days), asked.quiet)
    of_now = stood.now(days, viewer.now, asked.quiet)
    return {**of_now, Which.OPEN: OPEN, Which.DECIDED: DECIDED}


def _aged(viewer: Viewer, band: Age) -> Q:
    return OPEN & _between("received_at", *spans.age(viewer.school.days, band, viewer.today))


def _waited(viewer: Viewer, column: str, band: Wait) -> Q:
    """The condition that the minutes in `column` fall in `band`."""
    if band is Wait.NOT_YET:
        return Q(**{f"{column}__isnull": True})
    over, at_most = spans.wait(viewer.school.days, band)
    longer = Q(**{f"{column}__gt": over}) if over is not None else Q(**{f"{column}__gte": 0})
    return longer & Q(**{f"{column}__lte": at_most}) if at_most is not None else longer


def _now(viewer: Viewer, asked: Asked) -> list[tuple[Which, int, Asked]]:
    return _four(viewer, Asked(quiet=asked.quiet), seen(viewer).open())


def day(viewer: Viewer, asked: Asked) -> list[tuple[Which, int, Asked]]:
    """The four status counts as they stood at the end of the past day in `asked`."""
    return _four(viewer, Asked(quiet=asked.quiet, day=asked.day), seen(viewer))


def _four(viewer: Viewer, ever: Asked, rows) -> list[tuple[Which, int, Asked]]:
    conditions = _which(viewer, ever)
    counts = {which.value: Count("id", filter=conditions[which]) for which in FOUR}
    found = rows.aggregate(**counts)
    return [(which, found[which], ever.but(which=which.value)) for which in FOUR]


def _counts(distinct: bool = False) -> dict:
    """Counts of received, decided and open concerns, and when the oldest open one was received.

    `distinct` is for joins in which a concern occurs more than once.
    """
    return {
        "came": Count("id", distinct=distinct),
        "decided": Count("id", filter=DECIDED, distinct=distinct),
        "open": Count("id", filter=OPEN, distinct=distinct),
        "oldest": Min("received_at", filter=OPEN),
    }


def _by_month(viewer: Viewer, rows, asked: Asked, known: list[int]) -> list[Row]:
    """One row for each month, or each school year if all years are asked for; empty ones too."""
    days = viewer.school.days
    if asked.year == ALL:
        made = [(year_words(y), asked.but(year=str(y))) for y in reversed(known)]
        ends = [spans.school_year(days, year)[1] for year in reversed(known)]
    else:
        firsts = spans.months_of(int(asked.year), viewer.today)
        made = [(f"{day:%B %Y}", asked.but(month=f"{day:%Y-%m}")) for day in firsts]
        ends = [spans.month(days, day)[1] for day in firsts]
    cases = [When(received_at__lt=end, then=Value(place)) for place, end in enumerate(ends)]
    bucket = Case(*cases, default=Value(len(ends) - 1), output_field=IntegerField())
    found = rows.annotate(bucket=bucket).values("bucket").annotate(**_counts()).order_by("bucket")
    counted = {counts.pop("bucket"): counts for counts in found}
    return [Row(*one, **counted.get(place, {})) for place, one in enumerate(made)]


def _by(rows, asked: Asked, column: str, path: str, words: type[Choice], none: str) -> list[Row]:
    """One row for each value of `path`, of which a concern can have several or none.

    Most frequent first; concerns without a value come last, labelled `none`.
    """
    found = rows.values(said=F(path)).annotate(**_counts(distinct=True)).order_by("-came", "said")
    made, never = [], []
    for counts in found:
        key = counts.pop("said")
        row = Row(words.say(key) if key else none, asked.but(**{column: key or NONE}), **counts)
        (made if key else never).append(row)
    return [*made, *never]


def _waits(viewer: Viewer, rows, asked: Asked, name: str, count: int) -> Table:
    """The table of waits for `name` ("looked" or "decided"); `count` is how many have ended."""
    column = f"{name}_after"
    counted = rows.values_list(column).annotate(many=Count("id")).order_by(column)
    ends = spans.wait_ends(viewer.school.days)
    found = spread(counted.iterator(chunk_size=2000), count, ends)
    made = [
        Row(band.label, asked.but(**{name: band.value}), came=many)
        for band, many in zip(Wait, (*found.bands, found.waiting), strict=True)
    ]
    words = "Time to first look" if name == "looked" else "Time to decision"
    return table(words, made, spread=found)


def seen(viewer: Viewer):
    """Every concern `viewer` may see."""
    return Concern.objects.visible_to(viewer)


def newest_first(rows, after: Concern | None = None):
    """`rows` by time of receipt, newest first; only those that follow `after`, if it is given."""
    if after:
        rows = rows.filter(received_at__lte=after.received_at).filter(
            Q(received_at__lt=after.received_at) | Q(id__lt=after.id)
        )
    return rows.order_by("-received_at", "-id")


@dataclass(frozen=True)
class Page:
    """One page of the concerns behind a figure.

    `rows` is (concern, labels of its decided routes), `count` all the concerns behind the figure,
    `more` the uid after which the next page begins.
    """

    rows: list[tuple[Concern, list[str]]]
    count: int
    more: UUID | None


def page(viewer: Viewer, asked: Asked, after: Concern | None) -> Page:
    """The next fifty concerns after `after`. Recorded as shown."""
    rows = narrowed(viewer, asked)
    owed = stood.owed_at(at(viewer, asked).now) if asked.day else Step.objects.open()
    wanted = _whole(newest_first(rows, after), owed)
    found, more = sight.page(viewer, wanted, A_PAGE, reason=f"audit: {asked.words}")
    shown = [(row, lines.routes(row)) for row in found]
    return Page(shown, rows.count(), found[-1].uid if more else None)


def at(viewer: Viewer, asked: Asked) -> Viewer:
    """`viewer` with the time set to the end of the past day, so that lateness is as of then."""
    return replace(viewer, now=asked.end(viewer.school.days)) if asked.day else viewer


def _whole(rows, owed):
    """`rows` with everything that the list and the CSV show, in a fixed number of queries.

    `owed` are the next steps to show with each concern.
    """
    children = ConcernChild.objects.standing().select_related("child").order_by("id")
    decisions = _wordless(Decision.objects).prefetch_related("routes").order_by("id")
    owed = owed.in_order().select_related("holder")
    return (
        _wordless(rows)
        .select_related("holder")
        .prefetch_related(
            "category_rows",
            Prefetch("children", children),
            Prefetch("decisions", decisions),
            Prefetch("steps", owed, to_attr="owed"),
        )
    )


def _wordless(rows):
    """Without the encrypted texts, which a list does not show and should not load."""
    return rows.defer(*(f.name for f in rows.model._meta.fields if isinstance(f, EncryptedText)))


def sheet_rows(viewer: Viewer, asked: Asked) -> Iterator[tuple]:
    """The CSV rows of all concerns behind a figure, read 500 at a time to save memory."""
    zone, rows = ZoneInfo(viewer.school.days.zone), newest_first(narrowed(viewer, asked))
    for concern in _whole(rows, Step.objects.open()).iterator(chunk_size=500):
        yield lines.line(concern, zone, viewer.now)
