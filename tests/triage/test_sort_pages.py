"""Tests of sorting a concern into categories: by page, by whom, and what then counts it."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from concerns.models import CategorySorting, Concern, LedgerLine, SortedCategory
from concerns.models.concern.category_sorting import ALONE, CHOOSE
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts
from tests import factories
from tests.audit.conftest import look
from tests.desk import Desk, page_text, summary_errors

WHY = "Three times without food this week."


@pytest.fixture
def desk(client, db):
    return Desk(client, factories.school("Larch Hill School"), Role.DSL, name="Dee Lead")


@pytest.fixture
def head(desk):
    who = factories.person(desk.where, Role.HEAD, name="Hal Head")
    return factories.viewer(desk.where, Role.HEAD, who=who, now=desk.now + timedelta(hours=2))


def page(concern: Concern) -> str:
    return f"/triage/{concern.uid}/sort/"


def sort(desk, concern, *categories, why=WHY):
    return desk.press(page(concern), {"categories": list(categories), "why": why})


def audit_text(head, address="/audit/?year=all") -> str:
    return " ".join(page_text(look(head, address)).split())


def test_the_page_of_a_concern_offers_to_sort_it_and_shows_how_it_was_sorted(desk):
    concern = desk.concern(categories=("bullying",))
    read = f"/triage/{concern.uid}/"
    assert page(concern) in page_text(desk.open(read))
    answer = sort(desk, concern, "neglect", "housing")
    assert answer.status_code == 302
    shown = page_text(desk.open(read))
    assert "Sorted into: Neglect; Housing" in " ".join(shown.split())
    assert WHY in shown
    assert "Dee Lead" in shown


def test_a_sorting_is_a_dated_row_with_who_and_why_and_a_line_of_the_ledger(desk):
    concern = desk.concern()
    sort(desk, concern, "neglect")
    made = CategorySorting.objects.get(concern=concern)
    assert (made.by, made.words, made.category_labels) == (desk.viewer.person, WHY, ["Neglect"])
    line = LedgerLine.objects.get(kind=Kind.SORTED)
    assert line.concern == concern.uid


def test_a_later_sorting_replaces_the_earlier_one_and_both_are_kept(desk):
    concern = desk.concern()
    sort(desk, concern, "neglect")
    sort(desk, concern, "housing", why="It is the flat.")
    concern.refresh_from_db()
    assert concern.sorted_category_labels == ["Housing"]
    assert [row.category_labels for row in concern.sortings.order_by("id")] == [
        ["Neglect"],
        ["Housing"],
    ]


def test_what_the_writer_chose_stays_as_written_and_is_shown_apart(desk, head):
    concern = desk.concern(categories=("bullying",))
    sort(desk, concern, "neglect")
    assert concern.category_labels == ["Bullying"]
    shown = " ".join(page_text(desk.open(f"/triage/{concern.uid}/")).split())
    assert "Categories, as the writer chose" in shown
    assert "Sorted by a lead into" in shown
    figures = audit_text(head)
    assert "What the writers chose" in figures
    assert "category=neglect" in figures
    assert "chosen=bullying" in figures
    assert "category=bullying" not in figures


def test_the_audit_shows_what_is_not_yet_sorted_as_work_to_do_with_a_link_to_the_rows(desk, head):
    one = desk.concern(categories=("bullying",))
    other = desk.concern(State.CLOSED)
    assert "2 concerns not sorted into categories yet" in audit_text(head)
    sort(desk, one, "bullying")
    shown = audit_text(head)
    assert "1 concern not sorted into categories yet" in shown
    assert (
        "/audit/rows/?year=all&amp;quiet=10&amp;category=none"
        in look(head, "/audit/").content.decode()
    )
    rows = audit_text(head, "/audit/rows/?year=all&category=none")
    assert other.reference in rows
    assert one.reference not in rows


def test_when_all_are_sorted_the_audit_says_so(desk, head):
    sort(desk, desk.concern(), "neglect")
    assert "Every concern has been sorted into categories" in audit_text(head)


def test_the_rows_and_the_csv_say_what_a_lead_sorted_it_into_and_what_its_writer_chose(desk, head):
    concern = desk.concern(categories=("bullying",))
    sort(desk, concern, "neglect")
    rows = audit_text(head, "/audit/rows/?year=all&category=neglect")
    assert 'Neglect <br><span class="plain">The writer chose: Bullying' in rows
    written = b"".join(look(head, "/audit/csv/?year=all")).decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(written, newline=""))
    assert (line["Categories"], line["Categories the writer chose"]) == ("Neglect", "Bullying")


def test_the_trail_says_who_sorted_it_into_what_and_why(desk, head):
    concern = desk.concern(categories=("bullying",))
    sort(desk, concern, "neglect")
    trail = audit_text(head, f"/audit/concern/{concern.uid}/")
    assert "Sorted it into categories: Neglect" in trail
    assert WHY in trail
    assert "Bullying" in trail


def test_a_closed_concern_can_be_sorted_and_stays_closed(desk):
    concern = desk.concern(State.CLOSED)
    assert page(concern) in page_text(desk.open(f"/triage/{concern.uid}/"))
    sort(desk, concern, "neglect")
    concern.refresh_from_db()
    assert (concern.state, concern.sorted_category_labels) == (State.CLOSED, ["Neglect"])


def row_of(queue: str, concern) -> str:
    """The text of the row of `concern`, from its first to its last reference."""
    return "".join(queue.split(concern.reference)[1:-1])


def test_the_queue_shows_the_categories_and_can_be_narrowed_to_what_is_not_sorted(desk):
    one = desk.concern(categories=("bullying",))
    other = desk.concern(categories=("bullying",))
    sort(desk, one, "neglect")
    desk.open("/triage/")
    queue = page_text(desk.open("/triage/"))
    assert "Neglect" in row_of(queue, one)
    assert "Bullying, not sorted yet" in row_of(queue, other)
    for asked, shown, hidden in [
        ("none", other, one), ("neglect", one, other), ("bullying", other, one),
    ]:  # fmt: skip
        narrowed = page_text(desk.open(f"/triage/?category={asked}"))
        assert shown.reference in narrowed
        assert hidden.reference not in narrowed


def test_the_childs_story_says_what_a_lead_sorted_it_into(desk):
    child = factories.child(desk.where)
    concern = desk.concern(children=(child,), categories=("bullying",))
    sort(desk, concern, "neglect")
    assert "<span>Neglect</span>" in page_text(desk.open(f"/child/{child.uid}/"))


@pytest.mark.parametrize(
    ("categories", "why", "says"),
    [
        ([], WHY, CHOOSE),
        (["cats"], WHY, CHOOSE),
        (["neglect", "unsorted"], WHY, ALONE),
        (["neglect"], "", "Say why these categories fit"),
    ],
)  # fmt: skip
def test_a_sorting_says_what_is_missing(desk, categories, why, says):
    concern = desk.concern()
    answer = sort(desk, concern, *categories, why=why)
    assert answer.status_code == 422
    assert says in summary_errors(answer)
    assert not CategorySorting.objects.exists()


def test_a_lead_may_say_that_none_fits_and_it_is_no_longer_work_to_do(desk, head):
    sort(desk, desk.concern(), "unsorted", why="It is about lost property.")
    shown = audit_text(head)
    assert "None of these fits" in shown
    assert "Every concern has been sorted" in shown


def test_parents_wait_for_advice_once_a_lead_sorts_it_where_telling_them_may_harm(desk):
    concern = desk.concern()
    sort(desk, concern, "sexual")
    assert "advice" in page_text(desk.open(f"/triage/{concern.uid}/decide/")).lower()
    concern.refresh_from_db()
    made = factories.decision_answers(concern, "parents")
    acts.decide(by=desk.viewer, concern=concern, decided=made, now=desk.now + timedelta(hours=1))
    kinds = {step.kind for step in concern.steps.open()}
    assert "seek_advice" in kinds
    assert "speak_to_parents" not in kinds


@pytest.mark.parametrize("model", [CategorySorting, SortedCategory])
@pytest.mark.parametrize("change", ["UPDATE {} SET uid = uid", "DELETE FROM {}"])
def test_the_database_keeps_every_sorting_as_it_was_made(desk, model, change):
    sort(desk, desk.concern(), "neglect")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(model._meta.db_table))


def test_a_page_older_than_the_last_change_is_not_sorted(desk):
    concern = desk.concern()
    carried = desk.carried(page(concern))
    sort(desk, concern, "neglect")
    answer = desk.client.post(page(concern), carried | {"categories": ["housing"], "why": WHY})
    assert answer.status_code == 409
    concern.refresh_from_db()
    assert concern.sorted_category_labels == ["Neglect"]
