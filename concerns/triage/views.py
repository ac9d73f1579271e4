"""The lead's pages: the queue, a concern with its child's story, and each act on a concern.

A page that changes something loads the concern, tries the one act and redirects to the concern.
When the page is shown, the first time or again because something was missing, that is recorded as
a reading.
"""

from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.asking.asked import Asked, Typed
from concerns.asking.ending import CloseForm
from concerns.asking.keeping import KeepForm
from concerns.doors import sight
from concerns.doors.keep import turn_addition
from concerns.doors.sheet import Sheet
from concerns.models import offered
from concerns.models.exclusion import kept_out
from concerns.rules.lifecycle import State, may_follow
from concerns.rules.words import About
from concerns.triage import acts, queries
from concerns.triage.forms import (
    DecideForm,
    ExcludeForm,
    HandForm,
    NoteForm,
    RefileForm,
    ReopenForm,
)


def queue(request):
    page = queries.queue(request.viewer, request.GET)
    return render(request, "triage/queue.html", {"queue": page})


def read(request, uid):
    viewer = request.viewer
    page, kept = queries.read(viewer, uid), request.GET.get("kept", "")
    page["kept"] = queries.kept(viewer, kept)
    if not page["may_keep"]:
        return render(request, "triage/read.html", page)
    there, offered = reverse("triage_keep", args=[uid]), queries.keeping(viewer, page["concern"])
    sheet = Sheet(request, KeepForm, path=there, focus=bool(page["kept"]), **offered)
    return sheet.page("triage/read.html", **page)


def keep(request, uid):
    """Keep the concern with the picture, and go on to the next in the queue."""
    viewer, concern = request.viewer, sight.to_change(request.viewer, uid)
    if request.method != "POST":
        return redirect("triage_read", uid=uid)
    sheet = Sheet(request, KeepForm, **queries.keeping(viewer, concern))
    if sheet.whole and sheet.does(acts.decide, concern=concern, decided=sheet.form.decided):
        return sheet.onward(**queries.after_keeping(viewer, concern))
    return sheet.page("triage/read.html", **queries.read(viewer, uid))


def take(request, uid):
    if request.method != "POST":
        return redirect("triage_read", uid=uid)
    concern = sight.to_change(request.viewer, uid)
    sheet = Sheet(request, Asked)
    if sheet.whole and sheet.does(acts.take, concern=concern):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("triage/take.html", sight.concern(request.viewer, uid))


def hand(request, uid):
    concern = sight.to_change(request.viewer, uid)
    people = queries.colleagues(request.viewer, concern)
    sheet = Sheet(request, HandForm, people=people)
    if sheet.whole:
        given = {"to": sheet.form.person, "note": sheet.said["note"]}
        if sheet.does(acts.hand, concern=concern, **given):
            return sheet.onward("triage_read", uid=uid)
    return sheet.page("triage/hand.html", sight.concern(request.viewer, uid), people=people)


def decide(request, uid):
    viewer = request.viewer
    concern, offered = queries.deciding(viewer, uid)
    drafted = sight.again(viewer, concern).words if "again" in request.GET else ""
    sheet = Sheet(request, DecideForm, now=viewer.now, drafted=drafted, **offered)
    if sheet.whole and sheet.does(acts.decide, concern=concern, decided=sheet.form.decided):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("triage/decide.html", **queries.read(viewer, uid))


def note(request, uid):
    concern = sight.to_change(request.viewer, uid)
    sheet = Sheet(request, NoteForm)
    if sheet.whole and sheet.said["about"] == About.ADULT:
        children = ", ".join(row.name for row in concern.children.select_related("child"))
        given = {"page": sheet.path, "words": sheet.said["words"], "children": children}
        return sheet.onward("adult_draft", uid=turn_addition(request.viewer, **given))
    if sheet.whole and sheet.does(acts.note, concern=concern, words=sheet.said["words"]):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("triage/note.html", sight.concern(request.viewer, uid))


def exclude(request, uid):
    viewer = request.viewer
    concern = sight.to_change(viewer, uid)
    sheet = Sheet(request, ExcludeForm, staff=offered.to_keep_out(viewer, concern))
    if sheet.whole:
        given = {"person": sheet.form.person, "why": sheet.said["why"]}
        if sheet.does(acts.exclude, concern=concern, **given):
            # Whoever excludes themselves cannot open the concern any more.
            own = sheet.form.person == viewer.person
            return sheet.onward("triage") if own else sheet.onward("triage_read", uid=uid)
    concern = sight.concern(viewer, uid)
    return sheet.page("triage/exclude.html", concern, rows=kept_out(concern))


def refile(request, uid):
    viewer, looking = request.viewer, request.POST.get("do") == "find"
    concern, typed = sight.to_change(viewer, uid), Typed.of(dict(request.POST.lists()))
    given = queries.refiling(viewer, concern, typed)
    sheet = Sheet(request, RefileForm, looking=looking, **given)
    if sheet.whole and sheet.does(acts.refile, concern=concern, **sheet.form.given):
        # Whoever is family to the right child cannot open the concern any more.
        here = sight.still(viewer, concern)
        return sheet.onward("triage_refile", uid=uid) if here else sheet.onward("triage")
    concern, moved = queries.moved(viewer, uid)
    find = request.POST.get("find", "")
    picking = offered.picking(viewer, given["chosen"], find, looking)
    picking["picker_url"] = reverse("submit_children")
    return sheet.page("triage/refile.html", concern, moved=moved, **picking)


def close(request, uid):
    concern = sight.to_change(request.viewer, uid)
    sheet = Sheet(request, CloseForm, **queries.ending(request.viewer, concern))
    act = acts.watch if sheet.whole and sheet.form.watches else acts.close
    if sheet.whole and sheet.does(act, concern=concern, **sheet.form.given):
        return sheet.onward("triage_read", uid=uid)
    concern = sight.concern(request.viewer, uid)
    return sheet.page(
        "triage/close.html",
        concern,
        held=queries.holding_open(concern),
        may_close=may_follow(State(concern.state), State.CLOSED),
    )


def reopen(request, uid):
    concern = sight.to_change(request.viewer, uid)
    sheet = Sheet(request, ReopenForm)
    if sheet.whole and sheet.does(acts.reopen, concern=concern, why=sheet.said["why"]):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("triage/reopen.html", sight.concern(request.viewer, uid))
