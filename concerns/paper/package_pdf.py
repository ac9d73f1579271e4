"""Makes a PDF of a page that is to be printed, by another process (`pdf_process.py`)."""

import json

from concerns.paper.bounded_process import run_bounded_process

# The program ends itself after 100 seconds of work.
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
table { border-collapse: collapse; width: 100% }
th, td { border-top: 0.5pt solid #666; padding: 2pt 4pt 2pt 0; text-align: left }
th, td { vertical-align: top }
th { width: 30% }
td p { margin: 0 0 2pt }
.no-bookmark { bookmark-level: none }
a { color: inherit; text-decoration: none }
.words { white-space: pre-line }
.govuk-body-s { font-size: 9pt; color: #444 }
"""


def draw_pdf(html: str) -> bytes | None:
    """`html` as a PDF; None where it cannot be made: the libraries of the system are missing, or it
    would take too long. It is tagged as PDF/UA-1 asks, so that a screen reader reads its headings
    and tables: `html` needs a title and a language."""
    content = json.dumps({"html": html, "css": STYLE}).encode()
    drawn = run_bounded_process("pdf_process.py", content, seconds=_MOST_SECONDS)
    return drawn if drawn and drawn.startswith(b"%PDF-") else None
