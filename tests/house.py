"""Finds broken rules of the house in the source; `test_house_rules.py` asserts there are none."""

import ast
import subprocess

from django.urls import get_resolver

from concerns.doors.gate import PageOpenTo
from concerns.rules.roles import May
from tests.house_templates import ROOT

ROOMS = (
    "submit", "triage", "refer", "chase", "child", "leaving", "roll", "adult", "people", "access",
    "account", "audit", "history",
)  # fmt: skip
# Above may import from below, never the other way round.
FLOORS = {
    "rules": 0, "models": 1, "workflow": 2, "reading": 3, "forms": 4, "doors": 5, "paper": 6,
    "rooms": 7, "management": 8,
}  # fmt: skip
# A file is split when it holds two subjects; one over this length must be looked at again.
LONGEST_FILE = 500
ROOM_FILES = {"__init__.py", "acts.py", "queries.py", "forms.py", "views.py"}
WRITES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "save"}
# Words of another workplace, which must not get into this project.
FOREIGN = "|".join(
    (
        "pypi" + r"\.org",
        "npm" + "js",
        "deb" + r"ian\.org",
        "/wo" + "rk/",
        r"/\.lib" + "rary",
        "far" + "m-",
        "shared/" + r"[A-Z]",
        "to-" + "do:",
    )
)


def read_sources() -> dict[str, tuple[ast.Module, str]]:
    """Every Python file of the product: its path from the top, its tree and its text."""
    found = {}
    for folder in ("concerns", "safeguarding"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                text = path.read_text(encoding="utf-8")
                found[name] = (ast.parse(text), text)
    return found


def list_tracked_files() -> list[str]:
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return told.stdout.split("\n")[:-1]


def _floor(module: str) -> tuple[int, str] | None:
    """The floor of `concerns.x...` and its room, if it is in one."""
    parts = module.split(".")
    if parts[0] != "concerns" or len(parts) < 2:
        return None
    if parts[1] in ROOMS:
        return FLOORS["rooms"], parts[1]
    return (FLOORS[parts[1]], "") if parts[1] in FLOORS else None


def _imported(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def uphill_imports(files) -> list[str]:
    found = []
    for name, (tree, _) in files.items():
        here = _floor(name.removesuffix(".py").replace("/", "."))
        for module in _imported(tree):
            there = _floor(module)
            if not here or here[0] == FLOORS["management"]:
                continue
            if there and (there[0] > here[0] or (there[1] and here[1] != there[1])):
                found.append(f"{name} imports {module}")
            if here[0] == 0 and module.split(".")[0] == "django":
                found.append(f"{name} is a rule and imports {module}")
    return found


def unexpected_room_files(files) -> list[str]:
    parts = [name.split("/") for name in files]
    return ["/".join(p) for p in parts if p[1] in ROOMS and (len(p) != 3 or p[2] not in ROOM_FILES)]


def views_with_orm(files) -> list[str]:
    return [
        f"{name}:{node.lineno}"
        for name, (tree, _) in files.items()
        if name.endswith("views.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "filter", *WRITES}
    ]


def writes_past_the_door(files) -> list[str]:
    """A room's writes stand only in acts.py, in functions under `@act` or called by them."""
    return [
        f"{name}:{node.lineno}"
        for name, (tree, _) in files.items()
        if name.split("/")[1] in ROOMS and not name.endswith("acts.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES | {"delete", "update"}
        and "objects" in ast.unparse(node.func)
    ]


def ledger_readers(files) -> list[str]:
    return [
        name
        for name, (tree, _) in files.items()
        if name.split("/")[1] in set(ROOMS) - {"audit"}
        and {"concerns.models.LedgerLine", "concerns.models.ledger.ledger_line.LedgerLine"}
        & set(_imported(tree))
    ]


def overlong_test_files() -> list[str]:
    paths = [
        name for name in list_tracked_files() if name.startswith("tests/") and name.endswith(".py")
    ]
    return [name for name in paths if (ROOT / name).read_text().count("\n") > LONGEST_FILE]


def files_too_long_or_empty(files) -> list[str]:
    lines = {name: text.count("\n") for name, (_, text) in files.items()}
    return [
        f"{name}: {count} lines"
        for name, count in lines.items()
        if count > LONGEST_FILE or (count == 0 and not name.endswith("__init__.py"))
    ]


def long_functions(files) -> list[str]:
    return [
        f"{name}:{node.name}"
        for name, (tree, _) in files.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _length(node) > 40
    ]


def _length(node: ast.FunctionDef) -> int:
    """The lines of a function without its signature and its docstring."""
    does = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return node.end_lineno - does[0].lineno + 1 if does else 0


def without_docstring(files) -> list[str]:
    return [name for name, (tree, text) in files.items() if text and not ast.get_docstring(tree)]


def forbidden_habits(files) -> list[str]:
    found = []
    for name, (tree, text) in files.items():
        if "django.contrib.admin" in text or "mark_safe" in text:
            found.append(f"{name}: admin or mark_safe")
        signals = [m for m in _imported(tree) if "signals" in m and "post_migrate" not in m]
        found += [f"{name}: {module}" for module in signals]
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found += [f"{name}: {node.name}.{habit}" for habit in _habits(node)]
    return found


def _habits(node: ast.ClassDef) -> list[str]:
    names = [item.name for item in node.body if isinstance(item, ast.FunctionDef)]
    ordered = node.name == "Meta" and "ordering" in ast.unparse(node)
    return [name for name in names if name in {"save", "delete"}] + ["ordering"] * ordered


def rows_without_a_gate(urls: str = "concerns.urls") -> list[str]:
    return [
        str(pattern.pattern)
        for pattern in get_resolver(urls).url_patterns
        if not isinstance(getattr(pattern.callback, "open_to", None), May | PageOpenTo)
    ]
