"""What a run of the bench says of itself: its progress, and which parts it never came to."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Progress:
    """The parts that a run is made of, and those that have been measured."""

    planned: list[str]
    done: list[str] = field(default_factory=list)

    @contextmanager
    def part(self, words: str) -> Iterator[None]:
        yield
        self.done.append(words)

    @property
    def ended_early(self) -> str:
        """Says what was not measured; empty if everything was."""
        left = [words for words in self.planned if words not in self.done]
        return f"ENDED EARLY. Not measured: {', '.join(left)}" if left else ""


@contextmanager
def reported_to_the_end(planned: list[str], figures: Callable[[], str]) -> Iterator[Progress]:
    """Prints the figures at the end, whatever ends the run, and fails if a part is missing."""
    progress = Progress(planned)
    try:
        yield progress
    finally:
        print(figures(), flush=True)
        if progress.ended_early:
            print(f"\n{progress.ended_early}", flush=True)
    if progress.ended_early:
        sys.exit(progress.ended_early)


def end_when_asked() -> None:
    """Lets SIGTERM end this process as an exception does: what it started is stopped as well."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def tell_progress(words: str) -> None:
    """Prints progress to stderr, so that it is not mixed with the figures."""
    print(words, file=sys.stderr, flush=True)
