"""The client of a provider of single sign-on, and what is made of whatever goes wrong with it.

The libraries for it take an eighth of the time in which a worker starts, and few schools sign on
so: `doors/sign_on.py` loads this file when somebody first does.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session

from concerns.models import SignOnProvider
from concerns.rules.sign_on import SignOnFailed, SignOnFault

log = logging.getLogger(__name__)

# Seconds that each answer of a provider is waited for. Somebody waits at the page.
PATIENCE = 5
# Both providers sign with it, and no other is taken.
SIGNED_WITH = ["RS256"]


class _StaysWhereItAsks(OAuth2Session):
    """Follows no redirect: where the client secret is sent stands in the provider's description."""

    def __init__(self, *arguments: Any, **settings: Any):
        super().__init__(*arguments, **settings)
        self.max_redirects = 0


class _Client(DjangoOAuth2App):
    client_cls = _StaysWhereItAsks


def begin_at_provider(
    provider: SignOnProvider, back_to: str, parameters: Mapping[str, str]
) -> Mapping[str, str]:
    """The address at the provider to send the browser to (`url`), and what only this browser may
    bring back: `state`, `nonce` and `code_verifier`. Raises SignOnFailed."""
    client = _client_for(provider)
    _check_description(client, provider)
    with _failing_as(SignOnFault.GARBLED):
        begun: Mapping[str, str] = client.create_authorization_url(back_to, **parameters)
    return begun


def fetch_claims(
    provider: SignOnProvider, back_to: str, code: str, verifier: str, nonce: str
) -> Mapping[str, Any]:
    """What the provider has signed of whoever brought `code` back, for this site and this browser.
    Raises SignOnFailed."""
    client = _client_for(provider)
    _check_description(client, provider)
    with _failing_as(SignOnFault.GARBLED):
        token = client.fetch_access_token(redirect_uri=back_to, code=code, code_verifier=verifier)
    with _failing_as(SignOnFault.UNTRUSTED):
        client.server_metadata["id_token_signing_alg_values_supported"] = SIGNED_WITH
        must = {
            "iss": {"essential": True, "value": provider.issuer},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": provider.client_id},
            "exp": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        claims: Mapping[str, Any] = client.parse_id_token(token, nonce=nonce, claims_options=must)
    return claims


def _client_for(provider: SignOnProvider) -> Any:
    return OAuth().register(
        "provider",
        client_cls=_Client,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post",
            "default_timeout": PATIENCE,
        },
    )


def _check_description(client: Any, provider: SignOnProvider) -> None:
    """Asks the provider where its pages are. Raises SignOnFailed, also where it says that it is
    another than the one that was set up: its pages would be that one's."""
    with _failing_as(SignOnFault.GARBLED):
        issuer = client.load_server_metadata()["issuer"]
    if issuer != provider.issuer:
        _log_failure(ValueError())
        raise SignOnFailed(SignOnFault.UNTRUSTED)


@contextmanager
def _failing_as(fault: SignOnFault) -> Iterator[None]:
    """Whatever goes wrong with an answer of a provider is a failed sign-on, and never an error of
    this server. Nothing here touches the database."""
    try:
        yield
    except (requests.JSONDecodeError, requests.TooManyRedirects) as wrong:
        _log_failure(wrong)
        raise SignOnFailed(SignOnFault.GARBLED) from None
    except requests.RequestException as wrong:
        _log_failure(wrong)
        raise SignOnFailed(SignOnFault.SILENT) from None
    except OAuthError as wrong:
        _log_failure(wrong)
        raise SignOnFailed(SignOnFault.NOT_THERE) from None
    except Exception as wrong:
        _log_failure(wrong)
        raise SignOnFailed(fault) from None


def _log_failure(wrong: Exception) -> None:
    # What went wrong may hold an address or a token, so only its kind is logged.
    log.warning("single sign-on failed: %s", type(wrong).__name__)
