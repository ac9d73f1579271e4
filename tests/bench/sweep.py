"""Measures one round of the clock over a school in which 2,000 concerns are open.

Two rounds are measured: the one that tells people of everything that has become late, and the next,
a minute later, that finds they have been told. Both are rolled back, so that each can be measured
as often as is needed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from concerns.doors.clock_round import SchoolRound
from concerns.models import School
from tests.bench import pages
from tests.bench.pages import Page
from tests.bench.school import NOW
from tests.bench.visitor import Answer, Sent, Through, through_wsgi


def measured() -> dict[str, dict]:
    """Every figure of both rounds, by name."""
    # As a web server starts it: the floors beside which a round stands are pages.
    from safeguarding.wsgi import application

    beside = pages.floors(through_wsgi(application))
    return {
        page.key: {"words": page.words, **_without_bytes(pages.measure(page, through, beside))}
        for page, through in _rounds()
    }


def _rounds() -> Iterator[tuple[Page, Through]]:
    yield Page("sweep", "a round that tells of what is late", _ask), _undone(NOW)
    _go(NOW)
    later = NOW + timedelta(minutes=1)
    yield Page("again_sweep", "the next round", _ask), _undone(later)


def _go(now: datetime) -> None:
    SchoolRound(School.objects.get(pk=1), now).run_for_school()


def _ask(through: Through) -> Answer:
    return through(Sent("GET", "", {}))


def _undone(now: datetime) -> Through:
    """Runs a round in the place of the site and rolls it back."""

    def through(sent: Sent) -> Answer:
        with transaction.atomic():
            _go(now)
            transaction.set_rollback(True)
        return Answer(200, [], b"")

    return through


def _without_bytes(found: dict) -> dict:
    return {name: value for name, value in found.items() if name not in {"bytes", "gzipped"}}
