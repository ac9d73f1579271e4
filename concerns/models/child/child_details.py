"""The other entries of a child's file: home authority, statuses, professionals, languages, an
earlier school's file, and when the child was seen. Homes and adults are in `household.py`."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import connections, models

from concerns.models.base.case_row import SchoolOwnedModel
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.base.kept_out import hidden_concerns_filter
from concerns.models.child.child import Child
from concerns.models.child.child_fact import ChildFact, FactRow, Facts, RowOfChild, RowsOfChild
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import Authority
from concerns.rules.child_file_vocabulary import (
    FileEnd,
    FileStage,
    PlanCategory,
    Profession,
    SeenHow,
    StatusKind,
    YesNo,
)


class HomeAuthority(ChildFact):
    """The local authority in which a child lives: its numbers are the ones to ring. For a child
    without an entry it is the school's authority."""

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="homes")
    told_by = EncryptedText()

    class Meta(ChildFact.Meta):
        verbose_name_plural = "home authorities"
        constraints = [
            *ChildFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["child"],
                condition=models.Q(ended_at__isnull=True),
                name="one_home_authority",
            ),
        ]


class Statuses(Facts[FactRow]):
    def kinds_and_unread_files(self, children: Collection[int]) -> list[tuple[int, str, str]]:
        """(child key, kind, category) of each status in force of `children`; (child key, "", "") of
        each whose earlier school's file is expected and unread; and (child key, "", "record") for
        each earlier record that was brought in and that nobody has read.

        This is raw SQL because the queue is shown more often than any other page, and building the
        query in Django would be a twentieth of that page's work.
        """
        if not children:
            return []
        marks = ", ".join(["%s"] * len(children))
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT child_id, kind, category FROM concerns_status "  # noqa: S608 - marks
                f"WHERE ended_at IS NULL AND child_id IN ({marks}) "
                "UNION ALL SELECT child_id, '', '' FROM concerns_earlierfile "
                f"WHERE ended_at IS NULL AND child_id IN ({marks}) "
                "UNION ALL SELECT child_id, '', 'record' FROM concerns_earlierrecord "
                f"WHERE ended_at IS NULL AND child_id IN ({marks})",
                [*children, *children, *children],
            )
            return cursor.fetchall()


class Status(ChildFact):
    """A period: on a child protection plan, looked after, ... When it ends, the school's view of
    that is kept (`view_ended`), because nobody watches a child who is stepped down too soon."""

    kind = models.CharField(max_length=20)
    category = models.CharField(max_length=12, blank=True)
    decided_by = EncryptedText()
    view_ended = EncryptedText()

    objects: ClassVar = Statuses.as_manager()

    class Meta(ChildFact.Meta):
        verbose_name_plural = "statuses"
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=[word.value for word in StatusKind]),
                name="status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind=StatusKind.PLAN, category__in=[word.value for word in PlanCategory]
                )
                | ~models.Q(kind=StatusKind.PLAN) & models.Q(category=""),
                name="a_plan_has_its_category",
            ),
        ]

    @property
    def words(self) -> str:
        """ "Child protection plan: neglect"."""
        category = PlanCategory.label_of_value(self.category).lower()
        return ": ".join(filter(None, [StatusKind.label_of_value(self.kind), category]))


class Professional(ChildFact):
    """Somebody outside the school who works with the child."""

    profession = models.CharField(max_length=20)
    name = EncryptedText()
    agency = EncryptedText()
    telephone = EncryptedText()
    email = EncryptedText()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(profession__in=[word.value for word in Profession]),
                name="profession_is_known",
            ),
        ]

    @property
    def profession_words(self) -> str:
        return Profession.label_of_value(self.profession)


class Language(ChildFact):
    """A language spoken at home, by whom, and whether they need an interpreter."""

    language = EncryptedText()
    spoken_by = EncryptedText()
    interpreter = models.CharField(max_length=10)

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(interpreter__in=[word.value for word in YesNo]),
                name="interpreter_is_known",
            ),
        ]

    @property
    def interpreter_words(self) -> str:
        words = {YesNo.YES: "An interpreter is needed", YesNo.NO: "No interpreter is needed"}
        return words.get(YesNo(self.interpreter), "Not known whether an interpreter is needed")


class EarlierFiles(Facts[FactRow]):
    def unread_files(self) -> Self:
        """Files that are expected and that nobody has signed as read yet. Until then an empty
        history reassures falsely."""
        return self.not_ended()


class EarlierFile(ChildFact):
    """The file that an earlier school has on a child. The entry ends when somebody signs that they
    have read the file, or that there is none."""

    where = EncryptedText()
    ended_how = models.CharField(max_length=6, blank=True)

    objects: ClassVar = EarlierFiles.as_manager()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_how="")
                | models.Q(ended_at__isnull=False, ended_how__in=[word.value for word in FileEnd]),
                name="a_file_ends_with_a_word",
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=models.Q(ended_at__isnull=True),
                name="one_file_expected",
            ),
        ]

    @property
    def ended_words(self) -> str:
        return FileEnd.label_of_value(self.ended_how)


class FileEvent(SchoolOwnedModel):
    """A step in getting an earlier school's file: asked for, asked for again, received."""

    file = models.ForeignKey(EarlierFile, models.PROTECT, related_name="events")
    stage = models.CharField(max_length=10)
    happened_at = models.DateTimeField()
    words = EncryptedText()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=[word.value for word in FileStage]),
                name="file_stage_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.uid}"

    @property
    def stage_words(self) -> str:
        return FileStage.label_of_value(self.stage)


class Sightings(RowsOfChild[FactRow]):
    def not_hidden_from(self, viewer: Viewer) -> Self:
        """Without those recorded on a concern that `viewer` may never see."""
        rows = self.exclude(hidden_concerns_filter(viewer.person, "concern_id"))
        if not viewer.reads_part:
            return rows
        # `Concern` is in a file that imports this one.
        seen = apps.get_model("concerns", "Concern")._default_manager.visible_to(viewer)
        files = Child.objects.with_file_for(viewer)
        on_none = models.Q(concern=None, child__in=files.values("pk"))
        return rows.filter(on_none | models.Q(concern__in=seen.values("pk")))

    def record_on_concern(
        self: "Sightings[Sighting]",
        by: Viewer,
        concern: Any,
        children: Iterable[Child],
        who: Person,
        how: SeenHow,
        happened_at: datetime,
        now: datetime,
    ) -> list["Sighting"]:
        """Record that `who` saw each of `children`, as `by` says with a decision or a conversation
        on `concern`. What stands there already is not recorded twice."""
        words = "" if who == by.person else f"Written down by {by.person.name}."
        seen = {"by": who, "how": how, "happened_at": happened_at}
        return [
            self.create(school=by.school, concern=concern, child=child, at=now, words=words, **seen)
            for child in children
            if not self.filter(child=child, concern=concern, **seen).exists()
        ]

    def spoken_to_since(self, children: Iterable[Child], since: datetime) -> Self:
        """Those in which one of `children` was spoken to or heard alone since `since`."""
        spoken = self.filter(child__in=list(children), how__in=[SeenHow.SPOKE, SeenHow.ALONE])
        return spoken.filter(happened_at__gte=since)


class Sighting(RowOfChild):
    """A named member of staff (`by`) saw this child, spoke to them, or heard them alone.

    `concern` is set if a decision or a conversation on it says so: then only those who may see the
    concern see the sighting.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="sightings", db_index=False)
    concern = models.ForeignKey(
        "concerns.Concern", models.PROTECT, null=True, related_name="+", db_index=False
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    how = models.CharField(max_length=6)
    words = EncryptedText()

    objects: ClassVar = Sightings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(how__in=[word.value for word in SeenHow]), name="seen_is_known"
            )
        ]
        indexes = [
            models.Index(fields=["child", "how", "-happened_at"], name="sightings_newest"),
        ]

    def __str__(self) -> str:
        return f"sighting {self.uid}"

    @property
    def how_words(self) -> str:
        return SeenHow.label_of_value(self.how)
