"""One concern as a row of the audit's CSV file: what happened and when, without anybody's name.

A CSV file leaves the building and gets copied. So it holds no child, no member of staff and no word
of an account. Anyone who may read the concern can find it again by its reference.

The file may have twenty thousand rows. So they are made from plain values, many at once, and
`HEAD`, `COLUMNS` and `concern_csv_rows` are all there is to a row.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from concerns.paper.audit_details import (
    ReferralAnswer,
    read_chosen_categories,
    read_decided_routes,
    read_referral_answers,
    read_sorted_categories,
    read_subject_years,
)
from concerns.rules.lifecycle import State
from concerns.rules.words import ConcernOutcome, GoingHome

HEAD = (
    "Reference", "Came in", "Year groups", "Children", "Categories", "Categories the writer chose",
    "Worried about going home", "In danger", "Where it stands", "Decided for", "Late", "First look",
    "School minutes to first look", "Decided", "School minutes to decision", "Closed", "Outcome",
    "Referred to", "Agency's answer", "Answered on",
)  # fmt: skip
# What a row needs of a concern's own columns, for `values_list(*COLUMNS, named=True)`.
COLUMNS = (
    "id", "reference", "received_at", "sorting_id", "going_home", "danger", "state", "next_due_at",
    "first_looked_at", "looked_after", "decided_at", "decided_after", "closed_at", "outcome",
)  # fmt: skip

_STATES = dict(State.choices())
_GOING_HOME = dict(GoingHome.choices())
_OUTCOMES = {"": "", **dict(ConcernOutcome.choices())}


class ConcernValues(Protocol):
    """The values of `COLUMNS` of one concern."""

    id: int
    reference: str
    received_at: datetime
    sorting_id: int | None
    going_home: str
    danger: bool
    state: str
    next_due_at: datetime | None
    first_looked_at: datetime | None
    looked_after: int | None
    decided_at: datetime | None
    decided_after: int | None
    closed_at: datetime | None
    outcome: str


def concern_csv_rows(
    concerns: Sequence[ConcernValues], zone: ZoneInfo, now: datetime
) -> Iterator[tuple]:
    """The CSV rows of `concerns`, in the order of `HEAD`, after six queries for all of them. Times
    are local to `zone`. It does not check who may see them."""
    keys = [one.id for one in concerns]
    years = read_subject_years(keys)
    sorted_into = read_sorted_categories([one.sorting_id for one in concerns if one.sorting_id])
    chosen = read_chosen_categories(keys)
    routes = read_decided_routes(keys)
    referrals = read_referral_answers(keys)

    def local_time_text(when: datetime | None) -> str:
        return f"{when.astimezone(zone):%Y-%m-%d %H:%M}" if when else ""

    for one in concerns:
        due = one.next_due_at
        late = one.closed_at is None and due is not None and due < now
        about = years.get(one.id, ())
        yield (
            one.reference,
            local_time_text(one.received_at),
            "; ".join(sorted({year for year in about if year})),
            len(about),
            "; ".join(sorted_into.get(one.sorting_id or 0, ())),
            "; ".join(chosen.get(one.id, ())),
            _GOING_HOME[one.going_home],
            "Yes" if one.danger else "No",
            _STATES[one.state],
            "; ".join(routes.get(one.id, ())),
            "Yes" if late else "No",
            local_time_text(one.first_looked_at),
            one.looked_after,
            local_time_text(one.decided_at),
            one.decided_after,
            local_time_text(one.closed_at),
            _OUTCOMES[one.outcome],
            *_referral_columns(referrals.get(one.id, ()), zone),
        )


def _referral_columns(found: Sequence[ReferralAnswer], zone: ZoneInfo) -> tuple[str, str, str]:
    """The last three columns: in each, what it says of every referral, in the same order."""
    if not found:
        return ("", "", "")
    days = [f"{one.at.astimezone(zone):%Y-%m-%d}" if one.at else "no answer yet" for one in found]
    routes = "; ".join([one.route for one in found])
    return (routes, "; ".join([one.answer for one in found]), "; ".join(days))
