"""Journeys of a teacher and the head through when messages come and which do not go out."""

from playwright.sync_api import expect

from concerns.doors import clock_round
from concerns.models import Letter, Notice, Person
from concerns.rules.message_rules import STUCK
from tests import factories


def test_a_teacher_chooses_when_letters_come_and_is_told_of_a_wrong_time(walk, place):
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.follow("Choose when you get e-mails")
    walk.at("When you get e-mails")
    walk.reads(place.teacher.email)
    walk.fill(first="soon", second="15:10")
    walk.press("Save these times")
    walk.is_told_what_is_wrong()
    walk.fill(first="7.40")
    walk.press("Save these times")
    expect(walk.page.locator("[name=first]")).to_have_value("07:40")
    walk.at("When you get e-mails")
    kept = Person.objects.get(pk=place.teacher.pk)
    assert (str(kept.first_post), str(kept.second_post)) == ("07:40:00", "15:10:00")


def see_what_is_stuck(walk, *words):
    """Goes from the head's first page to what does not go out, by the audit page."""
    walk.page.goto("/audit/")
    walk.at("Audit")
    walk.follow("Messages that were not sent")
    walk.at("Messages that were not sent")
    for said in words:
        walk.reads(said)


def test_the_head_sees_that_all_has_gone_out(walk, place):
    walk.sign_in(place.head)
    see_what_is_stuck(walk, "None: every e-mail older than a quarter of an hour has been sent.")


def test_the_head_sees_for_whom_a_letter_does_not_go_out(walk, place):
    ago = place.now - 2 * STUCK
    writer = factories.viewer(place.school, who=place.teacher, now=ago)
    factories.send_concern(writer, place.child, now=ago, going_home="yes")
    clock_round.run_reminder_round(ago)
    Letter.objects.update(sent_at=None, tries=2, fault="SMTPException")
    Notice.objects.update(ended_at=None, ended="")
    walk.sign_in(place.head)
    see_what_is_stuck(walk, place.lead.name, "urgent", "SMTPException")
