"""Tests that each rule of the house finds source that was broken on purpose."""

import ast

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import models
from django.test.utils import isolate_apps
from django.urls import path

from concerns.doors import gate
from concerns.models import Concern, Person
from concerns.models.base.case_row import SchoolOwnedModel
from concerns.rules import map_page
from tests import house, house_models, house_names, house_templates


def broken(name: str, text: str):
    return {name: (ast.parse(text), text)}


ROOM = "concerns/triage/views.py"


@pytest.mark.parametrize(
    ("look", "name", "text"),
    [
        (house.uphill_imports, ROOM, "from concerns.submit import acts"),
        (house.uphill_imports, "concerns/models/child/child.py", "from concerns.workflow import x"),
        (house.uphill_imports, "concerns/workflow/closing.py", "from concerns.reading import x"),
        (house.uphill_imports, "concerns/reading/pickers.py", "from concerns.forms import x"),
        (house.uphill_imports, "concerns/rules/words.py", "from concerns.models import Child"),
        (house.uphill_imports, "concerns/rules/words.py", "from django.db import models"),
        (house.uphill_imports, "concerns/paper/bar_chart.py", "from concerns.audit import queries"),
        (house.unexpected_room_files, "concerns/triage/helpers.py", "x = 1"),
        (house.unexpected_room_files, "concerns/triage/parts/acts.py", "x = 1"),
        (house.views_with_orm, ROOM, "def queue(request):\n    return Concern.objects.all()"),
        (house.views_with_orm, ROOM, "def queue(request):\n    rows.filter(pk=1)"),
        (house.writes_past_the_door, "concerns/triage/queries.py", "Step.objects.create(x=1)"),
        (house.writes_past_the_door, "concerns/roll/forms.py", "Step.objects.filter().delete()"),
        (house.ledger_readers, ROOM, "from concerns.models import LedgerLine"),
        (house.files_too_long_or_empty, ROOM, "x = 1\n" * 501),
        (house.files_too_long_or_empty, ROOM, ""),
        (house.long_functions, ROOM, "def f():\n" + "    x = 1\n" * 41),
        (house.without_docstring, ROOM, "x = 1"),
        (house.forbidden_habits, ROOM, "from django.db.models.signals import post_save"),
        (house.forbidden_habits, ROOM, "from django.contrib.admin import site"),
        (house.forbidden_habits, ROOM, "class A:\n    class Meta:\n        ordering = ['x']"),
        (house.forbidden_habits, ROOM, "class A:\n    def save(self):\n        pass"),
    ],
)
def test_a_broken_rule_is_found(look, name, text):
    assert look(broken(name, text)) != []


def test_two_files_that_import_each_other_are_found():
    trees = {
        "concerns/models/a.py": ast.parse("from concerns.models import b"),
        "concerns/models/b.py": ast.parse("def f():\n    from concerns.models.a import x"),
    }
    assert house_names.import_circles(trees) == ["concerns.models.a", "concerns.models.b"]


def test_names_that_cannot_be_searched_for_are_counted():
    text = "class A:\n    def told(self):\n        pass\n    def read_file(self):\n        pass"
    trees = {f"concerns/{name}.py": ast.parse(text) for name in ("a", "b", "c")}
    found = house_names.function_files(trees)
    assert house_names.one_word_share(found) == 0.5
    assert house_names.repeated_share(found) == 1
    assert len(house_names.repeated_classes(trees)) == 1


def test_a_file_that_is_named_and_not_there_is_found():
    texts = {"concerns/a.py": "See `b.py`, `rules/clocks.py` and `locks.py`."}
    files = ["concerns/b.py", "concerns/rules/clocks.py"]
    assert house_names.missing_files_named(texts, files) == ["concerns/a.py: locks.py"]


def test_a_fused_assignment_is_found_and_a_swap_is_not():
    trees = {"concerns/a.py": ast.parse("a, b = 1, 2\na, b = b, a")}
    assert house_names.fused_assignments(trees) == ["concerns/a.py:1"]


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">', "<style>p {}</style>", "<script>go()</script>",
        '<button onclick="go()">', "{{ words|safe }}", "{% autoescape off %}",
        '<img src="data:image/png;base64,x">', '<a href="javascript:go()">',
    ],
)  # fmt: skip
def test_an_unsafe_template_is_found(text):
    assert house_templates.unsafe_templates({"templates/x.html": text}) != []


@pytest.mark.parametrize("text", ["{{ label|safe_enough }}", '<script src="x.js"></script>'])
def test_a_safe_template_is_left_alone(text):
    assert house_templates.unsafe_templates({"templates/x.html": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "{% block title %}{{ child.name }}{% endblock %}",
        "{% block title %}{{ concern.account }}{% endblock %}",
        "{% url 'child' child.surname %}",
    ],
)
def test_a_name_in_a_title_or_an_address_is_found(text):
    assert house_templates.titles_with_names({"templates/x.html": text}) != []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{% include "triage/queue.html" %}', 1),
        ("{% extends 'triage/queue.html' %}", 1),
        ('{% include "adult/lado.html" %}', 0),
        ('{% include "parts/moves.html" with a="triage/x" %}', 0),
        ('{% extends "base.html" %}', 0),
    ],
)
def test_a_template_that_takes_in_one_of_another_room_is_found(text, found):
    assert len(house_templates.borrowed_templates({"templates/adult/x.html": text})) == found


@pytest.mark.parametrize(("line", "found"), [("x" * 120, 1), ("x" * 119, 0)])
def test_a_long_line_of_a_template_is_found(line, found):
    text = f"<p>\n{line}\n</p>\n"
    assert len(house_templates.long_lines({"templates/x.html": text})) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"uid": None}, "uid"),
        ({"school": None}, "school"),
        ({"by": models.ForeignKey(Person, models.CASCADE, related_name="+")}, "by does not"),
        ({"by": models.ManyToManyField(Person, related_name="+")}, "by leads to many"),
        ({"concern": models.ForeignKey(Concern, models.PROTECT, related_name="+")}, "visible_to"),
    ],
)
@isolate_apps("concerns")
def test_a_model_that_breaks_a_promise_is_found(fields, found):
    class Meta:
        app_label = "concerns"

    body = {"__module__": __name__, "Meta": Meta, **fields}
    broken = house_models.broken_promises([type("Loose", (SchoolOwnedModel,), body)], {})
    assert [one for one in broken if one.startswith(f"Loose: {found}")] == broken != []


def test_an_excuse_that_no_model_needs_is_found():
    assert house_models.broken_promises([], {("Gone", "uid"): "it was"}) != []


class OpenRow:
    """A table of addresses in which one row does not say who it is open to."""

    urlpatterns = (path("x/", lambda request: None),)


def test_a_row_that_does_not_say_is_found():
    assert house.rows_without_a_gate(OpenRow) == ["x/"]


def test_the_check_command_fails_on_a_row_that_does_not_say(monkeypatch):
    monkeypatch.setattr(gate, "get_resolver", lambda urls: OpenRow.resolver)
    OpenRow.resolver = type("Resolver", (), {"url_patterns": OpenRow.urlpatterns})
    assert [error.id for error in run_checks() if error.id == "concerns.E001"] == ["concerns.E001"]


def test_a_stale_map_is_found(tmp_path, monkeypatch):
    stale = tmp_path / "MAP.md"
    stale.write_text(map_page.draw_map_page().replace("Waiting", "Sleeping"))
    monkeypatch.setattr(map_page, "FILE", stale)
    with pytest.raises(CommandError, match="make map"):
        call_command("map", check=True)
