"""Tests that every number on a page can be rung by pressing it."""

import re
from pathlib import Path

TEMPLATES = Path("templates")
# A number as it is written in a template, outside a link, a heading or a comment.
WRITTEN = re.compile(r"(?<!tel:)(?<!>)\b(?:999|101)\b(?!\d)")
FIELD = re.compile(
    r"\{\{ [\w.]*(?:telephone|front_door|out_of_hours|authority\.police|authority\.lado) \}\}"
)


def lines_that_match(pattern, left_out=()):
    for path in sorted(TEMPLATES.rglob("*.html")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            plain = re.sub(r"\{#.*?#\}|<h1.*", "", line)
            if pattern.search(plain) and path.name not in left_out:
                yield f"{path}:{number}"


def test_police_and_ambulance_are_a_link_wherever_they_are_named():
    assert list(lines_that_match(WRITTEN)) == []


def test_a_number_of_somebody_or_some_agency_is_a_link():
    # What is printed or put into a form is not pressed.
    assert list(lines_that_match(FIELD, ("pack.html", "printed.html"))) == []
