"""One concern as a row of the audit's CSV file: what happened and when, without anybody's name.

A CSV file leaves the building and gets copied. So it holds no child, no member of staff and no word
of an account. Anyone who may read the concern can find it again by its reference.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from concerns.models import Concern, Referral
from concerns.rules.words import ChildPart, ConcernOutcome, GoingHome

HEAD = (
    "Reference", "Came in", "Year groups", "Children", "Categories", "Categories the writer chose",
    "Worried about going home", "In danger", "Where it stands", "Decided for", "Late", "First look",
    "School minutes to first look", "Decided", "School minutes to decision", "Closed", "Outcome",
    "Referred to", "Agency's answer", "Answered on",
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
        *("; ".join(column) for column in _referral_columns(concern, zone)),
    )


@dataclass(frozen=True)
class ReferralAnswer:
    """A referral in a row: where it went, and the agency's latest answer with when it came. Before
    there is one, `answer` says how far the referral has come, and `at` is None."""

    route: str
    answer: str
    at: datetime | None


def referral_answers(concern: Concern) -> list[ReferralAnswer]:
    """The referrals of `concern` in order. Prefetch `referrals` with their events, or each row
    costs queries."""
    return [_referral_answer(referral) for referral in concern.referrals.all()]


def _referral_answer(referral: Referral) -> ReferralAnswer:
    events = sorted(referral.events.all(), key=lambda event: event.pk)
    answered = next((event for event in reversed(events) if event.answer), None)
    if answered is None:
        return ReferralAnswer(referral.route_words, referral.current_stage.label, None)
    words = answered.referral_answer_words
    return ReferralAnswer(referral.route_words, words, answered.happened_at)


def _referral_columns(concern: Concern, zone: ZoneInfo) -> list[list[str]]:
    """The last three columns: in each, what it says of every referral, in the same order."""
    found = referral_answers(concern)
    days = [f"{one.at.astimezone(zone):%Y-%m-%d}" if one.at else "no answer yet" for one in found]
    return [[one.route for one in found], [one.answer for one in found], days]


def decided_route_words(concern: Concern) -> list[str]:
    """The label of every route ever decided for it, each once. Prefetch decisions and routes."""
    said = (route.route_in_words for made in concern.decisions.all() for route in made.routes.all())
    return list(dict.fromkeys(said))
