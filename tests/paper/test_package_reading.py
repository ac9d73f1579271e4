"""Tests for reading a package that another school sent, above all one that was made to do harm."""

import hashlib
import io
import json
import struct
import zipfile

import pytest
import pyzipper

from concerns.paper import package_format, package_reading
from concerns.paper.package_reading import (
    NO_PACKAGE,
    NOT_OPENED,
    NOT_READABLE,
    PACKAGE_ALTERED,
    PACKAGE_FORMAT_NEWER,
    TOO_LARGE,
    PackageReader,
    PackageUnreadable,
)
from tests.paper.test_package_writing import ENTRY, LETTER, PASSPHRASE, said_of, write


def read(archive: bytes, passphrase: str = PASSPHRASE) -> PackageReader:
    reader = PackageReader(io.BytesIO(archive), passphrase)
    reader.require_whole()
    return reader


def refused(archive: bytes, passphrase: str = PASSPHRASE) -> str:
    with pytest.raises(PackageUnreadable) as told:
        read(archive, passphrase)
    return told.value.words


def members_of(archive: bytes) -> dict[str, bytes]:
    with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
        opened.setpassword(PASSPHRASE.encode())
        return {name: opened.read(name) for name in opened.namelist()}


def pack(members: dict[str, bytes], **more) -> bytes:
    """An archive of these members, encrypted as ours are unless `more` says otherwise."""
    target = io.BytesIO()
    given = {"encryption": pyzipper.WZ_AES, "compression": pyzipper.ZIP_DEFLATED, **more}
    with pyzipper.AESZipFile(target, "w", **given) as archive:
        archive.setpassword(PASSPHRASE.encode())
        for name, held in members.items():
            archive.writestr(name, held)
    return target.getvalue()


def remake(change_record=None, change_manifest=None, add=None, honest=True, **more) -> bytes:
    """A package whose parts were changed. `honest`: the manifest has the digests of what it is."""
    members = members_of(write()[0])
    manifest = json.loads(members.pop("manifest.json"))
    record = json.loads(members["record.json"])
    if change_record:
        change_record(record)
        members["record.json"] = json.dumps(record).encode()
    members.update(add or {})
    if honest:
        manifest["members"] = [
            {"name": name, "size": str(len(held)), "sha256": hashlib.sha256(held).hexdigest()}
            for name, held in members.items()
        ]
        for name in ("school", "child", "package", "made_at"):
            manifest[name] = record.get(name)
    if change_manifest:
        change_manifest(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()
    return pack(members, **more)


def test_what_was_written_is_read():
    reader = read(write()[0])
    assert reader.record.entries == [ENTRY]
    assert reader.record.child["upn"] == "H801200001001"
    assert [reader.read_file(said) for said in reader.record.files] == [LETTER]


def test_a_package_that_was_made_anew_by_another_program_is_read():
    assert read(remake()).record.entries == [ENTRY]


def test_what_a_later_version_adds_is_left_out():
    def change(record):
        record["entries"][0]["mood"] = "calm"
        record["child"]["shoe"] = "33"

    reader = read(remake(change))
    assert "mood" not in reader.record.entries[0]
    assert "shoe" not in reader.record.child


@pytest.mark.parametrize("passphrase", ["4821-0937-5566-1020-8843-7718", "", "é" * 90, "x"])
def test_a_wrong_passphrase_opens_nothing(passphrase):
    assert refused(write()[0], passphrase) in (NOT_OPENED, NO_PACKAGE)


def test_a_wrong_passphrase_says_whom_to_ring():
    assert refused(write()[0], "4821-0937-5566-1020-8843-7718") == NOT_OPENED


@pytest.mark.parametrize("held", [b"", b"PK", b"%PDF-1.7 a letter %%EOF", b"\0" * 100])
def test_what_is_no_archive_is_refused(held):
    assert refused(held) == NO_PACKAGE


def test_a_package_that_was_cut_anywhere_is_refused():
    archive = write()[0]
    for at in range(0, len(archive), len(archive) // 40):
        assert refused(archive[:at]) == NO_PACKAGE


def test_a_package_in_which_a_byte_was_changed_is_refused_or_the_same():
    archive = write()[0]
    same = read(archive).record
    for at in range(3, len(archive), len(archive) // 150):
        changed = bytearray(archive)
        changed[at] ^= 0x41
        try:
            assert read(bytes(changed)).record == same
        except PackageUnreadable:
            continue


def test_something_behind_the_archive_is_refused():
    assert refused(write()[0] + b"more") == NO_PACKAGE


@pytest.mark.parametrize(("members", "letters"), [(300, 4_000), (600, 1)])
def test_a_list_of_members_that_fills_the_memory_is_not_read(members, letters, monkeypatch):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(members):
            archive.writestr(f"{number:04}" + "x" * letters, b"")

    def read_list(*given):
        raise AssertionError("it was read")

    monkeypatch.setattr(pyzipper, "AESZipFile", read_list)
    assert refused(target.getvalue()) == NO_PACKAGE


def test_a_list_of_members_that_is_elsewhere_is_not_read(monkeypatch):
    archive = write()[0]
    end = len(archive) - 22
    begin = int.from_bytes(archive[end + 16 : end + 20], "little")
    monkeypatch.setattr(pyzipper, "AESZipFile", None)
    lies = archive[: end + 16] + struct.pack("<I", begin - 1) + archive[end + 20 :]
    with monkeypatch.context() as patched:
        patched.setattr(package_reading, "_BROKEN", (KeyError,))
        assert refused(lies) == NO_PACKAGE


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "attachments/../../x.txt", "C:\\x.txt", "more.txt",
     "attachments/0001.pdf\0.exe", "attachments/", "record.json/", "attachments/00001.pdf"],
)  # fmt: skip
def test_a_member_of_any_other_name_is_refused(name):
    assert refused(remake(add={name: b"x"})) in (NO_PACKAGE, PACKAGE_ALTERED)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused():
    target = io.BytesIO(write()[0])
    with pyzipper.AESZipFile(target, "a", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSPHRASE.encode())
        archive.writestr("record.json", b"{}")
    assert refused(target.getvalue()) == NO_PACKAGE


def test_a_member_that_is_not_encrypted_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, held in members_of(write()[0]).items():
            archive.writestr(name, held)
    assert refused(target.getvalue()) == NO_PACKAGE


def test_a_way_of_packing_that_can_hide_more_is_refused():
    assert refused(remake(compression=pyzipper.ZIP_LZMA)) == NO_PACKAGE


@pytest.mark.parametrize(
    ("name", "size"),
    [("READ ME FIRST.txt", package_reading.MOST_TEXT + 1),
     ("attachments/0001.pdf", package_reading.LARGEST + 1)],
)  # fmt: skip
def test_a_member_that_unpacks_to_too_much_is_not_unpacked(name, size, monkeypatch):
    archive = remake(add={name: b"\0" * size})
    assert len(archive) < size / 100

    def unpack(*given):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(pyzipper.AESZipFile, "open", unpack)
    assert refused(archive) == TOO_LARGE


def test_a_member_that_says_it_is_small_is_unpacked_no_further():
    archive = bytearray(remake(add={"READ ME FIRST.txt": b"\0" * 2_000_000}))
    whole = struct.pack("<I", 2_000_000)
    assert archive.count(whole) == 2
    lies = bytes(archive).replace(whole, struct.pack("<I", 20))
    assert refused(lies) == PACKAGE_ALTERED


def test_files_that_are_more_than_a_package_holds_are_refused(monkeypatch):
    monkeypatch.setattr(package_reading, "MOST_ATTACHED", len(LETTER) - 1)
    assert refused(write()[0]) == TOO_LARGE


def test_a_package_that_is_larger_than_one_may_be_is_refused(monkeypatch):
    monkeypatch.setattr(package_reading, "MOST_PACKAGE", 100)
    assert refused(write()[0]) == TOO_LARGE


@pytest.mark.parametrize("name", ["READ ME FIRST.txt", "record.json", "attachments/0001.pdf"])
def test_a_member_that_is_not_what_the_manifest_says_is_refused(name):
    held = members_of(write()[0])[name]
    other = held.replace(b"a", b"e", 1)
    assert other != held
    assert refused(remake(add={name: other}, honest=False)) == PACKAGE_ALTERED


def test_a_manifest_that_leaves_a_member_out_is_refused():
    def change(manifest):
        manifest["members"] = manifest["members"][1:]

    assert refused(remake(change_manifest=change)) == PACKAGE_ALTERED


def test_a_manifest_about_another_child_than_the_record_is_refused():
    def change(manifest):
        manifest["child"] = {**manifest["child"], "surname": "Other"}

    assert refused(remake(change_manifest=change)) == PACKAGE_ALTERED


def test_a_file_that_the_record_does_not_describe_is_refused():
    assert refused(remake(add={"attachments/0002.pdf": b"x"})) == PACKAGE_ALTERED


def test_a_newer_version_says_what_to_do():
    assert refused(remake(lambda record: record.update(version=2))) == PACKAGE_FORMAT_NEWER


DEEP = b"[" * 200_000


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(format="another"),
        lambda record: record.update(version="1"),
        lambda record: record.update(entries={}),
        lambda record: record.update(entries=["a"]),
        lambda record: record.update(school=None),
        lambda record: record.update(reason=7),
        lambda record: record.update(reason="x" * 60_001),
        lambda record: record["entries"][0].pop("words"),
        lambda record: record["entries"][0].update(happened_at="yesterday"),
        lambda record: record["entries"][0].update(happened_at="2026-11-03T10:00:00"),
        lambda record: record["entries"][0].update(happened_at="0001-01-01T00:00:00+00:00"),
        lambda record: record["entries"][0].update(happened_on="31 February"),
        lambda record: record["entries"][0].update(happened_on="9999-12-31"),
        lambda record: record["entries"][0].update(id=" "),
        lambda record: record["child"].update(born=""),
        lambda record: record["attachments"][0].update(added_at=""),
        lambda record: record["attachments"][0].update(added_at="9999-12-31T23:59:59-14:00"),
        lambda record: record["attachments"][0].update(size="many"),
    ],
)
def test_a_record_that_is_not_of_the_format_is_refused(change):
    assert refused(remake(change)) == NOT_READABLE


def test_a_record_that_is_nested_without_end_is_refused():
    assert refused(remake(add={"record.json": DEEP})) == NOT_READABLE


def test_more_entries_than_may_be_are_refused(monkeypatch):
    monkeypatch.setattr(package_reading, "MOST_ENTRIES", 0)
    assert refused(write()[0]) == NOT_READABLE


def test_what_no_database_can_store_is_replaced():
    def change(record):
        record["entries"][0]["words"] = "a\0b\ud800c"

    assert read(remake(change)).record.entries[0]["words"] == "a\ufffdb\ufffdc"


def test_the_fields_of_a_file_are_those_of_the_format():
    assert list(said_of(LETTER)) == package_format.names_of_fields(package_format.ATTACHMENT)
