"""The whole configuration of the site, read from environment variables.

If a required variable is not set, the site refuses to start rather than risk a weak default.
`.env.example` lists every variable with a sentence. `make run` writes a `.env` for the demo.
"""

import base64
import os
import sys
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(os.environ.get("ENV_FILE", BASE_DIR / ".env"))


def _read_flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _require_variable(name: str, why: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {why} To look at the demo: make run")
    return value


def _read_limit(name: str, longest: int, shortest: int) -> int:
    """A limit that a site may set lower than `longest`, and no higher."""
    given = os.environ.get(name) or str(longest)
    if not given.isdecimal() or not shortest <= int(given) <= longest:
        raise ImproperlyConfigured(f"{name} must be a number from {shortest} to {longest}.")
    return int(given)


# --- What this installation is -------------------------------------------------------------------
DEMO = _read_flag("DEMO")
DEBUG = False
SECRET_KEY = _require_variable("SECRET_KEY", "It signs sessions and links.")


def _read_record_keys() -> dict[int, bytes]:
    """`RECORD_KEYS="2:<base64>,1:<base64>"`: the first encrypts, all decrypt."""
    keys: dict[int, bytes] = {}
    written = _require_variable("RECORD_KEYS", "Without it no word in the record can be read.")
    for part in written.split(","):
        number, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
            keys[int(number)] = key
        except ValueError as wrong:
            raise ImproperlyConfigured("RECORD_KEYS must read 1:<base64 of 32 bytes>") from wrong
        if len(key) != 32:
            raise ImproperlyConfigured("Each of RECORD_KEYS must be 32 bytes, in base64.")
    return keys


RECORD_KEYS = _read_record_keys()

# Links in anything sent are built from this, never from the Host header.
SITE_ORIGIN = os.environ.get("SITE_ORIGIN", f"http://localhost:{os.environ.get('PORT', '8000')}")
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
if DEMO and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN] if SITE_ORIGIN.startswith("https://") else []

# --- The app -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "concerns",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    # Outermost, so that every response has the headers, errors and static files too.
    "safeguarding.middleware.add_security_headers",
    "django.middleware.security.SecurityMiddleware",
    # Pads what it compresses by a length of chance: a page's length tells nothing of a token.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "safeguarding.middleware.LateAnswerSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "safeguarding.middleware.FileUploadMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "safeguarding.middleware.end_idle_sessions",
    "safeguarding.middleware.run_overdue_rounds",
    "allauth.account.middleware.AccountMiddleware",
    # The gate (doors/gate.py) opens what urls.py says; every other page requires signing in.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]

ROOT_URLCONF = "safeguarding.urls"
WSGI_APPLICATION = "safeguarding.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "concerns.doors.gate.page_context",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")
CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

# --- The database --------------------------------------------------------------------------------
_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'safeguarding.sqlite3'}"
# The web connects as a role that owns no table; only these commands connect as the owner.
_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or _URL
AS_OWNER = sys.argv[1:2] in (["migrate"], ["backup"], ["restore"])
DATABASES = {
    "default": dj_database_url.parse(
        _OWNER_URL if AS_OWNER else _URL, conn_max_age=600, conn_health_checks=True
    )
}
# The role the web connects as, which is granted rights on the tables after a migration.
DATABASE_WEB_ROLE = dj_database_url.parse(_URL).get("USER", "")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Without any one of these we have seen lost writes, lost commits or a trigger not firing.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA recursive_triggers=1; PRAGMA foreign_keys=1"
        ),
    }
# Whether the database may be on another machine and its certificate unchecked: see start.py.
DATABASE_PRIVATE_NETWORK = _read_flag("DATABASE_PRIVATE_NETWORK")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Used for rate limits alone. Each web worker counts for itself, so the limits are that many times
# as high. Counted in the database, every sign-in of a school waited for one row, and when thirty
# people signed in at once the library refused right passwords after waiting for one second.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # So many names that nobody can push a count out by guessing at others.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Files that are added to concerns ------------------------------------------------------------
# The larger ones are in this folder, encrypted, and the smaller ones in the database: see
# concerns/models/concern/attachment.py. Nothing serves it but the site, to whoever may read a file.
ATTACHMENTS_DIR = Path(os.environ.get("ATTACHMENTS_DIR") or BASE_DIR / "attachments").absolute()
# The address of ClamAV's daemon: a socket's path, or host:port. Empty: files are not scanned.
CLAMD = os.environ.get("CLAMD", "")

# --- Signing in ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "concerns.Person"
AUTHENTICATION_BACKENDS = ["safeguarding.accounts.EqualTimeBackend"]
PASSWORD_HASHERS = ["safeguarding.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "safeguarding.accounts.LongPassword",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "safeguarding.accounts.UncommonPassword"},
    {"NAME": "safeguarding.accounts.UnstolenPassword"},
]
ACCOUNT_ADAPTER = "safeguarding.accounts.Adapter"
ACCOUNT_FORMS = {"login": "safeguarding.accounts.SignInForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_DISPLAY = str
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# A school has one IP address, and any pupil can guess at an account from it. So only wrong guesses
# count, and none of them against a browser in which the owner has signed in before: see
# concerns/doors/sign_in_limits.py. Writing a concern has no limit.
ACCOUNT_RATE_LIMITS = {
    "sign_in_known_browser": "10/5m/key",
    "sign_in_account_from_address": "10/5m/key",
    # From everywhere together, for whoever guesses from many addresses.
    "sign_in_account": "50/5m/key",
    # Whoever tries one password at many accounts.
    "sign_in_address": "600/m/ip",
    # A link to choose a password that does not work. None can be guessed.
    "wrong_password_link": "600/m/ip",
    # Asking for a link to choose a new password: an address to which no more is sent for a while.
    "reset_password": "600/m/ip",
    "reset_password_of_account": "3/h/key",
    # The library's own, in place of which the first four are counted.
    "login": None,
    "login_failed": None,
    # A code of six digits: whoever has the password may try ten of a million in five minutes.
    "second_factor": "10/5m/key",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Seconds. The longest that any link to choose a password works: see concerns/rules/passwords.py.
PASSWORD_RESET_TIMEOUT = 48 * 60 * 60


def _read_authority(name: str, usual: str) -> str:
    """An address that this site asks: https, or this machine itself; "" if there is none."""
    given = (os.environ.get(name) or usual).rstrip("/")
    if given and not given.startswith(("https://", "http://localhost:", "http://127.0.0.1:")):
        raise ImproperlyConfigured(f"{name} must begin with https://.")
    return given


# Where new passwords are looked up in a list of stolen ones, if anywhere: see
# concerns/doors/breached_passwords.py.
BREACHED_PASSWORDS_URL = _read_authority("BREACHED_PASSWORDS_URL", "")
# Single sign-on: a school's provider is set up with `manage.py sign_on`. Microsoft has other
# addresses for some governments' clouds.
SIGN_ON_AUTHORITIES = {
    "entra": _read_authority("ENTRA_AUTHORITY", "https://login.microsoftonline.com"),
    "google": _read_authority("GOOGLE_AUTHORITY", "https://accounts.google.com"),
}
# Second factors: who must have one is in rules/roles.py, what a session opens without one too.
MFA_ADAPTER = "safeguarding.second_factor.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# The demonstration is served over http, on this machine alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
# The clock of a telephone may be half a minute off.
MFA_TOTP_TOLERANCE = 1

# --- Mail ----------------------------------------------------------------------------------------
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT") or 587)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_USE_TLS = not EMAIL_USE_SSL and os.environ.get("EMAIL_USE_TLS", "1") == "1"
# Seconds; somebody is waiting at a page.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM") or "safeguarding@localhost"
# The demonstration prints its mail in the terminal and sends none.
EMAIL_BACKEND = f"django.core.mail.backends.{'console' if DEMO else 'smtp'}.EmailBackend"

# Whether web requests run an overdue round if `manage.py clock` is not running.
MINDS_THE_CLOCK = os.environ.get("MINDS_THE_CLOCK", "1") == "1"
# What was written down within this many minutes of happening is not said to be written later.
WRITTEN_LATER_MINUTES = int(os.environ.get("WRITTEN_LATER_MINUTES") or 15)

# --- The browser ---------------------------------------------------------------------------------
# Plain HTTP is only for the demonstration on this machine.
_HTTPS = not DEMO
_PREFIX = "__Host-" if _HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
# Seconds from signing in, however busy the session is: see safeguarding/middleware.py.
SESSION_COOKIE_AGE = _read_limit("SESSION_HOURS", longest=10, shortest=1) * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_PREFIX}csrf"
KNOWN_BROWSER_COOKIE_NAME = f"{_PREFIX}known"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "safeguarding.pages.csrf_failure"
IDLE_COOKIE_NAME = f"{_PREFIX}idle"
# A page warns two minutes before.
IDLE_SECONDS = {
    "reads": _read_limit("READER_IDLE_MINUTES", longest=15, shortest=5) * 60,
    "writes": _read_limit("WRITER_IDLE_MINUTES", longest=30, shortest=5) * 60,
}
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if _read_flag("BEHIND_PROXY") else None
)
# The limits on guessing are counted by the address that the web server saw: the last one it wrote.
ALLAUTH_TRUSTED_PROXY_COUNT = int(_read_flag("BEHIND_PROXY"))
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Same name and shape as in Django 6: on moving there, drop our middleware's header and keep this.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    "frame-ancestors": ["'none'"],
}
# Bytes: an account fits many times over; a roll of 20,000 pupils fits once.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- Files, language, time -----------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "safeguarding.static.HashedFiles"},
}
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "Europe/London"
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
TIME_FORMAT = "H:i"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "safeguarding.logs.NoMessageFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
