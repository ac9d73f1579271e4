"""What several commands share: help that is laid out by hand, and finding the school."""

from argparse import RawDescriptionHelpFormatter

from django.core.management.base import CommandError, DjangoHelpFormatter

from concerns.models import School


class RawHelpFormatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Keeps the line breaks of the help."""


def find_school_by_urn(urn: str | None) -> School:
    """The school with that URN; without one, the only school. Raises CommandError."""
    schools = School.objects.filter(urn=urn) if urn else School.objects.all()
    found = list(schools.order_by("pk")[:2])
    if not found:
        raise CommandError("There is no such school here. Make it first: manage.py school FILE")
    if len(found) > 1:
        raise CommandError("There are several schools here. Say which: --school URN")
    return found[0]
