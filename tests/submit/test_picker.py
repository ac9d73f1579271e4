"""Tests for choosing a child on the form by part of a name."""

import re
from datetime import date

import pytest
from django.db import connection

from concerns.models import Child, Concern, Draft, Enrolment, LedgerLine
from concerns.rules.roles import Role
from tests import factories
from tests.counting import count_sqlite_steps


def found(staff, part):
    return staff.client.post("/submit/children/", {"part": part}).json()


def test_part_of_any_name_finds_a_child(staff, child, where):
    factories.child(where, "Bronwen", "Other")
    for part in ("quill", "ANEU", "  aneurin q", "Quillfeather Aneurin"):
        assert [row["uid"] for row in found(staff, part)["children"]] == [str(child.uid)], part


def test_what_tells_two_of_one_name_apart_is_shown_and_no_more(staff, child):
    assert found(staff, "aneurin")["children"] == [
        {
            "uid": str(child.uid),
            "label": "Aneurin Quillfeather",
            "detail": "Year 4, 4B, 9 years old",
        }
    ]


def test_two_of_one_name_and_class_are_told_apart_by_their_birthday(staff, child, where):
    for day in (1, 2):
        factories.child(where, "Robyn", "Hart", born=date(2017, 5, day))
    details = [row["detail"] for row in found(staff, "robyn")["children"]]
    assert details == [f"Year 4, 4B, 9 years old, born {day} May 2017" for day in (1, 2)]
    assert found(staff, "aneurin")["children"][0]["detail"] == "Year 4, 4B, 9 years old"


@pytest.mark.sqlite_alone
def test_a_picker_reads_the_names_of_one_school_alone(staff, child, where):
    def steps() -> int:
        with count_sqlite_steps() as taken:
            found(staff, "aneurin")
        return taken[0]

    found(staff, "aneurin")
    before = steps()
    for _ in range(5):
        other = factories.school()
        for _ in range(10):
            factories.child(other, "Aneurin", "Quillfeather")
            factories.person(other, name="Somebody Else")
    assert abs(steps() - before) <= before / 10


def test_a_child_known_by_another_name_is_shown_with_both(staff, where):
    factories.child(where, "Alexandra", "Vale", known_as="Sasha")
    assert found(staff, "alexa")["children"][0]["label"] == "Sasha Vale (Alexandra)"
    assert found(staff, "sash")["children"][0]["label"] == "Sasha Vale (Alexandra)"


def test_at_most_twelve_are_offered_and_that_there_are_more_is_said(staff, where):
    for _ in range(13):
        factories.child(where, "Same")
    answer = found(staff, "same")
    assert len(answer["children"]) == 12
    assert answer["more"] is True


def test_nothing_typed_finds_nobody(staff, child):
    for part in ("", "   ", "'", "%", "_", "\0", "q" * 5000):
        assert found(staff, part) == {"children": [], "more": False}, part


def test_nobody_of_another_school_is_offered(staff):
    factories.child(factories.school(), "Elsewhere")
    assert found(staff, "elsewhere")["children"] == []


def test_who_has_left_is_not_offered(staff, child):
    Enrolment.objects.filter(child=child).update(until=factories.NOW.date())
    type(child).objects.filter(pk=child.pk).update(left=factories.NOW.date())
    assert found(staff, "aneurin")["children"] == []


def test_a_lead_picks_whom_the_school_ever_had_and_it_says_when_they_left(client, child, where):
    lead = factories.viewer(where, Role.DSL)
    hers = factories.child(where, "Aneurin", "Ownchild", left=factories.NOW.date())
    factories.relate_to_child(lead.person, hers)
    type(child).objects.filter(pk=child.pk).update(left=factories.NOW.date())
    factories.sign_in(client, lead.person)
    rows = client.post("/submit/children/", {"part": "aneurin"}).json()["children"]
    assert [(row["label"], row["detail"]) for row in rows] == [
        ("Aneurin Quillfeather", "Year 4, 4B, 9 years old, left 3 November 2026")
    ]


def test_a_name_is_never_asked_for_in_an_address(staff):
    assert staff.client.get("/submit/children/?part=aneurin").status_code == 405


def test_picking_from_the_roll_is_not_a_reading(staff, child):
    before = LedgerLine.objects.count()
    found(staff, "aneurin")
    assert LedgerLine.objects.count() == before


def test_without_script_a_search_keeps_everything_and_offers_ticks(staff, child, where):
    chosen = factories.child(where, "Chosen", "Already")
    answers = staff.answers(
        chosen, account="Kept & safe", place="Gate", find="aneurin", do="find", going_home="yes"
    )
    answer = staff.send(answers)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "There is a problem" not in page
    assert "Kept &amp; safe" in page
    assert 'value="Gate"' in page
    assert f'name="draft" value="{answers["draft"]}"' in page
    assert re.search(f'name="child" value="{chosen.uid}" id="[^"]+" checked', page)
    assert re.search(f'name="child" value="{child.uid}"', page)
    assert not Draft.objects.exists()
    assert not Concern.objects.exists()


def test_a_search_that_finds_nobody_says_what_to_do(staff):
    page = staff.send(staff.answers(find="zzz", do="find")).content.decode()
    assert "Nobody matches" in page


def test_a_name_typed_and_not_picked_is_looked_up_when_the_form_is_sent(staff, child):
    answer = staff.send(staff.answers(find="aneurin"))
    assert answer.status_code == 422
    assert f'value="{child.uid}"' in answer.content.decode()


def test_other_children_involved_are_found_the_same_way(staff, child, where):
    friend = factories.child(where, "Friend", "Ofhis")
    page = staff.send(staff.answers(child, find_involved="friend", do="find_involved"))
    assert f'name="involved" value="{friend.uid}"' in page.content.decode()
    answers = staff.answers(child, find_involved="aneu", involved=[str(friend.uid)])
    page = staff.send(answers | {"do": "find_involved"}).content.decode()
    assert re.search(f'name="involved" value="{friend.uid}" id="[^"]+" checked', page)


def test_another_mark_is_one_more_row(staff, child):
    answers = staff.answers(child, **{"mark-0-place": "ear", "mark-0-described": "red"})
    page = staff.send(answers | {"do": "another_mark"}).content.decode()
    assert re.search('value="ear" selected', page)
    assert 'name="mark-1-place"' in page
    assert "There is a problem" not in page


def test_a_name_is_found_by_its_index_in_one_school(where):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table this small is read whole unless that is made to look dear.
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Child.objects.found_by("quill", where).explain()
    assert "name_word_once_in_school" in plan
    begins = r"Index Cond: .*school_id.*word.*quill|school_id=\? AND word>\? AND word<\?"
    assert re.search(begins, plan), plan


@pytest.mark.parametrize("part", ["zz", "ż", "o'b", "ça", "ngu", "9"])
def test_the_last_letters_of_the_alphabet_find_as_well_as_the_first(staff, where, part):
    child = factories.child(where, f"{part}ample", "Other")
    assert [row["uid"] for row in found(staff, part)["children"]] == [str(child.uid)]
