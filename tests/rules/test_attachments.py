"""Tests for the kinds of file that are kept, by name and content together."""

import struct

import pytest

from concerns.rules import attachments
from concerns.rules.attachments import FileFault, FileKind, clean_file_name, judge_file
from tests import sample_files

GOOD = {
    "letter.pdf": (FileKind.PDF, sample_files.PDF),
    "letter.docx": (FileKind.WORD, sample_files.word()),
    "letter.doc": (FileKind.OLD_WORD, sample_files.OLD_WORD),
    "letter.odt": (FileKind.ODF, sample_files.odf()),
    "sums.ods": (FileKind.ODF, sample_files.odf("spreadsheet")),
    "scan.JPG": (FileKind.JPEG, sample_files.picture()),
    "scan.png": (FileKind.PNG, sample_files.picture("PNG")),
    "scan.heic": (FileKind.HEIC, sample_files.picture("HEIF")),
    "notes.txt": (FileKind.TEXT, sample_files.TEXT),
    "wide.txt": (FileKind.TEXT, "Wide".encode("utf-16")),
    "old.txt": (FileKind.TEXT, b"Siobh\xe1n"),
    "mail.eml": (FileKind.EMAIL, sample_files.EMAIL),
    "mail.msg": (FileKind.OUTLOOK, sample_files.OUTLOOK),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_what_its_name_says_is_kept(name):
    kind, content = GOOD[name]
    assert judge_file(name, content) == (kind, None)


@pytest.mark.parametrize("name", [name for name in GOOD if not name.endswith(".txt")])
def test_a_file_that_holds_text_alone_is_kept_under_no_other_name(name):
    assert judge_file(name, sample_files.TEXT)[1] is FileFault.MISMATCH


@pytest.mark.parametrize("of", ["letter.pdf", "letter.docx", "scan.png", "mail.msg"])
def test_what_is_no_text_is_kept_under_no_name_of_text(of):
    _, content = GOOD[of]
    assert judge_file("notes.txt", content)[1] is FileFault.MISMATCH


def _with_parts_said_to_be(size):
    """A Word file whose list of parts says that one of them unpacks to `size` bytes."""
    made = bytearray(sample_files.word())
    at = made.rfind(b"PK\x01\x02")
    made[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(made)


BAD = {
    "nothing": ("a.pdf", b"", FileFault.EMPTY),
    "a program": ("letter.pdf.exe", b"MZ\x90", FileFault.KIND),
    "a page": ("page.html", b"<script>", FileFault.KIND),
    "a drawing": ("drawing.svg", b"<svg/>", FileFault.KIND),
    "no ending": ("letter", sample_files.PDF, FileFault.KIND),
    "a document with macros": ("a.docm", sample_files.word(), FileFault.KIND),
    "too large": ("a.txt", b"x" * (attachments.LARGEST + 1), FileFault.LARGE),
    "cut": ("a.pdf", sample_files.PDF[:-8], FileFault.MISMATCH),
    "an archive behind a PDF": (
        "a.pdf", sample_files.PDF + sample_files.word(), FileFault.MISMATCH,
    ),
    "an archive whose comment ends as a PDF": (
        "a.pdf",
        sample_files.PDF + sample_files.word()[:-2] + b"\x05\x00%%EOF",
        FileFault.MISMATCH,
    ),
    "a PDF in the name of a picture": ("a.jpg", sample_files.PDF, FileFault.MISMATCH),
    "an archive that is no document": (
        "a.docx", sample_files.archive({"a.exe": b"MZ"}), FileFault.MISMATCH,
    ),
    "a cut archive": ("a.docx", sample_files.word()[:-5], FileFault.MISMATCH),
    "a damaged list of parts": (
        "a.docx", sample_files.word().replace(b"PK\x01\x02", b"PK\x01\x09"), FileFault.MISMATCH,
    ),
    "a list of parts that is far too long": (
        "a.docx",
        sample_files.word()[:-10] + struct.pack("<I", 2**30) + sample_files.word()[-6:],
        FileFault.MISMATCH,
    ),
    "a list of parts longer than its number": (
        "a.docx",
        sample_files.word()[:-22] + b"PK\x06\x07" + bytes(16) + sample_files.word()[-22:],
        FileFault.MISMATCH,
    ),
    "parts that unpack to a gigabyte": (
        "a.docx", _with_parts_said_to_be(2**30), FileFault.UNPACKS,
    ),
    "ten thousand parts": (
        "a.docx",
        sample_files.word(**{f"p{number}": b"" for number in range(5_001)}),
        FileFault.UNPACKS,
    ),
    "macros": ("a.docx", sample_files.word(**{"word/vbaProject.bin": b"x"}), FileFault.MACROS),
    "half of a wide letter": ("a.txt", b"\xff\xfeW", FileFault.MISMATCH),
    "no heading of an e-mail": ("a.eml", b"X-Thing: 1\r\n\r\n", FileFault.MISMATCH),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_file_of_a_kind_that_is_kept_is_refused(what):
    name, content, fault = BAD[what]
    assert judge_file(name, content)[1] is fault


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\letter.pdf", "letter.pdf"),
        (".htaccess", "htaccess"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("photo‮gpj.exe", "photogpj.exe"),
        ("", "file"),
        ("...", "file"),
        ("/.pdf", "pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 300, "x" * 120),
        ("Letter to Ms O’Neill.pdf", "Letter to Ms O’Neill.pdf"),
    ],
)
def test_a_name_is_kept_without_a_path_and_without_what_is_not_seen(given, kept):
    assert clean_file_name(given) == kept


def test_a_picture_of_an_iphone_is_kept_under_the_name_of_what_it_became():
    assert attachments.name_as_kept("IMG 1.HEIC", FileKind.HEIC) == "IMG 1.jpg"
    assert attachments.name_as_kept("scan.JPG", FileKind.JPEG) == "scan.JPG"


@pytest.mark.parametrize(("size", "words"), [(1, "1 KB"), (12_400, "12 KB"), (3_600_000, "3.4 MB")])
def test_a_size_is_said_as_people_say_it(size, words):
    assert attachments.size_of_file_in_words(size) == words


def test_each_ending_is_of_one_kind():
    endings = [ending for rule in attachments.KINDS.values() for ending in rule.endings]
    assert len(endings) == len(set(endings))
