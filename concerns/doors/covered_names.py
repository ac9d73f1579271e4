"""Whether names and words are covered in this browser, because others can see its screen.

It is a cookie of the browser, not of the session: it stays until somebody uncovers them, also after
signing out. A page that takes part shows no name of a child, no class and no words while it is set.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "names_covered"
_A_YEAR = 365 * 24 * 60 * 60


def are_names_covered(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == "1"


def switch_names_covered(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Cover names in the browser of `request`, or uncover them if they are covered."""
    if are_names_covered(request):
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            COOKIE,
            "1",
            max_age=_A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
