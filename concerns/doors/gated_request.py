"""The type of a request that has come through the gate, for views and doors. No request is made
from it: the gate sets these attributes on Django's own."""

from django.http import HttpRequest

from concerns.models import Viewer


class GatedRequest(HttpRequest):
    """`viewers` has a viewer for each school of the person, `viewer` is the one of the school in
    use."""

    viewer: Viewer
    viewers: list[Viewer]
