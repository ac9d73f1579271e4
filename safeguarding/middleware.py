"""This file knows what every response carries and when a session has been idle too long."""

from django.conf import settings
from django.contrib.auth import logout
from django.core import signing

POLICY = "; ".join(f"{name} {' '.join(given)}" for name, given in settings.SECURE_CSP.items())
CLOSED = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "fullscreen",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
        "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get",
        "screen-wake-lock", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


def headers(get_response):
    """Strict headers on every response. Django 6 has the policy built in: then drop that line."""

    def middleware(request):
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        response["Permissions-Policy"] = CLOSED
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def idle(get_response):
    """End a session nobody has touched: 15 minutes for who may read, 30 for who only writes.

    The last touch is kept in a signed cookie bound to the session, so that a page costs no write.
    """

    def middleware(request):
        if request.user.is_authenticated and not _touched_lately(request):
            logout(request)
        response = get_response(request)
        if request.user.is_authenticated:
            response.set_cookie(
                settings.IDLE_COOKIE_NAME,
                signing.TimestampSigner(salt=_salt(request)).sign("1"),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        elif settings.IDLE_COOKIE_NAME in request.COOKIES:
            response["Clear-Site-Data"] = '"cache", "storage"'
            response.delete_cookie(settings.IDLE_COOKIE_NAME)
        return response

    return middleware


def _salt(request):
    return f"idle:{request.session.session_key}"


def _touched_lately(request):
    limit = request.session.get("idle_seconds", settings.IDLE_SECONDS["reads"])
    touched = request.COOKIES.get(settings.IDLE_COOKIE_NAME, "")
    try:
        signing.TimestampSigner(salt=_salt(request)).unsign(touched, max_age=limit)
    except signing.BadSignature:
        return False
    return True
