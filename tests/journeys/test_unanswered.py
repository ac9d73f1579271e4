"""Journey of a referral that nobody answers: chased, refused, challenged to the last rung."""

import sys
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from concerns.models import ChaseCall
from concerns.refer import acts as refer
from concerns.rules.challenge_ladder import ChallengeRung
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from tests import factories
from tests.deciding import decide_concern
from tests.desk import day_fields

CARE = "Refer to children's social care"


def sent_yesterday(place):
    """A referral that went out a day ago, and its concern."""
    ago = place.now - timedelta(days=1)
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=ago)
    writer = factories.viewer(place.school, who=place.teacher, now=ago)
    concern = factories.concern_at(
        State.TAKEN, where=place.school, lead=lead, by=writer, children=(place.child,), now=ago
    )
    decide_concern(lead, concern, Route.SOCIAL_CARE, now=ago)
    referral = concern.referrals.get()
    told = {"agency": "Front door", "spoken_to": "Ann Price", "method": "telephone"}
    refer.send(by=lead, referral=referral, happened_at=ago, now=ago, **told)
    return concern, referral


def chase(walk) -> None:
    """Chases twice: nobody answers; then they say that they have it. Ten seconds each."""
    walk.fill(minutes="31")
    walk.press("Record the call")
    walk.reads("Chased once, 31 minutes waiting")
    walk.see()
    walk.fill(minutes="26", answered_by="Bo Hill", said="They have it. Nobody has read it.")
    walk.press("Record the call")
    walk.reads("Chased twice, 57 minutes waiting")
    walk.follow("Record that they have it")
    walk.at("They say that they have it")
    walk.fill(spoken_to="Bo Hill", their_reference="FD-7781")
    walk.press("They have it")
    walk.at(CARE)
    walk.reads("They have it, waiting for an answer.")
    walk.reads("Get social care's answer")


def refuse(walk) -> None:
    walk.press("Record their answer")
    walk.is_told_what_is_wrong()
    walk.choose("No further action")
    walk.fill(spoken_to="Bo Hill", words="It is below our line.")
    walk.press("Record their answer")
    walk.reads("Answered, waiting for the school's view.")
    walk.choose("We disagree, and challenge it")
    walk.press("Record our view")
    walk.is_told_what_is_wrong()
    walk.fill(whom="Cy Dell", words="The third time in a month. We ask for an assessment.")
    walk.press("Record our view")
    walk.reads("Challenged.")


def challenge_to_the_end(walk) -> None:
    for rung in list(ChallengeRung)[1:]:
        walk.follow(f"Take it to their {rung.label.lower()}")
        walk.at("Take it further")
        walk.fill(whom="Di Farr", words="No answer from the one before you.")
        walk.press("Record the challenge")
        walk.at(CARE)
        walk.reads(f"{rung.label}. Spoken to: Di Farr.")
    # After the last it goes round again.
    walk.reads(f"Take it to their {next(iter(ChallengeRung)).label.lower()}")
    walk.follow("Record how it was settled")
    walk.at("The challenge is settled")
    walk.fill(words="A social worker visits with us.")
    walk.press("It is settled")
    walk.is_told_what_is_wrong()
    walk.choose("Yes, they will do something")
    walk.fill(promised_who="Di Farr", promised_what="A visit with us.")
    soon = timezone.localdate() + timedelta(days=2)
    walk.fill(**{name: str(part) for name, part in day_fields("promised_on", soon).items()})
    walk.press("It is settled")
    walk.at(CARE)
    walk.reads("Challenged, and settled.")
    walk.reads("Find out whether what was promised has been done")


def make_a_pack(walk) -> None:
    walk.follow("make a pack for them")
    walk.at("Check the pack")
    walk.press("Make the print")
    expect(walk.page.get_by_role("heading", level=1)).to_contain_text(CARE)
    walk.see()


def test_a_referral_nobody_answers_is_chased_challenged_and_settled(walk, place, server, capsys):
    concern, referral = sent_yesterday(place)
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.follow(concern.reference)
    walk.at(f"Concern {concern.reference}")
    walk.follow("Get social care's answer")
    walk.at(CARE)
    chase(walk)
    refuse(walk)
    challenge_to_the_end(walk)
    make_a_pack(walk)
    assert referral.current_stage is ReferralStage.SETTLED
    rungs = [event.escalation for event in referral.events.order_by("id") if event.escalation]
    assert rungs == list(ChallengeRung)
    took = (ChaseCall.objects.latest("id").at - ChaseCall.objects.earliest("id").at).seconds
    with capsys.disabled():
        sys.stdout.write(f"\n  two calls written down {took} s apart, a page looked over between\n")
    walk.went_untold(server.log)


def test_what_came_before_a_new_sign_and_a_meeting_are_walked(walk, place, server):
    concern, referral = sent_yesterday(place)
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    said = {"spoken_to": "Ann Price", "words": "Below our line.", "happened_at": place.now}
    refer.hear_back(by=lead, referral=referral, answer="no_further", now=place.now, **said)
    refer.give_view(by=lead, referral=referral, view="agree", words="So be it.", now=place.now)
    writer = factories.viewer(place.school, who=place.teacher, now=place.now)
    new = factories.send_concern(writer, place.child, now=place.now).concern
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.follow(new.reference)
    walk.at(f"Concern {new.reference}")
    walk.follow("Something new after 'no further action'")
    walk.at("Refer again?")
    walk.press("Do not refer again")
    walk.is_told_what_is_wrong()
    walk.page.get_by_role("button", name="Refer again: check the words").click()
    walk.at("Decide")
    assert "Below our line." in walk.page.locator("[name=reason]").input_value()
    walk.page.goto(f"/triage/{concern.uid}/")
    walk.at(f"Concern {concern.reference}")
    walk.follow("Record a meeting")
    walk.at("Record a meeting")
    walk.choose("Strategy discussion")
    walk.fill(who="Ann Price, Bo Hill", agreed="Enquiries begin today.")
    walk.page.get_by_text("Action 1 for the school", exact=True).first.click()
    walk.press("Record the meeting")
    walk.at(f"Concern {concern.reference}")
    walk.reads("Find out when the initial conference is")
    decide_concern(lead, new, Route.PARENTS, now=place.now)
    walk.page.goto(f"/refer/{new.uid}/untold/")
    walk.at("Parents or carers are not told")
    walk.press("They are not told")
    walk.is_told_what_is_wrong()
    walk.went_untold(server.log)
