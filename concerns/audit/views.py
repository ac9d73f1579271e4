"""The pages of the audit: figures, the concerns behind them, a trail, the CSV file and the prints;
and the rounded figures of a governor.

Each is recorded before anything is sent: figures as audited, concerns as shown, a trail as read, a
CSV file or a print as taken out.
"""

from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render

from concerns.audit import forms, queries
from concerns.doors import sight
from concerns.models import Concern
from concerns.models.outbox.integrity_fault import is_broken_for
from concerns.models.school.approval import count_awaiting_head
from concerns.paper import audit_csv
from concerns.paper.audit_trail import build_trail as whole_trail
from concerns.paper.csv_writing import stream_csv
from concerns.paper.governor_tables import build_category_figures, build_term_figures
from concerns.paper.virus_scan import are_files_scanned
from concerns.reading.governor_figures import read_governor_figures
from concerns.rules.kinds import Kind


def audit(request):
    return _render_figures(request, Kind.AUDITED, "audit/audit.html")


def print_figures(request):
    return _render_figures(request, Kind.EXPORTED, "audit/print.html")


def _render_figures(request, kind: Kind, template: str):
    known = queries.list_years_with_concerns(request.viewer)
    form = forms.AuditYearForm(request.GET, years=known)
    asked = form.filters_or_defaults()
    sight.record_reading(request.viewer, kind, reason=f"figures: {asked.filters_in_words}")
    figures = queries.count_audit_figures(request.viewer, asked, known)
    waiting = count_awaiting_head(request.viewer)
    context = {"form": form, "asked": asked, "figures": figures, "waiting": waiting}
    context["broken"] = is_broken_for(request.viewer)
    context["scanned"] = are_files_scanned()
    return render(request, template, context, status=422 if form.errors else 200)


def governor_figures(request):
    return _render_governor_figures(request, Kind.AUDITED, "audit/governor.html")


def print_governor_figures(request):
    return _render_governor_figures(request, Kind.EXPORTED, "audit/governor_print.html")


def _render_governor_figures(request, kind: Kind, template: str):
    sight.record_reading(request.viewer, kind, reason="figures for governors")
    found = read_governor_figures(request.viewer)
    tables = {"by_term": build_term_figures(found), "by_category": build_category_figures(found)}
    return render(request, template, {"tables": tables, "last": found[-1].term})


def day(request):
    form = forms.PastDayForm(request.GET, today=request.viewer.todays_date)
    context: dict[str, Any] = {"form": form, "asked": form.past_day_filters}
    if form.past_day_filters:
        sight.record_reading(
            request.viewer,
            Kind.AUDITED,
            reason=f"figures: {form.past_day_filters.filters_in_words}",
        )
        context["four"] = queries.count_past_day_statuses(request.viewer, form.past_day_filters)
        context["quiet_since"] = form.past_day_filters.quiet_since(
            request.viewer.school.school_calendar
        )
    return render(request, "audit/day.html", context, status=422 if form.errors else 200)


def rows(request):
    viewer = request.viewer
    (asked, after) = _read_figure_link(request)
    found = queries.read_audit_rows(viewer, asked, after)
    context = {"asked": asked, "found": found, "after": after, "now": forms.FOUR}
    context["then"] = queries.viewer_at_asked_moment(viewer, asked)
    return render(request, "audit/rows.html", context)


def csv(request):
    asked, _ = _read_figure_link(request)
    sight.record_reading(request.viewer, Kind.EXPORTED, reason=f"sheet: {asked.filters_in_words}")
    found = stream_csv(audit_csv.HEAD, queries.iterate_csv_rows(request.viewer, asked))
    response = StreamingHttpResponse(found, content_type="text/csv; charset=utf-8")
    period = "-".join(filter(None, [asked.year, asked.term]))
    name = f"concerns-{period}-on-{request.viewer.todays_date:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read_figure_link(request) -> tuple[forms.AuditFilters, Concern | None]:
    """The filters in a figure's link, and the concern after which the page begins.

    Raises Http404 if the link is not valid.
    """
    form = forms.FigureLinkForm(request.GET, today=request.viewer.todays_date)
    if not form.is_valid():
        raise Http404
    after = form.cleaned_data["after"]
    place = (
        sight.get_one_or_404(request.viewer, queries.visible_concerns(request.viewer), after)
        if after
        else None
    )
    return form.to_audit_filters(), place


def trail(request, uid):
    return _render_trail(request, uid, Kind.TRAIL, "audit/trail.html")


def print_trail(request, uid):
    return _render_trail(request, uid, Kind.EXPORTED, "audit/print_trail.html")


def _render_trail(request, uid, kind: Kind, template: str):
    found = whole_trail(sight.open_concern(request.viewer, uid, kind), request.viewer)
    context = {"trail": found, "concern": found.concern, "back": _back_link_query(request)}
    return render(request, template, context)


def _back_link_query(request) -> str:
    """The query string of the list that led to the trail; empty if it is not valid."""
    form = forms.FigureLinkForm(request.GET, today=request.viewer.todays_date)
    return request.GET.urlencode() if form.is_valid() else ""
