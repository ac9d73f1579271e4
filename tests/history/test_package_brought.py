"""Tests for bringing in the package of a child's file that another school sent."""

import hashlib
import io
import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from concerns.doors import search
from concerns.doors.act import ActRefused
from concerns.history import acts
from concerns.models import (
    EarlierAttachment,
    EarlierLine,
    EarlierRecord,
    FileEvent,
    HistoryImport,
    LedgerLine,
    PackageUpload,
    Step,
)
from concerns.models.child.child_package import path_of_package
from concerns.models.concern.attachment import path_of_file
from concerns.paper import attachment_reading, file_upload, package_pdf, package_receiving
from concerns.paper.package_matching import list_doubts, plan_package
from concerns.paper.package_receiving import describe_origin
from concerns.paper.record_verification import find_altered_rows
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.workflow import unconfirmed_files
from tests import factories, homes
from tests.conftest import SecureClient
from tests.desk import Desk, page_text
from tests.models.base.test_append_only import refused
from tests.packages import (
    archive_of,
    bring_package,
    build,
    entry_of,
    record_from,
    record_upload,
)

pytestmark = pytest.mark.django_db
UPN = "H801200001001"


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch):
    monkeypatch.setattr(package_pdf, "draw_pdf", lambda html: None)


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne", upn=UPN)


@pytest.fixture
def sent():
    """A package that another school made, of the same child: its archive and its passphrase."""
    there = factories.school("Leeds Primary")
    lead = factories.viewer(there, Role.DSL)
    pupil = factories.child(there, "Aoife", "Byrne", upn=UPN)
    concern = factories.send_concern(lead, pupil, account="She came without a coat.").concern
    factories.add_file(lead, concern, content=b"A letter.")
    factories.add_file(lead, concern, content=b"x" * 200_000, name="long.txt")
    built = build(lead, pupil)
    return archive_of(built.uid), built.passphrase


def address(child) -> str:
    return reverse("history_package", args=[child.uid])


def upload(desk, child, archive: bytes, passphrase: str):
    file = SimpleUploadedFile("package.zip", archive)
    return desk.client.post(address(child), {"archive": file, "passphrase": passphrase})


def follow(desk, answer) -> str:
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_package_is_shown_before_anything_is_kept_and_then_brought_in(desk, child, sent):
    there = follow(desk, upload(desk, child, *sent))
    page = page_text(desk.open(there))
    assert "Leeds Primary" in page
    assert "letter.txt" in page
    assert "It may be about another child" not in page
    assert not EarlierLine.objects.exists()
    assert follow(desk, desk.client.post(there)) == there
    assert "from Leeds Primary" in page_text(desk.open(there))
    words = [line.words for line in EarlierLine.objects.filter(child=child)]
    assert "She came without a coat." in words
    assert {row.read_content() for row in EarlierAttachment.objects.all()} == {
        b"A letter.", b"x" * 200_000,
    }  # fmt: skip
    assert not PackageUpload.objects.exists()
    assert not path_of_package(HistoryImport.objects.get().uid).exists()
    assert list(find_altered_rows()) == []


def test_what_was_brought_in_stands_in_the_childs_pages_unread_and_owes_nothing(desk, child, sent):
    there = follow(desk, upload(desk, child, *sent))
    desk.client.post(there)
    assert not Step.objects.filter(concern__school=child.school).exists()
    record = EarlierRecord.objects.get()
    assert (record.ended_at, record.files) == (None, 2)
    file = page_text(desk.open(reverse("child_file", args=[child.uid])))
    assert "Nobody has read it yet." in file
    assert reverse("history_record", args=[record.uid]) in file
    chronology = page_text(desk.open(reverse("child_chronology", args=[child.uid])))
    assert "She came without a coat." in chronology
    assert "Brought in from Leeds Primary" in chronology
    assert search.search_concerns(desk.viewer, "coat").earlier


def test_the_same_package_twice_brings_nothing_twice(desk, child, sent):
    for _ in range(2):
        desk.client.post(follow(desk, upload(desk, child, *sent)))
    lines = EarlierLine.objects.count()
    page = page_text(desk.open(follow(desk, upload(desk, child, *sent))))
    assert "All of it is here already" in page
    assert HistoryImport.objects.count() == 1
    assert (lines, EarlierAttachment.objects.count()) == (HistoryImport.objects.get().lines, 2)


def test_a_later_package_brings_only_what_is_new(lead, child):
    bring_package(lead, child, entry_of(1), files=[b"A letter."])
    again = entry_of(1, state="Decided")
    brought = bring_package(lead, child, again, entry_of(2), files=[b"A letter.", b"Another."])
    assert (brought.lines, brought.here_already) == (1, 1)
    assert EarlierRecord.objects.get(brought=brought).files == 1
    assert EarlierAttachment.objects.count() == 2


def test_one_that_holds_nothing_new_is_refused(lead, child):
    bring_package(lead, child)
    with pytest.raises(ActRefused, match="here already"):
        bring_package(lead, child)
    assert HistoryImport.objects.count() == 1


def test_a_line_says_who_wrote_it_there_and_how_exactly_it_is_dated(lead, child):
    bring_package(
        lead,
        child,
        entry_of(1, when="About 1 May 2026", happened_on="2026-05-01"),
        entry_of(2, when="2 May 2026", happened_on="2026-05-02"),
        entry_of(3, when="3 May 2026, 10:00"),
        entry_of(4, happened_at="2090-01-01T00:00:00+00:00"),
    )
    rough, day, exact, ahead = EarlierLine.objects.order_by("happened_at")
    assert (rough.happened_on, rough.when_written) == (None, "About 1 May 2026")
    assert (str(day.happened_on), day.when_written) == ("2026-05-02", "")
    assert (exact.happened_on, exact.when_written) == (None, "")
    assert ahead.happened_at == lead.now
    assert rough.who == "Jo Lind, concern ABC-1"
    assert (rough.category, rough.outcome) == ("Concern", "Where it stood then: Closed")


@pytest.mark.parametrize(
    ("there", "doubted"),
    [
        ({}, False),
        ({"surname": "Ryan"}, False),
        ({"upn": ""}, False),
        ({"upn": "", "forename": "aoife", "surname": "BYRNE"}, False),
        ({"upn": "", "surname": "Ryan"}, True),
        ({"upn": "H801200001002"}, True),
        ({"born": "2016-05-17"}, True),
    ],
)
def test_whether_it_is_the_same_child_is_told_by_upn_or_name_and_birthday(child, there, doubted):
    assert bool(list_doubts(child, {**record_from(child).child, **there})) == doubted


def test_a_doubt_is_asked_about_and_a_lead_may_say_that_it_is_the_child(desk, child, sent):
    child.upn = "H801200001009"
    child.save(update_fields=["upn"])
    there = follow(desk, upload(desk, child, *sent))
    assert "The UPN in the package is another one." in page_text(desk.open(there))
    answer = desk.client.post(there)
    assert answer.status_code == 422
    assert "Say whether the package is about this child" in page_text(answer)
    assert not EarlierLine.objects.exists()
    assert desk.client.post(there, {"same_child": "on"}).status_code == 302
    line = LedgerLine.objects.get(kind=Kind.PACKAGE_BROUGHT)
    assert "The UPN in the package is another one." in json.loads(line.body)["reason"]


def test_a_wrong_passphrase_keeps_nothing(desk, child, sent):
    answer = upload(desk, child, sent[0], "0000-0000-0000-0000-0000-0000")
    assert answer.status_code == 422
    assert "type what they read out" in page_text(answer)
    assert "0000-0000" in page_text(answer)
    assert not PackageUpload.objects.exists()


def test_a_passphrase_may_be_typed_without_its_hyphens(desk, child, sent):
    assert upload(desk, child, sent[0], sent[1].replace("-", " ")).status_code == 302


@pytest.mark.parametrize(
    ("held", "says"),
    [(b"", "no package"), (b"%PDF-1.7", "no package"), (None, "no package")],
)
def test_what_is_no_package_is_refused(desk, child, sent, held, says):
    held = sent[0][:-40] if held is None else held
    answer = upload(desk, child, held, sent[1])
    assert answer.status_code == 422
    assert says in page_text(answer)


def test_without_a_file_or_a_passphrase_the_page_asks_for_it(desk, child, sent):
    answer = desk.client.post(address(child), {"passphrase": "x"})
    assert "Choose the package" in page_text(answer)
    assert "Type the passphrase" in page_text(upload(desk, child, sent[0], " "))


def test_one_that_is_too_large_is_not_written_down(desk, child, sent, monkeypatch):
    monkeypatch.setattr(file_upload, "MOST_PACKAGE", 1000)
    answer = upload(desk, child, *sent)
    assert answer.status_code == 422
    assert "larger than one that can be brought in" in page_text(answer)


def test_a_disk_that_is_full_brings_nothing_in(desk, child, sent, monkeypatch):
    there = follow(desk, upload(desk, child, *sent))
    monkeypatch.setattr(attachment_reading, "LEAST_ROOM", 10**18)
    answer = desk.client.post(there)
    assert "the disk takes no more" in page_text(answer)
    assert not EarlierLine.objects.exists()
    monkeypatch.undo()
    assert desk.client.post(there).status_code == 302


def test_files_of_an_act_that_fails_are_taken_away_again(lead, child, sent):
    waiting = record_upload(lead, child)
    reader = package_receiving.PackageReader(io.BytesIO(sent[0]), sent[1])
    plan = plan_package(lead, child, reader.record)
    kept = []

    def fail() -> None:
        with package_receiving.keeping_files(lead, waiting, reader, plan) as rows:
            kept.extend(path_of_file(row.uid) for row in rows if row.content is None)
            assert kept[0].exists()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not kept[0].exists()


def test_a_file_that_may_not_be_kept_stands_there_with_the_reason(desk, child):
    there = factories.school("Leeds Primary")
    lead = factories.viewer(there, Role.DSL)
    pupil = factories.child(there, "Aoife", "Byrne", upn=UPN)
    concern = factories.send_concern(lead, pupil).concern
    factories.add_file(lead, concern, content=b"%PDF-1.7 hidden", name="plain.txt")
    built = build(lead, pupil)
    page = follow(desk, upload(desk, child, archive_of(built.uid), built.passphrase))
    desk.client.post(page)
    record = EarlierRecord.objects.get()
    said = page_text(desk.open(reverse("history_record", args=[record.uid])))
    assert "was not kept. What it holds is not what its name says" in said
    file = EarlierAttachment.objects.get()
    assert desk.open(reverse("history_attachment", args=[file.uid])).status_code == 404


def test_a_file_is_opened_by_who_reads_the_childs_file_and_recorded(desk, where, child):
    bring_package(desk.viewer, child, files=[b"A letter."])
    file = EarlierAttachment.objects.get()
    there = reverse("history_attachment", args=[file.uid])
    answer = desk.open(there)
    assert answer.content == b"A letter."
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    line = LedgerLine.objects.get(kind=Kind.ATTACHMENT_READ)
    assert json.loads(line.body)["children"] == [str(child.uid)]
    kin = factories.person(where, Role.DSL)
    factories.relate_to_child(kin, child)
    client = factories.sign_in(SecureClient(), kin)
    pages = [there, address(child)]
    pages.append(reverse("history_record", args=[EarlierRecord.objects.get().uid]))
    assert {client.get(page).status_code for page in pages} == {404}


def test_a_package_that_waits_is_its_uploaders_alone_and_is_deleted_after_a_day(
    desk, where, child, sent
):
    there = follow(desk, upload(desk, child, *sent))
    waiting = PackageUpload.objects.get()
    assert waiting.passphrase == sent[1]
    colleague = factories.sign_in(SecureClient(), factories.person(where, Role.DSL))
    assert colleague.get(there).status_code == 404
    unconfirmed_files.delete_unconfirmed_files(timezone.now() + timedelta(hours=25))
    assert not path_of_package(waiting.uid).exists()
    assert desk.open(there).status_code == 404


def test_one_whose_archive_is_gone_says_so(desk, child, sent):
    there = follow(desk, upload(desk, child, *sent))
    path_of_package(PackageUpload.objects.get().uid).unlink()
    answer = desk.open(there)
    assert answer.status_code == 410
    assert "Upload it again" in page_text(answer)


def test_family_of_the_child_brings_nothing_in(lead, child):
    waiting = record_upload(lead, child)
    factories.relate_to_child(lead.person, child)
    given = {"said": record_from(child), "attached": [], "is_same_child": True}
    with pytest.raises(Http404):
        acts.bring_package(by=lead, upload=waiting, now=lead.now, **given)


@pytest.mark.parametrize("said", ["LEEDS HIGH, Leeds LS1, 01632 960111", "To ask: Leeds High"])
def test_the_file_expected_of_that_school_has_arrived_and_is_still_to_be_read(lead, child, said):
    homes.add_earlier_file(lead, child, where=said)
    bring_package(lead, child)
    event = FileEvent.objects.get()
    assert (event.stage, event.file.ended_at) == ("received", None)


def test_the_file_expected_of_another_school_is_asked_for_as_before(lead, child):
    homes.add_earlier_file(lead, child, where="Leeds Road Primary")
    bring_package(lead, child)
    assert not FileEvent.objects.exists()


def test_a_file_that_is_not_the_one_brought_in_is_found(lead, child):
    bring_package(lead, child, files=[b"A letter."])
    assert list(find_altered_rows()) == []
    row = EarlierAttachment.objects.get()
    assert refused("UPDATE concerns_earlierattachment SET missing = ''")
    other = EarlierAttachment(
        school=row.school, child=child, record=row.record, by=row.by, at=row.at, name="b.txt",
        kind="text", source_digest="1" * 64, digest=hashlib.sha256(b"b").hexdigest(), said="",
    )  # fmt: skip
    other.set_content(b"b")
    other.save()
    assert [said for said in find_altered_rows() if "its files are not those" in said]


def test_how_much_is_in_a_package_costs_no_query_more(lead, where):
    def cost(number: int) -> int:
        child = factories.child(where)
        entries = [entry_of(day) for day in range(1, number + 1)]
        with CaptureQueriesContext(connection) as asked:
            bring_package(lead, child, *entries, files=[b"%d" % one for one in range(number)])
        return len(asked)

    assert cost(1) == cost(12)


def test_no_address_or_name_of_a_file_says_whose_it_is(desk, child, sent):
    there = follow(desk, upload(desk, child, *sent))
    page = page_text(desk.open(there))
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]
    assert "Aoife" not in there + title


@pytest.mark.parametrize(
    ("reference", "document", "words"),
    [
        ("ABC-1", "", "Added by Jo Lind, 1 May 2026, 10:00, to concern ABC-1"),
        ("", "Court order: of March", "Added by Jo Lind, 1 May 2026, 10:00. Court order: of March"),
    ],
)
def test_a_file_says_where_it_was_at_the_other_school(reference, document, words):
    said = {"added_by": "Jo Lind", "added_at": "2026-05-01T09:00:00+00:00"}
    assert describe_origin({**said, "reference": reference, "document": document}) == words
