"""What is added to a concern after it was sent, in dated rows that never change.

Additions, words back to the writer, handovers, and closings or reopenings, all with an author, a
time and a text. Also the visible marks, which come with the concern itself.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.concern import Concern
from concerns.models.outbox.notice import Notice
from concerns.models.response.step import StepEnding
from concerns.models.response.steps_of_concern import StepsOfConcern
from concerns.models.school.person import Person, Viewer
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.typed_sizes import size_in_words
from concerns.rules.words import BodyPlace, BodySide, ConcernOutcome


class AuthoredText(CaseRow):
    """Base of the models with an author, a time and a text."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words = EncryptedText()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.uid}"


class Addition(AuthoredText):
    """A later note by anyone who may see the concern. Only leads' notes can be `for_leads`."""

    shown_in_part = ShownInPart.WRITTEN_LATER
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="additions")
    for_leads = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["concern", "id"], name="additions_in_order")]


class WordsBack(CaseRows[ConcernRow]):
    def send_word_back(
        self: "WordsBack[WordBack]", by: Viewer, concern: Concern, words: str, now: datetime
    ) -> "WordBack":
        """Save a word back to the writer of the concern, and notify them that it is there."""
        back = self.create(school=by.school, concern=concern, by=by.person, at=now, words=words)
        Notice.objects.notify_word_back(by.person, concern, back.uid, now)
        return back

    def give_owed_word_back(
        self: "WordsBack[WordBack]", agenda: StepsOfConcern, words: str
    ) -> None:
        """Save the word back and end the step that owed it; does nothing if `words` is blank."""
        if words.strip():
            self.send_word_back(agenda.by, agenda.concern, words, agenda.now)
            agenda.complete_steps(StepKind.TELL_REPORTER)


class WordBack(AuthoredText):
    """What the lead chose to tell the person who wrote the concern."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="words_back")

    objects: ClassVar = WordsBack.as_manager()

    class Meta:
        indexes = [models.Index(fields=["concern", "id"], name="words_back_in_order")]


class Handing(AuthoredText):
    """A handover of the concern from one lead to another, with a note."""

    shown_in_part = ShownInPart.NEVER
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="handings")
    to = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["concern", "id"], name="handings_in_order")]


class Endings(CaseRows[ConcernRow]):
    def record_closing(
        self: "Endings[Ending]", agenda: StepsOfConcern, outcome: str, words: str
    ) -> "Ending":
        """Close the concern of `agenda` and end all its open steps."""
        concern = agenda.concern
        concern.state = State.CLOSED
        concern.closed_at = agenda.now
        concern.outcome = outcome
        agenda.complete_steps(StepKind.TELL_REPORTER, StepKind.NEXT_MOVE, StepKind.KEEP)
        agenda.end_steps(list(agenda.open), StepEnding.CLOSED)
        return self._create_ending(agenda, words, outcome=outcome)

    def record_reopening(
        self: "Endings[Ending]",
        agenda: StepsOfConcern,
        state: State,
        words: str,
        holder: Person | None = None,
    ) -> "Ending":
        """Reopen the concern in `state`, held by `holder`. The calling act opens the next steps."""
        concern = agenda.concern
        concern.state = state
        concern.closed_at = None
        concern.outcome = ""
        concern.holder = holder
        return self._create_ending(agenda, words, reopened=True)

    def _create_ending(
        self: "Endings[Ending]", agenda: StepsOfConcern, words: str, **more: Any
    ) -> "Ending":
        by = agenda.by
        return self.create(
            school=by.school,
            concern=agenda.concern,
            by=by.person,
            at=agenda.now,
            words=words,
            **more,
        )


class Ending(AuthoredText):
    """A closing of the concern, with its outcome, or a reopening, with its reason."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="endings")
    outcome = models.CharField(max_length=20, blank=True)
    reopened = models.BooleanField(default=False)

    objects: ClassVar = Endings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reopened=True, outcome="")
                | models.Q(reopened=False, outcome__in=[word.value for word in ConcernOutcome]),
                name="an_ending_says_how",
            )
        ]
        indexes = [models.Index(fields=["concern", "id"], name="endings_in_order")]

    @property
    def ending_outcome_words(self) -> str:
        return ConcernOutcome.label_of_value(self.outcome)


class Mark(CaseRow):
    """One visible mark, as the writer saw it. Nobody is ever asked to remove clothing."""

    shown_in_part = ShownInPart.AS_THE_CONCERN
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="marks")
    # Empty if the writer did not say where.
    place = models.CharField(max_length=20, blank=True)
    side = models.CharField(max_length=10, blank=True)
    # What the writer put, and what it was read as, if it could be. Marks from before there were
    # words have the number alone.
    size_written = EncryptedText()
    size_cm = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    described = EncryptedText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    place__in=["", *(word.value for word in BodyPlace)],
                    side__in=["", *(word.value for word in BodySide)],
                ),
                name="mark_place_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"mark {self.uid}"

    @property
    def mark_in_words(self) -> str:
        """The mark in one line, such as "Ear, left, 1.5 cm: round, red"."""
        where = ", ".join(
            filter(
                None,
                [
                    BodyPlace.label_of_value(self.place) or "Place not written",
                    BodySide.label_of_value(self.side).lower(),
                    size_in_words(self.size_written, self.size_cm),
                ],
            )
        )
        return ": ".join(filter(None, [where, self.described]))
