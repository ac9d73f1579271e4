"""How gunicorn starts in the tests: it imports the site once, and not once for each worker."""

from django.db import connections

preload_app = True


def pre_fork(_server, _worker) -> None:
    """Closes what the checks at the start opened: two processes must not share a connection."""
    connections.close_all()
