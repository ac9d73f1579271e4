"""Measures the pages on made-up schools, or plays a simulated year of a secondary school.

    python -m tests.bench 1000 10000          measures schools of so many concerns
    python -m tests.bench year 300 900 2500   plays a year at so many incidents per 1,000 pupils

For each size a new database is made, then migrated and filled in one process (as the owner of the
tables), measured in another (as the web's role), and thrown away (`whole_run.py`). Figures stand
beside their goals, and a goal that is missed is no failure. These are: a run that ends early, a
school that was not filled, a page that did not answer as it should, and anything that was lost.
DATABASE_URL names a PostgreSQL to work in, with DATABASE_OWNER_URL; with neither, the schools are
SQLite files in a temporary folder. A database with real people in it is refused.
"""

import json
import logging
import os
import sys
from itertools import chain

from tests.bench.progress import end_when_asked, tell_progress


def main(arguments: list[str]) -> None:
    steps = (_look, _fill, _ask, _measure, _open, _sweep, _crowd, _first, _play)
    alone = {step.__name__[1:]: step for step in steps}
    if arguments and arguments[0] in alone:
        alone[arguments[0]](*arguments[1:])
        return
    from tests.bench import whole_run

    if arguments and arguments[0] == "year":
        whole_run.play_years([int(level) for level in arguments[1:]] or [900])
    else:
        whole_run.measure_sizes([int(size) for size in arguments] or [1_000])


# Steps, each in a process of its own


def _set_up() -> None:
    end_when_asked()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()


def _look() -> None:
    """Ends with a refusal if the database has real people in it."""
    _set_up()
    from tests.bench import school

    try:
        school.must_have_nobody_real()
    except school.NotForTheBench as refused:
        sys.exit(str(refused))


def _fill(size: str, shape: str = "school") -> None:
    _set_up()
    from tests.bench import past, school
    from tests.bench.shape import SHAPES

    try:
        past.fill(int(size), SHAPES[shape], say=tell_progress)
    except school.NotForTheBench as refused:
        sys.exit(str(refused))


def _ask() -> None:
    """Asks for every page once, and fails if any does not answer as it should."""
    _set_up()
    from safeguarding.wsgi import application
    from tests.bench import pages, table
    from tests.bench.visitor import through_wsgi

    through = through_wsgi(application)
    asked = {
        page.key: {"words": page.words, "answers": page.answers, "status": page.ask(through).status}
        for page in pages.pages(through)
    }
    print(json.dumps(asked))
    sys.exit(table.failures([{"pages": asked}]) or None)


def _measure(size: str, shape: str = "school") -> None:
    """Prints every figure of every page as one line of JSON."""
    _set_up()
    from django.db import connection

    from tests.bench import past
    from tests.bench.shape import ONE_SCHOOL, SHAPES

    try:
        past.must_be_filled(SHAPES[shape].total(int(size)))
    except past.NotFilled as refused:
        sys.exit(str(refused))
    # As a web server starts it, with all that it does first.
    from safeguarding.wsgi import application
    from tests.bench import pages
    from tests.bench.visitor import through_wsgi

    through = through_wsgi(application)
    beside = pages.floors(through)
    said = {"vendor": connection.vendor, "pages": {}}
    # A roll is brought in to a school that has none, which is the same in every shape.
    imports = pages.imports(through) if shape == ONE_SCHOOL.key else ()
    for page in chain(pages.pages(through), imports):
        tell_progress(f"  {shape}, {int(size):,}: {page.words}")
        said["pages"][page.key] = {"words": page.words, **pages.measure(page, through, beside)}
    print(json.dumps(said | {"weights": pages.weights(through)}))


def _open(size: str) -> None:
    _set_up()
    from tests.bench import past

    past.open_more(int(size))


def _sweep(size: str) -> None:
    """Prints the figures of the clock's round as one line of JSON."""
    _set_up()
    from tests.bench import sweep

    tell_progress(f"  {int(size):,}: the clock's round")
    print(json.dumps(sweep.measured()))


def _crowd(clients: str) -> None:
    """Prints the figures of so many clients at once as one line of JSON."""
    _set_up()
    from tests.bench import crowd

    tell_progress(f"  {clients} clients at once")
    print(json.dumps(crowd.measure_crowd(int(clients), dict(os.environ))))


def _first(which: str) -> None:
    from tests.bench import worker

    worker.first_answer(which)


def _play(level: str) -> None:
    """Plays a year at so many incidents for each 1,000 pupils and prints it as one line of JSON."""
    # No machine has this name: the year has a mail server of its own.
    os.environ["EMAIL_HOST"] = "mail.bench.example"
    _set_up()
    from tests.bench import counted, school
    from tests.bench.simulated import Year

    # A fortnight without mail: each letter that fails is a warning.
    logging.getLogger("concerns.doors.mail").setLevel(logging.ERROR)
    school.must_be_empty()
    print(json.dumps(counted.of(Year(int(level), say=tell_progress).play())))


if __name__ == "__main__":
    main(sys.argv[1:])
