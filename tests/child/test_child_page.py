"""Tests what is on a child's page: home, open steps, counts, dense rows and their filters."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from concerns.reading.category_counts import NOT_SORTED
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories, homes
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<li class="timeline__row.*?</li>', re.DOTALL)


@pytest.fixture
def desk(client, where):
    return Desk(client, where, name="Sara Malik")


@pytest.fixture
def child(where):
    return factories.child(where, "Robyn", "Jarvis")


def here(child, query="") -> str:
    return f"/child/{child.uid}/{query}"


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def shown(desk, child, query="") -> str:
    answer = desk.open(here(child, query))
    assert answer.status_code == 200
    return page_text(answer)


def rows(desk, child, query="") -> list[str]:
    return [plain(row) for row in ROW.findall(shown(desk, child, query))]


def test_home_family_and_who_to_ring_stand_above_the_timeline(desk, where, child):
    homes.write_whole_file(desk.viewer, child)
    brother = factories.child(where, "Kai", "Jarvis", class_name="4A")
    homes.add_sibling(desk.viewer, child, brother)
    text = plain(shown(desk, child))
    for said in (
        "Dana Cole, Mother, parental responsibility, 07700 900123",
        "4 Mill Lane, Easton",
        "Kai Jarvis , Year 4, 4A, at this school",
        "Robin, born 2023, Easton Nursery",
        "Child in need (section 17), since 7 September 2026",
        "Ann Hart, Assessment team 01632 960301",
        "Westshire, front door 01632 960001",
        "by Sara Malik: saw them",
        "Heard alone Never recorded",
        "An earlier school's file is expected, and nobody has read it.",
    ):
        assert said in text


def test_what_is_still_to_do_says_whose_it_is_and_how_late(desk, where, child):
    now = timezone.now() - timedelta(days=30)
    lead = factories.viewer(where, Role.DSL, who=desk.viewer.person, now=now)
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, now=now, children=(child,))
    text = plain(shown(desk, child))
    assert re.search(rf"Open now .*Decide {concern.reference} .* late Sara Malik", text)


def test_nothing_to_do_is_said(desk, child):
    assert "Nothing is still to do." in shown(desk, child)


def test_concerns_are_counted_by_category_and_month_in_a_drawing_and_its_table(desk, child):
    first = desk.concern(children=(child,), categories=("neglect", "eating"))
    desk.concern(children=(child,), categories=("neglect",), by=desk.viewer)
    desk.concern(children=(child,))
    triage.sort(
        by=desk.viewer, concern=first, categories=("absence",), why="Away.", now=timezone.now()
    )
    text = shown(desk, child)
    assert "3 concerns, written by 3 adults" in plain(text)
    drawing = plain(re.search(r'<svg class="bars bars--months".*?</svg>', text, re.DOTALL)[0])
    assert "Absence: 1 Neglect: 1" in drawing
    assert f"{NOT_SORTED}: 1" in drawing
    assert "Eating" not in drawing
    month = f"{timezone.localtime(desk.now):%B %Y}"
    assert f"Month Absence Neglect {NOT_SORTED} {month} 1 1 1 Together 1 1 1" in plain(text)


def test_what_the_viewer_may_not_read_is_not_counted(desk, where, child):
    other = factories.child(where)
    factories.relate_to_child(desk.viewer.person, other)
    factories.send_concern(
        factories.viewer(where), child, involved=(other,), categories=("neglect",), now=desk.now
    )
    text = shown(desk, child)
    assert "Neglect:" not in text
    assert rows(desk, child) == []


def test_a_row_is_one_line_and_opens_to_all_its_words(desk, child):
    account = "Three days now, by the bins.\nEating what is left there."
    concern = desk.concern(children=(child,), account=account, categories=("neglect",))
    (row,) = (row for row in ROW.findall(shown(desk, child)) if "by the bins" in row)
    summary = plain(re.search("<summary>(.*?)</summary>", row, re.DOTALL)[1])
    assert summary.endswith("Concern Three days now, by the bins. …")
    assert "Eating what is left there." in row
    assert f"{concern.reference} Being looked at Neglect" in plain(row)


def test_a_row_with_nothing_more_to_say_has_nothing_to_open(desk, child):
    homes.record_seen(desk.viewer, child, words="At the gate, cheerful.")
    (row,) = ROW.findall(shown(desk, child))
    assert "<details" not in row
    assert plain(row).endswith("Seen Saw them At the gate, cheerful. Sara Malik")


def test_kinds_categories_and_days_filter_the_rows_together(desk, child):
    old = desk.now - timedelta(days=800)
    lead = factories.viewer(desk.where, Role.DSL, now=old)
    factories.send_concern(lead, child, account="Long ago.", categories=("neglect",), now=old)
    desk.concern(children=(child,), account="No coat.", categories=("neglect",))
    desk.concern(children=(child,), account="No lunch.", categories=("eating",))
    homes.record_seen(desk.viewer, child, words="At the gate.")
    found = " ".join(rows(desk, child, "?category=neglect"))
    assert "Long ago." in found
    assert "No coat." in found
    assert "No lunch." not in found
    assert "At the gate." not in found
    found = rows(desk, child, "?category=neglect&sort=concern&period=year")
    assert len(found) == 1
    assert "No coat." in found[0]
    day = f"{timezone.localdate() - timedelta(days=30):%Y-%m-%d}"
    assert "Long ago." not in " ".join(rows(desk, child, f"?since={day}"))
    assert "Long ago." in " ".join(rows(desk, child, f"?until={day}"))
    assert len(rows(desk, child, f"?until={day}")) == 1


def test_a_day_that_is_none_is_said_and_everything_shown(desk, child):
    homes.record_seen(desk.viewer, child, words="At the gate.")
    text = shown(desk, child, "?since=yesterday")
    assert "Enter a real date, like 27/3/2026" in text
    assert "At the gate." in text


def test_filters_are_kept_from_page_to_page(desk, child):
    for number in range(51):
        homes.record_seen(desk.viewer, child, at=desk.now - timedelta(hours=number))
    text = shown(desk, child, "?sort=seen")
    older = re.search(r'href="(\?sort=seen&after=[^"#]+)#timeline">Older', text)[1]
    second = shown(desk, child, older)
    assert len(ROW.findall(second)) == 1
    assert "Home and family" not in second
    assert f'href="{here(child)}?sort=seen#timeline">Back to the newest' in second


def test_that_there_are_more_steps_than_are_named_is_said(desk, child, monkeypatch):
    monkeypatch.setattr("concerns.child.queries.MOST_STEPS", 1)
    for _ in range(2):
        desk.concern(children=(child,))
    assert "There are more. Each concern says what is still to do on it." in shown(desk, child)


def test_what_happened_about_a_day_says_so_when_it_is_opened(desk, child):
    desk.concern(
        children=(child,), account="No coat.", happened_on=date(2026, 11, 5), how_sure="about"
    )
    (row,) = (row for row in ROW.findall(shown(desk, child)) if "No coat." in row)
    assert "About 5 November 2026" in row
