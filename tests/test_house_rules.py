"""Tests the rules of the house: a failure names the file and the rule it breaks.

Each check takes its sources as an argument and returns what is wrong with them, so that
`test_house_rules_bite.py` can give it broken sources and see that it objects.
"""

import ast
import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import get_resolver

from tests import house, house_models, house_names, house_templates

SITE_WORDS = {"sign-in", "sign-out", "healthz", "checkpoint", ""}


@pytest.fixture(scope="module")
def sources():
    return house.read_sources()


@pytest.fixture(scope="module")
def templates():
    return house_templates.read_templates()


def test_rooms_do_not_import_rooms_and_imports_run_downhill(sources):
    assert house.uphill_imports(sources) == []


def test_no_two_files_import_each_other_in_a_circle():
    assert house_names.import_circles(house_names.product_trees()) == []


def test_function_names_can_be_searched_for():
    found = house_names.function_files(house_names.product_trees())
    assert house_names.one_word_share(found) <= house_names.MOST_ONE_WORD
    assert house_names.repeated_share(found) <= house_names.MOST_REPEATED


def test_no_class_name_stands_twice():
    assert house_names.repeated_classes(house_names.product_trees()) == []


def test_a_docstring_names_only_files_that_are_there(sources):
    texts = {name: text for name, (_, text) in sources.items()}
    for page in ("README.md", "concerns/rules/MAP.md"):
        texts[page] = (house_templates.ROOT / page).read_text(encoding="utf-8")
    assert house_names.missing_files_named(texts, house.list_tracked_files()) == []


def test_no_two_assignments_are_fused_into_one():
    assert house_names.fused_assignments(house_names.product_trees()) == []


def test_a_room_holds_only_its_four_files(sources):
    assert house.unexpected_room_files(sources) == []


def test_views_do_not_touch_the_orm(sources):
    assert house.views_with_orm(sources) == []


def test_everything_a_room_writes_goes_through_an_act(sources):
    assert house.writes_past_the_door(sources) == []


def test_only_the_audit_room_reads_the_ledger(sources):
    assert house.ledger_readers(sources) == []


def test_no_file_is_over_500_lines_or_empty(sources):
    assert house.files_too_long_or_empty(sources) == []


def test_no_test_file_is_over_500_lines():
    assert house.overlong_test_files() == []


def test_no_function_is_over_40_lines(sources):
    assert house.long_functions(sources) == []


def test_every_module_has_a_docstring(sources):
    assert house.without_docstring(sources) == []


def test_no_ordering_no_save_override_no_signal_no_admin(sources):
    assert house.forbidden_habits(sources) == []


def test_no_template_has_inline_script_style_or_unescaped_words(templates):
    assert house_templates.unsafe_templates(templates) == []


def test_no_title_and_no_address_names_a_child(templates):
    assert house_templates.titles_with_names(templates) == []


def test_no_room_takes_in_the_templates_of_another(templates):
    assert house_templates.borrowed_templates(templates) == []


def test_no_line_of_a_template_is_over_119_characters(templates):
    assert house_templates.long_lines(templates) == []


def test_every_model_has_its_uid_and_school_protects_what_it_leads_to_and_is_scoped():
    models = apps.get_app_config("concerns").get_models()
    assert house_models.broken_promises(models, house_models.EXCUSED) == []


def test_every_address_begins_with_its_room():
    rooms = {path.name for path in (house.ROOT / "concerns").iterdir() if path.is_dir()}
    routes = [str(pattern.pattern) for pattern in get_resolver().url_patterns[:-1]]
    routes += [str(pattern.pattern) for pattern in get_resolver("concerns.urls").url_patterns]
    strange = [r for r in routes if r.split("/")[0] not in rooms | SITE_WORDS]
    assert strange == []


def test_every_row_of_urls_says_who_it_is_open_to():
    assert house.rows_without_a_gate() == []


def test_the_map_is_what_the_tables_say():
    call_command("map", check=True, stdout=StringIO())


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_the_top_level_is_what_was_agreed():
    agreed = {
        "manage.py", "safeguarding", "concerns", "templates", "static", "requirements.txt",
        "tests", "README.md", "Makefile", "pyproject.toml", ".ci", ".gitignore", "LICENSE",
        "requirements.in", "requirements-dev.txt", "requirements-dev.in", ".env.example",
    }  # fmt: skip
    assert {Path(name).parts[0] for name in house.list_tracked_files()} <= agreed


def test_the_project_speaks_of_itself_alone():
    telling = re.compile(house.FOREIGN, re.IGNORECASE)
    found = [
        name
        for name in house.list_tracked_files()
        if not name.startswith(("static/govuk", "tests/vendor"))
        and telling.search((house.ROOT / name).read_text(errors="ignore"))
    ]
    assert found == []


def test_every_python_file_can_be_read(sources):
    assert all(isinstance(tree, ast.Module) for tree, _ in sources.values())
