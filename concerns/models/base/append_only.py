"""Database triggers that stop recorded rows from being changed or deleted.

There is one trigger for each table and verb, on PostgreSQL and SQLite. They are installed again
after every migration, because SQLite silently drops them when it rebuilds a table, and they are
checked at every start. On PostgreSQL the web's role also has no right to update, delete or truncate
these tables, because triggers alone would not stop TRUNCATE.

We wrote this ourselves because pghistory is PostgreSQL only, and auditlog and simple-history miss
bulk operations and raw SQL.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

# Models whose rows never change at all.
FROZEN = (
    "LedgerLine", "Decision", "DecisionChild", "DecisionRoute", "Addition", "WordBack", "Handing",
    "Ending", "Mark", "Conversation", "Referral", "ReferralEvent", "ConcernCategory",
    "CategorySorting", "SortedCategory",
    "AdultDecision", "AdultEntry", "StaffChangeRequest", "StaffChangeAnswer", "Invitation",
    "Exclusion", "Refiling",
    "ChaseCall", "Meeting", "MeetingAction", "Promise", "ComingMeeting", "MeetingChange",
    "Household", "HouseholdAdult", "FileEvent", "Sighting", "ClockSet",
    "Departure", "FileSending", "HomeEducationCheck", "ChildPackage",
    "EducationElsewhere", "ElsewhereReview",
    "Attachment", "DocumentFile", "Task", "TaskAnswer", "Watch", "BulkStop", "BulkReason",
    "ExportRequest",
    "ExportAnswer", "InvitationBatch", "ReaderPart", "ReadingQuestion", "ReadingQuestionFile",
    "ReadingReason", "RollCorrection", "HistoryImport", "EarlierLine", "EarlierAttachment",
)  # fmt: skip
# Models whose rows are ended once and otherwise never change: the entries in a child's file.
ENDED_ONCE = (
    "Home", "AdultHome", "Tie", "AdultFact", "Sibling", "Status", "Professional", "Language",
    "EarlierFile", "HomeAuthority", "RollContact", "RollDetail", "LeadDetail", "EarlierRecord",
    "ChildDocument",
)  # fmt: skip
# The same of what is in no child's file: which account of single sign-on is whose.
LINKS_ENDED_ONCE = ("SignOnLink",)
# Models whose rows may be updated but never deleted.
KEPT = (
    *ENDED_ONCE,
    *LINKS_ENDED_ONCE,
    "Concern", "ConcernChild", "Step", "Child", "ChildName", "Enrolment", "Placement", "Relation",
    "Person", "Post", "PostConfirmation", "School", "Cover", "RollQuestion", "LedgerLineWords",
    "CalendarFeed", "AdultConcern", "AdultExclusion", "AdultStep",
    "Notice", "Letter", "QueuedInvitation", "Heartbeat", "RoundFailure", "SavedView",
    "SignOnProvider",
)  # fmt: skip
ONCE = "WHEN (OLD.ended_at IS NOT NULL)"


def _table_names_of(names: Iterable[str]) -> list[str]:
    return [apps.get_model("concerns", name)._meta.db_table for name in names]


def encrypted_columns() -> dict[str, list[str]]:
    """For tables whose rows may be updated: the encrypted columns, which must never change.

    Table name -> names of its columns.
    """
    from concerns.models.base.encrypted_text import EncryptedText

    found = {}
    for name in ("Concern", "ConcernChild", "AdultConcern", "AdultExclusion"):
        meta = apps.get_model("concerns", name)._meta
        found[meta.db_table] = [f.column for f in meta.fields if isinstance(f, EncryptedText)]
    return found


def immutable_columns() -> dict[str, str]:
    """For tables in ENDED_ONCE and LINKS_ENDED_ONCE: the columns that must stay as first written.

    Table name -> column names, quoted and joined by commas.
    """
    from concerns.models.child.child_fact import ENDING

    metas = [apps.get_model("concerns", name)._meta for name in (*ENDED_ONCE, *LINKS_ENDED_ONCE)]
    return {
        meta.db_table: ", ".join(f'"{f.column}"' for f in meta.fields if f.column not in ENDING)
        for meta in metas
    }


def required_triggers() -> dict[str, tuple[str, str, str]]:
    """Every trigger the database must have: name -> (table, verb, columns).

    Empty columns mean any column. Triggers named `..._ended_once` fire only on rows that have
    already ended.
    """
    triggers = {}
    for table in _table_names_of(FROZEN):
        triggers[f"{table}_no_update"] = (table, "UPDATE", "")
    for table in _table_names_of(FROZEN + KEPT):
        triggers[f"{table}_no_delete"] = (table, "DELETE", "")
    for table, columns in encrypted_columns().items():
        triggers[f"{table}_words_stay"] = (table, "UPDATE", ", ".join(columns))
    for table, first in immutable_columns().items():
        triggers[f"{table}_stays"] = (table, "UPDATE", first)
        triggers[f"{table}_ended_once"] = (table, "UPDATE", "")
    return triggers


def install_triggers(using: str = "default") -> None:
    """Create every trigger, and on PostgreSQL grant the web's role its rights."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION concerns_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the record does not change: %', TG_TABLE_NAME; END $$"
            )
        for name, (table, verb, columns) in required_triggers().items():
            if table in tables:
                _create_trigger(connection, cursor, name, table, verb, columns)
        if connection.vendor == "postgresql":
            _grant_web_role_rights(cursor)


def _create_trigger(
    connection: BaseDatabaseWrapper,
    cursor: CursorWrapper,
    name: str,
    table: str,
    verb: str,
    columns: str,
) -> None:
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


def _grant_web_role_rights(cursor: CursorWrapper) -> None:
    """Grant the web's role its rights: it may only insert into FROZEN tables, and not delete from
    KEPT ones."""
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
    for table in _table_names_of(FROZEN):
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
    for table in _table_names_of(KEPT):
        cursor.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM {quoted}")


def missing_triggers(using: str = "default") -> list[str]:
    """The names of the required triggers that the database lacks."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        standing = {row[0] for row in cursor.fetchall()}
    return sorted(set(required_triggers()) - standing)


def after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    install_triggers(using)


def check_triggers_present(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Django database check: without every trigger the web does not start and migrations stop.

    A new release may need more triggers than the last one installed. While one of its migrations
    is still to run, which will install them, no missing trigger is reported.
    """
    found: list[CheckMessage] = []
    for using in databases or ():
        made = "concerns_line" in connections[using].introspection.table_names()
        if made and not _has_pending_migrations(using):
            found += [
                Error(
                    f"the trigger {name} is missing", hint="manage.py migrate", id="concerns.E002"
                )
                for name in missing_triggers(using)
            ]
    return found


def _has_pending_migrations(using: str) -> bool:
    executor = MigrationExecutor(connections[using])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes("concerns")))
