"""Which children stand in the tracker, by which filters and in what order.

The tracker lists every child of whom something is open, on one page that a lead takes to
supervision: each child with a status in force, and each child in a concern that is not closed. A
watch and a referral that is not settled keep their concern open (`clocks.HOLD_OPEN`), so the
children of both are among these. A child who is only also involved in a concern is listed too.

It is read for the page, its print and its CSV file. What a row says is in `tracked_child.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Case,
    DateTimeField,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from concerns.models.child.child import Child, Children
from concerns.models.child.child_details import Sighting, Status
from concerns.models.child.child_fact import Facts
from concerns.models.concern.concern import Concern, ConcernQuerySet
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.step import Step
from concerns.models.school.person import Person, Viewer
from concerns.reading.concern_categories import in_category
from concerns.reading.pickers import people_as_choices
from concerns.rules.child_file_vocabulary import STATUS_FLAGS, StatusKind
from concerns.rules.clocks import StepKind
from concerns.rules.words import SORTED_INTO, YEARS, Choice

NOBODY = "nobody"
# Filter values that name a year group, as against a class.
YEAR = "year:"
CLASS = "class:"
_NEVER = datetime(1900, 1, 1, tzinfo=UTC)
_FAR_OFF = datetime(9000, 1, 1, tzinfo=UTC)


class TrackedFor(Choice):
    """Why a child stands in the tracker; the last one narrows the others."""

    STATUS = "status", "A status in force"
    WATCH = "watch", "A watch"
    REFERRAL = "referral", "An open referral"
    CONCERN = "concern", "An open concern"
    LATE = "late", "Something is late"


class TrackerOrder(Choice):
    DUE = "due", "What is due soonest first"
    STATUS = "status", "Most pressing status first"
    CHILD = "child", "By surname"
    GROUP = "group", "By year and class"
    SEEN = "seen", "Longest not seen first"


# The columns each order goes by. The last is unique.
_COLUMNS = {
    TrackerOrder.DUE: ("due_first", "pk"),
    TrackerOrder.STATUS: ("status_place", "surname", "forename", "pk"),
    TrackerOrder.CHILD: ("surname", "forename", "pk"),
    TrackerOrder.GROUP: ("year_place", "year", "class_name", "surname", "forename", "pk"),
    TrackerOrder.SEEN: ("seen_last", "pk"),
}

# (name, label, choices) of each filter on the page.
OfferedFilter = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class TrackerFilters:
    """The filters as read from an address. Values that are not offered are dropped, and `unknown`
    says that there were some."""

    offered: tuple[OfferedFilter, ...]
    chosen: dict[str, str]
    unknown: bool
    # The order if none was chosen: the first that is offered.
    first_order: TrackerOrder

    @property
    def order(self) -> TrackerOrder:
        return TrackerOrder(self.chosen.get("order", self.first_order))

    @property
    def query_string(self) -> str:
        """The query string of the chosen filters, without its question mark."""
        return urlencode(self.chosen)

    @property
    def filters_in_words(self) -> str:
        """The filters chosen, in words; "" if none is. A colleague's name may be in it."""
        said = [
            f"{label.lower()}: {dict(choices)[self.chosen[name]]}"
            for name, label, choices in self.offered
            if name in self.chosen
        ]
        return "; ".join(said)

    @property
    def rows_of_line(self) -> list[tuple[str, str, tuple[tuple[str, str], ...], str]]:
        """(name, label, choices, chosen) of each filter, as the page draws them."""
        return [(*one, self.chosen.get(one[0], "")) for one in self.offered]


def read_tracker_filters(viewer: Viewer, asked: Mapping[str, str]) -> TrackerFilters:
    """The filters in `asked`, an address's own. Takes two queries: this school's classes, and who
    holds what is open."""
    offered = _offer_filters(viewer)
    said = {name: asked[name] for name, _, _ in offered if asked.get(name)}
    known = {
        name: said[name]
        for name, _, choices in offered
        if name in said and said[name] in dict(choices)
    }
    first = _offered_orders(viewer)[0]
    return TrackerFilters(offered, known, unknown=known != said, first_order=first)


def _offered_orders(viewer: Viewer) -> list[TrackerOrder]:
    """The orders, the one that is taken if none is chosen first. Whoever reads a part of the record
    sees no steps, so that nothing is due there; whoever reads no file sees no status, and not when
    a child was seen."""
    left_out = {TrackerOrder.DUE} if viewer.reads_part else set()
    left_out |= set() if viewer.reads_files else {TrackerOrder.STATUS, TrackerOrder.SEEN}
    return [one for one in TrackerOrder if one not in left_out]


_OF_A_STEP = (TrackedFor.WATCH, TrackedFor.REFERRAL, TrackedFor.LATE)


def _offered_reasons(viewer: Viewer) -> list[TrackedFor]:
    left_out = set(_OF_A_STEP if viewer.reads_part else ())
    left_out |= set() if viewer.reads_files else {TrackedFor.STATUS}
    return [one for one in TrackedFor if one not in left_out]


def _offer_filters(viewer: Viewer) -> tuple[OfferedFilter, ...]:
    statuses = [(kind.value, kind.label) for kind in STATUS_FLAGS]
    holders = Person.objects.filter(holds__in=_open_concerns(viewer)).distinct()
    people = people_as_choices(holders.values_list("uid", "name", "email"))
    reasons = [(one.value, one.label) for one in _offered_reasons(viewer)]
    orders = [(one.value, one.label) for one in _offered_orders(viewer)]
    status: OfferedFilter = ("status", "Status", (("", "Any"), *statuses))
    return (
        ("why", "Listed for", (("", "Anything open"), *reasons)),
        *([status] if viewer.reads_files else []),
        ("lead", "Who leads", (("", "Anybody"), (NOBODY, "Nobody yet"), *people)),
        ("category", "Category", (("", "Any"), *SORTED_INTO.items())),
        ("group", "Year or class", (("", "Whole school"), *groups_of_school(viewer))),
        ("order", "Order", tuple(orders)),
    )


def groups_of_school(viewer: Viewer) -> list[tuple[str, str]]:
    """The year groups and classes that children on this school's roll are in."""
    on_roll = Child.objects.on_roll(viewer).order_by()
    pairs = on_roll.values_list("year", "class_name").distinct()
    years = {year for year, _ in pairs if year}
    places = {year: place for place, year in enumerate(YEARS)}
    in_order = sorted(years, key=lambda year: (places.get(year, len(YEARS)), year))
    classes = sorted({name for _, name in pairs if name})
    return [(f"{YEAR}{year}", year) for year in in_order] + [
        (f"{CLASS}{name}", f"Class {name}") for name in classes
    ]


def _open_concerns(viewer: Viewer) -> ConcernQuerySet[Concern]:
    return Concern.objects.visible_to(viewer).open()


def tracked_children(viewer: Viewer, wanted: TrackerFilters) -> Children[Child]:
    """The children that `wanted` lists, in its order, among those whose file `viewer` may read."""
    chosen = wanted.chosen
    concerns = _open_concerns(viewer)
    if lead := chosen.get("lead"):
        held = Q(holder__isnull=True) if lead == NOBODY else Q(holder__uid=lead)
        concerns = concerns.filter(held)
    if category := chosen.get("category"):
        concerns = concerns.filter(in_category(category))
    of_concern = Q(pk__in=_children_of(concerns))
    of_status = Q(pk__in=_children_with_status(viewer, chosen.get("status", "")))
    rows = Child.objects.visible_to(viewer)
    # Who leads and which category are said of a concern alone.
    rows = rows.filter(of_concern if lead or category else of_concern | of_status)
    if chosen.get("status"):
        rows = rows.filter(of_status)
    if why := chosen.get("why"):
        rows = rows.filter(_is_tracked_for(viewer, TrackedFor(why), concerns))
    return _in_tracker_order(viewer, _of_group(rows, chosen.get("group", "")), wanted.order)


def _children_of(concerns: ConcernQuerySet[Concern]) -> QuerySet[ConcernChild, Any]:
    rows = ConcernChild.objects.not_misfiled().filter(concern__in=concerns.values("pk"))
    # A NULL in the list would keep nobody out of it, but would let nobody be left out.
    return rows.filter(child__isnull=False).values("child")


def _children_with_status(viewer: Viewer, kind: str) -> QuerySet[Status, Any]:
    rows = _statuses_in_files(viewer).filter(school=viewer.school)
    return (rows.filter(kind=StatusKind(kind)) if kind else rows).values("child")


def _statuses_in_files(viewer: Viewer) -> Facts[Status]:
    """The statuses in force of the children whose file the viewer reads."""
    rows = Status.objects.not_ended()
    if not viewer.reads_categories:
        return rows
    return rows.filter(child__in=Child.objects.with_file_for(viewer).values("pk"))


def _is_tracked_for(viewer: Viewer, why: TrackedFor, concerns: ConcernQuerySet[Concern]) -> Q:
    """Whether a child is listed for the reason `why`, by the `concerns` already narrowed to."""
    if why is TrackedFor.STATUS:
        return Q(pk__in=_children_with_status(viewer, ""))
    if why is TrackedFor.LATE:
        concerns = concerns.late(viewer.now)
    elif why is not TrackedFor.CONCERN:
        owed = Step.objects.visible_to(viewer).open()
        watched = Q(kind=StepKind.LOOK_AFTER)
        owed = owed.filter(watched if why is TrackedFor.WATCH else Q(referral__isnull=False))
        concerns = concerns.filter(pk__in=owed.values("concern"))
    return Q(pk__in=_children_of(concerns))


def _of_group(rows: Children[Child], group: str) -> Children[Child]:
    if group.startswith(YEAR):
        return rows.filter(year=group.removeprefix(YEAR))
    if group.startswith(CLASS):
        return rows.filter(class_name=group.removeprefix(CLASS))
    return rows


def _in_tracker_order(
    viewer: Viewer, rows: Children[Child], order: TrackerOrder
) -> Children[Child]:
    """`rows` in `order`, annotated with what it goes by; never empty, so that pages can follow."""
    columns = _COLUMNS[order]
    if order is TrackerOrder.DUE:
        due = ConcernChild.objects.not_misfiled().filter(child=OuterRef("pk"))
        due = due.filter(concern__in=_open_concerns(viewer).values("pk")).order_by()
        first = due.values("child").annotate(first=Min("concern__next_due_at")).values("first")
        rows = rows.annotate(due_first=_moment_or(first, _FAR_OFF))
    elif order is TrackerOrder.SEEN:
        seen = Sighting.objects.not_hidden_from(viewer).filter(child=OuterRef("pk")).order_by()
        last = seen.order_by("-happened_at", "-id").values("happened_at")[:1]
        rows = rows.annotate(seen_last=_moment_or(last, _NEVER))
    elif order is TrackerOrder.STATUS:
        rows = rows.annotate(status_place=_place_of_status(viewer))
    elif order is TrackerOrder.GROUP:
        cases = [When(year=year, then=Value(place)) for place, year in enumerate(YEARS)]
        place = Case(*cases, default=Value(len(YEARS)), output_field=IntegerField())
        rows = rows.annotate(year_place=place)
    return rows.order_by(*columns)


def _moment_or(found: QuerySet[Any, Any], otherwise: datetime) -> Coalesce:
    return Coalesce(
        Subquery(found, output_field=DateTimeField()),
        Value(otherwise, output_field=DateTimeField()),
    )


def _place_of_status(viewer: Viewer) -> Coalesce:
    """The place of the child's most pressing status in `STATUS_FLAGS`, the first being 0."""
    kinds = [kind.value for kind in STATUS_FLAGS]
    cases = [When(kind=kind, then=Value(place)) for place, kind in enumerate(kinds)]
    rows = _statuses_in_files(viewer).filter(child=OuterRef("pk")).order_by()
    place = Case(*cases, default=Value(len(kinds)), output_field=IntegerField())
    least = rows.values("child").annotate(least=Min(place)).values("least")
    return Coalesce(Subquery(least, output_field=IntegerField()), Value(len(kinds)))


def after_tracked_child(
    viewer: Viewer, rows: Children[Child], last: Child, order: TrackerOrder
) -> Children[Child]:
    """Those of `rows` that follow `last` in `order`, for keyset paging.

    The place of `last` is read again, as it is now; `last` may have left the list meanwhile.
    """
    columns = _COLUMNS[order]
    everybody = Child.objects.visible_to(viewer).filter(pk=last.pk)
    place = _in_tracker_order(viewer, everybody, order).values(*columns).get()
    further = Q(pk__in=[])
    for count, column in enumerate(columns):
        same = {name: place[name] for name in columns[:count]}
        further |= Q(**same) & Q(**{f"{column}__gt": place[column]})
    return rows.filter(further)
