"""Tests for what the form's pages cost: statements, commits, bytes."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from concerns.models import Concern
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.counting import count_calls
from tests.submit.test_send import EVERYTHING

ENDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")


def spent(action):
    """The statements and commits of `action`."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = action()
    said = [query["sql"] for query in captured.captured_queries]
    commits = [one for one in said if one.startswith("COMMIT")]
    return answer, [one for one in said if not one.startswith(ENDS)], len(commits)


def settled(staff):
    """Makes the first request: in a session it notes the idle limit, in a process it reads the
    calendar."""
    staff.open()
    return staff


def test_sending_commits_once_and_takes_at_most_sixteen_statements(fresh_database):
    from tests.submit.conftest import Staff

    where = factories.school()
    factories.person(where, Role.DSL)
    person = factories.person(where)
    staff = settled(Staff(factories.sign_in(SecureClient(), person), where, person))
    child = factories.child(where)
    friend = factories.child(where)
    answers = staff.answers(child, **EVERYTHING, involved=[str(friend.uid)], danger="on")
    staff.send(answers | {"do": "later"})
    answer, said, commits = spent(lambda: staff.send(answers))
    assert Concern.objects.count() == 1
    assert answer.status_code == 302
    assert commits == 1
    assert len(said) <= 16, "\n".join(said)


def test_sending_takes_few_calls(staff, child):
    """Of Python and C functions: 16,700, and a tenth for what a request does once in a while."""
    settled(staff)
    staff.send(staff.answers(child))
    answers = staff.answers(child)
    calls = count_calls(lambda: staff.send(answers))
    assert Concern.objects.count() == 2
    assert calls <= 18_400


def test_sending_costs_the_same_however_much_was_sent_before(staff, child):
    settled(staff)

    def once():
        answers = staff.answers(child)
        return len(spent(lambda: staff.send(answers))[1])

    few = once()
    for _ in range(20):
        factories.send_concern(staff.viewer, child)
    assert once() == few


def test_the_form_is_small_and_does_not_grow_with_the_roll(staff, where):
    factories.person(where, Role.DSL)
    settled(staff)
    page, said, _ = spent(staff.open)
    # A thousand less than the goal: room for longer names, and for another question.
    assert len(page.content) <= 24_000, len(page.content)
    for _ in range(30):
        factories.child(where)
    again, said_again, _ = spent(staff.open)
    assert len(said_again) == len(said) <= 5
    assert abs(len(again.content) - len(page.content)) < 50


def test_the_picker_takes_at_most_four_statements(staff, where):
    for _ in range(20):
        factories.child(where, "Same")
    settled(staff)
    _, said, commits = spent(lambda: staff.client.post("/submit/children/", {"part": "same f"}))
    assert len(said) <= 4, "\n".join(said)
    assert commits == 0


@pytest.mark.parametrize("page", ["", "sent/{}/", "mine/{}/"])
def test_a_page_costs_the_same_at_five_and_at_fifty(staff, child, page):
    settled(staff)
    lead = factories.viewer(staff.where, Role.DSL)
    concern = factories.concern_at("closed", where=staff.where, by=staff.viewer, lead=lead)
    address = "/submit/" + page.format(concern.uid)

    def grow(number):
        for _ in range(number):
            factories.send_concern(staff.viewer, child)

    grow(4)
    few = spent(lambda: staff.open(address))[1]
    grow(45)
    many = spent(lambda: staff.open(address))[1]
    # One of them is the draft of "Still worried?", a form of its own on the page of a concern.
    assert len(many) == len(few) <= 18, "\n".join(many)


def test_autosave_takes_few_statements(staff, child):
    answers = staff.answers(child)
    staff.client.post("/submit/keep/", answers)
    _, said, _ = spent(lambda: staff.client.post("/submit/keep/", answers))
    assert len(said) <= 7, "\n".join(said)


def test_nothing_of_a_concern_is_in_the_log(staff, child, caplog):
    caplog.set_level("DEBUG")
    secret = "Words nobody else may see"
    answers = staff.answers(child, account=secret, happened_at="x")
    staff.send(answers)
    staff.send(answers | {"happened_at": ""})
    logged = [
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    ]
    assert not [line for line in logged if re.search(f"{secret}|{child.surname}", line)]
