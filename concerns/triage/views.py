"""This file knows the lead's pages: the queue, and one concern read beside the child's story."""

from django.shortcuts import render

from concerns.triage import queries


def queue(request):
    page = queries.queue(request.viewer, request.GET)
    return render(request, "triage/queue.html", {"queue": page})


def read(request, uid):
    return render(request, "triage/read.html", queries.read(request.viewer, uid))
