"""This file knows the page of one child's story."""

from django.shortcuts import render

from concerns.child import queries


def story(request, uid):
    after = request.GET.get("after", "")
    page = queries.page(request.viewer, uid, after)
    return render(request, "child/story.html", {"page": page, "later": bool(after)})
