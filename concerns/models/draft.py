"""This file knows what somebody is writing: encrypted, theirs alone, on the server.

A draft of a concern, and equally the words of any other form whose session ended or whose page had
gone stale before it was sent. A concern begun and not sent is a worry somebody had: its writer is
reminded, and in the end the leads learn that it exists, and never what it says. One about an adult
is its writer's alone, for good.

Whom it would shut out once sent - a colleague its writer keeps out of it, the family of a child
picked in it - it shuts out already. Only its words tell who that is: they are opened here to find
it, and for nothing else. Where no lead is left to hear of it, it stays with its writer alone.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef

from concerns.models.case import Row, Scoped
from concerns.models.fields import CannotOpen, EncryptedText
from concerns.models.person import Person, Relation
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
        return self.unsent().filter(begun_at__lt=before)._told_to(viewer)

    def begun_by(self, person: Person, viewer):
        """What `person` has begun and not sent, for who writes down that they have left."""
        return self.unsent().not_sent().filter(person=person)._told_to(viewer)

    def with_writer(self, viewer):
        """With who wrote each, and whether they still work here (`writer_here`)."""
        here = Person.objects.here(viewer.school, viewer.today).filter(pk=OuterRef("person"))
        return self.select_related("person").annotate(writer_here=Exists(here))

    def _told_to(self, viewer):
        """Without their words, and less those that shut `viewer` out: even a number may tell."""
        rows = self.filter(school=viewer.school).defer("words")
        return rows.exclude(pk__in=rows._shut_out(viewer)).for_viewer(viewer)

    def _shut_out(self, viewer) -> list[int]:
        """The keys of those that shut `viewer` out. What is their own never does."""
        rows = list(self.exclude(person=viewer.person).defer(None).only("uid", "words"))
        if not rows:
            return []
        families = Relation.objects.filter(shuts_out=viewer.person)
        families = set(families.values_list("child__uid", flat=True))
        return [row.pk for row in rows if row.shuts_out(viewer.person, families)]

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
        known = [uid for uid, _, begun, _ in rows if begun < before]
        shut = self.filter(uid__in=known)._shut_out(viewer) if known else ()
        return Lying(min(own, default=None), len(known) - len(shut))


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

    def shuts_out(self, person: Person, families: set[UUID]) -> bool:
        """Whether `person`, family of `families`, could not see it once it was sent as it stands.

        What cannot be opened is kept from everybody: whom it would shut out, nobody knows.
        """
        try:
            typed = self.typed
        except CannotOpen:
            return True
        picked = {name: typed.get(name, ()) for name in ("excluded", "child", "involved")}
        children = {*picked["child"], *picked["involved"]}
        return str(person.uid) in picked["excluded"] or bool(children & set(map(str, families)))
