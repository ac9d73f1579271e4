"""The pages that are measured: what each asks of the site, and every meter put to it in turn.

Measuring one page may take several requests (an import takes three); the work between them is not
measured. Every meter has a run of its own, after one run that is not measured.
"""

import gzip
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from concerns.management.demo.names_and_sentences import FORENAMES, SURNAMES
from concerns.models import Child, Concern
from tests.bench import meters
from tests.bench.school import EMPTY_SCHOOLS
from tests.bench.visitor import PASSWORD, Answer, Through, Visitor, gzipped_assets

ACCOUNT = (
    "At the end of lunch he stayed behind and asked whether he could help me tidy. He said nothing "
    "for a while. Then he said that he does not like Fridays, and that his tummy hurts on Fridays. "
    "I said I was glad he told me. He had not eaten. He went back to class when the bell rang."
)
PUPILS = 1_500
MANY_PUPILS = 20_000
WRITTEN = 30
# Times that a page is asked for before anything is measured.
WARM = 5

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
    story = f"/child/{_long_story()}/"
    yield Page("story", "child's story, 50 of 200", lambda t: dsl.ask(story, through=t))
    yield from _without_a_goal(dsl, head, story)
    yield Page("search", "search for a word", _search(dsl, "neighbours"))
    yield Page("searches", "search for three words", _search(dsl, "police, neighbour, Saturday"))
    yield Page("year", "audit, one year", lambda t: head.ask("/audit/?year=2025", through=t))
    yield Page("ten", "audit, ten years", lambda t: head.ask("/audit/?year=all", through=t))
    yield Page("autosave", "draft saved", _autosave(staff), often=WRITTEN)
    yield Page("submit", "submit", _submit(staff), often=WRITTEN, answers=302)
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


def _newest() -> uuid.UUID:
    rows = Concern.objects.filter(school=1).open().order_by("-received_at", "-id")
    return rows.values_list("uid", flat=True)[5]


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


def _written(staff: Visitor) -> dict[str, str]:
    """A form as it was served, filled in, with a draft of its own."""
    hidden = staff.ask("/submit/write/").hidden
    child = Child.objects.filter(school=1, left__isnull=True).order_by("-id")[3]
    told = {"child": str(child.uid), "account": ACCOUNT, "going_home": "not_sure"}
    more = {"how_known": "someone_told", "categories": "neglect", "place": "The hall"}
    return hidden | told | more


def _autosave(staff: Visitor) -> Asking:
    form = _written(staff)
    return lambda t: staff.ask("/submit/keep/", form, through=t, Accept="application/json")


def _submit(staff: Visitor) -> Asking:
    """As a browser with script does it: the draft has been saved, then the form is sent."""
    form = _written(staff)

    def ask(through: Through) -> Answer:
        form["draft"] = str(uuid.uuid4())
        staff.ask("/submit/keep/", form, Accept="application/json")
        return staff.ask("/submit/write/", form, through=through)

    return ask


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
    rows = max(1, answer.page.count(b"\r\n") - 1)
    found |= {"answers": page.answers, "calls_a_row": found["calls"] / rows}
    found |= {"bytes": len(answer.page), "gzipped": _gzipped(answer)}
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


def paths() -> list[str]:
    """The addresses a worker is asked over and over: light ones more often, every one sometimes."""
    heavy = [f"/triage/{_newest()}/", f"/child/{_long_story()}/", "/audit/?year=2025"]
    light = ["/submit/start/", "/submit/", "/triage/", "/submit/write/", "/submit/danger/"]
    return [path for one in heavy for path in [*light * 3, one]]
