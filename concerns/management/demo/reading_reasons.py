"""What was read outside a caseload in the demonstration school, so that the head's weekly list is
not empty. The demonstration asks nobody why unless it was locked; these were answered all the same.
"""

from datetime import date, datetime

from django.db.models import Q

from concerns.access import acts
from concerns.doors import sight
from concerns.doors.reading_reason import ReasonNeeded, record_question
from concerns.management.demo.school_times import school_datetime
from concerns.models import Child
from concerns.reading.caseload import list_outside_caseload
from concerns.rules.caseload import ReadingReasonWord
from concerns.rules.roles import Role

# How many school days ago, who, and why.
READINGS = (
    (6, Role.DSL, ReadingReasonWord.AGENCY, ""),
    (4, Role.DEPUTY, ReadingReasonWord.OTHER, "His new school has rung about his attendance."),
    (3, Role.DEPUTY, ReadingReasonWord.TOLD, ""),
    (2, Role.HEAD, ReadingReasonWord.REVIEW, ""),
)


def schedule_reading_reasons(year, days: list[date]) -> None:
    for back, role, reason, words in READINGS:
        at = school_datetime(year, days[-back], 8, 10)
        year.schedule_event(at, _read_outside_caseload, year, role, reason, words)


def _read_outside_caseload(
    at: datetime, year, role: Role, reason: ReadingReasonWord, words: str
) -> None:
    reader = year.viewer_in_role(year.people[role], role, at)
    outside = list_outside_caseload(reader, Q(left__isnull=True))
    if outside:
        child = outside[0]
        question = record_question(reader, ReasonNeeded([child], None))
        said = {"question": question, "reason": reason, "words": words}
        acts.say_why_reading(by=reader, now=at, **said)
        sight.open_child_story(reader, Child.objects.visible_to(reader), child.uid)
