"""Meetings to come in the demonstration, to which agencies with open referrals invited the
school."""

from datetime import date, datetime

from django.utils.timezone import localdate

from concerns.management.demo.school_times import school_datetime
from concerns.models import ComingMeetingAnswers, Step
from concerns.refer import acts as refer
from concerns.rules import calendars
from concerns.rules.clocks import StepKind
from concerns.rules.meeting_rules import MeetingKind

MEETINGS = 3
INVITED = "They rang: the class teacher's notes are wanted beforehand."


def schedule_coming_meetings(year, days: list[date]) -> None:
    """Schedule the invitations, on the afternoon of the last but one of the school `days`."""
    year.schedule_event(school_datetime(year, days[-2], 15), _plan_meetings, year)


def _plan_meetings(at: datetime, year) -> None:
    """Plan a meeting for each of a few concerns whose referral has no answer yet."""
    kinds = (StepKind.HEAR_BACK, StepKind.HEAR_BACK_OTHER)
    unanswered = Step.objects.open().filter(kind__in=kinds, concern__school=year.school)
    lead = year.lead_on_duty(at)
    rows = unanswered.select_related("concern").order_by("-pk")[:MEETINGS]
    for number, step in enumerate(rows):
        day = localdate(
            calendars.add_school_days(year.school.school_calendar, year.now, number + 1)
        )
        is_social_care = step.kind == StepKind.HEAR_BACK
        coming = ComingMeetingAnswers(
            MeetingKind.STRATEGY if is_social_care else MeetingKind.TEAM,
            school_datetime(year, day, 10 + number),
            "By video" if is_social_care else "Family hub, Station Road",
            lead.person,
            INVITED,
        )
        refer.plan_meeting(by=lead, concern=step.concern, coming=coming, now=at)
