"""Tests that who wrote about an adult is told when an urgent message did not go out."""

from datetime import timedelta

from concerns.adult import acts, views
from concerns.rules.adult_vocabulary import AdultConcernSort
from tests import adults, factories
from tests.counting import list_statements, render_view
from tests.factories import NOW

UNSENT = "has not been sent"
STUCK_AT = NOW + timedelta(minutes=16)


def pages(where, who, concern, now=STUCK_AT):
    """The writer's three pages: the receipt, their own page of the concern, and their list."""
    viewer = factories.viewer(where, who=who.person, now=now)
    ones = [render_view(view, viewer, uid=concern.uid) for view in (views.sent, views.mine)]
    return [*ones, render_view(views.all_mine, viewer)]


def test_after_a_quarter_of_an_hour_each_page_says_in_red_whom_to_go_to(where, writer, harm):
    receipt, own, listed = pages(where, writer, harm)
    for text in (receipt, own):
        said = text[text.index('<p class="govuk-body late">') :].split("</p>")[0]
        assert harm.reference in said
        assert UNSENT in said
        assert "Go and speak to <strong>Hedda Head</strong>" in said
    assert UNSENT in listed


def test_until_then_nothing_is_said(where, writer, harm):
    soon = NOW + timedelta(minutes=15)
    assert UNSENT not in "".join(pages(where, writer, harm, soon))


def test_once_its_reader_has_it_nothing_is_said(where, writer, harm, head):
    acts.take(by=head, concern=harm, now=NOW)
    assert UNSENT not in "".join(pages(where, writer, harm))


def test_what_can_wait_for_the_post_is_not_said(where, writer, head, dan):
    low = adults.send_adult_concern(writer, dan, sort=AdultConcernSort.LOW)
    assert UNSENT not in "".join(pages(where, writer, low))


def test_where_nobody_is_left_to_read_it_the_number_is_rung(where, writer, dan):
    harm = adults.send_adult_concern(writer, dan, sort=AdultConcernSort.HARM)
    receipt, own, _ = pages(where, writer, harm)
    for text in (receipt, own):
        assert "Ring the number below now" in text


def test_it_asks_nothing_more(where, writer, harm, dan):
    low = adults.send_adult_concern(writer, dan, sort=AdultConcernSort.LOW)
    pages(where, writer, low)
    few = len(list_statements(lambda: pages(where, writer, low)))
    assert len(list_statements(lambda: pages(where, writer, harm))) == few
