"""Tests for the package of one child's file: what goes in, for whom, and what is recorded of it."""

import hashlib
import json
import os
import re
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from concerns.doors.ledger import canonical_json
from concerns.models import (
    ChildPackage,
    Draft,
    FileSending,
    LedgerLine,
    LedgerLineWords,
    Step,
)
from concerns.models.child.child_package import path_of_package
from concerns.models.concern.attachment import path_of_file
from concerns.paper import attachment_reading, child_package, package_pdf
from concerns.paper.child_package import PackageRefused
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.workflow import unconfirmed_files
from tests import factories, homes
from tests.access.codes import give_factor, set_up_app
from tests.conftest import SecureClient
from tests.desk import Desk, page_text
from tests.factories import NOW
from tests.leavers import leave
from tests.packages import (
    REASON,
    archive_of,
    bring_package,
    build,
    members_of,
    record_of,
    record_package,
)
from tests.pdf_tags import tags_of

pytestmark = pytest.mark.django_db
PASSPHRASE = re.compile(r"\b\d{4}(?:-\d{4}){5}\b")


@pytest.fixture(autouse=True)
def no_pdf(request, monkeypatch):
    """Drawing one takes seconds, and is tried by itself."""
    if "pdf" not in request.node.name:
        monkeypatch.setattr(package_pdf, "draw_pdf", lambda html: None)


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne", upn="H801200001001")


@pytest.fixture
def other(where):
    return factories.child(where, "Bilal", "Khan", year="Year 6", class_name="6A")


@pytest.fixture
def written(desk, child, other):
    """A concern with a file, and one that is about another child too, with another file."""
    by, now = desk.viewer, desk.now
    alone = factories.send_concern(by, child, account="Bilal Khan hit Aoife.", now=now).concern
    factories.add_file(by, alone, content=b"A letter.", now=now)
    both = factories.send_concern(by, child, other, account="Both were late.", now=now).concern
    factories.add_file(by, both, content=b"A list of both.", name="list of Bilal.txt", now=now)
    return alone, both


def address(child) -> str:
    return reverse("leaving_package", args=[child.uid])


def press(desk, child, **more):
    """Make the package by the page, as it is filled in unless `more` says otherwise."""
    page = page_text(desk.open(address(child)))
    ticked = re.findall(r'name="attached"[^>]*value="([^"]+)"[^>]*checked', page)
    typed = {"recipient": "Leeds High", "reason": REASON, "attached": ticked, **more}
    return desk.client.post(address(child), {**desk.carried(address(child)), **typed})


def made_by_page(answer) -> tuple[ChildPackage, dict[str, bytes]]:
    (passphrase,) = PASSPHRASE.findall(page_text(answer))
    package = ChildPackage.objects.get()
    return package, members_of(archive_of(package.uid), passphrase)


def test_the_page_makes_a_package_that_its_passphrase_opens(desk, child, written):
    answer = press(desk, child)
    assert answer.status_code == 200
    package, members = made_by_page(answer)
    record = json.loads(members["record.json"])
    assert "[another child] hit Aoife." in [entry["words"] for entry in record["entries"]]
    assert record["child"]["upn"] == "H801200001001"
    assert (record["recipient"], record["reason"]) == ("Leeds High", REASON)
    assert members["attachments/0001.txt"] == b"A letter."
    chronology = members["chronology.html"].decode()
    assert "[another child] hit Aoife." in chronology
    read_me = members["READ ME FIRST.txt"].decode("utf-8-sig")
    assert f"{package.entries} entries, 1 added file." in read_me
    assert "Read chronology.html." in read_me
    assert "Aoife Byrne" in read_me
    assert "Bilal" not in b"".join(members.values()).decode()


def test_the_pdf_is_in_it(desk, child, written):
    members = members_of(archive_of((built := build(desk.viewer, child)).uid), built.passphrase)
    tags, text = tags_of(members["chronology.pdf"])
    assert {"Document", "H1", "H2", "P"} <= tags
    assert 'pdfuaid:part="1"' in text
    assert "chronology.html" not in members
    assert "Read chronology.pdf." in members["READ ME FIRST.txt"].decode("utf-8-sig")


def test_the_ledger_commits_to_the_archive_and_says_what_went_out(desk, child, written):
    made, _ = made_by_page(press(desk, child))
    line = LedgerLine.objects.get(kind=Kind.PACKAGE_MADE)
    body = json.loads(line.body)
    assert made.digest == hashlib.sha256(archive_of(made.uid)).hexdigest()
    assert (line.about, body["children"]) == (str(made.uid), [str(child.uid)])
    assert {str(concern.uid) for concern in written} < set(body["shown"])
    said = {"recipient": "Leeds High", "reason": REASON, "digest": made.digest}
    salt = LedgerLineWords.objects.get(line=line).salt
    words = (salt + canonical_json(said)).encode()
    assert body["words"] == hashlib.sha256(words).hexdigest()


def test_the_passphrase_is_kept_nowhere(desk, child, written):
    (passphrase,) = PASSPHRASE.findall(page_text(press(desk, child)))
    kept = []
    for model in apps.get_app_config("concerns").get_models():
        for row in model._default_manager.all():
            kept += [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
    assert len(kept) > 500
    assert not any(passphrase in said for said in kept)
    assert not PASSPHRASE.search(page_text(desk.open(address(child))))
    assert not Draft.objects.filter(page=address(child)).exists()


def test_its_maker_downloads_it_and_that_is_recorded(desk, child, written):
    made, _ = made_by_page(press(desk, child))
    there = reverse("leaving_package_file", args=[made.uid])
    assert desk.client.head(there).status_code == 200
    assert not LedgerLine.objects.filter(kind=Kind.EXPORTED).exists()
    answer = desk.open(there)
    assert b"".join(answer.streaming_content) == archive_of(made.uid)
    said = answer.headers["Content-Disposition"]
    assert said == f'attachment; filename="package-{made.uid.hex[:8]}.zip"'
    line = LedgerLine.objects.filter(kind=Kind.EXPORTED).get()
    assert json.loads(line.body)["children"] == [str(child.uid)]


def test_nobody_else_downloads_it(desk, where, child, written):
    made, _ = made_by_page(press(desk, child))
    there = reverse("leaving_package_file", args=[made.uid])
    colleague = factories.sign_in(SecureClient(), factories.person(where, Role.DSL))
    assert colleague.get(there).status_code == 404
    factories.relate_to_child(desk.viewer.person, child)
    assert desk.open(there).status_code == 404
    assert desk.open(address(child)).status_code == 404


def content_for(lead, child, **more) -> dict:
    """What a package of `lead` holds, without what differs each time."""
    record = record_of(build(lead, child, **more))
    return {name: said for name, said in record.items() if name not in ("package", "made_at")}


def test_who_is_kept_out_of_a_concern_gets_a_package_as_if_it_were_not_there(desk, where, child):
    colleague = factories.viewer(where, Role.DSL, now=desk.now)
    factories.send_concern(desk.viewer, child, now=desk.now)
    before = content_for(desk.viewer, child)
    page = re.sub(r'value="[^"]+"', "", page_text(desk.open(address(child))))
    writer = factories.viewer(where)
    secret = factories.send_concern(
        writer, child, account="What his aunt said.", excluded=(desk.viewer.person,), now=desk.now
    ).concern
    factories.add_file(writer, secret, now=desk.now)
    after = re.sub(r'value="[^"]+"', "", page_text(desk.open(address(child))))
    assert after == page
    assert content_for(desk.viewer, child) == before
    # Naming the file does not put it in either.
    named = content_for(desk.viewer, child, files=[secret.attachments.get().uid])
    assert named == before
    assert len(content_for(colleague, child)["entries"]) > len(before["entries"])


def test_everybody_who_makes_one_is_told_in_the_same_words_what_a_whole_file_needs(desk, child):
    said = "ask each of the other leads and the head"
    assert said in page_text(desk.open(address(child)))
    assert said in page_text(press(desk, child))


def test_a_file_of_a_concern_about_others_goes_in_only_if_it_is_ticked(desk, child, written):
    alone, both = (concern.attachments.get() for concern in written)
    page = page_text(desk.open(address(child)))
    assert re.search(rf'value="{alone.uid}"[^>]*checked', page)
    assert not re.search(rf'value="{both.uid}"[^>]*checked', page)
    assert "which is about other children too" in page
    _, members = made_by_page(press(desk, child, attached=[str(both.uid)]))
    assert members["attachments/0001.txt"] == b"A list of both."
    (file,) = json.loads(members["record.json"])["attachments"]
    assert file["name"] == "list of [another child].txt"


def test_a_name_that_is_no_other_childs_can_be_left_in(desk, child, written):
    answer = press(desk, child, show=f"{written[0].uid}.w0", also="Aoife.")
    _, members = made_by_page(answer)
    words = [entry["words"] for entry in json.loads(members["record.json"])["entries"]]
    assert any(said.startswith("Bilal Khan hit") for said in words)


def test_what_came_with_a_package_from_another_school_goes_on_with_the_child(desk, child, written):
    bring_package(desk.viewer, child, files=[b"An older letter."], now=desk.now)
    assert "from an earlier school" in page_text(desk.open(address(child)))
    record = record_of(build(desk.viewer, child))
    assert [file["name"] for file in record["attachments"]] == ["letter.txt", "letter 1.txt"]
    assert any(entry["kind"] == "earlier" for entry in record["entries"])


def test_a_document_of_the_childs_file_goes_in(desk, child, written):
    document = homes.add_document(desk.viewer, child)
    homes.add_document_file(desk.viewer, document, now=desk.now)
    assert document.document_words in page_text(desk.open(address(child)))
    _, members = made_by_page(press(desk, child))
    assert members["attachments/0002.txt"] == b"Of order.txt"
    record = json.loads(members["record.json"])
    files = [(file["name"], file["document"]) for file in record["attachments"]]
    assert files == [("letter.txt", ""), ("order.txt", document.document_words)]
    assert "file" in {entry["kind"] for entry in record["entries"]}


def test_making_one_does_not_say_that_it_was_sent(desk, child, written):
    leave(desk.viewer, child, now=desk.now)
    answer = press(desk, child)
    step = Step.objects.open().get(kind=StepKind.SEND_FILE)
    assert reverse("leaving_send", args=[step.uid]) in page_text(answer)
    assert not FileSending.objects.exists()
    assert ChildPackage.objects.get().departure == step.departure
    page = page_text(desk.open(reverse("leaving_send", args=[step.uid])))
    assert "The encrypted package made here" in page
    assert "This does not say that it was sent." in " ".join(page.split())


def test_a_colleague_is_told_of_it_only_beside_a_step_that_they_see(desk, where, child, written):
    record_package(desk.viewer, child, now=desk.now)
    colleague = factories.person(where, Role.DSL)
    client = factories.sign_in(SecureClient(), colleague)
    there = reverse("leaving_child", args=[child.uid])
    assert "Packages made" not in page_text(client.get(there))
    leave(desk.viewer, child, now=desk.now)
    record_package(desk.viewer, child, now=desk.now)
    page = page_text(client.get(there))
    assert page.count("This does not say") == 1
    assert "Download" not in page
    assert page_text(desk.open(there)).count("This does not say") == 2


@pytest.mark.parametrize(
    ("typed", "says"), [({"recipient": ""}, "Write whom it is for"), ({"reason": " "}, "Write why")]
)
def test_without_a_recipient_and_a_reason_nothing_is_made(desk, child, typed, says):
    answer = press(desk, child, **{"also": "Bilbo", **typed})
    assert answer.status_code == 422
    assert says in page_text(answer)
    assert "Bilbo" in page_text(answer)
    assert not ChildPackage.objects.exists()


def test_a_full_disk_makes_nothing_and_keeps_what_was_typed(desk, child, monkeypatch):
    monkeypatch.setattr(attachment_reading, "LEAST_ROOM", 10**18)
    answer = press(desk, child)
    assert answer.status_code == 422
    assert "the disk takes no more" in page_text(answer)
    assert REASON in page_text(answer)
    assert not ChildPackage.objects.exists()


def test_a_file_that_is_gone_makes_no_package_and_leaves_nothing_behind(desk, child, written):
    large = b"x" * 200_000
    file = factories.add_file(desk.viewer, written[0], content=large, name="a.txt", now=desk.now)
    folder = path_of_package(file.uid).parent
    before = set(os.listdir(folder)) if folder.exists() else set()
    path_of_file(file.uid).unlink()
    with pytest.raises(PackageRefused, match="gone or is not what was kept"):
        build(desk.viewer, child)
    assert set(os.listdir(folder)) == before


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_ATTACHED", "MOST_ENTRIES"])
def test_more_than_a_package_holds_is_refused(desk, child, written, limit, monkeypatch):
    factories.add_file(desk.viewer, written[0], content=b"Another.", name="b.txt", now=desk.now)
    files = [file.uid for file in written[0].attachments.all()]
    monkeypatch.setattr(child_package, limit, 1)
    with pytest.raises(PackageRefused):
        build(desk.viewer, child, files=files)


def test_after_a_day_it_is_deleted_and_its_page_says_so(desk, where, child):
    made, _ = made_by_page(press(desk, child))
    path = path_of_package(made.uid)
    unconfirmed_files.delete_unconfirmed_files(timezone.now() + timedelta(hours=23))
    assert path.exists()
    unconfirmed_files.delete_unconfirmed_files(timezone.now() + timedelta(hours=25))
    assert not path.exists()
    answer = desk.open(reverse("leaving_package_file", args=[made.uid]))
    assert answer.status_code == 410
    assert "has been deleted" in page_text(answer)
    assert not LedgerLine.objects.filter(kind=Kind.EXPORTED).exists()


def test_all_of_a_long_chronology_goes_in(where, lead, child, monkeypatch):
    monkeypatch.setattr("concerns.paper.chronology_print.AT_ONCE", 4)
    for number in range(9):
        factories.send_concern(lead, child, account=f"Number {number}.", now=NOW)
    words = [entry["words"] for entry in record_of(build(lead, child))["entries"]]
    assert sorted(one for one in words if one.startswith("Number")) == [
        f"Number {number}." for number in range(9)
    ]


def test_how_much_is_written_of_the_child_costs_no_query_more(where, lead, child):
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            build(lead, child)
        return len(asked)

    def write(number: int) -> None:
        for _ in range(number):
            concern = factories.concern_at(
                State.DECIDED, where=where, lead=lead, children=(child,), now=NOW
            )
            factories.add_file(factories.viewer(where, who=concern.reporter), concern)

    homes.add_status(lead, child)
    write(1)
    first = cost()
    write(6)
    assert cost() == first


def test_the_second_factor_is_asked_for_again_first():
    where = factories.real_school()
    person = factories.person(where, Role.DSL)
    client = factories.sign_in(SecureClient(), person)
    give_factor(client, set_up_app(person))
    child = factories.child(where)
    lead = factories.viewer(where, Role.DSL, who=person, now=timezone.now())
    factories.send_concern(lead, child, now=timezone.now())
    made = record_package(lead, child, now=timezone.now())
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 60 * 16
    session.save()
    for there in (address(child), reverse("leaving_package_file", args=[made.uid])):
        assert client.get(there).headers["Location"].startswith("/access/factor/")
