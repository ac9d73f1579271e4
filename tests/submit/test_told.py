"""Tests for "told, not typed": what somebody without an account said stands as theirs."""

import pytest

from concerns.models import Concern, LedgerLine, LedgerLineWords
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.desk import page_text, summary_errors

SAID = "He was in the bins behind the kitchen again, eating."
TOLD = {
    "account": "",
    "teller": "Marta Nowak",
    "teller_is": "site",
    "told_when": "at the gate, ten past three",
    "told_words": SAID,
}
HEADING = "Told by Marta Nowak (a cleaner, caretaker or cook)"


def reader(where, *roles):
    return factories.sign_in(SecureClient(), factories.person(where, *roles))


@pytest.fixture
def told(staff, child):
    assert staff.send(staff.answers(child, **TOLD)).status_code == 302
    return Concern.objects.get()


def test_their_words_alone_are_enough_and_are_kept_as_theirs(told):
    assert (told.account, told.told_words) == ("", SAID)
    assert (told.teller, told.teller_is, told.told_when) == (
        "Marta Nowak",
        "site",
        "at the gate, ten past three",
    )
    assert told.how_known == "someone_told"


def test_the_writers_own_account_stands_apart_from_theirs(staff, child):
    own = "I went to look. There was nobody."
    staff.send(staff.answers(child, **TOLD | {"account": own}))
    concern = Concern.objects.get()
    assert (concern.account, concern.told_words) == (own, SAID)


def test_the_line_of_the_record_names_every_field_and_holds_no_word(told):
    line = LedgerLine.objects.get(concern=told.uid, kind=Kind.SUBMITTED)
    for name in ("teller", "teller_is", "told_when", "told_words"):
        assert f'"{name}"' in line.body
    assert SAID not in line.body
    assert "Marta" not in line.body
    assert LedgerLineWords.objects.filter(line=line).exists()


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ({"told_words": ""}, "Write what they told you"),
        ({"teller": "", "teller_is": "", "told_words": "", "told_when": ""}, "Write what worried"),
    ],
)
def test_words_need_somebody_who_said_them_and_somebody_their_words(
    staff, child, left_out, missing
):
    answer = staff.send(staff.answers(child, **TOLD | left_out))
    assert answer.status_code == 422
    assert [said for said in summary_errors(answer) if said.startswith(missing)]
    assert not Concern.objects.exists()


@pytest.mark.parametrize("known", [{"teller": ""}, {"teller_is": ""}])
def test_a_name_is_enough_and_so_is_what_they_are(staff, child, known):
    staff.send(staff.answers(child, **TOLD | known))
    assert Concern.objects.get().told_by in ("Marta Nowak", "a cleaner, caretaker or cook")


def test_a_concern_of_no_words_at_all_is_refused_behind_the_form_too(where, child):
    from concerns.doors.act import ActRefused

    with pytest.raises(ActRefused):
        factories.send_concern(factories.viewer(where), child, account="")


def test_it_is_shown_as_theirs_to_who_wrote_it(staff, told):
    page = page_text(staff.open(f"/submit/mine/{told.uid}/"))
    assert f"{HEADING} to you, at the gate, ten past three" in page
    assert SAID in page
    assert "What worried you" not in page


def test_it_is_shown_as_theirs_to_a_lead_beside_an_earlier_concern_and_in_the_story(
    staff, where, child, told
):
    lead = reader(where, Role.DSL)
    page = page_text(lead.get(f"/triage/{told.uid}/"))
    assert f"{HEADING} to Wyn Writer" in page
    assert "What was seen, heard or felt" not in page
    later = factories.send_concern(factories.viewer(where), child, now=told.received_at).concern
    beside = page_text(lead.get(f"/triage/{later.uid}/"))
    assert f"{HEADING}: {SAID}" in beside
    story = page_text(lead.get(f"/child/{child.uid}/"))
    assert f"{HEADING} to Wyn Writer" in story
    assert SAID in story


@pytest.mark.parametrize("page", ["concern", "print"])
def test_the_trail_and_its_print_tell_it_as_theirs_and_that_they_knew(where, told, page):
    trail = page_text(reader(where, Role.HEAD).get(f"/audit/{page}/{told.uid}/"))
    assert f"{HEADING} to Wyn Writer" in trail
    assert SAID in trail
    assert "Told Wyn Writer, who wrote it down" in trail


def test_a_lead_logs_what_was_said_to_them(where, child):
    from tests.submit.conftest import Staff

    person = factories.person(where, Role.DSL)
    lead = Staff(factories.sign_in(SecureClient(), person), where, person)
    assert lead.send(lead.answers(child, **TOLD | {"teller_is": "notice"})).status_code == 302
    assert Concern.objects.get().told_by == "Marta Nowak (a police notice of domestic abuse)"
