"""This file knows what somebody is writing: encrypted, theirs alone, on the server.

A draft of a concern, and equally the words of any other form whose session ended or whose page had
gone stale before it was sent. A concern begun and not sent is a worry somebody had: its writer is
reminded, and in the end the leads learn that it exists, and never what it says. One about an adult
is its writer's alone, for good.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef

from concerns.models.case import Row, Scoped
from concerns.models.fields import EncryptedText
from concerns.rules.clocks import REMIND_AFTER, unsent_known_to_leads
from concerns.rules.roles import May

CONCERN, ADULT = "concern", "adult"


@dataclass(frozen=True)
class Lying:
    """Since when a lead's own has been lying, if one has; and how many the leads know of."""

    own_since: datetime | None
    known: int


class Drafts(Scoped):
    def of(self, viewer):
        return self.filter(person=viewer.person, school=viewer.school).for_viewer(viewer)

    def turned(self, uid):
        """The draft of `uid`, and in one reading whether its form was sent as about an adult."""
        from concerns.models.adult import AdultConcern

        sent = AdultConcern.objects.filter(draft=OuterRef("uid"))
        return self.filter(uid=uid).annotate(turned=Exists(sent)).order_by("pk")

    def unsent(self):
        """Concerns begun, and neither sent nor set aside."""
        return self.filter(page=CONCERN, set_aside_at__isnull=True)

    def not_sent(self):
        """Less what a late save left of a concern that was sent."""
        from concerns.models.adult import AdultConcern
        from concerns.models.concern import Concern

        sent = (kind.objects.filter(draft=OuterRef("uid")) for kind in (Concern, AdultConcern))
        return self.filter(*(~Exists(rows) for rows in sent))

    def known_to_leads(self, viewer):
        """Those of the school that were begun before today, for who reads concerns: that they
        exist, and never their words. Not those of an adult in school: these are their writer's."""
        if not viewer.may(May.READ):
            return self.none().for_viewer(viewer)
        before = unsent_known_to_leads(viewer.school.days, viewer.now)
        rows = self.unsent().filter(school=viewer.school, begun_at__lt=before).defer("words")
        return rows.for_viewer(viewer)

    def lying(self, viewer) -> "Lying":
        """What of the school lies begun and not sent, for the page of a lead.

        What a late save left of a concern that was sent is looked for only where there is anything:
        asked at once it would be a twelfth of the work of the page that is drawn most often.
        """
        from concerns.models.concern import Concern

        rows = self.unsent().filter(school=viewer.school)
        rows = list(rows.values_list("uid", "person", "begun_at", "saved_at"))
        sent = set()
        if rows:
            begun = Concern.objects.filter(draft__in=[uid for uid, *_ in rows])
            sent = set(begun.values_list("draft", flat=True))
        before = unsent_known_to_leads(viewer.school.days, viewer.now)
        waits = viewer.now - REMIND_AFTER
        rows = [row for row in rows if row[0] not in sent]
        own = [saved for _, who, _, saved in rows if who == viewer.person.pk and saved <= waits]
        return Lying(min(own, default=None), sum(begun < before for _, _, begun, _ in rows))


class Draft(Row):
    person = models.ForeignKey("concerns.Person", models.PROTECT, related_name="drafts")
    # The form it belongs to: `CONCERN`, `ADULT`, or the address of the page it was typed on.
    page = models.CharField(max_length=200, default=CONCERN)
    words = EncryptedText()
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    # It need not be sent: somebody said so, and why. The words stay, and can be gone on with.
    set_aside_at = models.DateTimeField(null=True)

    objects = Drafts.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "page", "-saved_at"], name="drafts_of_a_person"),
            models.Index(
                fields=["school", "begun_at"],
                condition=models.Q(page=CONCERN, set_aside_at__isnull=True),
                name="drafts_not_sent",
            ),
        ]

    def __str__(self):
        return f"draft {self.uid}"

    @property
    def typed(self) -> dict[str, list[str]]:
        """What was typed, field by field, as it was posted."""
        return json.loads(self.words or "{}")
