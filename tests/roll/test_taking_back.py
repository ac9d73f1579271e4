"""Tests that the pupils whom a wrong file added are taken off the roll again, all of them alike."""

import re
from datetime import timedelta

import pytest
from django.db import models
from django.urls import reverse

from concerns.doors import search
from concerns.doors.act import ActRefused
from concerns.models import Child, Concern, LedgerLine, RollFile, Step
from concerns.models.child import mistaken
from concerns.reading import pickers
from concerns.reading.described_child import find_described
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.roll import acts
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.words import RollAnswer
from tests import factories
from tests.counting import list_statements
from tests.desk import page_text as text_of_page
from tests.factories import NOW
from tests.roll import exports
from tests.roll.exports import moved

DAY = timedelta(days=1)
OURS = exports.roll(12)
# Of another school: neither number nor name is one of ours.
THEIRS = [
    moved(one, upn="", admission_number="", surname=f"Quillfeather{number}", known_as="")
    for number, one in enumerate(exports.roll(3, seed=9))
]
NEW = moved(exports.roll(1, seed=5)[0], upn="", admission_number="", surname="Ferncombe")


def page_text(answer) -> str:
    return " ".join(text_of_page(answer).split())


@pytest.fixture
def wrong(office) -> RollFile:
    """Our own roll, and the day after a file that adds three pupils of another school."""
    office.bring(OURS)
    return office.bring([*OURS, *THEIRS], NOW + DAY)


@pytest.fixture
def lead(office):
    return factories.viewer(office.school, Role.DSL)


def take_back(office, file, now=NOW + 2 * DAY) -> RollFile:
    return acts.take_back(by=office.viewer, file=file, now=now)


def theirs() -> list[Child]:
    return list(Child.objects.filter(surname__startswith="Quill").order_by("surname"))


def names(viewer, part="quillfeather") -> set[str]:
    return {child.surname for child in pickers.find_children_to_pick(viewer, part)[0]}


def searched(viewer, words="Quillfeather0") -> list[str]:
    return [child.surname for child in search.search_concerns(viewer, words, "").children]


def test_the_added_pupils_leave_the_roll_and_the_others_stay(office, wrong):
    done = take_back(office, wrong)
    assert done.taken_back == 3
    assert Child.objects.on_roll(office.viewer).count() == len(OURS)
    for child in theirs():
        assert child.left == (NOW + 2 * DAY).date()
        assert child.enrolments.get().until == child.left
        assert child.placements.get().until == child.left


def test_a_child_of_whom_nothing_is_written_is_found_by_nobody(office, wrong, lead):
    assert names(lead) == {"Quillfeather0", "Quillfeather1", "Quillfeather2"}
    take_back(office, wrong)
    assert names(lead) == set()
    assert names(factories.viewer(office.school)) == set()
    assert searched(lead) == []
    described = f"{theirs()[0].forename} Quillfeather0"
    assert find_described(lead, described) == []


def test_a_child_of_whom_something_was_written_is_still_found_by_a_lead(office, wrong, lead):
    first = theirs()[0]
    factories.send_concern(factories.viewer(office.school), first, now=NOW + DAY)
    take_back(office, wrong)
    assert names(lead) == {"Quillfeather0"}
    assert searched(lead) == ["Quillfeather0"]
    assert find_described(lead, f"{first.forename} Quillfeather0") == [first]
    assert names(factories.viewer(office.school)) == set()


def test_a_concern_sent_from_a_form_that_was_open_finds_its_child_again(office, wrong, lead):
    first = theirs()[0]
    take_back(office, wrong)
    factories.send_concern(factories.viewer(office.school), first, now=NOW + 2 * DAY)
    assert names(lead) == {"Quillfeather0"}
    assert Concern.objects.visible_to(lead).count() == 1


def test_the_lead_of_an_open_concern_finds_out_where_the_child_is(office, wrong):
    first = theirs()[0]
    sent = factories.send_concern(factories.viewer(office.school), first, now=NOW + DAY)
    take_back(office, wrong)
    steps = Step.objects.open().filter(kind=StepKind.MISSING_FROM_ROLL)
    assert [step.concern_id for step in steps] == [sent.concern.pk]


def test_a_step_that_waits_already_is_not_opened_twice(office, wrong, lead):
    first, second = Child.objects.exclude(surname__startswith="Quill").order_by("pk")[:2]
    gone = {first.admission_number, second.admission_number}
    rest = [one for one in OURS if one.admission_number not in gone]
    last = office.bring([*rest, *THEIRS, NEW], NOW + 2 * DAY)
    new = Child.objects.get(surname=NEW.surname)
    sent = factories.send_concern(lead, first, new, now=NOW + 2 * DAY).concern
    # An answer about another pupil opens the step for the first.
    office.answer(second.roll_questions.get(), RollAnswer.NOT_KNOWN, NOW + 2 * DAY)
    take_back(office, last, NOW + 3 * DAY)
    assert sent.steps.open().filter(kind=StepKind.MISSING_FROM_ROLL).count() == 1


def test_the_check_of_the_record_finds_nothing_wrong_with_it(office, wrong, lead):
    factories.send_concern(factories.viewer(office.school), theirs()[0], now=NOW + DAY)
    take_back(office, wrong)
    assert list(find_integrity_breaches(office.school, (NOW + 2 * DAY).date())) == []


def test_the_office_is_told_the_same_whether_or_not_something_was_written(office, desk, wrong):
    def pages() -> list[str]:
        addresses = (
            reverse("roll_take_back", kwargs={"uid": wrong.uid}),
            reverse("roll_file", kwargs={"uid": wrong.uid}),
            reverse("roll"),
            reverse("roll_pupils"),
        )
        shown = [page_text(desk.client.get(address)) for address in addresses]
        return [re.sub(r'value="[^"]{60,}"', "", page) for page in shown]

    before = pages()
    factories.send_concern(factories.viewer(office.school), theirs()[0], now=NOW + DAY)
    assert pages() == before
    done = take_back(office, wrong)
    assert done.taken_back == 3
    file = office.upload(exports.written([*OURS, *THEIRS]), NOW + 3 * DAY)
    plan = office.plan(file, NOW + 3 * DAY)
    assert {change.known.surname for change in plan.back} == {one.surname for one in THEIRS}
    assert plan.added == []


def test_whoever_comes_back_with_a_file_is_no_longer_a_mistake(office, wrong, lead):
    take_back(office, wrong)
    again = office.bring([*OURS, THEIRS[0]], NOW + 3 * DAY)
    child = theirs()[0]
    assert (child.left, child.mistaken_at) == (None, None)
    assert names(lead) == {"Quillfeather0"}
    assert [row.until for row in child.enrolments.order_by("pk")] == [
        (NOW + 2 * DAY).date(),
        None,
    ]
    take_back(office, again, NOW + 4 * DAY)
    assert names(lead) == set()


def test_a_pupil_who_only_came_back_with_the_file_is_not_taken_off(office, wrong):
    take_back(office, wrong)
    child = theirs()[0]
    Child.objects.filter(pk=child.pk).update(mistaken_at=None)
    again = office.bring([*OURS, THEIRS[0]], NOW + 3 * DAY)
    with pytest.raises(ActRefused, match="Nobody whom this file added"):
        take_back(office, again, NOW + 4 * DAY)


REFUSED = {
    "twice": (lambda office, file: take_back(office, file), 2, "taken back already"),
    "after another file": (
        lambda office, file: office.bring([*OURS, *THEIRS], NOW + 2 * DAY),
        3,
        "Another file has been imported since",
    ),
    "after a fortnight": (lambda office, file: None, 16, "more than 14 days ago"),
}


@pytest.mark.parametrize(("first", "days", "says"), REFUSED.values(), ids=REFUSED)
def test_what_can_no_longer_be_taken_back_is_refused(office, wrong, first, days, says):
    first(office, wrong)
    standing = Child.objects.on_roll(office.viewer).count()
    with pytest.raises(ActRefused, match=says):
        take_back(office, wrong, NOW + days * DAY)
    assert Child.objects.on_roll(office.viewer).count() == standing


def test_a_file_that_was_not_imported_is_not_taken_back(office):
    with pytest.raises(ActRefused, match="has not been imported"):
        take_back(office, office.upload(exports.written(OURS)))


def test_taking_back_is_in_the_ledger_with_how_many(office, wrong):
    take_back(office, wrong)
    line = LedgerLine.objects.get(kind=Kind.ROLL_TAKEN_BACK)
    assert (line.about, line.actor) == (str(wrong.uid), office.viewer.person)
    assert '"reason":"3 taken back"' in line.body


def test_a_lead_reads_on_the_childs_page_why_they_are_off_the_roll(office, wrong, client):
    child = theirs()[0]
    factories.send_concern(factories.viewer(office.school), child, now=NOW + DAY)
    take_back(office, wrong)
    factories.sign_in(client, factories.person(office.school, Role.DSL))
    page = page_text(client.get(reverse("child", kwargs={"uid": child.uid})))
    assert "a wrong roll file had put them on it" in page


def test_the_pupils_are_taken_back_on_the_page_once_that_is_confirmed(desk, office):
    desk.confirm(desk.upload(exports.written(THEIRS)).url, sure="on")
    file = RollFile.objects.get()
    address = reverse("roll_take_back", kwargs={"uid": file.uid})
    assert (
        address in desk.client.get(reverse("roll_file", kwargs={"uid": file.uid})).content.decode()
    )
    assert "It added 3 pupils who are on the roll now" in page_text(desk.client.get(address))
    unsure = desk.client.post(address)
    assert unsure.status_code == 422
    assert "Tick the box" in page_text(unsure)
    done = desk.client.post(address, {"sure": "on"}, follow=True)
    assert "took off the roll the 3 pupils whom this file had added" in page_text(done)
    again = page_text(desk.client.post(address, {"sure": "on"}))
    assert "have been taken back already" in again
    assert Child.objects.on_roll(office.viewer).count() == 0


def test_a_file_that_waits_to_be_confirmed_has_nothing_to_take_back(desk):
    look = desk.upload(exports.written(THEIRS)).url
    assert desk.client.get(f"{look}take-back/").url == look


def test_more_pupils_to_take_back_cost_no_statement_more(office, desk):
    address = [
        reverse("roll_take_back", kwargs={"uid": office.bring(rows, NOW + n * DAY).uid})
        for n, rows in enumerate((THEIRS[:1], exports.roll(40)))
    ]
    desk.client.get(address[0])
    few = list_statements(lambda: desk.client.get(address[0]))
    assert len(list_statements(lambda: desk.client.get(address[1]))) == len(few)


def test_taking_back_more_costs_no_statement_more(office):
    files = [office.bring(rows, NOW + n * DAY) for n, rows in enumerate((THEIRS, exports.roll(40)))]
    many = list_statements(lambda: take_back(office, files[1]))
    office.bring([THEIRS[0], moved(THEIRS[1], surname="Quillfeather8")], NOW + 3 * DAY)
    last = RollFile.objects.order_by("pk").last()
    few = list_statements(lambda: take_back(office, last, NOW + 4 * DAY))
    assert len(many) == len(few)


def test_a_child_taken_back_is_off_the_roll_in_the_database_too(office, wrong):
    take_back(office, wrong)
    with pytest.raises(Exception, match="mistaken_is_off_the_roll"):
        Child.objects.filter(pk=theirs()[0].pk).update(left=None)


def test_everything_that_leads_to_a_child_is_of_the_roll_or_is_written_about_them():
    leading = {
        field.related_model
        for field in Child._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ManyToOneRel)
    }
    tables = {model._meta.db_table: model.__name__ for model in leading}
    written = {table for table, _ in mistaken.written_about_children()}
    assert {tables[name] for name in tables if name not in written} == mistaken.OF_THE_ROLL
    assert {"concerns_concernchild", "concerns_status", "concerns_sighting"} <= written
