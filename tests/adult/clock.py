"""Holds the clock still, so that every request of a test is made at the same moment."""

from tests.factories import NOW


def stands_still(get_response):
    def middleware(request):
        request.now = NOW
        return get_response(request)

    return middleware
