"""Asks a provider of single sign-on who somebody is, and checks what it answers.

`begin_sign_on` sends the browser there; `finish_sign_on` takes what it brings back. Between the two
the session keeps what only this browser may bring back, once: the state, the nonce and the verifier
of PKCE. Everything that goes wrong, there or on the way, is a `SignOnFailed` with its sentence.

Authlib speaks the protocol (`doors/sign_on_client.py`): the discovery, PKCE, the exchange, and the
signature, issuer, audience, nonce and times of the token. What is ours is which organisation an
account must be of (`rules/sign_on.py`), what is kept in the session, and what is made of a failure.

The rest of signing in is django-allauth's, but this is not: its `socialaccount` neither checks the
signature of a token that it fetched itself nor sends a nonce. It lets the address that begins a
sign-in choose the scope and further parameters. It knows an account by our own name for its
provider, not by its issuer, and keeps addresses and tokens in tables that know no school and whose
rows are deleted. And a provider that is down, or answers nonsense, is an error of our server.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import get_random_string

from concerns.models import SignOnProvider
from concerns.rules.sign_on import (
    SignOnFailed,
    SignOnFault,
    SignOnKind,
    factor_given_at,
    is_of_directory,
)

# In the session: what was begun and has not come back.
BEGUN = "sign_on_begun"
# In the session: what has been proved, for the page that asked for it.
PROVED = "sign_on_proved"
# Seconds for which something begun may come back: somebody may have to fetch their telephone.
BEGUN_LASTS = 30 * 60
# Seconds for which what was proved may be used by the page that asked for it.
PROVED_LASTS = 60
# In one browser: windows in which a sign-in was begun.
MOST_BEGUN = 5


class SignOnPurpose(StrEnum):
    """What somebody is sent to the provider for."""

    SIGN_IN = "sign in"
    LINK = "link an account"
    FACTOR = "give the second factor again"


@dataclass(frozen=True)
class SignOnProof:
    """What a provider has signed of somebody.

    `addresses` are the e-mail addresses it has for them. `factor_at`: when they gave a second
    factor there, if that counts, in seconds since 1970. `onward`: the address to go on to here.
    """

    purpose: SignOnPurpose
    subject: str
    addresses: tuple[str, ...]
    factor_at: float | None
    onward: str


def callback_address(provider: SignOnProvider) -> str:
    """Where the provider sends the browser back to: the technician registers it there."""
    path = reverse("account_sign_on_back", kwargs={"uid": provider.uid})
    return f"{settings.SITE_ORIGIN}{path}"


def begin_sign_on(
    request: HttpRequest, provider: SignOnProvider, purpose: SignOnPurpose, onward: str
) -> HttpResponse:
    """Redirect to the provider. Raises SignOnFailed if it does not answer."""
    from concerns.doors.sign_on_client import begin_at_provider

    begun = begin_at_provider(provider, callback_address(provider), _parameters(provider, purpose))
    kept = {
        "nonce": begun["nonce"],
        "verifier": begun["code_verifier"],
        "provider": str(provider.uid),
        "purpose": purpose.value,
        "onward": onward,
        "at": time.time(),
    }
    others = list(request.session.get(BEGUN, {}).items())[1 - MOST_BEGUN :]
    request.session[BEGUN] = dict([*others, (begun["state"], kept)])
    return HttpResponseRedirect(begun["url"])


def finish_sign_on(request: HttpRequest, provider: SignOnProvider, now: datetime) -> SignOnProof:
    """What the browser has brought back, checked. Raises SignOnFailed."""
    from concerns.doors.sign_on_client import fetch_claims

    begun = _take_begun(request, provider)
    if "error" in request.GET or not request.GET.get("code"):
        raise SignOnFailed(SignOnFault.NOT_THERE)
    claims = fetch_claims(
        provider, callback_address(provider), request.GET["code"], begun["verifier"], begun["nonce"]
    )
    if not is_of_directory(provider.sign_on_kind, provider.directory, claims):
        raise SignOnFailed(SignOnFault.OTHER_DIRECTORY)
    return SignOnProof(
        purpose=SignOnPurpose(begun["purpose"]),
        subject=claims["sub"],
        addresses=_addresses_in(claims),
        factor_at=_factor_at(provider, claims, now),
        onward=begun["onward"],
    )


def keep_proof(request: HttpRequest, provider: SignOnProvider, proof: SignOnProof) -> None:
    """Keep what was proved for the page that asked for it, in the session of whoever asked."""
    request.session[PROVED] = {
        "provider": str(provider.uid),
        "purpose": proof.purpose.value,
        "subject": proof.subject,
        "addresses": list(proof.addresses),
        "factor_at": proof.factor_at,
        "onward": proof.onward,
        "at": time.time(),
    }


def take_proof(
    request: HttpRequest, provider: SignOnProvider, purpose: SignOnPurpose
) -> SignOnProof | None:
    """What was proved just now for `purpose`; None if nothing was. Only once."""
    kept = request.session.get(PROVED)
    if not kept or (kept["provider"], kept["purpose"]) != (str(provider.uid), purpose.value):
        return None
    del request.session[PROVED]
    if time.time() - kept["at"] > PROVED_LASTS:
        return None
    return SignOnProof(
        purpose=purpose,
        subject=kept["subject"],
        addresses=tuple(kept["addresses"]),
        factor_at=kept["factor_at"],
        onward=kept["onward"],
    )


def _parameters(provider: SignOnProvider, purpose: SignOnPurpose) -> dict[str, str]:
    """What the provider is asked for besides who somebody is.

    Entra asks for the password each time, and Google which account: on the computer of a staff room
    a button must not sign in whoever sat there before, nor a session that has ended for idleness.
    """
    asked = {"state": get_random_string(32), "prompt": "login"}
    if provider.sign_on_kind is SignOnKind.GOOGLE:
        return {**asked, "prompt": "select_account", "hd": provider.directory}
    if provider.trusted_for_factor and provider.factor_context:
        needed = {"essential": True, "value": provider.factor_context}
        asked["claims"] = json.dumps({"id_token": {"acrs": needed}})
    return asked


def _take_begun(request: HttpRequest, provider: SignOnProvider) -> dict[str, Any]:
    """What this browser began, by the state that came back. It counts once."""
    begun = dict(request.session.get(BEGUN, {}))
    kept: dict[str, Any] | None = begun.pop(request.GET.get("state", ""), None)
    if kept is None:
        raise SignOnFailed(SignOnFault.STALE)
    request.session[BEGUN] = begun
    if kept["provider"] != str(provider.uid) or time.time() - kept["at"] > BEGUN_LASTS:
        raise SignOnFailed(SignOnFault.STALE)
    return kept


def _addresses_in(claims: Mapping[str, Any]) -> tuple[str, ...]:
    found = (claims.get(name) for name in ("email", "preferred_username"))
    return tuple(one.strip().lower() for one in found if isinstance(one, str))


def _factor_at(provider: SignOnProvider, claims: Mapping[str, Any], now: datetime) -> float | None:
    if not provider.trusted_for_factor:
        return None
    at = factor_given_at(provider.sign_on_kind, claims, provider.factor_context, now)
    return at.timestamp() if at else None
