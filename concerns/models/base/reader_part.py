"""Of which children, concerns and rows a reader of a part reads. This is the only place that says
it in SQL; what it comes from is in `rules/reader_parts.py`.

Lists, single pages, counts and prints ask it through `visible_to` of a queryset. The rows of a part
hang on a post (`models/school/reader_part.py`). They are reached through the app's registry, and
viewers and models are not typed, so that this file imports none of the models that import it.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models

from concerns.models.base.kept_out import hidden_concerns_filter
from concerns.rules.reader_parts import PartKind, ShownInPart, kinds_of_part
from concerns.rules.words import ChildPart


def children_in_part(viewer: Any) -> models.Q:
    """A filter for the children of the viewer's school of whom they read, with a post that reads a
    part: those whose file they read, and those of the concerns in their categories."""
    children = children_with_file_in_part(viewer)
    if PartKind.CATEGORIES not in kinds_of_part(viewer.roles):
        return children
    rows = _rows_of("ConcernChild").filter(_in_their_categories(viewer), child__isnull=False)
    rows = rows.exclude(hidden_concerns_filter(viewer.person, "concern_id"))
    return children | models.Q(pk__in=rows.values("child"))


def children_with_file_in_part(viewer: Any) -> models.Q:
    """A filter for the children whose file the viewer reads with a post that reads a part: those of
    the years and classes, or those named, of their posts in force today."""
    if not kinds_of_part(viewer.roles) - {PartKind.CATEGORIES}:
        return models.Q(pk__in=[])
    part = _rows_of("ReaderPart").in_force_for(viewer)
    of_year = models.Q(year__in=part.exclude(year="").values("year"))
    of_class = models.Q(class_name__in=part.exclude(class_name="").values("class_name"))
    named = models.Q(pk__in=part.filter(child__isnull=False).values("child"))
    return models.Q(left__isnull=True) & (of_year | of_class | named)


def rows_in_part(viewer: Any, model: Any) -> models.Q:
    """A filter for the rows of `model` that a reader of a part sees, by its `shown_in_part`."""
    if model.shown_in_part is ShownInPart.NEVER:
        return models.Q(pk__in=[])
    about = _child_rows_in_part(viewer).filter(part=ChildPart.ABOUT)
    seen = models.Q(**{f"{model.to_concern}__in": about.values("concern")})
    return seen & _FILTERS[model.shown_in_part](viewer, model)


def _rows_of(name: str) -> Any:
    return apps.get_model("concerns", name)._default_manager


def _child_rows_in_part(viewer: Any) -> Any:
    """The rows by which a child of the viewer's part is in a concern, and those of the children of
    every concern in their categories."""
    kinds = kinds_of_part(viewer.roles)
    found = models.Q(pk__in=[])
    if kinds - {PartKind.CATEGORIES}:
        children = children_with_file_in_part(viewer)
        children = _rows_of("Child").filter(children, school=viewer.school)
        found = models.Q(child__in=children.values("pk"))
    if PartKind.CATEGORIES in kinds:
        found |= _in_their_categories(viewer)
    return _rows_of("ConcernChild").filter(found)


def _in_their_categories(viewer: Any) -> models.Q:
    """A filter for the rows of children in concerns that are in a category of the viewer's part. A
    child under whom one was filed by mistake is not of the part."""
    part = _rows_of("ReaderPart").in_force_for(viewer).exclude(category="")
    found = in_categories(part.values("category"), "concern__")
    return found & models.Q(school=viewer.school) & ~models.Q(part=ChildPart.MOVED)


def in_categories(categories: Any, to_concern: str = "") -> models.Q:
    """The rule of `reading/concern_categories.py` for several categories, which are values or a
    query of them. It begins with what is in them, where the other asks of each concern.

    For a query of concerns, or of rows from which `to_concern` leads to one: a query within a query
    fewer, as SQLite takes only so many within one another.
    """
    leads = _rows_of("SortedCategory").filter(category__in=categories)
    writers = _rows_of("ConcernCategory").filter(category__in=categories)
    return models.Q(**{f"{to_concern}sorting__in": leads.values("sorting")}) | models.Q(
        **{
            f"{to_concern}sorting__isnull": True,
            f"{to_concern}pk__in": writers.values("concern"),
        }
    )


def _all(viewer: Any, model: Any) -> models.Q:
    return models.Q()


def _of_their_child(viewer: Any, model: Any) -> models.Q:
    rows = _child_rows_in_part(viewer).values("pk")
    if model.to_decision:
        links = _rows_of("DecisionChild").filter(concern_child__in=rows)
        return models.Q(**{f"{model.to_decision}__in": links.values("decision")})
    return models.Q(**{f"{model.to_concern_child}__in": rows})


def _wholly_theirs(viewer: Any, model: Any) -> models.Q:
    """No row of the concern is of another child, or of nobody on the roll: neither now, nor before
    it was filed under the right child."""
    others = _rows_of("ConcernChild").filter(concern=models.OuterRef(model.to_concern))
    theirs = _child_rows_in_part(viewer).values("pk")
    return ~models.Q(models.Exists(others.exclude(pk__in=theirs)))


def _of_their_child_or_whole(viewer: Any, model: Any) -> models.Q:
    of_nobody = models.Q(**{f"{model.to_concern_child}__isnull": True})
    return _of_their_child(viewer, model) | of_nobody & _wholly_theirs(viewer, model)


def _written_later(viewer: Any, model: Any) -> models.Q:
    own = models.Q(for_leads=False) | models.Q(by=viewer.person)
    return own | _wholly_theirs(viewer, model)


def _with_its_entry(viewer: Any, model: Any) -> models.Q:
    """What it came with is of the same concern, so whether that is about a child of theirs is not
    asked again."""
    alone = models.Q(**{f"{name}__isnull": True for name in model.ENTRIES})
    seen = alone & _written_later(viewer, model)
    for name in model.ENTRIES:
        entry = model._meta.get_field(name).related_model
        rows = entry._default_manager.filter(_FILTERS[entry.shown_in_part](viewer, entry))
        seen |= models.Q(**{f"{name}__in": rows.values("pk")})
    return seen


_FILTERS: dict[ShownInPart, Callable[[Any, Any], models.Q]] = {
    ShownInPart.AS_THE_CONCERN: _all,
    ShownInPart.OF_THEIR_CHILD: _of_their_child,
    ShownInPart.OF_THEIR_CHILD_OR_WHOLE: _of_their_child_or_whole,
    ShownInPart.WHOLLY_THEIRS: _wholly_theirs,
    ShownInPart.WRITTEN_LATER: _written_later,
    ShownInPart.WITH_ITS_ENTRY: _with_its_entry,
}
