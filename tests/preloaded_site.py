"""Loads the site once, and forks a server of it for each test that asks for one.

`python -m tests.preloaded_site` reads its orders from standard input, a line of JSON for each
server, and answers with the number of its process. It ends when its input does; the servers go on
until they are killed. Loading the site and reading its templates takes longer than most of what a
test then asks of it.

It is a process of its own because one with threads, as the tests have, cannot be forked safely. We
wrote it ourselves because gunicorn starts its workers again only with the database it began with.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.databases import ROOT, Database


class ForkedServer:
    """A server that was forked here. It is not a child of the tests, so only its number is known:
    the methods are those of `subprocess.Popen` that a test needs."""

    def __init__(self, pid: int):
        self.pid = pid
        self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """None while it runs, and 0 however it ended."""
        return 0 if self._has_ended_within(0) else None

    def wait(self, seconds: float) -> None:
        if not self._has_ended_within(seconds):
            raise subprocess.TimeoutExpired("a forked server", seconds)

    def _has_ended_within(self, seconds: float) -> bool:
        return bool(select.select([self._handle], [], [], seconds)[0])

    def __del__(self) -> None:
        os.close(self._handle)


class PreloadedSite:
    """The process that forks, as the tests see it."""

    def __init__(self, running: subprocess.Popen):
        self._running = running

    def fork_server(self, database: Database, log: Path, arguments: list[str]) -> ForkedServer:
        """Starts gunicorn with these arguments on `database`; it writes to `log`."""
        order = {"name": database.name, "url": database.url, "log": str(log)}
        self._running.stdin.write(json.dumps(order | {"arguments": arguments}) + "\n")
        self._running.stdin.flush()
        return ForkedServer(int(self._running.stdout.readline()))


@contextlib.contextmanager
def preload_site(environment: dict[str, str]) -> Iterator[PreloadedSite]:
    """Loads the site with these variables in its environment."""
    command = [sys.executable, "-m", "tests.preloaded_site"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as running:
        yield PreloadedSite(running)
        running.stdin.close()


def _load_site() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.template.loader import get_template
    from django.urls import get_resolver

    get_resolver().reverse_dict  # noqa: B018
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for path in sorted(Path(folder).rglob("*.html")):
            get_template(str(path.relative_to(folder)))


def _serve(order: dict) -> None:
    from django.db import connections
    from gunicorn.app.wsgiapp import run

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    os.environ["DATABASE_URL"] = order["url"]
    connections.settings["default"]["NAME"] = order["name"]
    sys.argv = ["gunicorn", *order["arguments"]]
    run()


def main() -> None:
    _load_site()
    # Nobody here waits for the servers: the system takes them away when they end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if pid := os.fork():
            sys.stdout.write(f"{pid}\n")
            sys.stdout.flush()
        else:
            _serve(json.loads(line))


if __name__ == "__main__":
    main()
