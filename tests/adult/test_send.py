"""Tests for writing about an adult who works here: the form is sent once and loses no word."""

import html
import re
import uuid

import pytest

from concerns.adult import acts as adult
from concerns.adult.queries import list_adult_answers
from concerns.doors import ledger
from concerns.models import Addition, AdultConcern, AdultEntry, Concern, Draft, LedgerLine
from concerns.models.concern.draft import ADULT
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import adults, factories
from tests.desk import page_text, summary_errors
from tests.submit.conftest import Staff

WRITE = "/adult/write/"
ACCOUNT = "He was alone with a child, the door shut."


@pytest.fixture
def staff(client, writer, where):
    return Staff(factories.sign_in(client, writer.person), where, writer.person)


@pytest.fixture
def child(where):
    return factories.child(where, "Aneurin", "Quillfeather")


def answers(staff, whom=None, **more):
    chosen = {"whom": str(whom.uid)} if whom else {}
    return staff.carried(WRITE) | {"account": ACCOUNT, **chosen, **more}


def the_one(staff) -> AdultConcern:
    return AdultConcern.objects.get(reporter=staff.person)


def test_it_is_sent_by_the_form_and_says_who_reads_it_by_when(staff, head, chair, dan):
    sent = staff.send(answers(staff, dan, sort="not_sure"), WRITE)
    page = page_text(staff.client.get(sent["Location"]))
    concern = the_one(staff)
    assert (concern.account, concern.subject, concern.sort) == (ACCOUNT, dan, "not_sure")
    for said in (
        concern.reference,
        "Hedda Head",
        "It should be read by",
        ledger.find_receipt_code(concern.uid),
    ):
        assert said in page
    assert "Cho Chair" not in page


def test_only_whom_and_what_are_needed_and_everything_wrong_is_said_at_once(staff):
    answer = staff.send(staff.carried(WRITE), WRITE)
    assert answer.status_code == 422
    assert summary_errors(answer) == [
        "Choose the adult, or describe one who is not on the list",
        "Write what happened. A few words are enough.",
    ]


def test_somebody_not_on_the_list_is_described(staff, head):
    staff.send(answers(staff, described="The coach on Thursdays"), WRITE)
    assert (the_one(staff).described, the_one(staff).subject) == ("The coach on Thursdays", None)


def test_nobody_is_chosen_and_described_at_once(staff, dan):
    assert staff.send(answers(staff, dan, described="Dan"), WRITE).status_code == 422


UNREAD = {
    "a made-up sort": ({"sort": "quite bad"}, "How serious do you think it is: “quite bad”."),
    "a made-up teller": ({"teller_is": "elf", "told_words": "No"}, "Who told you: “elf”."),
    "somebody who left": ({"shut_out": str(uuid.uuid4())}, "does not work here"),
    "a teller without words": ({"teller": "Mrs Okoro"}, "“Mrs Okoro”"),
    "words without a teller": ({"told_words": "He shouted"}, "who it was is not written"),
}


@pytest.mark.parametrize("wrong", UNREAD)
def test_nothing_optional_stops_it_and_what_cannot_be_read_is_kept(staff, head, dan, wrong):
    given, note = UNREAD[wrong]
    sent = staff.send(answers(staff, dan, **given), WRITE)
    assert sent.status_code == 302
    concern = the_one(staff)
    assert note in concern.not_read
    assert note in html.unescape(page_text(staff.client.get(sent["Location"])))
    assert ("Could not be read", concern.not_read) in list_adult_answers(concern, [], "you")


def test_the_page_names_head_and_chair_and_the_number(staff, head, chair, where):
    page = page_text(staff.open(WRITE))
    for said in ("Hedda Head", "about anybody else", "Cho Chair", where.authority.lado):
        assert said in page


def test_whom_it_is_about_is_not_named_as_the_one_to_go_to(staff, head, chair):
    answer = staff.send(answers(staff, head.person, account=" "), WRITE)
    contacts = page_text(answer).split("Who reads it")[1].split("<form")[0]
    assert "Hedda Head" not in contacts
    assert "Cho Chair" in contacts


def test_where_nobody_is_left_the_receipt_says_so_with_the_number(staff, head, where):
    sent = staff.send(answers(staff, head.person), WRITE)
    page = page_text(staff.client.get(sent["Location"]))
    assert "Nobody in post here today may read it" in page
    assert where.authority.lado in page


def test_whom_the_writer_ticks_never_sees_it(staff, head, chair, dan):
    staff.send(answers(staff, dan, shut_out=[str(head.person.uid), str(dan.uid)]), WRITE)
    assert the_one(staff).goes_to == Role.CHAIR
    assert not AdultConcern.objects.visible_to(head).exists()


def test_the_same_form_sent_again_is_one_and_says_so_again(staff, head, dan):
    form = answers(staff, dan)
    first, again = (staff.send(form, WRITE)["Location"] for _ in range(2))
    assert first == again
    assert AdultConcern.objects.count() == 1
    assert LedgerLine.objects.filter(kind=Kind.SUBMITTED).count() == 1


def test_words_added_after_pressing_back_wait_in_the_box_to_add_to(staff, head, dan):
    form = answers(staff, dan)
    staff.send(form, WRITE)
    again = staff.send(form | {"account": "And yesterday too.", "whom": ""}, WRITE)
    assert again.status_code == 422
    again = staff.send(form | {"account": "And yesterday too."}, WRITE)
    assert again["Location"].startswith("/adult/mine/")
    assert "And yesterday too." in page_text(staff.client.get(again["Location"]))


def test_it_can_be_kept_and_finished_later(staff, head, dan):
    kept = staff.send(answers(staff, sort="low", do="later"), WRITE)
    assert kept["Location"] == "/submit/?kept"
    draft = Draft.objects.get()
    home = page_text(staff.client.get("/submit/"))
    assert f"/adult/draft/{draft.uid}/" in home
    page = page_text(staff.client.get(f"/adult/draft/{draft.uid}/"))
    assert ACCOUNT in page
    assert not AdultConcern.objects.exists()


def test_a_draft_saves_itself_and_is_its_writers_alone(staff, head, client, where):
    form = answers(staff)
    answer = staff.client.post("/adult/keep/", form)
    assert re.match(r"\d\d:\d\d", answer.json()["saved"])
    draft = Draft.objects.get(page=ADULT)
    other = factories.sign_in(type(client)(), head.person)
    assert other.get(f"/adult/draft/{draft.uid}/").status_code == 404
    assert other.post("/adult/keep/", form).status_code == 404


def test_a_late_save_does_not_bring_back_what_was_sent(staff, head, dan):
    form = answers(staff, dan)
    staff.send(form, WRITE)
    assert staff.client.post("/adult/keep/", form).status_code == 404
    assert not Draft.objects.exists()


def test_a_draft_that_was_sent_leads_to_its_receipt(staff, head, dan):
    form = answers(staff, dan)
    staff.send(form, WRITE)
    for answer in (
        staff.client.get(f"/adult/draft/{form['draft']}/"),
        staff.send(form | {"do": "later"}, WRITE),
    ):
        assert answer["Location"] == f"/adult/sent/{the_one(staff).uid}/"


def test_a_form_begun_by_somebody_else_is_not_sent_and_loses_nothing(staff, head, dan):
    form = answers(staff, dan)
    Draft.objects.create(
        uid=uuid.UUID(form["draft"]),
        person=head.person,
        school=head.school,
        page=ADULT,
        words="{}",
        begun_at=factories.NOW,
        saved_at=factories.NOW,
    )
    for do in ("send", "later"):
        answer = staff.send(form | {"do": do}, WRITE)
        assert answer.status_code == 422
        assert ACCOUNT in page_text(answer)
    assert not AdultConcern.objects.exists()


def test_something_can_always_be_added_once(staff, head, dan):
    staff.send(answers(staff, dan), WRITE)
    here = f"/adult/mine/{the_one(staff).uid}/"
    once = re.search('name="once" value="([^"]+)"', page_text(staff.open(here)))[1]
    for _ in range(2):
        added = staff.client.post(here.replace("mine", "add"), {"words": "Again.", "once": once})
        assert added.status_code == 302
    assert [row.words for row in AdultEntry.objects.all()] == ["Again."]
    assert "Again." in page_text(staff.open(here))
    assert staff.client.post(here.replace("mine", "add"), {"words": " "}).status_code == 422


def test_the_writers_list_has_no_name_and_none_of_what_was_written(staff, head, dan):
    staff.send(answers(staff, dan), WRITE)
    adult.tell(by=head, concern=the_one(staff), words="Thank you, Wyn.", now=factories.NOW)
    page = page_text(staff.open("/adult/mine/"))
    assert the_one(staff).reference in page
    assert "Thank you, Wyn." in page
    assert "Dan Dubious" not in page
    assert ACCOUNT not in page


def test_the_writers_list_is_paged_by_key(staff, head, dan, writer):
    made = [adults.send_adult_concern(writer, dan) for _ in range(21)]
    assert made[0].reference not in page_text(staff.open("/adult/mine/"))
    assert made[0].reference in page_text(staff.open(f"/adult/mine/?before={made[1].uid}"))
    assert staff.client.get("/adult/mine/?before=x").status_code == 404


# What began about a child


def half_way(staff, child, **more):
    form = staff.carried() | {"child": [str(child.uid)], "account": "He shouted at her."}
    return staff.send(form | more | {"do": "adult"})


def test_half_way_through_the_childs_form_every_word_goes_along(staff, head, child):
    moved = half_way(
        staff,
        child,
        described="And her cousin",
        place="Hall",
        child_words="He hurts me",
        going_home="yes",
        how_known="saw",
        happened_on_day="2",
        happened_on_month="11",
        happened_on_year="2026",
        happened_at="14:30",
        **{"mark-0-place": "ear", "mark-0-described": "red"},
        find="Quillf",
        find_involved="Noah",
        danger="on",
        excluded=[str(head.person.uid)],
    )
    assert moved["Location"].startswith("/adult/draft/")
    page = page_text(staff.client.get(moved["Location"]))
    for said in (
        "He shouted at her.",
        "Aneurin Quillfeather",
        "And her cousin",
        "Hall",
        "He hurts me",
        "I saw it",
        "2 11 2026",
        "14:30",
        "Ear",
        "red",
        "Noah",
        "Somebody is in danger now",
    ):
        assert said in page, said
    assert 'value="Aneurin Quillfeather, And her cousin, Noah"' in page
    assert re.search(f'value="{head.person.uid}" checked', page)
    assert not Concern.objects.exists()


def test_what_went_along_leaves_no_draft_about_a_child(staff, child, lead):
    form = staff.carried() | {"child": [str(child.uid)], "account": "He shouted at her."}
    staff.client.post("/submit/keep/", form)
    staff.send(form | {"do": "adult"})
    assert list(Draft.objects.values_list("page", flat=True)) == [ADULT]
    assert staff.client.post("/submit/keep/", form).json() == {"gone": True}
    assert "He shouted" in Draft.objects.get().words


def test_sending_the_childs_form_after_all_is_asked_about_first(staff, head, child, dan):
    form = staff.carried() | {"child": [str(child.uid)], "account": "A.", "going_home": "no"}
    there = staff.send(form | {"do": "adult"})["Location"]
    first = staff.send(form)
    assert first.status_code == 422
    assert "an adult who works here" in summary_errors(first)[0]
    carried = staff.carried(there) | {"account": "A.", "whom": str(dan.uid)}
    staff.send(carried, WRITE)
    assert staff.send(form).status_code == 422
    assert not Concern.objects.exists()


def test_an_addition_about_an_adult_writes_nothing_to_the_childs_concern(staff, child, head):
    concern = factories.send_concern(staff.viewer, child).concern
    lines = LedgerLine.objects.count()
    form = {"do": "adult", "words": "It was Mr Dubious who shouted."}
    moved = staff.client.post(f"/submit/add/{concern.uid}/", form)
    page = page_text(staff.client.get(moved["Location"]))
    assert "It was Mr Dubious who shouted." in page
    assert "Aneurin Quillfeather" in page
    assert not Addition.objects.exists()
    assert LedgerLine.objects.count() == lines
    assert Concern.objects.get().version == concern.version


def test_an_addition_is_not_asked_again_whom_it_is_about(staff, child):
    concern = factories.send_concern(staff.viewer, child).concern
    page = page_text(staff.open(f"/submit/mine/{concern.uid}/"))
    assert "Who is this about?" not in page
    assert "This is about an adult who works here" in page
    answer = staff.client.post(f"/submit/add/{concern.uid}/", {"words": "Again."})
    assert answer.status_code == 302
    assert Addition.objects.get().words == "Again."


def test_a_database_that_is_gone_leaves_the_words_on_the_page(staff, dan, monkeypatch):
    from django.db import OperationalError

    def gone(**given):
        raise OperationalError

    form = answers(staff, dan)
    monkeypatch.setattr(adult, "send", gone)
    answer = staff.send(form, WRITE)
    assert answer.status_code == 503
    assert ACCOUNT in page_text(answer)
