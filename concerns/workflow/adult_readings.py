"""Leads whom the head brings into one concern about an adult: whom it may be, and who reads it now.

What they then see is in `models/adult/adult_concern.py`, `AdultRows.visible_to`.
"""

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.adult.adult_entries import AdultEntry
from concerns.models.school.person import Person, Viewer
from concerns.rules.roles import May, Role
from concerns.workflow.closing import reason_to_reopen_first

NOT_THE_HEADS = "It did not go to the head, so no lead can be brought in."
NO_LEAD = "There is no other safeguarding lead here who may see it."


def leads_to_bring_in(viewer: Viewer, concern: AdultConcern) -> list[Person]:
    """The leads in post today who may be brought into `concern`, by name: not its subject, nobody
    who is excluded from it, and nobody who reads such concerns anyway."""
    of_school = (viewer.school, viewer.todays_date)
    leads = Person.objects.who_may(May.DECIDE, *of_school)
    leads = leads.exclude(pk__in=Person.objects.who_may(May.ADULT, *of_school).values("pk"))
    leads = leads.exclude(pk__in=concern.exclusions.values("person"))
    reading = AdultEntry.objects.filter(concern=concern).readings_of_leads()
    return list(leads.exclude(pk__in=reading.values("person")))


def list_readings_of_leads(viewer: Viewer, concern: AdultConcern) -> list[AdultEntry]:
    """The entries by which leads were brought in who read `concern` now, oldest first. Whoever has
    been excluded since, or is no lead any more, does not read it."""
    leads = Person.objects.who_may(May.DECIDE, viewer.school, viewer.todays_date)
    rows = AdultEntry.objects.filter(concern=concern, person__in=leads.values("pk"))
    rows = rows.readings_of_leads().exclude(person__in=concern.exclusions.values("person"))
    return list(rows.select_related("by", "person").order_by("id"))


def reason_not_to_bring_in(viewer: Viewer, concern: AdultConcern) -> str:
    """Why no lead can be brought into `concern` now, in a sentence; "" if one can."""
    if closed := reason_to_reopen_first(concern):
        return closed
    if concern.goes_to != Role.HEAD:
        return NOT_THE_HEADS
    return "" if leads_to_bring_in(viewer, concern) else NO_LEAD
