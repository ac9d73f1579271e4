"""Does work once a page has been sent, so that the time it took to come tells nothing.

For what must not show: whether somebody here has the e-mail address that was typed. A job kept for
`manage.py clock` would come a minute late, to somebody who waits at the page; a thread would be
forgotten when its worker is stopped.
"""

import logging
from collections.abc import Callable

from django.http import HttpResponse

log = logging.getLogger(__name__)


def run_after_response(response: HttpResponse, work: Callable[[], object]) -> None:
    """Call `work` when the server has sent `response` and closes it. If it fails, the log says
    with which kind of error and nobody is told."""
    close = response.close

    def close_after_work() -> None:
        try:
            work()
        except Exception as fault:
            # What went wrong may name somebody.
            log.warning("work after a response failed: %s", type(fault).__name__)
        finally:
            close()

    response.close = close_after_work  # type: ignore[method-assign]
