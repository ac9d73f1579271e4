"""Whether names and words are covered in this browser, because others can see its screen.

It is a cookie of the browser, not of the session: it stays until somebody uncovers them, also after
signing out. While it is set, the gate shows a page in place of every page that could show a child
or words about one; it says why, and has a button that shows names again. `SHOWN_WHILE_COVERED` are
the pages without them: most have none, the queue and what belongs to it leave them out, and whoever
writes a concern must be able to write it. A form that was open before is still answered when it is
sent, so that nothing typed in it is lost. If it is shown again, with what is missing or who has
acted meanwhile, that page is covered too: what was typed is saved first, and comes back with the
names.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

COOKIE = "names_covered"
# By URL name. A page that is not here is covered.
SHOWN_WHILE_COVERED = frozenset({
    "home", "people_where", "people_still_here", "people_own", "people_password", "people",
    "people_add", "people_upload", "people_covers", "people_uncover",
    "account_sign_on", "account_sign_on_link", "account_sign_on_again", "account_providers",
    "access", "access_factor", "access_new", "access_codes", "access_many", "access_own",
    "submit_start", "submit_danger", "submit_write", "submit_children", "submit_keep",
    "submit_words", "submit_throw_away", "adult_write", "adult_keep",
    "triage", "triage_cover", "triage_views", "triage_hand_several",
    "chase_calendar_link", "chase_clocks", "child_seen_said", "child_arrived_said",
    "roll_upload", "audit", "audit_csv", "audit_print",
    "audit_figures", "audit_figures_print",
})  # fmt: skip
# Pages that are read by sending their form, which says what to look for.
READ_BY_POST = frozenset({"child_search", "roll_pupils"})
_A_YEAR = 365 * 24 * 60 * 60


def are_names_covered(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == "1"


def is_page_covered(request: HttpRequest, page: str) -> bool:
    """Whether the page with the URL name `page` may not be shown now in this browser."""
    if page in SHOWN_WHILE_COVERED or not are_names_covered(request):
        return False
    return request.method in ("GET", "HEAD") or page in READ_BY_POST


def is_answer_covered(request: HttpRequest, page: str, answer: HttpResponseBase) -> bool:
    """Whether the page or file in `answer`, to a form sent from `page`, may not be shown now. What
    leads to another page may, and what a script is told."""
    if page in SHOWN_WHILE_COVERED or not are_names_covered(request):
        return False
    leads_on = 300 <= answer.status_code < 400
    is_for_script = answer.get("Content-Type", "").startswith("application/json")
    return request.method == "POST" and not (leads_on or is_for_script)


def switch_names_covered(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Cover names in the browser of `request`, or uncover them if they are covered."""
    if are_names_covered(request):
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            COOKIE,
            "1",
            max_age=_A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
