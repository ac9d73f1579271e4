"""Which children's files somebody has opened lately, from the lines of the ledger.

Nothing is written for this: each reading leaves its line anyway. The children a line names stand in
its body, so the database takes them out of there: the lines of one person and one day are found by
an index, and few of a day's readings open a file that was not open before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from concerns.models.school.person import Viewer
from concerns.rules.bulk_brake import LONGEST_WINDOW, OPENS_FILES, TAKEN_OUT, BulkLimit
from concerns.rules.kinds import Kind

# What takes the texts of the list `children`, and the text `reason`, out of a line's body.
_TAKEN_OUT = {
    "sqlite": ("json_each(line.body, '$.children')", "json_extract(line.body, '$.reason')"),
    "postgresql": (
        "json_array_elements_text(line.body::json -> 'children') AS child(value)",
        "line.body::json ->> 'reason'",
    ),
}
# See `bulk_brake.file_names`.
_FILE = f"CASE WHEN line.kind = '{Kind.EXPORTED}' THEN '{TAKEN_OUT}' ELSE '' END || child.value"
_LINES = "line.actor_id = %s AND line.received > %s AND line.received <= %s AND line.school_id = %s"


@dataclass(frozen=True)
class FilesOpened:
    """When each child's file was last opened, by uid, and when its reader last said why."""

    at: dict[str, datetime]
    said_why: dict[BulkLimit, datetime]


def read_files_opened(viewer: Viewer) -> FilesOpened:
    """What the viewer has opened in their school in the last day. One query."""
    children, reason = _TAKEN_OUT[connection.vendor]
    named = "child" if connection.vendor == "sqlite" else ""
    kinds = ", ".join(["%s"] * len(OPENS_FILES))
    # Nothing in it comes from outside: names of columns, and a place for each value.
    opened = (
        f"SELECT {_FILE}, MAX(line.received), 0 FROM concerns_line line, {children} {named} "  # noqa: S608
        f"WHERE {_LINES} AND line.kind IN ({kinds}) GROUP BY {_FILE}"
    )
    said = (
        f"SELECT {reason}, MAX(line.received), 1 FROM concerns_line line "  # noqa: S608
        f"WHERE {_LINES} AND line.kind = %s GROUP BY {reason}"
    )
    adapt = connection.ops.adapt_datetimefield_value
    since = adapt(viewer.now - LONGEST_WINDOW)
    of_viewer = [viewer.person.pk, since, adapt(viewer.now), viewer.school.pk]
    given = [*of_viewer, *(kind.value for kind in OPENS_FILES), *of_viewer, Kind.MANY_SAID.value]
    with connection.cursor() as cursor:
        cursor.execute(f"{opened} UNION ALL {said}", given)
        rows = cursor.fetchall()
    return FilesOpened(
        at={word: _as_moment(at) for word, at, why in rows if not why},
        said_why={BulkLimit(word): _as_moment(at) for word, at, why in rows if why},
    )


def _as_moment(found: datetime | str) -> datetime:
    """SQLite keeps moments as text, in UTC."""
    if isinstance(found, datetime):
        return found
    return datetime.fromisoformat(found).replace(tzinfo=UTC)
