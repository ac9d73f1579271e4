"""Many clients at once against a real server: what they were promised is on record exactly once.

Each client is one of the staff, who writes, and a lead, who reads; each sends its next request as
soon as it has the answer. Every fifth concern is sent twice, as a browser does that has not heard.
A client whose connection breaks sends again. Memory is that of the largest worker.
"""

import http.client
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from concerns.models import Child, Concern, LedgerLine
from concerns.rules.kinds import Kind
from tests.bench import pages, worker
from tests.bench.goals import CROWDS
from tests.bench.submitting import fill_concern_form
from tests.bench.visitor import PASSWORD, Answer, OverHttp, Visitor

SENT_AGAIN = 5
BROKEN = (http.client.HTTPException, ConnectionError, TimeoutError)


@dataclass
class Crowd:
    """What a crowd has left to ask, and what it was answered."""

    left: int
    # (draft, concern) of every concern of which the site said that it has it.
    acknowledged: list[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=list)
    wrong: Counter = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask_once(self, visitor: Visitor, path: str, data=None, answers: int = 200) -> Answer | None:
        """Sends one request of those that are left, and notes how it was answered.

        Returns None where none is left, or where it was not answered as it should be.
        """
        with self._lock:
            if not self.left:
                return None
            self.left -= 1
        begun = time.perf_counter()
        answer = _ask_until_answered(visitor, path, data)
        with self._lock:
            self.seconds.append(time.perf_counter() - begun)
            status = answer.status if answer else 0
            if status != answers:
                room = path.split("/")[1]
                self.wrong[f"{room} {status or 'broken off'}"] += 1
        return answer if status == answers else None

    def note_acknowledged(self, draft: str, answer: Answer) -> None:
        concern = answer.header("location").strip("/").rpartition("/")[2]
        with self._lock:
            self.acknowledged.append((uuid.UUID(draft), uuid.UUID(concern)))


def _ask_until_answered(visitor: Visitor, path: str, data) -> Answer | None:
    """Sends again, once, where the connection broke: nobody knows whether it had arrived."""
    for _ in range(2):
        try:
            return visitor.ask(path, data)
        except BROKEN:
            visitor.through.close()
    return None


@dataclass
class ClientOfCrowd:
    """One of the staff and a lead, who take turns at one screen."""

    crowd: Crowd
    staff: Visitor
    lead: Visitor
    children: Iterator[str]
    reading: list[str]
    number: int = 0

    def run(self) -> None:
        while self.crowd.left:
            self._write()
            for path in ("/submit/", "/triage/", *self.reading, "/chase/", "/child/tracker/"):
                self.crowd.ask_once(self.lead if path != "/submit/" else self.staff, path)

    def _write(self) -> None:
        form = self.crowd.ask_once(self.staff, "/submit/write/")
        if form is None:
            return
        written = fill_concern_form(form, next(self.children)) | {"draft": str(uuid.uuid4())}
        self.crowd.ask_once(self.staff, "/submit/keep/", written, answers=200)
        self.number += 1
        for _ in range(2 if self.number % SENT_AGAIN == 0 else 1):
            sent = self.crowd.ask_once(self.staff, "/submit/write/", written, answers=302)
            if sent:
                self.crowd.note_acknowledged(written["draft"], sent)


def count_lost(acknowledged: list[tuple[uuid.UUID, uuid.UUID]]) -> int:
    """How many of these stand on record not exactly once, as a concern and as a line of it."""
    rows = Counter(Concern.objects.values_list("draft", "uid"))
    drafts = Counter(draft for draft, _ in rows.elements())
    lines = LedgerLine.objects.filter(kind=Kind.SUBMITTED).values_list("concern", flat=True)
    told = Counter(lines)
    return sum(
        not (rows[draft, uid] == drafts[draft] == told[uid] == 1)
        for draft, uid in set(acknowledged)
    )


def measure_crowd(clients: int, environment: dict[str, str]) -> dict:
    """Every figure of a crowd of so many clients, by name."""
    requests, workers, threads = CROWDS[clients]
    children = Child.objects.filter(school=1, left__isnull=True).order_by("-id")
    uids = [str(uid) for uid in children.values_list("uid", flat=True)[:1_000]]
    reading = pages.paths_of_a_lead()
    with worker.served(environment, workers, threads) as (port, processes):
        crowd = Crowd(requests)
        all_clients = [
            ClientOfCrowd(
                crowd, _signed_in(port, f"staff{number + 1}"), _signed_in(port, "dsl1"),
                iter(uids[number::clients] * 100), reading,
            )
            for number in range(clients)
        ]  # fmt: skip
        weigh = lambda: max(map(worker.resident_memory, processes))  # noqa: E731
        found = {"clients": clients, "begun": weigh()}
        begun = time.perf_counter()
        found["halfway"] = _run_together(all_clients, weigh, lambda: crowd.left < requests / 2)
        found["a_second"] = requests / (time.perf_counter() - begun)
        found["memory"] = weigh()
    found["grown"] = found["memory"] / found["halfway"] - 1
    slow = sorted(crowd.seconds)
    found |= {"median": slow[len(slow) // 2] * 1_000, "slow": slow[len(slow) * 99 // 100] * 1_000}
    acknowledged = set(crowd.acknowledged)
    found |= {"acknowledged": len(acknowledged), "lost": count_lost(crowd.acknowledged)}
    return found | {"wrong": crowd.wrong.total(), "wrong_in_words": dict(crowd.wrong)}


def _signed_in(port: int, login: str) -> Visitor:
    return Visitor(OverHttp(port)).sign_in(f"{login}@bench.example", PASSWORD)


def _run_together(clients: list[ClientOfCrowd], weigh: Callable, is_halfway: Callable) -> float:
    """Runs all clients to their end, and returns what was weighed half-way."""
    threads = [threading.Thread(target=one.run, daemon=True) for one in clients]
    for thread in threads:
        thread.start()
    while not is_halfway() and any(thread.is_alive() for thread in threads):
        time.sleep(0.1)
    weighed = weigh()
    for thread in threads:
        thread.join()
    for one in clients:
        one.staff.through.close()
        one.lead.through.close()
    return weighed
