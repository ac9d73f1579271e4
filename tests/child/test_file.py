"""Tests for what stands in a child's file, and that a change of it is a new line."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from concerns.child import acts, queries, views
from concerns.doors.act import ActRefused
from concerns.models import EarlierFile, Home, Household, LedgerLine, Sighting, Status, Tie
from concerns.reading import child_file
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories, homes
from tests.counting import render_view
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


def read(viewer, child):
    return child_file.load_child_files(viewer, [child])[0]


def shown(viewer, child):
    return render_view(views.file, viewer, uid=child.uid)


def test_everything_a_telephone_call_asks_for_is_on_the_page_in_its_order(lead, child):
    household = homes.move_to_address(lead, child)
    mother = homes.add_adult(lead, child, household=household)
    homes.add_adult_fact(lead, child, mother, "New partner", since=date(2026, 10, 1))
    homes.add_adult(lead, child, "Ray Byrne", relation="Father", responsibility="not_known")
    homes.add_language(lead, child)
    homes.add_sibling(lead, child, name="Robin", where="Easton Nursery", born="2023")
    homes.add_status(lead, child, "plan", category="neglect")
    homes.add_social_worker(lead, child)
    homes.add_social_worker(lead, child, "Dr Osei", profession="gp")
    homes.add_earlier_file(lead, child)
    homes.record_seen(lead, child, "alone", "She drew her house.")
    text = shown(lead, child)
    order = (
        "Aoife Byrne", "17 May 2017", "4 Mill Lane, Easton", "07700 900123", "New partner",
        "1 October 2026", "Ray Byrne", "Polish", "An interpreter is needed", "Robin",
        "Easton Nursery", "Child protection plan: neglect", "Ann Hart", "Dr Osei", "01632 960001",
        "01632 960002", ">101<", "Hill School, Easton", "She drew her house.",
    )  # fmt: skip
    assert [said for said in order if said not in text] == []
    where_said = [text.index(said, text.index("<dl")) for said in order]
    assert where_said == sorted(where_said)


def test_reading_a_file_is_a_line_of_its_own_about_the_child(lead, child):
    shown(lead, child)
    line = LedgerLine.objects.get(kind=Kind.FILE)
    assert (line.about, line.actor) == (str(child.uid), lead.person)


def test_a_move_ends_the_home_before_and_takes_along_who_moved(where, lead, child):
    sister = factories.child(where, surname="Byrne")
    old = homes.move_to_address(lead, child)
    mother = homes.add_adult(lead, child, household=old)
    homes.add_sibling(lead, child, sister, household=old)
    more = {"leaving": True, "children": [sister], "adults": [mother]}
    new = homes.move_to_address(lead, child, "9 Hill Road", since=date(2026, 10, 5), **more)
    for one in (child, sister):
        (address,) = read(lead, one).addresses
        assert address.home.household == new
        assert [adult.adult for adult in address.adults] == [mother]
    ended = Home.objects.get(child=child, household=old)
    assert (ended.until, ended.ended_by) == (date(2026, 10, 5), lead.person)


def test_a_child_may_have_two_homes(lead, child):
    homes.move_to_address(lead, child)
    homes.move_to_address(lead, child, "9 Hill Road")
    assert len(read(lead, child).addresses) == 2


def test_what_an_adult_is_to_one_child_is_not_taken_for_another(where, lead, child):
    brother = factories.child(where, surname="Byrne")
    household = homes.move_to_address(lead, child, children=[brother])
    homes.add_adult(lead, child, household=household, relation="Stepfather")
    (theirs,) = read(lead, brother).addresses[0].adults
    assert theirs.tie is None
    assert "their relation to this child is not recorded" in shown(lead, brother)
    assert read(lead, brother).responsible_adults == []


def test_a_change_of_responsibility_is_a_new_row_and_the_old_one_stays(lead, child):
    mother = homes.add_adult(lead, child)
    told = {"relation": "Mother", "responsibility": "no", "since": date(2026, 10, 1)}
    acts.tie(by=lead, child=child, adult=mother, once=uuid.uuid4(), now=NOW, **told)
    old, new = Tie.objects.order_by("id")
    assert (old.responsibility, old.until) == ("yes", date(2026, 10, 1))
    assert (new.responsibility, new.ended_at) == ("no", None)


def test_brothers_and_sisters_here_are_known_from_either_side(where, lead, child):
    half = factories.child(where, "Half")
    at_home = factories.child(where, "Home")
    homes.add_sibling(lead, child, half)
    homes.move_to_address(lead, child, children=[at_home])
    assert set(read(lead, child).siblings_here) == {half, at_home}
    assert read(lead, half).siblings_here == [child]
    assert read(lead, at_home).siblings_here == [child]


def test_a_brother_the_reader_may_not_see_is_not_named(where, lead, child):
    brother = factories.child(where, "Hidden", "Byrne")
    homes.add_sibling(lead, child, brother)
    factories.relate_to_child(lead.person, brother)
    assert read(lead, child).siblings_here == []
    assert "Hidden" not in shown(lead, child)


def test_a_relative_of_the_child_reads_and_writes_nothing(lead, child):
    factories.relate_to_child(lead.person, child)
    with pytest.raises(Http404):
        queries.read_child_file(lead, child.uid)
    with pytest.raises(Http404):
        homes.add_status(lead, child)
    assert not Status.objects.exists()


def test_a_lead_of_another_school_writes_nothing(child):
    with pytest.raises(Http404):
        homes.add_status(factories.viewer(factories.school(), Role.DSL), child)


def test_an_ended_status_stays_with_why_and_what_the_school_thinks(lead, child):
    row = homes.add_status(lead, child, "plan", category="neglect")
    told = {"why": "Stepped down.", "view_ended": "Too soon.", "until": date(2026, 11, 2)}
    homes.end_line(lead, child, row, **told)
    found = read(lead, child)
    assert (found.statuses, found.ended_statuses) == ([], [row])
    text = shown(lead, child)
    assert "7 September 2026 to 2 November 2026" in text
    assert "Too soon." in text


def test_what_has_ended_cannot_be_ended_again(lead, child):
    row = homes.add_language(lead, child)
    homes.end_line(lead, child, row)
    with pytest.raises(ActRefused):
        homes.end_line(lead, child, row)


@pytest.mark.parametrize("until", [date(2026, 9, 1), date(2026, 11, 4)])
def test_nothing_ends_before_it_began_or_on_a_day_to_come(lead, child, until):
    row = homes.add_status(lead, child)
    with pytest.raises(ActRefused):
        homes.end_line(lead, child, row, until=until, view_ended="Yes.")


def test_nothing_begins_on_a_day_to_come(lead, child):
    with pytest.raises(ActRefused):
        homes.add_status(lead, child, since=NOW.date() + DAY)


def test_a_form_pressed_twice_writes_one_line(lead, child):
    said = {"kind": "channel", "decided_by": "The panel"}
    for _ in range(2):
        acts.write(by=lead, child=child, model=Status, once=uuid.UUID(int=7), said=said, now=NOW)
        homes_once = {"address": "4 Mill Lane", "once": uuid.UUID(int=7)}
        acts.move(by=lead, child=child, now=NOW, **homes_once)
    assert (Status.objects.count(), Household.objects.count()) == (1, 1)


def test_nobody_is_their_own_brother(lead, child):
    with pytest.raises(ActRefused):
        homes.add_sibling(lead, child, child)


def test_the_database_refuses_a_plan_without_its_category(lead, child):
    with pytest.raises(IntegrityError), transaction.atomic():
        homes.add_status(lead, child, "plan")


def test_an_earlier_file_is_late_after_ten_school_days_and_until_somebody_signs(where, lead, child):
    row = homes.add_earlier_file(lead, child)
    homes.add_file_event(lead, child, row, "received", "By courier")
    before = factories.viewer(where, Role.DSL, now=NOW + 13 * DAY)
    after = factories.viewer(where, Role.DSL, now=NOW + 15 * DAY)
    assert (
        read(before, child).unread_earlier_file.late,
        read(after, child).unread_earlier_file.late,
    ) == (
        "",
        "1 school hour late",
    )
    assert "nobody has read it yet" in shown(after, child)
    homes.end_line(after, child, row, "Two years of concerns.", ended_how="read")
    assert read(after, child).unread_earlier_file is None
    assert f"Read by {after.person.name}" in shown(after, child)


def test_one_earlier_file_is_expected_at_a_time(lead, child):
    homes.add_earlier_file(lead, child)
    with pytest.raises(ActRefused):
        homes.add_earlier_file(lead, child)
    assert EarlierFile.objects.count() == 1


def test_last_seen_and_last_heard_alone_are_the_newest_by_when_they_happened(lead, child):
    homes.record_seen(lead, child, "alone", "First.", at=NOW - 3 * DAY)
    homes.record_seen(lead, child, "saw", "Then.", at=NOW - DAY)
    homes.record_seen(lead, child, "spoke", "Written late.", at=NOW - 2 * DAY)
    found = read(lead, child)
    assert (found.seen.words, found.alone.words) == ("Then.", "First.")


def test_any_member_of_staff_says_they_saw_a_child_even_one_of_their_own_family(where, child):
    staff = factories.viewer(where)
    factories.relate_to_child(staff.person, child)
    homes.record_seen(staff, child, "spoke")
    assert Sighting.objects.get().by == staff.person
    assert LedgerLine.objects.get(kind=Kind.SIGHTED).actor == staff.person


def test_a_child_is_not_seen_in_the_future(lead, child):
    with pytest.raises(ActRefused):
        homes.record_seen(lead, child, at=NOW + DAY)
