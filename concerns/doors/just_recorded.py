"""The banner after an act: what was recorded, what happens next, and the next in the queue.

The act leaves the key of its first ledger line in `ledger.just_recorded`. The gate puts it, signed,
into a cookie of the answer; the next page shows the banner, and its answer removes the cookie. So
no address says it, and a page that is loaded again or opened from a bookmark does not repeat it.
Everything in the banner is read from the line and the concern.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from concerns.doors import ledger
from concerns.models import AdultConcern, AdultStep, Concern, LedgerLine, Step, Viewer
from concerns.reading.concern_history import most_pressing_step
from concerns.rules.kinds import Kind
from concerns.rules.roles import May

COOKIE = "recorded"
# Seconds for which a browser may still show what was recorded.
SHOWN_FOR = 120
# Their page is a receipt, which says all of it.
WITH_RECEIPT = frozenset({Kind.SUBMITTED})


@dataclass(frozen=True)
class JustRecorded:
    """What the banner says. `concern` and what follows are None where the viewer may not read it,
    or the act was about no concern. `is_here`: the page that is open is `following`."""

    what: str
    concern: Concern | AdultConcern | None = None
    next_step: Step | AdultStep | None = None
    following: Concern | None = None
    is_here: bool = False
    queue_is_empty: bool = False


def carry_to_next_page(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Set the cookie after an act, and remove it after the page that showed the banner."""
    line = ledger.just_recorded.get()
    if line is not None:
        # The cookie holds the key of a line, which tells nothing to whoever reads it.
        answer.set_signed_cookie(  # type: ignore[attr-defined]
            COOKIE, str(line), salt=COOKIE, max_age=SHOWN_FOR, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    elif getattr(request, "recorded_is_shown", False):
        answer.delete_cookie(COOKIE, samesite="Lax")  # type: ignore[attr-defined]


def read_just_recorded(request: HttpRequest, viewer: Viewer) -> JustRecorded | None:
    """What `viewer` recorded on the page before this one. None if nothing, or if it is old."""
    key = request.get_signed_cookie(COOKIE, None, salt=COOKIE, max_age=SHOWN_FOR)
    if key is None:
        return None
    request.recorded_is_shown = True  # type: ignore[attr-defined]
    own = LedgerLine.objects.filter(school=viewer.school, actor=viewer.person)
    line = own.filter(pk=key).first()
    if line is None or line.kind in WITH_RECEIPT:
        return None
    what = Kind.label_of_value(line.kind)
    concern = _find_concern(line, viewer)
    if concern is None:
        return JustRecorded(what)
    following = None
    # Whoever reads a part of the record has no steps to go on with.
    goes_on = isinstance(concern, Concern) and not viewer.reads_part
    if isinstance(concern, Concern) and goes_on:
        following = Concern.objects.visible_to(viewer).next_to_read(viewer, concern)
    page = request.resolver_match
    on_other = page and page.url_name == "triage_read" and page.kwargs["uid"] != concern.uid
    return JustRecorded(
        what,
        concern,
        None if viewer.reads_part else _next_step_of(concern),
        following,
        is_here=bool(on_other),
        queue_is_empty=goes_on and following is None,
    )


def _find_concern(line: LedgerLine, viewer: Viewer) -> Concern | AdultConcern | None:
    """The concern of `line`, if `viewer` reads concerns of its kind and may see this one."""
    if line.concern is None:
        return None
    if viewer.has_power(May.READ):
        seen = Concern.objects.visible_to(viewer).filter(uid=line.concern).first()
        if seen:
            return seen
    if viewer.has_power(May.READ_ADULT):
        return AdultConcern.objects.visible_to(viewer).filter(uid=line.concern).first()
    return None


def _next_step_of(concern: Concern | AdultConcern) -> Step | AdultStep | None:
    """The most pressing open step of `concern`."""
    if isinstance(concern, Concern):
        return most_pressing_step(concern.steps.open().select_related("holder"))
    return concern.steps.open().select_related("holder").in_order().first()
