"""An unsent draft: a colleague of the demonstration school was called away while writing."""

import uuid
from datetime import datetime, timedelta

from concerns.doors import unsent_words
from concerns.models import Person, School
from concerns.models.concern.draft import CONCERN

BEGUN = {"account": ["Sat by herself again at lunch and did not"], "going_home": ["not_sure"]}


def save_unsent_draft(school: School, now: datetime) -> None:
    """Save the draft of the cook, who rarely uses a computer: two days before `now`, at 12:40."""
    who = Person.objects.filter(posts__school=school, posts__title="Cook").order_by("pk")[0]
    day = (now - timedelta(days=2)).replace(hour=12, minute=40, second=0, microsecond=0)
    unsent_words.save_draft_words(who, school, CONCERN, uuid.uuid5(school.uid, "begun"), BEGUN, day)
