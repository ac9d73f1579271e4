"""Tests that nothing is lost or doubled when the server is killed while forms are being sent."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from concerns.models import Concern, LedgerLine
from concerns.rules.kinds import Kind

ROUNDS = 6
WRITERS = 4
# Long enough for several forms to have been answered, in seconds.
LONGEST = 0.6


@dataclass
class Sent:
    """One form, and where its answer led: nowhere if the server died first."""

    form: dict
    acknowledged: str = ""


def send_until_cut_off(window, made) -> list[Sent]:
    sent = []
    while True:
        sent.append(Sent(made()))
        try:
            answer = window.submit("/submit/write/", sent[-1].form)
        except httpx.TransportError:
            return sent
        assert answer.status_code == 302, "a form was refused while the server lived"
        sent[-1].acknowledged = answer.headers["Location"]


def kill_while_sending(server, desk, child, after: float) -> list[Sent]:
    windows = [desk.window() for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(send_until_cut_off, w, lambda: desk.form(child)) for w in windows]
        time.sleep(after)
        server.kill()
        return [sent for each in running for sent in each.result()]


@pytest.mark.long
def test_a_killed_server_loses_no_form_and_doubles_none(server, place, sits_down):
    desk = sits_down(place.writer)
    tried = []
    for chance in map(random.Random, range(ROUNDS)):
        sent = kill_while_sending(server, desk, place.child, chance.uniform(0, LONGEST))
        server.start()
        for each in sent:
            answer = desk.visitor.submit("/submit/write/", each.form)
            assert answer.status_code == 302
            assert each.acknowledged in {"", answer.headers["Location"]}
        tried += sent
    assert sum(not each.acknowledged for each in tried) == ROUNDS * WRITERS
    assert sum(bool(each.acknowledged) for each in tried) > ROUNDS
    drafts = sorted(str(draft) for draft in Concern.objects.values_list("draft", flat=True))
    assert drafts == sorted(each.form["draft"] for each in tried)
    assert LedgerLine.objects.filter(kind=Kind.SUBMITTED).count() == len(tried)
    assert server.database.manage("unheld").returncode == 0
