"""Runs the clock in the demonstration year: late steps are escalated and mail is posted.

It runs in the last five weeks of the year, every morning, and on school days in the afternoon too.
Mail goes to a dummy backend and counts as sent, so that none goes out when the demonstration is
first served.
"""

from datetime import date, datetime, time, timedelta

from django.core.mail import get_connection

from concerns.doors import mail
from concerns.doors.clock_round import SchoolRound

MORNING = time(8, 5)
AFTERNOON = time(14, 35)
WEEKS = timedelta(weeks=5)
NOWHERE = "django.core.mail.backends.dummy.EmailBackend"


def schedule_clock_rounds(year, days: list[date]) -> None:
    school = set(days)
    first = max(days) - WEEKS
    for number in range((max(days) - first).days + 3):
        day = first + timedelta(days=number)
        for at in (MORNING, AFTERNOON) if day in school else (MORNING,):
            year.schedule_event(datetime.combine(day, at, year.LONDON), run_clock_round, year)


def run_clock_round(at: datetime, year) -> None:
    SchoolRound(year.school, at).run_for_school()
    mail.send_due_letters(at, get_connection(NOWHERE))
