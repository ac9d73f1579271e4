"""Tests of `manage.py backup` and `manage.py restore`, on whole databases of their own."""

import hashlib
import io
import json
import os
import random
import shutil
import tarfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from concerns.models import Attachment, LedgerLine, LedgerLineWords, Person, Step
from concerns.models.concern.attachment import path_of_file
from concerns.paper.backup_archive import FORMAT, MANIFEST, SEAL
from concerns.paper.record_verification import find_altered_rows
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from tests import factories
from tests.databases import in_place

pytestmark = pytest.mark.both_databases

FLIPS = 40
# Of a file that is not in the database.
LARGE = b"A long letter." * 10_000
POSTGRESQL = os.environ["DATABASE_URL"].startswith("postgres")
ON_TABLE = " ON concerns_line" if POSTGRESQL else ""
OF_CONCERNS = " ON concerns_concern" if POSTGRESQL else ""


@pytest.fixture(autouse=True)
def open_databases(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module", autouse=True)
def folder_of_files(tmp_path_factory):
    """A folder for added files that no other file of tests writes to."""
    with pytest.MonkeyPatch.context() as patched:
        folder = tmp_path_factory.mktemp("files")
        patched.setattr(settings, "ATTACHMENTS_DIR", folder)
        patched.setenv("ATTACHMENTS_DIR", str(folder))
        yield


@pytest.fixture(scope="module")
def written(databases, migrated, django_db_setup, django_db_blocker, tmp_path_factory):
    """A database with a school and a concern in it, and the backup that was made of it, once."""
    database = databases.copy(migrated, "written")
    with django_db_blocker.unblock(), in_place(database):
        where = factories.school(name="Wren Primary School")
        lead = factories.viewer(where, "dsl")
        writer = factories.viewer(where)
        concern = factories.concern_at(State.DECIDED, where=where, lead=lead, by=writer)
        factories.add_file(writer, concern)
        factories.add_file(writer, concern, content=LARGE)
    file = tmp_path_factory.mktemp("backups") / "night.backup"
    database.manage("backup", str(file))
    yield database, file
    databases.drop(database)


@pytest.fixture
def used(databases, written):
    """A copy of that database, for a test to change."""
    database = databases.copy(written[0], "used")
    yield database
    databases.drop(database)


@pytest.fixture
def backup(written, tmp_path):
    """A copy of that backup, for a test to damage."""
    return Path(shutil.copy(written[1], tmp_path))


@pytest.fixture
def empty(databases, migrated):
    """A database in which nothing has been written yet, to restore into."""
    database = databases.copy(migrated, "restored")
    yield database
    databases.drop(database)


def ledger_digests() -> list[str]:
    return list(LedgerLine.objects.order_by("pk").values_list("digest", flat=True))


def snapshot(database) -> tuple:
    with in_place(database):
        people = sorted(Person.objects.values_list("email", flat=True))
        return people, ledger_digests()


def assert_restored(database, original) -> None:
    """Everything is as it was, and the ledger has a line more for each check: who was shown it."""
    (people, lines), (earlier_people, earlier) = snapshot(database), snapshot(original)
    assert (people, lines[: len(earlier)]) == (earlier_people, earlier)
    with in_place(database):
        since = LedgerLine.objects.order_by("pk")[len(earlier) :]
        run = [json.loads(line.body)["reason"].split(",")[0] for line in since]
    assert run[-1] == "manage.py unheld"
    assert set(run) <= {"manage.py verify", "manage.py unheld"}


def test_that_a_backup_was_made_is_in_the_record_that_it_holds(used):
    with in_place(used):
        line = LedgerLine.objects.get(kind=Kind.EXPORTED)
        assert "manage.py backup, from the command line, by " in line.body
        assert line.actor is None


def refused(database, file, *more: str) -> str:
    """What is said when `file` is refused, after seeing that the database is as it was."""
    before = snapshot(database)
    with in_place(database), pytest.raises(CommandError) as said:
        call_command("restore", str(file), *more)
    assert "The database was not changed" in str(said.value)
    assert snapshot(database) == before
    return str(said.value)


def seal(content: bytes) -> bytes:
    return content + hashlib.sha256(content).hexdigest().encode() + b"\n"


def rewrite(
    file, *, change_manifest=None, change_database=None, names=None, extra=None, without=None
) -> None:
    """Writes the archive again with something changed and a right seal at its end."""
    with tarfile.open(file) as tar:
        parts = {about.name: tar.extractfile(about).read() for about in tar.getmembers()}
    manifest, database, *_ = parts
    said = json.loads(parts[manifest])
    if change_database:
        parts[database] = change_database(parts[database])
    if change_manifest:
        change_manifest(said, parts[database])
    parts[manifest] = json.dumps(said).encode()
    parts |= extra or {}
    parts.pop(without, None)
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in parts.items():
            about = tarfile.TarInfo((names or {}).get(name, name))
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))
    file.write_bytes(seal(whole.getvalue()))


def flip(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_a_backup_restores_whole_and_is_checked(used, backup, empty):
    done = empty.manage("restore", str(backup))
    assert "all words can be read" in done.stdout
    assert "every step a holder" in done.stdout
    assert_restored(empty, used)


def test_what_was_restored_has_every_trigger_and_takes_concerns(used, backup, empty):
    empty.manage("restore", str(backup))
    empty.manage("check", "--database", "default")
    with in_place(empty):
        lead = factories.viewer(Person.objects.first().posts.get().school, "dsl")
        assert factories.send_concern(lead, factories.child(lead.school)).concern.pk


def test_a_backup_is_of_one_moment_while_the_site_goes_on(used, tmp_path):
    with in_place(used):
        factories.school()
        used.manage("backup", str(tmp_path / "while-in-use"))
        factories.school()


def test_only_its_owner_may_read_a_backup(backup):
    assert backup.stat().st_mode & 0o077 == 0
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_no_key_of_the_record_is_in_a_backup(backup):
    key = os.environ["RECORD_KEYS"].partition(":")[2]
    assert key.encode() not in backup.read_bytes()


def test_a_backup_never_takes_the_place_of_another(used, backup):
    before = backup.read_bytes()
    done = used.manage("backup", str(backup), check=False)
    assert done.returncode != 0
    assert "Choose another name" in done.stderr
    assert backup.read_bytes() == before


def test_a_byte_that_went_bad_anywhere_is_refused(used, backup):
    good = backup.read_bytes()
    start = good.index(b"\0" * 64)
    places = [0, 100, 156, 300, start, 520, 600, len(good) - 1, len(good) - SEAL]
    places += random.Random(7).sample(range(len(good)), FLIPS)
    before = snapshot(used)
    for place in places:
        backup.write_bytes(flip(good, place))
        with in_place(used), pytest.raises(CommandError, match="damaged"):
            call_command("restore", str(backup), "--replace")
    assert snapshot(used) == before


@pytest.mark.parametrize("part", [0, 1, 64, 65, 66, 511, 512, 1024, -65, -1, "half"])
def test_a_backup_that_was_cut_is_refused(used, backup, part):
    good = backup.read_bytes()
    backup.write_bytes(good[: len(good) // 2 if part == "half" else part])
    assert "damaged" in refused(used, backup, "--replace")


def test_a_backup_with_something_after_it_is_refused(used, backup):
    backup.write_bytes(backup.read_bytes() + b"\n")
    assert "damaged" in refused(used, backup, "--replace")


def test_a_backup_with_another_file_packed_into_it_is_refused(used, backup):
    rewrite(backup, extra={"database.sqlite3-wal": b"words of somebody else"})
    assert "not a backup made by" in refused(used, backup, "--replace")


def test_a_database_part_that_its_manifest_does_not_describe_is_refused(used, backup):
    rewrite(backup, change_database=lambda content: flip(content, len(content) // 2))
    assert "not the one its manifest describes" in refused(used, backup, "--replace")


def test_a_database_part_that_was_cut_before_it_was_described_is_refused(used, backup):
    def describe(said, database):
        said["size"] = len(database)
        said["sha256"] = hashlib.sha256(database).hexdigest()

    rewrite(
        backup,
        change_database=lambda content: content[: len(content) // 2],
        change_manifest=describe,
    )
    assert "not whole" in refused(used, backup, "--replace")


@pytest.mark.parametrize(
    ("name", "value"), [("lines", 99), ("head", "0" * 64), ("head", "'; DROP TABLE x; --")]
)
def test_a_ledger_that_is_not_the_one_described_is_refused(used, backup, name, value):
    rewrite(backup, change_manifest=lambda said, _: said["ledger"].update({name: value}))
    refused(used, backup, "--replace")


@pytest.mark.parametrize("content", [b"", b"PK\3\4 a zip", b"SQLite format 3\0" + b"\0" * 9000])
def test_a_file_of_something_else_is_refused(used, tmp_path, content):
    file = tmp_path / "other"
    file.write_bytes(content)
    refused(used, file, "--replace")
    file.write_bytes(seal(content * 2 + b"\0" * 2048))
    refused(used, file, "--replace")


def test_a_file_that_is_not_there_is_said_in_one_sentence(used, tmp_path):
    assert "cannot be read" in refused(used, tmp_path / "nothing", "--replace")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("format", 0, "Restore it with the release that made it"),
        ("format", FORMAT + 1, "Restore it with the release that made it"),
        ("product", "another", "not a backup made by"),
        ("kind", "oracle", "not a backup made by"),
        ("migrations", {"concerns": ["9999_later"]}, "newer release"),
        ("keys", {"1": "0" * 16}, "does not have key 1"),
        ("surplus", 1, "not a backup made by"),
    ],
)
def test_a_backup_that_is_not_for_this_site_is_refused(used, backup, name, value, why):
    rewrite(backup, change_manifest=lambda said, _: said.update({name: value}))
    assert why in refused(used, backup, "--replace")


def test_a_backup_of_the_other_kind_of_database_is_refused(used, backup):
    kinds = {"sqlite": "postgresql", "postgresql": "sqlite"}
    parts = {"sqlite": "database.dump", "postgresql": "database.sqlite3"}
    with tarfile.open(backup) as tar:
        kind = json.loads(tar.extractfile(MANIFEST).read())["kind"]
        database = tar.getnames()[1]
    rewrite(
        backup,
        change_manifest=lambda said, _: said.update(kind=kinds[kind]),
        names={database: parts[kind]},
    )
    assert "a database of that kind" in refused(used, backup, "--replace")


def test_other_keys_are_refused_and_lost_ones_need_a_word(used, backup, empty, settings):
    settings.RECORD_KEYS = {1: b"A" * 32}
    assert "sealed envelope" in refused(empty, backup)
    other = {"RECORD_KEYS": "1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}
    empty.manage("restore", str(backup), "--without-keys", env=other)
    assert_restored(empty, used)


def test_a_database_with_people_in_it_is_refused_unless_told(used, backup):
    with in_place(used):
        factories.person(factories.school(), name="Written After")
    assert "has people in it" in refused(used, backup)
    used.manage("restore", str(backup), "--replace")
    with in_place(used):
        assert not Person.objects.filter(name="Written After").exists()


def test_a_check_alone_touches_nothing(backup, empty, capsys):
    before = snapshot(empty)
    with in_place(empty):
        call_command("restore", str(backup), "--check")
    assert "is whole" in capsys.readouterr().out
    assert snapshot(empty) == before


def test_a_restore_ends_non_zero_if_what_was_backed_up_was_broken(used, tmp_path, empty):
    with in_place(used):
        Step.objects.filter(done_at=None).update(due_at="2099-01-01T00:00:00Z")
    file = tmp_path / "broken"
    used.manage("backup", str(file))
    done = empty.manage("restore", str(file), check=False)
    assert done.returncode != 0
    assert "later than it could ever be" in done.stdout


def test_a_line_of_the_ledger_that_was_altered_is_found(used, databases):
    databases.say(used, "DROP TRIGGER concerns_line_no_update" + ON_TABLE)
    databases.say(used, "UPDATE concerns_line SET body = replace(body, 'done', 'gone')")
    with in_place(used), pytest.raises(CommandError, match="found"):
        call_command("verify")


def test_words_that_stand_in_another_row_are_found(used, databases, capsys):
    databases.say(used, "DROP TRIGGER concerns_concern_words_stay" + OF_CONCERNS)
    databases.say(used, "UPDATE concerns_concern SET place = account")
    with in_place(used), pytest.raises(CommandError, match="1 found"):
        call_command("verify")
    assert "'place' cannot be read" in capsys.readouterr().out


def files_of(database) -> list[bytes]:
    with in_place(database):
        return [file.read_content() for file in Attachment.objects.order_by("pk")]


@pytest.mark.parametrize("wrong", ["another folder", "gone", "flipped"])
def test_a_backup_in_which_an_added_file_is_not_whole_ends_with_an_error(
    used, settings, tmp_path, wrong
):
    folder = tmp_path / "folder"
    if wrong != "another folder":
        shutil.copytree(settings.ATTACHMENTS_DIR, folder)
        (kept,) = folder.glob("??/*")
        whole = kept.read_bytes()
        kept.unlink()
        if wrong == "flipped":
            kept.write_bytes(flip(whole, len(whole) // 2))
    file = tmp_path / "tonight"
    done = used.manage("backup", str(file), env={"ATTACHMENTS_DIR": str(folder)}, check=False)
    assert done.returncode == 1
    assert "1 of the added files" in done.stderr
    assert str(folder) in done.stderr
    assert file.exists()


def test_added_files_come_back_into_an_empty_folder(used, backup, empty, settings, tmp_path):
    settings.ATTACHMENTS_DIR = tmp_path / "restored"
    empty.manage("restore", str(backup), env={"ATTACHMENTS_DIR": str(settings.ATTACHMENTS_DIR)})
    assert files_of(empty) == [b"A letter.", LARGE]
    (kept,) = settings.ATTACHMENTS_DIR.glob("??/*")
    assert kept.stat().st_mode & 0o077 == 0


def test_an_added_file_that_was_altered_here_is_put_right_by_a_restore(
    used, backup, empty, settings, tmp_path
):
    here = tmp_path / "restored"
    settings.ATTACHMENTS_DIR = here
    empty.manage("restore", str(backup), env={"ATTACHMENTS_DIR": str(here)})
    (kept,) = here.glob("??/*")
    kept.write_bytes(flip(kept.read_bytes(), 99))
    empty.manage("restore", str(backup), "--replace", env={"ATTACHMENTS_DIR": str(here)})
    assert files_of(empty) == [b"A letter.", LARGE]


def test_a_backup_whose_added_files_are_not_those_described_is_refused(used, backup):
    with tarfile.open(backup) as tar:
        name = next(name for name in tar.getnames() if name.startswith("files/"))
    rewrite(backup, extra={name: b"another"})
    assert "The files in this backup are not those" in refused(used, backup, "--replace")


@pytest.mark.parametrize(
    "name", ["files/../../ab", "files/ab/cd" + "0" * 30, "/etc/cron.d/x", "files/ab/../ab"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(used, backup, name):
    rewrite(backup, extra={name: b"x"})
    assert "not a backup made by" in refused(used, backup, "--replace")


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_touched(
    used, backup, settings, tmp_path
):
    settings.ATTACHMENTS_DIR = tmp_path / "a file"
    settings.ATTACHMENTS_DIR.write_bytes(b"")
    assert "ATTACHMENTS_DIR" in refused(used, backup, "--replace")


def test_a_backup_of_before_there_were_files_is_restored(used, backup, empty):
    with tarfile.open(backup) as tar:
        name = next(name for name in tar.getnames() if name.startswith("files/"))

    def as_format_one(said, database):
        said["format"] = 1
        del said["files"]

    rewrite(backup, change_manifest=as_format_one, without=name)
    empty.manage("restore", "--check", str(backup))


@pytest.mark.parametrize("wrong", ["gone", "altered"])
def test_an_added_file_that_is_gone_or_altered_is_found(written, used, settings, tmp_path, wrong):
    settings.ATTACHMENTS_DIR = tmp_path / "copied"
    with in_place(used):
        key = Attachment.objects.get(content__isnull=True).pk
        file = Attachment.objects.get(pk=key)
        file.set_content(LARGE + b"x" if wrong == "altered" else LARGE)
        if wrong == "gone":
            path_of_file(file.uid).unlink()
        found = [said for said in find_altered_rows() if "attachment" in said]
    why = (
        "the file is gone or cannot be read" if wrong == "gone" else "the file is not the one kept"
    )
    assert found == [f"concerns_attachment, row {key}: {why}"]


def test_a_file_that_no_line_of_the_ledger_commits_to_is_found(used):
    with in_place(used):
        file = Attachment.objects.filter(content__isnull=False).get()
        line = LedgerLine.objects.get(about=str(file.uid))
        assert not [said for said in find_altered_rows() if "attachment" in said]
        LedgerLineWords.objects.filter(line=line).update(salt="0" * 32)
        (said,) = [said for said in find_altered_rows() if "attachment" in said]
    assert said == f"concerns_attachment, row {file.pk}: no line of the ledger says this file"
