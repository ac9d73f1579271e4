"""Whether an address that came with a request may be gone to afterwards."""

from django.utils.http import url_has_allowed_host_and_scheme


def is_address_of_this_site(address: str) -> bool:
    """Whether `address` is a path here: a link to this site sends nobody to another."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
