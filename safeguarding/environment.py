"""Makes a fresh checkout ready for the demonstration: writes `.env` with new keys."""

import base64
import os
import secrets
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / ".env"


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
