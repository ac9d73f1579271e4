"""The e-mails about one late step: to whom they went, who may have another one, and what it says.

Who is told is decided in `clock_round.py`; how often, and in which words, in
`rules/message_rules.py`.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from concerns.models import AdultStep, Notice, Person, Step
from concerns.models.outbox.notice import NoticeEnding
from concerns.rules.message_rules import late_step_sentence, may_send_again


class StepMessages:
    """The e-mails about one late step that went out or are waiting to, and who may have another."""

    def __init__(self, step: Step | AdultStep, now: datetime):
        self._reference = step.concern.reference
        self._now = now
        self._at: dict[int | None, list[datetime]] = defaultdict(list)
        self._last: dict[Person, datetime] = {}
        self._letters: dict[Person, set[int | None]] = defaultdict(set)
        for notice in Notice.objects.delivered_about(step):
            if notice.made_at > now:
                continue  # Made while the database's clock stood ahead: all is told again.
            # One that went while the database's clock stood ahead counts from when it was made.
            went_at = notice.ended_at if notice.ended_at and notice.ended_at <= now else None
            if notice.outside or notice.person_id:
                # From when they had it: one that was written at night may have gone later.
                self._at[notice.person_id].append(went_at or notice.made_at)
            if notice.person and notice.ended == NoticeEnding.SENT and went_at:
                self._last[notice.person] = went_at
                self._letters[notice.person].add(notice.letter_id)

    def may_send_to(self, person: Person | None) -> bool:
        """Whether `person` (None: the adviser outside) may have another one now."""
        return may_send_again(sorted(self._at[person.pk if person else None]), self._now)

    def list_untold(self, people: Sequence[Person | None]) -> list[Person]:
        """Those of `people` who have had no message, and to whom none waits to be sent."""
        return [one for one in people if one and not self._at[one.pk]]

    def add(self, person: Person | None) -> None:
        self._at[person.pk if person else None].append(self._now)

    def late_sentence(self, to: Person, late: str) -> str:
        others = [(person.name, at) for person, at in self._last.items() if person != to]
        return late_step_sentence(self._reference, late, others, len(self._letters[to]))
