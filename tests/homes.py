"""Writes in a child's file, by the real acts."""

import uuid
from datetime import date, timedelta

from concerns.child import acts
from concerns.doors import attachments
from concerns.elsewhere import acts as elsewhere
from concerns.models import (
    ChildDocument,
    EarlierFile,
    Language,
    LeadDetail,
    Professional,
    Status,
    WatchAnswers,
)
from concerns.paper.attachment_reading import ReadFile
from concerns.rules.attachments import FileKind
from concerns.rules.child_file_vocabulary import AdultFactKind, StatusKind
from concerns.workflow.closing import concern_to_watch_on, has_lower_status_without
from tests import factories
from tests.factories import NOW
from tests.history_files import bring_history, line_of

SINCE = date(2026, 9, 7)
# When it is reviewed where a child is taught.
SOON = NOW.date() + timedelta(days=5)


def write_line(by, child, model, *, now=None, since=SINCE, **said):
    moment = {"now": now or by.now, "once": uuid.uuid4(), "since": since}
    return acts.write(by=by, child=child, model=model, said=said, **moment)


def add_status(by, child, kind="child_in_need", **more):
    return write_line(
        by, child, Status, **{"kind": kind, "decided_by": "Ann Hart, Westshire", **more}
    )


def add_social_worker(by, child, name="Ann Hart", **more):
    told = {"agency": "Assessment team", "telephone": "01632 960301", "email": "ann@west.example"}
    told |= {"profession": "social_worker", "name": name, **more}
    return write_line(by, child, Professional, **told)


def add_language(by, child, **more):
    told = {"language": "Polish", "spoken_by": "Mother", "interpreter": "yes", **more}
    return write_line(by, child, Language, since=None, **told)


def add_detail(by, child, kind="religion", words="Catholic"):
    return write_line(by, child, LeadDetail, since=None, kind=kind, words=words)


NUMBERS = {
    "front_door": "01632 960901", "out_of_hours": "01632 960902", "lado": "01632 960903",
    "police": "101",
}  # fmt: skip


def set_authority(
    by, child, authority=None, *, name="Northshire", since=SINCE, numbers=None, **more
):
    """The child lives in `authority`, or in a new one over the border that is written down here."""
    told = {"told_by": "Her mother", "once": uuid.uuid4(), "since": since, "now": by.now, **more}
    new = {"name": name, "numbers": {**NUMBERS, **(numbers or {})}}
    return acts.live_in(by=by, child=child, authority=authority, **new, **told)


def add_earlier_file(by, child, *, now=None, where="Hill School, Easton"):
    return write_line(by, child, EarlierFile, now=now, since=None, where=where)


def add_file_event(by, child, file, stage="asked", words="Their office", now=None):
    now = now or by.now
    told = {"file": file, "stage": stage, "words": words, "once": uuid.uuid4()}
    return acts.get_file(by=by, child=child, happened_at=now, now=now, **told)


def move_to_address(by, child, words="4 Mill Lane, Easton", *, now=None, since=SINCE, **more):
    told = {"address": words, "once": uuid.uuid4(), "since": since, **more}
    return acts.move(by=by, child=child, now=now or by.now, **told)


def add_adult(by, child, name="Dana Cole", household=None, **more):
    told = {"relation": "Mother", "responsibility": "yes", "telephone": "07700 900123", **more}
    told |= {"name": name, "household": household, "once": uuid.uuid4()}
    return acts.know(by=by, child=child, **{"now": by.now, "since": SINCE, **told})


def add_adult_fact(by, child, adult, words="New partner", kind=AdultFactKind.FACT, since=SINCE):
    told = {"adult": adult, "kind": kind, "words": words, "since": since}
    return acts.learn(by=by, child=child, once=uuid.uuid4(), now=by.now, **told)


def add_sibling(by, child, other=None, household=None, **words):
    told = {"other": other, "household": household, **words}
    return acts.brother_or_sister(by=by, child=child, once=uuid.uuid4(), now=by.now, **told)


def status_watch_answers(by, **more) -> WatchAnswers:
    """Answers that have a colleague asked how the child is."""
    adult = factories.person(by.school)
    return WatchAnswers(**{"adult": adult, "question": "How is Amelia?", "why": "Calmer.", **more})


def end_line(by, child, row, why="It changed.", until=None, **more):
    """Ends a line.

    Lowering a status needs a concern to watch on, which is made if there is none.
    """
    if isinstance(row, Status) and has_lower_status_without(row) and "watching" not in more:
        if concern_to_watch_on(by, child) is None:
            factories.send_concern(factories.viewer(by.school), child, now=by.now)
        more["watching"] = status_watch_answers(by)
    return acts.end(by=by, child=child, row=row, why=why, until=until, now=by.now, **more)


def record_seen(by, child, how="saw", words="At the gate, cheerful.", at=None, now=None):
    now = now or by.now
    told = {"how": how, "words": words, "happened_at": at or now - timedelta(minutes=5)}
    return acts.saw(by=by, child=child, once=uuid.uuid4(), now=now, **told)


def add_document(by, child, *, kind="court_order", title="With whom she lives", now=None, **more):
    """A document in the child's file, without a file."""
    return write_line(by, child, ChildDocument, now=now, kind=kind, title=title, **more)


def add_document_file(by, document, name="order.txt", now=None):
    draft = uuid.uuid4()
    attachments.keep_in_draft(by, draft, [ReadFile(name, FileKind.TEXT, b"Of " + name.encode())])
    given = {"child": document.child, "document": document, "draft": draft}
    (added,) = acts.add_files(by=by, now=now or by.now, **given)
    return added


def write_whole_file(by, child):
    """Writes one of everything that a child's file can hold."""
    household = move_to_address(by, child)
    mother = add_adult(by, child, household=household, fact="Works nights")
    add_adult_fact(by, child, mother)
    add_sibling(by, child, name="Robin", where="Easton Nursery", born="2023")
    add_status(by, child)
    add_social_worker(by, child)
    add_language(by, child)
    add_detail(by, child)
    set_authority(by, child, by.school.authority)
    file = add_earlier_file(by, child)
    add_file_event(by, child, file)
    record_seen(by, child)
    add_document_file(by, add_document(by, child))
    bring_history(by, line_of(child), now=by.now)
    return household


def record_elsewhere(
    by,
    child,
    kind=StatusKind.ALTERNATIVE,
    *,
    review_on=SOON,
    now=NOW,
    **said,
):
    """Records that `child` is taught elsewhere or part-time."""
    given = {"child": child, "kind": kind, "review_on": review_on, "since": None}
    return elsewhere.record_elsewhere(by=by, **given, once=uuid.uuid4(), said=said, now=now)
