"""Runs those of our own programs that read or draw what may do harm, each in another process.

They are `ctf_process.py`, `image_process.py`, `pdf_process.py` and `workbook_process.py`. Each
bounds its own memory and the time it works. Nothing of the site's environment, which holds its
keys, goes to them.
"""

import os
import subprocess
import sys
from pathlib import Path

_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}


def run_bounded_process(
    program: str, content: bytes, *options: str, seconds: float
) -> bytes | None:
    """What the program `program` writes when it is given `content`; None if it failed, or had
    not ended after `seconds`: more than it may work, since a machine may have much else to do."""
    path = Path(__file__).with_name(program)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of a file in its name
            [sys.executable, "-I", "-W", "ignore", "-X", "utf8", str(path), *options],
            input=content,
            capture_output=True,
            check=False,
            env=_ENVIRONMENT,
            timeout=seconds,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return None if done.returncode else done.stdout
