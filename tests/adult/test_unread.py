"""Tests that who wrote about an adult is told, on their own pages, of what was not read in time."""

from datetime import timedelta

from concerns.adult import acts, views
from tests import factories
from tests.counting import render_view
from tests.factories import NOW

UNREAD = "nobody has said that they have it"
LATE = NOW + timedelta(days=5)


def pages(where, who, concern, now=LATE):
    """The writer's own page of the concern, and their list."""
    viewer = factories.viewer(where, who=who.person, now=now)
    return render_view(views.mine, viewer, uid=concern.uid), render_view(views.all_mine, viewer)


def test_both_pages_say_so_in_red_and_lead_to_whom_to_find(where, writer, harm):
    for text in pages(where, writer, harm):
        said = text[text.index('<p class="govuk-body late">It should') :].split("</p>")[0]
        assert UNREAD in said
        assert f'href="/adult/sent/{harm.uid}/"' in said


def test_until_its_time_is_over_nothing_is_said(where, writer, harm):
    assert UNREAD not in "".join(pages(where, writer, harm, NOW + timedelta(minutes=1)))


def test_once_its_reader_has_it_nothing_is_said(where, writer, harm, head):
    acts.take(by=head, concern=harm, now=NOW)
    assert UNREAD not in "".join(pages(where, writer, harm))
