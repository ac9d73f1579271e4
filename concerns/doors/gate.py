"""Access control for pages: each row of `concerns/urls.py` says who may open its page.

A row is written `gated_path(path, view, open_to, name)`. For each request the gate builds the
viewer from the posts the person holds now (one query, with the database's clock), refuses and
records what they may not open, and saves what was typed if the session had ended. Of what needs a
second factor, a session that has not been given one is sent to where it is given, and whoever opens
the files of too many children, or one outside their caseload, to where they say why. A form whose
CSRF token has expired is dealt with in `safeguarding/pages.py`.
"""

import functools
import uuid
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Protocol, cast

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, get_resolver, path, reverse
from django.utils.http import urlencode

from concerns.doors import (
    bulk_brake,
    factor_session,
    just_recorded,
    ledger,
    page_subject,
    reading_reason,
    unsent_words,
)
from concerns.doors.covered_names import is_answer_covered, is_page_covered
from concerns.doors.gated_request import GatedRequest
from concerns.models import Person, Viewer
from concerns.models.school import person as people
from concerns.reading.unsent_messages import clock_faults_shown_to
from concerns.rules.kinds import Kind
from concerns.rules.roles import May


class PageOpenTo(Enum):
    """Who may open the few pages that need no particular power."""

    ANYONE = "anyone at all"
    SIGNED_IN = "anyone signed in who holds a post"
    CHOOSING = "anyone signed in, before a school is chosen"


View = Callable[..., HttpResponseBase]


class GuardedView(Protocol):
    """A view behind the gate."""

    open_to: May | PageOpenTo
    login_required: bool

    def __call__(self, request: HttpRequest, **given: Any) -> HttpResponseBase: ...


# The navigation bar, in order: URL name of the first page, link text, the power it needs.
ROOMS = (
    ("submit", "My concerns", May.SUBMIT),
    ("triage", "Queue", May.READ),
    ("chase", "Next steps", May.READ_ALL),
    ("child_tracker", "Tracker", May.READ),
    ("chase_calendar", "Calendar", May.READ_ALL),
    ("child_search", "Search", May.READ),
    ("adult", "About adults", May.ADULT),
    ("roll", "Roll", May.ROLL),
    ("people", "Staff", May.PEOPLE),
    ("audit", "Audit", May.AUDIT),
    ("audit_figures", "Figures", May.FIGURES),
)


def gated_path(route: str, view: View, open_to: May | PageOpenTo, name: str) -> URLPattern:
    """One URL pattern whose view is behind the gate. `open_to` says who may open it."""
    return path(route, guard_view(view, open_to), name=name)


def may_open(viewer: Viewer, name: str) -> bool:
    """Whether `viewer` may open the page with this URL name.

    Pages ask this before they offer a link or a button, so that the row of `urls.py` alone decides.
    Raises KeyError for a name that no page has.
    """
    open_to = _list_open_to()[name]
    return isinstance(open_to, PageOpenTo) or viewer.has_power(open_to)


@functools.cache
def _list_open_to() -> dict[str, May | PageOpenTo]:
    """Who each page is open to, by its URL name: the rows of `urls.py`, read once per process."""
    rows = cast(list[URLPattern], get_resolver("concerns.urls").url_patterns)
    return {row.name or "": cast(GuardedView, row.callback).open_to for row in rows}


def address_if_open(viewer: Viewer, name: str, *args: object) -> str:
    """The address of the page called `name`; "" if `viewer` may not open it."""
    return reverse(name, args=args) if may_open(viewer, name) else ""


def guard_view(view: View, open_to: May | PageOpenTo) -> GuardedView:
    """Wrap `view` in the access check. Sets `request.viewer`, `request.viewers` and the request id.

    The wrapped view redirects to the sign-in page if nobody is signed in, and raises
    PermissionDenied (with a ledger line) if the viewer lacks the power, or (without one) if they
    hold no post in a school today. With PageOpenTo.ANYONE it checks nothing.
    """

    @functools.wraps(view)
    def guarded_view(request: GatedRequest, **given: Any) -> HttpResponseBase:
        token = ledger.request_id.set(uuid.uuid4().hex)
        nothing_yet = ledger.just_recorded.set(None)
        page = page_subject.begin_page()
        try:
            if open_to is PageOpenTo.ANYONE:
                return view(request, **given)
            if not request.user.is_authenticated:
                return _redirect_to_sign_in(request)
            answer = _call_as_viewer(request, view, open_to, given)
            just_recorded.carry_to_next_page(request, answer)
            return answer
        finally:
            page_subject.end_page(page)
            ledger.just_recorded.reset(nothing_yet)
            ledger.request_id.reset(token)

    guarded = cast(GuardedView, guarded_view)
    guarded.open_to = open_to
    # LoginRequiredMiddleware still guards views that do not come through the gate.
    guarded.login_required = False
    return guarded


def _call_as_viewer(
    request: GatedRequest, view: View, open_to: May | PageOpenTo, given: dict[str, Any]
) -> HttpResponseBase:
    person = cast(Person, request.user)
    request.viewers = people.viewers_for_person(
        person,
        getattr(request, "now", None),
        gave_factor=factor_session.was_factor_given(request),
    )
    if not request.viewers:
        raise PermissionDenied(
            "You have no post in a school today. Ask your school office to check your post."
        )
    if open_to is PageOpenTo.CHOOSING:
        return view(request, **given)
    viewer = _viewer_of_chosen_school(request)
    if viewer is None:
        return redirect("people_where")
    request.viewer = viewer
    _set_idle_limit(request, viewer)
    if isinstance(open_to, May) and not viewer.has_power(open_to):
        if viewer.would_have_power(open_to):
            return _redirect_to_factor(request)
        _record_refused_page(viewer, f"page: {_page_name(request)}")
        raise PermissionDenied("This page is not open to people in your post.")
    if factor_session.is_factor_asked_again(request, _page_name(request)):
        return _redirect_to_factor(request)
    if is_page_covered(request, _page_name(request)):
        return render(request, "parts/covered.html", {"here": request.get_full_path()})
    try:
        answer = _call_or_brake(request, view, given)
    except Http404:
        # The thing is not theirs to see, or does not exist. The line is the same for both, and so
        # is the time it takes. What the view had written is rolled back by now.
        reason = f"{Kind.OPENED.value}: {_page_name(request)}"
        _record_refused_page(viewer, reason, about=given.get("uid", ""))
        raise
    if is_answer_covered(request, _page_name(request), answer):
        return _cover_answer(request, answer)
    return answer


def _cover_answer(request: GatedRequest, answer: HttpResponseBase) -> HttpResponse:
    """The page that covers `answer`, which shows a form again that was not taken; what was typed is
    saved first. It does not say whose page `answer` is."""
    page_subject.begin_page()
    kept = unsent_words.keep_posted_words(request)
    here = kept.return_address if kept else request.get_full_path()
    context = {"here": here, "not_sent": True, "kept": kept}
    return render(request, "parts/covered.html", context, status=answer.status_code)


def _call_or_brake(request: GatedRequest, view: View, given: dict[str, Any]) -> HttpResponseBase:
    """The answer of the view. If it would open the files of too many children, or one outside the
    viewer's caseload, redirect to where one says why, or asks for a second person."""
    try:
        return view(request, **given)
    except reading_reason.ReasonNeeded as needed:
        question = reading_reason.record_question(request.viewer, needed)
        return _redirect_with_way_back(request, "access_why", question.uid)
    except bulk_brake.BulkStopped as stopped:
        bulk_brake.record_stop(request.viewer, stopped)
        factor_session.want_factor_again(request)
        return _redirect_with_way_back(request, "access_many")
    except bulk_brake.SecondPersonNeeded:
        return _redirect_with_way_back(request, "access_export")


def _record_refused_page(viewer: Viewer, reason: str, about: uuid.UUID | str = "") -> None:
    """Write that the viewer was refused a page, or the thing `about` that they asked for."""
    with transaction.atomic():
        ledger.write_ledger_line(
            Kind.REFUSED,
            school=viewer.school,
            by=viewer.person,
            role=viewer.role_words,
            now=viewer.now,
            about=about,
            outcome=ledger.REFUSED,
            reason=reason,
        )


def _page_name(request: HttpRequest) -> str:
    """The URL name of the page asked for; empty if there is no such page."""
    match = request.resolver_match
    return (match.url_name or "") if match else ""


def _viewer_of_chosen_school(request: GatedRequest) -> Viewer | None:
    """The viewer for the school in use: their only one, or the one chosen at sign-in."""
    if len(request.viewers) == 1:
        return request.viewers[0]
    chosen = request.session.get("school")
    return next((v for v in request.viewers if str(v.school.uid) == chosen), None)


def _set_idle_limit(request: HttpRequest, viewer: Viewer) -> None:
    reads = any(viewer.has_power(power) for power in (May.READ, May.ADULT, May.FIGURES))
    limit = settings.IDLE_SECONDS["reads" if reads else "writes"]
    if request.session.get("idle_seconds") != limit:
        request.session["idle_seconds"] = limit


def _redirect_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to sign-in; words posted after the session ended are first saved in a draft. A file
    cannot be, so the page says that it was not kept."""
    kept, back = _keep_words_and_find_way_back(request)
    sign_in = reverse("account_login")
    response = redirect_to_login(back, f"{sign_in}?file" if _sends_files(request) else sign_in)
    if request.headers.get("Accept", "").startswith("application/json"):
        response.status_code = 401
        if kept:
            # The script says that the words are saved only if they are.
            response["Words-Kept"] = "yes"
    return response


def _keep_words_and_find_way_back(
    request: HttpRequest,
) -> tuple[unsent_words.KeptWords | None, str]:
    """Save the words that were posted, if any, and find the address to come back to afterwards."""
    if request.method != "POST":
        return None, request.get_full_path()
    kept = unsent_words.keep_posted_words(request)
    if kept:
        return kept, kept.return_address
    # The address posted to may not be a page one can open, so without saved words go home. A form
    # for files is sent to the page it stands on.
    return None, request.path if _sends_files(request) else "/"


def _sends_files(request: HttpRequest) -> bool:
    return bool(request.FILES)


def _redirect_to_factor(request: HttpRequest) -> HttpResponse:
    """Redirect to where the second factor is given, or set up; posted words are first saved in a
    draft. Whether the thing asked for exists is not looked at."""
    return _redirect_with_way_back(request, "access_factor")


def _redirect_with_way_back(request: HttpRequest, to: str, *args: object) -> HttpResponse:
    """Redirect to the page with the URL name `to`; posted words are first saved in a draft."""
    _, back = _keep_words_and_find_way_back(request)
    return redirect(f"{reverse(to, args=args)}?{urlencode({'next': back})}")


@functools.cache
def _render_navigation(powers: frozenset[May], here: str) -> str:
    """The navigation bar for `powers` on page `here`, rendered once per process for each pair."""
    rooms = [
        {"name": words, "url": reverse(name), "current": name == here}
        for name, words, power in ROOMS
        if power in powers
    ]
    return render_to_string("parts/rooms.html", {"rooms": rooms})


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the variables every template has.

    Only `recorded`, which the frame of a page calls, asks the database, and only after an act.
    """
    viewer = getattr(request, "viewer", None)
    page = _page_name(request)
    rooms = {name for name, _, _ in ROOMS}
    here = next((name for name in (page, page.split("_")[0]) if name in rooms), "")
    return {
        "demo": settings.DEMO,
        "viewer": viewer,
        "rooms": _render_navigation(viewer.held_powers, here) if viewer else "",
        "idle_seconds": request.session.get("idle_seconds") if viewer else None,
        "several_schools": len(getattr(request, "viewers", ())) > 1,
        "troubles": _clock_faults_for(viewer) if viewer else (),
        "recorded": functools.partial(just_recorded.read_just_recorded, request, viewer)
        if viewer and just_recorded.COOKIE in request.COOKIES
        else None,
    }


def _clock_faults_for(viewer: Viewer) -> list[str]:
    """Faults of the clock (reminders not going out), for viewers who read concerns and can act."""
    reads = viewer.has_power(May.READ_ALL) or viewer.has_power(May.ADULT)
    return clock_faults_shown_to(viewer, viewer.pulse) if viewer.pulse and reads else []


@register()
def check_every_page_gated(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """System check: an error for each row of `concerns/urls.py` that is not behind the gate."""
    found: list[CheckMessage] = []
    for pattern in get_resolver("concerns.urls").url_patterns:
        callback = getattr(pattern, "callback", None)
        if not isinstance(getattr(callback, "open_to", None), May | PageOpenTo):
            found.append(
                Error(
                    f"the row '{pattern.pattern}' of concerns/urls.py does not say who may open it",
                    hint="write it with page(path, view, May.X or Open.X, name)",
                    id="concerns.E001",
                )
            )
    return found
