"""Tests for the pages on which a child's file is written in: they lose nothing that was typed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from concerns.models import (
    EarlierFile,
    FileEvent,
    Home,
    Language,
    LeadDetail,
    Professional,
    RollCorrection,
    Sibling,
    Sighting,
    Status,
)
from concerns.rules.roles import Role
from tests import factories, homes
from tests.counting import list_statements
from tests.desk import Desk, day_fields, page_text, summary_errors

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 26


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


def at(child, what, row=None, page="write"):
    also = f"&row={row.uid}" if row else ""
    return f"/child/{child.uid}/{page}/?what={what}{also}"


def test_each_line_is_written_by_its_page(desk, child):
    household = homes.move_to_address(desk.viewer, child)
    mother = homes.add_adult(desk.viewer, child, household=household)
    file = homes.add_earlier_file(desk.viewer, child)
    now = timezone.localtime()
    forms = {
        at(child, "address"): {"address": "9 Hill Road", "moved": [mother.uid]},
        at(child, "adult"): {
            "name": "Ray", "relation": "Father", "responsibility": "no", "lives": "elsewhere",
        },
        at(child, "tie", mother): {"relation": "Aunt", "responsibility": "not_known"},
        at(child, "fact", mother): {"kind": "telephone", "words": "07700 900555"},
        at(child, "sibling"): {"name": "Robin", "where": "Easton Nursery"},
        at(child, "status"): {"kind": "looked_after", "decided_by": "The court"},
        at(child, "professional"): {"profession": "gp", "name": "Dr Osei"},
        at(child, "language"): {"language": "Welsh", "interpreter": "no"},
        at(child, "event", file): {
            "stage": "received", **day_fields("done_on", now), "done_at": f"{now:%H:%M}",
        },
    }  # fmt: skip
    answers = {path: desk.press(path, form).status_code for path, form in forms.items()}
    assert set(answers.values()) == {302}, answers
    text = page_text(desk.open(f"/child/{child.uid}/file/"))
    said = ("9 Hill Road", "Ray", "Aunt", "07700 900555", "Robin", "Looked after", "Dr Osei")
    assert [one for one in (*said, "Welsh", "Received") if one not in text] == []
    assert Home.objects.not_ended().count() == 2
    assert FileEvent.objects.get().by == desk.viewer.person


def test_a_number_that_the_roll_lacks_stands_in_the_file_and_the_roll_stays_as_it_is(desk, child):
    wrong = desk.press(at(child, "upn"), {"words": "x"})
    said = "UPN: this is not a valid UPN. Leave it empty if there is none yet."
    assert summary_errors(wrong) == [said]
    assert desk.press(at(child, "upn"), {"words": "a1234567 8901b"}).status_code == 302
    child.refresh_from_db()
    assert child.upn == ""
    assert LeadDetail.objects.get().words == "A12345678901B"
    assert not RollCorrection.objects.exists()


def test_a_detail_written_anew_ends_what_a_lead_wrote_before(desk, child):
    homes.add_detail(desk.viewer, child, words="Catholic")
    desk.press(at(child, "religion"), {"words": "None"})
    text = page_text(desk.open(f"/child/{child.uid}/file/"))
    assert "None" in text
    assert "Catholic" not in text
    assert LeadDetail.objects.count() == 2


def test_each_line_is_ended_by_its_page(desk, child):
    rows = {
        "status": homes.add_status(desk.viewer, child),
        "professional": homes.add_social_worker(desk.viewer, child),
        "earlier": homes.add_earlier_file(desk.viewer, child),
        "language": homes.add_language(desk.viewer, child),
    }
    factories.send_concern(factories.viewer(desk.where), child, now=desk.now)
    asked = {"adult": factories.person(desk.where).uid, "question": "How is Aoife?"}
    status = {"view_ended": "Too soon.", "agreed": "disagree", **asked}
    more = {"status": status, "earlier": {"ended_how": "none"}}
    for what, row in rows.items():
        form = {"why": "So it was said.", **more.get(what, {})}
        assert desk.press(at(child, what, row, "end"), form).status_code == 302
    for model in (Status, Professional, EarlierFile, Language):
        assert model.objects.get().ended_by == desk.viewer.person


def test_an_ending_that_somebody_else_made_meanwhile_is_said_beside_the_form(desk, child):
    row = homes.add_language(desk.viewer, child)
    form = desk.carried(at(child, "language", row, "end")) | {"why": "It is not so."}
    homes.end_line(desk.viewer, child, row)
    answer = desk.client.post(at(child, "language", row, "end"), form)
    assert answer.status_code == 422
    assert "has already been ended" in page_text(answer)
    assert "It is not so." in page_text(answer)


@pytest.mark.parametrize("path", ["write/?what=nothing", "write/", "end/?what=nothing"])
def test_what_is_no_line_is_no_page(desk, child, path):
    assert desk.open(f"/child/{child.uid}/{path}").status_code == 404


@pytest.mark.parametrize("row", ["", "x"])
def test_a_line_that_adds_to_nothing_is_no_page(desk, child, row):
    assert desk.open(f"/child/{child.uid}/write/?what=tie&row={row}").status_code == 404


def test_another_childs_line_is_not_ended_by_this_ones_page(desk, where, child):
    row = homes.add_status(desk.viewer, factories.child(where))
    assert desk.open(at(child, "status", row, "end")).status_code == 404


@pytest.mark.parametrize(
    ("what", "form", "said"),
    [
        ("status", {"kind": "plan", "decided_by": "A."}, "Choose the category of the plan"),
        ("status", {"kind": "ehcp", "category": "neglect", "decided_by": "A."},
         "Choose a category only for a child protection plan"),
        ("sibling", {"where": "Easton"}, "Find them on the roll, or write their name below"),
        ("address", {}, "Write the address, or what you know of it"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_typed_is_lost(desk, child, what, form, said):
    answer = desk.press(at(child, what), form)
    assert answer.status_code == 422
    assert said in summary_errors(answer)
    for typed in form.values():
        assert typed in page_text(answer)


def test_a_day_to_come_is_refused(desk, child):
    ahead = timezone.localdate() + timedelta(days=2)
    form = {"kind": "channel", "decided_by": "The panel", **day_fields("since", ahead)}
    answer = desk.press(at(child, "status"), form)
    assert summary_errors(answer) == ["The day cannot be in the future. Record what is true today."]


def test_a_sister_is_found_on_the_roll_and_shares_the_home(desk, where, child):
    homes.move_to_address(desk.viewer, child)
    sister = factories.child(where, "Saoirse", "Byrne")
    found = desk.press(at(child, "sibling"), {"find": "saoi", "do": "find"})
    assert found.status_code == 200
    assert str(sister.uid) in page_text(found)
    assert not summary_errors(found)
    picked = {"child": sister.uid, "at_home": "on"}
    assert desk.press(at(child, "sibling"), picked).status_code == 302
    assert Sibling.objects.get().other == sister
    assert Home.objects.filter(child=sister).exists()


def test_a_sister_is_picked_or_written_and_not_both(desk, where, child):
    one = factories.child(where)
    other = factories.child(where)
    both = desk.press(at(child, "sibling"), {"child": [one.uid, other.uid]})
    assert "Keep one child only. Add each brother or sister separately" in summary_errors(both)
    named = desk.press(at(child, "sibling"), {"child": one.uid, "name": "Robin"})
    assert named.status_code == 422
    assert not Sibling.objects.exists()


def test_a_form_pressed_twice_makes_one_line(desk, child):
    path = at(child, "language")
    form = desk.carried(path) | {"language": "Welsh", "interpreter": "no"}
    form["once"] = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    assert [desk.client.post(path, form).status_code for _ in range(2)] == [302, 302]
    assert Language.objects.count() == 1


def seeing(child, **more):
    now = timezone.localtime() - timedelta(minutes=1)
    when = {**day_fields("seen_on", now), "seen_at": f"{now:%H:%M}"}
    return {"how": "spoke", "words": "Cheerful.", **when, "child": child.uid, **more}


def test_any_member_of_staff_writes_in_one_line_that_they_saw_a_child(client, where, child):
    staff = Desk(client, where, Role.STAFF)
    assert "/child/seen/" in page_text(staff.open("/submit/"))
    answer = staff.press("/child/seen/", seeing(child))
    assert answer.status_code == 302
    said = page_text(staff.open(answer["Location"]))
    assert "This has been recorded. Thank you." in said
    assert "Byrne" not in said
    assert Sighting.objects.get().words == "Cheerful."


def test_one_child_a_line(client, where, child):
    staff = Desk(client, where, Role.STAFF)
    assert "Find the child you saw" in summary_errors(
        staff.press("/child/seen/", seeing(child) | {"child": ""})
    )
    two = seeing(child) | {"child": [child.uid, factories.child(where).uid]}
    assert "Keep one child only. Record each child separately" in summary_errors(
        staff.press("/child/seen/", two)
    )
    assert not Sighting.objects.exists()


def test_a_name_is_looked_for_without_anything_being_sent(client, where, child):
    staff = Desk(client, where, Role.STAFF)
    found = staff.press("/child/seen/", {"find": "aoif", "words": "Cheerful.", "do": "find"})
    assert "Aoife Byrne" in page_text(found)
    assert "Cheerful." in page_text(found)
    nobody = staff.press("/child/seen/", {"find": "!", "do": "find"})
    assert "Nobody matches" in page_text(nobody)


def test_a_child_of_another_school_is_not_seen_from_here(client, where):
    staff = Desk(client, where, Role.STAFF)
    other = factories.child(factories.school())
    assert staff.press("/child/seen/", seeing(other)).status_code == 422


def test_a_lead_writes_it_from_the_childs_file(desk, child):
    assert desk.press(f"/child/{child.uid}/seen/", seeing(child, how="alone")).status_code == 302
    assert "heard them alone" in page_text(desk.open(f"/child/{child.uid}/file/"))


def test_the_office_says_that_a_child_came_from_another_school_and_is_told_nothing(
    client, where, child
):
    office = Desk(client, where, Role.OFFICE)
    homes.add_earlier_file(factories.viewer(where, Role.DSL), child, where="Known already")
    other = factories.child(where, "Noor", "Hale")
    factories.relate_to_child(office.viewer.person, other)
    assert "/child/arrived/" in page_text(office.open("/roll/"))
    for one in (child, other):
        form = {"child": one.uid, "where": "Hill School"}
        answer = office.press("/child/arrived/", form)
        assert answer.status_code == 302
        said = page_text(office.open(answer["Location"]))
        assert "This has been recorded. Thank you." in said
        assert "already" not in said
    rows = EarlierFile.objects.order_by("id").values_list("child__surname", "by__name")
    assert [surname for surname, _ in rows] == ["Byrne", "Hale"]
    assert "Find the child who came" in summary_errors(
        office.press("/child/arrived/", {"where": "Hill"})
    )
    found = office.press("/child/arrived/", {"find": "noor", "do": "find"})
    assert "Noor Hale" in page_text(found)


def test_the_file_costs_the_same_however_much_stands_in_it(desk, where, child):
    path = f"/child/{child.uid}/file/"
    homes.write_whole_file(desk.viewer, child)
    desk.open(path)
    few = list_statements(lambda: desk.open(path))
    for _ in range(3):
        household = homes.move_to_address(desk.viewer, child)
        homes.add_adult(desk.viewer, child, household=household)
        homes.add_sibling(desk.viewer, child, factories.child(where))
        homes.add_status(desk.viewer, child)
        homes.add_social_worker(desk.viewer, child)
        homes.record_seen(desk.viewer, child)
    many = list_statements(lambda: desk.open(path))
    assert len(few) == len(many) <= MOST_STATEMENTS, many
