"""Tests for one form that is sent sixteen times before anything answers."""

from concerns.models import Concern, LedgerLine
from concerns.rules.kinds import Kind

PRESSES = 16


def test_sixteen_presses_at_once_make_one_concern_and_one_receipt(place, sits_down, at_once):
    desk = sits_down(place.writer)
    form = desk.form(place.child) | desk.carried("/submit/write/")
    windows = [desk.window() for _ in range(PRESSES)]
    answers = at_once(*[lambda w=window: w.submit("/submit/write/", form) for window in windows])
    concern = Concern.objects.get()
    assert [answer.status_code for answer in answers] == [302] * PRESSES
    assert {a.headers["Location"] for a in answers} == {f"/submit/sent/{concern.uid}/"}
    assert LedgerLine.objects.filter(kind=Kind.SUBMITTED).count() == 1
    assert concern.steps.open().count() == 1
