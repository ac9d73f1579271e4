"""This file knows the page of one child's story, and the page on which a child is looked for."""

from django.shortcuts import render

from concerns.asking.asked import Typed
from concerns.child import queries
from concerns.child.forms import SearchForm
from concerns.doors import search as door


def story(request, uid):
    after = request.GET.get("after", "")
    page = queries.page(request.viewer, uid, after)
    return render(request, "child/story.html", {"page": page, "later": bool(after)})


def search(request):
    """Posted, so that what is looked for stands in no address, and in no log of addresses."""
    pressed, after = request.method == "POST", request.POST.get("after", "")
    typed = Typed.of(dict(request.POST.lists())) if pressed else None
    form, found = SearchForm(typed, checked=pressed), None
    if pressed and form.is_valid():
        found = door.search(request.viewer, form.cleaned_data["words"], after)
    context = {"form": form, "found": found, "later": bool(after)}
    return render(request, "child/search.html", context, status=422 if form.errors else 200)
