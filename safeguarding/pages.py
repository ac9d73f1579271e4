"""Pages outside the app: help with signing in, the health check, and the error pages."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from concerns.doors import unsent_words
from concerns.models import Heartbeat

MOST_BYTES_DISCARDED = 64 * 1024 * 1024
RECORD_BROKEN = "the daily check of the record found something wrong: run manage.py unheld"
BYTES_AT_ONCE = 64 * 1024


@login_not_required
def sign_in_help(request):
    return render(request, "account/help.html")


@login_not_required
def health_check(request):
    """JSON for monitoring: whether the site can do its work. Holds no personal data.

    Status 503 if the database does not answer, the clock has a fault or the record is not whole.
    """
    try:
        pulse, now = Heartbeat.objects.read_heartbeat()
        broken = Heartbeat.objects.is_record_found_broken()
    except DatabaseError:
        return JsonResponse({"ok": False, "why": "the database does not answer"}, status=503)
    troubles = pulse.fault_messages(now, is_mail_stuck=bool(pulse.stuck), for_operator=True)
    troubles += [RECORD_BROKEN] if broken else []
    if troubles:
        return JsonResponse({"ok": False, "why": "; ".join(troubles)}, status=503)
    return JsonResponse({"ok": True})


def bad_request(request, exception=None):
    if isinstance(exception, RequestDataTooBig):
        # What was autosaved while typing is in the drafts.
        _discard_rest_of_body(request)
        return render(request, "413.html", status=413)
    return render(request, "400.html", {"kept": _keep_posted_words(request)}, status=400)


def _discard_rest_of_body(request):
    """Read what was sent and not yet read, and throw it away.

    A server that answers and closes while the browser is still sending resets the connection, and
    the browser may then show its own error in place of our page. Whoever sends more than the limit
    is cut off all the same.
    """
    left = MOST_BYTES_DISCARDED
    while left > 0 and (part := request.read(BYTES_AT_ONCE)):
        left -= len(part)


def permission_denied(request, exception=None):
    why = getattr(exception, "words", "") or str(exception or "")
    return render(
        request, "403.html", {"why": why, "kept": _keep_posted_words(request)}, status=403
    )


def not_found(request, exception=None):
    """The same bytes whether a thing is not yours or does not exist."""
    return render(request, "404.html", {"kept": _keep_posted_words(request)}, status=404)


def server_error(request):
    """Rendered without context processors and without the database: either may have failed."""
    return HttpResponseServerError(
        render_to_string("500.html", {"kept": _keep_posted_words(request)})
    )


@login_not_required
def csrf_failure(request, reason=""):
    """The form's CSRF token has expired: save what was typed, and show it to whoever typed it."""
    words = _posted_sentences(request) if request.user.is_authenticated else ()
    context = {"kept": _keep_posted_words(request), "words": words}
    return render(request, "403_csrf.html", context, status=403)


def _keep_posted_words(request):
    """Save the words of a failed form in their owner's draft. None if they cannot be saved."""
    if request.method != "POST":
        return None
    try:
        return unsent_words.keep_posted_words(request)
    except (DatabaseError, BadRequest, SuspiciousOperation):
        return None


def _posted_sentences(request):
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in unsent_words.posted_word_fields(request).items()
        for value in values
        if " " in value.strip()
    ]
