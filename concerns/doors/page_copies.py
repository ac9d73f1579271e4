"""Which of two copies of the same form is newer, and how neither takes the other's place.

A page carries the version of the draft that it was made from. Each save gives the draft a new
version. A save from a page that carries an older one (another window, another device, a page that
Back brought up, a save that arrived late) keeps what it brings beside the draft's own words. Time
decides nothing here.

With script each window also says which window it is and numbers its saves, so that two saves of one
window are put in the order in which they were typed.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from concerns.models import Draft
from concerns.models.concern.draft import OtherCopy

Fields = Mapping[str, list[str]]
# What is typed to look for a name is not an answer.
LOOKED_FOR = frozenset({"find", "find_excluded", "find_involved"})
# A window's own name for itself is a UUID; the longest is what the column holds.
LONGEST_NAME = 36


@dataclass(frozen=True)
class PageCopy:
    """What a page says of its own copy of a form.

    `version`: of the draft it was made from, empty if it had none. `window` and `order`: which
    window sent it, and the number of the save there; empty and 0 without script. `seen`: which
    other copies the page showed (`Draft.others_digest`). `concern_version`: the version of the
    concern the form is about, if it is about one.
    """

    version: str = ""
    window: str = ""
    order: int = 0
    seen: str = ""
    concern_version: int | None = None

    @classmethod
    def from_post(cls, post: QueryDict) -> "PageCopy":
        """Read it from the hidden fields of a form. Whatever is malformed counts as left out."""
        return cls(
            version=post.get("draft_version", ""),
            window=post.get("draft_window", "")[:LONGEST_NAME],
            order=_read_number(post.get("draft_order", "")) or 0,
            seen=post.get("draft_seen", ""),
            concern_version=_read_number(post.get("version", "")),
        )

    @classmethod
    def for_page(cls, post: QueryDict, begun: Draft | None) -> "PageCopy":
        """What a page carries that shows the draft `begun`, or without it what was posted."""
        if begun is None:
            return cls.from_post(post)
        return cls(version=begun.stamp, seen=begun.others_digest)

    def is_of_window(self, name: str) -> bool:
        """Whether it was sent by the window called `name`. Without script nobody knows."""
        return bool(self.window) and self.window == name


def _read_number(written: str) -> int | None:
    return int(written) if written.isdecimal() and written.isascii() and len(written) < 10 else None


def write_copy(draft: Draft, fields: Fields, copy: PageCopy, now: datetime) -> bool:
    """Put `fields`, sent by a page that carried `copy`, in `draft`, which is locked by the caller.

    Sets `draft.replaced` if the draft now holds what the page has, and `draft.kept_beside` if the
    page was older than the draft, so that both were kept. Neither, if the draft held all of it.
    False, and nothing written, if the window that sends has ended the draft itself: its save is
    late.
    """
    own = copy.is_of_window(draft.window)
    if own and draft.ended_at:
        return False
    if own and copy.order < draft.window_order:
        return True
    if own or draft.ended_at or draft.pk is None or copy.version == draft.stamp:
        _replace_words(draft, fields, copy, now)
    elif adds_nothing(fields, draft.typed_fields):
        pass
    elif adds_nothing(draft.typed_fields, fields):
        _replace_words(draft, fields, copy, now)
    else:
        keep_beside(draft, fields, copy, now)
    return True


def _replace_words(draft: Draft, fields: Fields, copy: PageCopy, now: datetime) -> None:
    if draft.ended_at:
        draft.begun_at = now
        draft.ended_at = None
    draft.replaced = True
    draft.set_typed_fields(fields)
    draft.version = uuid.uuid4().hex
    draft.window = copy.window
    draft.window_order = copy.order
    draft.concern_version = copy.concern_version
    draft.saved_at = now
    draft.set_aside_at = None
    draft.save()


def keep_beside(draft: Draft, fields: Fields, copy: PageCopy, now: datetime) -> None:
    """Keep `fields` beside the draft's own words. A window's later save replaces its earlier."""
    draft.kept_beside = True
    new = OtherCopy(copy.window, copy.order, now, dict(fields))
    others = list(draft.other_copies)
    for place, other in enumerate(others):
        if copy.is_of_window(other.window):
            if copy.order < other.order:
                return
            others[place] = new
            break
        if adds_nothing(fields, other.fields):
            return
    else:
        others.append(new)
    draft.set_other_copies(others)
    draft.saved_at = now
    draft.set_aside_at = None
    draft.save()


def find_unseen_copies(draft: Draft, fields: Fields, copy: PageCopy) -> list[OtherCopy]:
    """What is saved in `draft` and stands neither in `fields` nor on the page that sends them."""
    unseen = []
    if draft.stamp != copy.version and not copy.is_of_window(draft.window):
        unseen.append(draft.own_copy)
    if draft.others_digest != copy.seen:
        unseen += [one for one in draft.other_copies if not copy.is_of_window(one.window)]
    return [one for one in unseen if not adds_nothing(one.fields, fields)]


def keep_own_words_if_unseen(draft: Draft, fields: Fields, copy: PageCopy) -> None:
    """Keep the draft's own words beside it, before other words take their place, if they stand
    neither in `fields` nor on the page that sends them. Saves nothing."""
    if draft.own_copy in find_unseen_copies(draft, fields, copy):
        draft.set_other_copies([*draft.other_copies, draft.own_copy])


def adds_nothing(fields: Fields, to: Fields) -> bool:
    """Whether every answer in `fields` stands in `to` as well: the same, or the beginning of it."""
    return all(
        any(_stands_in(value, held) for held in to.get(name, ()))
        for name, values in fields.items()
        for value in values
        if value.strip() and name not in LOOKED_FOR
    )


def _stands_in(value: str, held: str) -> bool:
    value = value.strip()
    # A choice is one word, and one choice may begin like another: `no` and `not_sure`.
    return held.strip() == value or (" " in value and held.strip().startswith(value))


def sentences_left_over(copies: Iterable[Fields], sent: Iterable[str]) -> list[str]:
    """The sentences typed in `copies` that stand nowhere in `sent`, each once."""
    whole = "\n".join(sent)
    typed = (value.strip() for fields in copies for values in fields.values() for value in values)
    return list(dict.fromkeys(words for words in typed if " " in words and words not in whole))
