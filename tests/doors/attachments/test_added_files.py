"""Tests for the files of a concern: added to a draft or afterwards, kept, and opened."""

import hashlib
import io
import json
import uuid
from html import unescape

import pytest
from django.db import DatabaseError, transaction
from PIL import Image

from concerns.doors import attachments
from concerns.models import (
    Attachment,
    Concern,
    Draft,
    DraftFile,
    LedgerLine,
    LedgerLineWords,
    Step,
)
from concerns.models.concern.attachment import MOST_IN_DATABASE, FileNotThere, path_of_file
from concerns.paper.attachment_reading import ReadFile
from concerns.rules.attachments import (
    MOST_AT_ONCE,
    MOST_OF_CONCERN,
    MOST_REASONS,
    FileFault,
    FileKind,
)
from concerns.rules.bulk_brake import file_names
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories, sample_files
from tests.browser import CHANGING
from tests.counting import list_statements
from tests.doors.attachments.adding_files import (
    add,
    begin,
    opened,
    read_text,
    send_with,
    sent_file,
    staff_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_file_added_to_a_draft_is_listed_and_sent_with_the_concern(staff, lead, child):
    answers, page = begin(staff, child)
    assert "Never add a photograph of a child" in read_text(staff, page)
    answer = add(staff, page, sent_file())
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "letter.pdf" in read_text(staff, page)
    assert "letter.pdf" in read_text(staff, f"/submit/draft/{answers['draft']}/")
    staff.send(answers)
    kept = Attachment.objects.get()
    assert (kept.size, kept.kind, kept.missing) == (len(sample_files.PDF), "pdf", "")
    assert "letter.pdf" in read_text(lead, f"/triage/{kept.concern.uid}/")
    assert opened(lead, f"/triage/file/{kept.uid}/") == (200, sample_files.PDF)
    assert not DraftFile.objects.exists()


def test_a_file_is_still_listed_when_the_form_is_shown_again(staff, child):
    answers, page = begin(staff, child)
    add(staff, page, sent_file())
    answer = staff.send(answers | {"account": ""})
    assert answer.status_code == 422
    assert "letter.pdf" in answer.content.decode()


def test_a_refused_file_stops_nothing_and_both_are_told_which_and_why(staff, lead, child):
    concern = send_with(staff, child, sent_file("run.exe", b"MZ"), sent_file())
    assert {row.missing for row in Attachment.objects.all()} == {"", FileFault.KIND}
    for page in (
        staff.open(f"/submit/sent/{concern.uid}/"),
        staff.open(f"/submit/mine/{concern.uid}/"),
        lead.open(f"/triage/{concern.uid}/"),
        lead.open(f"/triage/{concern.uid}/print/"),
    ):
        said = unescape(page.content.decode())
        assert "run.exe" in said
        assert FileFault.KIND.label in said
    missing = Attachment.objects.get(missing=FileFault.KIND)
    assert opened(lead, f"/triage/file/{missing.uid}/")[0] == 404


def test_a_file_can_be_taken_away_before_the_concern_is_sent(staff, child):
    answers, page = begin(staff, child)
    large = sample_files.TEXT + b"x" * MOST_IN_DATABASE
    add(staff, page, sent_file(), sent_file("long.txt", large))
    first, second = DraftFile.objects.order_by("id")
    assert path_of_file(second.uid).exists()
    staff.client.post(page, {"away": str(second.uid)})
    assert not path_of_file(second.uid).exists()
    assert Draft.objects.get().holds_files
    staff.client.post(page, {"away": str(first.uid)})
    assert not Draft.objects.get().holds_files
    staff.send(answers)
    assert not Attachment.objects.exists()


def test_the_same_file_twice_is_kept_once_and_a_reason_said_once(staff, child):
    _, page = begin(staff, child)
    for _ in range(2):
        add(staff, page, sent_file(), sent_file("again.pdf"), sent_file("run.exe", b"MZ"))
    assert DraftFile.objects.count() == 2


def test_once_a_file_is_kept_nothing_says_any_longer_that_it_was_not(staff, child):
    answers, page = begin(staff, child)
    add(staff, page, sent_file(content=sample_files.PDF[:20]), sent_file("b.exe"))
    assert read_text(staff, page).count("Not kept") == 2
    add(staff, page, sent_file())
    assert read_text(staff, page).count("Not kept") == 1
    staff.send(answers)
    assert {row.name: bool(row.missing) for row in Attachment.objects.all()} == {
        "letter.pdf": False,
        "b.exe": True,
    }


def test_a_concern_without_files_asks_for_none(staff, child):
    staff.send(staff.answers(child))
    answers, _ = begin(staff, child)
    asked = list_statements(lambda: staff.send(answers))
    assert Concern.objects.count() == 2
    assert not [sql for sql in asked if "attachment" in sql or "draftfile" in sql]


def test_a_picture_is_kept_without_what_is_written_in_it(staff, child):
    send_with(staff, child, sent_file("IMG 1.jpg", sample_files.picture()))
    kept = Attachment.objects.get()
    drawn = Image.open(io.BytesIO(kept.read_content()))
    assert not drawn.getexif()
    # It was held upright.
    assert drawn.size == (20, 40)


def test_a_small_file_is_in_the_row_and_a_large_one_in_the_folder_both_encrypted(staff, child):
    large = sample_files.TEXT + b"x" * MOST_IN_DATABASE
    send_with(staff, child, sent_file("a.txt", sample_files.TEXT), sent_file("b.txt", large))
    small, big = Attachment.objects.order_by("size")
    assert sample_files.TEXT not in bytes(small.content)
    assert big.content is None
    assert sample_files.TEXT not in path_of_file(big.uid).read_bytes()
    assert path_of_file(big.uid).stat().st_mode & 0o077 == 0
    assert (small.read_content(), big.read_content()) == (sample_files.TEXT, large)


def test_what_a_file_holds_is_bound_to_its_own_row(staff, child):
    send_with(staff, child, sent_file(), sent_file("b.txt", sample_files.TEXT))
    first, second = Attachment.objects.order_by("id")
    first.content = second.content
    with pytest.raises(FileNotThere):
        first.read_content()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_file(staff, child, change):
    send_with(staff, child, sent_file())
    rows = Attachment.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(digest="0" * 64) if change == "update" else rows._raw_delete(rows.db)


def test_the_ledger_commits_to_what_a_file_holds_and_says_nothing_of_it(staff, child):
    concern = send_with(staff, child, sent_file())
    line = LedgerLine.objects.get(kind=Kind.ATTACHED, concern=concern.uid)
    digest = hashlib.sha256(sample_files.PDF).hexdigest()
    said = json.dumps({"digest": digest, "name": "letter.pdf"}, separators=(",", ":"))
    salt = LedgerLineWords.objects.get(line=line).salt
    assert json.loads(line.body)["words"] == hashlib.sha256((salt + said).encode()).hexdigest()
    assert "letter" not in line.body


def test_opening_a_file_is_a_line_of_the_ledger(staff, lead, child):
    concern = send_with(staff, child, sent_file())
    kept = Attachment.objects.get()
    lead.open(f"/triage/file/{kept.uid}/")
    line = LedgerLine.objects.get(kind=Kind.ATTACHMENT_READ)
    assert (line.actor, line.about, line.concern) == (lead.person, str(kept.uid), concern.uid)
    assert json.loads(line.body)["children"] == [str(child.uid)]


def test_a_file_is_given_out_to_be_saved_and_runs_nothing(staff, lead, child):
    send_with(staff, child, sent_file("Brief – über.pdf"))
    answer = lead.open(f"/triage/file/{Attachment.objects.get().uid}/")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Brief")
    assert answer["Content-Security-Policy"] == attachments.SANDBOX
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/pdf"


def test_a_page_keeps_its_own_policy(staff):
    assert "script-src 'self'" in staff.open("/submit/")["Content-Security-Policy"]


def test_a_file_that_is_gone_is_said_to_be_gone(staff, lead, child):
    large = sample_files.TEXT + b"x" * MOST_IN_DATABASE
    send_with(staff, child, sent_file("b.txt", large))
    kept = Attachment.objects.get()
    path_of_file(kept.uid).unlink()
    answer = lead.client.get(f"/triage/file/{kept.uid}/")
    assert answer.status_code == 503
    assert "This file cannot be read" in answer.content.decode()


def test_whoever_may_not_see_the_concern_cannot_open_its_file(staff, lead, child, where):
    send_with(staff, child, sent_file())
    address = f"/triage/file/{Attachment.objects.get().uid}/"
    related = staff_of(where, Role.DEPUTY)
    factories.relate_to_child(related.person, child)
    theirs, nothing = (
        related.client.get(there) for there in (address, f"/triage/file/{uuid.uuid4()}/")
    )
    assert theirs.status_code == nothing.status_code == 404
    # But for the tokens.
    shown = [CHANGING.sub("", answer.content.decode()) for answer in (theirs, nothing)]
    assert shown[0] == shown[1]
    assert opened(staff_of(factories.school(), Role.DSL), address)[0] == 404
    assert opened(staff_of(where, Role.OFFICE), address)[0] == 403
    assert opened(lead, address)[0] == 200


def test_the_writer_opens_their_own_files_and_no_lead_s(staff, lead, child):
    concern = send_with(staff, child, sent_file())
    add(lead, f"/triage/{concern.uid}/files/", sent_file("reply.pdf", sample_files.PDF + b"\n"))
    own, of_lead = Attachment.objects.order_by("id")
    assert opened(staff, f"/submit/file/{own.uid}/") == (200, sample_files.PDF)
    assert opened(staff, f"/submit/file/{of_lead.uid}/")[0] == 404
    assert "reply.pdf" not in read_text(staff, f"/submit/mine/{concern.uid}/")
    assert opened(lead, f"/submit/file/{own.uid}/")[0] == 404


def test_a_reader_of_a_part_sees_a_lead_s_file_only_where_all_children_are_theirs(
    where, staff, lead
):
    theirs = factories.child(where, year="Year 4")
    other = factories.child(where, year="Year 6")
    alone = send_with(staff, theirs, sent_file())
    both = factories.send_concern(staff.viewer, theirs, other).concern
    for concern in (alone, both):
        add(lead, f"/triage/{concern.uid}/files/", sent_file("plan.pdf"))
    part = factories.part_reader(where, years=("Year 4",))
    seen = Attachment.objects.visible_to(part).filter(for_leads=True)
    assert [row.concern for row in seen] == [alone]


def test_a_session_with_a_password_alone_opens_no_file_and_reads_no_name():
    where = factories.real_school()
    factories.person(where, Role.DSL)
    staff = staff_of(where)
    child = factories.child(where)
    concern = send_with(staff, child, sent_file())
    kept = Attachment.objects.get()
    answer = staff.client.get(f"/submit/file/{kept.uid}/")
    assert (answer.status_code, "/access/factor/" in answer["Location"]) == (302, True)
    for page in ("sent", "mine"):
        assert "letter.pdf" not in read_text(staff, f"/submit/{page}/{concern.uid}/")


def test_a_file_added_afterwards_by_the_writer_is_read_by_a_lead(staff, child):
    concern = factories.concern_at(State.DECIDED, where=staff.where, by=staff.viewer)
    page = f"/submit/mine/{concern.uid}/files/"
    assert "Never add a photograph" in read_text(staff, page)
    answer = add(staff, page, sent_file())
    assert answer["Location"] == f"/submit/mine/{concern.uid}/#files"
    assert Step.objects.open().filter(concern=concern, kind="read_addition").exists()
    before = Concern.objects.get(pk=concern.pk).version
    add(staff, page, sent_file())
    assert Attachment.objects.count() == 1
    assert Concern.objects.get(pk=concern.pk).version == before


def test_a_file_added_to_a_closed_concern_by_its_writer_reopens_it(staff, child):
    concern = factories.concern_at(State.CLOSED, where=staff.where, by=staff.viewer)
    add(staff, f"/submit/mine/{concern.uid}/files/", sent_file())
    assert Concern.objects.get(pk=concern.pk).state == State.WAITING


def test_a_lead_adds_a_file_to_an_open_concern_alone(lead, where):
    concern = factories.concern_at(State.TAKEN, where=where)
    page = f"/triage/{concern.uid}/files/"
    assert "Never add a photograph" in read_text(lead, page)
    assert add(lead, page, sent_file())["Location"] == f"/triage/{concern.uid}/"
    assert add(lead, page, sent_file()).status_code == 302
    assert Attachment.objects.get().for_leads
    closed = factories.concern_at(State.CLOSED, where=where)
    answer = add(lead, f"/triage/{closed.uid}/files/", sent_file())
    assert answer.status_code == 422
    assert not DraftFile.objects.exists()


def test_a_file_of_a_reader_of_a_part_is_read_by_a_lead(where):
    part = factories.part_reader(where, years=("Year 4",))
    concern = factories.concern_at(State.DECIDED, where=where)
    draft = uuid.uuid4()
    keep(part, draft, "a.txt")
    triage.add_files(by=part, concern=concern, draft=draft, now=part.now)
    assert Step.objects.open().filter(concern=concern, kind="read_addition").exists()


def keep(viewer, draft, *names):
    files = [ReadFile(name, FileKind.TEXT, name.encode()) for name in names]
    attachments.keep_in_draft(viewer, draft, files)


def test_a_draft_holds_twenty_files(staff):
    draft = uuid.uuid4()
    keep(staff.viewer, draft, *(f"{number}.txt" for number in range(MOST_AT_ONCE + 1)))
    rows = attachments.list_draft_files(staff.viewer, draft)
    assert [row.missing for row in rows] == [""] * MOST_AT_ONCE + [FileFault.MANY]
    unread = [
        ReadFile(f"{number}.exe", None, fault=FileFault.KIND) for number in range(MOST_REASONS)
    ]
    attachments.keep_in_draft(staff.viewer, draft, unread)
    found = attachments.list_draft_files(staff.viewer, draft)
    assert len(found) == MOST_AT_ONCE + MOST_REASONS


def test_a_concern_takes_no_more_than_two_hundred_files(staff, child):
    concern = factories.send_concern(staff.viewer, child).concern
    Attachment.objects.bulk_create(
        Attachment(
            school=staff.where, concern=concern, by=staff.person, at=factories.NOW, name="x",
            kind="text", digest=f"{number:064}", size=1, content=b"x",
        )
        for number in range(MOST_OF_CONCERN)
    )  # fmt: skip
    answer = add(staff, f"/submit/mine/{concern.uid}/files/", sent_file())
    assert (answer.status_code, DraftFile.objects.count()) == (403, 0)
    assert Attachment.objects.count() == MOST_OF_CONCERN


def test_a_draft_s_files_are_its_writer_s_alone(staff, child, another_staff):
    _, page = begin(staff, child)
    add(staff, page, sent_file())
    assert opened(another_staff, page)[0] == 404
    assert add(another_staff, page, sent_file()).status_code == 404
    another_staff.client.post(page, {"away": str(DraftFile.objects.get().uid)})
    assert DraftFile.objects.count() == 1


@pytest.fixture
def another_staff(where):
    return staff_of(where)


def test_files_that_come_in_after_the_concern_was_sent_are_added_to_it(staff, child):
    answers, page = begin(staff, child)
    staff.send(answers)
    concern = Concern.objects.get()
    for answer in (staff.client.get(page), add(staff, page)):
        assert answer["Location"] == f"/submit/mine/{concern.uid}/files/"
    answer = add(staff, page, sent_file())
    assert answer["Location"] == f"/submit/mine/{concern.uid}/#files"
    assert Attachment.objects.get().concern == concern


def test_nothing_chosen_is_said(staff, child):
    _, page = begin(staff, child)
    answer = add(staff, page)
    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()


def test_a_form_that_was_cut_on_its_way_loses_its_last_file_alone(staff, child):
    _, page = begin(staff, child)
    head = 'Content-Disposition: form-data; name="added"; filename="{}.pdf"\r\n\r\n'
    parts = [b"--X\r\n" + head.format(name).encode() + sample_files.PDF + b"\r\n" for name in "ab"]
    whole = b"".join(parts) + b"--X--\r\n"
    answer = staff.client.post(
        page,
        headers={"content-length": str(len(whole) + 500)},
        **{
            "wsgi.input": io.BytesIO(whole[:-30]),
            "CONTENT_TYPE": "multipart/form-data; boundary=X",
        },
    )
    assert answer.status_code == 302
    rows = DraftFile.objects.order_by("id")
    assert [(row.name, row.missing) for row in rows] == [("a.pdf", ""), ("b.pdf", FileFault.CUT)]


def test_what_is_more_than_may_be_sent_at_once_is_not_taken_in(staff, child):
    _, page = begin(staff, child)
    answer = staff.client.post(
        page,
        headers={"content-length": str(600 * 1024 * 1024)},
        **{"wsgi.input": io.BytesIO(b""), "CONTENT_TYPE": "multipart/form-data; boundary=X"},
    )
    assert answer.status_code == 413


def test_words_that_turn_out_to_be_about_an_adult_say_which_files_were_left(staff, child):
    answers, page = begin(staff, child)
    add(staff, page, sent_file())
    answer = staff.send(answers | {"do": "adult"})
    said = read_text(staff, answer["Location"])
    assert "letter.pdf" in said
    assert not DraftFile.objects.exists()


def test_the_head_s_trail_says_which_files_were_added_and_opened(staff, where, child):
    head = staff_of(where, Role.HEAD)
    concern = send_with(staff, child, sent_file(), sent_file("run.exe", b"MZ"))
    head.open(f"/triage/file/{Attachment.objects.get(missing='').uid}/")
    said = read_text(head, f"/audit/concern/{concern.uid}/")
    assert "Added a file, which was not kept" in said
    assert hashlib.sha256(sample_files.PDF).hexdigest() in said
    assert Kind.ATTACHMENT_READ.label in said


def test_the_head_is_told_that_files_are_not_scanned(where, settings):
    head = staff_of(where, Role.HEAD)
    assert "not scanned for viruses" in read_text(head, "/audit/")
    settings.CLAMD = "localhost:3310"
    assert "not scanned for viruses" not in read_text(head, "/audit/")


def test_opening_a_file_opens_the_file_of_its_children_as_reading_the_concern_does(child):
    opening = file_names(Kind.ATTACHMENT_READ, [child.uid])
    assert opening == file_names(Kind.OPENED, [child.uid]) == {str(child.uid)}
