"""Tests that the first migration in one file and in many end in the same tables.

A new school's database is made by the one, an older school's came by the others. A difference would
be found only by whoever changes a table next, and on one of the two. The triggers are not compared:
they are put back after every migration (`models/base/append_only.py`).
"""

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

IN_ONE = ("concerns", "0001_squashed_0021_refer")
ONE_BY_ONE = ("concerns", "0021_refer")


def tables(last: tuple[str, str]) -> dict[str, object]:
    """Every model after the migrations up to `last`: each field, constraint, index and option by
    its name, in parts that can be compared."""
    loader = MigrationLoader(None, replace_migrations=last == IN_ONE)
    state = loader.project_state(last)
    apart = MigrationAutodetector(state, state).deep_deconstruct
    found = {}
    for (_, name), model in state.models.items():
        options = dict(model.options)
        # In no order: which came first is no part of a table.
        named = [*options.pop("constraints", ()), *options.pop("indexes", ())]
        parts = {**model.fields, **{row.name: row for row in named}, **options}
        found[name] = apart(model.bases)
        found |= {f"{name}: {part}": apart(said) for part, said in parts.items()}
    return found


def test_both_ways_lead_to_the_same_tables():
    one, others = tables(IN_ONE), tables(ONE_BY_ONE)
    assert "concern: account" in one
    assert {name for name in {*one, *others} if one.get(name) != others.get(name)} == set()
