"""Tests that a child who lives in another authority has that authority's telephone numbers."""

import json
from datetime import date

import pytest

from concerns.child import acts
from concerns.doors.act import ActRefused
from concerns.models import Authority, HomeAuthority, LedgerLine, LedgerLineWords
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.words import Route
from tests import factories, homes
from tests.deciding import decide_concern
from tests.desk import Desk, page_text, summary_errors
from tests.homes import NUMBERS

pytestmark = pytest.mark.django_db
ANOTHER = {"which": "another", "told_by": "Her mother", "name": "Northshire", **NUMBERS}


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


def at(child, what, row=None, page="write"):
    return f"/child/{child.uid}/{page}/?what={what}" + (f"&row={row.uid}" if row else "")


def read(desk, child):
    return page_text(desk.open(f"/child/{child.uid}/file/"))


def known(name="Northshire"):
    return Authority.objects.create(name=name, **NUMBERS)


def test_of_a_child_without_a_line_it_is_the_schools_own_and_that_is_said(desk, child):
    text = read(desk, child)
    assert "01632 960001" in text
    assert "the school's own, because it is not recorded where the child lives" in text


def test_it_is_written_since_when_and_by_whom_it_was_said(desk, child):
    away = known()
    form = {"which": away.uid, "told_by": "Her mother", "since_day": 1, "since_month": 9,
            "since_year": 2026}  # fmt: skip
    assert desk.press(at(child, "authority"), form).status_code == 302
    text = " ".join(read(desk, child).split())
    assert "</strong>, since 1 September 2026. Said by Her mother." in text
    assert [said for said in NUMBERS.values() if said not in text] == []
    assert "01632 960001" not in text


def test_one_that_is_not_in_the_list_is_added_with_its_numbers_on_record(desk, child):
    assert desk.press(at(child, "authority"), ANOTHER | {"police": ""}).status_code == 302
    added = HomeAuthority.objects.get().authority
    assert {name: getattr(added, name) for name in NUMBERS} == NUMBERS
    line = LedgerLine.objects.get(kind=Kind.NUMBERS_SET)
    assert (line.actor, line.about) == (desk.viewer.person, str(added.uid))
    assert json.loads(LedgerLineWords.objects.get(line=line).words) == NUMBERS


def test_the_newest_line_decides_and_the_one_before_stays(desk, child):
    first = homes.set_authority(desk.viewer, child)
    second = homes.set_authority(desk.viewer, child, known("Eastshire"), since=date(2026, 10, 1))
    first.refresh_from_db()
    assert (first.until, first.ended_by) == (date(2026, 10, 1), desk.viewer.person)
    assert HomeAuthority.objects.not_ended().get() == second
    assert "Eastshire" in read(desk, child)
    assert "Northshire" not in read(desk, child)


def test_when_it_is_so_no_longer_the_schools_own_numbers_are_back(desk, child):
    row = homes.set_authority(desk.viewer, child)
    answer = desk.press(at(child, "authority", row, "end"), {"why": "They moved here."})
    assert answer.status_code == 302
    assert "01632 960001" in read(desk, child)


def test_it_is_in_the_chronology(desk, child):
    homes.set_authority(desk.viewer, child)
    text = page_text(desk.open(f"/child/{child.uid}/chronology/"))
    assert "Home authority: Northshire, said by Her mother" in text


def test_its_numbers_stand_where_a_call_is_made_and_where_it_is_decided(desk, child):
    homes.set_authority(desk.viewer, child)
    concern = desk.concern(children=(child,))
    deciding = f"/triage/{concern.uid}/decide/"
    assert NUMBERS["out_of_hours"] in page_text(desk.open(deciding))
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now)
    calling = page_text(desk.open(f"/refer/{concern.referrals.get().uid}/"))
    assert NUMBERS["out_of_hours"] in calling
    assert "01632 960002" not in calling


def test_a_number_is_put_right_for_every_child_and_the_record_keeps_what_it_was(desk, where, child):
    other = factories.child(where)
    row = homes.set_authority(desk.viewer, child)
    homes.set_authority(desk.viewer, other, row.authority)
    form = NUMBERS | {"out_of_hours": "01632 960999", "told_by": "Their website"}
    path = at(child, "numbers", row.authority)
    assert f'value="{NUMBERS["out_of_hours"]}"' in page_text(desk.open(path))
    assert desk.press(path, form).status_code == 302
    assert "01632 960999" in read(desk, other)
    line = LedgerLine.objects.filter(kind=Kind.NUMBERS_SET).latest("id")
    assert json.loads(line.body)["fields"] == ["out_of_hours"]
    kept = json.loads(LedgerLineWords.objects.get(line=line).words)
    assert kept == {"out_of_hours": "01632 960902, now 01632 960999", "told_by": "Their website"}


def test_only_a_lead_puts_a_number_right(where, child):
    by = factories.viewer(where, Role.OFFICE)
    given = {"child": child, "authority": where.authority, "numbers": NUMBERS, "told_by": "Me"}
    with pytest.raises(ActRefused):
        acts.put_right(by=by, now=by.now, once=child.uid, **given)
    where.authority.refresh_from_db()
    assert where.authority.front_door == "01632 960001"


def test_the_numbers_of_an_authority_the_child_has_no_more_are_not_put_right_here(desk, child):
    assert desk.open(at(child, "numbers", known())).status_code == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"which": ""}, "Choose the authority"),
        ({"told_by": ""}, "Write who said so"),
        ({"name": ""}, "Write the name of the authority"),
        ({"front_door": ""}, "Write the number of its front door"),
        ({"out_of_hours": ""}, "Write the number of its duty team"),
        ({"lado": ""}, "Write the number of its designated officer (LADO)"),
        ({"name": "WESTSHIRE"}, acts.KNOWN),
        ({"lado": "0" * 41}, "Write this in at most 40 characters: one number"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_and_nothing_is_added(desk, child, form, said):
    answer = desk.press(at(child, "authority"), ANOTHER | form)
    assert said in summary_errors(answer)
    assert Authority.objects.count() == 1


def test_numbers_under_an_authority_that_was_chosen_are_never_dropped(desk, where, child):
    answer = desk.press(at(child, "authority"), ANOTHER | {"which": where.authority.uid})
    assert "Choose “Another” as well" in summary_errors(answer)[0]
    assert NUMBERS["front_door"] in page_text(answer)


def test_a_form_pressed_twice_adds_one_authority_and_one_line(desk, child):
    path = at(child, "authority")
    form = desk.carried(path) | ANOTHER | {"once": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}
    assert [desk.client.post(path, form).status_code for _ in range(2)] == [302, 302]
    assert HomeAuthority.objects.get().authority.name == "Northshire"
