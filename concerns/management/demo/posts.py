"""This file knows how the clock went round in the invented school: who was told of what, and when.

In the last weeks of its year, every morning, and on a school day in the afternoon too. Letters are
posted to nowhere, and stand as sent: none of them goes out when the demonstration is first served.
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
