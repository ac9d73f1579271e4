"""Tests for files that cannot be kept: a full disk, two at once, and a sending that was cut."""

from urllib.parse import unquote

import pytest

from concerns.doors import attachments
from concerns.doors.unsent_words import uid_of_page
from concerns.models import Attachment, DraftFile
from concerns.models.concern.attachment import MOST_IN_DATABASE
from concerns.paper import attachment_reading
from concerns.paper.attachment_reading import ReadFile
from concerns.rules.attachments import FileKind
from concerns.rules.roles import Role
from tests import factories, sample_files
from tests.doors.attachments.adding_files import add, begin, send_with, sent_file

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_full_disk_is_said_and_loses_nothing_else(staff, child, settings, tmp_path):
    settings.ATTACHMENTS_DIR = tmp_path / "a file"
    settings.ATTACHMENTS_DIR.write_bytes(b"")
    answers, page = begin(staff, child)
    large = sample_files.TEXT + b"x" * MOST_IN_DATABASE
    answer = add(staff, page, sent_file("b.txt", large))
    assert answer.status_code == 422
    assert "the disk takes no more" in answer.content.decode()
    assert staff.send(answers).status_code == 302
    assert not Attachment.objects.exists()


def test_what_came_before_the_disk_was_full_is_not_kept_unsaid(staff, child, monkeypatch):
    def full(path, kept):
        raise OSError

    _, page = begin(staff, child)
    monkeypatch.setattr("concerns.models.concern.attachment._write_file", full)
    large = sample_files.TEXT + b"x" * MOST_IN_DATABASE
    assert add(staff, page, sent_file(), sent_file("b.txt", large)).status_code == 422
    assert not DraftFile.objects.exists()


def test_a_disk_that_is_nearly_full_takes_no_files(staff, child, monkeypatch):
    _, page = begin(staff, child)
    monkeypatch.setattr(attachment_reading, "LEAST_ROOM", 2**62)
    assert "the disk takes no more" in add(staff, page, sent_file()).content.decode()


def test_while_somebody_elses_files_are_read_others_are_asked_to_wait(staff, child):
    answers, page = begin(staff, child)
    with attachment_reading._reading:
        answer = add(staff, page, sent_file())
    assert answer.status_code == 422
    assert "Press Add again in a minute" in answer.content.decode()
    assert staff.send(answers).status_code == 302


def test_what_an_interrupted_sending_left_is_not_added_unseen(staff, lead, child):
    concern = send_with(staff, child)
    page = f"/triage/{concern.uid}/files/"
    attachments.keep_in_draft(
        factories.viewer(lead.where, Role.DSL, who=lead.person),
        uid_of_page(lead.person, lead.where, page),
        [ReadFile("wrong.txt", FileKind.TEXT, b"Not this one.")],
    )
    add(lead, page, sent_file())
    assert [row.name for row in Attachment.objects.all()] == ["letter.pdf"]


def test_a_file_that_is_sent_while_it_is_being_removed_stays(staff, child, monkeypatch):
    answers, page = begin(staff, child)
    add(staff, page, sent_file("b.txt", sample_files.TEXT + b"x" * MOST_IN_DATABASE))
    delete_row = attachments._delete_row

    def send_first(row):
        staff.send(answers)
        return delete_row(row)

    monkeypatch.setattr(attachments, "_delete_row", send_first)
    add(staff, page, away=DraftFile.objects.get().uid)
    assert Attachment.objects.get().read_content().startswith(sample_files.TEXT)


@pytest.mark.parametrize("room", ["submit/mine", "triage"])
def test_a_file_sent_once_the_session_has_ended_is_said_not_to_be_kept(client, staff, child, room):
    page = f"/{room}/{send_with(staff, child).uid}/files/"
    answer = client.post(page, {"added": sent_file()})
    _, _, back = answer["Location"].partition("next=")
    assert unquote(back) == page
    assert "The file you sent was not kept" in client.get(answer["Location"]).content.decode()


def test_a_page_that_is_only_opened_says_nothing_of_files(client, staff):
    answer = client.get("/submit/")
    assert "was not kept" not in client.get(answer["Location"]).content.decode()
