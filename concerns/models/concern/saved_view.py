"""The views of the queue that people save for themselves: filters and an order, under a name."""

from datetime import datetime
from typing import Self
from urllib.parse import urlencode

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.school.person import Person, Viewer
from concerns.rules.roles import May


class SavedViews(ViewerScopedQuerySet[Row]):
    def own_views(self, viewer: Viewer) -> Self:
        """The viewer's own views in this school that they have not removed, by name."""
        rows = self.filter(school=viewer.school, person=viewer.person, removed_at__isnull=True)
        return rows.for_viewer(viewer).order_by("name", "id")

    def permitted_for(self, viewer: Viewer, power: May) -> Self:
        """The views that an act of `viewer` may change: their own."""
        return self.own_views(viewer)

    def save_view(
        self: "SavedViews[SavedView]", by: Viewer, name: str, chosen: dict[str, str], now: datetime
    ) -> "SavedView":
        """Save the filters `chosen`, by name, as the view `name` of `by`."""
        return self.create(
            school=by.school, person=by.person, name=name, query=urlencode(chosen), at=now
        )


class SavedView(SchoolOwnedModel):
    """A view of the queue, for one person. `query` is the query string of its filters and order."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = SavedViews.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "school", "name"],
                condition=models.Q(removed_at__isnull=True),
                name="view_named_once",
            )
        ]

    def __str__(self) -> str:
        return f"view {self.uid}"
