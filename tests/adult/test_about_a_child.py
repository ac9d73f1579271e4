"""Tests for a form about an adult that turns out to be about a child: going back loses no word."""

import re

import pytest

from concerns.models import AdultConcern, Concern, Draft
from concerns.models.concern.draft import CONCERN
from tests import factories
from tests.desk import page_text, summary_errors
from tests.submit.conftest import Staff

WRITE = "/adult/write/"
BACK = {"do": "child"}


@pytest.fixture
def staff(client, writer, where):
    return Staff(factories.sign_in(client, writer.person), where, writer.person)


def test_the_form_about_an_adult_has_a_way_to_the_one_about_a_child(staff, head):
    assert "This is about a child" in page_text(staff.open(WRITE))


def test_with_nothing_typed_it_leads_there_and_leaves_no_draft(staff, head):
    assert staff.send(staff.carried(WRITE) | BACK, WRITE)["Location"] == "/submit/write/"
    assert not Draft.objects.exists()


def test_every_word_goes_along_and_whoever_was_shut_out_stays_so(staff, head, chair, dan):
    moved = staff.send(
        staff.carried(WRITE)
        | BACK
        | {
            "whom": str(dan.uid),
            "account": "He shouted at her.",
            "sort": "not_sure",
            "when_where": "Monday, the hall",
            "children": "Aneurin Quillfeather",
            "told_already": "Nobody",
            "teller_is": "child",
            "told_words": "He hurts me",
            "shut_out": [str(head.person.uid)],
        },
        WRITE,
    )
    assert moved["Location"].startswith("/submit/draft/")
    page = page_text(staff.client.get(moved["Location"]))
    for said in (
        "He shouted at her.",
        "Dan Dubious",
        "Monday, the hall",
        "Aneurin Quillfeather",
        "Nobody",
        "He hurts me",
        "How serious do you think it is?",
    ):
        assert said in page, said
    for person in (dan, head.person):
        assert re.search(f'value="{person.uid}"[^>]* checked', page)
    assert not AdultConcern.objects.exists()


def test_it_goes_on_as_the_same_draft_and_a_late_save_of_the_first_form_is_told_that(staff, head):
    form = staff.carried(WRITE) | {"account": "He shouted at her."}
    staff.client.post("/adult/keep/", form)
    staff.send(form | BACK, WRITE)
    assert list(Draft.objects.values_list("page", flat=True)) == [CONCERN]
    assert staff.client.post("/adult/keep/", form).json() == {"gone": True}
    assert "He shouted" in Draft.objects.get().words


def test_sending_the_first_form_after_all_is_asked_about_first(staff, head, dan, where):
    form = staff.carried(WRITE) | {"account": "He shouted at her.", "whom": str(dan.uid)}
    there = staff.send(form | BACK, WRITE)["Location"]
    first = staff.send(form, WRITE)
    assert first.status_code == 422
    assert "about a child" in summary_errors(first)[0]
    assert Draft.objects.get().page == CONCERN
    child = str(factories.child(where).uid)
    said = {"account": "He shouted.", "child": [child], "going_home": "no"}
    staff.send(staff.carried(there) | said)
    assert Concern.objects.count() == 1
    assert staff.send(form, WRITE).status_code == 422
    assert not AdultConcern.objects.exists()


def test_there_and_back_again_is_one_draft(staff, head):
    form = staff.carried(WRITE) | {"account": "He shouted at her."}
    there = staff.send(form | BACK, WRITE)["Location"]
    again = staff.send(staff.carried(there) | {"account": "He shouted at her.", "do": "adult"})
    assert again["Location"].startswith("/adult/draft/")
    assert Draft.objects.count() == 1
