"""This file knows how the database itself refuses to change what was recorded.

One trigger for each table and verb, on both databases, put back after every migration (SQLite's
table rebuild silently drops them) and looked for at every start. On PostgreSQL the web's role also
has no right to change, delete or truncate these tables; triggers alone would not stop TRUNCATE.
pghistory is PostgreSQL only; auditlog and simple-history miss bulk and raw SQL: so this is ours.
"""

from django.apps import apps
from django.conf import settings
from django.core.checks import Error
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

# Rows that never change at all.
FROZEN = (
    "Line", "Decision", "DecisionChild", "DecisionRoute", "Addition", "WordBack", "Handing",
    "Ending", "Mark", "Conversation", "Referral", "ReferralEvent", "ConcernCategory",
    "AdultDecision", "AdultEntry", "Asked", "Answer", "Invitation",
    "Exclusion", "Refiling",
    "ChaseCall", "Meeting", "MeetingAction",
    "Household", "HouseholdAdult", "FileEvent", "Sighting", "ClockSet",
    "Task", "TaskAnswer", "Watch",
)  # fmt: skip
# Rows that are ended once, and otherwise never change: the lines of a child's file.
ENDED_ONCE = (
    "Home", "AdultHome", "Tie", "AdultFact", "Sibling", "Status", "Professional", "Language",
    "EarlierFile", "HomeAuthority",
)  # fmt: skip
# Rows that may move on, and never go.
KEPT = (
    *ENDED_ONCE,
    "Concern", "ConcernChild", "Step", "Child", "ChildName", "Enrolment", "Placement", "Relation",
    "Person", "Post", "School", "Cover", "RollQuestion", "LineWords",
    "AdultConcern", "AdultExclusion", "AdultStep",
    "Notice", "Letter", "Beat", "Trouble",
)  # fmt: skip
ONCE = "WHEN (OLD.ended_at IS NOT NULL)"


def _tables(names):
    return [apps.get_model("concerns", name)._meta.db_table for name in names]


def word_columns() -> dict[str, list[str]]:
    """The sealed columns of the rows that may move on: their words never change."""
    from concerns.models.fields import EncryptedText

    found = {}
    for name in ("Concern", "ConcernChild", "AdultConcern", "AdultExclusion"):
        meta = apps.get_model("concerns", name)._meta
        found[meta.db_table] = [f.column for f in meta.fields if isinstance(f, EncryptedText)]
    return found


def first_columns() -> dict[str, str]:
    """What of a line that is ended once stays as it was written, for the name of its table."""
    from concerns.models.fact import ENDING

    metas = [apps.get_model("concerns", name)._meta for name in ENDED_ONCE]
    return {
        meta.db_table: ", ".join(f'"{f.column}"' for f in meta.fields if f.column not in ENDING)
        for meta in metas
    }


def wanted() -> dict[str, tuple[str, str, str]]:
    """Every trigger that must stand: name -> (table, verb, columns). Those of `_ended_once` fire
    only on what has ended."""
    triggers = {}
    for table in _tables(FROZEN):
        triggers[f"{table}_no_update"] = (table, "UPDATE", "")
    for table in _tables(FROZEN + KEPT):
        triggers[f"{table}_no_delete"] = (table, "DELETE", "")
    for table, columns in word_columns().items():
        triggers[f"{table}_words_stay"] = (table, "UPDATE", ", ".join(columns))
    for table, first in first_columns().items():
        triggers[f"{table}_stays"] = (table, "UPDATE", first)
        triggers[f"{table}_ended_once"] = (table, "UPDATE", "")
    return triggers


def install(using: str = "default") -> None:
    """Put every trigger in place, and on PostgreSQL give the web's role its rights."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION concerns_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the record does not change: %', TG_TABLE_NAME; END $$"
            )
        for name, (table, verb, columns) in wanted().items():
            if table in tables:
                _create(connection, cursor, name, table, verb, columns)
        if connection.vendor == "postgresql":
            _grant(cursor)


def _create(connection, cursor, name, table, verb, columns):
    of = f"{verb} OF {columns}" if columns else verb
    when = ONCE if name.endswith("_ended_once") else ""
    if connection.vendor == "postgresql":
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {of} ON {table} "
            f"FOR EACH ROW {when} EXECUTE FUNCTION concerns_refuse()"
        )
    else:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE {of} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, 'the record does not change: {table}'); END"
        )


def _grant(cursor):
    """The web may read and write what it needs; what never changes it may only add to."""
    role = settings.DATABASE_WEB_ROLE
    cursor.execute("SELECT current_user")
    if not role or role == cursor.fetchone()[0]:
        return
    quoted = '"{}"'.format(role.replace('"', '""'))
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    cursor.execute(
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"
    )
    cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    for table in _tables(FROZEN):
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
    for table in _tables(KEPT):
        cursor.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM {quoted}")


def missing(using: str = "default") -> list[str]:
    """The triggers that should stand and do not, by name."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        standing = {row[0] for row in cursor.fetchall()}
    return sorted(set(wanted()) - standing)


def after_migrate(sender, using, **kwargs):
    install(using)


def every_trigger_stands(app_configs, databases=None, **kwargs):
    """Django's check of the database: the web does not start, and nothing migrates on, without.

    A new release may want more of them than the last put in place: while a migration of it waits,
    which puts them there, none is missed yet.
    """
    found = []
    for using in databases or ():
        made = "concerns_line" in connections[using].introspection.table_names()
        if made and not _waits_to_migrate(using):
            found += [
                Error(
                    f"the trigger {name} is missing", hint="manage.py migrate", id="concerns.E002"
                )
                for name in missing(using)
            ]
    return found


def _waits_to_migrate(using: str) -> bool:
    executor = MigrationExecutor(connections[using])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes("concerns")))
