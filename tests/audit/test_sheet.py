"""Tests for the CSV of concerns: no name, no word of an account, and what the rows say."""

import csv
import io
from datetime import timedelta

from concerns.models import ConcernChild
from concerns.paper.audit_csv import HEAD
from concerns.refer import acts as refer
from concerns.rules.lifecycle import State
from concerns.rules.words import Route
from tests import factories
from tests.audit.conftest import look, send, text
from tests.deciding import decide_concern


def sheet(viewer, asked="year=all"):
    written = b"".join(look(viewer, f"/audit/csv/?{asked}")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(written, newline="")))


def test_a_line_says_when_what_and_how_long(head, where, lead):
    child = factories.child(where, year="Year 2")
    at = head.now - timedelta(days=1)
    concern = factories.concern_at(
        State.CLOSED,
        where=where,
        lead=lead,
        now=at,
        children=(child,),
        categories=("neglect", "housing"),
        going_home="not_sure",
    )
    assert sheet(head) == [
        {
            "Reference": concern.reference,
            "Came in": "2026-11-02 10:00",
            "Year groups": "Year 2",
            "Children": "1",
            "Categories": "",
            "Categories the writer chose": "Neglect; Housing",
            "Worried about going home": "Not sure",
            "In danger": "No",
            "Where it stands": "Closed",
            "Decided for": Route.SCHOOL_SUPPORT.label,
            "Late": "No",
            "First look": "2026-11-02 10:15",
            "School minutes to first look": "15",
            "Decided": "2026-11-02 10:30",
            "School minutes to decision": "30",
            "Closed": "2026-11-02 11:00",
            "Outcome": "Help is in place and working",
            "Referred to": "",
            "Agency's answer": "",
            "Answered on": "",
        }
    ]


def test_a_line_and_a_row_say_what_each_agency_answered_and_when(head, where, lead):
    at = head.now - timedelta(days=5)
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, now=at)
    decide_concern(lead, concern, Route.SOCIAL_CARE, Route.POLICE, now=at + timedelta(hours=1))
    care, police = concern.referrals.order_by("id")
    if care.route != Route.SOCIAL_CARE:
        care, police = police, care
    send(lead, care, at + timedelta(hours=2))
    said = {"answer": "section_47", "words": "They will visit.", "spoken_to": "Duty worker"}
    day = at + timedelta(days=2)
    refer.hear_back(by=lead, referral=care, happened_at=day, now=at + timedelta(days=3), **said)
    (line,) = sheet(head)
    assert sorted(line["Referred to"].split("; ")) == sorted([care.route_words, police.route_words])
    answers = dict(
        zip(line["Referred to"].split("; "), line["Agency's answer"].split("; "), strict=True)
    )
    days = dict(zip(line["Referred to"].split("; "), line["Answered on"].split("; "), strict=True))
    assert answers[care.route_words] == "Enquiries under section 47"
    assert days[care.route_words] == "2026-10-31"
    assert answers[police.route_words] == "Decided, not sent yet"
    assert days[police.route_words] == "no answer yet"
    page = " ".join(text(head, "/audit/rows/?year=all&route=social_care").split())
    assert "social care: Enquiries under section 47, answered 31 October 2026" in page
    assert "Police: Decided, not sent yet" in page


def test_no_child_no_member_of_staff_and_no_word_of_an_account_is_in_it(head, where, writer, lead):
    child = factories.child(where, "Aneurin", "Quillfeather")
    factories.concern_at(
        State.DECIDED,
        where=where,
        by=writer,
        lead=lead,
        children=(child,),
        account="Wombat",
        now=head.now - timedelta(days=1),
    )
    written = b"".join(look(head, "/audit/csv/?year=all")).decode()
    for word in ("Aneurin", "Quillfeather", writer.person.name, lead.person.name, "Wombat"):
        assert word not in written


def test_a_year_group_that_a_spreadsheet_would_run_is_made_safe(head, where, writer):
    child = factories.child(where, year="=1+1")
    factories.send_concern(writer, child, now=head.now)
    assert ConcernChild.objects.get().year == "=1+1"
    assert sheet(head)[0]["Year groups"] == "'=1+1"


def test_it_holds_just_the_rows_asked_for(head, where):
    waiting = factories.concern_at(State.WAITING, where=where, now=head.now)
    factories.concern_at(State.CLOSED, where=where, now=head.now - timedelta(days=1))
    assert [line["Reference"] for line in sheet(head, "year=all&which=open")] == [waiting.reference]


def test_an_empty_sheet_is_its_head_alone(head):
    written = b"".join(look(head, "/audit/csv/?year=all")).decode("utf-8-sig")
    assert written == ",".join(f'"{name}"' for name in HEAD) + "\r\n"


def test_the_file_is_kept_as_a_sheet_and_its_name_names_nobody(head):
    response = look(head, "/audit/csv/?year=2026")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    told = 'attachment; filename="concerns-2026-on-2026-11-03.csv"'
    assert response["Content-Disposition"] == told
