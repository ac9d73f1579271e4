"""Tests for files that came with a conversation, a meeting or what happened to a referral."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import (
    Attachment,
    Concern,
    Conversation,
    DraftFile,
    LedgerLine,
    Meeting,
    ReferralEvent,
)
from concerns.paper.record_verification import find_altered_files
from concerns.reading.concern_history import load_concern_history
from concerns.refer import acts as refer
from concerns.rules.attachments import FileFault
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import ConcernOutcome
from concerns.triage import acts as triage
from tests import factories, sample_files
from tests.browser import CHANGING
from tests.desk import day_fields
from tests.doors.attachments.adding_files import add, opened, read_text, sent_file, staff_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TALK = {
    "spoken_to": "parent",
    "who": "Mother",
    "said": "She will ring back.",
    **day_fields("spoke_on", factories.NOW),
    "spoke_at": "10:00",
}


def viewer_of(lead):
    return factories.viewer(lead.where, Role.DSL, who=lead.person)


@pytest.fixture
def case(where, lead, child):
    """A concern with a conversation, a meeting and a referral that was answered, each with a
    file."""
    writer = factories.viewer(where)
    deputy = factories.viewer(where, Role.DEPUTY)
    people = writer, viewer_of(lead), deputy, factories.person(where)
    concern, _, _ = factories.make_case_of_child(child, *people)
    return concern


def entries_of(concern):
    answered = ReferralEvent.objects.get(referral__concern=concern, stage="answered")
    return [
        Conversation.objects.get(concern=concern, spoken_to="parent"),
        Meeting.objects.get(concern=concern),
        answered,
    ]


def test_each_file_stands_beside_what_it_came_with(lead, case):
    page = read_text(lead, f"/triage/{case.uid}/")
    for entry, name in zip(
        entries_of(case), ("note.txt", "minutes.txt", "answer.txt"), strict=True
    ):
        _, _, after = page.partition(f'id="files-{entry.uid}"')
        assert name in after.split("</ul>")[0]
    own = page.partition('id="files"')[2].split("</ul>")[0]
    assert "letter.txt" in own
    assert "note.txt" not in own


@pytest.mark.parametrize("number", range(3))
def test_a_file_is_added_later_from_the_concern_s_page(lead, case, number):
    entry = entries_of(case)[number]
    page = f"/refer/files/{entry.uid}/"
    assert page in read_text(lead, f"/triage/{case.uid}/")
    assert "Never add a photograph of a child" in read_text(lead, page)
    before = Concern.objects.get(pk=case.pk).version
    answer = add(lead, page, sent_file())
    assert answer["Location"] == f"/triage/{case.uid}/#files-{entry.uid}"
    assert opened(lead, f"/triage/file/{entry.files.get(kind='pdf').uid}/") == (
        200,
        sample_files.PDF,
    )
    assert Concern.objects.get(pk=case.pk).version == before + 1
    # The same once more adds nothing and moves nothing on.
    add(lead, page, sent_file())
    assert entry.files.filter(kind="pdf").count() == 1
    assert Concern.objects.get(pk=case.pk).version == before + 1


def test_the_same_letter_may_come_with_two(lead, case):
    for entry in entries_of(case):
        add(lead, f"/refer/files/{entry.uid}/", sent_file())
        assert entry.files.filter(kind="pdf").count() == 1


def test_a_conversation_is_recorded_and_then_its_files_are_asked_for(lead, where):
    concern = factories.concern_at(State.TAKEN, where=where, lead=viewer_of(lead))
    page = f"/refer/{concern.uid}/speak/"
    assert "Record it, and add a file" in read_text(lead, page)
    answer = lead.client.post(page, TALK | {"version": concern.version, "do": "files"})
    spoken = Conversation.objects.get()
    assert answer["Location"] == f"/refer/files/{spoken.uid}/"
    assert "She will ring back." in read_text(lead, answer["Location"])


def test_a_refused_file_stops_nothing_and_the_page_says_which_and_why(lead, where):
    concern = factories.concern_at(State.TAKEN, where=where, lead=viewer_of(lead))
    page = f"/refer/{concern.uid}/speak/"
    answer = lead.client.post(page, TALK | {"version": concern.version, "do": "files"})
    answer = add(lead, answer["Location"], sent_file("run.exe", b"MZ"))
    assert Conversation.objects.get().said == "She will ring back."
    said = read_text(lead, answer["Location"])
    assert "run.exe" in said
    assert FileFault.KIND.label in said


def test_an_answer_is_recorded_and_then_the_agency_s_letter_is_asked_for(lead, case):
    referral = case.referrals.get()
    answer = lead.client.post(
        f"/refer/{referral.uid}/answer/",
        {
            "version": case.version,
            "do": "files",
            "answer": "early_help",
            "spoken_to": "Jo",
            "words": "Changed.",
            **day_fields("heard_on", factories.NOW),
            "heard_at": "11:00",
        },
    )
    event = ReferralEvent.objects.order_by("-id").first()
    assert answer["Location"] == f"/refer/files/{event.uid}/"
    assert add(lead, answer["Location"], sent_file()).status_code == 302
    assert "letter.pdf" in read_text(lead, f"/refer/{referral.uid}/")


def test_a_closed_concern_takes_no_file_and_nothing_of_it_is_kept(lead, where):
    by = viewer_of(lead)
    concern = factories.concern_at(State.DECIDED, where=where, lead=by)
    now = factories.NOW + timedelta(hours=2)
    said = {"spoken_to": "adviser", "who": "Jo", "said": "Yes.", "happened_at": now}
    spoken = refer.speak(by=by, concern=concern, now=now, **said)
    for step in concern.steps.open().filter(kind="support"):
        chase.do_step(by=by, step=step, words="In place.", now=now)
    ended = {"outcome": ConcernOutcome.HELP_IN_PLACE, "why": "It works.", "words_back": "Thanks."}
    triage.close(by=by, concern=concern, now=now, **ended)
    answer = add(lead, f"/refer/files/{spoken.uid}/", sent_file())
    assert answer.status_code == 422
    assert not DraftFile.objects.exists()
    assert f"/refer/files/{spoken.uid}/" not in read_text(lead, f"/triage/{concern.uid}/")


def test_a_file_of_another_concern_s_meeting_is_refused(lead, case, where):
    other = factories.concern_at(State.TAKEN, where=where, lead=viewer_of(lead))
    given = {"entry": entries_of(case)[1], "draft": uuid.uuid4(), "now": factories.NOW}
    with pytest.raises(ActRefused):
        refer.add_files(by=viewer_of(lead), concern=other, **given)


def test_what_takes_no_files_is_as_what_is_not_there(lead, case):
    for uid in (case.uid, case.referrals.get().uid, uuid.uuid4()):
        assert opened(lead, f"/refer/files/{uid}/")[0] == 404


def test_the_database_refuses_a_file_that_came_with_two_or_is_the_writer_s(case):
    spoken, met, _ = entries_of(case)
    kept = {
        "school": case.school, "concern": case, "by": spoken.by, "at": factories.NOW, "name": "x",
        "kind": "text", "digest": "0" * 64, "size": 1, "content": b"x",
    }  # fmt: skip
    for wrong in (
        {"conversation": spoken, "meeting": met, "for_leads": True},
        {"conversation": spoken, "for_leads": False},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.create(**kept, **wrong)


def test_verify_finds_a_file_that_was_put_with_another(case):
    assert not list(find_altered_files())
    spoken, met, _ = entries_of(case)
    (file,) = spoken.files.all()
    file.conversation = None
    file.meeting = met
    line = LedgerLine.objects.get(kind=Kind.ATTACHED, about=str(file.uid))
    assert spoken.files.get().committed_words != file.committed_words
    assert line.concern == case.uid


def test_opening_it_is_a_line_of_the_ledger(lead, case, child):
    (file,) = entries_of(case)[0].files.all()
    lead.open(f"/triage/file/{file.uid}/")
    line = LedgerLine.objects.get(kind=Kind.ATTACHMENT_READ)
    assert (line.actor, line.about, line.concern) == (lead.person, str(file.uid), case.uid)
    assert json.loads(line.body)["children"] == [str(child.uid)]


def test_whoever_is_kept_out_of_the_concern_finds_no_page_and_no_file_of_it(lead, case, where):
    out = staff_of(where, Role.DEPUTY)
    said = {"why": "Involved.", "now": factories.NOW}
    triage.exclude(by=viewer_of(lead), concern=case, person=out.person, **said)
    for entry in entries_of(case):
        for address in ("/refer/files/{}/", "/triage/file/{}/"):
            uid = entry.uid if "files" in address else entry.files.get().uid
            theirs, nothing = (out.client.get(address.format(one)) for one in (uid, uuid.uuid4()))
            assert theirs.status_code == nothing.status_code == 404
            shown = [CHANGING.sub("", one.content.decode()) for one in (theirs, nothing)]
            assert shown[0] == shown[1]


def test_the_head_s_trail_says_what_each_came_with(case, where):
    said = read_text(staff_of(where, Role.HEAD), f"/audit/concern/{case.uid}/")
    for what in ("a conversation", "a meeting", "a referral"):
        assert f"Added a file to {what}" in said


def test_a_child_s_chronology_has_each_file_and_opens_it(lead, case, child):
    for address in (f"/child/{child.uid}/chronology/", f"/child/{child.uid}/?sort=file"):
        said = read_text(lead, address)
        for file in Attachment.objects.all():
            assert f"Save {file.name}" in said
            assert f"/triage/file/{file.uid}/" in said


def test_a_reader_of_a_part_sees_a_file_where_they_see_what_it_came_with(where, lead):
    theirs = factories.child(where, year="Year 4")
    other = factories.child(where, year="Year 6")
    by = viewer_of(lead)
    concern = factories.concern_at(State.TAKEN, where=where, lead=by, children=(theirs, other))
    said = {"spoken_to": "parent", "who": "Mother", "said": "Yes.", "happened_at": factories.NOW}
    spoken = {
        child: refer.speak(by=by, concern=concern, now=factories.NOW, concern_child=row, **said)
        for child in (theirs, other)
        for row in concern.children.filter(child=child)
    }
    for talk in spoken.values():
        factories.add_file_to(by, talk)
    part = factories.part_reader(where, years=("Year 4",))
    seen = Attachment.objects.visible_to(part)
    assert [file.conversation for file in seen] == [spoken[theirs]]
    history = load_concern_history(concern, part)
    assert [file.conversation for file in history.attachments] == [spoken[theirs]]
