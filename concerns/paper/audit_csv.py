"""One concern as a row of the audit's CSV file: what happened and when, without anybody's name.

A CSV file leaves the building and gets copied. So it holds no child, no member of staff and no word
of an account. Anyone who may read the concern can find it again by its reference.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from concerns.models import Concern
from concerns.rules.words import ChildPart, ConcernOutcome, GoingHome

HEAD = (
    "Reference", "Came in", "Year groups", "Children", "Categories", "Categories the writer chose",
    "Worried about going home", "In danger", "Where it stands", "Decided for", "Late", "First look",
    "School minutes to first look", "Decided", "School minutes to decision", "Closed", "Outcome",
)  # fmt: skip


def concern_csv_row(concern: Concern, zone: ZoneInfo, now: datetime) -> tuple:
    """The CSV row of `concern`, in the order of `HEAD`. Times are local to `zone`.

    Prefetch children, categories and decisions with their routes, or each row costs queries.
    """

    def local_time_text(when: datetime | None) -> str:
        return f"{when.astimezone(zone):%Y-%m-%d %H:%M}" if when else ""

    about = [row for row in concern.children.all() if row.part == ChildPart.ABOUT]
    due = concern.next_due_at
    late = concern.closed_at is None and due is not None and due < now
    return (
        concern.reference,
        local_time_text(concern.received_at),
        "; ".join(sorted({row.year for row in about if row.year})),
        len(about),
        "; ".join(concern.sorted_category_labels),
        "; ".join(concern.category_labels),
        GoingHome.label_of_value(concern.going_home),
        "Yes" if concern.danger else "No",
        concern.state_words,
        "; ".join(decided_route_words(concern)),
        "Yes" if late else "No",
        local_time_text(concern.first_looked_at),
        concern.looked_after,
        local_time_text(concern.decided_at),
        concern.decided_after,
        local_time_text(concern.closed_at),
        ConcernOutcome.label_of_value(concern.outcome),
    )


def decided_route_words(concern: Concern) -> list[str]:
    """The label of every route ever decided for it, each once. Prefetch decisions and routes."""
    said = (route.route_in_words for made in concern.decisions.all() for route in made.routes.all())
    return list(dict.fromkeys(said))
