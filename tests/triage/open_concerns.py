"""Arranges, by real acts, a queue of open concerns."""

from datetime import timedelta

from concerns.rules.lifecycle import State
from tests import factories
from tests.factories import NOW


def open_ones(where, lead, number):
    """Concerns in every open state, some late, some with marks and several children."""
    children = [factories.child(where, year=f"Year {year}") for year in range(1, 7)]
    kinds = [{}, {"going_home": "yes"}, {"marks": (factories.body_mark(),)}, {"danger": True}]
    states = [State.WAITING, State.WAITING, State.TAKEN, State.DECIDED]
    for each in range(number):
        factories.concern_at(
            states[each % 4],
            where=where,
            lead=lead,
            by=lead,
            children=(children[each % 6],),
            involved=(children[(each + 1) % 6],) if each % 5 == 0 else (),
            now=NOW - timedelta(minutes=37 * each),
            **kinds[each // 4 % 4],
        )
