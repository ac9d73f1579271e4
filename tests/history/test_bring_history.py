"""Tests that earlier records come in as lines of a child's story, once, as nobody's concern."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from concerns.doors import search
from concerns.doors.act import ActRefused
from concerns.history import acts
from concerns.models import (
    Concern,
    EarlierLine,
    EarlierLineWord,
    EarlierRecord,
    HistoryUpload,
    LedgerLine,
    Step,
)
from concerns.paper.record_verification import find_altered_rows
from concerns.reading.chronology import read_chronology_page
from concerns.reading.chronology_places import ChronologyFilters
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories, homes
from tests.desk import Desk, page_text
from tests.factories import NOW
from tests.history_files import bring_history, line_of, plan_upload, upload_history

UNREAD = "Imported record unread"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def school(db):
    return factories.school()


@pytest.fixture
def lead(school):
    return factories.viewer(school, Role.DSL)


@pytest.fixture
def ana(school):
    return factories.child(school, "Ana", "Cole")


def entries(viewer, child):
    return read_chronology_page(viewer, child, ChronologyFilters(), 50)[0]


def test_a_line_stands_in_the_chronology_marked_as_brought_in(lead, ana):
    bring_history(lead, line_of(ana, when="May 2021"))
    (entry,) = entries(lead, ana)
    assert entry.heading == "Earlier record: Neglect"
    assert entry.words == (
        "Came in without a coat.\nAction: Rang home\nOutcome: Coat given\nWritten there by J. Marsh"
    )
    who = lead.person.name
    assert entry.by == f"Brought in from OldSystem by {who}, 3 November 2026"
    assert (entry.when_in_words, entry.written, entry.concern) == ("May 2021", "", None)
    assert entry.day_in_short == "May 2021"


def test_a_day_stays_a_day_and_a_time_a_time(lead, ana):
    day, moment = line_of(ana), line_of(ana, "Again.", "18/05/2021 14:30")
    bring_history(lead, day, moment)
    assert [one.when_in_words for one in entries(lead, ana)] == [
        "17 May 2021",
        "18 May 2021, 14:30",
    ]


def test_it_is_no_concern_and_owes_nothing(lead, ana):
    bring_history(lead, line_of(ana))
    assert not Concern.objects.exists()
    assert not Step.objects.exists()


def test_the_same_file_a_second_time_brings_nothing_in(lead, ana):
    bring_history(lead, line_of(ana), line_of(ana))
    assert EarlierLine.objects.count() == 1
    file = upload_history(lead, line_of(ana), now=LATER)
    plan, _ = plan_upload(lead, file)
    assert (plan.here_already, plan.can_be_brought) == (1, False)
    brought = bring_history(lead, line_of(ana), line_of(ana, "Again."), now=LATER)
    assert (brought.lines, brought.here_already) == (1, 1)


def test_it_is_known_again_under_a_key_that_is_no_longer_the_newest(lead, ana, settings):
    bring_history(lead, line_of(ana))
    settings.RECORD_KEYS = {99: b"n" * 32, **settings.RECORD_KEYS}
    plan, _ = plan_upload(lead, upload_history(lead, line_of(ana), now=LATER))
    assert plan.here_already == 1


def test_a_question_that_was_answered_brings_its_lines_in_and_is_not_asked_again(lead, ana):
    row = line_of(ana).replace("17/05/2017", "")
    plan, _ = plan_upload(lead, upload_history(lead, row))
    assert [child.pk for child in plan.asked[0].offered] == [ana.pk]
    with pytest.raises(ActRefused, match="There is nothing to bring in"):
        bring_history(lead, row, answers={0: "somebody else"})
    bring_history(lead, row, answers={0: str(ana.uid)})
    assert EarlierLine.objects.get().child == ana
    plan, _ = plan_upload(lead, upload_history(lead, row, now=LATER))
    assert (plan.asked, plan.here_already) == ([], 1)


def test_what_one_twin_has_is_still_asked_of_the_other(lead, ana):
    twin = factories.child(lead.school, forename="Ben", surname=ana.surname, born=ana.born)
    bring_history(lead, line_of(ana))
    row = line_of(ana).replace(ana.forename, "Benny")
    (asked,) = plan_upload(lead, upload_history(lead, row, now=LATER))[0].asked
    assert {child.pk for child in asked.offered} == {ana.pk, twin.pk}
    assert asked.here == {ana.pk}
    with pytest.raises(ActRefused, match="There is nothing to bring in"):
        bring_history(lead, row, answers={0: str(ana.uid)}, now=LATER)
    bring_history(lead, row, answers={0: str(twin.uid)}, now=LATER)
    assert EarlierLine.objects.filter(child=twin).count() == 1


def test_nothing_is_brought_in_unless_it_is_what_was_shown(lead, ana):
    file = upload_history(lead, line_of(ana), line_of(ana, "Again."))
    plan, mapping = plan_upload(lead, file)
    bring_history(lead, line_of(ana))
    what = {"by": lead, "file": file, "mapping": mapping, "answers": {}, "now": LATER}
    with pytest.raises(acts.HistoryChanged):
        acts.bring(source="OldSystem", seen=plan.plan_digest, **what)
    with pytest.raises(ActRefused, match="which system"):
        acts.bring(source=" ", seen=plan.plan_digest, **what)
    assert EarlierLine.objects.count() == 1


def test_a_file_is_deleted_when_it_was_brought_in_and_after_a_day(lead, ana):
    upload_history(lead, line_of(ana))
    bring_history(lead, line_of(ana), now=NOW + timedelta(days=1, minutes=1))
    assert not HistoryUpload.objects.exists()


def test_lines_about_ones_own_family_match_nobody_and_another_lead_brings_them_in(lead, ana):
    factories.relate_to_child(lead.person, ana)
    plan, _ = plan_upload(lead, upload_history(lead, line_of(ana)))
    assert (plan.lines_unmatched, plan.asked) == (1, [])
    other = factories.viewer(lead.school, Role.DEPUTY)
    bring_history(other, line_of(ana))
    assert not EarlierLine.objects.visible_to(lead).exists()
    assert not search.search_concerns(lead, "coat").earlier
    assert search.search_concerns(other, "coat").earlier[0].child == "Ana Cole"


def test_a_reader_of_a_part_reads_the_lines_of_their_children_alone(lead, ana, school):
    other = factories.child(school, "Ben", "Khan", year="Year 5")
    bring_history(lead, line_of(ana), line_of(other))
    reader = factories.part_reader(school, Role.KEYWORKER, children=(ana,))
    assert EarlierLine.objects.visible_to(reader).get().child == ana
    assert len(search.search_concerns(reader, "coat").earlier) == 1
    senco = factories.part_reader(school, Role.SENCO)
    assert not EarlierLine.objects.visible_to(senco).exists()


def test_another_school_finds_nothing_and_matches_nobody(lead, ana):
    bring_history(lead, line_of(ana))
    stranger = factories.viewer(factories.school(), Role.DSL)
    assert not search.search_concerns(stranger, "coat").earlier
    plan, _ = plan_upload(stranger, upload_history(stranger, line_of(ana)))
    assert not plan.can_be_brought


def test_a_former_name_still_finds_the_child(lead, school):
    child = factories.child(school, "Ana", "Cole")
    row = line_of(child)
    child.names.update(until=date(2026, 1, 1))
    child.surname = "Hill"
    child.save()
    plan, _ = plan_upload(lead, upload_history(lead, row))
    assert len(plan.matched) == 1


def test_the_search_finds_a_line_by_all_its_words_and_no_other(lead, ana):
    bring_history(lead, line_of(ana), line_of(ana, "Bruise on the arm."))
    (hit,) = search.search_concerns(lead, "bruised arm").earlier
    assert (hit.child, hit.when) == ("Ana Cole", "17 May 2021")
    assert ("Bruise", True) in hit.excerpt
    assert not search.search_concerns(lead, "bruise without").earlier


def test_a_word_beyond_those_looked_up_must_be_in_the_line_too(lead, ana):
    bring_history(lead, line_of(ana, "Came on foot without a coat, hungry, with a wet shirt."))
    looked_up = "foot without coat hungry shirt"
    assert len(search.search_concerns(lead, f"{looked_up} wet").earlier) == 1
    # The shortest word is looked up last.
    assert search.search_concerns(lead, f"{looked_up} cut").earlier == []


def test_the_search_says_when_there_are_more_lines_than_it_shows(lead, ana, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 1)
    bring_history(lead, line_of(ana), line_of(ana, "A coat again."))
    found = search.search_concerns(lead, "coat")
    assert (len(found.earlier), found.more_earlier) == (1, True)


def test_the_search_shows_no_word_of_a_child_outside_the_caseload(lead, ana):
    bring_history(lead, line_of(ana))
    lead.school.asks_why_read = True
    assert search.search_concerns(lead, "coat").earlier[0].excerpt == [(search.NOT_SHOWN, False)]


def test_the_index_of_words_can_be_made_anew(lead, ana):
    bring_history(lead, line_of(ana))
    before = set(EarlierLineWord.objects.values_list("token", "line"))
    EarlierLineWord.objects.all()._raw_delete(using="default")
    call_command("findable", "--anew", verbosity=0)
    assert set(EarlierLineWord.objects.values_list("token", "line")) == before


def test_the_database_holds_no_word_of_it_and_keeps_it_as_it_is(lead, ana):
    bring_history(lead, line_of(ana))
    row = EarlierLine.objects.values().get()
    assert b"coat" not in b"".join(v for v in row.values() if isinstance(v, bytes | memoryview))
    for what in (
        "UPDATE concerns_earlierline SET happened_on = NULL",
        "DELETE FROM concerns_earlierline",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(what)


def test_verify_finds_a_line_that_was_not_brought_in(lead, ana):
    bring_history(lead, line_of(ana))
    assert list(find_altered_rows()) == []
    record = EarlierRecord.objects.get()
    EarlierLine.objects.create(
        school=lead.school, child=ana, record=record, happened_at=NOW, words="Slipped in."
    )
    (found,) = find_altered_rows()
    assert "its lines are not those that were brought in" in found


def test_verify_says_which_words_cannot_be_read_and_goes_on(lead, ana, settings):
    bring_history(lead, line_of(ana))
    settings.RECORD_KEYS = {99: b"n" * 32}
    found = list(find_altered_rows())
    assert any("concerns_earlierline" in one and "'words' cannot be read" in one for one in found)
    assert not any("its lines" in one for one in found)


def test_the_ledger_says_about_which_children_and_no_word(lead, ana):
    bring_history(lead, line_of(ana))
    line = LedgerLine.objects.get(kind=Kind.HISTORY_BROUGHT)
    assert str(ana.uid) in line.body
    assert "coat" not in line.body


def test_until_a_lead_signs_that_they_read_it_the_queue_and_the_pages_say_so(client, school):
    desk = Desk(client, school)
    child = factories.child(school, "Ana", "Cole")
    concern = desk.concern(children=(child,))
    assert UNREAD not in page_text(desk.open(f"/triage/{concern.uid}/"))
    # One is a filter of the queue.
    assert page_text(desk.open("/triage/")).count(UNREAD) == 1
    bring_history(desk.viewer, line_of(child), now=desk.now)
    said = "nobody has read it"
    for address in (f"/triage/{concern.uid}/", f"/child/{child.uid}/", f"/child/{child.uid}/file/"):
        page = " ".join(page_text(desk.open(address)).split())
        assert said in page
        assert UNREAD in page
    assert page_text(desk.open("/triage/")).count(UNREAD) == 2
    flagged = desk.open("/triage/?flag=unread-record")
    assert concern.reference in page_text(flagged)
    record = EarlierRecord.objects.get()
    desk.press(f"/child/{child.uid}/end/?what=record&row={record.uid}", {"why": "Neglect in 2021."})
    page = page_text(desk.open(f"/child/{child.uid}/file/"))
    assert f"Read by {desk.viewer.person.name}" in page
    assert UNREAD not in page
    assert concern.reference not in page_text(desk.open("/triage/?flag=unread-record"))
    headings = [entry.heading for entry in entries(desk.viewer, child)]
    assert "Earlier record from OldSystem read: 1 line" in headings


def test_an_expected_file_and_an_unread_record_are_two_flags(client, school):
    desk = Desk(client, school)
    child = factories.child(school, "Ana", "Cole")
    desk.concern(children=(child,))
    bring_history(desk.viewer, line_of(child), now=desk.now)
    homes.add_earlier_file(desk.viewer, child, now=desk.now)
    page = page_text(desk.open("/triage/"))
    assert page.count("Earlier file unread") == 2
    assert page.count(UNREAD) == 2


def test_a_story_with_a_hundred_lines_takes_no_more_queries_than_with_one(
    lead, ana, school, django_assert_num_queries
):
    other = factories.child(school, "Ben", "Khan")
    bring_history(lead, line_of(ana), *(line_of(other, f"Entry {n}.") for n in range(60)))
    for child in (ana, other):
        entries(lead, child)
        with django_assert_num_queries(2):
            entries(lead, child)


def test_the_office_and_readers_of_a_part_bring_nothing_in(client, school):
    for role in (Role.OFFICE, Role.YEAR_LEAD, Role.STAFF):
        person = factories.person(school, role)
        factories.sign_in(client, person)
        assert client.get(reverse("history")).status_code == 403
