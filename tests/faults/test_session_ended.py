"""Tests for words whose session ended before they were sent."""

from html import unescape

import pytest

from concerns.models import Concern, Decision

WORDS = "She said “not at home”, and would not say more."
# The first is deleted when the browser closes, the second after too long without a press.
COOKIES = ["session", "idle"]


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_concern_comes_back_after_signing_in_and_is_sent_once(place, sits_down, cookie):
    desk = sits_down(place.writer)
    form = desk.form(place.child, account=WORDS) | desk.carried("/submit/write/")
    desk.lose(cookie)
    away = desk.visitor.submit("/submit/write/", form)
    assert away.status_code == 302
    assert away.headers["Location"].startswith("/sign-in/?next=/submit/draft/")
    assert not Concern.objects.exists()
    back = desk.sign_in_at(away.headers["Location"])
    assert WORDS in unescape(back.text)
    assert str(place.child.uid) in back.text
    sent = desk.visitor.submit("/submit/write/", form)
    assert sent.headers["Location"].startswith("/submit/sent/")
    assert Concern.objects.get().account == WORDS


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_decision_comes_back_after_signing_in(place, sits_down, cookie):
    concern = place.concern()
    desk = sits_down(place.leads[0])
    here = f"/triage/{concern.uid}/decide/"
    form = desk.decision(here, WORDS)
    desk.lose(cookie)
    away = desk.visitor.submit(here, form)
    assert away.headers["Location"] == f"/sign-in/?next={here}"
    back = desk.sign_in_at(away.headers["Location"])
    assert "What you typed is saved, but not sent yet." in back.text
    assert WORDS in unescape(back.text)
    assert not Decision.objects.exists()
    decided = desk.visitor.submit(here, desk.decision(here, WORDS))
    assert decided.headers["Location"] == f"/triage/{concern.uid}/"
    assert Decision.objects.get().reason == WORDS
    assert "What you typed is saved" not in desk.visitor.get(here).text


def test_what_was_kept_is_shown_to_nobody_else(place, sits_down):
    desk = sits_down(place.writer)
    colleague = sits_down(place.leads[0])
    form = desk.form(place.child, account=WORDS) | desk.carried("/submit/write/")
    desk.lose("session")
    away = desk.visitor.submit("/submit/write/", form).headers["Location"]
    kept = away.partition("next=")[2]
    assert colleague.visitor.get(kept).status_code == 404
    assert WORDS not in unescape(desk.visitor.get(away).text)


def test_a_script_that_sends_without_a_session_is_told_and_the_words_are_kept(place, sits_down):
    desk = sits_down(place.writer)
    form = desk.form(place.child, account=WORDS) | desk.carried("/submit/write/")
    desk.lose("session")
    script = desk.window()
    script.headers["Accept"] = "application/json"
    away = script.submit("/submit/write/", form)
    assert away.status_code == 401
    assert WORDS in unescape(desk.sign_in_at(away.headers["Location"]).text)
