"""Whether an address that came with a request may be gone to afterwards."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def is_address_of_this_site(address: str) -> bool:
    """Whether `address` is a path here: a link to this site sends nobody to another."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)


def page_to_go_on_to(request: HttpRequest) -> str:
    """The address one came from (`next`), if it is one of this site; else the start page."""
    there = request.GET.get("next", "")
    return there if is_address_of_this_site(there) else "/"
