"""The pages of the audit: figures, the concerns behind them, a trail, the CSV file and the prints.

Each is recorded before anything is sent: figures as audited, concerns as shown, a trail as read, a
CSV file or a print as taken out.
"""

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render

from concerns.audit import forms, queries
from concerns.doors import sight
from concerns.models import Concern
from concerns.models.asked import waiting_for
from concerns.paper import lines
from concerns.paper.sheets import sheet
from concerns.paper.trail import trail as whole_trail
from concerns.rules.kinds import Kind


def audit(request):
    return _figures(request, Kind.AUDITED, "audit/audit.html")


def print_figures(request):
    return _figures(request, Kind.EXPORTED, "audit/print.html")


def _figures(request, kind: Kind, template: str):
    known = queries.years(request.viewer)
    form = forms.Year(request.GET, years=known)
    asked = form.asked()
    sight.looked(request.viewer, kind, reason=f"figures: {asked.words}")
    figures = queries.figures(request.viewer, asked, known)
    waiting = waiting_for(request.viewer)
    context = {"form": form, "asked": asked, "figures": figures, "waiting": waiting}
    return render(request, template, context, status=422 if form.errors else 200)


def day(request):
    form = forms.PastDay(request.GET, today=request.viewer.today)
    context = {"form": form, "asked": form.asked}
    if form.asked:
        sight.looked(request.viewer, Kind.AUDITED, reason=f"figures: {form.asked.words}")
        context["four"] = queries.day(request.viewer, form.asked)
        context["quiet_since"] = form.asked.quiet_since(request.viewer.school.days)
    return render(request, "audit/day.html", context, status=422 if form.errors else 200)


def rows(request):
    viewer, (asked, after) = request.viewer, _narrowed(request)
    found = queries.page(viewer, asked, after)
    context = {"asked": asked, "found": found, "after": after, "now": forms.FOUR}
    context["then"] = queries.at(viewer, asked)
    return render(request, "audit/rows.html", context)


def csv(request):
    asked, _ = _narrowed(request)
    sight.looked(request.viewer, Kind.EXPORTED, reason=f"sheet: {asked.words}")
    found = sheet(lines.HEAD, queries.sheet_rows(request.viewer, asked))
    response = StreamingHttpResponse(found, content_type="text/csv; charset=utf-8")
    name = f"concerns-{asked.year}-on-{request.viewer.today:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _narrowed(request) -> tuple[forms.Asked, Concern | None]:
    """The filters in a figure's link, and the concern after which the page begins.

    Raises Http404 if the link is not valid.
    """
    form = forms.Narrow(request.GET, today=request.viewer.today)
    if not form.is_valid():
        raise Http404
    after = form.cleaned_data["after"]
    place = sight.one(request.viewer, queries.seen(request.viewer), after) if after else None
    return form.asked(), place


def trail(request, uid):
    return _trail(request, uid, Kind.TRAIL, "audit/trail.html")


def print_trail(request, uid):
    return _trail(request, uid, Kind.EXPORTED, "audit/print_trail.html")


def _trail(request, uid, kind: Kind, template: str):
    found = whole_trail(sight.concern(request.viewer, uid, kind), request.viewer)
    context = {"trail": found, "concern": found.concern, "back": _came_from(request)}
    return render(request, template, context)


def _came_from(request) -> str:
    """The query string of the list that led to the trail; empty if it is not valid."""
    form = forms.Narrow(request.GET, today=request.viewer.today)
    return request.GET.urlencode() if form.is_valid() else ""
