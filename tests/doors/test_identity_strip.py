"""Tests that every page about a concern or a child says above it whose it is."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from concerns.doors.gate import may_open
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories, homes
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import Desk
from tests.doors.world import made, routes

pytestmark = pytest.mark.django_db

STRIP = re.compile(r'<section class="identity".*?</section>', re.DOTALL)
ROOMS = ("triage", "refer", "chase", "child", "audit")
# The writer's own pages, and pages about a draft; and what is printed, which says on the paper
# whose it is and names no other child; and a file that was added, which is no page.
WITHOUT = {"chase_reported", "chase_set_aside", "audit_print_trail", "triage_print"}
WITHOUT |= {"child_knew_print", "triage_file", "child_document_file"}


def strip_of(answer) -> str:
    """What the strip says, as one line of text; empty if the page has none."""
    found = STRIP.search(answer.content.decode())
    text = unescape(re.sub(r"<[^>]+>", " ", found[0])) if found else ""
    return re.sub(r"\s+([,.)])", r"\1", " ".join(text.split()))


def pages_about_a_child() -> list[str]:
    return [
        name
        for name, route in routes().items()
        if "<uuid:uid>" in route and name.split("_")[0] in ROOMS and name not in WITHOUT
    ]


def test_every_page_about_a_concern_or_a_child_says_whose_it_is():
    world = made()
    readers = [factories.viewer(world.school, role) for role in (Role.DSL, Role.HEAD)]
    clients = [factories.sign_in(SecureClient(), viewer.person) for viewer in readers]
    without = []
    for name in pages_about_a_child():
        address = world.address(name)
        opens = [may_open(viewer, name) for viewer in readers]
        answer = clients[opens.index(True)].get(address, follow=True)
        if answer.status_code != 200 or "Year 4, 4B, " not in strip_of(answer):
            without.append((name, answer.status_code))
    assert without == []


def test_a_page_about_nobody_in_particular_has_no_strip(client, where):
    desk = Desk(client, where)
    desk.concern()
    for page in ("/triage/", "/chase/?whose=all", "/child/search/", "/submit/"):
        assert strip_of(desk.open(page)) == ""


def test_it_says_name_class_age_statuses_family_and_whom_to_ring(client, where):
    desk = Desk(client, where)
    born = timezone.localdate() - timedelta(days=6 * 366)
    child = factories.child(where, "Robyn", "Jarvis", born=born, year="Year 1", class_name="1B")
    brother = factories.child(where, "Kai", "Jarvis", year="Year 4", class_name="4A")
    homes.add_sibling(desk.viewer, child, brother)
    homes.add_status(desk.viewer, child, "plan", category="neglect")
    homes.add_social_worker(desk.viewer, child, "Ann Cole", telephone="01632 960111")
    said = strip_of(desk.open(f"/child/{child.uid}/chronology/"))
    assert said == (
        "Robyn Jarvis Year 1, 1B, 6 years CP plan: neglect "
        "Social worker Ann Cole 01632 960111 Family or home, also here: Kai Jarvis (Year 4, 4A)"
    )


def test_the_flags_are_the_same_on_every_page(client, where):
    desk = Desk(client, where)
    child = factories.child(where, "Robyn", "Jarvis")
    homes.add_status(desk.viewer, child)
    homes.add_earlier_file(desk.viewer, child)
    concern = desk.concern(children=(child,))
    for page in (f"/child/{child.uid}/", f"/triage/{concern.uid}/", f"/triage/{concern.uid}/hand/"):
        assert "Child in need Earlier file unread" in strip_of(desk.open(page)), page


def test_the_social_worker_can_be_rung_by_a_press(client, where):
    desk = Desk(client, where)
    child = factories.child(where)
    homes.add_social_worker(desk.viewer, child, telephone="01632 960111 ext 4")
    page = desk.open(f"/child/{child.uid}/file/").content.decode()
    assert 'href="tel:01632960111"' in page


def test_a_concern_says_its_first_line_its_state_who_has_it_and_what_is_late(client, where):
    desk = Desk(client, where, name="Sara Malik")
    now = timezone.now() - timedelta(days=30)
    child = factories.child(where, "Robyn", "Jarvis")
    lead = factories.viewer(where, Role.DSL, who=desk.viewer.person, now=now)
    concern = factories.concern_at(
        State.TAKEN,
        where=where,
        lead=lead,
        now=now,
        children=(child,),
        account="Three days now, by the bins.\nEating what is left there.",
    )
    said = strip_of(desk.open(f"/triage/{concern.uid}/hand/"))
    assert said.startswith("Robyn Jarvis Year 4, 4B")
    assert "“Three days now, by the bins. …” Being looked at Sara Malik has it. Decide:" in said
    assert said.endswith("late")


def test_several_children_stand_each_by_name_and_brothers_among_them_once(client, where):
    desk = Desk(client, where)
    one = factories.child(where, "Robyn", "Jarvis")
    other = factories.child(where, "Kai", "Jarvis")
    homes.add_sibling(desk.viewer, one, other)
    concern = desk.concern(children=(one,), involved=(other,), described="A boy in a red coat")
    said = strip_of(desk.open(f"/triage/{concern.uid}/note/"))
    assert said.count("Robyn Jarvis") == said.count("Kai Jarvis") == 1
    assert "also involved" in said
    assert "Not on the roll: A boy in a red coat" in said


def test_a_child_whom_the_viewer_may_not_read_about_is_not_named(client, where):
    desk = Desk(client, where)
    child = factories.child(where, "Robyn", "Jarvis")
    own = factories.child(where, "Kai", "Jarvis")
    homes.add_sibling(factories.viewer(where, Role.DEPUTY, now=desk.now), child, own)
    factories.relate_to_child(desk.viewer.person, own)
    concern = desk.concern(children=(child,))
    for page in (f"/child/{child.uid}/file/", f"/triage/{concern.uid}/", f"/child/{child.uid}/"):
        said = strip_of(desk.open(page))
        assert "Robyn Jarvis" in said
        assert "Kai" not in said


def test_a_colleague_who_was_asked_sees_nothing_of_whose_it_is():
    world = made()
    colleague = factories.sign_in(SecureClient(), world.writer)
    answer = colleague.get(world.address("chase_task"))
    assert answer.status_code == 200
    assert strip_of(answer) == ""


def test_what_is_printed_names_no_brother_in_a_strip(client, where):
    desk = Desk(client, where)
    child = factories.child(where, "Robyn", "Jarvis")
    homes.add_sibling(desk.viewer, child, factories.child(where, "Kai", "Jarvis"))
    printed = client.post(f"/child/{child.uid}/print/", {"made": "yes"})
    assert printed.status_code == 200
    assert strip_of(printed) == ""


def fill_file(desk, child) -> None:
    homes.add_sibling(desk.viewer, child, factories.child(desk.where))
    homes.add_status(desk.viewer, child)
    homes.add_social_worker(desk.viewer, child)


def test_it_takes_six_statements_however_many_children_there_are(client, where, monkeypatch):
    desk = Desk(client, where)
    few = desk.concern(children=(factories.child(where),))
    many = desk.concern(children=tuple(factories.child(where) for _ in range(6)))
    for concern in (few, many):
        for row in concern.children.select_related("child"):
            fill_file(desk, row.child)
    pages = [f"/triage/{one.uid}/note/" for one in (few, many)]
    desk.open(pages[0])
    one, more = (len(list_statements(lambda page=page: desk.open(page))) for page in pages)
    monkeypatch.setattr("concerns.templatetags.identity.read_identity_strip", lambda viewer: None)
    without = len(list_statements(lambda: desk.open(pages[1])))
    assert (one, more) == (without + 6, without + 6)
