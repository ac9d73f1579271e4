"""The site's addresses with the two pages of the floors added, for the bench alone."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import include, path

from tests.bench.school import NOW


def at_a_fixed_time(get_response):
    def middleware(request):
        request.now = NOW
        return get_response(request)

    return middleware


@login_not_required
def bare(request):
    """Asks for nobody and reads nothing: what a request costs before the site does anything."""
    return HttpResponse("bare")


def blank(request):
    """Finds out who is asking and shows an empty page, behind Django's own login requirement."""
    return HttpResponse(f"blank {request.user.is_authenticated}")


urlpatterns = [
    path("bench/bare/", bare),
    path("bench/blank/", blank),
    path("", include("safeguarding.urls")),
]
handler400 = "safeguarding.pages.bad_request"
handler403 = "safeguarding.pages.permission_denied"
handler404 = "safeguarding.pages.not_found"
handler500 = "safeguarding.pages.server_error"
