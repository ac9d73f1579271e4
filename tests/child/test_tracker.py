"""Tests the tracker: which children stand in it, what a row says, who sees what, what it costs."""

import csv
import io
from datetime import timedelta
from html import unescape

import pytest

from concerns.child import queries
from concerns.models import ComingMeetingAnswers, LedgerLine
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories, homes
from tests.audit.conftest import look, text
from tests.counting import list_statements
from tests.deciding import decide_concern

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE = "/child/tracker/"


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, who=factories.person(where, Role.DSL, name="Dee Lead"))


def child(where, surname, **more):
    return factories.child(where, "Ann", surname, **more)


def concern_about(lead, *children, state=State.TAKEN, **more):
    return factories.concern_at(state, where=lead.school, lead=lead, children=children, **more)


def listed(viewer, asked="") -> list[str]:
    """The surnames that the tracker lists, in its order."""
    page = text(viewer, PAGE + asked)
    rows = page.split('<th scope="row"')[1:]
    names = [row.split("</a>")[0].rsplit(">", 1)[1] for row in rows]
    return [name.removeprefix("Ann ") for name in names]


def row_of(viewer, asked="") -> str:
    """The words of the one row."""
    page = text(viewer, PAGE + asked)
    (row,) = page.split('<tr class="govuk-table__row">')[2:]
    return " ".join(unescape(row).split())


def test_a_child_with_a_status_alone_is_listed_until_it_ends(lead, where):
    one = child(where, "Stone")
    child(where, "Quiet")
    status = homes.add_status(lead, one, "ehcp")
    assert listed(lead) == ["Stone"]
    assert "EHCP" in row_of(lead)
    homes.end_line(lead, one, status)
    assert listed(lead) == []


def test_a_child_with_an_open_concern_is_listed_until_it_is_closed(lead, where):
    concern_about(lead, child(where, "Open"))
    concern_about(lead, child(where, "Shut"), state=State.CLOSED)
    assert listed(lead) == ["Open"]


def test_a_child_who_is_only_also_involved_is_listed_and_said_to_be(lead, where):
    about, also = child(where, "About"), child(where, "Also")
    concern = concern_about(lead, about)
    concern.children.create(school=where, child=also, part="involved")
    assert sorted(listed(lead)) == ["About", "Also"]
    assert text(lead, PAGE).count("(also involved)") == 1


def test_a_child_who_is_watched_is_listed_and_said_to_be(lead, where):
    one = child(where, "Watched")
    homes.end_line(lead, one, homes.add_status(lead, one))
    assert "On a watch" in row_of(lead, "?why=watch")
    assert listed(lead, "?why=referral") == []


def test_a_child_with_an_open_referral_is_listed_and_it_says_to_whom(lead, where):
    decide_concern(lead, concern_about(lead, child(where, "Referred")), Route.SOCIAL_CARE)
    concern_about(lead, child(where, "Other"))
    assert listed(lead, "?why=referral") == ["Referred"]
    assert "Referral: children's social care" in row_of(lead, "?why=referral")


def test_a_row_says_who_leads_the_category_and_how_many_steps_are_open_and_late(lead, where):
    concern = concern_about(lead, child(where, "Full"), categories=("neglect",))
    later = factories.viewer(where, Role.DSL, who=lead.person, now=lead.now + 10 * DAY)
    row = row_of(later)
    for words in ("Dee Lead", "Neglect", concern.reference, "1 open", "1 late", "school days late"):
        assert words in row
    triage.sort(by=lead, concern=concern, categories=("housing",), why="Rent.", now=lead.now)
    row = row_of(lead)
    assert "Housing" in row
    assert "Neglect" not in row
    assert "late" not in row


def test_a_row_says_of_an_open_concern_in_no_category_that_it_is_not_sorted_yet(lead, where):
    concern = concern_about(lead, child(where, "Plain"))
    row = row_of(lead)
    assert concern.reference in row
    assert "Not sorted yet" in row
    assert "No concern is open" not in row


def test_a_row_says_the_social_worker_and_when_the_child_was_last_seen_and_heard_alone(lead, where):
    one = child(where, "Seen")
    homes.add_status(lead, one, "plan", category="neglect")
    homes.add_social_worker(lead, one)
    row = row_of(lead)
    assert "Ann Hart" in row
    assert "01632 960301" in row
    assert "Not written down" in row
    homes.record_seen(lead, one, at=lead.now - DAY)
    homes.record_seen(lead, one, how="alone", at=lead.now - 8 * DAY)
    row = row_of(lead)
    assert "2 Nov 2026" in row
    assert "26 Oct 2026" in row


def test_the_next_meeting_is_said_at_its_own_time_wherever_it_was_moved_to(lead, where):
    concern = concern_about(lead, child(where, "Met"))
    coming = ComingMeetingAnswers("core_group", lead.now + 5 * DAY, "Hall", lead.person)
    made = refer.plan_meeting(by=lead, concern=concern, coming=coming, now=lead.now)
    assert "Core group" in row_of(lead)
    assert "8 Nov 2026, 10:00" in row_of(lead)
    refer.change_meeting(
        by=lead, coming=made, begins_at=lead.now + 7 * DAY, why="Ill.", now=lead.now
    )
    assert "10 Nov 2026, 10:00" in row_of(lead)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("?status=plan", ["Plan"]),
        ("?status=ehcp", []),
        ("?why=status", ["Plan"]),
        ("?why=concern", ["Housed", "Hungry"]),
        ("?category=neglect", ["Hungry"]),
        ("?category=housing", ["Housed"]),
        ("?lead=nobody", ["Housed"]),
        ("?group=year:Year+1", ["Hungry"]),
        ("?group=class:4B", ["Housed", "Plan"]),
        ("?category=neglect&lead=nobody", []),
        ("?why=late", []),
    ],
)
def test_each_filter_narrows_and_they_combine(lead, where, asked, found):
    homes.add_status(lead, child(where, "Plan"), "plan", category="neglect")
    hungry = child(where, "Hungry", year="Year 1", class_name="1A")
    concern_about(lead, hungry, categories=("neglect",))
    concern_about(lead, child(where, "Housed"), state=State.WAITING, categories=("housing",))
    assert sorted(listed(lead, asked)) == found


def test_the_filter_offers_this_schools_classes_and_holders_and_drops_what_it_does_not_know(
    lead, where
):
    concern_about(lead, child(where, "One"))
    factories.child(factories.school(), class_name="9Z")
    page = text(lead, PAGE + "?status=made-up")
    assert ">Class 4B</option>" in page
    assert "Class 9Z" not in page
    assert f'<option value="{lead.person.uid}">Dee Lead</option>' in page
    assert "was not understood" in page


def test_the_orders(lead, where):
    seen, late, plan = child(where, "Cee"), child(where, "Bee"), child(where, "Ay", year="Year 10")
    homes.add_status(lead, plan, "plan", category="neglect")
    homes.add_status(lead, seen, "ehcp")
    homes.record_seen(lead, seen)
    homes.record_seen(lead, late, at=lead.now - DAY)
    concern_about(lead, late)
    assert listed(lead)[0] == "Bee"
    assert listed(lead, "?order=child") == ["Ay", "Bee", "Cee"]
    assert listed(lead, "?order=status") == ["Ay", "Cee", "Bee"]
    assert listed(lead, "?order=seen") == ["Ay", "Bee", "Cee"]
    assert listed(lead, "?order=group") == ["Bee", "Cee", "Ay"]


@pytest.mark.parametrize("order", ["due", "status", "child", "group", "seen"])
def test_pages_follow_each_other_without_a_gap_in_every_order(lead, where, order, monkeypatch):
    monkeypatch.setattr("concerns.child.queries.TRACKED_AT_ONCE", 3)
    for number in range(8):
        one = child(where, f"Name{number % 4}", year=f"Year {number % 3 + 9}")
        homes.add_status(
            lead, one, ("ehcp", "plan")[number % 2], category=("", "neglect")[number % 2]
        )
        if number % 3 == 0:
            homes.record_seen(lead, one)
            concern_about(lead, one)
    whole = text(lead, f"/child/tracker/print/?order={order}").split('<th scope="row"')[1:]
    paged, asked = [], f"?order={order}"
    while asked:
        page = text(lead, PAGE + asked)
        paged += page.split('<th scope="row"')[1:]
        more = [part for part in page.split('href="?')[1:] if "after=" in part.split('"')[0]]
        asked = "?" + unescape(more[0].split('"')[0]) if more else ""
    names = [" ".join(row.split("</th>")[0].split()) for row in whole]
    assert len(names) == len(paged) == 8
    for name, row in zip(names, paged, strict=True):
        assert name.split("Ann ")[1].split("<")[0].strip() in " ".join(row.split())


def test_a_child_one_is_family_to_is_not_listed(lead, where):
    one = child(where, "Own")
    concern_about(lead, one)
    homes.add_status(lead, one, "ehcp")
    factories.relate_to_child(lead.person, one)
    assert listed(lead) == []


def test_a_concern_one_is_kept_out_of_adds_nothing_to_the_row(lead, where):
    kept, shown = child(where, "Kept"), child(where, "Shown")
    homes.add_status(lead, shown, "ehcp")
    other = factories.viewer(where, Role.DEPUTY)
    for one in (kept, shown):
        concern = concern_about(other, one, categories=("neglect",))
        triage.exclude(by=other, concern=concern, person=lead.person, why="Named.", now=lead.now)
    assert listed(lead) == ["Shown"]
    row = row_of(lead)
    assert "0 open" in row
    assert concern.reference not in row
    assert "Neglect" not in row


def test_another_schools_children_are_not_listed(lead):
    elsewhere = factories.viewer(factories.school(), Role.DSL)
    concern_about(elsewhere, child(elsewhere.school, "Far"))
    homes.add_status(elsewhere, child(elsewhere.school, "Away"), "ehcp")
    assert listed(lead) == []


def test_the_record_names_the_children_and_the_concerns_shown(lead, where):
    one = child(where, "Read")
    concern = concern_about(lead, one)
    text(lead, PAGE)
    line = LedgerLine.objects.filter(kind=Kind.LISTED).latest("id")
    assert str(one.uid) in line.body
    assert str(concern.uid) in line.body
    for page in ("print/", "csv/"):
        b"".join(look(lead, PAGE + page))
        line = LedgerLine.objects.latest("id")
        assert (line.kind, str(one.uid) in line.body) == (Kind.EXPORTED, True)


def test_the_print_names_who_printed_it_and_leads_nowhere(lead, where):
    one = child(where, "Paper")
    concern_about(lead, one)
    page = text(lead, PAGE + "print/")
    assert "by Dee Lead" in page
    assert "Ann Paper" in page
    assert f"/child/{one.uid}/" not in page


def test_the_file_holds_a_row_for_each_child_and_no_formula(lead, where):
    one = child(where, "Sheet")
    homes.add_status(lead, one, "plan", category="neglect")
    homes.add_social_worker(lead, one, name='=HYPERLINK("https://evil.example")')
    answer = look(lead, PAGE + "csv/?status=plan")
    assert answer["Content-Disposition"] == 'attachment; filename="tracker-on-2026-11-03.csv"'
    head, row = csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    found = dict(zip(head, row, strict=True))
    assert found["Child"] == "Ann Sheet"
    assert found["Status"] == "CP plan: neglect"
    assert found["Social worker"].startswith("'=HYPERLINK")


def test_a_long_file_is_read_and_recorded_in_pieces(lead, where, monkeypatch):
    monkeypatch.setattr(queries, "CSV_PIECE", 2)
    children = [child(where, f"Name{number}") for number in range(5)]
    for one in children:
        homes.add_status(lead, one, "ehcp")
    exported = LedgerLine.objects.filter(kind=Kind.EXPORTED)
    answer = look(lead, PAGE + "csv/?order=child")
    # Nothing has been sent yet, and only what is sent first has been read.
    assert exported.count() == 1
    _, *rows = csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert [row[0] for row in rows] == [f"Ann Name{number}" for number in range(5)]
    named = [[str(one.uid) in line.body for one in children] for line in exported.order_by("id")]
    assert [list(one) for one in zip(*named, strict=True)] == [
        [True, False, False],
        [True, False, False],
        [False, True, False],
        [False, True, False],
        [False, False, True],
    ]


def test_a_file_without_children_is_recorded_too(lead):
    _, *rows = csv.reader(io.StringIO(b"".join(look(lead, PAGE + "csv/")).decode("utf-8-sig")))
    assert rows == []
    assert LedgerLine.objects.filter(kind=Kind.EXPORTED).count() == 1


def test_the_tracker_asks_as_much_of_forty_children_as_of_five(lead, where):
    pages = ["", "?order=status", "?order=seen", "?why=late&category=neglect", "print/", "csv/"]

    def fill(count):
        for number in range(count):
            one = child(where, f"Name{number}")
            homes.add_status(lead, one, "ehcp")
            homes.add_social_worker(lead, one)
            homes.record_seen(lead, one, how="alone")
            concern = concern_about(lead, one, categories=("neglect", "housing"))
            if number % 2:
                coming = ComingMeetingAnswers("team", lead.now + 5 * DAY, "Hall", lead.person)
                refer.plan_meeting(by=lead, concern=concern, coming=coming, now=lead.now)
            else:
                triage.sort(
                    by=lead, concern=concern, categories=("eating",), why="So.", now=lead.now
                )

    def count():
        return {
            page: len(list_statements(lambda: b"".join(look(lead, PAGE + page))))  # noqa: B023
            for page in pages
        }

    fill(5)
    count()
    few = count()
    fill(35)
    many = count()
    assert few == many
    assert max(many.values()) <= 16, many
