"""Tests that a printed chronology leaves the school with nothing of another child in it."""

import json

import pytest

from concerns.models import Addition, Draft, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from tests import factories, homes
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
COVER = "[another child]"


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


@pytest.fixture
def other(where):
    return factories.child(where, "Bilal", "Khan", year="Year 6", class_name="6A")


def looked_over(desk, child):
    return page_text(desk.open(f"/child/{child.uid}/print/"))


def printed(desk, child, **form):
    return page_text(desk.client.post(f"/child/{child.uid}/print/", form))


def test_another_childs_name_is_a_warning_and_covered_in_the_print_and_never_in_the_record(
    desk, child, other
):
    concern = factories.send_concern(
        desk.viewer, child, account="Bilal Khan hit Aoife Byrne."
    ).concern
    before = looked_over(desk, child)
    assert "<mark>Bilal Khan</mark>" in before
    assert "This is the name of another child" in before
    after = printed(desk, child)
    assert f"{COVER} hit Aoife Byrne." in after
    assert "Bilal" not in after
    assert "a name was covered. It is in the record." in " ".join(after.split())
    concern.refresh_from_db()
    assert concern.account == "Bilal Khan hit Aoife Byrne."


def test_what_is_not_another_child_can_be_left_in(desk, child, other):
    concern = factories.send_concern(
        desk.viewer, child, account="Bilal Khan, the cook, told me."
    ).concern
    after = printed(desk, child, show=f"{concern.uid}.w0")
    assert "Bilal Khan, the cook, told me." in after
    assert "No name was covered" in after


def test_a_forename_alone_is_found_of_a_child_of_the_class_the_home_or_the_concern(
    desk, where, child, other
):
    factories.child(where, "Noor", "Hale")
    factories.child(where, "Zed", "Far", year="Year 1", class_name="1A")
    brother = factories.child(where, "Bran", "Byrne", year="Year 2", class_name="2B")
    homes.add_sibling(desk.viewer, child, brother)
    account = "Noor, Bran and Bilal were there. Zed was not."
    factories.send_concern(desk.viewer, child, involved=(other,), account=account)
    assert f"{COVER}, {COVER} and {COVER} were there. Zed was not." in printed(desk, child)


def test_other_words_can_be_covered(desk, child):
    factories.send_concern(desk.viewer, child, account="Bilbo hit her. So did J. Smythe.")
    after = printed(desk, child, also="bilbo\nJ. Smythe\n")
    assert f"{COVER} hit her. So did {COVER}." in after


def test_words_to_cover_typed_on_another_page_are_shown_before_the_print_is_made(desk, child):
    desk.concern(children=(child,), account="No coat, said Nicky.")
    path = f"/child/{child.uid}/print/"
    older = desk.carried(path)
    desk.client.post("/submit/words/", older | {"also": "said Nicky"})
    answer = desk.client.post(path, older)
    assert answer.status_code == 409
    assert "You typed something else into this form" in page_text(answer)
    assert Draft.objects.count() == 1


def test_the_print_is_recorded_as_taken_out(desk, child):
    concern = factories.send_concern(desk.viewer, child).concern
    submit.add(by=desk.viewer, concern=concern, words="Later.", now=desk.now)
    printed(desk, child)
    line = LedgerLine.objects.get(kind=Kind.EXPORTED)
    body = json.loads(line.body)
    assert (body["about"], body["shown"]) == (str(child.uid), [str(concern.uid)])
    assert Addition.objects.get().words == "Later."


def test_a_print_with_nothing_in_it_says_so(desk, child):
    assert "There is nothing in the record that fits your choice" in printed(desk, child)
    assert "No other child's name was found" in looked_over(desk, child)


def test_only_what_is_asked_for_is_printed(desk, child):
    factories.send_concern(desk.viewer, child, account="No coat.")
    homes.record_seen(desk.viewer, child)
    found = page_text(desk.client.post(f"/child/{child.uid}/print/?sort=seen"))
    assert "cheerful" in found
    assert "No coat." not in found


def test_it_is_chosen_by_presets_and_the_print_says_which_part_it_is(desk, child):
    old = desk.now.replace(year=desk.now.year - 3)
    lead = factories.viewer(desk.where, Role.DSL, now=old)
    factories.send_concern(lead, child, account="Long ago.", now=old)
    factories.send_concern(desk.viewer, child, account="Just now.", now=desk.now)
    path = f"/child/{child.uid}/print/"
    cover = page_text(desk.open(path))
    for preset in ("Everything", "This term, since", "The last 12 months, since"):
        assert preset in cover
    assert "This is only what was asked for" not in printed(desk, child)
    for part in ("?period=year", "?since=1/1/2026"):
        made = page_text(desk.client.post(path + part, {}))
        assert "Just now." in made
        assert "Long ago." not in made
        assert "This is only what was asked for: since" in made
    assert "Long ago." in printed(desk, child)


def test_it_is_a_table_with_an_entry_in_each_row(desk, child):
    for number in range(3):
        factories.send_concern(desk.viewer, child, account=f"Number {number}.")
    made = printed(desk, child)
    assert made.count('<td class="govuk-table__cell paper__when">') == 3
    assert "<article" not in made
