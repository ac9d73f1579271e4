"""Tests for forms too large to be read."""

from html import unescape
from io import BytesIO

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


def test_all_that_was_sent_is_taken_in_before_the_answer(client):
    sent = BytesIO(b"account=" + b"x" * 3_000_000)
    answer = client.post(
        "/submit/write/",
        headers={"content-length": str(sent.getbuffer().nbytes)},
        **{"wsgi.input": sent, "CONTENT_TYPE": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, sent.read()) == (413, b"")
