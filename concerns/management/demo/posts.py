"""Runs the clock in the demonstration year: late steps are escalated and mail is posted.

It runs in the last five weeks of the year, every morning, and on school days in the afternoon too.
Mail goes to a dummy backend and counts as sent, so that none goes out when the demonstration is
first served.
"""

from datetime import date, datetime, time, timedelta

from django.core.mail import get_connection

from concerns.doors import mail
from concerns.doors.rounds import Round

MORNING, AFTERNOON = time(8, 5), time(14, 35)
WEEKS = timedelta(weeks=5)
NOWHERE = "django.core.mail.backends.dummy.EmailBackend"


def gone_round(year, days: list[date]) -> None:
    school = set(days)
    first = max(days) - WEEKS
    for number in range((max(days) - first).days + 3):
        day = first + timedelta(days=number)
        for at in (MORNING, AFTERNOON) if day in school else (MORNING,):
            year.at(datetime.combine(day, at, year.LONDON), round_at, year)


def round_at(at: datetime, year) -> None:
    Round(year.school, at).go()
    mail.post(at, get_connection(NOWHERE))
