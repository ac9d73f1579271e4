"""Pages of one child (story, file, sightings, chronology), and the search for a child."""

import uuid
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from concerns.asking.asked import Typed, as_uid
from concerns.asking.covering import CoverForm
from concerns.asking.ending import EndStatusForm
from concerns.asking.household import ArrivedForm
from concerns.child import acts, queries
from concerns.child.forms import (
    ENDS,
    WRITES,
    AnyoneForm,
    ChronologyForm,
    EndForm,
    SearchForm,
    SeenForm,
)
from concerns.doors import search as door
from concerns.doors.sheet import Sheet
from concerns.models import offered
from concerns.paper import chronicle
from concerns.rules.roles import May

ACTS = {
    "address": acts.move,
    "adult": acts.know,
    "tie": acts.tie,
    "fact": acts.learn,
    "sibling": acts.brother_or_sister,
    "event": acts.get_file,
    "authority": acts.live_in,
    "numbers": acts.put_right,
}


def story(request, uid):
    after = request.GET.get("after", "")
    page = queries.page(request.viewer, uid, after)
    return render(request, "child/story.html", {"page": page, "later": bool(after)})


def search(request):
    """The form is posted, so that the words searched for are in no address and in no access log."""
    pressed, after = request.method == "POST", request.POST.get("after", "")
    typed = Typed.of(dict(request.POST.lists())) if pressed else None
    form, found = SearchForm(typed, checked=pressed), None
    if pressed and form.is_valid():
        found = door.search(request.viewer, form.cleaned_data["words"], after)
    context = {"form": form, "found": found, "later": bool(after)}
    return render(request, "child/search.html", context, status=422 if form.errors else 200)


def file(request, uid):
    found, edits = queries.opened(request.viewer, uid), request.viewer.may(May.DECIDE)
    return render(request, "child/file.html", {"file": found, "edits": edits})


def write(request, uid):
    """Add a line to the file: `?what=` is its kind, `?row=` the row it adds to, if any."""
    viewer, what = request.viewer, request.GET.get("what", "")
    if what not in WRITES:
        raise Http404
    found, row = queries.to_write(viewer, uid, what, request.GET.get("row", ""))
    given, picking = {"now": viewer.now, "file": found, "row": row}, {}
    if what == "sibling":
        picking = _picked(request)
        given["chosen"] = picking["picked"]
    if what == "authority":
        given["authorities"] = queries.authorities()
    where = {"path": request.get_full_path(), "looking": _looking(request)}
    sheet, once = Sheet(request, WRITES[what], **where, **given), _once(request)
    act = ACTS.get(what, acts.write)
    if sheet.whole and sheet.does(act, child=found.child, once=once, **sheet.form.given):
        return sheet.onward("child_file", uid=uid)
    return _shown(request, sheet, uid, row=row, once=once, **picking)


def end(request, uid):
    viewer, what = request.viewer, request.GET.get("what", "")
    found, row = queries.to_end(viewer, uid, what, request.GET.get("row", ""))
    form = EndStatusForm if what == "status" else ENDS.get(what, EndForm)
    given = {"now": viewer.now, "file": found, "row": row, **queries.watching(viewer, row)}
    sheet = Sheet(request, form, path=request.get_full_path(), **given)
    if sheet.whole and sheet.does(acts.end, child=found.child, **sheet.form.given):
        return sheet.onward("child_file", uid=uid)
    return _shown(request, sheet, uid, row=row)


def seen(request, uid):
    """A lead records that they saw this child."""
    child = queries.to_see(request.viewer, uid)
    sheet, once = Sheet(request, SeenForm, now=request.viewer.now), _once(request)
    if sheet.whole and sheet.does(acts.saw, child=child, once=once, **sheet.form.given):
        return sheet.onward("child_file", uid=uid)
    return _shown(request, sheet, uid, once=once)


def seen_any(request):
    """Any member of staff records that they saw a child.

    They find the child by name; the page tells them nothing about the child.
    """
    picking = _picked(request)
    given = {"now": request.viewer.now, "chosen": picking["picked"]}
    sheet, once = Sheet(request, AnyoneForm, looking=_looking(request), **given), _once(request)
    if sheet.whole:
        (child,) = sheet.form.chosen
        if sheet.does(acts.saw, child=child, once=once, **sheet.form.given):
            return sheet.onward("child_seen_said")
    return sheet.page("child/seen_any.html", once=once, **picking)


def seen_said(request):
    return render(request, "child/seen_said.html")


def arrived(request):
    """The office records which school a child came from. The page tells nothing of the child."""
    picking = _picked(request)
    given = {"looking": _looking(request), "chosen": picking["picked"]}
    sheet, once = Sheet(request, ArrivedForm, **given), _once(request)
    if sheet.whole:
        (child,) = sheet.form.chosen
        if sheet.does(acts.expect, child=child, where=sheet.said["where"], once=once):
            return sheet.onward("child_arrived_said")
    return sheet.page("child/arrived.html", once=once, **picking)


def arrived_said(request):
    return render(request, "child/arrived_said.html")


def chronology(request, uid):
    form, asked = _asked(request)
    page = chronicle.opened(request.viewer, uid, form.wanted())
    address = {"asked": asked, "later": bool(form.after)}
    address["more"] = f"{asked or '?'}&{urlencode({'after': page.more})}" if page.more else ""
    return render(request, "child/chronology.html", {"page": page, "form": form, **address})


def print_chronology(request, uid):
    """Shows a cover page to check first; once that is submitted, shows the print itself."""
    form, asked = _asked(request)
    cover, given = CoverForm.read(request)
    found = chronicle.printed(request.viewer, uid, form.wanted(), **given)
    page = {"print": found, "cover": cover, "here": request.path + asked}
    return render(request, "child/printed.html" if given["made"] else "child/cover.html", page)


def _asked(request) -> tuple[ChronologyForm, str]:
    """The chronology's form as typed, and the query string of the part asked for."""
    said = dict(request.GET.lists())
    after = "".join(said.pop("after", []))
    form = ChronologyForm(Typed.of(said), after=after)
    return form, f"?{urlencode(said, doseq=True)}" if said else ""


def _shown(request, sheet, uid, **more):
    return sheet.page("child/line.html", file=queries.opened(request.viewer, uid), **more)


def _looking(request) -> bool:
    """Whether the picker's Find button was pressed, which searches and saves nothing."""
    return request.POST.get("do") == "find"


def _once(request) -> uuid.UUID:
    return as_uid(request.POST.get("once", "")) or uuid.uuid4()


def _picked(request) -> dict:
    """Context for the child picker: the children picked, and those found by the typed name."""
    typed = Typed.of(dict(request.POST.lists()))
    find, picking = request.POST.get("find", ""), {"picker_url": reverse("submit_children")}
    picking["picked"] = queries.chosen(request.viewer, typed.uids("child"))
    picking["find"] = find
    if _looking(request) and find.strip():
        picking["found"], picking["more"] = offered.found(request.viewer, find)
    return picking
