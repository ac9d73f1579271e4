"""Sets up single sign-on at a started provider, by the command that a technician runs."""

import io

from django.core.management import call_command

from concerns.doors.sign_on import callback_address
from concerns.models import School, SignOnProvider
from tests.openid_provider.started import CLIENT_ID, CLIENT_SECRET, DOMAIN, TENANT


def use_providers(settings, entra, google) -> None:
    """Takes these two for Microsoft and Google."""
    settings.SIGN_ON_AUTHORITIES = {"entra": entra.authority, "google": google.authority}


def set_up_sign_on(
    monkeypatch, school: School, there, *more: str, entra: bool = True
) -> SignOnProvider:
    """Sets it up for `school` at `there`, which is told where to send browsers back to."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CLIENT_SECRET}\n"))
    named = ("--entra", TENANT) if entra else ("--google", DOMAIN)
    said = (*named, "--client-id", CLIENT_ID, "--school", school.urn, *more)
    call_command("sign_on", *said, stdout=io.StringIO())
    found = SignOnProvider.objects.of_one_school(school).get(kind="entra" if entra else "google")
    there.sends_back_to(callback_address(found))
    return found
