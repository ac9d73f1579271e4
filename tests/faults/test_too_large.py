"""This file knows what happens to a form too large to be read at all."""

from html import unescape

from concerns.models import Concern

SAVED = "What was saved while it was typed."


def test_what_was_saved_stays_when_the_sending_is_too_large(place, sits_down):
    desk = sits_down(place.writer)
    form = desk.form(place.child, account=SAVED) | desk.carried("/submit/write/")
    assert desk.visitor.submit("/submit/keep/", form).status_code == 200
    answer = desk.visitor.submit("/submit/write/", form | {"account": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "That was too large to send" in answer.text
    assert not Concern.objects.exists()
    assert SAVED in unescape(desk.visitor.get(f"/submit/draft/{form['draft']}/").text)
