"""Sets up single sign-on for a school, changes it, ends it, and lists what is set up."""

import sys
from getpass import getpass

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from concerns.account import acts
from concerns.doors import mail
from concerns.doors.sign_on import callback_address
from concerns.management.command_line import RawHelpFormatter, find_school_by_urn
from concerns.models import SignOnProvider, Viewer
from concerns.people import queries as people
from concerns.rules.sign_on import (
    SignOnKind,
    issuer_of,
    why_no_directory,
    why_not_trusted_for_factor,
)

HELP = """
Set up single sign-on for a school, so that staff can sign in with the Microsoft or Google account
that the school gave them. The README says what to do there first. Without an option it lists what
is set up, with the redirect address that Microsoft or Google must be told.

  manage.py sign_on --entra TENANT --client-id ID [--second-factor [CONTEXT]]
  manage.py sign_on --google DOMAIN --client-id ID

TENANT is the Directory (tenant) ID of the school, never "common". The client secret is asked for
and not shown; from a script it is read as one line of standard input. It is encrypted with
RECORD_KEYS. Run it again for the same tenant or domain to change the rest: a new secret, say. The
redirect address stays the same, and so does whose account is whose.

--second-factor says that the school's Entra asks for a second factor, and that its word for it
counts here. CONTEXT is the authentication context, such as c1, whose Conditional Access policy
requires one.

  manage.py sign_on --end TENANT-OR-DOMAIN

ends it, and with it every link to an account there. Everybody goes on with their password.

Each change goes into the record in the name of the head in force, as done from the command line by
your user on this machine.
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args, **more):
        # HELP above is laid out by hand: its line breaks must stay.
        return super().create_parser(*args, formatter_class=RawHelpFormatter, **more)

    def add_arguments(self, parser):
        parser.add_argument("--school", metavar="URN", help="which school, where there are several")
        parser.add_argument("--entra", metavar="TENANT", help="set up Microsoft Entra")
        parser.add_argument("--google", metavar="DOMAIN", help="set up Google Workspace")
        parser.add_argument("--client-id", metavar="ID", default="", help="as registered there")
        parser.add_argument(
            "--second-factor", metavar="CONTEXT", nargs="?", const="", help="its word counts"
        )
        parser.add_argument("--end", metavar="TENANT-OR-DOMAIN", help="end one that is set up")

    def handle(self, *args, school, entra, google, client_id, second_factor, end, **options):
        if [bool(entra), bool(google), bool(end)].count(True) > 1:
            raise CommandError("Name one of --entra, --google and --end.")
        if not (entra or google or end):
            self._list_providers()
            return
        where = find_school_by_urn(school)
        by = people.viewer_for_command_line(where, timezone.now())
        if by is None:
            raise CommandError("The school has no head. Import a staff file that names one.")
        if end:
            self._end_provider(by, end.strip().lower())
            return
        kind = SignOnKind.ENTRA if entra else SignOnKind.GOOGLE
        directory = (entra or google).strip().lower()
        provider = _build_provider(kind, directory, client_id.strip(), second_factor)
        provider.client_secret = _ask_for_secret()
        kept = acts.set_up_sign_on(by=by, provider=provider, now=by.now)
        self.stdout.write(f"{kept.name} is set up for {where.name}. Its redirect address is")
        self.stdout.write(callback_address(kept))

    def _list_providers(self) -> None:
        rows = list(SignOnProvider.objects.on_sign_in_page())
        for row in rows:
            trusted = "counts" if row.trusted_for_factor else "does not count"
            self.stdout.write(
                f"{row.school.name} ({row.school.urn}): {row.name}, {row.directory}. "
                f"A second factor given there {trusted}."
            )
            self.stdout.write(f"    redirect address {callback_address(row)}")
        if not rows:
            self.stdout.write("Single sign-on is not set up for any school here.")

    def _end_provider(self, by: Viewer, directory: str) -> None:
        rows = SignOnProvider.objects.of_one_school(by.school)
        provider = rows.filter(directory=directory).first()
        if provider is None:
            raise CommandError("The school has no single sign-on of that name.")
        unlinked = acts.end_sign_on(by=by, provider=provider, now=by.now)
        what = f"A {provider.name} account was unlinked"
        for person in unlinked:
            mail.send_about_sign_on(person, by.school, what, by.todays_date)
        self.stdout.write(f"{provider.name} is ended. {len(unlinked)} links have ended with it.")


def _build_provider(
    kind: SignOnKind, directory: str, client_id: str, second_factor: str | None
) -> SignOnProvider:
    """The provider, not saved. Raises CommandError with what is wrong."""
    if wrong := why_no_directory(kind, directory):
        raise CommandError(wrong)
    if not client_id:
        raise CommandError("Give the client id that you were shown there, with --client-id.")
    trusted = second_factor is not None
    if trusted and (wrong := why_not_trusted_for_factor(kind, second_factor or "")):
        raise CommandError(wrong)
    return SignOnProvider(
        kind=kind,
        directory=directory,
        issuer=issuer_of(kind, directory, settings.SIGN_ON_AUTHORITIES[kind]),
        client_id=client_id,
        trusted_for_factor=trusted,
        factor_context=second_factor or "",
    )


def _ask_for_secret() -> str:
    if sys.stdin.isatty():
        secret = getpass("Client secret: ").strip()
    else:
        secret = sys.stdin.readline().strip()
    if not secret:
        raise CommandError("No client secret was given. Nothing was changed.")
    return secret
