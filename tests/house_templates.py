"""Finds what no template may hold. `python -m tests.house_templates` runs it by itself."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNSAFE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=|\|\s*safe\b|autoescape off"
    r"|\bdata:image|javascript:",
    re.IGNORECASE,
)
WIDEST = 119
TAKEN_IN = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)""")
# The folders of templates that every room may take in.
SHARED = ("govuk", "parts", "writer")
NAMES = re.compile(r"(forename|surname|known_as|\bchild\w*\.name|\.name\b.*child|account\b)")


def read_templates() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.suffix in {".html", ".txt"}
    }


def unsafe_templates(pages) -> list[str]:
    return [
        f"{name}: {hit.group(0)}" for name, text in pages.items() for hit in UNSAFE.finditer(text)
    ]


def titles_with_names(pages) -> list[str]:
    block = re.compile(r"{%\s*block title\s*%}(.*?){%\s*endblock", re.DOTALL)
    address = re.compile(r"{%\s*url [^%]*%}")
    return [
        f"{name}: {hit}"
        for name, text in pages.items()
        for hit in block.findall(text) + address.findall(text)
        if NAMES.search(hit)
    ]


def borrowed_templates(pages) -> list[str]:
    """Templates of one room that take in a template of another, as rooms may not import rooms."""
    return [
        f"{name}: {path}"
        for name, text in pages.items()
        for path in TAKEN_IN.findall(text)
        if path.split("/")[0] not in {*SHARED, *name.split("/")[1:2]} and "/" in path
    ]


def long_lines(pages) -> list[str]:
    return [
        f"{name}:{number}: {len(line)} characters"
        for name, text in pages.items()
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > WIDEST
    ]


if __name__ == "__main__":
    standing = read_templates()
    wrong = unsafe_templates(standing) + titles_with_names(standing) + long_lines(standing)
    wrong += borrowed_templates(standing)
    sys.exit("\n".join(wrong) or None)
