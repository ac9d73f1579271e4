"""Tests for what a row of the queue says: child, flags, words, category and how many before."""

from datetime import timedelta

import pytest

from concerns.models import Exclusion
from concerns.rules.lifecycle import State
from concerns.rules.words import ChildPart
from concerns.triage import acts as triage
from concerns.triage import views
from tests import factories, homes
from tests.counting import render_view
from tests.factories import NOW
from tests.triage.test_queue import at, rows, waiting

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


def row_of(viewer, concern):
    (row,) = [row for row in rows(viewer) if row.uid == str(concern.uid)]
    return row


def send(where, *children, now=NOW, by=None, **more):
    by = at(by or factories.viewer(where), now)
    return factories.send_concern(by, *children, now=now, **more).concern


def test_a_row_says_the_first_line_of_what_was_written(where, lead):
    child = factories.child(where)
    one = send(where, child, account="\n By the bins again.\nHe ran off when he saw me.")
    other = send(where, child, account="word " * 100)
    assert row_of(lead, one).words == "By the bins again. …"
    assert row_of(lead, other).words == f"{'word ' * 30}…"


def test_words_somebody_told_the_writer_stand_for_an_account(where, lead):
    told = {"account": "", "teller": "Marta", "teller_is": "site", "told_words": "He sleeps in."}
    row = row_of(lead, send(where, factories.child(where), **told))
    assert row.words == "“He sleeps in.”"


def test_a_row_says_the_statuses_of_the_child_it_is_about(where, lead):
    child = factories.child(where)
    involved = factories.child(where)
    homes.add_status(lead, child, "plan", category="neglect")
    homes.add_status(lead, involved, "looked_after")
    send(where, child, involved=(involved,))
    assert [flag.words for flag in rows(lead)[0].flags] == ["CP plan: neglect"]
    assert '<span class="flag flag--risk">CP plan: neglect</span>' in render_view(views.queue, lead)


def test_several_children_of_a_concern_are_all_named(where, lead):
    one = factories.child(where, "Amara", "Okafor", class_name="5K")
    two = factories.child(where, "Ben", "Cole", class_name="")
    third = factories.child(where, "Dee", "Ash", class_name="6A")
    row = row_of(lead, send(where, one, two, involved=(third,)))
    assert (row.name, row.class_name) == ("Amara Okafor", "5K")
    assert row.others == f"and Ben Cole {two.year} with Dee Ash 6A"


def test_the_writers_category_stands_until_a_lead_has_sorted_it(where, lead):
    concern = waiting(where, categories=("neglect", "bullying"))
    none = waiting(where, categories=("unsorted",))
    assert row_of(lead, concern).categories == "Neglect, Bullying, not sorted yet"
    assert row_of(lead, none).categories == "Not sorted yet"
    triage.sort(by=lead, concern=concern, categories=("eating",), why="Read it.", now=NOW)
    assert row_of(lead, concern).categories == "Eating"


def test_the_mark_that_matters_most_is_named(where, lead):
    marks = tuple(factories.MarkSeen(place=place) for place in ("knee", "", "neck"))
    assert row_of(lead, waiting(where, marks=marks)).why == "Read today: mark on the neck"


def test_the_count_is_of_the_year_before_each_concern_and_names_who_wrote(where, lead):
    child = factories.child(where)
    writer = factories.viewer(where)
    send(where, child, now=NOW - 60 * WEEK)
    first = send(where, child, now=NOW - 40 * WEEK, by=writer)
    send(where, factories.child(where), now=NOW - 30 * WEEK, involved=(child,))
    last = send(where, child, now=NOW, by=writer)
    later = at(lead, NOW + WEEK)
    assert row_of(later, first).counted == "2nd in 20 weeks, 2 adults"
    assert row_of(later, last).counted == "3rd in 40 weeks, 2 adults"


def test_closed_concerns_are_counted_and_those_filed_under_the_child_by_mistake_are_not(
    where, lead
):
    child = factories.child(where)
    factories.concern_at(State.CLOSED, where=where, lead=lead, children=(child,))
    wrong = send(where, child)
    (row,) = wrong.children.all()
    triage.refile(
        by=lead, concern=wrong, row=row, to=factories.child(where), why="His twin.", now=NOW
    )
    row.refresh_from_db()
    assert row.part == ChildPart.MOVED
    concern = send(where, child, now=NOW + WEEK)
    assert row_of(at(lead, NOW + WEEK), concern).counted == "2nd in a week, 2 adults"


def test_a_concern_that_its_reader_may_not_see_is_not_counted_for_them(where, lead):
    child = factories.child(where)
    hidden = send(where, child, now=NOW - WEEK)
    concern = send(where, child)
    assert row_of(lead, concern).counted == "2nd in a week, 2 adults"
    Exclusion.objects.create(
        school=where, concern=hidden, person=lead.person, by=lead.person, at=NOW
    )
    assert row_of(lead, concern).counted == "1st in 52 weeks"


def test_a_child_who_is_not_on_the_roll_has_no_count(where, lead):
    concern = send(where, described="a boy in a red coat")
    row = row_of(lead, concern)
    assert (row.name, row.counted, row.flags) == ("Not on the roll: a boy in a red coat", "", ())


def test_everything_in_a_row_is_escaped(where, lead):
    child = factories.child(where, "<b>Amara</b>", "O'Shea & Co", class_name="<5K>")
    send(where, child, account="<script>alert(1)</script>")
    shown = render_view(views.queue, lead)
    assert "&lt;b&gt;Amara&lt;/b&gt; O&#x27;Shea &amp; Co" in shown
    assert "<span>&lt;5K&gt;</span>" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
