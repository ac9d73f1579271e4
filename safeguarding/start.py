"""Checks made when the web server starts, and statistics for SQLite.

The server must not start if migrations wait to be run or triggers are missing, if PostgreSQL could
lose commits or is reached over a network without being sure who answers, or if the demonstration is
run on a database with real people.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from concerns.models import School
from concerns.models.base import append_only

# Hosts of a database on this machine; a folder is that of its socket.
ON_THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")
MOST_TRIGGERS_NAMED = 5
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def refuse_unless_safe() -> None:
    """Raise ImproperlyConfigured, saying what to do, if the site must not start."""
    try:
        _require_migrated_database()
        _require_triggers()
        _require_collected_files()
        if not settings.DEMO:
            _require_durable_database()
            require_checked_database(settings.DATABASES["default"])
        if settings.DEMO and School.objects.filter(invented=False).exists():
            raise ImproperlyConfigured("DEMO is set, and this database has real people in it.")
    finally:
        connection.close()


def analyse_sqlite_indexes() -> None:
    """Let SQLite gather statistics of its indexes, as PostgreSQL does by itself.

    Without them the query for one child's chronology reads ten years of the whole school. At most
    1,000 entries of each index are read: a moment, whatever the size.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
        connection.close()


def _require_migrated_database() -> None:
    """A release that runs on the tables of an older one fails at whatever page needs a new one.

    Only names are compared: loading every migration would make each start slower.
    """
    applied = MigrationRecorder(connection).applied_migrations()
    for app in apps.get_app_configs():
        files = Path(app.path, "migrations").glob("[0-9]*.py")
        if any((app.label, file.stem) not in applied for file in files):
            raise ImproperlyConfigured(
                "The database has not been set up, or not since the last upgrade. Run: "
                "manage.py migrate"
            )


def _require_triggers() -> None:
    gone = append_only.missing_triggers()
    if gone:
        named = ", ".join(gone[:MOST_TRIGGERS_NAMED])
        raise ImproperlyConfigured(
            f"{len(gone)} of the triggers that stop the record from being changed are missing: "
            f"{named}{' and others' if gone[MOST_TRIGGERS_NAMED:] else ''}. Find out who removed "
            "them, then run: manage.py migrate"
        )


def _require_collected_files() -> None:
    """Without its static files every page would answer with an error; without those that a newer
    release brought, every page that has one of them."""
    collected = _read_collected_names()
    if not all(name in collected for finder in get_finders() for name, _ in finder.list([])):
        raise ImproperlyConfigured(
            "The site's style sheets and scripts have not been collected, or not since the last "
            "upgrade. Run: manage.py collectstatic --no-input"
        )


def _read_collected_names() -> set[str]:
    """The names of the files that were collected last; none if their list cannot be read."""
    try:
        text = (Path(settings.STATIC_ROOT) / "staticfiles.json").read_text()
        return set(json.loads(text)["paths"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _require_durable_database() -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for name in DURABLE:
            cursor.execute("SELECT current_setting(%s)", [name])
            if cursor.fetchone()[0] == "off":
                raise ImproperlyConfigured(
                    f"PostgreSQL has {name} off: an acknowledged concern could be lost. Turn it on."
                )


def require_checked_database(database: Mapping[str, Any]) -> None:
    """Raise ImproperlyConfigured if `database`, a row of settings.DATABASES, is reached over a
    network and its certificate is not checked: anybody there could read what is written."""
    host = database.get("HOST", "")
    if host in ON_THIS_MACHINE or host.startswith("/") or settings.DATABASE_PRIVATE_NETWORK:
        return
    if database.get("OPTIONS", {}).get("sslmode") != "verify-full":
        raise ImproperlyConfigured(
            "The database is on another machine, and DATABASE_URL does not ask for its "
            "certificate to be checked. Add ?sslmode=verify-full&sslrootcert=FILE to it, or set "
            "DATABASE_PRIVATE_NETWORK=1 if nobody else is on that network."
        )
