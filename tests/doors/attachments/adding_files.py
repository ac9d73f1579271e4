"""Adds files to a concern as somebody at a browser does."""

from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile

from concerns.models import Concern
from tests import factories, sample_files
from tests.conftest import SecureClient
from tests.submit.conftest import Staff


def staff_of(where, *roles):
    person = factories.person(where, *roles)
    return Staff(factories.sign_in(SecureClient(), person), where, person)


def sent_file(name="letter.pdf", content=sample_files.PDF):
    return SimpleUploadedFile(name, content)


def begin(staff, child):
    """Presses "Add a file" on the form. Returns the form's answers and the page of the files."""
    answers = staff.answers(child)
    answer = staff.send(answers | {"do": "files"})
    page = f"/submit/files/{answers['draft']}/"
    assert answer["Location"] == page
    return answers, page


def add(staff, page, *files, **more):
    return staff.client.post(page, {"added": list(files), **more})


def send_with(staff, child, *files):
    """A concern that was sent with `files`."""
    answers, page = begin(staff, child)
    add(staff, page, *files)
    answer = staff.send(answers)
    assert answer.status_code == 302
    return Concern.objects.get(draft=answers["draft"])


def read_text(staff, address):
    return unescape(staff.open(address).content.decode())


def opened(staff, address):
    answer = staff.client.get(address)
    return answer.status_code, answer.content
