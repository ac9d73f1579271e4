"""Writes what is drawn from tables in `concerns/rules/`, or checks that it is current.

That is `MAP.md`, from the tables there, and `BANK_HOLIDAYS.txt`, from the `holidays` package.
"""

from django.core.management.base import BaseCommand, CommandError

from concerns.rules import bank_holidays, map_page


class Command(BaseCommand):
    help = (
        "Draw concerns/rules/MAP.md and BANK_HOLIDAYS.txt again. With --check, only say whether "
        "they are up to date."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *args, check, **options):
        drawn = {
            map_page.FILE: map_page.draw_map_page,
            bank_holidays.FILE: bank_holidays.draw_bank_holidays,
        }
        for file, draw in drawn.items():
            standing = file.read_text(encoding="utf-8") if file.exists() else ""
            if standing == draw():
                continue
            if check:
                raise CommandError(f"concerns/rules/{file.name} is out of date. Run: make map")
            file.write_text(draw(), encoding="utf-8")
            self.stdout.write(f"concerns/rules/{file.name} is drawn.")
