"""Tests the pages by which a lead brings earlier records in."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse

from concerns.history import acts
from concerns.models import EarlierLine, HistoryImport, HistoryUpload
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.history_files import HEAD, line_of

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
def school(db):
    return factories.school()


@pytest.fixture
def ana(school):
    return factories.child(school, "Ana", "Cole")


@pytest.fixture
def desk(client, school):
    factories.sign_in(client, factories.person(school, Role.DSL))
    return client


def upload(client, *rows: str, head: str = HEAD):
    content = rows[0] if rows and isinstance(rows[0], bytes) else (head + "".join(rows)).encode()
    file = SimpleUploadedFile("export.csv", content)
    return client.post(reverse("history"), {"file": file})


def text(answer) -> str:
    return " ".join(page_text(answer).split())


def confirm(client, address: str, **more):
    """Presses the button of the page at `address`, as it is there."""
    shown = client.get(address).content.decode()
    form = shown[shown.index('<form method="post" action="/history/file/') :]
    fields = dict(HIDDEN.findall(form))
    return client.post(address, fields | {"source": "OldSystem"} | more)


def test_a_file_is_shown_confirmed_and_brought_in_once(desk, ana):
    stranger = line_of(ana).replace("Ana", "Zoe").replace("Cole", "Unknown")
    address = upload(desk, line_of(ana), stranger, line_of(ana, when="soon")).url
    shown = text(desk.get(address))
    assert "1 line about 1 child" in shown
    assert "Zoe Unknown, born 17 May 2017: 1 line" in shown
    assert "Line 4. Date: not a date we can read." in shown
    assert not EarlierLine.objects.exists()
    assert confirm(desk, address).url == address
    for _ in range(2):
        done = text(desk.post(address, {}))
        assert "from OldSystem. The file itself has been deleted." in done
    brought = HistoryImport.objects.get()
    assert (brought.lines, brought.left_out) == (1, 2)
    assert "from OldSystem</a>: 1 line" in text(desk.get(reverse("history")))


def test_an_xlsx_workbook_is_read_as_a_csv_file_is(desk, ana):
    book = openpyxl.Workbook()
    book.active.append(HEAD.strip().split(","))
    book.active.append(
        [ana.surname, ana.forename, ana.born, "2021-05-17", "", "J. Marsh", "", "Wet."]
    )
    kept = io.BytesIO()
    book.save(kept)
    confirm(desk, upload(desk, kept.getvalue()).url)
    assert EarlierLine.objects.get().words == "Wet."


def test_whose_lines_are_is_asked_and_answered_on_the_page(desk, ana):
    address = upload(desk, line_of(ana).replace("17/05/2017", "")).url
    assert "Whose is the 1 line about Ana Cole?" in text(desk.get(address))
    refused = confirm(desk, address)
    assert refused.status_code == 422
    assert "There is nothing to bring in. Say whose the lines are." in text(refused)
    assert confirm(desk, address, **{"whose-0": "nobody"}).status_code == 422
    confirm(desk, address, **{"whose-0": str(ana.uid)})
    assert EarlierLine.objects.get().child == ana


def test_the_system_must_be_named_and_the_columns_chosen(desk, ana):
    address = upload(desk, line_of(ana)).url
    assert "Say which system this file comes from" in text(confirm(desk, address, source=""))
    chosen = desk.get(address, {"words": "7", "happened": "3"})
    assert chosen.status_code == 422
    assert "Choose at least one column that says which child a line is about" in text(chosen)
    assert "What was written" in {column.read_as for column in chosen.context["file_columns"]}
    twice = desk.get(address, {"words": "7", "happened": "7", "surname": "0"})
    assert "This column is already chosen above." in text(twice)


def test_what_was_shown_and_is_no_more_so_is_shown_again(desk, ana):
    address = upload(desk, line_of(ana)).url
    answer = confirm(desk, address, seen="another")
    assert answer.status_code == 409
    assert "Nothing was brought in. Check what this file would bring in now" in text(answer)
    assert HistoryUpload.objects.exists()


def test_who_presses_twice_at_once_is_led_to_what_came_of_it(desk, ana, monkeypatch):
    address = upload(desk, line_of(ana)).url

    def bring_what_is_gone(**_):
        raise Http404

    monkeypatch.setattr(acts, "bring", bring_what_is_gone)
    assert confirm(desk, address).url == address


def test_nobody_else_sees_the_file_or_what_was_brought_in(desk, ana):
    address = upload(desk, line_of(ana)).url
    client = factories.sign_in(SecureClient(), factories.person(ana.school, Role.HEAD))
    assert client.get(address).status_code == 404
    assert "has brought nothing in yet" not in text(client.get(reverse("history")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"%PDF-1.7", "This is a PDF, not a table."),
        (b"Name,Date\r\nAna,2021\r\n", "This file has too few columns."),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(desk, content, words):
    assert words in text(upload(desk, content))


def test_a_file_that_is_too_large_is_refused_in_words(desk, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = desk.post(reverse("history"), {})
    assert "This file is larger than 10 MB. Export fewer years at a time" in text(answer)


def test_a_file_without_known_headings_or_that_ends_early_says_so(desk, ana):
    address = upload(desk, b"A,B,C\r\n1,2,3\r\n").url
    assert "We did not recognise any heading" in text(desk.get(address))
    address = upload(desk, line_of(ana), line_of(ana)[:20]).url
    assert "ends in the middle of a row" in text(desk.get(address))


def test_the_search_page_leads_here_and_shows_what_is_found(desk, ana):
    assert reverse("history") in desk.get(reverse("child_search")).content.decode()
    confirm(desk, upload(desk, line_of(ana)).url)
    found = text(desk.post(reverse("child_search"), {"words": "coat"}))
    assert "Earlier records with these words" in found
