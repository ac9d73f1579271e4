"""This file knows how one form on one page meets one act, and loses no word of it on the way.

A sheet is shown empty, or with what was kept when a session ended under it. Pressed, it is judged,
and its act is tried: what is missing (422), what the rules refuse (422) and who else has acted
meanwhile (409) are said beside the form, with everything typed still in it. The version it carries
is that of the page as it was read: only a page that told who acted carries the new one, so that
pressing again is a choice somebody made knowing it.
"""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.asking.asked import Asked, Typed
from concerns.doors import keep
from concerns.doors.act import Refused, Stale

WRONG, MOVED_ON = 422, 409


def onward(request, to: str, query: str = "", **where) -> HttpResponse:
    """To the next page; said in words to the script that sends forms, which goes by itself."""
    there = reverse(to, kwargs=where or None) + query
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"next": there})
    return redirect(there)


class Sheet:
    """`form` is made with what was posted, else with what was kept from this page, else empty.

    `path` is where the form is posted to, when that is not the page it is shown on: words kept come
    back there. `looking`: what was pressed looks for a name, and sends nothing. `beside`: it stands
    on the page of another, which was pressed if any was.
    """

    def __init__(
        self, request, form: type[Asked], *, path="", looking=False, beside=False, **offered
    ):
        self.request, self.viewer = request, request.viewer
        self.path = path or request.path
        self.pressed = request.method == "POST" and not beside
        self.stale: Stale | None = None
        self.kept = None if self.pressed else keep.waiting(self.viewer, self.path)
        typed = None
        if self.pressed:
            typed = Typed.of(dict(request.POST.lists()))
        elif self.kept:
            typed = Typed.of(self.kept.typed)
        self.asked = self.pressed and not looking
        self.form = form(typed, checked=self.asked, **offered)

    @property
    def whole(self) -> bool:
        """It was pressed, and nothing is missing or wrong: what it holds can be used."""
        return self.asked and self.form.is_valid()

    @property
    def said(self) -> dict:
        return self.form.cleaned_data

    def does(self, act, **given) -> bool:
        """Try the act on the page as it was read. False: why not stands on the sheet."""
        viewer = self.viewer
        try:
            act(by=viewer, now=viewer.now, version=self._version_read, **given)
        except Refused as refused:
            self.form.add_error(None, refused.words)
            return False
        except Stale as stale:
            self.stale = stale
            return False
        keep.forget(viewer, self.path)
        return True

    def onward(self, to: str, **where) -> HttpResponse:
        """After the act: to the page that shows it."""
        return onward(self.request, to, **where)

    def page(self, template: str, concern=None, **more) -> HttpResponse:
        """The sheet as it stands. `concern` is read, and the reading recorded, for this page; a
        sheet about something that has no version (a person, a draft) has none."""
        self.standing_at(concern)
        context = {"sheet": self, "form": self.form, "concern": concern, **more}
        return render(self.request, template, context, status=self._status)

    def standing_at(self, concern) -> "Sheet":
        """With what it carries, on a page of `concern` as it was read."""
        now = concern.version if concern else 0
        self.version = self._version_read if self.pressed else now
        if self.stale:
            self.version = self.stale.concern.version
        self.keep = keep.token(self.viewer, self.path)
        return self

    @property
    def _status(self) -> int:
        if self.stale:
            return MOVED_ON
        return WRONG if self.form.errors else 200

    @property
    def _version_read(self) -> int:
        """What the form says it was made from. What says nothing was made from nothing we know."""
        written = self.request.POST.get("version", "")
        return int(written) if written.isdecimal() and len(written) < 10 else 0

    @property
    def own(self) -> bool:
        """Whether who acted meanwhile is the one who pressed: a second press, or another window."""
        return bool(self.stale) and self.stale.concern.changed_by_id == self.viewer.person.pk
