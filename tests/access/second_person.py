"""Arranges that a lead was asked why they open so many files, and that a head allowed them a file
of the whole school."""

from concerns.access import acts
from concerns.doors.bulk_brake import BulkStopped, record_stop
from concerns.models import School
from concerns.rules.bulk_brake import BulkLimit
from concerns.rules.roles import Role
from tests import factories


def stop_and_allow(where: School) -> None:
    lead = factories.viewer(where, Role.DSL)
    stop = record_stop(lead, BulkStopped(BulkLimit.HOUR, 41))
    acts.say_why_many(by=lead, stop=stop, words="To look.", gave_factor=True, now=lead.now)
    asked = acts.ask_for_export(by=lead, words="To look.", now=lead.now)
    head = factories.viewer(where, Role.HEAD)
    acts.answer_export(by=head, asked=asked, allowed=True, now=head.now)
