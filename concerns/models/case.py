"""This file knows what every case row has: a `uid`, a school, and one rule for who may see it."""

import uuid

from django.db import models

from concerns.rules.roles import May


class Scoped(models.QuerySet):
    """A queryset that remembers for whom it was narrowed; sight refuses one that was not."""

    seen_by = None

    def _clone(self):
        clone = super()._clone()
        clone.seen_by = self.seen_by
        return clone

    def for_viewer(self, viewer):
        clone = self._chain()
        clone.seen_by = viewer.person.pk
        return clone

    def of_school(self, viewer):
        """What belongs to the viewer's school and names no child's troubles: roll, staff, files."""
        return self.filter(school=viewer.school).for_viewer(viewer)


class CaseRows(Scoped):
    def visible_to(self, viewer):
        """What `viewer` may read: by role, then less everything they are excluded from.

        Exclusions beat every role: those named in the concern, and those of a relative of any
        child in it. Used by lists and by opening alike.
        """
        from concerns.models.exclusion import Exclusion
        from concerns.models.filed import ConcernChild

        if not viewer.may(May.READ):
            return self.none().for_viewer(viewer)
        key = self.model.to_concern
        excluded = Exclusion.objects.filter(person=viewer.person).values("concern")
        related = ConcernChild.objects.filter(child__relations__shuts_out=viewer.person)
        return (
            self.filter(school=viewer.school)
            .exclude(**{f"{key}__in": excluded})
            .exclude(**{f"{key}__in": related.values("concern")})
            .for_viewer(viewer)
        )

    def written_by(self, viewer):
        """What `viewer` wrote themselves: theirs to see whatever their role."""
        key = self.model.to_concern.removesuffix("id").removesuffix("_")
        reporter = f"{key}__reporter" if key else "reporter"
        return self.filter(school=viewer.school, **{reporter: viewer.person}).for_viewer(viewer)

    def within(self, viewer, power):
        """The rows an act that needs `power` may touch."""
        return self.written_by(viewer) if power is May.SUBMIT else self.visible_to(viewer)


class Row(models.Model):
    """`uid` is made in Python: the only id on any page, and what encrypted words are bound to."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # No index of its own. A school's rows are nearly all there are, and a database that has not
    # counted them would read ten years through it. A list that begins at the school has an index
    # that does too.
    school = models.ForeignKey("concerns.School", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class CaseRow(Row):
    """A row about a concern. `to_concern` is the way from the row to its concern."""

    to_concern = "concern_id"
    objects = CaseRows.as_manager()

    class Meta:
        abstract = True
