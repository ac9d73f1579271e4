"""The settings of the tests: the site's own, with what only tests need.

They are the production's: https, secure cookies, no demonstration. Nothing of the machine's own
`.env` is read, and the keys open nothing.
"""

import os
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_FILES = tempfile.TemporaryDirectory(prefix="attachments")
_EMPTY = tempfile.TemporaryDirectory(prefix="collected")
os.environ.update(
    ENV_FILE=os.devnull,
    DEMO="0",
    SECRET_KEY="the tests sign with this, and nobody else does: it is long and has no secret",
    RECORD_KEYS="1:dGVzdHMgYW5kIG5vYm9keSBlbHNlIHVzZXMgdGhpc34=",
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    SITE_ORIGIN="https://testserver",
    # No machine has this name: what is sent stays in the test.
    EMAIL_HOST="mail.example.test",
    # Nothing is collected for Django's own test client, so the folder is empty.
    STATIC_ROOT=_EMPTY.name,
    ATTACHMENTS_DIR=_FILES.name,
    CLAMD="",
    # A round in its own thread would be outside the transaction of its test.
    MINDS_THE_CLOCK="0",
    # The browser's driver runs an event loop in the thread of the test, which also makes rows.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)
if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
    # Never opened: tests/databases.py gives each worker a migrated copy of its own.
    os.environ["DATABASE_URL"] = f"sqlite:///{_ROOT / 'never-opened.sqlite3'}"
    os.environ.pop("DATABASE_OWNER_URL", None)

from safeguarding.settings import *  # noqa: E402, F403

STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# The same hash as the site, compared once: see tests/hashers.py.
PASSWORD_HASHERS = ["tests.hashers.RememberedArgon2id"]
