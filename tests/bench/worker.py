"""Measures how much memory a worker takes and how soon the site answers, beside a bare Django."""

import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safeguarding.environment import LITTLE_MEMORY
from tests.bench.visitor import Sent, through_wsgi

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS = 5
BOOTED = re.compile(r"Booting worker with pid: (\d+)")


def first_answer(which: str) -> None:
    """In a process of its own: print the CPU seconds until the sign-in page has been answered.

    "ours" is the site; "bare" is what `startproject` makes, answering its own sign-in page.
    """
    if which == "ours":
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
        from safeguarding.wsgi import application

        path = "/sign-in/"
    else:
        application = _bare()
        path = "/admin/login/"
    status = through_wsgi(application)(Sent("GET", path, {"Host": "testserver"})).status
    used = resource.getrusage(resource.RUSAGE_SELF)
    if status != 200:
        raise SystemExit(f"{path} answered {status}")
    print(used.ru_utime + used.ru_stime)


def _bare():
    """Writes what `django-admin startproject` writes, and nothing else."""
    from django.conf import settings

    middleware = (
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    )
    apps = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
    processors = (
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    )
    settings.configure(
        SECRET_KEY="of a bare Django",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.bench.bare_urls",
        INSTALLED_APPS=[f"django.contrib.{app}" for app in apps],
        MIDDLEWARE=list(middleware),
        STATIC_URL="static/",
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": list(processors)},
            }
        ],
    )
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def compile_site() -> None:
    """Compiles the site as `.ci/venv` does where it is installed.

    Where Python may not keep what it has compiled, every start would else compile all of it again.
    """
    command = [sys.executable, "-m", "compileall", "-q", "concerns", "safeguarding"]
    subprocess.run(command, cwd=ROOT, check=True)


def starts(environment: dict[str, str]) -> dict[str, float]:
    """The least of several first answers of each, in CPU seconds, taken in turn."""
    compile_site()
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(STARTS):
        for which, seconds in found.items():
            command = [sys.executable, "-m", "tests.bench", "first", which]
            said = subprocess.run(
                command,
                cwd=ROOT,
                env=_told(environment),
                capture_output=True,
                text=True,
                check=True,
            )
            seconds.append(float(said.stdout))
    cold = min(found["ours"])
    bare = min(found["bare"])
    return {"cold": cold, "bare_cold": bare, "start": cold / bare}


@contextmanager
def served(
    environment: dict[str, str], workers: int, threads: int
) -> Iterator[tuple[int, list[int]]]:
    """Starts gunicorn as an installation runs it; gives its port and its workers' processes."""
    compile_site()
    command = [sys.executable, "-m", "gunicorn", "safeguarding.wsgi", "--bind", "127.0.0.1:0"]
    command += ["--workers", str(workers), "--threads", str(threads), "--log-level", "info"]
    running = subprocess.Popen(
        command, cwd=ROOT, env=_told(LITTLE_MEMORY | environment), stderr=subprocess.PIPE, text=True
    )
    reading = None
    try:
        said = ""
        while len(BOOTED.findall(said)) < workers:
            line = running.stderr.readline()
            if not line:
                raise RuntimeError(f"gunicorn did not start:\n{said}")
            said += line
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)", said)[1])
        time.sleep(2)
        # What it says later is read and left: a full pipe would hold it up.
        reading = threading.Thread(target=running.stderr.read, daemon=True)
        reading.start()
        yield port, [int(found) for found in BOOTED.findall(said)]
    finally:
        running.terminate()
        running.wait()
        if reading:
            reading.join()
        running.stderr.close()


def _told(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"DJANGO_SETTINGS_MODULE": "tests.bench.settings"}


def resident_memory(process: int) -> float:
    """MiB that the process holds in memory now."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024
