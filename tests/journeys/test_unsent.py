"""Journey of a concern begun and not sent: what its writer and a lead meet, page by page."""

import uuid
from datetime import timedelta

from concerns.doors import unsent_words
from concerns.models import Draft
from concerns.models.concern.draft import CONCERN


def test_a_lead_asks_about_a_draft_and_its_writer_sets_it_aside(walk, place):
    words = {"account": ["Thin, and asleep"]}
    begun_at = place.now - timedelta(days=2)
    unsent_words.save_draft_words(
        place.teacher, place.school, CONCERN, uuid.uuid4(), words, begun_at
    )
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.follow("1 started before today and not sent")
    walk.at("Started but not sent")
    walk.reads(place.teacher.name)
    walk.follow("I have asked them: it does not need to be sent")
    walk.at(f"{place.teacher.name} says it does not need to be sent")
    walk.sign_out()
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.reads("It is not sent, and nobody has read it.")
    walk.follow("This does not need to be sent")
    walk.at("This does not need to be sent")
    walk.press("It does not need to be sent")
    walk.is_told_what_is_wrong()
    walk.fill(why="It was a costume.")
    walk.press("It does not need to be sent")
    walk.at("My concerns")
    walk.reads("Marked as not needed")
    assert Draft.objects.get(page=CONCERN).set_aside_at
    assert not Draft.objects.exclude(page=CONCERN).filter(ended_at=None).exists()
