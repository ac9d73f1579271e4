"""The pages and acts of a lead that the bench measures beside reading: deciding, chasing, printing.

What is decided is submitted and taken first, by posts that are not measured, about another child
each time: so that no child's story grows by being measured.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle

from concerns.models import Child, Concern
from concerns.rules.lifecycle import State
from tests.bench.page import WRITTEN, Asking, Page
from tests.bench.submitting import submit_concern
from tests.bench.visitor import Answer, Through, Visitor

# A full decision as it is typed.
DECISION = {
    "weight": "full",
    "reason": "The third time this term.",
    "routes": "school_support",
    "considered": "Waiting, and why not.",
    "parents_told": "no",
    "parents_why_not": "Advice is awaited.",
    "siblings": "considered",
    "child_seen": "not_yet",
}


def chasing_pages(dsl: Visitor) -> Iterator[Page]:
    """What is owed, by whom and when, over the whole school."""
    yield Page("steps", "next steps", lambda t: dsl.ask("/chase/", through=t))
    yield Page("tracker", "tracker", lambda t: dsl.ask("/child/tracker/", through=t))
    yield Page("calendar", "calendar, a week", lambda t: dsl.ask("/chase/calendar/", through=t))


def printed_pages(dsl: Visitor, head: Visitor, child: str) -> Iterator[Page]:
    """What leaves as a file or on paper: `child` is the address of a child's page."""
    yield Page("csv", "audit CSV, one year", _csv(head, 2025), 1, without_rows=_csv(head, 2015))
    yield Page("print", "chronology print", _print_chronology(dsl, f"{child}print/"))


def _csv(head: Visitor, year: int) -> Asking:
    return lambda t: head.ask(f"/audit/csv/?year={year}", through=t)


def _print_chronology(dsl: Visitor, path: str) -> Asking:
    """The whole print, which comes when its cover page has been checked."""
    cover = dsl.ask(path).hidden
    return lambda t: dsl.ask(path, cover, through=t)


def decide_form(dsl: Visitor) -> Page:
    rows = Concern.objects.filter(school=1, state=State.TAKEN, holder__email__startswith="dsl1@")
    path = f"/triage/{rows.order_by('-id').values_list('uid', flat=True)[0]}/decide/"
    return Page("decide", "decide form", lambda t: dsl.ask(path, through=t))


def decide_post(leads: Sequence[Visitor], staff: Visitor) -> Page:
    """`leads` decide in turn: together they open more children's files than one may in an hour."""
    return Page("decided", "decide", _decide(leads, staff), often=WRITTEN, answers=302)


def _decide(leads: Sequence[Visitor], staff: Visitor) -> Asking:
    roll = Child.objects.filter(school=1, left__isnull=True).order_by("-id")
    children = cycle(roll.values_list("uid", flat=True)[10:200])
    turns = cycle(leads)

    def ask(through: Through) -> Answer:
        lead = next(turns)
        path = f"/triage/{submit_concern(staff, next(children))}/"
        lead.ask(f"{path}take/", lead.ask(path).form_with("version"))
        given = lead.ask(f"{path}decide/").form_with("version") | DECISION
        answer = lead.ask(f"{path}decide/", given, through=through)
        if answer.header("location") != path:
            raise RuntimeError(f"deciding led to {answer.header('location')}")
        return answer

    return ask
