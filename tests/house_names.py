"""Counts how far the house's names can be searched for: `python -m tests.house_names` prints it.

Counted are the classes and functions of the product without migrations. Left out are names that
are not ours to choose: dunder methods, Django's own, views in `views.py` and acts in `acts.py`.
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DJANGO_NAMES = {
    "Command",
    "Media",
    "Meta",
    "add_arguments",
    "clean",
    "get",
    "handle",
    "ready",
    "save",
}
MOST_ONE_WORD = 0.15
MOST_REPEATED = 0.10


def product_trees() -> dict[str, ast.Module]:
    """Every Python file of the product by its path from the top."""
    paths = [*(ROOT / "concerns").rglob("*.py"), *(ROOT / "safeguarding").rglob("*.py")]
    names = {path.relative_to(ROOT).as_posix(): path for path in sorted(paths)}
    return {
        name: ast.parse(path.read_text(encoding="utf-8"))
        for name, path in names.items()
        if "/migrations/" not in name
    }


def function_files(trees: dict[str, ast.Module]) -> dict[str, list[str]]:
    """For each function name, the file of each of its definitions."""
    found = defaultdict(list)
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and _is_ours(name, node):
                found[node.name].append(name)
    return found


def missing_files_named(texts: dict[str, str], files: list[str]) -> list[str]:
    """Files named in backticks in `texts` that are not among `files` of the project."""
    found = []
    for name, text in texts.items():
        for written in sorted(set(re.findall(r"`([\w./]+\.(?:py|html|js|css))`", text))):
            if not any(f"/{file}".endswith(f"/{written}") for file in files):
                found.append(f"{name}: {written}")
    return found


def _is_ours(file: str, node: ast.FunctionDef) -> bool:
    chosen_elsewhere = node.name.startswith("__") or node.name in DJANGO_NAMES
    return not chosen_elsewhere and not file.endswith(("/views.py", "/acts.py"))


def one_word_share(found: dict[str, list[str]]) -> float:
    """The share of functions whose name is one word, a leading underscore aside."""
    one_word = sum(len(files) for name, files in found.items() if "_" not in name.strip("_"))
    return one_word / sum(map(len, found.values()))


def repeated_share(found: dict[str, list[str]]) -> float:
    """The share of functions whose name stands in three files or more."""
    repeated = sum(len(files) for files in found.values() if len(set(files)) >= 3)
    return repeated / sum(map(len, found.values()))


def repeated_classes(trees: dict[str, ast.Module]) -> list[str]:
    """Each class name that stands more than once, with its files."""
    found = defaultdict(list)
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in DJANGO_NAMES:
                found[node.name].append(name)
    return [f"{name}: {', '.join(files)}" for name, files in found.items() if len(files) > 1]


def fused_assignments(trees: dict[str, ast.Module]) -> list[str]:
    """Statements of the form `a, b = x, y`, which are two statements; a swap is one."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and isinstance(node.value, ast.Tuple)
        and {ast.unparse(one) for one in node.targets[0].elts}.isdisjoint(
            ast.unparse(one) for one in node.value.elts
        )
    ]


def import_circles(trees: dict[str, ast.Module]) -> list[str]:
    """Files that import each other, directly or through others; imports inside functions too."""
    modules = {name.removesuffix(".py").replace("/", "."): name for name in trees}
    leads_to = {
        module: {there for there in _imported_modules(trees[name]) if there in modules}
        for module, name in modules.items()
    }
    return sorted(module for module in modules if module in _reached_from(module, leads_to))


def _imported_modules(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


def _reached_from(start: str, leads_to: dict[str, set[str]]) -> set[str]:
    reached = set()
    waiting = list(leads_to[start])
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += leads_to[module]
    return reached


def main() -> None:
    trees = product_trees()
    found = function_files(trees)
    say = sys.stdout.write
    say(f"functions: {sum(map(len, found.values()))}\n")
    say(f"one word: {one_word_share(found):.1%} (at most {MOST_ONE_WORD:.0%})\n")
    say(f"in three files or more: {repeated_share(found):.1%} (at most {MOST_REPEATED:.0%})\n")
    say(f"class names that stand twice: {len(repeated_classes(trees))}\n")
    say(f"fused assignments: {len(fused_assignments(trees))}\n")
    say(f"files in import circles: {len(import_circles(trees))}\n")


if __name__ == "__main__":
    main()
