"""Counts the figures of the audit, and finds the concerns behind each figure.

A figure and its list use the same conditions, so they cannot disagree. The database does all the
counting, in a fixed number of queries, and only over concerns that the viewer may see.
"""

from collections.abc import Iterator, Mapping
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

from concerns.audit.forms import ALL, FOUR, NONE, AuditFilters, AuditStatus, school_year_in_words
from concerns.doors import sight
from concerns.models import (
    Concern,
    ConcernCategory,
    ConcernChild,
    DecisionRoute,
    SortedCategory,
    Step,
    Viewer,
)
from concerns.models.base.encrypted_text import EncryptedText
from concerns.paper import audit_csv
from concerns.paper.audit_csv import ConcernValues
from concerns.paper.audit_details import (
    ReferralAnswer,
    read_decided_routes,
    read_referral_answers,
)
from concerns.paper.figure_table import FigureRow, FigureTable, build_figure_table
from concerns.paper.term_table import TermTable, build_term_table
from concerns.paper.wait_summary import summarise_waits
from concerns.reading import late_and_quiet
from concerns.rules import reporting_periods, school_terms
from concerns.rules.reporting_periods import AgeBand, WaitBand
from concerns.rules.school_terms import SchoolTerm
from concerns.rules.words import SORTED_INTO, Category, Route

A_PAGE = 50
# Concerns read at once for a CSV file.
CSV_PIECE = 500
OPEN = late_and_quiet.OPEN
DECIDED = Q(decided_at__isnull=False)
TO_CONCERN = {ConcernCategory: "concern", DecisionRoute: "decision__concern"}


@dataclass(frozen=True)
class AuditFigures:
    """Everything that the audit page shows. `now` is (status, count, filters of its rows).

    `categories` counts what leads sorted into, `chosen` what writers chose, `unsorted` what is
    still to be sorted, of all years.
    """

    now: list[tuple[AuditStatus, int, AuditFilters]]
    unsorted: FigureRow
    whole: FigureRow
    # Of one year alone: its terms, or the one asked for, after the term before.
    terms: TermTable | None
    months: FigureTable
    categories: FigureTable
    chosen: FigureTable
    routes: FigureTable
    ages: FigureTable
    looked: FigureTable
    decided: FigureTable
    quiet_since: datetime


def list_years_with_concerns(viewer: Viewer) -> list[int]:
    """First calendar years of the school years with concerns, newest first; always this one too."""
    oldest = visible_concerns(viewer).order_by("received_at", "id")
    first = oldest.values_list("received_at", flat=True).first()
    return reporting_periods.school_years_since(
        viewer.school.school_calendar, first, viewer.todays_date
    )


def count_audit_figures(viewer: Viewer, asked: AuditFilters, known: list[int]) -> AuditFigures:
    """The figures for `asked`. `known` are the years of `list_years_with_concerns`."""
    rows = concerns_behind_figure(viewer, asked)
    totals = rows.aggregate(
        **_count_expressions(),
        looked=Count("looked_after"),
        timed=Count("decided_after"),
        **{age.value: Count("id", filter=_age_band_condition(viewer, age)) for age in AgeBand},
    )
    ages = [
        FigureRow(age.label, asked.narrowed_by(age=age.value), open=totals[age]) for age in AgeBand
    ]
    by_category = ("category", "sorting__categories__category", SORTED_INTO, "Not sorted yet")
    writers = ("chosen", "category_rows__category", dict(Category.choices()), "No category chosen")
    by_route = (
        "route",
        "decisions__routes__route",
        dict(Route.choices()),
        "Nothing decided yet",
    )
    return AuditFigures(
        now=_count_current_statuses(viewer, asked),
        unsorted=_count_unsorted(viewer, asked),
        whole=FigureRow("All", asked, *(totals[name] for name in _count_expressions())),
        terms=_build_term_table(viewer, asked),
        months=build_figure_table("What came in", _rows_by_month(viewer, rows, asked, known)),
        categories=build_figure_table(
            "What came in, by category", _rows_by_value(rows, asked, *by_category)
        ),
        chosen=build_figure_table("What the writers chose", _rows_by_value(rows, asked, *writers)),
        routes=build_figure_table("What was decided", _rows_by_value(rows, asked, *by_route)),
        ages=build_figure_table("What is still open, by age", ages, "open"),
        looked=_build_wait_table(viewer, rows, asked, "looked", totals["looked"]),
        decided=_build_wait_table(viewer, rows, asked, "decided", totals["timed"]),
        quiet_since=reporting_periods.quiet_cutoff(
            viewer.school.school_calendar, viewer.now, asked.quiet
        ),
    )


def concerns_behind_figure(viewer: Viewer, asked: AuditFilters):
    """The concerns that a figure with filters `asked` counts, among those `viewer` may see."""
    rows = visible_concerns(viewer)
    for condition in _filter_conditions(viewer, asked):
        rows = rows.filter(condition)
    return rows


def _filter_conditions(viewer: Viewer, asked: AuditFilters) -> Iterator:
    yield _received_in_year(viewer, asked)
    if asked.which:
        yield _conditions_by_status(viewer, asked)[asked.which]
    if asked.month:
        first = date.fromisoformat(f"{asked.month}-01")
        yield _between_moments(
            "received_at", *reporting_periods.month_bounds(viewer.school.school_calendar, first)
        )
    if asked.category:
        yield _is_sorted_into(asked.category)
    if asked.chosen:
        yield _has_row_saying(ConcernCategory, asked.chosen, "category")
    if asked.route:
        yield _has_row_saying(DecisionRoute, asked.route, "route")
    if asked.age:
        yield _age_band_condition(viewer, AgeBand(asked.age))
    for column, band in (("looked_after", asked.looked), ("decided_after", asked.decided)):
        if band:
            yield _wait_band_condition(viewer, column, WaitBand(band))


def _received_in_year(viewer: Viewer, asked: AuditFilters) -> Q:
    if asked.year == ALL:
        return Q()
    if asked.term:
        days = viewer.school.school_calendar
        bounds = school_terms.term_bounds(days, int(asked.year), SchoolTerm(asked.term))
        return _between_moments("received_at", *bounds)
    return _between_moments(
        "received_at",
        *reporting_periods.school_year_bounds(viewer.school.school_calendar, int(asked.year)),
    )


def _between_moments(column: str, start: datetime | None, end: datetime | None) -> Q:
    begins = Q(**{f"{column}__gte": start}) if start else Q()
    return begins & Q(**{f"{column}__lt": end}) if end else begins


def _has_row_saying(model, key: str, column: str):
    """Whether the concern has a row of `model` with `key` in `column`; for NONE, no row at all."""
    rows = model.objects.filter(**{TO_CONCERN[model]: OuterRef("pk")})
    return ~Exists(rows) if key == NONE else Exists(rows.filter(**{column: key}))


def _is_sorted_into(category: str):
    """Whether a lead last sorted the concern into `category`; for NONE, whether none has yet."""
    if category == NONE:
        return Q(sorting__isnull=True)
    rows = SortedCategory.objects.filter(sorting=OuterRef("sorting"), category=category)
    return Exists(rows)


def _conditions_by_status(viewer: Viewer, asked: AuditFilters) -> dict:
    """{status: condition}, as of now or as of the end of the day in `asked`."""
    days = viewer.school.school_calendar
    if asked.day:
        return late_and_quiet.conditions_at_moment(days, asked.end_of_asked_day(days), asked.quiet)
    of_now = late_and_quiet.current_conditions(days, viewer.now, asked.quiet)
    return {**of_now, AuditStatus.OPEN: OPEN, AuditStatus.DECIDED: DECIDED}


def _age_band_condition(viewer: Viewer, band: AgeBand) -> Q:
    return OPEN & _between_moments(
        "received_at",
        *reporting_periods.age_band_bounds(viewer.school.school_calendar, band, viewer.todays_date),
    )


def _wait_band_condition(viewer: Viewer, column: str, band: WaitBand) -> Q:
    """The condition that the minutes in `column` fall in `band`."""
    if band is WaitBand.NOT_YET:
        return Q(**{f"{column}__isnull": True})
    over, at_most = reporting_periods.wait_band_bounds(viewer.school.school_calendar, band)
    longer = Q(**{f"{column}__gt": over}) if over is not None else Q(**{f"{column}__gte": 0})
    return longer & Q(**{f"{column}__lte": at_most}) if at_most is not None else longer


def _count_current_statuses(
    viewer: Viewer, asked: AuditFilters
) -> list[tuple[AuditStatus, int, AuditFilters]]:
    return _count_four_statuses(
        viewer, AuditFilters(quiet=asked.quiet), visible_concerns(viewer).open()
    )


def _count_unsorted(viewer: Viewer, asked: AuditFilters) -> FigureRow:
    """How many concerns, of all years, no lead has sorted into categories yet."""
    behind = AuditFilters(quiet=asked.quiet, category=NONE)
    rows = concerns_behind_figure(viewer, behind)
    return FigureRow("Not sorted into categories yet", behind, came=rows.count())


def count_past_day_statuses(
    viewer: Viewer, asked: AuditFilters
) -> list[tuple[AuditStatus, int, AuditFilters]]:
    """The four status counts as they stood at the end of the past day in `asked`."""
    return _count_four_statuses(
        viewer, AuditFilters(quiet=asked.quiet, day=asked.day), visible_concerns(viewer)
    )


def _count_four_statuses(
    viewer: Viewer, ever: AuditFilters, rows
) -> list[tuple[AuditStatus, int, AuditFilters]]:
    conditions = _conditions_by_status(viewer, ever)
    counts = {which.value: Count("id", filter=conditions[which]) for which in FOUR}
    found = rows.aggregate(**counts)
    return [(which, found[which], ever.narrowed_by(which=which.value)) for which in FOUR]


def _count_expressions(distinct: bool = False) -> dict:
    """Counts of received, decided and open concerns, and when the oldest open one was received.

    `distinct` is for joins in which a concern occurs more than once.
    """
    return {
        "came": Count("id", distinct=distinct),
        "decided": Count("id", filter=DECIDED, distinct=distinct),
        "open": Count("id", filter=OPEN, distinct=distinct),
        "oldest": Min("received_at", filter=OPEN),
    }


def _rows_by_month(viewer: Viewer, rows, asked: AuditFilters, known: list[int]) -> list[FigureRow]:
    """One row for each month, or each school year if all years are asked for; empty ones too."""
    days = viewer.school.school_calendar
    if asked.year == ALL:
        made = [(school_year_in_words(y), asked.narrowed_by(year=str(y))) for y in reversed(known)]
        ends = [reporting_periods.school_year_bounds(days, year)[1] for year in reversed(known)]
    else:
        firsts = _months_asked_for(viewer, asked)
        made = [(f"{day:%B %Y}", asked.narrowed_by(month=f"{day:%Y-%m}")) for day in firsts]
        ends = [reporting_periods.month_bounds(days, day)[1] for day in firsts]
    cases = [When(received_at__lt=end, then=Value(place)) for place, end in enumerate(ends)]
    bucket = Case(*cases, default=Value(len(ends) - 1), output_field=IntegerField())
    found = (
        rows.annotate(bucket=bucket)
        .values("bucket")
        .annotate(**_count_expressions())
        .order_by("bucket")
    )
    counted = {counts.pop("bucket"): counts for counts in found}
    return [FigureRow(*one, **counted.get(place, {})) for place, one in enumerate(made)]


def _months_asked_for(viewer: Viewer, asked: AuditFilters) -> list[date]:
    """The first day of each month of the year, or of the term, that has begun."""
    today = viewer.todays_date
    if not asked.term:
        return reporting_periods.months_of_school_year(int(asked.year), today)
    days = viewer.school.school_calendar
    return school_terms.months_of_term(days, int(asked.year), SchoolTerm(asked.term), today)


def _build_term_table(viewer: Viewer, asked: AuditFilters) -> TermTable | None:
    """The terms of the year asked for, or the one term, each beside the one before it. None if all
    years are asked for. It counts each term whole, whatever else narrows the figures."""
    if asked.year == ALL:
        return None
    days = viewer.school.school_calendar
    year = int(asked.year)
    begun = school_terms.terms_begun(days, year, viewer.todays_date)
    terms = [SchoolTerm(asked.term)] if asked.term else begun
    wanted = [school_terms.term_before(year, terms[0]), *((year, term) for term in terms)]
    shown = AuditFilters(quiet=asked.quiet)
    rows = [(y, term, shown.narrowed_by(year=str(y), term=term.value)) for y, term in wanted]
    return build_term_table(visible_concerns(viewer), days, rows)


def _rows_by_value(
    rows, asked: AuditFilters, column: str, path: str, words: Mapping[str, str], none: str
) -> list[FigureRow]:
    """One row for each value of `path`, of which a concern can have several or none.

    `words` are the labels. Most frequent first; concerns without a value come last, with the label
    `none`.
    """
    found = (
        rows.values(said=F(path))
        .annotate(**_count_expressions(distinct=True))
        .order_by("-came", "said")
    )
    made: list[FigureRow] = []
    never: list[FigureRow] = []
    for counts in found:
        key = counts.pop("said")
        row = FigureRow(
            words[key] if key else none,
            asked.narrowed_by(**{column: key or NONE}),
            **counts,
        )
        (made if key else never).append(row)
    return [*made, *never]


def _build_wait_table(
    viewer: Viewer, rows, asked: AuditFilters, name: str, count: int
) -> FigureTable:
    """The table of waits for `name` ("looked" or "decided"); `count` is how many have ended."""
    column = f"{name}_after"
    counted = rows.values_list(column).annotate(many=Count("id")).order_by(column)
    ends = reporting_periods.wait_band_limits(viewer.school.school_calendar)
    found = summarise_waits(counted.iterator(chunk_size=2000), count, ends)
    made = [
        FigureRow(band.label, asked.narrowed_by(**{name: band.value}), came=many)
        for band, many in zip(WaitBand, (*found.bands, found.waiting), strict=True)
    ]
    words = "Time to first look" if name == "looked" else "Time to decision"
    return build_figure_table(words, made, spread=found)


def visible_concerns(viewer: Viewer):
    """Every concern `viewer` may see."""
    return Concern.objects.visible_to(viewer)


def newest_received_first(rows, after: Concern | ConcernValues | None = None):
    """`rows` by time of receipt, newest first; only those that follow `after`, if it is given."""
    if after:
        rows = rows.filter(received_at__lte=after.received_at).filter(
            Q(received_at__lt=after.received_at) | Q(id__lt=after.id)
        )
    return rows.order_by("-received_at", "-id")


@dataclass(frozen=True)
class AuditRowsPage:
    """One page of the concerns behind a figure.

    `rows` is (concern, labels of its decided routes, its referrals with their answers), `count` all
    the concerns behind the figure, `more` the uid after which the next page begins.
    """

    rows: list[tuple[Concern, list[str], list[ReferralAnswer]]]
    count: int
    more: UUID | None


def read_audit_rows(viewer: Viewer, asked: AuditFilters, after: Concern | None) -> AuditRowsPage:
    """The next fifty concerns after `after`. Recorded as shown."""
    rows = concerns_behind_figure(viewer, asked)
    owed = (
        late_and_quiet.steps_open_at(viewer_at_asked_moment(viewer, asked).now)
        if asked.day
        else Step.objects.open()
    )
    wanted = _prefetch_row_details(newest_received_first(rows, after), owed)
    found, more = sight.read_page_of_list(
        viewer, wanted, A_PAGE, reason=f"audit: {asked.filters_in_words}"
    )
    keys = [row.pk for row in found]
    routes = read_decided_routes(keys)
    referrals = read_referral_answers(keys)
    shown = [(row, routes.get(row.pk, []), referrals.get(row.pk, [])) for row in found]
    return AuditRowsPage(shown, rows.count(), found[-1].uid if more else None)


def viewer_at_asked_moment(viewer: Viewer, asked: AuditFilters) -> Viewer:
    """`viewer` with the time set to the end of the past day, so that lateness is as of then."""
    return (
        replace(viewer, now=asked.end_of_asked_day(viewer.school.school_calendar))
        if asked.day
        else viewer
    )


def _prefetch_row_details(rows, owed):
    """`rows` with what the list shows of each beside its decisions, in a fixed number of queries.

    `owed` are the next steps to show with each concern.
    """
    children = ConcernChild.objects.not_misfiled().select_related("child").order_by("id")
    owed = owed.in_order().select_related("holder")
    return (
        _without_encrypted_text(rows)
        .select_related("holder")
        .prefetch_related(
            "category_rows",
            "sorting__categories",
            Prefetch("children", children),
            Prefetch("steps", owed),
        )
    )


def _without_encrypted_text(rows):
    """Without the encrypted texts, which a list does not show and should not load."""
    return rows.defer(*(f.name for f in rows.model._meta.fields if isinstance(f, EncryptedText)))


def iterate_csv_rows(viewer: Viewer, asked: AuditFilters) -> Iterator[tuple]:
    """The CSV rows of all concerns behind a figure, read a piece at a time.

    Each piece goes on by key after the last concern of the one before. So nothing stays open in the
    database while a slow reader takes the file, or when one goes away.
    """
    zone = ZoneInfo(viewer.school.school_calendar.zone)
    behind = concerns_behind_figure(viewer, asked)
    last = None
    while True:
        rows = newest_received_first(behind, last).values_list(*audit_csv.COLUMNS, named=True)
        found = list(rows[:CSV_PIECE])
        yield from audit_csv.concern_csv_rows(found, zone, viewer.now)
        if len(found) < CSV_PIECE:
            return
        last = found[-1]
