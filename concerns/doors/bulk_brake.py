"""Stops whoever opens the files of unusually many children, until they say why.

`sight.py` asks here before it records a reading that opens files, so every page, print, pack and
CSV file is counted, and none is shown beyond the limit. The gate then writes that they were
stopped, which tells the head, keeps what was typed, and leads to the page where they say why.
Sending a concern opens nothing and is never stopped. A file of the whole school is asked about
beforehand, and shown once a second person has allowed it.

The count comes from the ledger (`models/ledger/files_opened.py`), so every worker has the same. Of
requests that are served in the same instant each may open one file more than the limit.
"""

import uuid
from collections.abc import Iterable
from contextvars import ContextVar

from django.db import transaction

from concerns.doors import ledger
from concerns.models import BulkStop, ExportRequest, Notice, Person, Viewer
from concerns.models.ledger.files_opened import read_files_opened
from concerns.rules.bulk_brake import BulkLimit, file_names, find_limit_met, role_to_tell
from concerns.rules.kinds import Kind
from concerns.rules.message_rules import MANY_FILES_OF_HEAD, MANY_FILES_OF_READER, MessageReason
from concerns.rules.roles import May, Role
from concerns.rules.whole_export import is_whole_export

# The children whose files this request has been let open, and the request's id: a page that shows
# a concern and the child's file is one opening.
_let_open: ContextVar[tuple[str, frozenset[str]]] = ContextVar(
    "let_open", default=("", frozenset())
)


class BulkStopped(Exception):
    """The page would open more files than may be opened without a reason. Nothing was shown."""

    def __init__(self, limit: BulkLimit, files: int):
        super().__init__(limit.value)
        self.limit = limit
        self.files = files


def require_few_files(viewer: Viewer, kind: Kind, children: Iterable[uuid.UUID]) -> None:
    """Raise BulkStopped if a reading of `kind` that names `children` would pass a limit.

    Whoever only reads what they wrote themselves is not counted. One query, for a reading that
    opens files.
    """
    opening = file_names(kind, children)
    if not opening or not viewer.has_power(May.READ):
        return
    request = ledger.request_id.get()
    let_by, let_open = _let_open.get()
    if request and request == let_by and opening <= let_open:
        return
    found = read_files_opened(viewer)
    met = find_limit_met(found.at, opening, found.said_why, viewer.school.bulk_limits, viewer.now)
    if met:
        raise BulkStopped(*met)
    _let_open.set((request, opening | let_open if request == let_by else opening))


class SecondPersonNeeded(Exception):
    """The file would take out so much of the school that somebody else must allow it first."""


def require_second_person(viewer: Viewer, kind: Kind, children: int) -> bool:
    """Whether a reading of `kind` that names so many `children` has been allowed by a second
    person; False if it needs none. Raises SecondPersonNeeded if it needs one."""
    most = viewer.school.bulk_limits[BulkLimit.DAY]
    if not is_whole_export(kind, children, most):
        return False
    if not ExportRequest.objects.all().is_allowed_for(viewer):
        raise SecondPersonNeeded
    return True


def record_stop(viewer: Viewer, stopped: BulkStopped) -> BulkStop:
    """Write that the viewer was stopped, and tell the head, or the chair if it is the head.

    Once: whoever asks for more pages before saying why has been stopped already.
    """
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=viewer.person.pk)
        waiting = BulkStop.objects.find_waiting(viewer)
        if waiting and waiting.limit == stopped.limit:
            return waiting
        stop = BulkStop.objects.create(
            school=viewer.school,
            person=viewer.person,
            at=viewer.now,
            limit=stopped.limit,
            files=stopped.files,
        )
        ledger.write_ledger_line(
            Kind.MANY_STOPPED,
            school=viewer.school,
            by=viewer.person,
            role=viewer.role_words,
            now=viewer.now,
            about=stop.uid,
            outcome=ledger.REFUSED,
            reason=f"{stopped.files} {stopped.limit.label}",
        )
        _tell_whoever_answers(viewer, stop)
    return stop


def _tell_whoever_answers(viewer: Viewer, stop: BulkStop) -> None:
    role = role_to_tell(viewer.roles)
    line = MANY_FILES_OF_HEAD if role is Role.CHAIR else MANY_FILES_OF_READER
    said = line.format(person=viewer.person.name, files=stop.files, window=stop.limit_in_words)
    people = Person.objects.in_role(role, viewer.school, viewer.todays_date)
    others = people.exclude(pk=viewer.person.pk)
    why = MessageReason.MANY_FILES
    Notice.objects.notify_people(others, viewer.school, why, said, f"bulk:{stop.uid}", viewer.now)
