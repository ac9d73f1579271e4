"""Form answers about an adult as plain dataclasses, before an act saves them as rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from concerns.models.adult.adult_concern import AdultConcern, choose_reader_post
from concerns.models.school.person import Person, Viewer
from concerns.rules import reference_codes
from concerns.rules.adult_vocabulary import AdultConcernSort, AdultRoute
from concerns.rules.kinds import Kind
from concerns.rules.words import TellerKind

# The longest a concern may be kept before somebody looks at it again.
LONGEST = timedelta(days=366)
# The columns of a concern about an adult that are encrypted.
SEALED = (
    "described", "account", "when_where", "children", "told_already", "teller", "told_when",
    "told_words", "not_read",
)  # fmt: skip


@dataclass(frozen=True)
class AdultAccount:
    """The valid answers of the writer's form. Choices hold the values of
    `rules/adult_vocabulary.py`."""

    account: str = ""
    whom: Person | None = None
    described: str = ""
    sort: str = ""
    when_where: str = ""
    children: str = ""
    told_already: str = ""
    # What somebody without a login told the writer, kept apart from the writer's own account.
    teller_is: str = ""
    teller: str = ""
    told_when: str = ""
    told_words: str = ""
    shut_out: tuple[Person, ...] = ()
    # Notes for the reader, a line each: answers that could not be read, as they were written.
    not_read: str = ""

    @property
    def encrypted_answers(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in SEALED}

    @property
    def missing_answer(self) -> str:
        """A sentence that says what is missing; empty if complete."""
        if not (self.whom or self.described):
            return "Choose which adult it is about, or describe them."
        return "" if self.account or self.told_words else "Write what happened, or what was said."

    def build_adult_concern(
        self, by: Viewer, draft: UUID, begun_at: datetime, now: datetime
    ) -> AdultConcern:
        """The concern it becomes, not saved yet, with the post it goes to today."""
        people = {person.pk for person in (self.whom, *self.shut_out) if person}
        kind = self.teller_is or (TellerKind.OTHER if self.told_words else "")
        return AdultConcern(
            school=by.school,
            reference=reference_codes.draw_new_reference(),
            reporter=by.person,
            draft=draft,
            begun_at=begun_at,
            received_at=now,
            named=self.whom,
            subject=self.whom,
            sort=self.sort,
            teller_is=kind,
            goes_to=choose_reader_post(by.school, by.todays_date, self.whom, people),
            changed_by=by.person,
            changed_at=now,
            changed_how=Kind.SUBMITTED,
            **self.encrypted_answers,
        )

    def answers_not_in(self, concern: AdultConcern) -> list[str]:
        """Answers that are not in `concern`, which was sent from the same form before, in words."""
        there = {getattr(concern, name) for name in self.encrypted_answers}
        new = [words for words in self.encrypted_answers.values() if words and words not in there]
        if self.whom and self.whom.pk != concern.named_id:
            new.append(f"It is about {self.whom.name}")
        before = set(concern.exclusions.values_list("person", flat=True))
        named = (person.name for person in self.shut_out if person.pk not in before)
        return [*new, *(f"Should not see it: {name}" for name in named)]


@dataclass(frozen=True)
class AdultDecisionAnswers:
    """The valid answers of the decision form. Choices hold the values of
    `rules/adult_vocabulary.py`."""

    routes: tuple[str, ...]
    sort: str
    reason: str
    considered: str
    look_again: date | None = None
    words_back: str = ""

    def adult_decision_fault(self, today: date) -> str:
        """A sentence that says what is missing or wrong; empty if valid."""
        if not (self.routes and self.reason.strip() and self.considered.strip()):
            return "Choose what happens next, and say why and what else you considered."
        if self.sort not in (AdultConcernSort.LOW, AdultConcernSort.HARM):
            return "Choose whether it is a low-level concern or an allegation."
        if AdultRoute.NO_FURTHER in self.routes and len(self.routes) > 1:
            return "Choose no further action or other routes, not both."
        if AdultRoute.LOW_LEVEL in self.routes and not self.look_again:
            return "Enter the day to look at it again."
        if self.look_again and not today <= self.look_again <= today + LONGEST:
            return "Choose a day to look at it again within a year from now."
        return ""

    @property
    def adult_ledger_details(self) -> dict:
        """What its ledger line records: the choices, and the words it commits to by a hash."""
        said = ("reason", "considered", "words_back")
        return {
            "fields": [self.sort, *self.routes],
            "words": {name: getattr(self, name) for name in said},
        }


@dataclass(frozen=True)
class AgencyConversation:
    """A conversation with the LADO or the police. `answer` is what they will do, if they said."""

    agency: str
    spoken_to: str
    words: str
    happened_at: datetime
    their_reference: str = ""
    answer: str = ""
