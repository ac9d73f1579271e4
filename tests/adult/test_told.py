"""Tests for "told, not typed" about adults, and for whom an addition is about."""

import pytest

from concerns.models import AdultConcern, AdultEntry, Concern, Draft
from concerns.models.concern.draft import CONCERN
from tests import adults, factories
from tests.conftest import SecureClient
from tests.desk import page_text, summary_errors
from tests.submit.conftest import Staff

WRITE = "/adult/write/"
SAID = "I see him hold the boy by the neck, two times."
TOLD = {
    "teller": "Marta Nowak",
    "teller_is": "site",
    "told_when": "at the gate",
    "told_words": SAID,
}
HEADING = "Told by Marta Nowak (a cleaner, caretaker or cook) to {}, at the gate"


@pytest.fixture
def staff(client, writer, where):
    return Staff(factories.sign_in(client, writer.person), where, writer.person)


def form(staff, dan, **more):
    return staff.carried(WRITE) | {"whom": str(dan.uid), "account": "", **TOLD, **more}


def test_a_cleaners_words_alone_are_enough_and_are_shown_as_theirs(staff, head, dan):
    assert staff.send(form(staff, dan), WRITE).status_code == 302
    concern = AdultConcern.objects.get()
    assert (concern.account, concern.told_words, concern.teller) == ("", SAID, "Marta Nowak")
    assert (concern.teller_is, concern.told_when) == ("site", "at the gate")
    reader = factories.sign_in(SecureClient(), head.person)
    shown = page_text(reader.get(f"/adult/{concern.uid}/"))
    assert HEADING.format("Wyn Writer") in shown
    assert SAID in shown
    assert HEADING.format("you") in page_text(staff.open(f"/adult/mine/{concern.uid}/"))
    assert SAID in page_text(reader.get(f"/adult/{concern.uid}/note/"))


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ({"told_words": ""}, "Write what they told you"),
        (dict.fromkeys(TOLD, ""), "Write what happened"),
    ],
)
def test_half_of_it_is_asked_for(staff, head, dan, left_out, missing):
    answer = staff.send(form(staff, dan, **left_out), WRITE)
    assert answer.status_code == 422
    assert missing in summary_errors(answer)[0]


def test_who_told_stays_who_told_when_the_childs_form_is_turned(staff, head, dan, where):
    child = factories.child(where)
    begun = staff.carried() | {"child": [str(child.uid)], "account": "Own.", **TOLD}
    there = staff.send(begun | {"do": "adult"})["Location"]
    typed = Draft.objects.get().typed_fields
    assert {name: typed[name] for name in TOLD} == {name: [said] for name, said in TOLD.items()}
    assert typed["account"] == ["Own."]
    assert SAID in page_text(staff.client.get(there))


def test_an_addition_about_a_child_goes_on_as_that_and_leaves_nothing_here(staff, writer, dan):
    concern = adults.send_adult_concern(writer, dan)
    here = f"/adult/add/{concern.uid}/"
    asked = staff.client.post(here, {"do": "child", "words": " "})
    assert summary_errors(asked) == ["Write what you want to add"]
    moved = staff.client.post(here, {"do": "child", "words": "Tom had bruises."})
    assert moved["Location"].startswith("/submit/draft/")
    assert "Tom had bruises." in page_text(staff.client.get(moved["Location"]))
    assert Draft.objects.get().page == CONCERN
    assert not AdultEntry.objects.exists()
    assert not Concern.objects.exists()


def test_the_form_and_the_receipt_say_to_write_the_childs_own_concern_too(staff, writer, dan):
    concern = adults.send_adult_concern(writer, dan)
    for page in (WRITE, f"/adult/sent/{concern.uid}/"):
        assert "write a concern about the child" in page_text(staff.open(page))
