"""What a page that is measured is: what is asked of the site, and how it should answer."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.visitor import Answer, Through

# How often the clock runs what leaves something behind.
WRITTEN = 30
Asking = Callable[[Through], Answer]


@dataclass(frozen=True)
class Page:
    """A page that is measured: what is asked, and how often the clock runs it.

    That is as often as there is time for, or a fixed number where every run leaves something
    behind.
    """

    key: str
    words: str
    ask: Asking
    often: int = 0
    # The status with which it answers; with any other it is not the page that was meant.
    answers: int = 200
    # The same without a single row, for a file: what it costs beyond that, its rows cost.
    without_rows: Asking | None = None
