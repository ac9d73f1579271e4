"""Tests what meets a session that opens the files of unusually many children, by its pages."""

import json
from urllib.parse import quote

import pytest
from django.core import mail
from django.db import connection

from concerns.doors import clock_round
from concerns.models import BulkReason, BulkStop, Child, Concern, LedgerLine, Notice, School
from concerns.models.ledger.files_opened import read_files_opened
from concerns.models.school import second_factor
from concerns.models.school.person import viewers_for_person
from concerns.rules.bulk_brake import MOST, BulkLimit
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.access.codes import give_factor, set_up_app
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import page_text
from tests.form_on_page import forms_on_page

pytestmark = pytest.mark.django_db

ASKS = "/access/many/?next="
AN_HOUR, A_DAY = MOST[BulkLimit.HOUR], MOST[BulkLimit.DAY]
# The fewest that a school may allow: most of what is tried needs no more files than these.
FEW = 10


def school_with_factor(**more) -> School:
    """Asks for a second factor, but not why somebody reads outside their caseload."""
    return factories.real_school(invented=True, asks_why_read=False, **more)


@pytest.fixture
def locked():
    """A school that asks for a second factor, and for a reason as early as a school may."""
    return school_with_factor(files_an_hour=FEW, files_a_day=2 * FEW)


class Reader:
    """Somebody who has signed in with their password and, if the school asks for it, their factor.

    `codes` are recovery codes, each good for one more time: an app shows no second code so soon.
    """

    def __init__(self, school: School, *roles: Role, asked: bool = True):
        self.person = factories.person(school, *(roles or (Role.DSL,)))
        secret = set_up_app(self.person)
        self.codes = second_factor.make_recovery_codes(self.person)
        self.client = factories.sign_in(SecureClient(), self.person)
        if asked:
            assert give_factor(self.client, secret).status_code == 302

    def open(self, address: str):
        return self.client.get(address)

    def count_shown(self, addresses: list[str]) -> int:
        """How many of them are shown before one is not."""
        for number, address in enumerate(addresses):
            if self.open(address).status_code != 200:
                return number
        return len(addresses)

    def give_factor_again(self, there: str):
        """Give the factor on the page to which the page `there` leads; the answer."""
        asks = self.open(there).headers["Location"]
        assert asks.startswith("/access/factor/?next=")
        return self.client.post(asks, {"code": self.codes.pop()})

    def say_why_of(self, address: str):
        """Ask for a page that is stopped, and say why."""
        assert self.open(address).headers["Location"].startswith(ASKS)
        return self.say_why(address)

    def say_why(self, address: str):
        """Give factor and reason, having been stopped on the way to `address`; the last answer."""
        there = ASKS + quote(address, safe="")
        self.give_factor_again(there)
        return self.client.post(there, {"words": "Preparing the review."})


def files_of(school: School, count: int) -> list[str]:
    return [f"/child/{factories.child(school).uid}/" for _ in range(count)]


def letters_to(person) -> list:
    clock_round.run_reminder_round()
    return [one for one in mail.outbox if one.to == [person.email]]


def stopped_reader(school: School, *roles: Role) -> tuple[Reader, list[str]]:
    """A reader who was shown as many files as they may, and asked for the last of these."""
    reader = Reader(school, *roles)
    files = files_of(school, FEW + 2)
    assert reader.count_shown(files) == FEW
    return reader, files[: FEW + 1]


def test_a_stolen_password_and_factor_are_stopped_by_the_hundredth_file_and_the_head_is_told():
    school = school_with_factor()
    head = factories.person(school, Role.HEAD)
    thief = Reader(school)
    files = files_of(school, A_DAY + 1)
    shown = 0
    for turn in (1, 2):
        shown += thief.count_shown(files[shown:])
        assert shown == turn * AN_HOUR
        thief.say_why(files[shown])
    shown += thief.count_shown(files[shown:])
    assert shown == A_DAY
    told = "\n".join(letter.body for letter in letters_to(head))
    for asked in ("41 children in an hour", "101 children in a day"):
        assert f"{thief.person.name} asked for the files of {asked}" in told


def test_the_next_page_leads_to_where_one_says_why(locked):
    reader, files = stopped_reader(locked)
    answer = reader.open(files[-1])
    assert answer.headers["Location"] == ASKS + quote(files[-1], safe="")


def test_what_was_not_shown_is_not_recorded_as_read(locked):
    _reader, files = stopped_reader(locked)
    child = files[-1].split("/")[2]
    assert not LedgerLine.objects.filter(body__contains=child, kind=Kind.STORY).exists()


def test_a_child_whose_file_is_open_is_opened_again(locked):
    reader, files = stopped_reader(locked)
    assert reader.open(files[0]).status_code == 200


def test_concerns_about_one_child_are_one_file(locked):
    reader = Reader(locked)
    child = factories.child(locked)
    writer = factories.viewer(locked)
    sent = [factories.send_concern(writer, child).concern for _ in range(FEW + 1)]
    assert reader.count_shown([f"/triage/{one.uid}/" for one in sent]) == FEW + 1


def test_lists_are_no_files(locked):
    reader, _files = stopped_reader(locked)
    assert reader.count_shown(["/triage/", "/chase/", "/child/tracker/"]) == 3


def test_signing_in_again_does_not_begin_at_nought(locked):
    reader, files = stopped_reader(locked)
    again = factories.sign_in(SecureClient(), reader.person)
    again.post("/access/factor/", {"code": reader.codes.pop()})
    assert again.get(files[0]).status_code == 200
    assert again.get(files[-1]).headers["Location"].startswith(ASKS)


def test_a_colleague_is_not_stopped_by_it(locked):
    _, files = stopped_reader(locked)
    assert Reader(locked, Role.DEPUTY).open(files[-1]).status_code == 200


def test_the_factor_is_asked_for_again_although_it_was_just_given(locked):
    reader, files = stopped_reader(locked)
    there = reader.open(files[-1]).headers["Location"]
    asks = reader.open(there).headers["Location"]
    assert "files of unusually many children" in page_text(reader.open(asks))
    refused = reader.client.post(there, {"words": "No factor."})
    assert refused.headers["Location"] == asks
    assert not BulkReason.objects.exists()
    assert reader.give_factor_again(there).headers["Location"] == there
    assert reader.open(there).status_code == 200


def test_whoever_gives_factor_and_reason_goes_on_where_they_were(locked):
    reader, files = stopped_reader(locked)
    assert reader.say_why(files[-1]).headers["Location"] == files[-1]
    assert reader.open(files[-1]).status_code == 200


def test_what_they_said_is_kept_and_not_in_the_line_of_the_ledger(locked):
    reader, files = stopped_reader(locked)
    reader.say_why(files[-1])
    said = BulkReason.objects.get()
    assert (said.stop.person, said.words) == (reader.person, "Preparing the review.")
    assert said.gave_factor
    line = LedgerLine.objects.get(kind=Kind.MANY_SAID)
    assert json.loads(line.body)["reason"] == "hour"
    assert "review" not in line.body


def test_a_reason_must_be_given(locked):
    reader, files = stopped_reader(locked)
    there = reader.open(files[-1]).headers["Location"]
    reader.give_factor_again(there)
    assert reader.client.post(there, {"words": "  "}).status_code == 422
    assert reader.open(files[-1]).headers["Location"] == there


def test_a_second_window_cannot_give_a_second_reason(locked):
    reader, files = stopped_reader(locked)
    reader.say_why(files[-1])
    answer = reader.client.post(ASKS + quote(files[-1], safe=""), {"words": "Again."})
    assert answer.headers["Location"] == files[-1]
    assert BulkReason.objects.count() == 1


def test_a_school_that_asks_for_no_factor_asks_for_the_reason_alone():
    school = factories.school(files_an_hour=FEW)
    reader = Reader(school, asked=False)
    files = files_of(school, FEW + 1)
    assert reader.count_shown(files) == FEW
    there = reader.open(files[-1]).headers["Location"]
    assert reader.client.post(there, {"words": "To look."}).headers["Location"] == files[-1]
    assert reader.open(files[-1]).status_code == 200
    assert not BulkReason.objects.get().gave_factor


def test_the_head_is_told_once_however_often_the_next_page_is_asked_for(locked):
    head = factories.person(locked, Role.HEAD)
    reader, files = stopped_reader(locked)
    for _ in range(3):
        reader.open(files[-1])
    assert BulkStop.objects.count() == 1
    (letter,) = letters_to(head)
    assert f"{reader.person.name} asked for the files of 11 children in an hour" in letter.body


def test_of_the_heads_own_reading_the_chair_is_told_in_numbers(locked):
    chair = factories.person(locked, Role.CHAIR)
    other_head = factories.person(locked, Role.HEAD)
    head, _ = stopped_reader(locked, Role.HEAD)
    (letter,) = letters_to(chair)
    assert "The headteacher asked for the files of 11 children in an hour" in letter.body
    assert head.person.name not in letter.body
    assert letters_to(other_head) == []


def test_words_typed_in_a_form_that_is_stopped_are_kept(locked):
    reader = Reader(locked)
    concern = factories.concern_at(
        State.TAKEN, where=locked, lead=factories.viewer(locked, Role.DSL, who=reader.person)
    )
    address = f"/triage/{concern.uid}/decide/"
    form = next(one for one in forms_on_page(reader.open(address)) if "reason" in one.boxes)
    # Said why, so that the child of the form is open no more; then as many others as may be.
    reader.count_shown(files_of(locked, FEW))
    reader.say_why(address)
    reader.count_shown(files_of(locked, FEW))
    sent = reader.client.post(address, form.fields(reason="I typed this."))
    assert sent.headers["Location"] == ASKS + quote(address, safe="")
    assert reader.say_why(address).headers["Location"] == address
    assert "I typed this." in page_text(reader.open(address))


def test_whoever_was_stopped_still_sends_a_concern_and_sees_it(locked):
    reader, _ = stopped_reader(locked)
    child = Child.objects.last()
    said = {"do": "send", "child": str(child.uid), "account": "No coat again.", "going_home": "no"}
    receipt = reader.client.post("/submit/write/", said).headers["Location"]
    assert receipt.startswith("/submit/sent/")
    assert reader.open(receipt).status_code == 200
    assert reader.open(f"/submit/mine/{Concern.objects.get().uid}/").status_code == 200


EXPORTS = ["/child/tracker/csv/", "/child/tracker/print/"]


@pytest.mark.parametrize("address", EXPORTS)
def test_a_file_of_many_children_is_stopped_and_opens_after_one_reason(locked, address):
    reader = Reader(locked)
    writer = factories.viewer(locked)
    for _ in range(FEW + 1):
        factories.send_concern(writer, factories.child(locked))
    assert reader.open(address).headers["Location"].startswith(ASKS)
    assert not LedgerLine.objects.filter(kind=Kind.EXPORTED).exists()
    reader.say_why(address)
    whole = reader.open(address)
    assert whole.status_code == 200
    assert whole.getvalue()
    assert reader.open(files_of(locked, 1)[0]).headers["Location"].startswith(ASKS)


def test_whoever_took_out_the_tracker_has_not_opened_everybody_in_it(locked):
    reader = Reader(locked)
    writer = factories.viewer(locked)
    children = [factories.child(locked) for _ in range(FEW + 1)]
    for child in children:
        factories.send_concern(writer, child)
    reader.say_why_of(EXPORTS[0])
    assert reader.open(EXPORTS[0]).getvalue()
    assert reader.open(f"/child/{children[0].uid}/").headers["Location"].startswith(ASKS)


def test_a_print_counts_its_child(locked):
    reader, _files = stopped_reader(locked)
    child = Child.objects.order_by("-pk")[0]
    assert reader.open(f"/child/{child.uid}/print/").headers["Location"].startswith(ASKS)


def test_the_head_sees_who_was_asked_and_what_they_said(locked):
    reader, files = stopped_reader(locked)
    head = Reader(locked, Role.HEAD)
    assert "they went no further" in page_text(head.open("/access/limits/"))
    reader.say_why(files[-1])
    page = page_text(head.open("/access/limits/"))
    assert reader.person.name in page
    assert "11 in an hour" in page
    assert "Preparing the review." in page


def test_the_head_may_ask_sooner(locked):
    head = Reader(locked, Role.HEAD)
    answer = head.client.post("/access/limits/", {"an_hour": "12", "a_day": "30"})
    assert answer.headers["Location"] == "/access/limits/"
    locked.refresh_from_db()
    assert (locked.files_an_hour, locked.files_a_day) == (12, 30)
    line = LedgerLine.objects.get(kind=Kind.LIMITS_SET)
    assert json.loads(line.body)["reason"] == "12 an hour, 30 a day; before 10 and 20"


@pytest.mark.parametrize(
    ("an_hour", "a_day"), [("41", "100"), ("40", "101"), ("9", "20"), ("30", "20"), ("", "")]
)
def test_no_head_may_ask_later_than_usual_or_at_once(locked, an_hour, a_day):
    head = Reader(locked, Role.HEAD)
    answer = head.client.post("/access/limits/", {"an_hour": an_hour, "a_day": a_day})
    assert answer.status_code == 422
    locked.refresh_from_db()
    assert locked.files_an_hour == FEW


def test_the_count_is_one_query_however_much_was_read(locked):
    reader, _files = stopped_reader(locked)
    (viewer,) = viewers_for_person(reader.person)
    statements = list_statements(lambda: read_files_opened(viewer))
    assert len(statements) == 1
    assert len(read_files_opened(viewer).at) == FEW


@pytest.mark.sqlite_alone
def test_the_count_is_found_by_an_index_of_its_reader(locked):
    reader = Reader(locked)
    (viewer,) = viewers_for_person(reader.person)
    (sql,) = list_statements(lambda: read_files_opened(viewer))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = "\n".join(row[-1] for row in cursor.fetchall())
    assert plan.count("USING INDEX lines_of_a_person (actor_id=? AND received>? AND") == 2


def test_a_page_that_only_asks_writes_no_more_than_its_reading(locked):
    reader = Reader(locked)
    address = files_of(locked, 1)[0]
    reader.open(address)
    before = LedgerLine.objects.count()
    sent = list_statements(lambda: reader.open(address))
    written = [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(written) == LedgerLine.objects.count() - before
    assert not Notice.objects.exists()
