"""Limits how often an address that needs no sign-in may be asked for: the feed of a calendar, and
those that lead to a provider of single sign-on and back.

Counted in the cache, like the limits on signing in, for one fixed hour after another. The library
of those limits lets every GET pass, and these are such.
"""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 60 * 60
# A program asks a few times an hour. Of one address on the network, which may be a whole school,
# and of one secret: fetches in an hour.
MOST_FROM_ADDRESS = 3_000
MOST_OF_SECRET = 60
# A hall of 150 staff who sign in one after another, each of whom goes there and comes back, asks
# 300 times.
MOST_SIGN_ONS = 3_000


def may_fetch_feed(request: HttpRequest, kept: str) -> bool:
    """Count a fetch of the feed whose secret has the hash `kept`; False if there were too many.

    It is counted before anything is looked up, so a wrong secret is held off like a right one.
    """
    address = get_adapter().get_client_ip(request)
    within = [
        _count_fetch(f"feed:from:{address}") <= MOST_FROM_ADDRESS,
        _count_fetch(f"feed:of:{kept}") <= MOST_OF_SECRET,
    ]
    return all(within)


def may_sign_on(request: HttpRequest) -> bool:
    """Count a way to a provider of single sign-on, or back from it; False if there were too many
    from one address on the network. Each asks the provider, and may write a line in the record."""
    return _count_fetch(f"sign-on:from:{get_adapter().get_client_ip(request)}") <= MOST_SIGN_ONS


def _count_fetch(key: str) -> int:
    """How often `key` has been counted in its hour, with this time."""
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key)
    except ValueError:
        # Its hour ended between the two lines.
        return 1
