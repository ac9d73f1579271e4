"""What the pages about one's own account read."""

from concerns.models import Heartbeat
from concerns.workflow.password_reset import PasswordReset, find_password_reset


def find_reset_now(address: str) -> PasswordReset | None:
    """The way to a new password for whoever has `address`; None if nobody here has."""
    return find_password_reset(address, Heartbeat.objects.database_now())
