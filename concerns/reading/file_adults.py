"""The adults in children's files, at home and elsewhere, read for some children at once.

`child_file.py` makes the file of them and of all else.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from concerns.models.base.composed_rows import read_by_keys
from concerns.models.child.child import Child
from concerns.models.child.household import AdultFact, AdultHome, Home, HouseholdAdult, Tie
from concerns.reading.child_file_lines import lines_of_adult_facts, lines_of_adults_living
from concerns.reading.roll_contacts import FileContacts, NoContact
from concerns.rules.child_file_vocabulary import AdultFactKind, YesNo


@dataclass(frozen=True)
class FileAdult:
    """An adult in one child's file. `tie` is None if nothing says what they are to this child;
    `living` is None if they do not live in a home of the child."""

    adult: HouseholdAdult
    tie: Tie | None
    living: AdultHome | None
    telephones: list[AdultFact]
    facts: list[AdultFact]
    births: list[AdultFact] = field(default_factory=list)
    # What roll files say or said of somebody with this name or number.
    no_contact: NoContact | None = None

    @property
    def is_responsible(self) -> bool:
        return self.tie is not None and self.tie.responsibility == YesNo.YES


@dataclass(frozen=True)
class FileAddress:
    """A household the child lives in, with its adults."""

    home: Home
    adults: list[FileAdult]


class FileAdults:
    """The adults of some children: those in their homes and those with a tie to them.

    No query for what cannot be there: without `households`, or without anybody.
    """

    def __init__(
        self,
        ties: dict[int, list[Tie]],
        households: set[int],
        contacts: dict[int, FileContacts],
    ):
        self.ties = ties
        self.contacts = contacts
        self.homes: dict[int, list[AdultHome]] = defaultdict(list)
        for row in read_by_keys(lines_of_adults_living, "household", households):
            self.homes[row.household_id].append(row)
        keys = {row.adult_id for rows in self.homes.values() for row in rows}
        keys |= {tie.adult_id for rows in ties.values() for tie in rows}
        self.facts: dict[tuple[int, str], list[AdultFact]] = defaultdict(list)
        for fact in read_by_keys(lines_of_adult_facts, "adult", keys):
            self.facts[fact.adult_id, fact.kind].append(fact)

    def addresses_of(self, child: Child, homes: list[Home]) -> list[FileAddress]:
        return [FileAddress(home, self.adults_at_home(child, home)) for home in homes]

    def adults_at_home(self, child: Child, home: Home) -> list[FileAdult]:
        ties = {tie.adult_id: tie for tie in self.ties[child.pk]}
        return [
            self._build_file_adult(child, row.adult, ties.get(row.adult_id), row)
            for row in self.homes[home.household_id]
        ]

    def adults_elsewhere(self, child: Child, homes: list[Home]) -> list[FileAdult]:
        here = {row.adult_id for home in homes for row in self.homes[home.household_id]}
        ties = [tie for tie in self.ties[child.pk] if tie.adult_id not in here]
        return [self._build_file_adult(child, tie.adult, tie, None) for tie in ties]

    def _build_file_adult(
        self, child: Child, adult: HouseholdAdult, tie: Tie | None, living: AdultHome | None
    ) -> FileAdult:
        telephones = self.facts[adult.pk, AdultFactKind.TELEPHONE]
        facts = self.facts[adult.pk, AdultFactKind.FACT]
        births = self.facts[adult.pk, AdultFactKind.BORN]
        numbers = [telephone.words for telephone in telephones]
        barred = self.contacts[child.pk].find_no_contact(adult.name, numbers)
        return FileAdult(adult, tie, living, telephones, facts, births, barred)
