"""Tests for `make check` with a broken template or a wrong type: it fails, and still reports every
later check.
"""

import os
import shutil
import subprocess
import sys

import pytest

from tests.house_templates import ROOT

BROKEN = '<p style="color: red">Late</p>'
# Only the check of templates is real: the others are stubs that pass. The check of types ends
# with what WRONG_TYPES says.
PYTHON = """#!/bin/sh
case "$*" in
    *tests.house_templates*) exec {python} "$@" ;;
    "-m mypy"*) exit "${{WRONG_TYPES:-0}}" ;;
esac
"""


@pytest.fixture
def checked(tmp_path):
    """Runs the checks in a small copy of the house whose one template holds `words`."""
    for name in (".ci/check", "tests/house_templates.py"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("templates", "concerns", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("ruff", "djade", "python"):
        stub = tmp_path / ".venv/bin" / name
        stub.write_text(PYTHON.format(python=sys.executable) if name == "python" else "#!/bin/sh\n")
        stub.chmod(0o755)

    def run(words: str, **more: str):
        (tmp_path / "templates/page.html").write_text(words)
        return subprocess.run(
            [tmp_path / ".ci/check"],
            cwd=tmp_path,
            env=os.environ | more,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_broken_template_fails_and_later_checks_still_report(checked):
    done = checked(BROKEN)
    assert done.returncode == 1
    assert "FAILED  no template holds inline script" in done.stdout
    assert "templates/page.html:  style=" in done.stdout
    assert "ok      nothing installed conflicts" in done.stdout
    assert "1 of the checks failed" in done.stdout


def test_a_wrong_type_fails_and_later_checks_still_report(checked):
    done = checked("<p>Late</p>", WRONG_TYPES="1")
    assert done.returncode == 1
    assert "FAILED  types (mypy)" in done.stdout
    assert "ok      nothing installed conflicts" in done.stdout
    assert "1 of the checks failed" in done.stdout


def test_a_template_of_words_alone_passes(checked):
    done = checked("<p>Late</p>")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("Every check passed.\n")
