"""The lines of children's files as they are read for some children at once (`child_file.py`).

Each function gives the rows of all children, in their order; which children, `read_by_keys` says.
"""

from typing import Any

from django.db.models import QuerySet

from concerns.models.child.child import ChildName
from concerns.models.child.child_details import (
    EarlierFile,
    FileEvent,
    HomeAuthority,
    Language,
    Professional,
    Status,
)
from concerns.models.child.earlier_record import EarlierRecord
from concerns.models.child.household import AdultFact, AdultHome, Home, Sibling, Tie
from concerns.models.child.roll_contact import RollContact
from concerns.models.child.roll_detail import LeadDetail, RollDetail


def lines_of_homes() -> QuerySet[Any]:
    return Home.objects.not_ended().select_related("household").order_by("began_at", "id")


def lines_of_ties() -> QuerySet[Any]:
    return Tie.objects.not_ended().select_related("adult").order_by("began_at", "id")


def lines_of_adults_living() -> QuerySet[Any]:
    return AdultHome.objects.not_ended().select_related("adult").order_by("began_at", "id")


def lines_of_adult_facts() -> QuerySet[Any]:
    return AdultFact.objects.not_ended().order_by("began_at", "id")


def lines_of_siblings_elsewhere() -> QuerySet[Any]:
    return Sibling.objects.not_ended().filter(other=None).order_by("began_at", "id")


def lines_of_statuses() -> QuerySet[Any]:
    return Status.objects.select_related("elsewhere").order_by("began_at", "id")


def lines_of_statuses_in_force() -> QuerySet[Any]:
    return lines_of_statuses().filter(ended_at__isnull=True)


def lines_of_professionals() -> QuerySet[Any]:
    return Professional.objects.not_ended().order_by("began_at", "id")


def lines_of_languages() -> QuerySet[Any]:
    return Language.objects.not_ended().order_by("began_at", "id")


def lines_of_roll_contacts() -> QuerySet[Any]:
    return RollContact.objects.select_related("by", "ended_by").order_by("began_at", "id")


def lines_of_roll_details() -> QuerySet[Any]:
    return RollDetail.objects.not_ended().order_by("began_at", "id")


def lines_of_lead_details() -> QuerySet[Any]:
    return LeadDetail.objects.not_ended().order_by("began_at", "id")


def lines_of_home_authorities() -> QuerySet[Any]:
    return HomeAuthority.objects.not_ended().select_related("authority").order_by("began_at", "id")


def lines_of_unread_files() -> QuerySet[Any]:
    return EarlierFile.objects.unread_files().order_by("began_at", "id")


def lines_of_earlier_files() -> QuerySet[Any]:
    """The last first."""
    return EarlierFile.objects.select_related("by", "ended_by").order_by("-id")


def lines_of_unread_records() -> QuerySet[Any]:
    return lines_of_earlier_records().filter(ended_at__isnull=True)


def lines_of_earlier_records() -> QuerySet[Any]:
    """The last first."""
    rows = EarlierRecord.objects.select_related("brought", "by", "ended_by")
    return rows.order_by("-id")


def lines_of_file_events() -> QuerySet[Any]:
    return FileEvent.objects.select_related("by").order_by("happened_at", "id")


def lines_of_former_names() -> QuerySet[Any]:
    """The names a child had before, the last first."""
    return ChildName.objects.former_names().order_by("-until", "-id")
