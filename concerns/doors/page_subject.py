"""What the page of a request is about: one concern, or one child.

The functions of `sight.py` that open one of them say so here, and `templates/base.html` shows the
strip that says whose page it is (`reading/identity_strip.py`). So no room can forget it. The gate
begins a page and ends it; outside a request nothing is kept.
"""

from collections.abc import Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass, field

from concerns.models import Child, Concern, Viewer
from concerns.reading import identity_strip
from concerns.reading.child_file import FileInShort
from concerns.reading.concern_history import ConcernHistory
from concerns.reading.identity_strip import IdentityStrip


@dataclass
class PageSubject:
    """The concern or the child that was opened first for this page. `files`: the children's files
    that the page has read, by the key of the child. `history`: the rows of a concern, where the
    page has read them and the files of all its children whom the viewer may read about."""

    concern: Concern | None = None
    child: Child | None = None
    files: dict[int, FileInShort] = field(default_factory=dict)
    history: ConcernHistory | None = None
    strip: IdentityStrip | None = None

    @property
    def is_known(self) -> bool:
        return self.concern is not None or self.child is not None


_page: ContextVar[PageSubject | None] = ContextVar("page_subject", default=None)


def begin_page() -> Token[PageSubject | None]:
    """Begin a page about nothing yet. The token is for `end_page`."""
    return _page.set(PageSubject())


def end_page(token: Token[PageSubject | None]) -> None:
    """Forget what the page was about."""
    _page.reset(token)


def note_concern_of_page(concern: Concern) -> None:
    """The page is about `concern`, which the viewer may see, unless it is about something else
    already."""
    page = _page.get()
    if page and not page.is_known:
        page.concern = concern


def note_child_of_page(child: Child) -> None:
    """The page is about `child`, whom the viewer may see, unless it is about something else
    already."""
    page = _page.get()
    if page and not page.is_known:
        page.child = child


def note_files_read(files: Sequence[FileInShort]) -> None:
    """The page has read the files of some children: the strip need not read them again."""
    page = _page.get()
    if page:
        page.files |= {file.child.pk: file for file in files}


def note_history_read(history: ConcernHistory) -> None:
    """The page has read what there is of a concern, after the files of its children."""
    page = _page.get()
    if page and page.concern is history.concern:
        page.history = history


def read_identity_strip(viewer: Viewer) -> IdentityStrip | None:
    """The strip of the page; None if the page is about no one concern and no one child.

    It is read once, when the page is rendered: a form that was sent and led to another page reads
    none. The reading of the concern or the child has been recorded when it was opened.
    """
    page = _page.get()
    if page is None:
        return None
    if page.strip is None and page.concern:
        page.strip = identity_strip.build_concern_strip(
            viewer, page.concern, page.files, page.history
        )
    elif page.strip is None and page.child:
        page.strip = identity_strip.build_child_strip(viewer, page.child, page.files)
    return page.strip
