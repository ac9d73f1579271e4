"""Draws a PDF, in a process of its own: JSON with `html` and `css` on standard input, the PDF on
standard output.

`package_pdf.py` starts it. The site does not import WeasyPrint: it needs libraries of the system
that may be missing, and hundreds of megabytes for a long chronology, which go back to the machine
when this process ends. Nothing is fetched, from the network or from the disk.
"""

import json
import resource
import sys

from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher, URLFetchingError

# Bytes and seconds: 3,000 entries took 450 MB and 80 seconds as the worst of layouts,
# and tags a fifteenth more.
MOST_MEMORY = 1536 * 1024 * 1024
MOST_SECONDS = 100


class NothingFetched(URLFetcher):
    """Refuses whatever a page would have fetched."""

    def fetch(self, url: str, headers: object = None) -> None:
        raise URLFetchingError("nothing is fetched for a print")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    given = json.load(sys.stdin.buffer)
    page = HTML(string=given["html"], url_fetcher=NothingFetched())
    style = CSS(string=given["css"], url_fetcher=NothingFetched())
    sys.stdout.buffer.write(page.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1") or b"")


if __name__ == "__main__":
    main()
