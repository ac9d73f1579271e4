"""Sets up second factors for made-up people, and gives the codes that their apps show."""

import time

from allauth.mfa.totp.internal import auth as totp

from concerns.models import Person
from concerns.models.school import second_factor


def set_up_app(who: Person) -> str:
    """Give `who` an app, of which no code has been used. Returns its secret."""
    secret = second_factor.new_totp_secret()
    second_factor.set_up_totp(who, secret, 0)
    return secret


def code_of_app(secret: str, half_minutes: int = 0) -> str:
    """The code that the app shows now, or that many half-minutes from now.

    A code may be half a minute early or late. Take one of now or later: a code of the half-minute
    before is too old as soon as the next one begins, so that a test would fail now and then.
    """
    step = int(time.time()) // 30 + half_minutes
    return totp.format_hotp_value(totp.hotp_value(secret, step))


def give_factor(client, secret: str, half_minutes: int = 0):
    """Types the code of the app on the page that asks for it."""
    return client.post("/access/factor/", {"code": code_of_app(secret, half_minutes)})
