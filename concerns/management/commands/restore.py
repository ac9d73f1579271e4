"""Restores a backup into the database here, after it has been checked whole.

A file that is damaged, cut, not ours, laid out in another way, of another kind of database, made
by a newer release, or written with keys that are not here is refused before anything is touched; so
is a database that already has people in it, unless `--replace` says so. Then the release's
migrations are run, everybody is signed out, and the restored record is checked as a running one is.
"""

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from concerns.paper.backup_archive import (
    FILES,
    BackupManifest,
    BackupRefused,
    mark_record_keys,
    read_archive,
)
from concerns.paper.backup_databases import choose_copier, find_tables, is_database_used
from concerns.paper.backup_files import copy_files_in, refuse_unless_room_for_files


class Command(BaseCommand):
    help = "Check the backup FILE, and restore it into the database here."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the backup, made by manage.py backup")
        parser.add_argument(
            "--check", action="store_true", help="only check the file, and touch nothing"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="restore over a database with people in it; all that is in it is lost",
        )
        parser.add_argument(
            "--without-keys",
            action="store_true",
            help="restore although RECORD_KEYS cannot read it: names and dates, and no words",
        )

    def handle(self, *args, file, check, replace, without_keys, **options):
        copier = choose_copier()
        try:
            with tempfile.TemporaryDirectory(prefix="restore-") as folder:
                manifest, copy = read_archive(file.absolute(), Path(folder))
                _refuse_unless_fits(manifest, copier.kind, without_keys=without_keys)
                copier.check_copy(copy, manifest.ledger)
                if check:
                    self.stdout.write(f"{file} is whole: {_describe(manifest)}.")
                    return
                _refuse_if_used(replace=replace)
                refuse_unless_room_for_files(manifest.files)
                # Before the database, so that none of its rows is ever without its file.
                copy_files_in(Path(folder) / FILES)
                copier.copy_in(copy, manifest.ledger)
        except BackupRefused as why:
            raise CommandError(f"{why} The database was not changed.") from why
        self.stdout.write(f"Restored: {_describe(manifest)}. Now it is checked.")
        self._check_restored(without_keys=without_keys)

    def _check_restored(self, *, without_keys: bool) -> None:
        """Put back every trigger and right, sign everybody out, and check the whole record."""
        call_command("migrate", verbosity=0)
        # Somebody may have been signed out, or have left, since it was made.
        Session.objects.all().delete()
        call_command("check", databases=["default"], stdout=self.stdout)
        if not without_keys:
            call_command("verify", stdout=self.stdout)
        call_command("unheld", stdout=self.stdout)
        self.stdout.write("Start the site again. E-mails that the backup holds unsent will go out.")


def _describe(manifest: BackupManifest) -> str:
    return (
        f"made at {manifest.made_at}, with {manifest.ledger.lines:,} lines of the ledger and "
        f"{manifest.files.count:,} files that are not in the database"
    )


def _refuse_unless_fits(manifest: BackupManifest, kind: str, *, without_keys: bool) -> None:
    """Raise BackupRefused if this release, database or these keys are not for the backup."""
    if manifest.kind != kind:
        raise BackupRefused(
            f"This backup is of {manifest.kind} and the database here is {kind}. "
            "Set DATABASE_URL to a database of that kind."
        )
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    newer = [
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if (app, name) not in known and app in loader.migrated_apps
    ]
    if newer:
        raise BackupRefused(
            f"This backup was made by a newer release (it has {newer[-1]}). Upgrade this one first."
        )
    here = mark_record_keys(settings.RECORD_KEYS)
    missing = [number for number, mark in manifest.keys.items() if here.get(number) != mark]
    if missing and not without_keys:
        raise BackupRefused(
            f"RECORD_KEYS here does not have key {', '.join(missing)} of this backup, without "
            "which no word in it can be read. Take it from the sealed envelope. If it is lost, "
            "--without-keys restores names and dates alone."
        )


def _refuse_if_used(*, replace: bool) -> None:
    if is_database_used(find_tables()) and not replace:
        name = connection.settings_dict["NAME"]
        raise BackupRefused(
            f"The database {name} has people in it. Restore into an empty one; or, to lose all "
            "that is in it, stop the site, back it up and add --replace."
        )
