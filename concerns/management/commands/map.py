"""Writes `concerns/rules/MAP.md` from the tables in `concerns/rules/`, or checks it is current."""

from django.core.management.base import BaseCommand, CommandError

from concerns.rules import map_page


class Command(BaseCommand):
    help = (
        "Draw concerns/rules/MAP.md from the tables. With --check, only say whether it is up to "
        "date."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *args, check, **options):
        fresh = map_page.draw_map_page()
        standing = map_page.FILE.read_text(encoding="utf-8") if map_page.FILE.exists() else ""
        if check and standing != fresh:
            raise CommandError("concerns/rules/MAP.md is out of date. Run: make map")
        if not check:
            map_page.FILE.write_text(fresh, encoding="utf-8")
            self.stdout.write("concerns/rules/MAP.md is drawn.")
