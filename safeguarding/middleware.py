"""Middleware: security headers, files that are taken in, the end of idle sessions, and overdue
rounds of the clock."""

import logging
import threading
import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import signing
from django.db import DatabaseError, connection

from concerns.paper.file_upload import (
    TAKES_FILES,
    TAKES_PACKAGE,
    AttachmentUploadHandler,
    PackageUploadHandler,
)

log = logging.getLogger(__name__)

POLICY = "; ".join(f"{name} {' '.join(given)}" for name, given in settings.SECURE_CSP.items())
# Our own pages may ask for a passkey; every other feature is closed to them too.
OPEN = "publickey-credentials-create=(self), publickey-credentials-get=(self)"
CLOSED = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "clipboard-read",
        "display-capture",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)


def add_security_headers(get_response):
    """Add strict headers to every response.

    Django 6 sets the Content-Security-Policy itself: drop that line on moving there.
    """

    def middleware(request):
        response = get_response(request)
        # A file that is given out has a stricter one.
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response["Permissions-Policy"] = f"{CLOSED}, {OPEN}"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


class FileUploadMiddleware:
    """Lets whoever is signed in send large files to the pages that take them. It must stand before
    whatever reads a form, which is the check of its token."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, given, named):
        page = request.resolver_match.url_name
        if request.method != "POST" or SESSION_KEY not in request.session:
            return
        if page in TAKES_FILES:
            request.upload_handlers = [AttachmentUploadHandler(request)]
        elif page in TAKES_PACKAGE:
            request.upload_handlers = [PackageUploadHandler(request)]


class LateAnswerSessionMiddleware(SessionMiddleware):
    """Django's, but that the late answer to a script signs nobody out.

    A session gets another key when somebody signs in or gives a second factor. What a script sent
    just before then arrives with the key of before, which nobody has any more, and Django would
    answer that the browser forget its session: by now the new one. A page that is opened with a
    key of nobody still loses it.
    """

    def process_response(self, request, response):
        response = super().process_response(request, response)
        if _is_late_answer(request):
            response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        return response


def _is_late_answer(request):
    """Whether a script asked, with a session key that nobody has; not if the session ended here."""
    key_sent = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    ended_here = request.session.modified
    asked_by_script = request.headers.get("Sec-Fetch-Mode") in ("cors", "same-origin")
    unknown = key_sent and not request.session.session_key
    return bool(asked_by_script and unknown and not ended_here)


def end_idle_sessions(get_response):
    """End a session without a request for 15 minutes, or 30 for those who only write concerns; and
    each session ten hours after it began.

    15 minutes is for those who may read concerns. The time of the last request is kept in a signed
    cookie bound to the session, so that a page costs no database write. Django counts the ten hours
    anew whenever something is put into the session, so when it began is kept in it. A site may set
    each limit lower (`.env.example`).
    """

    def middleware(request):
        if request.user.is_authenticated and not (
            _is_recently_touched(request) and _is_not_too_old(request)
        ):
            logout(request)
        response = get_response(request)
        if request.user.is_authenticated:
            request.session.setdefault(BEGAN_AT, time.time())
            response.set_cookie(
                settings.IDLE_COOKIE_NAME,
                signing.TimestampSigner(salt=_idle_cookie_salt(request)).sign("1"),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        elif settings.IDLE_COOKIE_NAME in request.COOKIES and not _is_late_answer(request):
            response["Clear-Site-Data"] = '"cache", "storage"'
            response.delete_cookie(settings.IDLE_COOKIE_NAME)
        return response

    return middleware


def _idle_cookie_salt(request):
    """Binds the cookie to the session by its beginning, which stays when it gets another key: an
    answer that was still under way then brings a cookie that goes on counting."""
    return f"idle:{request.user.pk}:{request.session.get(BEGAN_AT)}"


def _is_recently_touched(request):
    limit = request.session.get("idle_seconds", settings.IDLE_SECONDS["reads"])
    touched = request.COOKIES.get(settings.IDLE_COOKIE_NAME, "")
    try:
        signing.TimestampSigner(salt=_idle_cookie_salt(request)).unsign(touched, max_age=limit)
    except signing.BadSignature:
        return False
    return True


BEGAN_AT = "began_at"


def _is_not_too_old(request):
    """A session from before this was kept counts from its next request."""
    began = request.session.get(BEGAN_AT, time.time())
    return time.time() - began < settings.SESSION_COOKIE_AGE


def run_overdue_rounds(get_response):
    """If `manage.py clock` is not running, let any request run the overdue round.

    The request does not wait for it: a thread checks, at most every 30 seconds in each process,
    whether the last heartbeat is over five minutes old. The round's lease makes sure that only one
    process runs it.
    """
    looked = threading.Lock()
    at: list[float] = [-LOOKS_EVERY]

    def middleware(request):
        response = get_response(request)
        if settings.MINDS_THE_CLOCK and looked.acquire(blocking=False):
            try:
                if time.monotonic() - at[0] >= LOOKS_EVERY:
                    at[0] = time.monotonic()
                    threading.Thread(target=_run_round_if_overdue, daemon=True).start()
            finally:
                looked.release()
        return response

    return middleware


LOOKS_EVERY = 30


def _run_round_if_overdue() -> None:
    from concerns.doors.clock_round import run_reminder_round
    from concerns.models import Heartbeat

    try:
        if Heartbeat.objects.is_overdue(Heartbeat.objects.database_now()):
            run_reminder_round()
    except DatabaseError as fault:
        log.warning("the overdue round was not gone: %s", type(fault).__name__)
    finally:
        connection.close()
