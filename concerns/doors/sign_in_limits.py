"""How many wrong guesses at a password there may be, and whose tries they are counted at.

Only wrong guesses count, so a hall of staff who sign in behind one address is never held up. A
guess at an account is counted at the browser, if somebody has signed in to that account with it
before (`known_browser.py`), and nothing that others do counts there: nobody can keep an owner out
of their account by guessing at it. From all other browsers it is counted at the account and the
address on the network together; at the account, wherever they are; and at the address, for whoever
tries one password at many accounts.

The counting is the library's (`ACCOUNT_RATE_LIMITS` in `safeguarding/settings.py`), and so is the
moment: `Adapter` in `safeguarding/accounts.py`. Its own single count for an account would keep the
owner out with the guesser, and its count for an address would keep out a whole school.
"""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.http import HttpRequest

from concerns.doors.known_browser import find_known_browser
from concerns.models import Person


def may_try_to_sign_in(request: HttpRequest, address: str) -> bool:
    """Whether a password may be tried for the account with `address`. Counts nothing."""
    return all(
        ratelimit.consume(request, action=action, key=key, dry_run=True)
        for action, key in _counts_of_try(request, address)
    )


def count_wrong_password(request: HttpRequest, address: str) -> None:
    """Count a wrong password for the account with `address`."""
    for action, key in _counts_of_try(request, address):
        ratelimit.consume(request, action=action, key=key)


def _counts_of_try(request: HttpRequest, address: str) -> list[tuple[str, str]]:
    """Each rate limit that a try counts at, with the key that it is counted under."""
    account = address.strip().lower()
    person = Person.objects.filter(email=account, is_active=True).first()
    browser = find_known_browser(request, person) if person else ""
    if browser:
        return [("sign_in_known_browser", f"{account} {browser}")]
    here = get_adapter().get_client_ip(request)
    return [
        ("sign_in_address", account),
        ("sign_in_account_from_address", f"{account} {here}"),
        ("sign_in_account", account),
    ]
