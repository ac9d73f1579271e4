"""Arranges that somebody was asked why they read and said so, and that a head allowed a lead a file
of the whole school."""

from concerns.access import acts
from concerns.doors.bulk_brake import BulkStopped, record_stop
from concerns.doors.reading_reason import ReasonNeeded, record_question
from concerns.models import Child, School
from concerns.models.school.person import Viewer
from concerns.rules.bulk_brake import BulkLimit
from concerns.rules.caseload import ReadingReasonWord
from concerns.rules.roles import Role
from tests import factories


def stop_and_allow(where: School) -> None:
    lead = factories.viewer(where, Role.DSL)
    stop = record_stop(lead, BulkStopped(BulkLimit.HOUR, 41))
    acts.say_why_many(by=lead, stop=stop, words="To look.", gave_factor=True, now=lead.now)
    asked = acts.ask_for_export(by=lead, words="To look.", now=lead.now)
    head = factories.viewer(where, Role.HEAD)
    acts.answer_export(by=head, asked=asked, allowed=True, now=head.now)


def ask_and_say_why(viewer: Viewer, child: Child) -> None:
    """Somebody is asked why they open the file of `child`, and says so."""
    question = record_question(viewer, ReasonNeeded([child], None))
    given = {"reason": ReadingReasonWord.OTHER, "words": "To look."}
    acts.say_why_reading(by=viewer, question=question, now=viewer.now, **given)
