"""Tests for what is shown beside a concern: the child's file, brothers and sisters."""

from datetime import timedelta

import pytest

from concerns.models import Concern, Exclusion
from concerns.reading.child_story import CHILD_SHOWN
from concerns.rules.child_file_vocabulary import UNREAD_FILE_FLAG
from concerns.rules.roles import Role
from concerns.triage import queries, views
from tests import factories, homes
from tests.counting import list_statements, render_view
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# One for each kind of row of a concern; two are its sortings and its meetings to come.
MOST_STATEMENTS = 48


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, now=NOW + DAY)


@pytest.fixture
def family(where, lead):
    """A child with a brother here, and what was written about him."""
    child = factories.child(where, surname="Ash")
    brother = factories.child(where, "Bran", "Ash")
    homes.move_to_address(lead, child, children=[brother])
    return child, brother, factories.send_concern(factories.viewer(where), brother).concern


def concern_about(where, *children):
    return factories.send_concern(factories.viewer(where), *children).concern


def shown(viewer, concern):
    return render_view(views.read, viewer, uid=concern.uid)


def test_what_was_written_of_a_brother_stands_beside_a_concern(where, lead, family):
    child, brother, his = family
    concern = concern_about(where, child)
    (story,) = queries.read_concern_page(lead, concern.uid)["stories"]
    assert [(one.child, [each.concern for each in one.earlier]) for one in story.siblings] == [
        (brother, [his])
    ]
    text = shown(lead, concern)
    assert his.reference in text
    assert "Bran Ash" in text


def test_what_stands_beside_a_concern_is_shown_as_it_was_typed(where, lead):
    child = factories.child(where)
    pat = factories.viewer(where, who=factories.person(where, name="<i>Pat</i>"))
    factories.send_concern(pat, child, account="<b>Thin</b> & cold", marks=(factories.body_mark(),))
    text = shown(lead, concern_about(where, child))
    # In the row, and in the words to which it opens.
    assert text.count("&lt;b&gt;Thin&lt;/b&gt; &amp; cold") == 2
    assert text.count("&lt;i&gt;Pat&lt;/i&gt;") == 2
    assert "Mark: " in text
    assert "<b>Thin" not in text
    assert "<i>Pat" not in text


def test_what_is_older_than_twelve_months_is_not_there(where, lead, family):
    child, brother, _ = family
    old = factories.send_concern(lead, brother, now=NOW - timedelta(days=400)).concern
    assert old.reference not in shown(lead, concern_about(where, child))


def test_of_a_brother_only_what_the_reader_may_see_is_there(where, lead, family):
    child, brother, his = family
    concern = concern_about(where, child)
    told = {"school": where, "concern": his, "by": lead.person, "at": NOW}
    Exclusion.objects.create(person=lead.person, **told)
    assert his.reference not in shown(lead, concern)
    other = factories.viewer(where, Role.DEPUTY, now=lead.now)
    factories.relate_to_child(other.person, brother)
    text = shown(other, concern)
    assert his.reference not in text
    assert "Bran" not in text


def test_a_concern_about_both_is_told_once(where, lead, family):
    child, brother, _ = family
    both = concern_about(where, child, brother)
    concern = concern_about(where, child)
    assert shown(lead, concern).count(both.reference) == 1


def test_a_brother_it_is_about_too_has_his_own_story_and_no_other(where, lead, family):
    child, brother, his = family
    both = concern_about(where, child, brother)
    stories = queries.read_concern_page(lead, both.uid)["stories"]
    assert [one.siblings for one in stories] == [[], []]
    assert shown(lead, both).count(his.reference) == 1


def flagged_unread(lead):
    """The uids of the queue's rows that say that an earlier school's file is unread."""
    return [
        row.uid for row in queries.read_queue_page(lead, {}).rows if UNREAD_FILE_FLAG in row.flags
    ]


def test_an_unread_earlier_file_is_red_in_the_queue_and_on_the_concern(where, lead):
    child = factories.child(where)
    concern = concern_about(where, child)
    concern_about(where, factories.child(where))
    assert flagged_unread(lead) == []
    file = homes.add_earlier_file(lead, child)
    assert flagged_unread(lead) == [str(concern.uid)]
    assert "nobody has read it" in shown(lead, concern)
    homes.end_line(lead, child, file, "Two years of it.", ended_how="read")
    assert flagged_unread(lead) == []
    assert "nobody has read it" not in shown(lead, concern)


def test_statuses_and_when_the_child_was_last_seen_stand_there(where, lead):
    child = factories.child(where)
    concern = concern_about(where, child)
    assert "Nobody has recorded hearing them alone" in shown(lead, concern)
    homes.add_status(lead, child, "plan", category="neglect")
    homes.record_seen(lead, child, "alone", "She was cheerful.")
    text = shown(lead, concern)
    for said in ("Child protection plan: neglect", "Last heard alone", "She was cheerful."):
        assert said in text


def test_it_costs_the_same_however_many_brothers_and_sisters_there_are(where, lead, family):
    child, _, _ = family
    concern = concern_about(where, child)
    homes.write_whole_file(lead, child)

    def add_siblings(number: int) -> None:
        for _ in range(number):
            other = factories.child(where, surname="Ash")
            homes.add_sibling(lead, child, other)
            factories.send_concern(lead, other, marks=(factories.body_mark(),))

    add_siblings(1)
    shown(lead, concern)
    few = list_statements(lambda: shown(lead, concern))
    add_siblings(3)
    assert Concern.objects.count() == 6
    many = list_statements(lambda: shown(lead, concern))
    assert len(few) == len(many) <= MOST_STATEMENTS, len(many)


def test_what_stands_beside_is_narrowed_to_a_category(where, lead):
    child = factories.child(where)
    writer = factories.viewer(where)
    hungry, away, asked = (
        factories.send_concern(writer, child, categories=(category,)).concern
        for category in ("neglect", "absence", "absence")
    )
    page = queries.read_concern_page(lead, asked.uid, "Neglect")
    assert [[one.concern for one in story.earlier] for story in page["stories"]] == [[hungry]]
    assert page["story_filter"].labels == ["Absence", "Neglect"]
    text = render_view(views.read, lead, "/?about=Neglect", uid=asked.uid)
    assert '<option value="Neglect" selected>' in text
    assert away.reference not in text


@pytest.mark.parametrize("asked", ["", "Nonsense"])
def test_what_nobody_filed_leaves_everything_beside_it(where, lead, asked):
    child = factories.child(where)
    writer = factories.viewer(where)
    *_, last = (
        factories.send_concern(writer, child, categories=(category,)).concern
        for category in ("neglect", "absence", "neglect")
    )
    (story,) = queries.read_concern_page(lead, last.uid, asked)["stories"]
    assert len(story.earlier) == 2


def test_of_many_the_newest_are_shown_with_how_many_there_are(where, lead):
    child = factories.child(where)
    writer = factories.viewer(where)
    *earlier, last = (
        factories.send_concern(writer, child, now=NOW + timedelta(minutes=number)).concern
        for number in range(CHILD_SHOWN + 2)
    )
    text = shown(lead, last)
    assert earlier[0].reference not in text
    assert earlier[1].reference in text
    assert f"The newest {CHILD_SHOWN} of {CHILD_SHOWN + 1} are shown." in text
