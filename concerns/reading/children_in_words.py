"""The names of the children of concerns, for lists: values, which cost a fraction of rows."""

from collections.abc import Iterable

from concerns.models.child.child import Child
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.school.person import Viewer
from concerns.rules.wording import shorten_to_one_line
from concerns.rules.words import ChildPart

# Letters of a description.
LONGEST = 80


def children_in_words(
    concerns: Iterable[int], about_only: bool = False, reader: Viewer | None = None
) -> dict[int, str]:
    """The children of each of `concerns`, by primary key, in words: "Robyn Hart, Ali Khan".

    Those it is about come first, then those also involved, unless `about_only`. `reader`:
    for whom they are, if not for the writer; of a part of the record only those in it. A child who
    was described and not picked stands there in the first of those words. One query.
    """
    rows = ConcernChild.objects.not_misfiled().filter(concern__in=list(concerns))
    if reader:
        rows = rows.in_part_of(reader)
    if about_only:
        rows = rows.filter(part=ChildPart.ABOUT)
    found: dict[int, list[str]] = {}
    names = ("known_as", "forename", "surname", "known_surname")
    columns = ("uid", "described", *(f"child__{name}" for name in names))
    values = rows.order_by("part", "id").values_list("concern", *columns)
    for concern, uid, described, *called in values:
        if called[1] is None:
            words = ConcernChild(uid=uid, described=described).described
            name = f"“{shorten_to_one_line(words, LONGEST).rstrip('.')}”"
        else:
            name = Child.format_name(*called)
        found.setdefault(concern, []).append(name)
    return {concern: ", ".join(names) for concern, names in found.items()}
