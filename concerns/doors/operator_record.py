"""Who ran a command on the machine, for the record.

Whoever runs a site has no account for it and no role in any school: they have the machine. What
they do by `manage.py` to a school's accounts, or are shown of its record, is a line in the ledger
of that school with the name of their user on the operating system. Whoever owns the machine can
take another name, or go round the program: the copies of the ledger's head outside are for that.
"""

import os
import pwd
from datetime import datetime

from django.db import transaction

from concerns.doors import ledger
from concerns.models import Heartbeat, School
from concerns.rules.kinds import Kind


def operating_system_user() -> str:
    """The user this program runs as: from the system itself, since variables say what one likes.

    For root after `sudo`, also who that was by their own account.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        # In a container there may be nobody with that number.
        name = f"user {number}"
    called = os.environ.get("SUDO_USER", "")
    return f"{name} (for {called[:32]})" if called and number == 0 else name


def by_command() -> str:
    """How the ledger says that an act was done by whoever runs the site."""
    return f"from the command line, by {operating_system_user()}"


def record_operator_reading(
    school: School, command: str, now: datetime, kind: Kind = Kind.LISTED
) -> None:
    """Write that `command` is about to show something of the record of `school`. Before it does.

    `kind` is EXPORTED for what leaves the site.
    """
    with transaction.atomic():
        ledger.write_ledger_line(
            kind,
            school=school,
            by=None,
            role="",
            now=now,
            reason=f"manage.py {command}, {by_command()}",
        )


def record_operator_reading_everywhere(command: str, kind: Kind = Kind.LISTED) -> None:
    """As `record_operator_reading`, for a command that goes through the record of every school."""
    now = Heartbeat.objects.database_now()
    # Only what a line needs: a backup is made before the columns of a newer release are there.
    for school in School.objects.only("uid").order_by("pk"):
        record_operator_reading(school, command, now, kind)
