"""The forms on a page as a browser has them: where each is sent, what it carries, what it asks."""

import re
from dataclasses import dataclass
from html import unescape

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')
BOX = re.compile(r'<textarea name="([\w-]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
LINE = re.compile(r"<textarea\b(?![^>]*\breadonly)[^>]*>")


@dataclass(frozen=True)
class FormOnPage:
    action: str
    autosave: str
    carried: dict[str, str]
    boxes: dict[str, str]

    def fields(self, **typed: str) -> dict[str, str]:
        return self.carried | typed


def forms_on_page(answer) -> list[FormOnPage]:
    """The forms of a page in which somebody may write more than a line."""
    page = answer.content.decode()
    return [
        FormOnPage(
            action=_attribute(head, "action"),
            autosave=_attribute(head, "data-autosave"),
            carried={name: unescape(value) for name, value in HIDDEN.findall(inside)},
            boxes={name: unescape(text).strip() for name, text in BOX.findall(inside)},
        )
        for head, inside in FORM.findall(page)
        if LINE.search(inside)
    ]


def _attribute(head: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', head)
    return unescape(found[1]) if found else ""
