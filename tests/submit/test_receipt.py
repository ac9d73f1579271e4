"""Tests for the receipt and the writer's own pages of what they sent."""

import re
from datetime import timedelta

import pytest

from concerns.chase import acts as chase
from concerns.doors import ledger
from concerns.models import Addition, Concern, LedgerLine, Step
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts
from concerns.triage import acts as triage
from tests import factories, homes
from tests.counting import list_statements
from tests.desk import page_text


@pytest.fixture
def leads(where):
    return [
        factories.person(where, role, name=name)
        for role, name in (
            (Role.DEPUTY, "Dee Deputy"),
            (Role.DSL, "Lee Lead"),
            (Role.HEAD, "Hedda Head"),
        )
    ]


def receipt(staff, child, **more):
    return staff.open(staff.send(staff.answers(child, **more))["Location"]).content.decode()


def test_a_receipt_says_who_reads_it_by_when_and_whom_to_ask(staff, child, leads, where):
    page = receipt(staff, child)
    concern = Concern.objects.get()
    assert concern.reference in page
    assert page.index("Lee Lead") < page.index("should read it by") < page.index("Dee Deputy")
    for words in (where.authority.front_door, where.authority.out_of_hours, "Anyone may ring"):
        assert words in page


def test_a_receipt_holds_the_code_of_its_line(staff, child):
    page = receipt(staff, child)
    line = LedgerLine.objects.get(kind=Kind.SUBMITTED)
    assert ledger.format_receipt(line) in page


def test_a_receipt_shows_no_word_and_no_name(staff, child):
    page = receipt(staff, child, account="Words nobody else may see")
    assert "Words nobody else may see" not in page
    assert child.surname not in page


def test_a_late_first_look_says_so_and_does_not_pretend(staff, child, leads):
    receipt(staff, child)
    moved = timedelta(days=7)
    step = Step.objects.get()
    step.opened_at = step.opened_at - moved
    step.due_at = step.due_at - moved
    step.save(update_fields=["opened_at", "due_at"])
    page = staff.open(f"/submit/sent/{Concern.objects.get().uid}/").content.decode()
    assert "nobody has said that they have it" in page
    assert "late" in page
    assert "Dee Deputy" in page


def test_once_taken_a_receipt_says_where_it_stands(staff, child, where, leads):
    receipt(staff, child)
    concern = Concern.objects.get()
    lead = factories.viewer(where, Role.DSL, who=leads[1], now=concern.received_at)
    triage.take(by=lead, concern=concern, now=concern.received_at)
    page = staff.open(f"/submit/sent/{concern.uid}/").content.decode()
    assert "A safeguarding lead has it" in page


def test_a_lead_who_is_family_is_never_named_as_its_reader(staff, child, leads):
    factories.relate_to_child(leads[1], child)
    page = receipt(staff, child)
    assert "Lee Lead" not in page
    assert "Dee Deputy" in page


def test_the_numbers_are_those_of_the_childs_home_authority_too(staff, where):
    child = factories.child(where)
    homes.set_authority(factories.viewer(where, Role.DSL), child)
    page = receipt(staff, child)
    assert homes.NUMBERS["front_door"] in page
    assert where.authority.front_door in page


def test_nobody_opens_anothers_receipt(staff, child, another):
    receipt(staff, child)
    uid = Concern.objects.get().uid
    for page in ("sent", "mine"):
        assert another().client.get(f"/submit/{page}/{uid}/").status_code == 404
    for page, words in (("told", {"whom": "x"}), ("add", {"words": "x"})):
        assert another().client.post(f"/submit/{page}/{uid}/", words).status_code == 404
    assert not Addition.objects.exists()


def test_in_danger_the_numbers_come_first_and_the_writer_holds_it(staff, child, leads):
    page = receipt(staff, child, danger="on")
    page = page[page.index("<main") :]
    assert page.index("999") < page.index("Lee Lead") < page.index("Thank you")
    assert "This form has not rung anybody" in page
    assert Step.objects.get(kind=StepKind.DANGER_NOW).holder == staff.person


def test_saying_whom_one_told_ends_the_danger_step_and_is_on_record(staff, child, leads):
    receipt(staff, child, danger="on")
    concern = Concern.objects.get()
    told = {"whom": "Lee Lead", "at": "10.05"}
    answer = staff.client.post(f"/submit/told/{concern.uid}/", told)
    assert answer["Location"] == f"/submit/sent/{concern.uid}/"
    assert Step.objects.get(kind=StepKind.DANGER_NOW).done_by == staff.person
    assert Addition.objects.get().words == "Told in person: Lee Lead, at 10:05"
    assert "not rung anybody" not in staff.open(answer["Location"]).content.decode()


def test_whom_one_told_must_be_named(staff, child):
    receipt(staff, child, danger="on")
    answer = staff.client.post(f"/submit/told/{Concern.objects.get().uid}/", {"at": "x"})
    assert answer.status_code == 422
    assert "Write the name of the person you told" in answer.content.decode()


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        ("215", "at 215 (read as 14:15)"),
        ("14:20", "at 14:20"),
        ("just after lunch", "at just after lunch"),
    ],
)
def test_no_way_of_writing_a_time_holds_up_that_somebody_was_told(staff, child, at, kept):
    staff.send(staff.answers(child, danger="on"))
    uid = Concern.objects.get().uid
    assert staff.client.post(f"/submit/told/{uid}/", {"whom": "Lee", "at": at}).status_code == 302
    assert Addition.objects.get().words == f"Told in person: Lee, {kept}"


def test_it_is_written_once_whom_one_told(staff, child):
    receipt(staff, child, danger="on")
    uid = Concern.objects.get().uid
    staff.client.post(f"/submit/told/{uid}/", {"whom": "Lee"})
    answer = staff.client.post(f"/submit/told/{uid}/", {"whom": "Lee"})
    assert answer.status_code == 422
    assert Addition.objects.count() == 1


def test_telling_last_of_all_leaves_a_next_step(where):
    writer = factories.viewer(where)
    lead = factories.viewer(where, Role.DSL)
    concern = factories.send_concern(writer, factories.child(where), danger=True).concern
    triage.take(by=lead, concern=concern, now=factories.NOW)
    triage.decide(
        by=lead, concern=concern, decided=factories.decision_answers(concern), now=factories.NOW
    )
    chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=factories.NOW)
    for step in Step.objects.filter(concern=concern, kind=StepKind.SUPPORT):
        chase.do_step(by=lead, step=step, words="In place.", now=factories.NOW)
    acts.told(by=writer, concern=concern, whom="Lee", now=factories.NOW)
    assert [step.kind for step in Step.objects.filter(concern=concern).open()] == ["next_move"]


def test_ones_own_concern_is_read_as_it_was_written_and_recorded(staff, child):
    receipt(staff, child, account="Just <so>.", going_home="not_sure", child_words="he dun it")
    concern = Concern.objects.get()
    page = staff.open(f"/submit/mine/{concern.uid}/").content.decode()
    for words in ("Just &lt;so&gt;.", "he dun it", "Not sure", child.name):
        assert words in page
    line = LedgerLine.objects.get(kind=Kind.OPENED)
    assert (line.actor, line.concern) == (staff.person, concern.uid)


def test_the_writer_sees_where_it_stands_and_the_words_back_and_never_a_leads_notes(staff, child):
    lead = factories.viewer(staff.where, Role.DSL)
    concern = factories.concern_at(
        State.CLOSED, where=staff.where, by=staff.viewer, lead=lead, children=(child,)
    )
    for address in (f"/submit/mine/{concern.uid}/", "/submit/"):
        page = staff.open(address).content.decode()
        assert "Thank you. Help is in place." in page
        assert "Closed. It stays on the child" in page
        for secret in ("The third time this term.", "It is working.", "In place.</p>"):
            assert secret not in page


def test_something_can_always_be_added(staff, child, where):
    receipt(staff, child)
    concern = Concern.objects.get()
    page = staff.open(f"/submit/mine/{concern.uid}/").content.decode()
    once = re.search('name="once" value="([^"]+)"', page)[1]
    words = {"words": "And again today.", "once": once}
    for _ in range(2):
        answer = staff.client.post(f"/submit/add/{concern.uid}/", words)
        assert answer.status_code == 302
    assert Addition.objects.get().words == "And again today."
    assert "And again today." in staff.open(f"/submit/mine/{concern.uid}/").content.decode()
    assert where.authority.out_of_hours in page


def test_another_form_of_the_same_number_loses_nothing(staff, child, another):
    mine = factories.send_concern(staff.viewer, child).concern
    other = another()
    theirs = factories.send_concern(other.viewer, child).concern
    once = str(mine.uid)
    for who, concern, words in ((staff, mine, "Mine"), (other, theirs, "Theirs")):
        form = {"words": words, "once": once}
        who.client.post(f"/submit/add/{concern.uid}/", form)
    assert {(row.concern_id, row.words) for row in Addition.objects.all()} == {
        (mine.pk, "Mine"),
        (theirs.pk, "Theirs"),
    }


def test_adding_nothing_is_asked_again(staff, child):
    receipt(staff, child)
    answer = staff.client.post(f"/submit/add/{Concern.objects.get().uid}/", {"words": " "})
    assert answer.status_code == 422
    assert "Write what you want to add" in answer.content.decode()


def test_an_addition_whose_session_ended_comes_back(staff, child):
    receipt(staff, child)
    here = f"/submit/mine/{Concern.objects.get().uid}/"
    page = staff.open(here).content.decode()
    token = re.search('name="keep" value="([^"]+)"', page)[1]
    staff.client.logout()
    answer = staff.client.post(here.replace("mine", "add"), {"words": "Late", "keep": token})
    assert answer["Location"] == f"/sign-in/?next={here}"
    factories.sign_in(staff.client, staff.person)
    page = staff.open(here).content.decode()
    assert "Late" in page
    assert "What you typed is saved" in page
    staff.client.post(here.replace("mine", "add"), {"words": "Late"})
    assert "What you typed is saved" not in staff.open(here).content.decode()


def test_the_list_says_which_child_each_concern_was_about(staff, child, where):
    other = factories.child(where, "Robyn", "Hart", known_as="Bobby")
    friend = factories.child(where, "Friend", "Ofhis")
    factories.send_concern(staff.viewer, child, other, involved=(friend,))
    factories.send_concern(staff.viewer, described="A small boy in a red coat")
    page = page_text(staff.open("/submit/"))
    assert "about Aneurin Quillfeather, Bobby Hart" in page
    assert "about “A small boy in a red coat”" in page
    assert "Ofhis" not in page


def test_the_list_asks_the_same_of_the_database_whatever_its_rows(staff, child):
    factories.send_concern(staff.viewer, child)
    staff.open("/submit/")
    few = len(list_statements(lambda: staff.open("/submit/")))
    for _ in range(8):
        factories.send_concern(staff.viewer, child)
    assert len(list_statements(lambda: staff.open("/submit/"))) == few


def test_an_empty_list_says_what_it_means(staff):
    page = staff.open("/submit/").content.decode()
    assert "You have not sent a concern yet" in page
    assert "/submit/start/" in page


def test_the_list_has_none_of_what_was_written(staff, child):
    receipt(staff, child, account="Words nobody else may see")
    page = staff.open("/submit/").content.decode()
    assert Concern.objects.get().reference in page
    assert "Waiting for the safeguarding lead" in page
    assert "Words nobody else may see" not in page


def test_the_list_is_paged_by_key_newest_first(staff, child):
    sent = [factories.send_concern(staff.viewer, child).concern for _ in range(23)]
    first = staff.open("/submit/").content.decode()
    assert sent[-1].reference in first
    assert sent[2].reference not in first
    older = re.search(r'href="(/submit/\?before=[^"]+)"', first)[1]
    second = staff.open(older).content.decode()
    assert [row.reference in second for row in sent[:4]] == [True, True, True, False]
    assert staff.client.get("/submit/?before=x").status_code == 404


def test_the_list_holds_ones_own_only(staff, child, another):
    theirs = factories.send_concern(another().viewer, child).concern
    assert theirs.reference not in staff.open("/submit/").content.decode()


def test_a_receipt_is_not_repeated_by_a_banner(staff, child, leads):
    assert 'class="recorded' not in receipt(staff, child)
