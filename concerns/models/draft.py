"""Drafts: what somebody has typed and not sent, kept encrypted on the server for them alone.

A draft may be of a concern, or of any other form whose session ended or whose page went stale
before it was sent. A concern begun and not sent is a worry somebody had, so its writer is reminded.
In the end the leads learn that it exists, but never what it says. A draft about an adult is never
shown to anybody but its writer.

A draft already excludes the people whom the concern would exclude once sent: colleagues its writer
keeps out, and relatives of the children picked in it. Only the encrypted words tell who that is, so
they are decrypted here to find out, and for nothing else. If no lead is left who may hear of it,
only its writer knows of it.
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
    """When the lead's own oldest unsent draft was saved, if one is due a reminder, and how many
    unsent drafts the leads may know of."""

    own_since: datetime | None
    known: int


class Drafts(Scoped):
    def of(self, viewer):
        return self.filter(person=viewer.person, school=viewer.school).for_viewer(viewer)

    def turned(self, uid):
        """The draft of `uid`, annotated with `turned`: whether it was sent as a concern about an
        adult. One query."""
        from concerns.models.adult import AdultConcern

        sent = AdultConcern.objects.filter(draft=OuterRef("uid"))
        return self.filter(uid=uid).annotate(turned=Exists(sent)).order_by("pk")

    def unsent(self):
        """Drafts of concerns that are not set aside. A late save may have left one of a concern
        that was sent: see `without_sent_concerns`."""
        return self.filter(page=CONCERN, set_aside_at__isnull=True)

    def not_sent(self):
        """Leave out drafts that a late save left behind after the concern was sent."""
        from concerns.models.adult import AdultConcern
        from concerns.models.concern import Concern

        sent = (kind.objects.filter(draft=OuterRef("uid")) for kind in (Concern, AdultConcern))
        return self.filter(*(~Exists(rows) for rows in sent))

    def known_to_leads(self, viewer):
        """Unsent drafts of the school that were begun before today, for leads who read concerns.

        They learn that these exist, never their words. Drafts about an adult are left out, as they
        are their writer's alone.
        """
        if not viewer.may(May.READ):
            return self.none().for_viewer(viewer)
        before = unsent_known_to_leads(viewer.school.days, viewer.now)
        return self.unsent().filter(begun_at__lt=before)._told_to(viewer)

    def begun_by(self, person: Person, viewer):
        """Drafts that `person` has begun and not sent, for whoever records that they have left."""
        return self.unsent().not_sent().filter(person=person)._told_to(viewer)

    def with_writer(self, viewer):
        """Fetch each writer, and annotate whether they still work here (`writer_here`)."""
        here = Person.objects.here(viewer.school, viewer.today).filter(pk=OuterRef("person"))
        return self.select_related("person").annotate(writer_here=Exists(here))

    def _told_to(self, viewer):
        """Without their words, and without those that exclude `viewer`: even a count may tell them
        something."""
        rows = self.filter(school=viewer.school).defer("words")
        return rows.exclude(pk__in=rows._shut_out(viewer)).for_viewer(viewer)

    def _shut_out(self, viewer) -> list[int]:
        """The keys of the drafts that exclude `viewer`. Their own never do."""
        rows = list(self.exclude(person=viewer.person).defer(None).only("uid", "words"))
        if not rows:
            return []
        families = Relation.objects.filter(shuts_out=viewer.person)
        families = set(families.values_list("child__uid", flat=True))
        return [row.pk for row in rows if row.shuts_out(viewer.person, families)]

    def lying(self, viewer) -> "Lying":
        """The school's unsent drafts, for the lead's page.

        Drafts of concerns that were sent are looked for only if there are any drafts. Doing it in
        the same query would be a twelfth of the work of the page that is shown most often.
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
    # When somebody said, with a reason, that it need not be sent. The words stay, and the writer
    # can continue.
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
        """What was typed: form field -> values, as they were posted."""
        return json.loads(self.words or "{}")

    def shuts_out(self, person: Person, families: set[UUID]) -> bool:
        """Whether the concern would exclude `person` if it were sent as it stands.

        `families` are the uids of the children `person` is related to. A draft that cannot be
        decrypted excludes everybody, because nobody knows whom it would exclude.
        """
        try:
            typed = self.typed
        except CannotOpen:
            return True
        picked = {name: typed.get(name, ()) for name in ("excluded", "child", "involved")}
        children = {*picked["child"], *picked["involved"]}
        return str(person.uid) in picked["excluded"] or bool(children & set(map(str, families)))
