"""A lead sets up an app, with script and without, and a passkey; each opens what a password alone
does not."""

import re

from django.utils import timezone
from playwright.sync_api import Page, expect

from concerns.models import School
from tests.access.codes import code_of_app
from tests.journeys.conftest import Place, Walk

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def asks_from_today(place: Place) -> None:
    """The school began to ask for a second factor today, so that there are days of grace."""
    School.objects.filter(pk=place.school.pk).update(
        invented=False, asks_why_read=True, factor_since=timezone.now()
    )


def test_a_lead_sets_up_an_app_and_gives_its_code(place, walk):
    asks_from_today(place)
    walk.sign_in(place.lead)
    walk.at("Your second factor")
    walk.follow("Set up an app that shows codes instead")
    walk.at("Set up an app that shows codes")
    secret = walk.page.locator(".qr-code__key").text_content().replace(" ", "").split(":")[-1]
    walk.fill(code="000000")
    walk.press("Set up this app")
    walk.reads("Check that the time on your telephone is right")
    walk.fill(code=code_of_app(secret.strip()))
    walk.press("Set up this app")
    walk.at("Your second factor is set up. Keep these recovery codes")
    recovery = walk.page.locator(".recovery-codes li").first.inner_text()
    walk.press("I have kept them")
    expect(walk.page).to_have_url(re.compile("/triage/"))
    walk.sign_out()

    walk.sign_in(place.lead)
    walk.at("Show that it is you")
    walk.follow("write a concern")
    expect(walk.page).to_have_url(re.compile("/submit/start/"))
    walk.page.goto("/triage/")
    walk.at("Show that it is you")
    walk.fill(code=recovery)
    walk.press("Go on")
    expect(walk.page).to_have_url(re.compile("/triage/"))


def test_a_lead_signs_in_with_a_passkey(place, page: Page, axe, complaints):
    asks_from_today(place)
    walk = Walk(page, axe, complaints)
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    walk.sign_in(place.lead)
    walk.at("Your second factor")
    walk.press("Set up a passkey")
    walk.at("Set up a passkey")
    walk.press("Set up a passkey")
    walk.at("Your second factor is set up. Keep these recovery codes")
    walk.press("I have kept them")
    expect(page).to_have_url(re.compile("/triage/"))
    walk.sign_out()

    walk.sign_in(place.lead)
    walk.at("Show that it is you")
    walk.press("Use your passkey")
    expect(page).to_have_url(re.compile("/triage/"))


def test_without_script_there_is_no_passkey_and_the_page_says_so(place, walk):
    asks_from_today(place)
    walk.sign_in(place.lead)
    walk.press("Set up a passkey")
    walk.at("Set up a passkey")
    scripted = walk.page.locator("body.js-enabled").count()
    expect(walk.page.get_by_role("button", name="Set up a passkey")).to_have_count(scripted)
    told = walk.page.get_by_text("This browser cannot make a passkey")
    expect(told).to_have_count(1 - scripted)
