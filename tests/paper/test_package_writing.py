"""Tests for the package of one child's file as an archive: encrypted, whole, and described."""

import csv
import hashlib
import io
import json
import re
import subprocess

import pytest
import pyzipper

from concerns.paper import package_format, package_pdf, package_writing
from concerns.paper.package_writing import PackageContent

PASSPHRASE = "4821-0937-5566-1020-8843-7719"
LETTER = b"%PDF-1.7 a letter %%EOF"
CHILD = {
    "forename": "Aoife", "surname": "Byrne", "known_as": "", "known_surname": "",
    "born": "2017-05-17", "upn": "H801200001001", "identifier": "",
}  # fmt: skip
SCHOOL = {"name": "Oakfield", "urn": "900001"}
ENTRY = {
    "id": "7d2c", "kind": "concern", "happened_at": "2026-11-03T10:00:00+00:00",
    "happened_on": "", "when": "3 November 2026, 10:00", "heading": "Concern",
    "words": "=He said his tummy hurt.", "by": "Jo Lind", "written": "", "reference": "C-1",
    "state": "Decided",
}  # fmt: skip
HEAD = {
    "package": "6d0f", "made_at": "2026-11-03T10:00:00+00:00", "made_by": "Jo Lind, DSL",
    "recipient": "Leeds High", "reason": "She moves there.",
}  # fmt: skip


def said_of(content: bytes) -> dict[str, str]:
    return {
        "file": "attachments/0001.pdf", "name": "Letter of Aoife.pdf", "kind": "PDF",
        "size": str(len(content)), "sha256": hashlib.sha256(content).hexdigest(),
        "reference": "C-1", "document": "",
        "added_at": "2026-11-03T10:00:00+00:00", "added_by": "Jo Lind",
    }  # fmt: skip


def content_of(**more) -> PackageContent:
    given = {
        "head": HEAD, "school": SCHOOL, "child": CHILD, "entries": [ENTRY],
        "files": [said_of(LETTER)], "held": [LETTER],
        "printed": {package_format.PDF: b"%PDF-print"}, "read_me": "Read this.\n", **more,
    }  # fmt: skip
    return PackageContent(**given)


def write(**more) -> tuple[bytes, package_writing.WrittenPackage]:
    target = io.BytesIO()
    written = package_writing.write_package(target, content_of(**more), PASSPHRASE)
    return target.getvalue(), written


def members_of(archive: bytes) -> dict[str, bytes]:
    with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
        opened.setpassword(PASSPHRASE.encode())
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_manifest_has_the_digest_of_every_other_member():
    members = members_of(write()[0])
    manifest = json.loads(members.pop("manifest.json"))
    said = {one["name"]: (one["sha256"], one["size"]) for one in manifest["members"]}
    held = {
        name: (hashlib.sha256(held).hexdigest(), str(len(held))) for name, held in members.items()
    }
    assert said == held
    assert (manifest["child"], manifest["school"]) == (CHILD, SCHOOL)
    assert (manifest["format"], manifest["version"]) == (package_format.FORMAT, 1)


def test_the_digest_of_the_archive_is_that_of_its_bytes():
    archive, written = write()
    assert written.digest == hashlib.sha256(archive).hexdigest()
    assert written.size == len(archive)


def test_nothing_is_read_without_the_passphrase_and_no_name_stands_outside():
    archive, _ = write()
    with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
        opened.setpassword(b"4821-0937-5566-1020-8843-7718")
        for member in opened.infolist():
            assert (member.wz_aes_strength, member.CRC) == (3, 0)
            with pytest.raises(RuntimeError, match="Bad password"):
                opened.read(member)
    for word in (b"Aoife", b"Byrne", b"Oakfield", b"H801200001001"):
        assert word not in archive


def test_the_tables_say_what_the_record_says_and_run_nothing():
    members = members_of(write()[0])
    record = json.loads(members["record.json"])
    assert record["entries"] == [ENTRY]
    (row,) = csv.DictReader(io.StringIO(members["entries.csv"].decode("utf-8-sig")))
    assert row == {**ENTRY, "words": "'=He said his tummy hurt."}
    (file,) = csv.DictReader(io.StringIO(members["attachments.csv"].decode("utf-8-sig")))
    assert file == record["attachments"][0] == said_of(LETTER)
    assert members["attachments/0001.pdf"] == LETTER


def test_every_member_and_every_field_is_described():
    members = members_of(write()[0])
    described = members["FORMAT.md"].decode()
    record = json.loads(members["record.json"])
    manifest = json.loads(members["manifest.json"])
    parts = [record, record["school"], record["child"], *record["entries"], *record["attachments"]]
    names = {name for part in [*parts, manifest, *manifest["members"]] for name in part}
    names |= {name for name in members if "/" not in name}
    assert {name for name in names if f"`{name}`" not in described} == set()
    assert list(ENTRY) == package_format.names_of_fields(package_format.ENTRY)


def test_a_file_that_is_not_the_one_kept_is_not_put_in():
    with pytest.raises(package_writing.FileChanged):
        write(held=[b"another"])


def test_a_record_that_no_reader_would_hold_in_memory_is_refused(monkeypatch):
    monkeypatch.setattr(package_writing, "MOST_RECORD", 100)
    with pytest.raises(package_writing.PackageTooLarge):
        write()


def test_files_are_read_one_after_the_other_while_they_are_written():
    written = []

    class Noting(io.BytesIO):
        def write(self, piece):
            written.append(len(piece))
            return super().write(piece)

    def hold():
        for _ in range(2):
            before.append(sum(written))
            yield LETTER * 10_000

    before = []
    said = said_of(LETTER * 10_000)
    files = [said, {**said, "file": "attachments/0002.pdf"}]
    content = content_of(files=files, held=hold())
    package_writing.write_package(Noting(), content, PASSPHRASE)
    assert before[1] > before[0] + 200_000


def test_a_passphrase_is_six_groups_of_four_digits_and_another_each_time():
    made = {package_writing.make_passphrase() for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch(r"\d{4}(-\d{4}){5}", one) for one in made)


def test_a_pdf_is_drawn_of_a_page():
    drawn = package_pdf.draw_pdf("<!DOCTYPE html><title>x</title><h1>Zoë</h1>")
    assert drawn is not None
    assert drawn.startswith(b"%PDF-")


def test_nothing_is_fetched_for_a_pdf(tmp_path):
    picture = tmp_path / "secret.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>')
    plain = package_pdf.draw_pdf("<title>x</title><p>a</p>")
    drawn = package_pdf.draw_pdf(f'<title>x</title><p>a</p><img src="{picture.as_uri()}">')
    assert drawn is not None
    assert plain is not None
    assert len(drawn) < len(plain) + 200


def test_where_no_pdf_can_be_drawn_nothing_is_raised(monkeypatch):
    def fail(*given, **more):
        return subprocess.CompletedProcess(given, 1, b"", b"no Pango")

    monkeypatch.setattr(subprocess, "run", fail)
    assert package_pdf.draw_pdf("<p>a</p>") is None
