"""Single sign-on by OpenID Connect: with which accounts, and which claims count as a second factor.

A claim is what a provider says of somebody in the token that it signs. A provider is Microsoft
Entra, for one named directory, or Google Workspace, for one named domain: an account of anybody
else's is refused, even if the provider signed for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from concerns.rules.second_factor import ASKED_AGAIN_AFTER
from concerns.rules.words import Choice


class SignOnKind(Choice):
    ENTRA = "entra", "Microsoft"
    GOOGLE = "google", "Google"


class SignOnFault(Choice):
    """Why nobody was signed in: as the ledger says it, and as the page does."""

    SILENT = (
        "no answer",
        "{provider} does not answer at the moment. Nothing is wrong with your account.",
    )
    GARBLED = (
        "an answer that makes no sense",
        "{provider} gave an answer that this site cannot use. Tell whoever looks after the "
        "school's computers if it happens again.",
    )
    NOT_THERE = (
        "not signed in there",
        "{provider} did not sign you in, or you did not let it. Nothing has changed here.",
    )
    STALE = (
        "begun elsewhere, or used before",
        "This was begun in another browser, or too long ago, or has been used once already. Begin "
        "again.",
    )
    UNTRUSTED = (
        "not signed by the provider for this site",
        "What came from {provider} could not be checked, so nobody was signed in. Begin again. "
        "Tell whoever looks after the school's computers if it happens again.",
    )
    OTHER_DIRECTORY = (
        "an account of another organisation",
        "That {provider} account is not one of {school}. Begin again, and choose the account that "
        "the school gave you.",
    )
    # The same of a stranger, of whoever has left, and of whoever works in another school as well:
    # it tells nobody who has an account here.
    NOBODY = (
        "an account that opens nothing here",
        "That {provider} account opens nothing here. If you have an account on this site, sign in "
        "with your e-mail address and password. Under “Where you are signed in” you can then link "
        "the two, unless you work in another school of this site too.",
    )
    NO_FACTOR = (
        "no second factor there",
        "{provider} did not say that you gave a second factor just now, so it does not count here. "
        "Begin again, or give your own second factor here.",
    )
    SOMEBODY_ELSE = (
        "the account of somebody else",
        "That is not the {provider} account which is linked to yours. Begin again, and choose your "
        "own.",
    )


class SignOnFailed(Exception):
    """Nobody is signed in or linked. `fault` says why."""

    def __init__(self, fault: SignOnFault):
        super().__init__(fault.value)
        self.fault = fault


# Names that Entra takes for "anybody's directory", and the directory of all personal accounts.
# Source: Microsoft identity platform, "OpenID Connect", on the tenant in the address.
ANYBODYS = frozenset({
    "common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad",
})  # fmt: skip
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_CONTEXT = re.compile(r"c[1-9][0-9]?")


def why_no_directory(kind: SignOnKind, directory: str) -> str:
    """Why `directory` names no one organisation; "" if it does. For Entra it is the tenant's id,
    for Google the domain, both in small letters."""
    if directory in ANYBODYS:
        return (
            f"“{directory}” lets in the Microsoft accounts of anybody. Name the school's own "
            "directory: its Directory (tenant) ID."
        )
    if kind is SignOnKind.ENTRA and not _GUID.fullmatch(directory):
        return (
            "Name the school's own directory by its Directory (tenant) ID, which looks like "
            "1b2c3d4e-0000-4000-8000-000000000000."
        )
    if kind is SignOnKind.GOOGLE and not _DOMAIN.fullmatch(directory):
        return "Name the school's Google Workspace domain, like school.example."
    return ""


def issuer_of(kind: SignOnKind, directory: str, authority: str) -> str:
    """Who must have signed what is said of an account. `authority` is the provider's address."""
    return f"{authority}/{directory}/v2.0" if kind is SignOnKind.ENTRA else authority


def is_of_directory(kind: SignOnKind, directory: str, claims: Mapping[str, object]) -> bool:
    """Whether the claims are of an account in `directory`.

    Sources: Microsoft identity platform, "ID token claims reference", `tid`; Google, "OpenID
    Connect", `hd`, which a personal account does not have.
    """
    claim = "tid" if kind is SignOnKind.ENTRA else "hd"
    return claims.get(claim) == directory


@dataclass(frozen=True)
class FactorClaim:
    """A claim that a second factor was used: `claim` is or contains `value`.

    An empty value stands for the authentication context that the provider's configuration names.
    """

    claim: str
    value: str
    source: str


# What counts as a second factor, and nothing else does; only of a provider whose configuration says
# that it is trusted for this. `acr` is in neither: Entra's has only old values, Google has none.
FACTOR_CLAIMS: dict[SignOnKind, tuple[FactorClaim, ...]] = {
    SignOnKind.ENTRA: (
        # Entra sends it in tokens of version 1.0 alone, so for most schools the next one counts.
        FactorClaim("amr", "mfa", "RFC 8176, section 2"),
        FactorClaim(
            "acrs", "", "Microsoft, Conditional Access authentication context, developer guide"
        ),
    ),
    # Google says in its tokens nothing of how somebody signed in.
    SignOnKind.GOOGLE: (),
}
# A provider's clock may be this far ahead of ours.
CLOCKS_DIFFER = timedelta(minutes=2)


def why_not_trusted_for_factor(kind: SignOnKind, context: str) -> str:
    """Why a provider of `kind` cannot be trusted for second factors; "" if it can. `context` is the
    authentication context that requires one, or ""."""
    if not FACTOR_CLAIMS[kind]:
        return (
            f"{kind.label} does not say whether a second factor was used, so none can count. "
            "People give their own here."
        )
    if context and not _CONTEXT.fullmatch(context):
        return "An authentication context is called c1, c2 and so on, up to c99."
    return ""


def factor_given_at(
    kind: SignOnKind, claims: Mapping[str, object], context: str, now: datetime
) -> datetime | None:
    """When the second factor was given that `claims` tell of; None if they tell of none.

    It counts from `auth_time`, when the person showed at the provider who they are, and not from
    when the provider said so: else a button would stand in for a factor that was given this
    morning. Without that time, or if it is more than `ASKED_AGAIN_AFTER` ago, none counts.
    """
    if not any(
        _claims_factor(claims.get(row.claim), row.value or context) for row in FACTOR_CLAIMS[kind]
    ):
        return None
    given = claims.get("auth_time")
    if not isinstance(given, int) or isinstance(given, bool):
        return None
    try:
        at = datetime.fromtimestamp(given, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return min(at, now) if now - ASKED_AGAIN_AFTER <= at <= now + CLOCKS_DIFFER else None


def _claims_factor(claimed: object, value: str) -> bool:
    if not value:
        return False
    return value in claimed if isinstance(claimed, list) else claimed == value
