"""The part of the record that somebody is to read, as a form gives it, before it is saved."""

from dataclasses import dataclass
from typing import Any

from concerns.models.child.child import Child
from concerns.rules.reader_parts import CATEGORIES_OF_PARTS, PartKind


@dataclass(frozen=True)
class PartAnswers:
    """The part that was chosen: years and classes, children who are named, or categories."""

    years: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def kinds(self) -> frozenset[PartKind]:
        """The kinds of part that it says something of."""
        said = {
            PartKind.GROUPS: self.years or self.classes,
            PartKind.CHILDREN: self.children,
            PartKind.CATEGORIES: self.categories,
        }
        return frozenset(kind for kind, rows in said.items() if rows)

    @property
    def part_in_words(self) -> str:
        """The years, classes, names and categories: "Year 5, class 6B", or "concerns in
        “Absence”". It names children."""
        classes = [f"class {name}" for name in self.classes]
        children = [child.name_told_apart for child in self.children]
        categories = [f"concerns in “{CATEGORIES_OF_PARTS[value]}”" for value in self.categories]
        return ", ".join([*self.years, *classes, *children, *categories])

    def values_of_rows(self) -> list[dict[str, Any]]:
        """What each row of the part says."""
        return [
            *({"year": year} for year in self.years),
            *({"class_name": name} for name in self.classes),
            *({"child": child} for child in self.children),
            *({"category": value} for value in self.categories),
        ]
