"""The pages that are measured: what each asks of the site, and every meter put to it in turn.

Measuring one page may take several requests (an import takes three); the work between them is not
measured. Every meter has a run of its own, after one run that is not measured.
"""

import gzip
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from django.db import connection

from concerns.management.demo.names_and_sentences import FORENAMES, SURNAMES
from concerns.models import Child, Concern
from tests.bench import deciding_pages, meters
from tests.bench.page import WRITTEN, Asking, Page
from tests.bench.school import EMPTY_SCHOOLS
from tests.bench.submitting import autosave, submit
from tests.bench.visitor import PASSWORD, Answer, Through, Visitor, gzipped_assets

PUPILS = 1_500
MANY_PUPILS = 20_000
# Times that a page is asked for before anything is measured.
WARM = 5


def pages(through: Through) -> Iterator[Page]:
    """Every page that is measured.

    Those that write come last, so that the others see what was filled.
    """
    staff, dsl, head = (_visitor(through, login) for login in ("staff1", "dsl1", "head1"))
    yield Page("blank", "blank page (A)", lambda t: staff.ask("/bench/blank/", through=t))
    yield Page("form", "concern form", lambda t: staff.ask("/submit/write/", through=t))
    yield Page("picker", "roll picker", _pick(staff))
    yield Page("mine", "one's own concerns", lambda t: staff.ask("/submit/", through=t))
    yield Page("queue", "queue of 25", lambda t: dsl.ask("/triage/", through=t))
    read = f"/triage/{_newest()}/"
    yield Page("read", "a concern beside the story", lambda t: dsl.ask(read, through=t))
    long = f"/triage/{_longest_about(_long_story())}/"
    yield Page("read_long", "a long one, and the longest story", lambda t: dsl.ask(long, through=t))
    story = f"/child/{_long_story()}/"
    yield Page("story", "child's story, 50 of 200", lambda t: dsl.ask(story, through=t))
    child = f"/child/{_some_child()}/"
    yield Page("child", "a child's page", lambda t: dsl.ask(child, through=t))
    yield deciding_pages.decide_form(dsl)
    yield from deciding_pages.chasing_pages(dsl)
    yield from deciding_pages.printed_pages(dsl, head, story)
    yield from _without_a_goal(dsl, head, story)
    yield Page("search", "search for a word", _search(dsl, "neighbours"))
    yield Page("searches", "search for three words", _search(dsl, "police, neighbour, Saturday"))
    yield Page("year", "audit, one year", lambda t: head.ask("/audit/?year=2025", through=t))
    yield Page("ten", "audit, ten years", lambda t: head.ask("/audit/?year=all", through=t))
    yield Page("autosave", "draft saved", autosave(staff), often=WRITTEN)
    yield Page("submit", "submit", submit(staff), often=WRITTEN, answers=302)
    deputies = [_visitor(through, login) for login in ("deputy1", "deputy2")]
    yield deciding_pages.decide_post(deputies, staff)


def imports(through: Through) -> Iterator[Page]:
    """A roll brought in for the first time and again, of a large school and of a small one."""
    offices = [_visitor(through, f"empty{number}") for number in range(EMPTY_SCHOOLS)]
    few = offices[: EMPTY_SCHOOLS // 2]
    many = offices[EMPTY_SCHOOLS // 2 :]
    content = roll_file(PUPILS)
    first = _imports(few, content)
    again = _imports(few, content)
    yield Page("import", f"import of {PUPILS:,}", first, often=1, answers=302)
    yield Page("again", "the same import again", again, often=1, answers=302)
    large = _imports(many, roll_file(MANY_PUPILS))
    yield Page("import_large", f"import of {MANY_PUPILS:,}", large, often=1, answers=302)
    yield Page("picker_large", f"roll picker, {MANY_PUPILS:,} pupils", _pick(many[0]))


def _without_a_goal(dsl: Visitor, head: Visitor, story: str) -> Iterator[Page]:
    """Pages that have no agreed goal: their growth is printed beside them instead."""
    file = f"{story}file/"
    chronology = f"{story}chronology/"
    yield Page("file", "child's file (no goal)", lambda t: dsl.ask(file, through=t))
    yield Page("line", "chronology, 50 (no goal)", lambda t: dsl.ask(chronology, through=t))
    yield Page("adult", "adult list (no goal)", lambda t: head.ask("/adult/", through=t))
    yield Page("people", "the staff (no goal)", lambda t: head.ask("/people/", through=t))


def _visitor(through: Through, login: str) -> Visitor:
    return Visitor(through).sign_in(f"{login}@bench.example", PASSWORD)


def _some_child() -> uuid.UUID:
    """The child of the newest open concern that is not of the longest story."""
    open_now = Concern.objects.filter(school=1).open()
    rows = Child.objects.filter(concern_rows__concern__in=open_now).exclude(uid=_long_story())
    return rows.order_by("-concern_rows__concern_id").values_list("uid", flat=True)[0]


def _newest() -> uuid.UUID:
    rows = Concern.objects.filter(school=1).open().order_by("-received_at", "-id")
    return rows.values_list("uid", flat=True)[5]


def _longest_about(child: uuid.UUID) -> uuid.UUID:
    """Of the newest open concerns about this child the one with the most words."""
    rows = Concern.objects.filter(school=1, children__child__uid=child).open().order_by("-id")
    return max(rows[:50], key=lambda concern: len(concern.account)).uid


def _long_story() -> uuid.UUID:
    """The pupil with the most concerns, who is 701st on a roll of 1,500."""
    rows = Child.objects.filter(school=1, left__isnull=True).order_by("id")
    return rows.values_list("uid", flat=True)[700]


def _pick(staff: Visitor) -> Asking:
    """Two letters with which at least as many names begin as with any other two."""
    token = staff.ask("/submit/write/").hidden["csrfmiddlewaretoken"]
    data = {"csrfmiddlewaretoken": token, "part": "ma"}
    return lambda t: staff.ask("/submit/children/", data, through=t, Accept="application/json")


def _search(dsl: Visitor, words: str) -> Asking:
    """The first page of search results.

    Each text found is read to be sure, and that is on record.
    """
    token = dsl.ask("/child/search/").hidden["csrfmiddlewaretoken"]
    data = {"csrfmiddlewaretoken": token, "words": words}
    return lambda t: dsl.ask("/child/search/", data, through=t)


def roll_file(pupils: int) -> bytes:
    """As school systems export a roll: these headings, dates as in the UK."""
    head = "UPN,Adno,Legal Surname,Legal Forename,Preferred Forename,DOB,Year Group,Reg Group\r\n"
    born = date(2012, 9, 1)
    lines = [
        f"B{number:012d},{number + 1:05d},{SURNAMES[number % len(SURNAMES)]},"
        f"{FORENAMES[number // 7 % len(FORENAMES)]},,"
        f"{born + timedelta(days=number % 1800):%d/%m/%Y},Year {7 + number % 5},"
        f"{7 + number % 5}{'ABCDEFGH'[number % 8]}\r\n"
        for number in range(pupils)
    ]
    return "".join([head, *lines]).encode()


def _imports(offices: list[Visitor], content: bytes) -> Asking:
    """Each import goes into another school: uploaded, looked at, confirmed."""
    left = iter(offices)

    def ask(through: Through) -> Answer:
        office = next(left)
        hidden = office.ask("/roll/upload/").hidden
        there = office.upload("/roll/upload/", hidden, "file", content, through=through)
        place = there.header("location")
        seen = office.ask(place, through=through)
        return office.ask(place, seen.hidden, through=through)

    return ask


# Measuring


Timed = Callable[[meters.Clock], None]


def floors(through: Through) -> dict[str, Timed]:
    """The least a request costs in this process, by the same handler or to the same database."""
    nobody = Visitor(through)
    staff = _visitor(through, "staff1")
    return {
        "bare": _timed(lambda t: nobody.ask("/bench/bare/", through=t), through),
        "blank": _timed(lambda t: staff.ask("/bench/blank/", through=t), through),
        "insert": _durable_insert,
    }


def _timed(ask: Asking, through: Through) -> Timed:
    return lambda clock: ask(meters.metered(through, clock))


def _durable_insert(clock: meters.Clock) -> None:
    insert = (
        "INSERT INTO django_session (session_key, session_data, expire_date)"
        " VALUES (%s, %s, '2000-01-01')"
    )
    given = [uuid.uuid4().hex, "x" * 300]
    with clock.measuring(), connection.cursor() as cursor:
        cursor.execute(insert, given)


def measure(page: Page, through: Through, beside: dict[str, Timed]) -> dict:
    """Every figure of `page` by name, with the floors `beside` it."""
    for _ in range(1 if page.often == 1 else WARM):
        page.ask(through)
    found = {}
    for meter in (meters.Statements(), meters.Engine(), meters.Calls()):
        answer = page.ask(meters.metered(through, meter))
        found |= meter.said
        if isinstance(meter, meters.Statements):
            pupils = [n for (_, table), n in meter.written.items() if table in OF_PUPILS]
            found |= {"status": answer.status, "of_pupils": sum(pupils)}
    if page.without_rows:
        meter = meters.Calls()
        page.without_rows(meters.metered(through, meter))
        found["rows"] = answer.page.count(b"\r\n") - 1
        found["calls_a_row"] = (found["calls"] - meter.count) / max(1, found["rows"])
    found |= {"answers": page.answers, "bytes": len(answer.page), "gzipped": _gzipped(answer)}
    return found | _clocked(page, through, beside)


def _gzipped(answer: Answer) -> int:
    """The bytes that leave, compressed by the site itself or else by the proxy before it."""
    squeezed = answer.header("content-encoding") == "gzip"
    return len(answer.body if squeezed else gzip.compress(answer.body, mtime=0))


def _clocked(page: Page, through: Through, beside: dict[str, Timed]) -> dict[str, float]:
    least = meters.least({"page": _timed(page.ask, through), **beside}, page.often)
    cpu = least["page"].cpu
    more = {f"of_{name}": cpu / least[name].cpu for name in beside}
    return {"cpu": cpu, "wall": least["page"].wall, **more}


OF_PUPILS = {
    f"concerns_{name}" for name in ("child", "childname", "enrolment", "placement", "namekey")
}


def weights(through: Through) -> dict[str, int]:
    """The bytes of a first visit (the page with all it needs) and of a later one, gzipped; and
    other hosts named."""
    visitor = Visitor(through)
    page = visitor.ask("/sign-in/")
    assets, others = gzipped_assets(visitor, page)
    return {"first": assets + _gzipped(page), "others": len(others)}


def paths_of_a_lead() -> list[str]:
    """What a lead reads over and over: a concern, the longest story, and another child's page."""
    return [f"/triage/{_newest()}/", f"/child/{_long_story()}/", f"/child/{_some_child()}/"]
