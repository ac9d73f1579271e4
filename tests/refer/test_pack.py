"""Tests for the pack that leaves with a referral: of one child and of no other."""

import json
import re

import pytest

from concerns.models import Draft, LedgerLine
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.words import Route
from tests import factories, homes
from tests.counting import list_statements
from tests.deciding import decide_concern
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
COVER = "[another child]"


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def child(desk):
    made = factories.child(desk.where, "Aoife", "Byrne")
    homes.write_whole_file(desk.viewer, made)
    return made


def pack(desk, *children, **more):
    """The address of the pack for a referral of a new concern about `children`."""
    concern = desk.concern(children=children, **more)
    told = {"parents_told": "no", "parents_why_not": "A carer may be the cause."}
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now, **told)
    return f"/refer/{concern.referrals.get().uid}/pack/"


def printed(desk, path, **form):
    return page_text(desk.client.post(path, form))


def test_all_that_an_agency_asks_for_is_in_the_pack(desk, child):
    before = desk.concern(children=(child,))
    decide_concern(desk.viewer, before, Route.POLICE, now=desk.now)
    sent = {"agency": "Beat team", "spoken_to": "PC Hay", "method": "telephone"}
    gone = {"happened_at": desk.now, "now": desk.now}
    refer.send(by=desk.viewer, referral=before.referrals.get(), **sent, **gone)
    path = pack(desk, child, account="No coat.", child_words="I am cold.")
    assert path in page_text(desk.open(path.replace("pack/", "")))
    shown = printed(desk, path)
    for said in (
        "Aoife Byrne",
        "4 Mill Lane, Easton",
        "07700 900123",
        "I am cold.",
        "No coat.",
        "The third time this term.",
        "A carer may be the cause.",
        "Ann Hart",
    ):
        assert said in shown, said
    # Each in its own part, and not only in the chronology that follows.
    parts = ("In the child's own words", "What was tried", "Referrals, answers", "Chronology")
    _, voice, tried, outside, _ = re.split("|".join(f">{part}" for part in parts), shown)
    assert "I am cold." in voice
    assert "Decided: Police" in tried
    assert "To Beat team" in outside


def test_no_other_child_is_named_in_it(desk, child):
    other = factories.child(desk.where, "Bilal", "Khan")
    homes.add_sibling(desk.viewer, child, factories.child(desk.where, "Bran", "Byrne"))
    said = {"account": "Bilal Khan saw it.", "child_words": "Bilal hit me."}
    path = pack(desk, child, other, **said)
    assert "<mark>Bilal Khan</mark>" in page_text(desk.open(path))
    shown = printed(desk, path).split("<main", 1)[1]
    assert f"{COVER} hit me." in shown
    assert f"{COVER} saw it." in shown
    assert "Bilal" not in shown
    assert "Bran" not in shown
    own = printed(desk, f"{path}?child={other.uid}").split("<main", 1)[1]
    assert "Aoife" not in own


def test_words_to_cover_typed_on_another_page_are_shown_before_the_pack_is_made(desk, child):
    path = pack(desk, child, account="No coat, said Nicky.")
    older = desk.carried(path)
    desk.client.post("/submit/words/", older | {"also": "Nicky"})
    answer = desk.client.post(path, older | {"also": ""})
    assert answer.status_code == 409
    assert "Nicky" in re.findall('class="words">([^<]*)<', page_text(answer))
    assert Draft.objects.count() == 1
    made = desk.client.post(path, desk.carried(path) | {"also": "Nicky"})
    assert made.status_code == 200
    assert "Nicky" not in page_text(made)
    assert not Draft.objects.exists()


def test_it_is_recorded_as_taken_out_and_looking_it_over_is_not(desk, child):
    path = pack(desk, child)
    desk.open(path)
    assert not LedgerLine.objects.filter(kind=Kind.EXPORTED).exists()
    printed(desk, path)
    body = json.loads(LedgerLine.objects.get(kind=Kind.EXPORTED).body)
    assert (body["about"], body["reason"]) == (str(child.uid), "printed a pack for an agency")


def test_of_whom_it_is_not_for_and_of_nobody_on_the_roll_there_is_no_pack(desk, child):
    stranger = factories.child(desk.where)
    assert desk.open(f"{pack(desk, child)}?child={stranger.uid}").status_code == 404
    concern = factories.send_concern(
        desk.viewer, described="a boy in a red coat", now=desk.now
    ).concern
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now)
    assert desk.open(f"/refer/{concern.referrals.get().uid}/pack/").status_code == 404


def test_it_costs_the_same_however_much_was_written(desk, child):
    path = pack(desk, child)
    printed(desk, path)
    few = len(list_statements(lambda: printed(desk, path)))
    for _ in range(3):
        pack(desk, child, child_words="I am cold.")
    assert len(list_statements(lambda: printed(desk, path))) == few
