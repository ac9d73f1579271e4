"""This file knows that a referral by telephone is made from one page without opening another."""

import pytest

from concerns.models import Line
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.words import Route
from tests import factories, homes
from tests.counting import statements
from tests.deciding import decide
from tests.desk import Desk, words

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 52


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


def referred(desk, *children):
    concern = desk.concern(children=children, account="He came without a coat.")
    told = {"parents_told": "no", "parents_why_not": "A carer may be the cause."}
    decide(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now, **told)
    return concern, f"/refer/{concern.referrals.get().uid}/"


def test_all_that_they_ask_for_is_on_the_page_of_the_referral(desk, where):
    child = factories.child(where, "Aoife", "Byrne")
    homes.whole_file(desk.viewer, child)
    concern, path = referred(desk, child)
    talk = {"spoken_to": "parent", "who": "Her aunt", "said": "She listened."}
    refer.speak(by=desk.viewer, concern=concern, happened_at=desk.now, now=desk.now, **talk)
    text = words(desk.open(path))
    wanted = (
        "Aoife Byrne", "17 May 2017", "4 Mill Lane, Easton", "Dana Cole", "07700 900123",
        "Parental responsibility", "Polish", "Robin", "Child in need (section 17)", "Ann Hart",
        "01632 960301", "01632 960001", "01632 960002", "He came without a coat.",
        "The third time this term.", "A carer may be the cause.", "She listened.",
        "Hill School, Easton", "Whom did you speak to there?", "It has been sent",
    )  # fmt: skip
    assert [said for said in wanted if said not in text] == []


def test_the_files_shown_are_a_line_that_names_their_children(desk, where):
    children = factories.child(where), factories.child(where)
    _, path = referred(desk, *children)
    desk.open(path)
    line = Line.objects.filter(kind=Kind.FILE).latest("id")
    assert all(str(child.uid) in line.body for child in children)


def test_a_child_who_is_not_on_the_roll_has_the_numbers_of_the_schools_authority(desk):
    concern = factories.sent(desk.viewer, described="a boy in a red coat", now=desk.now).concern
    decide(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now)
    text = words(desk.open(f"/refer/{concern.referrals.get().uid}/"))
    assert "01632 960001" in text
    assert "a boy in a red coat" in text


def test_deciding_has_the_file_on_its_page_too(desk, where):
    child = factories.child(where)
    homes.whole_file(desk.viewer, child)
    concern = desk.concern(children=(child,))
    text = words(desk.open(f"/triage/{concern.uid}/decide/"))
    assert [said for said in ("4 Mill Lane, Easton", "07700 900123") if said not in text] == []


def test_it_costs_the_same_for_one_child_as_for_three(desk, where):
    one, *more = (factories.child(where) for _ in range(4))
    for child in (one, *more):
        homes.whole_file(desk.viewer, child)
    _, single = referred(desk, one)
    _, several = referred(desk, *more)
    desk.open(single)
    few, many = (statements(lambda path=path: desk.open(path)) for path in (single, several))
    assert len(few) == len(many) <= MOST_STATEMENTS, len(many)
