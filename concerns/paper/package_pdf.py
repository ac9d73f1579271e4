"""Makes a PDF of a page that is to be printed, by another process (`pdf_process.py`)."""

import json
import os
import subprocess
import sys
from pathlib import Path

_PROGRAM = Path(__file__).with_name("pdf_process.py")
# The program ends itself after 90 seconds of work. This is for a machine that has much else to do.
_MOST_SECONDS = 150
# How a print looks: nothing but type, so that it can be read on any paper.
STYLE = """
@page {
  size: A4; margin: 18mm 16mm;
  @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt }
}
body { font: 10pt/1.4 "Liberation Sans", Arial, sans-serif }
h1 { font-size: 17pt }
h2 { font-size: 13pt }
h3 { font-size: 10.5pt; margin: 0; break-after: avoid }
article { border-top: 0.5pt solid #666; padding: 5pt 0 }
p { margin: 3pt 0 }
a { color: inherit; text-decoration: none }
.words { white-space: pre-line }
.govuk-body-s { font-size: 9pt; color: #444 }
"""


def draw_pdf(html: str) -> bytes | None:
    """`html` as a PDF; None where it cannot be made: the libraries of the system are missing, or it
    would take too long."""
    # Nothing of the site's environment, which holds its keys, goes to another program.
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing typed in its name
            [sys.executable, "-I", "-W", "ignore", str(_PROGRAM)],
            input=json.dumps({"html": html, "css": STYLE}).encode(),
            capture_output=True,
            check=False,
            env=environment,
            timeout=_MOST_SECONDS,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout if done.returncode == 0 and done.stdout.startswith(b"%PDF-") else None
