"""Tests for sending a concern by the form."""

import re
import uuid

import pytest

from concerns.models import Addition, Concern, Draft, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.desk import page_text

EVERYTHING = {
    "account": "He held his arm and would not take his coat off.",
    "going_home": "yes",
    "happened_on_day": "2",
    "happened_on_month": "November",
    "happened_on_year": "2026",
    "happened_at": "1.45 pm",
    "how_sure": "about",
    "place": "By the coats",
    "how_known": "child_told",
    "child_words": "he dun it",
    "asked": "What happened?",
    "who_else": "The lunch supervisor",
    "explanation": "Fell off a wall",
    "explained_by": "His mum, to me",
    "may_mean": "I do not believe the wall",
    "categories": ["physical", "neglect"],
    "mark-0-place": "ear",
    "mark-0-side": "left",
    "mark-0-size": "1,5 cm",
    "mark-0-described": "round, red",
    "mark-1-place": "",
    "told_in_person": "Mrs Lead, at two",
    "already_called": "Nobody yet",
}


def test_opening_the_form_writes_nothing(staff):
    before = LedgerLine.objects.count()
    staff.open()
    staff.open("/submit/start/")
    assert (Draft.objects.count(), Concern.objects.count()) == (0, 0)
    assert LedgerLine.objects.count() == before


def test_a_child_some_words_and_one_answer_are_enough(staff, child):
    answer = staff.send(staff.answers(child))
    concern = Concern.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/submit/sent/{concern.uid}/"
    assert concern.account == "He had not eaten."
    assert concern.reporter == staff.person


def test_a_feeling_needs_nothing_else(staff, child):
    staff.send(staff.answers(child, account="Not himself.", how_known="feeling"))
    assert Concern.objects.get().how_known == "feeling"


def test_a_child_who_is_not_on_the_roll_is_described(staff):
    staff.send(staff.answers(described="About six, red coat, with an older girl"))
    row = Concern.objects.get().children.get()
    assert (row.child, row.described) == (None, "About six, red coat, with an older girl")


def test_everything_that_was_answered_is_kept(staff, child, where):
    friend = factories.child(where)
    staff.send(staff.answers(child, **EVERYTHING, involved=[str(friend.uid)]))
    concern = Concern.objects.get()
    assert str(concern.happened_on) == "2026-11-02"
    assert f"{concern.happened_at:%H:%M}" == "13:45"
    for name in (
        "place",
        "child_words",
        "asked",
        "who_else",
        "explanation",
        "explained_by",
        "may_mean",
        "told_in_person",
        "already_called",
        "how_sure",
    ):
        assert getattr(concern, name) == EVERYTHING[name], name
    assert {row.category for row in concern.category_rows.all()} == {"physical", "neglect"}
    assert {(row.child_id, row.part) for row in concern.children.all()} == {
        (child.pk, "about"),
        (friend.pk, "involved"),
    }
    mark = concern.marks.get()
    assert (mark.place, mark.side, str(mark.size_cm)) == ("ear", "left", "1.5")


def test_the_writers_own_page_shows_the_marks_they_saw(staff):
    mark = factories.body_mark()
    concern = factories.send_concern(
        staff.viewer, factories.child(staff.where), marks=(mark,)
    ).concern
    page = page_text(staff.open(f"/submit/mine/{concern.uid}/"))
    assert concern.marks.get().mark_in_words in page


def test_a_child_picked_twice_is_in_it_once(staff, child):
    answers = staff.answers(child, child, involved=[str(child.uid)])
    assert staff.send(answers).status_code == 302
    assert Concern.objects.get().children.get().part == "about"


def test_the_same_form_sent_again_shows_the_first_receipt(staff, child):
    answers = staff.answers(child)
    first = staff.send(answers)
    second = staff.send(answers)
    assert first["Location"] == second["Location"]
    assert Concern.objects.count() == 1


def test_what_was_written_after_sending_is_not_lost_when_the_form_is_sent_again(staff, child):
    answers = staff.answers(child)
    staff.send(answers)
    answer = staff.send(answers | {"account": "He had not eaten. Nor slept.", "danger": "on"})
    assert answer["Location"] == f"/submit/mine/{Concern.objects.get().uid}/"
    box = staff.open(answer["Location"]).content.decode()
    assert "He had not eaten. Nor slept." in box
    assert "Somebody is in danger now" in box
    assert "not sent yet" in box
    assert not Addition.objects.exists()


def test_a_form_begun_by_somebody_else_is_refused_and_then_goes_through(staff, child, another):
    theirs = another()
    their_answers = theirs.answers(child)
    theirs.send(their_answers | {"do": "later"})
    answers = staff.answers(child, draft=their_answers["draft"], account="Mine to keep.")
    answer = staff.send(answers)
    assert answer.status_code == 422
    assert "Mine to keep." in answer.content.decode()
    assert Draft.objects.get().person == theirs.person
    fresh = re.search('name="draft" value="([^"]+)"', answer.content.decode())[1]
    assert staff.send(answers | {"draft": fresh}).status_code == 302


def test_a_form_somebody_else_has_sent_gives_nobody_their_receipt(staff, child, another):
    theirs = another()
    their_answers = theirs.answers(child)
    theirs.send(their_answers)
    answer = staff.send(staff.answers(child, draft=their_answers["draft"]))
    assert answer.status_code == 422
    assert Concern.objects.get().reporter == theirs.person
    assert LedgerLine.objects.filter(kind=Kind.REFUSED, actor=staff.person).count() == 1


def test_a_script_is_told_where_to_go_next(staff, child):
    answer = staff.send(staff.answers(child), HTTP_ACCEPT="application/json")
    assert answer.json() == {"next": f"/submit/sent/{Concern.objects.get().uid}/"}


def test_two_concerns_that_draw_one_reference_are_both_kept(staff, child, monkeypatch):
    drawn = iter(["AAA-AAA", "AAA-AAA", "BBB-BBB"])
    monkeypatch.setattr("concerns.rules.reference_codes.draw_new_reference", lambda: next(drawn))
    staff.send(staff.answers(child))
    staff.send(staff.answers(child))
    assert {row.reference for row in Concern.objects.all()} == {"AAA-AAA", "BBB-BBB"}


@pytest.mark.parametrize("role", list(Role))
def test_whoever_holds_a_post_may_write(another, child, role):
    somebody = another(None, role)
    assert somebody.send(somebody.answers(child)).status_code == 302


def test_a_child_in_another_school_cannot_be_picked(staff):
    elsewhere = factories.child(factories.school(), "Fflur", "Elsewhere")
    answer = staff.send(staff.answers(elsewhere, account="Kept on the page."))
    said = answer.content.decode()
    assert answer.status_code == 422
    assert not Concern.objects.exists()
    assert "Kept on the page." in said
    assert "Fflur" not in said


def test_a_child_who_left_while_the_form_was_open_is_still_meant(staff, child):
    answers = staff.answers(child)
    type(child).objects.filter(pk=child.pk).update(left=factories.NOW.date())
    assert staff.send(answers).status_code == 302


def test_the_first_question_comes_before_any_word(staff):
    assert "<textarea" not in staff.open("/submit/start/").content.decode()
    to_child = staff.send({"about": "child"}, "/submit/start/")
    to_adult = staff.send({"about": "adult"}, "/submit/start/")
    assert (to_child["Location"], to_adult["Location"]) == ("/submit/write/", "/adult/write/")
    assert staff.send({}, "/submit/start/").status_code == 422


def test_in_danger_the_numbers_come_before_the_names(staff, where):
    lead = factories.person(where, Role.DSL, name="Lee Lead")
    type(lead).objects.filter(pk=lead.pk).update(room="B12", telephone="01632 960777")
    page = staff.open("/submit/danger/").content.decode()
    page = page[page.index("<main") : page.index("</main>")]
    order = ["999", where.authority.front_door, where.authority.out_of_hours, "Lee Lead", "B12",
             "01632 960777"]  # fmt: skip
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_who_will_read_it_is_named_on_the_form(staff, where):
    factories.person(where, Role.DSL, name="Lee Lead")
    factories.person(where, Role.DEPUTY, name="Dee Deputy")
    page = staff.open().content.decode()
    assert page.index("Lee Lead") < page.index("Dee Deputy") < page.index("data-autosave")


def test_no_page_names_the_child_in_its_address_or_title(staff, child):
    answers = staff.answers(child, account="Words nobody else may see", find="Aneurin")
    pages = [
        staff.send(answers | {"do": "find"}),
        staff.send(answers | {"account": ""}),
    ]
    sent = staff.send(answers)
    uid = Concern.objects.get().uid
    pages += [staff.open(f"/submit/{page}") for page in ("", f"sent/{uid}/", f"mine/{uid}/")]
    for page in pages:
        title = re.search("<title>(.*?)</title>", page.content.decode(), re.S)[1]
        assert "Aneurin" not in title
        assert "Quillfeather" not in title
        links = re.findall('(?:href|action)="([^"]*)"', page.content.decode())
        assert not [link for link in links if "uillfeather" in link]
    assert "neurin" not in sent["Location"]


def test_an_unknown_draft_is_a_new_one(staff, child):
    assert staff.send(staff.answers(child, draft="not a draft")).status_code == 302
    assert isinstance(Concern.objects.get().draft, uuid.UUID)
