"""This file knows where a person goes first, and in which school they act today."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from concerns.doors.gate import ROOMS
from concerns.rules.roles import May


def home(request):
    """Each to the page their day begins on: a lead's queue, a head's audit, else one's own."""
    first = "submit"
    for room, _, power in ROOMS:
        if power is not May.SUBMIT and request.viewer.may(power):
            first = room
            if power is May.AUDIT:
                break
    return redirect(first)


def where(request):
    if request.method == "POST":
        chosen = request.POST.get("school", "")
        if any(str(viewer.school.uid) == chosen for viewer in request.viewers):
            request.session["school"] = chosen
            return redirect("home")
    return render(request, "people/where.html", {"viewers": request.viewers})


@require_POST
def still_here(request):
    """Somebody pressed "Stay signed in": the request itself is the touch the session lacked."""
    return HttpResponse(status=204)
