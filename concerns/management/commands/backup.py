"""Makes a backup of the database and the added files in one file, and checks it before saying so.

The site may go on meanwhile. The file holds names and dates that anybody can read, and the words of
the record, encrypted. `RECORD_KEYS` are not in it. The layout is in `paper/backup_archive.py`. That
it was made, and by whom, is a line in the record of each school, and so in the backup too.

An added file that is gone or damaged here is no better in the backup, so the command then ends with
an error. It is looked for once the backup has been made, which holds all the rest.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from concerns.doors.operator_record import record_operator_reading_everywhere
from concerns.paper.backup_archive import (
    BackupManifest,
    BackupRefused,
    hash_file,
    mark_record_keys,
    publish_archive,
    read_archive,
    write_archive,
)
from concerns.paper.backup_databases import choose_copier, find_tables
from concerns.paper.backup_files import copy_files_out
from concerns.paper.record_verification import find_altered_files
from concerns.rules.kinds import Kind


class Command(BaseCommand):
    help = "Back up the whole database and the added files to FILE, and check the file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the backup to make; it must not exist yet")

    def handle(self, *args, file, **options):
        try:
            manifest = _make_backup(file.absolute())
        except BackupRefused as why:
            raise CommandError(str(why)) from why
        altered = sum(1 for _ in find_altered_files())
        if altered:
            raise CommandError(_say_what_is_missing(file, altered))
        self.stdout.write(
            f"{file} holds {manifest.ledger.lines:,} lines of the ledger and "
            f"{manifest.files.count:,} files that are not in the database. Every byte of it was "
            "checked. Encrypt it, and keep it in another building. RECORD_KEYS are not in it: "
            "without them nobody can read a word of it."
        )


def _say_what_is_missing(file: Path, altered: int) -> str:
    """The backup is kept none the less: it may be the last one of the rest."""
    return (
        f"{file} was made, but {altered:,} of the added files are gone or damaged on this machine, "
        f"and so in the backup too. They were looked for in {settings.ATTACHMENTS_DIR}. If that is "
        "not the site's folder, set ATTACHMENTS_DIR, delete this backup and make it again. "
        "Otherwise keep the older backups: manage.py verify says which files they are."
    )


def _make_backup(file: Path) -> BackupManifest:
    if not file.parent.is_dir():
        raise BackupRefused(f"There is no folder {file.parent}. Make it first.")
    if file.exists():
        raise BackupRefused(f"{file} is there already. Choose another name.")
    if "concerns_line" not in find_tables():
        raise BackupRefused("There is no record in the database here yet: manage.py migrate.")
    record_operator_reading_everywhere("backup", Kind.EXPORTED)
    copier = choose_copier()
    # Beside the backup: there is room for it there, and it never leaves that disk.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
        copy = Path(folder) / "copy"
        migrations, ledger = copier.copy_out(copy)
        # After the database: each of its rows has its file by now.
        files = Path(folder) / "added"
        files.mkdir()
        files_size = copy_files_out(files)
        manifest = BackupManifest(
            kind=copier.kind,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            migrations=migrations,
            ledger=ledger,
            keys=mark_record_keys(settings.RECORD_KEYS),
            size=copy.stat().st_size,
            sha256=hash_file(copy),
            files=files_size,
        )
        archive = Path(folder) / "archive"
        write_archive(archive, manifest, copy, files)
        copy.unlink()
        _, read_back = read_archive(archive, Path(folder))
        copier.check_copy(read_back, ledger)
        publish_archive(archive, file)
    return manifest
