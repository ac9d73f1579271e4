"""This file knows the lead's pages: the queue, and one concern read beside the child's story."""

from django.shortcuts import render

from concerns.triage import queries
from concerns.triage.forms import Filters


def queue(request):
    viewer, asked = request.viewer, request.GET
    offered = queries.offered(viewer, asked.get("state", ""))
    filters, unknown = Filters.asked(asked, **offered)
    page = queries.queue(viewer, filters.wanted, asked.get("after", ""))
    return render(
        request,
        "triage/queue.html",
        {
            "filters": filters,
            "unknown": unknown,
            "queue": page,
            "later": bool(asked.get("after")) and not page.lost,
            "more": filters.address(after=page.more) if page.more else "",
        },
    )


def read(request, uid):
    return render(request, "triage/read.html", {"reading": queries.read(request.viewer, uid)})
