"""Tests that whoever opens a file outside their caseload says why, and who is shown that."""

import json
import re
from datetime import date, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.utils import timezone

from concerns.access import acts as access
from concerns.doors.act import ActRefused
from concerns.doors.reading_reason import ReasonNeeded, record_question
from concerns.models import (
    Concern,
    LedgerLine,
    ReadingQuestion,
    ReadingReason,
    School,
)
from concerns.models.school.person import Viewer, viewers_for_person
from concerns.reading.caseload import list_outside_caseload
from concerns.rules.caseload import ANSWER_LASTS, HAD_A_HAND_FOR, NOT_SHOWN, ReadingReasonWord
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories, homes
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import page_text
from tests.form_on_page import forms_on_page

pytestmark = pytest.mark.django_db

DANGER = {"do": ReadingReasonWord.DANGER.value}


@pytest.fixture
def where():
    return factories.school(asks_why_read=True)


@pytest.fixture
def child(where):
    """Nothing is open about them."""
    return factories.child(where)


class Reader:
    def __init__(self, school: School, *roles: Role, name: str = ""):
        self.person = factories.person(school, *(roles or (Role.DSL,)), name=name)
        self.client = factories.sign_in(SecureClient(), self.person)

    @property
    def viewer(self) -> Viewer:
        return viewers_for_person(self.person)[0]

    def open(self, address: str):
        return self.client.get(address)

    def is_asked(self, address: str) -> bool:
        answer = self.open(address)
        assert answer.status_code in (200, 302)
        return answer.status_code == 302 and answer.headers["Location"].startswith("/access/why/")

    def answer(self, address: str, **said: str):
        """Ask for a page that is not shown, and say why."""
        return self.client.post(self.open(address).headers["Location"], said or DANGER)


@pytest.fixture
def lead(where):
    return Reader(where, name="Dee Lead")


def without_token(answer) -> str:
    """The page without the token of its forms, which is drawn anew each time."""
    return re.sub(r'value="\w{64}"', "", page_text(answer))


def file_of(child) -> str:
    return f"/child/{child.uid}/"


def close_for(where, child, *, by: Viewer | None = None, ago=timedelta()) -> Concern:
    """A concern about `child` that was closed so long ago, by a lead who reads nothing here."""
    lead = by or factories.viewer(where, Role.DEPUTY, now=timezone.now() - ago)
    now = lead.now - timedelta(hours=3)
    return factories.concern_at(State.CLOSED, where=where, children=(child,), lead=lead, now=now)


def test_whoever_opens_a_file_of_nobodys_open_business_is_asked_and_goes_on_by_one_press(
    lead, child
):
    asked = lead.open(file_of(child)).headers["Location"]
    assert asked.endswith("?next=" + quote(file_of(child), safe=""))
    assert lead.client.post(asked, DANGER).headers["Location"] == file_of(child)
    assert lead.open(file_of(child)).status_code == 200


def test_the_reason_is_kept_and_is_in_the_ledger_without_its_words(lead, child):
    lead.answer(file_of(child), words="Her new school has rung.")
    said = ReadingReason.objects.get()
    assert said.question.person == lead.person
    assert (said.reason, said.words) == (ReadingReasonWord.OTHER, "Her new school has rung.")
    asked, answered = LedgerLine.objects.filter(kind__startswith="reading_").order_by("id")
    assert (asked.kind, answered.kind) == (Kind.READING_ASKED, Kind.READING_SAID)
    body = json.loads(answered.body)
    assert (body["children"], body["reason"]) == ([str(child.uid)], "other")
    assert "school has rung" not in answered.body


def test_what_was_not_shown_is_not_recorded_as_read(lead, child):
    lead.open(file_of(child))
    assert not LedgerLine.objects.filter(kind__in=[Kind.STORY, Kind.FILE]).exists()


def test_one_answer_is_asked_for_each_file_and_not_for_each_page_of_it(lead, child, where):
    closed = close_for(where, child, ago=HAD_A_HAND_FOR)
    lead.answer(file_of(child))
    pages = (file_of(child), f"{file_of(child)}file/", f"{file_of(child)}chronology/")
    for page in (*pages, f"{file_of(child)}print/", f"/triage/{closed.uid}/"):
        assert not lead.is_asked(page)
    assert lead.is_asked(file_of(factories.child(where)))


@pytest.mark.parametrize("name", ["", "file/", "chronology/", "print/", "knew/", "knew/print/"])
def test_every_page_that_opens_the_file_asks(lead, child, name):
    assert lead.is_asked(file_of(child) + name)


@pytest.mark.parametrize("name", ["", "print/", "note/", "reopen/"])
def test_every_page_of_a_closed_concern_asks(lead, child, where, name):
    closed = close_for(where, child)
    assert lead.is_asked(f"/triage/{closed.uid}/{name}")


def test_the_answer_is_asked_for_again_after_a_week(lead, child):
    lead.answer(file_of(child))
    late = Viewer(lead.person, lead.viewer.school, frozenset({Role.DSL}), timezone.now())
    just_before = late.now + ANSWER_LASTS - timedelta(minutes=5)
    assert _is_outside(_at(late, just_before), child) is False
    assert _is_outside(_at(late, just_before + timedelta(minutes=10)), child) is True


def _at(viewer, now) -> Viewer:
    return Viewer(viewer.person, viewer.school, viewer.roles, now)


def _is_outside(viewer, child) -> bool:
    return child in list_outside_caseload(viewer, Q(pk=child.pk))


@pytest.mark.parametrize("state", [State.WAITING, State.TAKEN, State.DECIDED])
def test_a_lead_is_never_asked_about_whom_something_is_open(lead, child, where, state):
    deputy = factories.viewer(where, Role.DEPUTY, now=timezone.now())
    earlier = close_for(where, child)
    now = deputy.now - timedelta(hours=3)
    concern = factories.concern_at(state, where=where, children=(child,), lead=deputy, now=now)
    for page in (f"/triage/{concern.uid}/", file_of(child), f"/triage/{earlier.uid}/"):
        assert not lead.is_asked(page)


def test_a_lead_is_never_asked_about_a_child_with_a_status_in_force(lead, child, where):
    homes.write_whole_file(factories.viewer(where, Role.DEPUTY), child)
    assert not lead.is_asked(file_of(child))


def test_the_queue_the_tracker_and_the_next_steps_never_ask(lead, child, where):
    close_for(where, child)
    pages = ("/triage/", "/triage/?state=closed", "/child/tracker/", "/child/tracker/print/")
    for page in (*pages, "/child/tracker/csv/", "/chase/", "/chase/calendar/"):
        assert not lead.is_asked(page)


def test_whoever_closed_it_reads_on_for_four_weeks(lead, child, where):
    close_for(where, child, by=_at(lead.viewer, timezone.now()))
    assert not lead.is_asked(file_of(child))
    closed = Concern.objects.get()
    until = closed.changed_at + HAD_A_HAND_FOR
    assert _is_outside(_at(lead.viewer, until + timedelta(seconds=1)), child)
    assert not _is_outside(_at(lead.viewer, until - timedelta(seconds=1)), child)


def test_a_colleagues_hand_in_it_is_not_ones_own(lead, child, where):
    close_for(where, child)
    assert lead.is_asked(file_of(child))


def test_whoever_reads_a_part_is_not_asked_about_it(where, child):
    year_lead = Reader(where, Role.YEAR_LEAD)
    factories.read_part(year_lead.person, where)
    assert year_lead.open(file_of(child)).status_code == 200


def test_a_school_that_does_not_ask_shows_it(child, where, lead):
    School.objects.filter(pk=where.pk).update(asks_why_read=False)
    assert lead.open(file_of(child)).status_code == 200


def brother_of(where, child):
    """A brother, who is in nobody's caseload himself: what was written about him is closed."""
    brother = factories.child(where, "Ned")
    homes.add_sibling(factories.viewer(where, Role.DEPUTY), child, brother)
    return brother


SAID_OF_HIM = "his tummy hurt"


def test_a_brother_or_sister_of_whom_something_is_open_is_read_with_them(lead, child, where):
    brother = brother_of(where, child)
    close_for(where, brother)
    assert lead.is_asked(file_of(brother))
    concern = factories.send_concern(factories.viewer(where), child, now=timezone.now()).concern
    beside = page_text(lead.open(f"/triage/{concern.uid}/")).split('id="stories"')[1]
    assert (SAID_OF_HIM in beside, NOT_SHOWN in beside) == (True, False)
    assert not lead.is_asked(file_of(brother))


def test_a_child_of_the_same_home_as_one_with_a_status_is_read_with_them(lead, child, where):
    other = factories.child(where)
    deputy = factories.viewer(where, Role.DEPUTY)
    homes.move_to_address(deputy, child, children=[other])
    assert lead.is_asked(file_of(other))
    homes.add_status(deputy, child)
    assert not lead.is_asked(file_of(other))


def test_beside_a_closed_concern_a_brother_is_not_read_without_a_reason_of_his_own(
    lead, child, where
):
    brother = brother_of(where, child)
    close_for(where, brother)
    closed = close_for(where, child)
    page = f"/triage/{closed.uid}/"
    lead.answer(page)
    beside = page_text(lead.open(page)).split('id="stories"')[1]
    assert (SAID_OF_HIM in beside, NOT_SHOWN in beside) == (False, True)
    lead.answer(file_of(brother))
    beside = page_text(lead.open(page)).split('id="stories"')[1]
    assert (SAID_OF_HIM in beside, NOT_SHOWN in beside) == (True, False)
    named = ReadingReason.objects.values_list("question__files__child", flat=True)
    assert sorted(named) == sorted([child.pk, brother.pk])


@pytest.mark.parametrize("asks", [True, False])
def test_the_list_says_so_where_the_school_does_not_ask(where, asks):
    School.objects.filter(pk=where.pk).update(asks_why_read=asks)
    page = Reader(where, Role.HEAD).open("/access/readings/").content.decode()
    assert ("This invented school does not ask" in page) is not asks


def test_whoever_may_not_see_it_is_told_the_same_as_of_nobody(lead, child):
    factories.relate_to_child(lead.person, child)
    hidden = lead.open(file_of(child))
    never = lead.open(f"/child/{factories.school().uid}/")
    assert hidden.status_code == 404
    assert without_token(hidden) == without_token(never)
    assert not ReadingQuestion.objects.exists()


def test_an_open_concern_that_is_hidden_from_the_reader_does_not_keep_the_question_away(
    lead, child, where
):
    factories.person(where, Role.DEPUTY)
    writer = factories.viewer(where, now=timezone.now())
    factories.send_concern(writer, child, excluded=(lead.person,))
    assert lead.is_asked(file_of(child))


def test_nobody_answers_or_reads_the_question_of_another(lead, child, where):
    asked = lead.open(file_of(child)).headers["Location"]
    other = Reader(where, Role.DEPUTY)
    assert other.open(asked).status_code == 404
    assert other.client.post(asked, DANGER).status_code == 404
    assert not ReadingReason.objects.exists()


def test_a_reason_in_ones_own_words_has_words(lead, child):
    for said in ({"do": "other", "words": " "}, {"do": "nonsense"}, {"words": ""}):
        assert lead.answer(file_of(child), **said).status_code == 422
    assert lead.is_asked(file_of(child))


def test_the_act_takes_no_empty_reason(lead, child):
    question = record_question(lead.viewer, ReasonNeeded([child], None))
    given = {"by": lead.viewer, "question": question, "now": timezone.now(), "words": " "}
    with pytest.raises(ActRefused, match="Write why"):
        access.say_why_reading(reason=ReadingReasonWord.OTHER, **given)


def test_a_reason_that_is_too_long_is_given_back_and_is_said_once_that_it_is(lead, child):
    answer = lead.answer(file_of(child), do="other", words="x" * 201)
    assert answer.status_code == 422
    assert "Write this in 200 characters or fewer" in page_text(answer)
    assert "x" * 201 in page_text(answer)


def test_two_windows_ask_one_question_and_take_one_answer(lead, child):
    asked = lead.open(file_of(child)).headers["Location"]
    assert lead.open(file_of(child)).headers["Location"] == asked
    question = ReadingQuestion.objects.get()
    lead.client.post(asked, DANGER)
    assert lead.client.post(asked, DANGER).headers["Location"] == file_of(child)
    given = {"by": lead.viewer, "question": question, "now": timezone.now(), "words": ""}
    with pytest.raises(ActRefused, match="already"):
        access.say_why_reading(reason=ReadingReasonWord.TOLD, **given)
    assert ReadingReason.objects.count() == 1


def test_words_typed_in_a_form_that_is_asked_about_are_kept(lead, child, where):
    address = f"/triage/{close_for(where, child).uid}/exclude/"
    School.objects.filter(pk=where.pk).update(asks_why_read=False)
    form = next(one for one in forms_on_page(lead.open(address)) if "why" in one.boxes)
    School.objects.filter(pk=where.pk).update(asks_why_read=True)
    asked = lead.client.post(address, form.fields(why="I typed this.")).headers["Location"]
    assert asked.startswith("/access/why/")
    assert lead.client.post(asked, DANGER).headers["Location"] == address
    assert "I typed this." in page_text(lead.open(address))


def test_a_search_by_words_says_that_it_found_the_concern_and_none_of_its_words(lead, child, where):
    closed = close_for(where, child)
    word = closed.account.split()[-1].strip(".")
    found = page_text(lead.client.post("/child/search/", {"words": word}))
    assert closed.reference in found
    assert NOT_SHOWN in found
    assert "<mark" not in found
    lead.answer(file_of(child))
    found = page_text(lead.client.post("/child/search/", {"words": word}))
    assert NOT_SHOWN not in found
    assert "<mark" in found


def test_the_list_of_closed_concerns_shows_none_of_their_words(lead, child, where):
    close_for(where, child)
    assert NOT_SHOWN in page_text(lead.open("/triage/?state=closed"))
    lead.answer(file_of(child))
    assert NOT_SHOWN not in page_text(lead.open("/triage/?state=closed"))


def test_a_print_of_several_asks_once_for_all(lead, where, child):
    other = factories.child(where)
    question = record_question(lead.viewer, ReasonNeeded([child, other], None))
    given = {"by": lead.viewer, "question": question, "now": timezone.now(), "words": ""}
    access.say_why_reading(reason=ReadingReasonWord.REVIEW, **given)
    assert not lead.is_asked(file_of(child))
    assert not lead.is_asked(file_of(other))


# Who is shown it


@pytest.fixture
def head(where):
    return Reader(where, Role.HEAD, name="Hedda Head")


LIST = "/access/readings/"
LONDON = ZoneInfo("Europe/London")


def day_answered() -> date:
    """The day of the last answer: a test that runs at midnight on a Sunday asks for its week."""
    return ReadingReason.objects.latest("pk").at.astimezone(LONDON).date()


def week_list(reader: Reader, day: date | None = None):
    return reader.open(f"{LIST}?week={day or day_answered()}")


def test_the_head_reads_who_read_about_whom_when_and_why(lead, head, child):
    lead.answer(file_of(child), words="Her new school has rung.")
    shown = page_text(week_list(head))
    for said in ("Dee Lead", child.name, "Her new school has rung."):
        assert said in shown


def test_a_question_that_was_not_answered_is_on_no_list(lead, head, child):
    lead.open(file_of(child))
    assert child.name not in page_text(head.open(LIST))


def test_the_list_is_of_one_week_with_links_to_those_beside_it(lead, head, child):
    lead.answer(file_of(child))
    monday = day_answered() - timedelta(days=day_answered().weekday())
    before = page_text(week_list(head, monday - timedelta(days=1)))
    assert child.name not in before
    assert f"?week={monday}" in before
    assert f"?week={monday - timedelta(days=7)}" in page_text(week_list(head))


def test_of_the_heads_own_the_chair_is_shown_the_number_and_no_name(head, where, child):
    head.answer(file_of(child))
    chair = Reader(where, Role.CHAIR)
    shown = " ".join(page_text(week_list(chair)).split())
    assert "The headteacher gave a reason for 1 file." in shown
    assert child.name not in shown
    assert child.name not in page_text(week_list(Reader(where, Role.HEAD)))


def test_the_chair_is_shown_nothing_of_what_the_leads_read(lead, where, child):
    lead.answer(file_of(child))
    shown = page_text(week_list(Reader(where, Role.CHAIR)))
    assert "Dee Lead" not in shown
    assert "gave a reason for 0 files" in " ".join(shown.split())


def test_a_head_who_is_family_is_shown_nothing_of_their_child(lead, head, child):
    today = timezone.localdate()
    before = without_token(week_list(head, today))
    factories.relate_to_child(head.person, child)
    lead.answer(file_of(child))
    assert without_token(week_list(head, today)) == before


def test_a_head_is_shown_no_reading_of_a_concern_that_is_hidden_from_them(lead, head, child, where):
    closed = close_for(where, child, ago=HAD_A_HAND_FOR)
    closed.exclusions.create(
        school=where, person=head.person, by=lead.person, at=timezone.now(), concern=closed
    )
    lead.answer(f"/triage/{closed.uid}/")
    assert child.name not in page_text(week_list(head))


def test_the_list_costs_the_same_however_much_was_read(lead, head, child, where):
    lead.answer(file_of(child))
    day = day_answered()
    week_list(head, day)
    few = len(list_statements(lambda: week_list(head, day)))
    for _ in range(4):
        lead.answer(file_of(factories.child(where)))
    assert len(list_statements(lambda: week_list(head, day))) == few


def test_a_page_in_the_caseload_costs_one_query_more(lead, child, where):
    factories.send_concern(factories.viewer(where, now=timezone.now()), child)
    lead.open(file_of(child))
    asked = len(list_statements(lambda: lead.open(file_of(child))))
    School.objects.filter(pk=where.pk).update(asks_why_read=False)
    assert asked == len(list_statements(lambda: lead.open(file_of(child)))) + 1
