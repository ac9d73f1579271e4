"""Tests for documents of earlier schools, one for each child, which are brought in many at once."""

import re
import uuid
from datetime import date

import pytest

from concerns.doors.act import ActRefused
from concerns.history import acts
from concerns.models import Attachment, Child, ChildDocument, DocumentFile, DraftFile, LedgerLine
from concerns.paper.document_matching import find_dates, read_file_name
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories, homes, sample_files
from tests.doors.attachments.adding_files import add, read_text, sent_file, staff_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PAGE = "/history/documents/"


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return staff_of(where, Role.DSL)


@pytest.fixture
def ana(where):
    child = factories.child(where, "Ana", "Cole-Reed")
    Child.objects.filter(pk=child.pk).update(upn="A123456789012", born=date(2015, 5, 3))
    return Child.objects.get(pk=child.pk)


def viewer_of(lead):
    return factories.viewer(lead.where, Role.DSL, who=lead.person)


def pdf(name, more=b""):
    return sent_file(name, sample_files.PDF + more)


def bring(lead, **owners):
    """Presses "Bring these documents in". `owners`: name of the file without its ending -> uid."""
    names = {file.name.rpartition(".")[0]: file.uid for file in DraftFile.objects.all()}
    said = {f"whose-{names[name]}": said for name, said in owners.items()}
    return lead.client.post(PAGE, {"do": "bring", **said})


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("Cole 03-05-2015.pdf", [date(2015, 5, 3)]),
        ("Cole_2015_05_03.pdf", [date(2015, 5, 3)]),
        ("Cole 20150503.pdf", [date(2015, 5, 3)]),
        ("Cole 03052015.pdf", [date(2015, 5, 3)]),
        ("Cole 3.5.2015.pdf", [date(2015, 5, 3)]),
        ("Cole 99-99-2015.pdf", []),
        ("Cole 123456789.pdf", []),
    ],
)
def test_a_day_is_read_from_the_name_of_a_file(name, days):
    assert list(dict.fromkeys(find_dates(name))) == days


def test_a_name_without_an_ending_and_without_a_day_is_read_too():
    (only,) = read_file_name("Cole Ana")
    assert (only.name_in_file.split(), only.born, only.upn) == (["COLE", "ANA"], None, "")


@pytest.mark.parametrize(
    "name",
    [
        "A123456789012.pdf", "CP file a123456789012 2024-09-01.pdf", "Cole-Reed_Ana_03-05-2015.pdf",
        "ANA COLE REED 2015-05-03 exported 2026-09-01.pdf",
    ],
)  # fmt: skip
def test_a_document_is_matched_and_brought_into_the_child_s_file_once(lead, ana, name):
    answer = add(lead, PAGE, pdf(name), do="add")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    shown = read_text(lead, PAGE)
    assert f'<option value="{ana.uid}" selected>' in shown
    assert "Never add a photograph of a child" in shown
    answer = bring(lead, **{name.rpartition(".")[0]: ana.uid})
    assert "1 document brought in" in read_text(lead, answer["Location"])
    kept = DocumentFile.objects.get()
    assert (kept.document.child, kept.document.kind) == (ana, "earlier_school")
    assert kept.read_content() == sample_files.PDF
    assert "nobody has read it" in read_text(lead, f"/child/{ana.uid}/file/")
    assert not DraftFile.objects.exists()
    # The same once more brings nothing.
    add(lead, PAGE, pdf(name), do="add")
    answer = bring(lead, **{name.rpartition(".")[0]: ana.uid})
    assert "in a child's file already" in read_text(lead, answer["Location"])
    assert ChildDocument.objects.count() == 1
    assert not DraftFile.objects.exists()


def test_a_name_alone_or_one_that_contradicts_itself_is_asked_about(lead, ana, where):
    other = factories.child(where, "Bo", "Lind")
    Child.objects.filter(pk=other.pk).update(upn="B123456789012", born=date(2014, 1, 2))
    add(
        lead, PAGE, pdf("Ana Cole-Reed.pdf"), pdf("A123456789012 Bo Lind 02-01-2014.pdf", b"\n"),
        do="add",
    )  # fmt: skip
    shown = read_text(lead, PAGE)
    assert " selected>" in shown
    assert f'<option value="{ana.uid}" selected>' not in shown
    assert shown.count(f'<option value="{ana.uid}">') == 2
    assert shown.count(f'<option value="{other.uid}">') == 1
    assert bring(lead).status_code == 422
    assert "Say of at least one document whose it is" in bring(lead).content.decode()
    bring(lead, **{"Ana Cole-Reed": ana.uid})
    assert DocumentFile.objects.get().document.child == ana
    assert DraftFile.objects.count() == 1


def test_what_fits_nobody_waits_until_somebody_gives_the_upn(lead, ana):
    add(lead, PAGE, pdf("scan.pdf"), do="add")
    assert "Its name fits no child here" in read_text(lead, PAGE)
    answer = bring(lead, scan="C000000000000")
    assert answer.status_code == 422
    assert "No child here has this UPN" in answer.content.decode()
    answer = bring(lead, scan="a12345678 9012")
    assert answer.status_code == 422
    assert "This is the UPN of Ana Cole-Reed" in answer.content.decode()
    assert not DocumentFile.objects.exists()
    assert str(ana.uid) in LedgerLine.objects.filter(kind=Kind.LISTED).last().body
    (named,) = re.findall(r'name="(named-[^"]+)" value="([^"]+)"', answer.content.decode())
    (file,) = DraftFile.objects.values_list("uid", flat=True)
    shown = {f"whose-{file}": "A123456789012", **dict([named])}
    lead.client.post(PAGE, {"do": "bring", **shown})
    assert DocumentFile.objects.get().document.child == ana


def test_a_upn_that_was_changed_after_its_name_was_shown_is_named_anew(lead, ana, where):
    other = factories.child(where, "Bo", "Lind")
    Child.objects.filter(pk=other.pk).update(upn="B123456789012")
    add(lead, PAGE, pdf("scan.pdf"), do="add")
    file = DraftFile.objects.get().uid
    shown = {"do": "bring", f"whose-{file}": "B123456789012", f"named-{file}": str(ana.uid)}
    answer = lead.client.post(PAGE, shown)
    assert "This is the UPN of Bo Lind" in answer.content.decode()
    assert not DocumentFile.objects.exists()


def test_a_second_press_shows_what_waits_now(lead, ana):
    add(lead, PAGE, pdf("A123456789012.pdf"), do="add")
    press = {"do": "bring", f"whose-{DraftFile.objects.get().uid}": str(ana.uid)}
    lead.client.post(PAGE, press)
    answer = lead.client.post(PAGE, press)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.content.decode()


def test_an_act_that_is_refused_shows_what_waits_now(lead, ana, monkeypatch):
    add(lead, PAGE, pdf("A123456789012.pdf"), do="add")
    press = {"do": "bring", f"whose-{DraftFile.objects.get().uid}": str(ana.uid)}

    def meanwhile(**given):
        DraftFile.objects.all().delete()
        raise ActRefused(acts.DOCUMENTS_CHANGED)

    monkeypatch.setattr(acts, "bring_documents", meanwhile)
    shown = lead.client.post(PAGE, press).content.decode()
    assert "changed meanwhile" in shown
    assert "A123456789012.pdf" not in shown


def test_an_address_says_nothing_of_what_was_brought_in(lead):
    assert "brought in.</strong>" not in read_text(lead, f"{PAGE}?brought=9&here=2&done=9")


def test_a_refused_file_is_said_stops_nothing_and_can_be_removed(lead, ana):
    add(lead, PAGE, pdf("A123456789012.pdf"), sent_file("run.exe", b"MZ"), do="add")
    shown = read_text(lead, PAGE)
    assert "run.exe" in shown
    assert "Not kept." in shown
    bring(lead, A123456789012=ana.uid)
    assert DocumentFile.objects.count() == 1
    lead.client.post(PAGE, {"away": str(DraftFile.objects.get().uid)})
    assert not DraftFile.objects.exists()


def test_nothing_chosen_is_said(lead):
    answer = add(lead, PAGE, do="add")
    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()


def test_to_family_the_school_has_no_such_child(lead, ana):
    factories.relate_to_child(lead.person, ana)
    add(lead, PAGE, pdf("A123456789012.pdf"), do="add")
    shown = read_text(lead, PAGE)
    assert "Cole-Reed" not in shown
    assert "Its name fits no child here" in shown
    given = {"draft": DraftFile.objects.get().draft, "now": factories.NOW}
    with pytest.raises(ActRefused):
        acts.bring_documents(
            by=factories.viewer(lead.where, Role.DSL, who=lead.person),
            owners={DraftFile.objects.get().uid: ana.uid},
            **given,
        )
    answer = bring(lead, A123456789012="A123456789012")
    assert "No child here has this UPN" in answer.content.decode()


def test_what_waits_is_its_uploader_s_alone(lead, where, ana):
    add(lead, PAGE, pdf("A123456789012.pdf"), do="add")
    other = staff_of(where, Role.DEPUTY)
    assert "A123456789012" not in read_text(other, PAGE)
    other.client.post(PAGE, {"away": str(DraftFile.objects.get().uid)})
    assert DraftFile.objects.count() == 1


def test_if_one_of_them_has_gone_none_is_brought_in(lead, ana):
    add(lead, PAGE, pdf("One.pdf"), pdf("Two.pdf", b"2"), do="add")
    one, two = DraftFile.objects.order_by("pk")
    draft, owners = one.draft, {one.uid: ana.uid, two.uid: ana.uid}
    two.delete()
    with pytest.raises(ActRefused, match="changed meanwhile"):
        acts.bring_documents(by=viewer_of(lead), draft=draft, owners=owners, now=factories.NOW)
    assert not ChildDocument.objects.exists()


def test_one_that_was_taken_out_of_the_file_comes_in_again(lead, ana):
    for _ in range(2):
        add(lead, PAGE, pdf("A123456789012.pdf"), do="add")
        bring(lead, A123456789012=str(ana.uid))
        document = ChildDocument.objects.order_by("-pk")[0]
        homes.end_line(viewer_of(lead), ana, document)
    assert ChildDocument.objects.count() == 2


def test_documents_that_changed_meanwhile_are_said_to_have(lead, ana):
    given = {"owners": {uuid.uuid4(): ana.uid}, "draft": uuid.uuid4(), "now": factories.NOW}
    with pytest.raises(ActRefused, match="changed meanwhile"):
        acts.bring_documents(by=viewer_of(lead), **given)


def test_each_is_a_line_of_the_ledger_that_names_nobody(lead, ana):
    add(lead, PAGE, pdf("A123456789012 Cole.pdf"), do="add")
    bring(lead, **{"A123456789012 Cole": ana.uid})
    for kind in (Kind.FILE_WRITTEN, Kind.ATTACHED):
        body = LedgerLine.objects.get(kind=kind).body
        assert str(ana.uid) in body
        assert "Cole" not in body
    assert not Attachment.objects.exists()
