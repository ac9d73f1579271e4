"""Matches the lines of a file of earlier records to children, and plans what bringing it in does.

A line is matched by UPN, else by admission number and name, else by name and date of birth. What
fits no child, or two, or contradicts itself is never guessed: a history read under the wrong child
is worse than a question. Rows that say the same of whose they are make one question.

Only the children whose file the person reads are looked at. Nothing here tells of any other.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol
from uuid import UUID

from concerns.paper.history_rows import HistoryLine
from concerns.rules.name_folding import fold_text

# How many questions about whose some lines are a page asks; the others are only listed.
MOST_ASKED = 25
# How many children are offered as the answer to one.
MOST_OFFERED = 8


class KnownChild(Protocol):
    """What is compared of a child whom the school has or had."""

    pk: int
    uid: UUID
    born: date
    upn: str
    admission_number: str

    @property
    def name_told_apart(self) -> str: ...


class ChildToFind(Protocol):
    """What a line, or the name of a file, says of whose it is."""

    @property
    def name_in_file(self) -> str: ...
    @property
    def born(self) -> date | None: ...
    @property
    def upn(self) -> str: ...
    @property
    def admission_number(self) -> str: ...


@dataclass(frozen=True)
class NamesOfChild:
    """A child, and the folded words of each forename and of each surname they have or had."""

    child: KnownChild
    forenames: frozenset[frozenset[str]]
    surnames: frozenset[frozenset[str]]

    def is_called(self, words: frozenset[str]) -> bool:
        """Whether a forename and a surname are among `words`."""
        return any(one <= words for one in self.forenames) and any(
            one <= words for one in self.surnames
        )

    def is_partly_called(self, words: frozenset[str]) -> bool:
        return any(one <= words for one in (*self.forenames, *self.surnames))


def folded_words(name: str) -> frozenset[str]:
    return frozenset(fold_text(name).split())


@dataclass(frozen=True)
class WhoseLines:
    """Lines of which the file says the same of whose they are, and that match no one child.
    `offered`: children whom they may be about. `here`: the keys of those of them who have all of
    the lines already; somebody may have answered for them before."""

    lines: list[HistoryLine]
    offered: list[KnownChild]
    here: frozenset[int] = frozenset()

    @property
    def first(self) -> HistoryLine:
        return self.lines[0]


@dataclass
class HistoryPlan:
    """What bringing a file in does. `matched`: (child, line) of what is new, `asked`: lines of
    which a question is put, `unmatched`: those that fit nobody."""

    matched: list[tuple[KnownChild, HistoryLine]] = field(default_factory=list)
    asked: list[WhoseLines] = field(default_factory=list)
    unmatched: list[WhoseLines] = field(default_factory=list)
    here_already: int = 0
    bad: list[HistoryLine] = field(default_factory=list)
    cut_short: bool = False

    @property
    def children(self) -> int:
        return len({child.pk for child, _ in self.matched})

    @property
    def lines_asked(self) -> int:
        return sum(len(one.lines) for one in self.asked)

    @property
    def lines_unmatched(self) -> int:
        return sum(len(one.lines) for one in self.unmatched)

    @property
    def can_be_brought(self) -> bool:
        return bool(self.matched or self.asked)

    @cached_property
    def plan_digest(self) -> str:
        """SHA-256 of the plan. Proves that what is done is what the person was shown."""
        digest = hashlib.sha256()
        for child, line in self.matched:
            digest.update(repr((child.pk, line)).encode())
        for one in self.asked:
            offered = [child.pk for child in one.offered]
            digest.update(repr((offered, one.lines)).encode())
        digest.update(repr((self.here_already, self.lines_unmatched, len(self.bad))).encode())
        return digest.hexdigest()


class ChildMatcher:
    """Finds whose a line is among `children`."""

    def __init__(self, children: Sequence[NamesOfChild]):
        self.children = children
        self.by_upn: dict[str, list[NamesOfChild]] = defaultdict(list)
        self.by_number: dict[str, list[NamesOfChild]] = defaultdict(list)
        self.by_birth: dict[date, list[NamesOfChild]] = defaultdict(list)
        self.place_of: dict[int, int] = {}
        # The places of the children who have a word among their names.
        self.by_word: dict[str, set[int]] = defaultdict(set)
        for place, one in enumerate(children):
            for word in frozenset().union(*one.forenames, *one.surnames):
                self.by_word[word].add(place)
            self.place_of[one.child.pk] = place
            self.by_upn[one.child.upn].append(one)
            self.by_number[one.child.admission_number].append(one)
            self.by_birth[one.child.born].append(one)

    def find_child(self, line: ChildToFind) -> KnownChild | None:
        """The one child who fits `line`; None if there is none, or more than one."""
        words = folded_words(line.name_in_file)
        if line.upn and (known := self.by_upn[line.upn]):
            return self._only([one for one in known if _fits(one, line, words)])
        if line.admission_number:
            known = self.by_number[line.admission_number]
            found = [one for one in known if one.is_called(words) and _fits(one, line, words)]
            if found:
                return self._only(found)
        if line.born is None:
            return None
        return self._only([one for one in self.by_birth[line.born] if one.is_called(words)])

    def offer_children(self, line: ChildToFind) -> list[KnownChild]:
        """The children whom a line that fits nobody may be about, the likeliest first."""
        words = folded_words(line.name_in_file)
        places = set().union(*(self.by_word.get(word, ()) for word in words))
        if line.upn:
            places.update(self.place_of[one.child.pk] for one in self.by_upn.get(line.upn, ()))
        scored = []
        for place in places:
            one = self.children[place]
            born = one.child.born == line.born
            same = bool(line.upn) and one.child.upn == line.upn
            score = 4 * same + 3 * one.is_called(words)
            score += 2 * (born and one.is_partly_called(words))
            if score:
                scored.append((-score, place, one.child))
        return [child for _, _, child in sorted(scored, key=lambda row: row[:2])[:MOST_OFFERED]]

    @staticmethod
    def _only(found: list[NamesOfChild]) -> KnownChild | None:
        return found[0].child if len(found) == 1 else None


def _fits(one: NamesOfChild, line: ChildToFind, words: frozenset[str]) -> bool:
    """Whether what the line says beside a number does not speak against the child."""
    if line.born is not None:
        return line.born == one.child.born
    return not words or one.is_partly_called(words)


IsHere = Callable[[KnownChild, HistoryLine], bool]


def plan_history(
    lines: Iterable[HistoryLine], matcher: ChildMatcher, is_here: IsHere, *, cut_short: bool
) -> HistoryPlan:
    """What bringing in `lines` does. `is_here`: whether that child has that line already."""
    plan = HistoryPlan(cut_short=cut_short)
    groups: dict[object, list[HistoryLine]] = defaultdict(list)
    for line in lines:
        if line.wrong:
            plan.bad.append(line)
        else:
            groups[line.whose].append(line)
    for every in groups.values():
        some = list({line.content: line for line in every}.values())
        plan.here_already += len(every) - len(some)
        child = matcher.find_child(some[0])
        if child is not None:
            new = [line for line in some if not is_here(child, line)]
            plan.matched += [(child, line) for line in new]
            plan.here_already += len(some) - len(new)
            continue
        offered = matcher.offer_children(some[0])
        # If only some have a line, another may lack it: twins have one account of a day.
        left = [
            line for line in some if not (offered and all(is_here(one, line) for one in offered))
        ]
        plan.here_already += len(some) - len(left)
        if left and offered and len(plan.asked) < MOST_ASKED:
            here = {one.pk for one in offered if all(is_here(one, line) for line in left)}
            plan.asked.append(WhoseLines(left, offered, frozenset(here)))
        elif left:
            plan.unmatched.append(WhoseLines(left, []))
    return plan


def answered_lines(
    plan: HistoryPlan, answers: Mapping[int, str], is_here: IsHere
) -> list[tuple[KnownChild, HistoryLine]]:
    """(child, line) of the lines whose question was answered, without those that the child has.
    `answers`: the place of the question among those asked, and the uid of the child; only a child
    who was offered counts."""
    found = []
    for place, one in enumerate(plan.asked):
        child = {str(known.uid): known for known in one.offered}.get(answers.get(place, ""))
        if child is not None:
            found += [(child, line) for line in one.lines if not is_here(child, line)]
    return found


def count_lines_by_child(
    matched: Iterable[tuple[KnownChild, HistoryLine]],
) -> list[tuple[KnownChild, int]]:
    """Each child, and how many lines are about them, the most first."""
    children = {child.pk: child for child, _ in matched}
    counted = Counter(child.pk for child, _ in matched)
    return [(children[key], number) for key, number in counted.most_common()]
