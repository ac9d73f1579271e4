"""A concern that a cleaner without an account tells a colleague at the gate."""

import uuid
from datetime import date, datetime

from concerns.management.demo.school_times import school_datetime
from concerns.models import Account, Child
from concerns.rules.roles import Role
from concerns.submit import acts as submit

CHILD = 41


def schedule_gate_account(year, day: date) -> None:
    """Schedule the account on `day`, ten minutes after it was told. Nobody reads it yet."""
    at = school_datetime(year, day, 15, 20)
    year.schedule_event(at, _submit_gate_account, year, year.children[CHILD])


def _submit_gate_account(at: datetime, year, child: Child) -> None:
    account = Account(
        children=(child,),
        going_home="not_sure",
        how_known="someone_told",
        teller="Marta Nowak, who cleans the hall",
        teller_is="site",
        told_when="at the gate, ten past three",
        told_words="I see this little one three days now, by the bins behind the kitchen, eating "
        "what is left there. I said nothing, only gave my apple. I think you should know.",
    )
    by = year.viewer_in_role(year.staff[0], Role.STAFF, at)
    submit.submit(by=by, draft=uuid.UUID(int=CHILD, version=4), account=account, now=at)
