"""Tests that a writer is told, and to whom to go now, when an urgent message could not be sent."""

from datetime import timedelta

import pytest

from concerns.doors import clock_round, mail
from concerns.models import Notice
from concerns.models.outbox.notice import NoticeEnding
from concerns.rules.roles import Role
from concerns.submit import views
from concerns.triage import acts as triage
from tests import factories
from tests.counting import list_statements, render_view
from tests.factories import NOW

UNSENT = "has not been sent"
STUCK_AT = NOW + timedelta(minutes=16)


@pytest.fixture
def lead(where):
    return factories.person(where, Role.DSL, name="Lee Lead")


@pytest.fixture
def writer(where, lead):
    return factories.person(where, name="Wyn Writer")


@pytest.fixture
def urgent(where, writer, child):
    """Written at ten and urgent today; the clock stands still, and nothing is sent."""
    by = factories.viewer(where, who=writer)
    return factories.send_concern(by, child, going_home="yes").concern


def home(where, who, now=STUCK_AT):
    return render_view(views.home, factories.viewer(where, who=who, now=now), "/submit/")


def receipt(where, who, concern, now=STUCK_AT):
    return render_view(views.sent, factories.viewer(where, who=who, now=now), uid=concern.uid)


def own(where, who, concern, now=STUCK_AT):
    return render_view(views.mine, factories.viewer(where, who=who, now=now), uid=concern.uid)


def red(text):
    return next(part for part in text.split('<p class="govuk-body late">') if UNSENT in part)


def test_after_a_quarter_of_an_hour_each_page_says_in_red_whom_to_go_to(where, writer, urgent):
    one = (where, writer, urgent)
    for text in (home(where, writer), receipt(*one), own(*one)):
        said = red(text).split("</p>")[0]
        assert urgent.reference in said
        assert "Go and speak to <strong>Lee Lead</strong>" in said


def test_until_then_nothing_is_said(where, writer, urgent):
    soon = NOW + timedelta(minutes=15)
    assert UNSENT not in home(where, writer, soon) + receipt(where, writer, urgent, soon)


def test_what_went_out_is_not_said(where, writer, urgent):
    clock_round.run_reminder_round(NOW)
    assert Notice.objects.get().ended == NoticeEnding.SENT
    assert UNSENT not in home(where, writer) + receipt(where, writer, urgent)


def test_what_the_mail_server_would_not_take_is_said(where, writer, urgent, settings):
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"
    clock_round.run_reminder_round(NOW)
    mail.send_due_letters(STUCK_AT)
    assert UNSENT in red(home(where, writer))
    assert UNSENT in red(receipt(where, writer, urgent))


def test_once_a_lead_has_it_nothing_is_said(where, lead, writer, urgent):
    triage.take(by=factories.viewer(where, Role.DSL, who=lead), concern=urgent, now=NOW)
    assert Notice.objects.get().ended_at is None
    assert UNSENT not in home(where, writer) + receipt(where, writer, urgent)


def test_what_can_wait_for_the_post_is_not_said(where, writer, child, lead):
    concern = factories.send_concern(factories.viewer(where, who=writer), child).concern
    assert UNSENT not in home(where, writer) + receipt(where, writer, concern)


def test_nobody_else_is_told(where, urgent):
    assert UNSENT not in home(where, factories.person(where))


def test_who_is_kept_from_one_of_them_is_not_named(where, writer, lead, urgent, child):
    factories.person(where, Role.DEPUTY, name="Dee Deputy")
    shut = {"going_home": "yes", "excluded": (lead,)}
    factories.send_concern(factories.viewer(where, who=writer), child, **shut)
    assert "Lee Lead" not in red(home(where, writer)).split("</p>")[0]
    assert "Dee Deputy" in red(home(where, writer)).split("</p>")[0]


def test_the_page_of_one_says_it_of_that_one_alone_and_asks_nothing_more(
    where, writer, urgent, child
):
    calm = factories.send_concern(factories.viewer(where, who=writer), child).concern
    own(where, writer, calm)
    few = len(list_statements(lambda: own(where, writer, calm)))
    assert UNSENT not in own(where, writer, calm)
    assert len(list_statements(lambda: own(where, writer, urgent))) == few


def test_ten_of_them_cost_what_one_does(where, writer, urgent, child):
    home(where, writer)
    few = len(list_statements(lambda: home(where, writer)))
    for _ in range(9):
        factories.send_concern(factories.viewer(where, who=writer), child, going_home="yes")
    assert len(list_statements(lambda: home(where, writer))) == few
