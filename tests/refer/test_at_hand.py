"""Tests that a referral by telephone is made from one page without opening another."""

import json
from datetime import timedelta

import pytest

from concerns.models import LedgerLine
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.words import Route
from tests import factories, homes
from tests.counting import list_statements
from tests.deciding import decide_concern
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
# Five of them read what was written before: the concerns, their children, categories and marks, and
# the line of the record. On the telephone no second page is opened for it. One more reads what
# each was called before; and five how it was sorted, the meetings to come, and what was promised.
MOST_STATEMENTS = 65


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


def referred(desk, *children):
    concern = desk.concern(children=children, account="He came without a coat.")
    told = {"parents_told": "no", "parents_why_not": "A carer may be the cause."}
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now, **told)
    return concern, f"/refer/{concern.referrals.get().uid}/"


def test_all_that_they_ask_for_is_on_the_page_of_the_referral(desk, where):
    child = factories.child(where, "Aoife", "Byrne")
    homes.write_whole_file(desk.viewer, child)
    concern, path = referred(desk, child)
    talk = {"spoken_to": "parent", "who": "Her aunt", "said": "She listened."}
    refer.speak(by=desk.viewer, concern=concern, happened_at=desk.now, now=desk.now, **talk)
    text = page_text(desk.open(path))
    wanted = (
        "Aoife Byrne", "17 May 2017", "4 Mill Lane, Easton", "Dana Cole", "07700 900123",
        "Parental responsibility", "Polish", "Robin", "Child in need (section 17)", "Ann Hart",
        "01632 960301", "01632 960001", "01632 960002", "He came without a coat.",
        "The third time this term.", "A carer may be the cause.", "She listened.",
        "Hill School, Easton", "Who did you speak to there?", "It has been sent",
    )  # fmt: skip
    assert [said for said in wanted if said not in text] == []


def test_what_was_written_before_is_on_it_whole_and_in_order_of_time(desk, where):
    child = factories.child(where)
    long = "He was cold again. " * 20 + "He said so himself."
    for days, account in ((90, "He had no lunch."), (30, long), (400, "Too long ago.")):
        then = desk.now - timedelta(days=days)
        factories.send_concern(desk.viewer, child, account=account, now=then)
    _, path = referred(desk, child)
    text = page_text(desk.open(path))
    assert "entries, 13 weeks</strong>, counting this one" in text
    assert "Too long ago." not in text
    where_said = [text.index(said) for said in ("He had no lunch.", "He said so himself.")]
    assert where_said == sorted(where_said)


def test_what_was_written_before_is_a_reading_on_record(desk, where):
    child = factories.child(where)
    before = factories.send_concern(desk.viewer, child, now=desk.now - timedelta(days=30)).concern
    _, path = referred(desk, child)
    desk.open(path)
    line = LedgerLine.objects.filter(kind=Kind.LISTED).latest("id")
    assert json.loads(line.body)["shown"] == [str(before.uid)]


def test_a_brother_whom_the_referral_is_not_for_has_what_was_written_of_him_there(desk, where):
    child = factories.child(where, surname="Ash")
    brother = factories.child(where, "Bran", "Ash")
    homes.add_sibling(desk.viewer, child, brother)
    factories.send_concern(desk.viewer, brother, account="He was hungry.", now=desk.now)
    _, path = referred(desk, child)
    assert "He was hungry." in page_text(desk.open(path))


def test_the_files_shown_are_a_line_that_names_their_children(desk, where):
    children = factories.child(where), factories.child(where)
    _, path = referred(desk, *children)
    desk.open(path)
    line = LedgerLine.objects.filter(kind=Kind.FILE).latest("id")
    assert all(str(child.uid) in line.body for child in children)


def test_a_child_who_is_not_on_the_roll_has_the_numbers_of_the_schools_authority(desk):
    concern = factories.send_concern(
        desk.viewer, described="a boy in a red coat", now=desk.now
    ).concern
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now)
    text = page_text(desk.open(f"/refer/{concern.referrals.get().uid}/"))
    assert "01632 960001" in text
    assert "a boy in a red coat" in text


def test_deciding_has_the_file_on_its_page_too(desk, where):
    child = factories.child(where)
    homes.write_whole_file(desk.viewer, child)
    concern = desk.concern(children=(child,))
    text = page_text(desk.open(f"/triage/{concern.uid}/decide/"))
    assert [said for said in ("4 Mill Lane, Easton", "07700 900123") if said not in text] == []


def test_it_costs_the_same_for_one_child_as_for_three(desk, where):
    one, *more = (factories.child(where) for _ in range(4))
    for child in (one, *more):
        homes.write_whole_file(desk.viewer, child)
        factories.send_concern(desk.viewer, child, now=desk.now)
    _, single = referred(desk, one)
    _, several = referred(desk, *more)
    desk.open(single)
    few, many = (list_statements(lambda path=path: desk.open(path)) for path in (single, several))
    assert len(few) == len(many) <= MOST_STATEMENTS, len(many)
