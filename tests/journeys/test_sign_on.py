"""Single sign-on in a browser: two schools of one site, each with a provider of its own."""

import pytest

from concerns.models import LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.openid_provider.setting_up import set_up_sign_on, use_providers
from tests.openid_provider.started import DOMAIN, PASSWORD, TENANT


@pytest.fixture
def site(server, place, providers, settings, monkeypatch):
    """The site with Oakfield, whose staff have Microsoft accounts, and Elmfield, with Google."""
    entra, google = providers
    use_providers(settings, entra, google)
    settings.SITE_ORIGIN = server.url
    server.stop()
    server.start(
        ENTRA_AUTHORITY=entra.authority,
        GOOGLE_AUTHORITY=google.authority,
        SITE_ORIGIN=server.url,
    )
    elmfield = factories.school("Elmfield School")
    factories.person(elmfield, Role.HEAD, name="Ann Archer")
    set_up_sign_on(monkeypatch, place.school, entra, "--second-factor")
    set_up_sign_on(monkeypatch, elmfield, google, entra=False)
    return elmfield


def signs_in_there(walk, account: str) -> None:
    walk.page.get_by_role("heading", name="Sign in at the provider").wait_for()
    walk.page.get_by_label("Account").fill(account)
    walk.page.get_by_label("Its password").fill(PASSWORD)
    walk.page.get_by_role("button", name="Go on").click()


def links(walk, who, button: str, account: str) -> None:
    walk.sign_in(who)
    walk.page.goto("/account/sessions/")
    walk.follow("Signing in with Microsoft or Google")
    walk.at("Signing in with Microsoft or Google")
    walk.follow(f"Link your {button} account")
    signs_in_there(walk, account)
    walk.at("Signing in with Microsoft or Google")
    walk.reads("An account there is linked to yours since")
    walk.sign_out()


def test_each_school_signs_in_with_its_own_provider(walk, place, site, providers, server):
    entra, google = providers
    other = factories.person(site, name="Bo Bell")
    entra.knows("sara", tid=TENANT, email=place.lead.email, amr=["pwd", "mfa"])
    google.knows("bo", hd=DOMAIN, email=other.email)
    links(walk, place.lead, "Microsoft", "sara")
    links(walk, other, "Google", "bo")

    walk.page.goto("/triage/")
    walk.follow("Microsoft: Oakfield Primary School")
    signs_in_there(walk, "sara")
    walk.page.wait_for_url("**/triage/")
    walk.sign_out()

    # Google still knows this browser, so it asks for nothing.
    walk.follow("Google: Elmfield School")
    walk.at("My concerns")
    walk.sign_out()
    signed_in = LedgerLine.objects.filter(kind=Kind.SIGNED_IN).order_by("id")
    ways = [line.body.split('"reason":"')[1].split('"')[0] for line in signed_in]
    assert ways[-2:] == ["with Microsoft, and a second factor there", "with Google"]
    walk.went_untold(server.log)


def test_an_account_of_the_other_school_and_a_provider_that_is_down(walk, place, site, providers):
    entra, google = providers
    google.knows("stranger", hd=DOMAIN, email=place.teacher.email)
    walk.page.goto("/")
    walk.at("Sign in")
    walk.follow("Google: Elmfield School")
    signs_in_there(walk, "stranger")
    walk.at("You were not signed in")
    walk.reads("That Google account opens nothing here")
    entra.stop()
    walk.follow("Sign in with your password")
    walk.at("Sign in")
    walk.follow("Microsoft: Oakfield Primary School")
    walk.at("You were not signed in")
    walk.reads("Microsoft does not answer at the moment")
    walk.follow("Sign in with your password")
    walk.sign_in(place.teacher)
    walk.at("My concerns")


def test_the_head_sees_who_has_linked(walk, place, site):
    walk.sign_in(place.head)
    walk.page.goto("/people/")
    walk.follow("Single sign-on")
    walk.at("Single sign-on")
    walk.reads("Nobody has linked an account yet.")
