"""The part of the record that somebody is to read, as a form gives it, before it is saved."""

from dataclasses import dataclass
from typing import Any

from concerns.models.child.child import Child
from concerns.rules.reader_parts import PartKind


@dataclass(frozen=True)
class PartAnswers:
    """The part that was chosen: years and classes, or children who are named."""

    years: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()

    @property
    def kinds(self) -> frozenset[PartKind]:
        """The kinds of part that it says something of."""
        of_groups = {PartKind.GROUPS} if self.years or self.classes else set()
        return frozenset(of_groups | ({PartKind.CHILDREN} if self.children else set()))

    @property
    def part_in_words(self) -> str:
        """The years, classes and names: "Year 5, class 6B". It names children."""
        classes = [f"class {name}" for name in self.classes]
        children = [child.name_told_apart for child in self.children]
        return ", ".join([*self.years, *classes, *children])

    def values_of_rows(self) -> list[dict[str, Any]]:
        """What each row of the part says."""
        return [
            *({"year": year} for year in self.years),
            *({"class_name": name} for name in self.classes),
            *({"child": child} for child in self.children),
        ]
