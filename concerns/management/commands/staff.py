"""Imports the staff of a school, with their posts and roles, from a CSV file or a workbook."""

import sys
from dataclasses import replace
from getpass import getpass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from concerns.access import acts as access
from concerns.doors import mail
from concerns.management.command_line import RawHelpFormatter, find_school_by_urn
from concerns.models import Person, School, Viewer
from concerns.paper.csv_reading import NotATable, decode_file
from concerns.paper.staff_rows import count_staff_headings, read_staff_file
from concerns.people import acts, queries
from concerns.rules.passwords import normalise_password
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import Role
from concerns.workflow.staff_import import StaffLine

HELP = """
Import who works in a school, from a CSV file or a workbook with a line of headings:

  name, email, roles, title, room, telephone, since, until

The first two are needed. A list of accounts as Google or Microsoft Entra exports it will do: the
name may stand in two columns, and accounts that are not in use and guests are left out. Where there
is no column for roles, everybody new is a member of staff, and everybody else stays what they are.
A line that looks like a shared mailbox, a device or the account of a program is left out, because
an account belongs to one person: if it does, add --person with its address.
Roles are staff, dsl, deputy, head, chair, office or governor, several separated
by a semicolon. Dates are like 01/09/2026. An empty cell changes nothing. Nobody is taken out: who
is not in the file is listed, and stays; a post ends on the day in "until". A line that cannot be
brought in is listed with its reason, the others go in, and the command ends with 1.

The first file of a school must name its head. Later files, and passwords, go into the record in the
name of the head in force, as done from the command line by your user on this machine.

Nobody new has a password. The office sends each a link to choose one, from their page; where no
mail is set up yet, and for the head of the first file, have one typed where nobody looks on:

  manage.py staff --set-password EMAIL

A head who has lost their second factor, in a school that has no other head, asks whoever runs the
site, who makes sure that it is them:

  manage.py staff --lost-factor EMAIL

It ends their password and their sessions. They need a new password, and can then set up another.

A password is asked for twice and never shown. From a script it is read as one line of standard
input. No password is ever printed, written to a file or taken as an argument.
"""


EXAMPLE = """\
name,email,roles,title,room,telephone,since,until
Ada Bridge,a.bridge@school.example,head,Headteacher,Office,101,,
Ben Carr,b.carr@school.example,dsl; staff,Assistant head,12,,01/09/2026,
Cara Dunn,c.dunn@school.example,deputy; staff,SENCO,3,,,
Dev Evans,d.evans@school.example,office,Office manager,Office,100,,
Eve Ford,e.ford@school.example,staff,Teacher of Year 4,4B,,,31/08/2027
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args, **more):
        # HELP above is laid out by hand: its line breaks must stay.
        return super().create_parser(*args, formatter_class=RawHelpFormatter, **more)

    def add_arguments(self, parser):
        parser.add_argument(
            "--example", action="store_true", help="print a file that shows every column, and stop"
        )
        parser.add_argument("file", nargs="?", help="the CSV file or workbook")
        parser.add_argument(
            "--person",
            metavar="EMAIL",
            action="append",
            default=[],
            help="an address in the file that is of one person, though it does not look so",
        )
        parser.add_argument("--school", metavar="URN", help="which school, where there are several")
        parser.add_argument("--set-password", metavar="EMAIL", help="give somebody a password")

        parser.add_argument("--lost-factor", metavar="EMAIL", help="remove a lost second factor")

    def handle(self, *args, file, school, person, set_password, lost_factor, example, **options):
        if example:
            self.stdout.write(EXAMPLE, ending="")
            return
        if settings.DEMO:
            raise CommandError("This is a demonstration (DEMO=1): no real people belong in it.")
        if [bool(file), bool(set_password), bool(lost_factor)].count(True) != 1:
            raise CommandError("Name a file, or --set-password EMAIL, or --lost-factor EMAIL.")
        if set_password:
            self._set_password_of(set_password.strip().lower(), school)
        elif lost_factor:
            self._remove_factor_of(lost_factor.strip().lower(), school)
        else:
            persons = {email.strip().lower() for email in person}
            self._import_staff_file(Path(file), find_school_by_urn(school), persons)

    def _import_staff_file(self, path: Path, school: School, persons: set[str]) -> None:
        now = timezone.now()
        lines = _leave_out_shared(_read_staff_lines(path, school, now), school, persons, now)
        by = queries.viewer_for_command_line(school, now) or _first_file_viewer(school, lines, now)
        done = acts.bring_staff(by=by, lines=lines, now=now)
        bad = [line for line in lines if line.wrong]
        for line in bad:
            self.stderr.write(f"Line {line.line} was left out. {line.wrong}.")
        for note in done.notes:
            self.stdout.write(f"Check this: {note}.")
        self.stdout.write(
            f"{len(lines) - len(bad)} lines imported to {school.name}: "
            f"{len(done.added)} people added, {len(done.changed)} changed, {done.posts} new posts."
        )
        for person in done.links:
            self.stdout.write(
                f"{person.email} now reads the record. Any password they had no longer works."
            )
        for person in done.unlinked:
            mail.send_sign_on_ended(person, by.school)
        if done.added or done.links:
            self.stdout.write(
                "These people and new ones can sign in once the office has sent them a link, or "
                "you have used --set-password."
            )
        if bad:
            raise CommandError(f"{len(bad)} lines were left out. Correct them and run this again.")

    def _remove_factor_of(self, email: str, urn: str | None) -> None:
        person, by = _find_person_and_head(email, urn)
        unlinked = access.remove_lost_factor(by=by, person=person, now=by.now)
        what = "Your second factor was removed"
        mail.send_about_factor(person, by.school, what, by.todays_date)
        if unlinked:
            mail.send_sign_on_ended(person, by.school)
        self.stdout.write("It is removed. Give them a new password with --set-password.")

    def _set_password_of(self, email: str, urn: str | None) -> None:
        person, by = _find_person_and_head(email, urn)
        password = self._ask_for_password(person)
        acts.set_password(by=by, person=person, password=password, now=by.now)
        if mail.is_mail_configured():
            mail.send_password_changed(person, by.school, by.todays_date)
        self.stdout.write("The password is set. They can sign in with it now.")

    def _ask_for_password(self, person: Person) -> str:
        if sys.stdin.isatty():
            typed = normalise_password(getpass("New password: "))
            if normalise_password(getpass("The same again: ")) != typed:
                raise CommandError(
                    "The two passwords were not the same. Nothing was changed. Run this again."
                )
        else:
            typed = normalise_password(sys.stdin.readline().rstrip("\r\n"))
        try:
            validate_password(typed, person)
        except ValidationError as wrong:
            raise CommandError(" ".join(wrong.messages)) from None
        return typed


def _find_person_and_head(email: str, urn: str | None) -> tuple[Person, Viewer]:
    """Somebody with a post here, and the head in whose name the command acts."""
    person = Person.objects.filter(email=email).first()
    if person is None:
        raise CommandError("Nobody here has that e-mail address.")
    schools = School.objects.filter(posts__person=person).order_by("pk")
    school = find_school_by_urn(urn) if urn else schools.first()
    if school is None:
        raise CommandError("This person holds no post in a school.")
    by = queries.viewer_for_command_line(school, timezone.now())
    if by is None:
        raise CommandError("The school has no head. Import a staff file that names one.")
    return person, by


def _read_staff_lines(path: Path, school: School, now) -> list[StaffLine]:
    try:
        text = decode_file(path.read_bytes(), count_staff_headings)
        return read_staff_file(text, local_day(school.school_calendar, now))
    except OSError as wrong:
        raise CommandError(f"{path} cannot be read: {wrong.strerror}.") from None
    except NotATable as wrong:
        raise CommandError(str(wrong)) from None


def _leave_out_shared(lines: list[StaffLine], school: School, persons: set[str], now):
    """`lines`, those at fault whose address is perhaps of no one person, and is neither in
    `persons` nor of somebody who works here."""
    here = Person.objects.current_staff_of(school, local_day(school.school_calendar, now))
    known = persons | set(here.values_list("email", flat=True))
    why = (
        "This looks like a shared mailbox, a device or the account of a program. If it belongs to "
        "one person, run this again with --person {email}"
    )
    return [
        replace(line, wrong=why.format(email=line.email))
        if line.shared and not line.wrong and line.email not in known
        else line
        for line in lines
    ]


def _first_file_viewer(school: School, lines: list[StaffLine], now):
    if not any(Role.HEAD in line.roles and not line.wrong for line in lines):
        raise CommandError(
            "The school has no head yet: the first file must name one. Nothing was changed."
        )
    return queries.viewer_without_person(school, now)
