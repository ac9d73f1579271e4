"""Tests for the pages about unsent concerns: the reminder, the leads' list, setting aside."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from concerns.doors import unsent_words
from concerns.models import Draft
from concerns.models.concern.draft import CONCERN
from concerns.people import acts as people
from concerns.rules.roles import Role
from tests import counting, factories
from tests.conftest import SecureClient

pytestmark = pytest.mark.django_db
SECRET = "Thin, and asleep at ten"
REMINDER = "You started a concern and have not sent it."


def window(where, *roles):
    """A person of `where` and their browser."""
    who = factories.person(where, *roles)
    return who, factories.sign_in(SecureClient(), who)


def begun(where, who, ago: timedelta) -> Draft:
    at = datetime.now(UTC) - ago
    return unsent_words.save_draft_words(
        who, where, CONCERN, uuid.uuid4(), {"account": [SECRET]}, at
    )


def test_the_landing_page_says_within_the_hour_that_it_is_not_sent(where):
    who, browser = window(where)
    draft = begun(where, who, timedelta(minutes=31))
    page = browser.get("/submit/").content.decode()
    assert "It is not sent, and nobody has read it." in page
    assert f"/chase/unsent/{draft.uid}/" in page


def test_nobody_is_reminded_of_what_they_are_still_writing(where):
    who, browser = window(where)
    begun(where, who, timedelta(minutes=29))
    assert "It is not sent" not in browser.get("/submit/").content.decode()


def test_a_lead_is_reminded_of_their_own_on_the_queue(where):
    who, browser = window(where, Role.DSL)
    begun(where, who, timedelta(minutes=31))
    assert REMINDER in browser.get("/triage/").content.decode()


def test_another_persons_is_no_reminder_to_a_lead(where):
    who, _ = window(where)
    begun(where, who, timedelta(minutes=31))
    _, lead = window(where, Role.DSL)
    assert REMINDER not in lead.get("/triage/").content.decode()


def test_the_queue_and_the_leads_list_say_who_and_since_when_and_never_what(where):
    who, _ = window(where)
    begun(where, who, timedelta(days=2))
    _, lead = window(where, Role.DSL)
    assert "<b>1</b> started before today and not sent" in lead.get("/triage/").content.decode()
    page = lead.get("/chase/unsent/").content.decode()
    assert who.name in page
    assert SECRET not in page


def test_a_long_list_says_that_there_is_more(where):
    who, _ = window(where)
    for _ in range(51):
        begun(where, who, timedelta(days=2))
    _, lead = window(where, Role.DSL)
    page = lead.get("/chase/unsent/").content.decode()
    assert page.count("it does not need to be sent") == 50
    assert "There are more." in page


@pytest.mark.parametrize("page", ["/chase/unsent/", "/triage/"])
def test_the_lists_ask_as_much_of_thirty_as_of_one_and_less_of_none(where, page):
    who, _ = window(where)
    _, lead = window(where, Role.DSL)
    lead.get(page)
    none = counting.list_statements(lambda: lead.get(page))
    begun(where, who, timedelta(days=2))
    one = counting.list_statements(lambda: lead.get(page))
    for _ in range(29):
        begun(where, who, timedelta(days=2))
    assert len(counting.list_statements(lambda: lead.get(page))) == len(one)
    assert len(none) < len(one) <= 15


def test_setting_one_aside_asks_as_much_among_thirty_as_alone(where):
    who, browser = window(where)
    _, lead = window(where, Role.DSL)
    page = f"/chase/unsent/{begun(where, who, timedelta(days=2)).uid}/"
    browser.get(page), lead.get(page)

    def asked() -> list[int]:
        return [len(counting.list_statements(lambda: one.get(page))) for one in (browser, lead)]  # noqa: B023

    alone = asked()
    for _ in range(29):
        begun(where, who, timedelta(days=2))
    assert asked() == alone
    assert max(alone) <= 8, alone


def test_a_lead_is_told_what_to_do_where_its_writer_works_here_no_longer(where):
    who, _ = window(where)
    draft = begun(where, who, timedelta(days=2))
    office = factories.viewer(where, Role.OFFICE)
    (_, lead) = window(where, Role.DSL)
    people.leave(by=office, person=who, last=office.todays_date, to=None, now=office.now)
    told = "nobody can open what they wrote"
    assert told in lead.get("/chase/unsent/").content.decode()
    assert told in lead.get(f"/chase/unsent/{draft.uid}/").content.decode()


def test_a_writer_sets_it_aside_with_a_reason_and_finds_it_again(where):
    who, browser = window(where)
    draft = begun(where, who, timedelta(days=2))
    here = f"/chase/unsent/{draft.uid}/"
    assert browser.post(here, {"why": ""}).status_code == 422
    assert browser.post(here, {"why": "A costume."})["Location"] == "/submit/"
    page = browser.get("/submit/").content.decode()
    assert "Marked as not needed" in page
    assert SECRET in browser.get(f"/submit/draft/{draft.uid}/").content.decode()


def test_a_lead_sets_it_aside_and_is_back_at_the_list(where):
    who, _ = window(where)
    draft = begun(where, who, timedelta(days=2))
    _, lead = window(where, Role.DSL)
    page = lead.get(f"/chase/unsent/{draft.uid}/").content.decode()
    assert "What did the person who wrote it tell you?" in page
    answer = lead.post(f"/chase/unsent/{draft.uid}/", {"why": "She says a costume."})
    assert answer["Location"] == "/chase/unsent/"
