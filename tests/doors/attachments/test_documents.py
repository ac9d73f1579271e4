"""Tests for documents in a child's file: added, given out, read, and seen by the leads alone."""

import hashlib
import json
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from concerns.child import acts
from concerns.doors.act import ActRefused
from concerns.models import ChildDocument, DocumentFile, DraftFile, LedgerLine
from concerns.models.concern.attachment import MOST_IN_DATABASE, path_of_file
from concerns.paper.record_verification import find_altered_files, find_altered_rows
from concerns.reading.chronology import read_chronology_page
from concerns.reading.chronology_places import ChronologyFilters
from concerns.rules.attachments import FileFault
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories, homes, sample_files
from tests.browser import CHANGING
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import day_fields
from tests.doors.attachments.adding_files import add, opened, read_text, sent_file, staff_of
from tests.submit.conftest import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def viewer_of(lead):
    return factories.viewer(lead.where, Role.DSL, who=lead.person)


@pytest.fixture
def document(lead, child):
    return homes.add_document(viewer_of(lead), child)


def files_page(document):
    return f"/child/document/{document.uid}/files/"


def test_a_document_is_added_with_its_kind_and_date_and_then_its_files(lead, child):
    page = f"/child/{child.uid}/write/?what=document"
    assert page in read_text(lead, f"/child/{child.uid}/file/")
    answer = lead.client.post(
        page,
        {
            "kind": "court_order",
            "title": "Family court",
            **day_fields("since", homes.SINCE),
            "once": str(uuid.uuid4()),
        },
    )
    made = ChildDocument.objects.get()
    assert answer["Location"] == files_page(made)
    assert "Never add a photograph of a child" in read_text(lead, answer["Location"])
    answer = add(lead, files_page(made), sent_file("order.pdf"))
    assert answer["Location"] == f"/child/{child.uid}/file/#document-{made.uid}"
    said = read_text(lead, f"/child/{child.uid}/file/")
    for words in (
        "Court order: Family court", "Dated 7 September 2026", f"Added by {lead.person.name}",
        "order.pdf", "Nobody has signed that they read it",
    ):  # fmt: skip
        assert words in said
    kept = DocumentFile.objects.get()
    assert opened(lead, f"/child/document/file/{kept.uid}/") == (200, sample_files.PDF)


def test_it_says_who_has_read_it_and_what_it_says(lead, child, document):
    page = f"/child/{child.uid}/end/?what=document&row={document.uid}"
    assert "I have read the document" in read_text(lead, page)
    lead.client.post(page, {"why": "She lives with her aunt."})
    said = read_text(lead, f"/child/{child.uid}/file/")
    assert f"Read by {lead.person.name}" in said
    assert "She lives with her aunt." in said
    assert "nobody has read it" not in said
    chronology = read_text(lead, f"/child/{child.uid}/chronology/?sort=file")
    assert "Read: Court order: With whom she lives" in chronology
    # What nobody has read cannot be put beside what they signed.
    assert add(lead, files_page(document), sent_file()).status_code == 422
    assert not DocumentFile.objects.exists()


def test_a_refused_file_stops_nothing_and_the_page_says_which_and_why(lead, child, document):
    answer = add(lead, files_page(document), sent_file("run.exe", b"MZ"), sent_file())
    said = read_text(lead, answer["Location"])
    assert "run.exe" in said
    assert FileFault.KIND.label in said
    missing = DocumentFile.objects.get(missing=FileFault.KIND)
    assert opened(lead, f"/child/document/file/{missing.uid}/")[0] == 404


def test_the_same_file_twice_is_kept_once(lead, document):
    for _ in range(2):
        assert add(lead, files_page(document), sent_file()).status_code == 302
    assert DocumentFile.objects.count() == 1
    assert not DraftFile.objects.exists()


def test_a_file_is_encrypted_for_its_own_row_and_given_out_to_be_saved(lead, document):
    large = sample_files.TEXT + b"x" * MOST_IN_DATABASE
    add(lead, files_page(document), sent_file("a.txt", large), sent_file())
    big, small = DocumentFile.objects.order_by("-size")
    assert sample_files.TEXT not in path_of_file(big.uid).read_bytes()
    assert sample_files.PDF not in bytes(small.content)
    assert big.read_content() == large
    answer = lead.open(f"/child/document/file/{small.uid}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"


def test_adding_and_opening_are_lines_of_the_ledger(lead, child, document):
    add(lead, files_page(document), sent_file())
    kept = DocumentFile.objects.get()
    lead.open(f"/child/document/file/{kept.uid}/")
    for kind in (Kind.ATTACHED, Kind.ATTACHMENT_READ):
        line = LedgerLine.objects.get(kind=kind)
        assert (line.actor, line.about, line.concern) == (lead.person, str(kept.uid), None)
        assert json.loads(line.body)["children"] == [str(child.uid)]
        assert "letter" not in line.body
    assert kept.digest == hashlib.sha256(sample_files.PDF).hexdigest()


def test_verify_finds_a_file_that_is_gone_and_one_that_nobody_added(lead, document):
    large = sample_files.TEXT + b"x" * MOST_IN_DATABASE
    add(lead, files_page(document), sent_file("a.txt", large))
    assert not list(find_altered_rows())
    kept = DocumentFile.objects.get()
    path_of_file(kept.uid).unlink()
    (said,) = find_altered_files()
    assert "the file is gone" in said
    DocumentFile.objects.create(
        school=lead.where, document=document, by=lead.person, at=factories.NOW, name="x",
        kind="text", digest=hashlib.sha256(b"x").hexdigest(), size=1, content=b"x",
    )  # fmt: skip
    assert len(list(find_altered_files())) == 2
    other = DocumentFile(school=lead.where, document=document, by=lead.person, at=factories.NOW)
    other.name = "y"
    other.kind = "text"
    other.digest = hashlib.sha256(b"y").hexdigest()
    other.set_content(b"y")
    other.save()
    assert [said for said in find_altered_files() if "no line of the ledger says this" in said]


def test_the_database_refuses_to_change_a_document_or_its_file(lead, document):
    homes.add_document_file(viewer_of(lead), document)
    for table in ("concerns_documentfile", "concerns_childdocument"):
        for verb in (f"UPDATE {table} SET kind = kind", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(verb)


def test_a_document_of_another_child_is_refused(lead, where, document):
    by = viewer_of(lead)
    given = {"document": document, "draft": uuid.uuid4(), "now": by.now}
    with pytest.raises(ActRefused):
        acts.add_files(by=by, child=factories.child(where), **given)


def test_whoever_is_no_lead_or_is_family_finds_nothing_of_it(lead, where, document):
    kept = homes.add_document_file(viewer_of(lead), document)
    child = document.child
    family = staff_of(where, Role.DEPUTY)
    factories.relate_to_child(family.person, child)
    for address, uid in (
        ("/child/document/{}/files/", document.uid),
        ("/child/document/file/{}/", kept.uid),
    ):
        theirs, nothing = (family.client.get(address.format(one)) for one in (uid, uuid.uuid4()))
        assert theirs.status_code == nothing.status_code == 404
        shown = [CHANGING.sub("", one.content.decode()) for one in (theirs, nothing)]
        assert shown[0] == shown[1]
        assert opened(staff_of(where), address.format(uid))[0] == 403
        assert opened(staff_of(factories.school(), Role.DSL), address.format(uid))[0] == 404


def test_a_reader_of_a_part_is_told_nothing_of_it_on_any_page_of_the_child(lead, where):
    child = factories.child(where, year="Year 4")
    part = factories.part_reader(where, years=("Year 4",))
    reader = Staff(factories.sign_in(SecureClient(), part.person), where, part.person)
    pages = [f"/child/{child.uid}/{page}" for page in ("", "file/", "chronology/", "print/")]
    before = [CHANGING.sub("", read_text(reader, page)) for page in pages]
    kept = homes.add_document_file(viewer_of(lead), homes.add_document(viewer_of(lead), child))
    assert [CHANGING.sub("", read_text(reader, page)) for page in pages] == before
    assert opened(reader, f"/child/document/file/{kept.uid}/")[0] == 403
    assert not DocumentFile.objects.visible_to(part).exists()


def test_a_child_s_chronology_has_each_file_on_the_date_of_its_document(lead, child, document):
    kept = homes.add_document_file(viewer_of(lead), document)
    for address in (f"/child/{child.uid}/chronology/?sort=file", f"/child/{child.uid}/"):
        said = read_text(lead, address)
        assert f"/child/document/file/{kept.uid}/" in said
        assert "Save order.txt" in said
        assert "7 Sep" in said
        assert "Court order: With whom she lives" in said


def test_a_file_s_place_in_the_chronology_is_that_of_its_document(lead, child, document):
    homes.add_document_file(viewer_of(lead), document)
    ((entry,), _) = read_chronology_page(viewer_of(lead), child, ChronologyFilters(), 9)
    assert entry.at.date() == homes.SINCE


def test_the_page_of_the_file_asks_no_more_however_many_documents_there_are(lead, child):
    page = f"/child/{child.uid}/file/"
    by = viewer_of(lead)
    homes.add_document_file(by, homes.add_document(by, child))
    lead.open(page)
    few = len(list_statements(lambda: lead.open(page)))
    for number in range(5):
        homes.add_document_file(by, homes.add_document(by, child), f"{number}.txt")
    assert len(list_statements(lambda: lead.open(page))) == few


def test_the_page_shows_the_newest_and_leads_to_the_others(lead, child, monkeypatch):
    monkeypatch.setattr("concerns.child.queries.MOST_DOCUMENTS", 2)
    for day, title in ((homes.SINCE, "The old one"), (factories.NOW.date(), "The new one")):
        homes.add_document(viewer_of(lead), child, since=day, title=title)
    assert "There are more" not in read_text(lead, f"/child/{child.uid}/file/")
    monkeypatch.setattr("concerns.child.queries.MOST_DOCUMENTS", 1)
    said = read_text(lead, f"/child/{child.uid}/file/")
    assert "The new one" in said
    assert "The old one" not in said
    assert "There are more. These are the newest." in said
