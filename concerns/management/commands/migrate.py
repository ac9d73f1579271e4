"""Django's own `migrate`, which draws fewer models anew after each operation in a new database.

After every operation Django draws the changed model again, with all that are related to it: of the
tables here that is nearly every one, and most of the half minute that a new database took. A new
field, a constraint or an index is of one model alone. So that one is drawn, and the state is marked
as Django marks it when others have still to follow: it draws them all before it runs Python.

A database that holds a record already is migrated by Django's own code, and takes its time: this
relies on a private part of Django (`ProjectState._reload`).
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState


class Command(migrate.Command):
    def handle(self, *arguments, **options) -> None:
        is_new = not MigrationRecorder(connections[options["database"]]).applied_migrations()
        with changed_models_drawn_alone() if is_new else nullcontext():
            super().handle(*arguments, **options)


@contextmanager
def changed_models_drawn_alone() -> Iterator[None]:
    """Meanwhile an operation that changes one model alone draws that one."""
    django_reload_model = ProjectState.reload_model

    def reload_model(state: ProjectState, app_label: str, model_name: str, delay=False) -> None:
        if "apps" in state.__dict__ and is_of_one_model(state, app_label, model_name, delay):
            state.is_delayed = True
            state._reload({(app_label, model_name)})  # type: ignore[attr-defined]
        else:
            django_reload_model(state, app_label, model_name, delay)

    ProjectState.reload_model = reload_model  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        ProjectState.reload_model = django_reload_model  # type: ignore[method-assign]


def is_of_one_model(state: ProjectState, app_label: str, model_name: str, delay: bool) -> bool:
    """Whether others may go on with the model as it was drawn before.

    They may if it was drawn, its table keeps its name, and no model inherits from it, if Django
    lets them wait (`delay`) or fields only came to it.
    """
    try:
        drawn = state.apps.get_model(app_label, model_name)._meta
    except LookupError:
        return False
    changed = state.models[app_label, model_name]
    before = {field.name for field in (*drawn.local_fields, *drawn.local_many_to_many)}
    table = changed.options.get("db_table") or f"{app_label}_{model_name}"
    own_name = f"{app_label}.{model_name}"
    return (
        (delay or before < changed.fields.keys())
        and drawn.db_table == table
        and not any(own_name in model.bases for model in state.models.values())
    )
