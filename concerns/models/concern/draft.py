"""Drafts: what somebody has typed and not sent, kept encrypted on the server for them alone.

A draft may be of a concern, or of any other form whose session ended or whose page went stale
before it was sent. A concern begun and not sent is a worry somebody had, so its writer is reminded.
In the end the leads learn that it exists, but never what it says. A draft about an adult is never
shown to anybody but its writer.

A draft holds one copy of the form, and beside it whatever an older page brought that differs: see
`doors/page_copies.py`.

A draft already excludes the people whom the concern would exclude once sent: colleagues its writer
keeps out, and relatives of the children picked in it. Only the encrypted words tell who that is, so
they are decrypted here to find out, and for nothing else. If no lead is left who may hear of it,
only its writer knows of it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self, cast
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.expressions import RawSQL

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.clock_ahead import before_or_ahead_filter, is_before_or_ahead
from concerns.models.base.encrypted_text import DecryptionFailed, EncryptedText
from concerns.models.school.person import Person, Relation, Viewer
from concerns.rules.clocks import REMIND_AFTER, unsent_draft_cutoff
from concerns.rules.roles import May

CONCERN = "concern"
ADULT = "adult"
# In plain SQL: built by Django it would take as much again as the draft itself.
_SENT_AS_ADULT = RawSQL(
    "EXISTS (SELECT 1 FROM concerns_adultconcern sent WHERE sent.draft = concerns_draft.uid)",
    (),
    output_field=models.BooleanField(),
)


def is_reminder_due(saved_at: datetime, now: datetime) -> bool:
    """Whether a draft saved at `saved_at` and not sent is to be reminded of at `now`."""
    return is_before_or_ahead(saved_at, now - REMIND_AFTER, now)


@dataclass(frozen=True)
class UnsentDrafts:
    """When the lead's own oldest unsent draft was saved, if one is due a reminder, and how many
    unsent drafts the leads may know of."""

    own_since: datetime | None
    known: int


@dataclass(frozen=True)
class OtherCopy:
    """What a page brought that was older than the draft. `window`, empty without script, is the
    window it was typed in, and `order` the number of the save there."""

    window: str
    order: int
    saved_at: datetime
    fields: dict[str, list[str]]

    @property
    def sentences(self) -> list[str]:
        """What was typed, to be shown: sentences, several lines, and names, which have a capital.
        Choices, dates and times are left out: each is one word without a capital."""
        typed = (value.strip() for values in self.fields.values() for value in values)
        return [value for value in typed if len(value.split()) > 1 or value != value.lower()]


class Drafts(ViewerScopedQuerySet[Row]):
    def own_drafts(self, viewer: Viewer) -> Self:
        own = self.filter(person=viewer.person, school=viewer.school, ended_at__isnull=True)
        return own.for_viewer(viewer)

    def with_sent_as_adult(self, uid: UUID) -> Self:
        """The draft of `uid`, annotated with `turned`: whether it was sent as a concern about an
        adult. One query, which every concern that is sent asks."""
        return self.filter(uid=uid).annotate(turned=_SENT_AS_ADULT).order_by("pk")

    def unsent_concern_drafts(self) -> Self:
        """Drafts of concerns that are not set aside. A late save may have left one of a concern
        that was sent: see `without_sent_concerns`."""
        return self.filter(page=CONCERN, set_aside_at__isnull=True)

    def without_sent_concerns(self) -> Self:
        """Leave out drafts that a late save left behind after the concern was sent."""
        from concerns.models.adult.adult_concern import AdultConcern
        from concerns.models.concern.concern import Concern

        sent = (kind.objects.filter(draft=OuterRef("uid")) for kind in (Concern, AdultConcern))
        return self.filter(*(~Exists(rows) for rows in sent))

    def known_to_leads(self, viewer: Viewer) -> Self:
        """Unsent drafts of the school that were begun before today, for leads who read concerns.

        They learn that these exist, never their words. Drafts about an adult are left out, as they
        are their writer's alone.
        """
        if not viewer.has_power(May.READ_ALL):
            return self.none().for_viewer(viewer)
        before = unsent_draft_cutoff(viewer.school.school_calendar, viewer.now)
        begun = before_or_ahead_filter("begun_at", before, viewer.now)
        return self.unsent_concern_drafts().filter(begun)._without_words_for(viewer)

    def begun_by(self, person: Person, viewer: Viewer) -> Self:
        """Drafts that `person` has begun and not sent, for whoever records that they have left."""
        return (
            self.unsent_concern_drafts()
            .without_sent_concerns()
            .filter(person=person)
            ._without_words_for(viewer)
        )

    def with_writer(self, viewer: Viewer) -> Self:
        """Fetch each writer, and annotate whether they still work here (`writer_here`)."""
        here = Person.objects.current_staff_of(viewer.school, viewer.todays_date).filter(
            pk=OuterRef("person")
        )
        return self.select_related("person").annotate(writer_here=Exists(here))

    def _without_words_for(self, viewer: Viewer) -> Self:
        """Without their words, and without those that exclude `viewer`: even a count may tell them
        something."""
        rows = self.filter(school=viewer.school).defer("words", "other_words")
        return rows.exclude(pk__in=rows._keys_excluding_viewer(viewer)).for_viewer(viewer)

    def _keys_excluding_viewer(self, viewer: Viewer) -> list[int]:
        """The keys of the drafts that exclude `viewer`. Their own never do."""
        others = self.exclude(person=viewer.person).defer(None).only("uid", "words", "other_words")
        rows = cast(list[Draft], list(others))
        if not rows:
            return []
        related = Relation.objects.filter(shuts_out=viewer.person)
        families = set(related.values_list("child__uid", flat=True))
        return [row.pk for row in rows if row.would_exclude(viewer.person, families)]

    def unsent_summary(self, viewer: Viewer) -> "UnsentDrafts":
        """The school's unsent drafts, for the queue; only their own for whoever reads a part of the
        record.

        Drafts of concerns that were sent are looked for only if there are any drafts. Doing it in
        the same query would be a twelfth of the work of the page that is shown most often.
        """
        from concerns.models.concern.concern import Concern

        drafts = self.unsent_concern_drafts().filter(school=viewer.school)
        if viewer.reads_part:
            drafts = drafts.filter(person=viewer.person)
        rows = list(drafts.values_list("uid", "person", "begun_at", "saved_at"))
        sent: set[UUID] = set()
        if rows:
            begun = Concern.objects.filter(draft__in=[uid for uid, *_ in rows])
            sent = set(begun.values_list("draft", flat=True))
        before = unsent_draft_cutoff(viewer.school.school_calendar, viewer.now)
        rows = [row for row in rows if row[0] not in sent]
        mine = [saved for _, who, _, saved in rows if who == viewer.person.pk]
        own = [saved for saved in mine if is_reminder_due(saved, viewer.now)]
        known = [uid for uid, _, begun, _ in rows if is_before_or_ahead(begun, before, viewer.now)]
        if viewer.reads_part:
            known = []
        shut = self.filter(uid__in=known)._keys_excluding_viewer(viewer) if known else ()
        return UnsentDrafts(min(own, default=None), len(known) - len(shut))


class Draft(SchoolOwnedModel):
    person = models.ForeignKey("concerns.Person", models.PROTECT, related_name="drafts")
    # The form it belongs to: `CONCERN`, `ADULT`, or the address of the page it was typed on.
    page = models.CharField(max_length=200, default=CONCERN)
    words = EncryptedText()
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    # When somebody said, with a reason, that it need not be sent. The words stay, and the writer
    # can continue.
    set_aside_at = models.DateTimeField(null=True)

    # A new one with each save; a page carries the one it was made from. Opaque.
    version = models.CharField(max_length=32, default="", blank=True)
    # Which window saved it last, and the number of that save there; empty and 0 without script.
    window = models.CharField(max_length=36, default="", blank=True)
    window_order = models.PositiveIntegerField(default=0)
    # What older pages brought that differs from `words`.
    other_words = EncryptedText()
    # The version of the concern the form is about, when the words were saved.
    concern_version = models.PositiveIntegerField(null=True)
    # When it was sent or thrown away by a window with script. The words are gone. The row stays, so
    # that a save of that window which arrives late does not bring them back.
    ended_at = models.DateTimeField(null=True)
    # Whether a file was added (`DraftFile`). Kept here so that sending a concern without files asks
    # for none.
    holds_files = models.BooleanField(default=False)

    # Not columns: see `with_sent_as_adult`, `with_writer` and `doors/page_copies.py`.
    turned: bool
    writer_here: bool
    kept_beside = False
    replaced = False

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

    def __str__(self) -> str:
        return f"draft {self.uid}"

    @property
    def typed_fields(self) -> dict[str, list[str]]:
        """What was typed: form field -> values, as they were posted."""
        return json.loads(self.words or "{}")

    def set_typed_fields(self, fields: Mapping[str, list[str]]) -> None:
        self.words = json.dumps(dict(fields))

    @property
    def stamp(self) -> str:
        """What a page made from this draft carries: its version."""
        return self.version or self.uid.hex

    @property
    def own_copy(self) -> OtherCopy:
        return OtherCopy(self.window, self.window_order, self.saved_at, self.typed_fields)

    @property
    def other_copies(self) -> list[OtherCopy]:
        """What older pages brought, oldest first. They were kept and take nothing's place."""
        return [
            OtherCopy(one["window"], one["order"], datetime.fromisoformat(one["at"]), one["fields"])
            for one in json.loads(self.other_words or "[]")
        ]

    def set_other_copies(self, copies: Iterable[OtherCopy]) -> None:
        self.other_words = json.dumps(
            [
                {
                    "window": one.window,
                    "order": one.order,
                    "at": one.saved_at.isoformat(),
                    "fields": one.fields,
                }
                for one in copies
            ]
        )

    @property
    def others_digest(self) -> str:
        """Says which other copies there are, so that a page can say which it has shown."""
        return hashlib.sha256(self.other_words.encode()).hexdigest() if self.other_words else ""

    def would_exclude(self, person: Person, families: set[UUID]) -> bool:
        """Whether the concern would exclude `person` if it were sent as it stands.

        `families` are the uids of the children `person` is related to. A draft that cannot be
        decrypted excludes everybody, because nobody knows whom it would exclude.
        """
        try:
            copies = [self.typed_fields, *(one.fields for one in self.other_copies)]
        except DecryptionFailed:
            return True
        shut_out = {uid for typed in copies for uid in typed.get("excluded", ())}
        children = {
            uid for typed in copies for uid in (*typed.get("child", ()), *typed.get("involved", ()))
        }
        return str(person.uid) in shut_out or bool(children & set(map(str, families)))
