"""Tests that `migrate` draws a changed model alone only where the others may go on as they are."""

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import models
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ModelState, ProjectState

from concerns.management.commands.migrate import changed_models_drawn_alone

NAMED = models.CheckConstraint(condition=~models.Q(name=""), name="is_named")


@pytest.fixture
def state() -> ProjectState:
    """A school and its children, as Django draws them in a migration."""
    drawn = ProjectState()
    key = ("id", models.AutoField(primary_key=True))
    name = ("name", models.CharField(max_length=9))
    school = ("school", models.ForeignKey("made_up.School", models.PROTECT))
    options = {"constraints": []}
    drawn.add_model(ModelState("made_up", "School", [key, name], options))
    drawn.add_model(ModelState("made_up", "Child", [key, school]))
    assert drawn.apps
    return drawn


def draw(state: ProjectState, name: str):
    return state.apps.get_model("made_up", name)


def add_head(state: ProjectState) -> None:
    head = models.ForeignKey("made_up.Child", models.PROTECT, null=True)
    state.add_field("made_up", "school", "head", head, True)


OF_ONE_MODEL = {
    "constraint": lambda state: state.add_constraint("made_up", "school", NAMED),
    "field": add_head,
}


@pytest.mark.parametrize("change", OF_ONE_MODEL)
def test_what_changes_one_model_draws_that_one_and_the_others_before_python_runs(state, change):
    school, child = draw(state, "School"), draw(state, "Child")
    with changed_models_drawn_alone():
        OF_ONE_MODEL[change](state)
    assert draw(state, "School") is not school
    assert draw(state, "Child") is child
    state.clear_delayed_apps_cache()
    assert draw(state, "Child").school.field.related_model is draw(state, "School")


OF_MORE = {
    "table": lambda state: state.alter_model_options(
        "made_up", "school", {"db_table": "schools"}, ["db_table"]
    ),
    "key": lambda state: state.alter_field(
        "made_up", "school", "id", models.BigAutoField(primary_key=True), True
    ),
    "name": lambda state: state.rename_model("made_up", "school", "Place"),
}


@pytest.mark.parametrize("change", OF_MORE)
def test_what_others_depend_on_draws_them_too(state, change):
    child = draw(state, "Child")
    with changed_models_drawn_alone():
        OF_MORE[change](state)
    assert draw(state, "Child") is not child


def test_a_model_that_another_inherits_from_is_drawn_with_it(state):
    parent = models.OneToOneField(
        "made_up.School", models.CASCADE, parent_link=True, primary_key=True
    )
    state.add_model(
        ModelState("made_up", "Nursery", [("school_ptr", parent)], bases=("made_up.school",))
    )
    nursery = draw(state, "Nursery")
    with changed_models_drawn_alone():
        OF_ONE_MODEL["constraint"](state)
    assert draw(state, "Nursery") is not nursery


def test_afterwards_django_draws_as_it_always_does(state):
    before = ProjectState.reload_model
    with changed_models_drawn_alone():
        assert ProjectState.reload_model is not before
    assert ProjectState.reload_model is before


def test_a_database_that_holds_a_record_is_migrated_as_django_does_it(db, monkeypatch):
    seen = []
    monkeypatch.setattr(
        migrate.Command, "handle", lambda *_, **__: seen.append(ProjectState.reload_model)
    )
    call_command("migrate", verbosity=0)
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _: {})
    call_command("migrate", verbosity=0)
    held, new = seen
    assert (held is ProjectState.reload_model, new is ProjectState.reload_model) == (True, False)
