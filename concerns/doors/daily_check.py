"""The daily check of the whole record, run by the worker after a round.

What it finds is kept for the head's pages (`IntegrityFault`), and whether it found anything for
/healthz (`Heartbeat`). Neither gives away that there is a concern about an adult, or a draft:
whoever runs the site is told of those by the log and by `manage.py unheld`. The rules that are
checked are in `reading/integrity_check.py`. Files that nobody confirmed are deleted then too.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from itertools import islice

from django.db import DatabaseError, transaction

from concerns.models import Heartbeat, IntegrityFault, School
from concerns.models.outbox.integrity_fault import MOST_KEPT
from concerns.reading.integrity_check import IntegrityBreach, check_school_integrity
from concerns.rules.reporting_periods import local_day
from concerns.workflow.unconfirmed_files import delete_unconfirmed_files

log = logging.getLogger(__name__)


def check_record_if_due(now: datetime, may_go_on: Callable[[], bool]) -> bool:
    """Check every school at `now` (aware) if a check is due, and keep what is found.

    `may_go_on` is asked after each school; False ends the check, and so does this return False: the
    next round begins it again. Raises only DatabaseError.
    """
    if not Heartbeat.objects.is_integrity_check_due(now):
        return True
    broken = False
    for school in School.objects.order_by("pk"):
        broken = _check_and_keep(school, now) or broken
        if not may_go_on():
            return False
    delete_unconfirmed_files(now)
    Heartbeat.objects.record_integrity_check(broken=broken, now=now)
    return True


def _check_and_keep(school: School, now: datetime) -> bool:
    """Keep what is wrong in `school`. Returns whether anything is that /healthz may tell of."""
    found = _list_breaches(school, now)
    if found:
        log.warning("the check of the record found something wrong: run manage.py unheld")
    told = [one for one in found if one.adult_concern or not one.is_private]
    rows = [
        IntegrityFault(
            school=school,
            concern_id=one.concern,
            adult_concern_id=one.adult_concern,
            words=one.words[:250],
            found_at=now,
        )
        for one in told
    ]
    with transaction.atomic():
        IntegrityFault.objects.replace_faults(school, rows)
    return any(not one.is_private for one in found)


def _list_breaches(school: School, now: datetime) -> list[IntegrityBreach]:
    """The first breaches in `school`; one that says so, if the check itself could not be done."""
    day = local_day(school.school_calendar, now)
    try:
        return list(islice(check_school_integrity(school, day), MOST_KEPT))
    except DatabaseError:
        raise
    except Exception as fault:
        # Log which school and which kind of error, never the message: it may quote the record.
        log.warning("could not check school %s: %s", school.uid, type(fault).__name__)
        return [IntegrityBreach("the check of the record could not be finished")]
