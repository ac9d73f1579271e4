"""What the tests of single sign-on do again and again: link an account, go and come back."""

import json
from urllib.parse import urlsplit

from django.utils import timezone

from concerns.account import acts
from concerns.models import LedgerLine, Person, Post
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.sign_on import SignOnFault
from tests import factories
from tests.desk import page_text
from tests.openid_provider.started import DOMAIN, TENANT, OpenIdProvider


def path_of(address: str) -> str:
    there = urlsplit(address)
    return f"{there.path}?{there.query}"


def goes(client, there: OpenIdProvider, path: str, account: str = "jo"):
    """Opens `path`, signs in where it leads, and comes back. Returns the last answer of the site,
    once it no longer sends on to another page about signing on."""
    sent = client.get(path)
    assert sent.status_code == 302, page_text(sent)
    answer = client.get(path_of(there.sign_in(sent.headers["Location"], account)))
    while answer.status_code == 302 and answer.headers["Location"].endswith(("/link/", "/again/")):
        answer = client.get(answer.headers["Location"])
    return answer


def start(provider, onward: str = "") -> str:
    return f"/account/sign-on/{provider.uid}/{onward}"


def linked(provider, there, who: Person, account: str = "jo", **claims) -> None:
    """Gives the provider the account, and links it to `who`, as the page does for them."""
    there.knows(account, **{"tid": TENANT, "hd": DOMAIN, "email": who.email, **claims})
    acts.link_sign_on(
        by=factories.viewer(provider.school, who=who),
        provider=provider,
        subject=f"id-of-{account}",
        addresses=(who.email,),
        now=timezone.now(),
    )


def also_works_in(who: Person, school) -> None:
    Post.objects.create(person=who, school=school, role=Role.STAFF, since="2024-09-01")


def lines(kind) -> list[LedgerLine]:
    return list(LedgerLine.objects.filter(kind=kind).order_by("id"))


def reason_of(line: LedgerLine) -> str:
    return json.loads(line.body)["reason"]


def refused(provider, answer, fault: SignOnFault, client) -> str:
    """Checks that nobody is signed in, that a plain page says why, and that a line says so too."""
    assert answer.status_code == 403
    text = page_text(answer)
    said = fault.label.format(provider=provider.name, school=provider.school.name)
    assert said in text.replace("&#x27;", "'")
    assert client.get("/submit/").status_code == 302
    line = lines(Kind.SIGN_IN_FAILED)[-1]
    assert (line.school, line.outcome) == (provider.school, "refused")
    assert reason_of(line) == f"{provider.name}: {fault.value}"
    return text
