"""What the site is started with: the demonstration's `.env`, and settings that save memory."""

import base64
import os
import secrets
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / ".env"

# For gunicorn: without these the C library keeps a heap for each thread, and a worker that has
# served eight people at once holds a quarter more memory. It reads them only when a program starts.
LITTLE_MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}


def prepare_demo() -> None:
    """Write `.env` for the demonstration, unless it exists or SECRET_KEY is set already.

    The keys are random and of no use anywhere else. Nothing is ever overwritten.
    """
    if "SECRET_KEY" in os.environ or FILE.exists():
        return
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    lines = ["DEMO=1", f"SECRET_KEY={secrets.token_urlsafe(50)}", f"RECORD_KEYS=1:{key}"]
    descriptor = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as env:
        env.write("\n".join(lines) + "\n")
