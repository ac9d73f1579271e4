"""Tests that a Common Transfer File goes in as other roll files do, and that one of a few pupils
makes nobody else missing."""

import pytest

from concerns.doors.act import ActRefused
from concerns.models import Child, RollFile, RollQuestion
from concerns.roll import acts, queries
from tests import factories
from tests.ctf_files import ZOE, ctf, pupil
from tests.desk import page_text

FIVE = [pupil(number, forename=f"Ivy{number}") for number in range(1, 6)]
NEW = pupil(9, "Khan", "Noah")
WHOLE = "It is the whole roll: show who is missing"


def of_school(office, *pupils: str, **more) -> bytes:
    """The file of the whole roll, which the school itself wrote."""
    more = {"source": office.school.name, "source_urn": office.school.urn, **more}
    return ctf(*pupils, **more).encode()


def transfer(office, *pupils: str) -> bytes:
    """The file of some pupils who come from another school."""
    return ctf(*pupils, destination=office.school.name).encode()


def questions(office) -> int:
    return RollQuestion.objects.of_school(office.viewer).unanswered_questions().count()


@pytest.fixture
def five(office):
    office.bring(of_school(office, *FIVE))


def bring(office, content: bytes, coverage: str = "", sure: bool = False) -> RollFile:
    file = office.upload(content)
    reading = queries.read_roll_file(office.viewer, file)
    given = (office.school, reading.table, reading.guess, factories.NOW.date(), coverage)
    seen = queries.build_roll_plan(*given).plan_digest
    return acts.bring(
        by=office.viewer, file=file, mapping=reading.guess, seen=seen, sure=sure,
        coverage=coverage, now=factories.NOW,
    )  # fmt: skip


def test_the_file_of_a_school_is_its_roll_and_asks_about_who_is_not_in_it(office, five):
    file = bring(office, of_school(office, *FIVE[1:]))
    assert (file.missing, file.is_of_some_pupils, questions(office)) == (1, False, 1)


def test_what_it_says_of_a_pupil_stands_on_the_roll(office):
    office.bring(transfer(office, ZOE))
    child = Child.objects.get(school=office.school)
    assert (child.surname, child.known_surname, child.known_as) == ("Ní Bhriain", "Byrne", "Zo")
    assert (child.year, child.upn, str(child.born)) == ("Year 4", "A12345678901B", "2016-03-04")


def test_a_file_of_one_pupil_who_comes_leaves_nobody_missing(office, five):
    file = bring(office, transfer(office, NEW))
    assert (file.added, file.missing, file.is_of_some_pupils) == (1, 0, True)
    assert questions(office) == 0
    assert Child.objects.on_roll(office.viewer).count() == 6


def test_it_answers_for_who_was_missing_and_is_in_it(office, five):
    bring(office, of_school(office, *FIVE[1:]))
    bring(office, of_school(office, FIVE[0]))
    assert questions(office) == 0


@pytest.mark.parametrize(("coverage", "missing"), [("whole", 5), ("some", 0), ("other", 0)])
def test_who_says_what_the_file_is_of_decides(office, five, coverage, missing):
    file = bring(office, transfer(office, NEW), coverage, sure=True)
    assert file.missing == questions(office) == missing


def test_a_file_of_most_pupils_can_be_said_to_be_of_some(office, five):
    file = bring(office, of_school(office, *FIVE[1:]), "some")
    assert (file.missing, questions(office)) == (0, 0)


def test_another_file_is_never_one_of_some_pupils(office, five):
    head = "Surname,Forename,DOB,UPN\r\n"
    content = f"{head}Smith,Ivy1,01/02/2017,C00000000001D\r\n".encode()
    with pytest.raises(ActRefused, match="whole roll"):
        bring(office, content, "some")


def test_a_file_for_another_school_is_brought_in_only_once_that_is_sure(office, five):
    content = ctf(NEW, destination="Hill Top School").encode()
    with pytest.raises(ActRefused, match="these pupils belong to this school"):
        bring(office, content)
    assert bring(office, content, sure=True).added == 1


def test_who_has_left_the_school_that_wrote_the_file_is_a_leaver_of_that_school_alone(office):
    assert len(office.plan(office.upload(of_school(office, ZOE))).leavers) == 1
    plan = office.plan(office.upload(transfer(office, ZOE)))
    assert (len(plan.leavers), plan.added[0].entry) == (0, None)


def test_a_new_pupil_with_the_birthday_of_one_on_the_roll_is_asked_about(office, five):
    other = pupil(9, "Cole", "Ivy1")
    with pytest.raises(ActRefused, match="belong to this school"):
        bring(office, transfer(office, other))


def test_the_page_says_whose_file_it_is_and_offers_to_take_it_as_the_whole_roll(office, five, desk):
    address = desk.upload(transfer(office, NEW), "ctf.xml").url
    shown = " ".join(page_text(desk.client.get(address)).split())
    assert "(CTF 25.0), written by Mill Lane School (201 2345), for" in shown
    assert "nobody is asked about as missing" in shown
    assert WHOLE in shown
    whole = page_text(desk.client.get(address, {"coverage": "whole"}))
    assert "100% of the roll (5 of 5) is missing from this file." in whole
    assert "It is of some pupils: nobody is missing" in whole
    assert "Not asked: the file was of some pupils" in page_text(
        desk.client.get(desk.confirm(address).url)
    )


def test_what_was_chosen_on_the_page_is_what_is_imported(office, five, desk):
    address = desk.upload(transfer(office, NEW), "ctf.xml").url
    desk.confirm(f"{address}?coverage=whole", sure="on")
    assert questions(office) == 5


def test_a_file_that_is_refused_is_told_on_the_page(desk):
    answer = desk.upload(b"<!DOCTYPE CTfile []><CTfile/>", "ctf.xml")
    assert answer.status_code == 422
    assert "declares a document type or entities" in page_text(answer)
