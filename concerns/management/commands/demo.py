"""Makes the demonstration school once, prints who can sign in, and can serve it."""

import json
import os
import socket
import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from concerns.management.demo import school as invented
from concerns.management.demo import second_factors, unsent_draft
from concerns.management.demo.busy_monday import BusyMonday
from concerns.management.demo.lead_off_sick import LeadOffSickYear
from concerns.management.demo.year import DemoYear
from concerns.models import Person, School
from safeguarding.environment import LITTLE_MEMORY


class Command(BaseCommand):
    help = (
        "Make the demonstration school (once) and list who can sign in. With --serve, serve it too."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--json", action="store_true", help="print everybody who can sign in, for tools"
        )
        parser.add_argument(
            "--lead-off-sick",
            action="store_true",
            help="make it with the lead off sick in the last week",
        )
        parser.add_argument(
            "--busy",
            action="store_true",
            help="make it with forty concerns waiting for a first look",
        )
        parser.add_argument(
            "--locked",
            action="store_true",
            help="let it ask for the second factor, as a real school does",
        )
        parser.add_argument("--serve", action="store_true", help="serve the site, on PORT or 8000")

    def handle(self, *args, serve, **options):
        if not settings.DEMO:
            raise CommandError(
                "This is a real installation (DEMO is not 1), so the demonstration "
                "cannot be made here."
            )
        if serve:
            _require_free_port()
        for_tools = options["json"]
        say = (lambda words: None) if for_tools else self.stdout.write
        _migrate_database()
        if School.objects.filter(invented=False).exists() or (
            Person.objects.exists() and not School.objects.exists()
        ):
            raise CommandError(
                "This database has real people in it, so the demonstration cannot be made here."
            )
        if not School.objects.exists():
            self._make_school_and_year(say, _choose_year(options))
        if options["locked"]:
            second_factors.lock_school(School.objects.get(), timezone.now())
        if for_tools:
            self._print_logins_as_json()
        else:
            self._print_logins(say)
        if serve:
            self._serve_demo(say)

    def _make_school_and_year(self, say, year: type[DemoYear]) -> None:
        say("Making Oakfield Primary School and a year of its concerns. This takes a minute, once.")
        with transaction.atomic():
            now = timezone.now()
            school = invented.build_school(now.date())
            year(school, now, say).run_events()
            unsent_draft.save_unsent_draft(school, now)
            second_factors.set_up_apps(school)

    def _print_logins(self, say) -> None:
        say("\nWho can sign in (nothing here is real):\n")
        for somebody in (*invented.PEOPLE, *invented.PART_READERS):
            say(f"  {somebody.email:28} {somebody.title}")
        say(f"\n  The password of each is: {invented.PASSWORD}\n")
        if School.objects.get().factor_since:
            say("  It asks for a second factor. The keys to type into an app that shows codes:\n")
            for email, secret in self._secrets().items():
                say(f"  {email:28} {secret}")
            say("")

    def _secrets(self) -> dict[str, str]:
        return second_factors.secrets_by_email(School.objects.get())

    def _print_logins_as_json(self) -> None:
        secrets = self._secrets()
        people = [
            {
                "email": somebody.email,
                "password": invented.PASSWORD,
                "role": somebody.role.value,
                "name": somebody.name,
                "title": somebody.title,
                "totp_secret": secrets.get(somebody.email),
            }
            for somebody in (*invented.PEOPLE, *invented.list_other_staff())
        ]
        self.stdout.write(json.dumps(people, indent=1))

    def _serve_demo(self, say) -> None:
        call_command("collectstatic", interactive=False, verbosity=0)
        port = os.environ.get("PORT", "8000")
        say(f"Open http://localhost:{port}/ in a browser. Ctrl-C stops it.\n")
        self.stdout.flush()
        # Escalates late steps while the site is served. This process becomes gunicorn, and the
        # clock ends when it does, however that happens.
        clock = [sys.executable, str(settings.BASE_DIR / "manage.py"), "clock"]
        clock += ["--with-parent", str(os.getpid())]
        subprocess.Popen(clock)  # noqa: S603 - our own interpreter and file
        gunicorn = (
            sys.executable,
            "-m",
            "gunicorn",
            "safeguarding.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--log-level",
            "warning",
        )
        environment = {**LITTLE_MEMORY, **os.environ}
        os.execve(sys.executable, gunicorn, environment)  # noqa: S606 - our own interpreter, no shell


def _choose_year(options) -> type[DemoYear]:
    if options["lead_off_sick"] and options["busy"]:
        raise CommandError("Choose --lead-off-sick or --busy, not both.")
    if options["lead_off_sick"]:
        return LeadOffSickYear
    return BusyMonday if options["busy"] else DemoYear


def _require_free_port() -> None:
    """Raise CommandError, saying what to type, if the site cannot be served on PORT."""
    port = os.environ.get("PORT", "8000")
    try:
        with socket.create_server(("127.0.0.1", int(port))):
            pass
    except (OSError, ValueError, OverflowError):
        raise CommandError(
            f"Port {port} cannot be used: another program has it, or it is no port. "
            "For another one, type: make run PORT=8001"
        ) from None


def _migrate_database() -> None:
    """Migrate in a separate process: only `migrate` connects as the owner of the tables."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(command, check=True)  # noqa: S603 - our own interpreter and file
