"""Tests single sign-on against a real OpenID provider: linking, signing in, and each refusal."""

import io
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from concerns.doors import fetch_limit, sign_on
from concerns.models import LedgerLine, Person, Post, School, SignOnLink, SignOnProvider
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.sign_on import SignOnFault
from tests import factories
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.openid_provider.setting_up import set_up_sign_on, use_providers
from tests.openid_provider.started import CLIENT_SECRET, DOMAIN, TENANT, OpenIdProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """Two providers: one as Entra is, for one tenant, and one as Google."""
    entra = OpenIdProvider(tmp_path_factory.mktemp("entra"), f"{TENANT}/v2.0")
    google = OpenIdProvider(tmp_path_factory.mktemp("google"))
    yield entra, google
    entra.stop()
    google.stop()


@pytest.fixture
def entra(started, settings):
    provider = started[0]
    provider.forget_all()
    use_providers(settings, *started)
    return provider


@pytest.fixture
def google(started, entra):
    started[1].forget_all()
    return started[1]


@pytest.fixture
def where():
    found = factories.real_school()
    factories.person(found, Role.HEAD)
    return found


@pytest.fixture
def at_entra(monkeypatch, where, entra) -> SignOnProvider:
    return set_up_sign_on(monkeypatch, where, entra)


@pytest.fixture
def at_google(monkeypatch, where, google) -> SignOnProvider:
    return set_up_sign_on(monkeypatch, where, google, entra=False)


@pytest.fixture
def trusted(monkeypatch, where, entra) -> SignOnProvider:
    """A provider whose word for a second factor counts."""
    return set_up_sign_on(monkeypatch, where, entra, "--second-factor", "c1")


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
    """Links the account to `who`, as they do it themselves."""
    claims = {"tid": TENANT, "hd": DOMAIN, "email": who.email, **claims}
    there.knows(account, **claims)
    client = factories.sign_in(SecureClient(), who)
    answer = goes(client, there, start(provider, "link/"), account)
    assert answer.headers.get("Location") == "/account/sign-on/", page_text(answer)
    mail.outbox.clear()


def also_works_in(who: Person, school) -> None:
    Post.objects.create(person=who, school=school, role=Role.STAFF, since="2024-09-01")


def lines(kind) -> list[LedgerLine]:
    return list(LedgerLine.objects.filter(kind=kind).order_by("id"))


def reason_of(line: LedgerLine) -> str:
    import json

    return json.loads(line.body)["reason"]


@pytest.fixture
def jo(where) -> Person:
    """A teacher, in the days of grace."""
    School.objects.filter(pk=where.pk).update(factor_since=timezone.now())
    return factories.person(where)


# --- Linking -------------------------------------------------------------------------------------


def test_a_teacher_links_an_account_and_signs_in_with_it(at_entra, entra, jo):
    entra.knows("jo", tid=TENANT, email=jo.email)
    client = factories.sign_in(SecureClient(), jo)
    goes(client, entra, start(at_entra, "link/"))
    (line,) = lines(Kind.SIGN_ON_LINKED)
    assert (line.actor, line.about, reason_of(line)) == (jo, str(jo.uid), "Microsoft")
    (told,) = mail.outbox
    assert told.to == [jo.email]
    assert "A Microsoft account was linked on" in told.body

    other = SecureClient()
    answer = goes(other, entra, start(at_entra, "?next=/submit/write/"))
    assert answer.headers["Location"] == "/submit/write/"
    assert other.get("/submit/write/").status_code == 200
    assert reason_of(lines(Kind.SIGNED_IN)[-1]) == "with Microsoft"


def test_google_signs_in_too(at_google, google, jo):
    linked(at_google, google, jo)
    client = SecureClient()
    goes(client, google, start(at_google))
    assert client.get("/submit/").status_code == 200


def test_the_account_is_known_by_its_subject_whatever_its_address_is_now(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    entra.knows("jo", tid=TENANT, email="married@elsewhere.example")
    client = SecureClient()
    goes(client, entra, start(at_entra))
    assert client.get("/submit/").status_code == 200


def test_an_address_alone_opens_nothing(at_entra, entra, jo):
    entra.knows("jo", tid=TENANT, email=jo.email, email_verified=True)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    assert answer.status_code == 403
    assert "opens nothing here" in page_text(answer)
    assert client.get("/submit/").status_code == 302
    assert not SignOnLink.objects.exists()


def test_a_colleagues_account_is_not_linked(at_entra, entra, jo, where):
    colleague = factories.person(where)
    entra.knows("jo", tid=TENANT, email=colleague.email)
    client = factories.sign_in(SecureClient(), jo)
    answer = goes(client, entra, start(at_entra, "link/"))
    assert answer.status_code == 422
    assert "another e-mail address" in page_text(answer)
    assert not SignOnLink.objects.exists()


def test_an_account_is_linked_to_one_person_and_once(at_entra, entra, jo, where):
    linked(at_entra, entra, jo)
    colleague = factories.person(where)
    for who in (colleague, jo):
        entra.knows("jo", tid=TENANT, email=who.email)
        answer = goes(factories.sign_in(SecureClient(), who), entra, start(at_entra, "link/"))
        assert answer.status_code == 422
        assert "linked already" in page_text(answer)
    assert SignOnLink.objects.get().person == jo


def test_whoever_works_in_another_school_too_links_nothing(at_entra, entra, jo):
    also_works_in(jo, factories.real_school())
    entra.knows("jo", tid=TENANT, email=jo.email)
    client = factories.sign_in(SecureClient(), jo)
    client.post("/people/where/", {"school": str(at_entra.school.uid)})
    answer = goes(client, entra, start(at_entra, "link/"))
    assert answer.status_code == 422
    assert "must not open another school" in page_text(answer)


def test_a_link_is_ended_by_its_owner_who_is_told(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    client = factories.sign_in(SecureClient(), jo)
    link = SignOnLink.objects.get()
    assert "is linked to yours since" in page_text(client.get("/account/sign-on/"))
    client.post("/account/sign-on/", {"unlink": str(link.uid)})
    (line,) = lines(Kind.SIGN_ON_UNLINKED)
    assert line.actor == jo
    (told,) = mail.outbox
    assert "A Microsoft account was unlinked on" in told.body
    assert goes(SecureClient(), entra, start(at_entra)).status_code == 403
    again = client.post("/account/sign-on/", {"unlink": str(link.uid)})
    assert again.status_code == 422


def test_nobody_ends_the_link_of_another(at_entra, entra, jo, where):
    linked(at_entra, entra, jo)
    client = factories.sign_in(SecureClient(), factories.person(where))
    answer = client.post("/account/sign-on/", {"unlink": str(SignOnLink.objects.get().uid)})
    assert answer.status_code == 422
    assert SignOnLink.objects.not_ended().exists()


def test_a_new_password_ends_the_link(at_entra, entra, jo):
    from concerns.people import acts

    linked(at_entra, entra, jo)
    head = factories.viewer(at_entra.school, Role.HEAD)
    acts.set_password(by=head, person=jo, password="six small acorns", now=factories.NOW)
    assert not SignOnLink.objects.not_ended().exists()
    assert reason_of(lines(Kind.SIGN_ON_UNLINKED)[0]) == "with: Set a password"


# --- Who is not let in ---------------------------------------------------------------------------


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


def test_a_leaver_and_a_stranger_are_told_the_same(at_entra, entra, jo, where):
    from concerns.people import acts

    linked(at_entra, entra, jo)
    entra.knows("stranger", tid=TENANT)
    head = factories.viewer(where, Role.HEAD)
    acts.leave(by=head, person=jo, last=head.todays_date, to=None, now=head.now)
    assert reason_of(lines(Kind.SIGN_ON_UNLINKED)[0]).startswith("with: ")
    pages = []
    for account in ("jo", "stranger"):
        client = SecureClient()
        answer = goes(client, entra, start(at_entra), account)
        pages.append(refused(at_entra, answer, SignOnFault.NOBODY, client))
    assert pages[0] == pages[1]


def test_whoever_has_come_to_work_in_another_school_too_is_not_signed_in(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    also_works_in(jo, factories.real_school())
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.NOBODY, client)
    assert lines(Kind.SIGN_IN_FAILED)[-1].about == str(jo.uid)


def test_the_provider_of_another_school_signs_nobody_in(at_entra, entra, jo, monkeypatch):
    """Two schools of one tenant: each school's button opens accounts of that school alone."""
    linked(at_entra, entra, jo)
    other = factories.real_school()
    factories.person(other, Role.HEAD)
    theirs = set_up_sign_on(monkeypatch, other, entra)
    client = SecureClient()
    answer = goes(client, entra, start(theirs))
    refused(theirs, answer, SignOnFault.NOBODY, client)


@pytest.mark.parametrize("tid", ["another-tenant", None])
def test_an_account_of_another_tenant_is_refused(at_entra, entra, jo, tid):
    linked(at_entra, entra, jo)
    entra.says(tid=tid)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.OTHER_DIRECTORY, client)


@pytest.mark.parametrize("hd", ["elsewhere.example", None])
def test_an_account_of_another_domain_or_a_personal_one_is_refused(at_google, google, jo, hd):
    linked(at_google, google, jo)
    google.says(hd=hd)
    client = SecureClient()
    answer = goes(client, google, start(at_google))
    refused(at_google, answer, SignOnFault.OTHER_DIRECTORY, client)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1/another"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"nonce": "of-another-browser"},
        {"aud": "another-site"},
        {"exp": 1_000_000_000},
    ],
    ids=["issuer", "no subject", "empty subject", "number", "nonce", "audience", "old"],
)
def test_what_is_not_signed_for_this_site_and_browser_is_refused(at_entra, entra, jo, claims):
    linked(at_entra, entra, jo)
    entra.says(**claims)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.UNTRUSTED, client)


@pytest.mark.parametrize("how", ["changed", "unsigned", "no token"])
def test_a_token_that_was_tampered_with_is_refused(at_entra, entra, jo, how):
    linked(at_entra, entra, jo)
    entra.goes_wrong(token=how)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.UNTRUSTED, client)


def test_what_was_brought_back_once_counts_no_more(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    client = SecureClient()
    back = path_of(entra.sign_in(client.get(start(at_entra)).headers["Location"], "jo"))
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    refused(at_entra, client.get(back), SignOnFault.STALE, client)


def test_what_another_browser_began_is_refused(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    thief = SecureClient()
    back = path_of(entra.sign_in(thief.get(start(at_entra)).headers["Location"], "jo"))
    client = SecureClient()
    refused(at_entra, client.get(back), SignOnFault.STALE, client)


def test_what_was_begun_for_another_provider_is_refused(at_entra, at_google, entra, jo):
    linked(at_entra, entra, jo)
    client = SecureClient()
    back = path_of(entra.sign_in(client.get(start(at_entra)).headers["Location"], "jo"))
    answer = client.get(back.replace(str(at_entra.uid), str(at_google.uid)))
    refused(at_google, answer, SignOnFault.STALE, client)


def test_what_was_begun_too_long_ago_is_refused(at_entra, entra, jo, monkeypatch):
    linked(at_entra, entra, jo)
    client = SecureClient()
    back = path_of(entra.sign_in(client.get(start(at_entra)).headers["Location"], "jo"))
    monkeypatch.setattr(sign_on, "BEGUN_LASTS", -1)
    refused(at_entra, client.get(back), SignOnFault.STALE, client)


@pytest.mark.parametrize("said", ["error=access_denied", "error=server_error", ""])
def test_an_error_of_the_provider_is_a_plain_sentence(at_entra, entra, said):
    client = SecureClient()
    there = client.get(start(at_entra)).headers["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    answer = client.get(f"{start(at_entra, 'back/')}?state={state}&{said}")
    refused(at_entra, answer, SignOnFault.NOT_THERE, client)


@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        ({"openid_configuration": "500"}, SignOnFault.SILENT),
        ({"openid_configuration": "silent"}, SignOnFault.SILENT),
        ({"openid_configuration": "garbage"}, SignOnFault.GARBLED),
        ({"openid_configuration": "list"}, SignOnFault.GARBLED),
    ],
)
def test_a_provider_that_is_not_there_is_a_plain_sentence(
    at_entra, entra, monkeypatch, faults, fault
):
    monkeypatch.setattr(sign_on, "PATIENCE", 1)
    entra.goes_wrong(**faults)
    client = SecureClient()
    answer = client.get(start(at_entra, "?next=/submit/write/"))
    text = refused(at_entra, answer, fault, client)
    assert "Sign in with your password" in text
    assert 'href="/sign-in/?next=/submit/write/"' in text


@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        ({"token": "500"}, SignOnFault.SILENT),
        ({"token": "silent"}, SignOnFault.SILENT),
        ({"token": "garbage"}, SignOnFault.GARBLED),
        ({"token": "list"}, SignOnFault.GARBLED),
        ({"jwks.json": "500"}, SignOnFault.SILENT),
        ({"jwks.json": "garbage"}, SignOnFault.GARBLED),
        ({"jwks.json": "list"}, SignOnFault.UNTRUSTED),
    ],
)
def test_a_provider_that_fails_on_the_way_back_is_a_plain_sentence(
    at_entra, entra, jo, monkeypatch, faults, fault
):
    linked(at_entra, entra, jo)
    monkeypatch.setattr(sign_on, "PATIENCE", 1)
    entra.goes_wrong(**faults)
    client = SecureClient()
    refused(at_entra, goes(client, entra, start(at_entra)), fault, client)


def test_a_wrong_client_secret_is_a_plain_sentence(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    at_entra.client_secret = "a secret that has run out"
    at_entra.save()
    client = SecureClient()
    refused(at_entra, goes(client, entra, start(at_entra)), SignOnFault.NOT_THERE, client)


def test_a_provider_that_has_ended_or_never_was_does_not_exist(at_entra):
    call_command("sign_on", "--end", TENANT, stdout=io.StringIO())
    for path in ("", "back/"):
        assert SecureClient().get(start(at_entra, path)).status_code == 404


def test_too_many_tries_are_slowed_down(at_entra, monkeypatch):
    monkeypatch.setattr(fetch_limit, "MOST_SIGN_ONS", 1)
    client = SecureClient()
    assert client.get(start(at_entra, "back/")).status_code == 403
    assert client.get(start(at_entra, "back/")).status_code == 429
    assert client.get(start(at_entra)).status_code == 429


def test_somebody_who_is_signed_in_is_not_sent_away(at_entra, jo):
    client = factories.sign_in(SecureClient(), jo)
    there = client.get(start(at_entra, "?next=/submit/write/")).headers["Location"]
    assert there == "/submit/write/"


def test_nobody_is_sent_on_to_another_site(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra, "?next=https://elsewhere.example/"))
    assert answer.headers["Location"] == "/"


def test_a_session_begins_a_few_sign_ins_and_no_more(at_entra):
    client = SecureClient()
    for _ in range(sign_on.MOST_BEGUN + 2):
        client.get(start(at_entra))
    assert len(client.session[sign_on.BEGUN]) == sign_on.MOST_BEGUN


# --- The second factor ---------------------------------------------------------------------------


@pytest.fixture
def lead(where) -> Person:
    """A lead whose school's days of grace are over. They link their account before that."""
    return factories.person(where, Role.DSL)


def with_link(provider, entra, lead, **claims) -> None:
    School.objects.filter(pk=provider.school_id).update(factor_since=timezone.now())
    linked(provider, entra, lead, **claims)
    ago = timezone.now() - timedelta(days=100)
    School.objects.filter(pk=provider.school_id).update(factor_since=ago)


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acrs": ["c1"]}, {"acrs": "c1"}])
def test_a_claimed_second_factor_opens_the_record(trusted, entra, lead, claims):
    with_link(trusted, entra, lead, **claims)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/triage/").status_code == 200
    assert reason_of(lines(Kind.SIGNED_IN)[-1]) == "with Microsoft, and a second factor there"


@pytest.mark.parametrize(
    "claims", [{}, {"amr": ["pwd"]}, {"acrs": ["c2"]}, {"acr": "1"}, {"amr": "pwd mfa"}]
)
def test_without_such_a_claim_our_own_factor_is_asked_for(trusted, entra, lead, claims):
    with_link(trusted, entra, lead, **claims)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/triage/").headers["Location"].startswith("/access/factor/")
    assert client.get("/submit/").status_code == 200


def test_a_provider_that_is_not_trusted_for_it_gives_none(at_entra, entra, lead):
    with_link(at_entra, entra, lead, amr=["mfa"], acrs=["c1"])
    client = SecureClient()
    goes(client, entra, start(at_entra))
    assert client.get("/triage/").headers["Location"].startswith("/access/factor/")
    assert "Give it with Microsoft" not in page_text(client.get("/access/factor/"))


def test_a_factor_that_was_given_there_long_ago_does_not_count(trusted, entra, lead):
    with_link(trusted, entra, lead, amr=["mfa"])
    entra.says(auth_time=int(time.time()) - 16 * 60)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/triage/").headers["Location"].startswith("/access/factor/")


def test_it_counts_from_when_it_was_given_there(trusted, entra, where):
    head = factories.person(where, Role.HEAD)
    with_link(trusted, entra, head, amr=["mfa"])
    entra.says(auth_time=int(time.time()) - 14 * 60)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/chase/clocks/").status_code == 200
    (given,) = [
        one for one in client.session["account_authentication_methods"] if one["method"] == "mfa"
    ]
    assert 14 * 60 <= time.time() - given["at"] < 15 * 60


def test_it_is_given_again_there_where_it_is_asked_for_again(trusted, entra, where):
    head = factories.person(where, Role.HEAD)
    with_link(trusted, entra, head, amr=["mfa"])
    client = SecureClient()
    goes(client, entra, start(trusted))
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 16 * 60
    session.save()
    there = client.get("/chase/clocks/").headers["Location"]
    assert "Give it with Microsoft" in page_text(client.get(there))
    again = start(trusted, "again/?next=/chase/clocks/")
    entra.says(auth_time=int(time.time()) - 16 * 60)
    assert goes(client, entra, again).status_code == 403
    assert client.get("/chase/clocks/").status_code == 302
    entra.says()
    entra.knows("another", tid=TENANT, amr=["mfa"])
    answer = goes(client, entra, again, "another")
    assert SignOnFault.SOMEBODY_ELSE.label.format(provider="Microsoft") in page_text(answer)
    assert goes(client, entra, again).headers["Location"] == "/chase/clocks/"
    assert client.get("/chase/clocks/").status_code == 200
    assert reason_of(lines(Kind.FACTOR_GIVEN)[-1]) == "Microsoft"


def test_what_was_proved_is_used_at_once_or_not_at_all(trusted, entra, jo, monkeypatch):
    entra.knows("jo", tid=TENANT, email=jo.email)
    client = factories.sign_in(SecureClient(), jo)
    monkeypatch.setattr(sign_on, "PROVED_LASTS", -1)
    sent = client.get(start(trusted, "link/"))
    back = client.get(path_of(entra.sign_in(sent.headers["Location"], "jo")))
    assert client.get(back.headers["Location"]).headers["Location"].startswith(entra.authority)
    assert not SignOnLink.objects.exists()


def test_entra_is_asked_for_the_password_and_the_context_each_time(trusted):
    there = parse_qs(urlsplit(SecureClient().get(start(trusted)).headers["Location"]).query)
    assert there["prompt"] == ["login"]
    assert there["code_challenge_method"] == ["S256"]
    assert '"c1"' in there["claims"][0]


def test_google_is_asked_which_account_of_the_domain(at_google):
    there = parse_qs(urlsplit(SecureClient().get(start(at_google)).headers["Location"]).query)
    assert (there["prompt"], there["hd"]) == (["select_account"], [DOMAIN])


# --- Words that were typed -----------------------------------------------------------------------


def test_words_whose_session_ended_are_given_back_after_signing_in_this_way(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    client = factories.sign_in(SecureClient(), jo)
    page = client.get("/submit/write/").content.decode()
    import re

    token = re.search(r'name="keep" value="([^"]+)"', page)[1]
    client.cookies.clear()
    typed = {"keep": token, "account": "He came without a coat again.", "do": "send"}
    sent = client.post("/submit/write/", typed)
    signs_in = client.get(sent.headers["Location"])
    button = re.search(r'href="(/account/sign-on/[^"]+)"', signs_in.content.decode())[1]
    answer = goes(client, entra, button.replace("&amp;", "&"))
    assert (
        "He came without a coat again." in client.get(answer.headers["Location"]).content.decode()
    )


# --- Setting it up -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("--entra", "common"), "lets in the Microsoft accounts of anybody"),
        (("--entra", "Organizations"), "lets in the Microsoft accounts of anybody"),
        (("--entra", "consumers"), "lets in the Microsoft accounts of anybody"),
        (("--entra", "9188040d-6c67-4c5b-b112-36a304b66dad"), "accounts of anybody"),
        (("--entra", "school.example"), "Directory (tenant) ID"),
        (("--google", "a school"), "Google Workspace domain"),
        (("--google", DOMAIN, "--second-factor"), "does not say whether"),
        (("--entra", TENANT, "--second-factor", "yes"), "c1, c2"),
        (("--entra", TENANT, "--google", DOMAIN), "Name one of"),
    ],
)
def test_what_cannot_be_set_up_says_why(where, said, sentence):
    with pytest.raises(CommandError, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        call_command("sign_on", *said, "--client-id", "x", stdout=io.StringIO())
    assert not SignOnProvider.objects.exists()


def test_setting_it_up_is_a_line_with_who_ran_it_and_keeps_no_secret_as_it_is(at_entra, where):
    (line,) = lines(Kind.SIGN_ON_SET)
    assert reason_of(line).startswith("Microsoft set up, not trusted for second factors, from the")
    kept = bytes(SignOnProvider.objects.values_list("client_secret", flat=True).get())
    assert CLIENT_SECRET.encode() not in kept
    assert at_entra.client_secret == CLIENT_SECRET


def test_set_up_again_it_is_changed_and_links_stay(at_entra, entra, jo, where, monkeypatch):
    linked(at_entra, entra, jo)
    again = set_up_sign_on(monkeypatch, where, entra, "--second-factor")
    assert again.uid == at_entra.uid
    assert again.trusted_for_factor
    assert SignOnLink.objects.not_ended().count() == 1
    assert "changed, trusted" in reason_of(lines(Kind.SIGN_ON_SET)[-1])


def test_ended_it_ends_each_link_and_tells_whose(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    out = io.StringIO()
    call_command("sign_on", "--end", TENANT, stdout=out)
    assert "1 links have ended" in out.getvalue()
    assert [one.to for one in mail.outbox] == [[jo.email]]
    assert not SignOnLink.objects.not_ended().exists()
    assert "Or with the account" not in page_text(SecureClient().get("/sign-in/"))
    with pytest.raises(CommandError, match="no single sign-on of that name"):
        call_command("sign_on", "--end", TENANT, stdout=out)


def test_it_lists_what_is_set_up(at_entra, where):
    out = io.StringIO()
    call_command("sign_on", stdout=out)
    assert f"{where.name} ({where.urn}): Microsoft, {TENANT}" in out.getvalue()
    assert sign_on.callback_address(at_entra) in out.getvalue()


def test_the_head_sees_which_there_are_and_who_has_linked(at_entra, entra, jo, where):
    linked(at_entra, entra, jo)
    head = factories.person(where, Role.HEAD)
    text = page_text(factories.sign_in(SecureClient(), head).get("/account/providers/"))
    assert f"Microsoft: {TENANT}" in text
    assert jo.name in text


def test_the_sign_in_page_offers_each_schools_provider_and_the_password(at_entra, at_google):
    text = page_text(SecureClient().get("/sign-in/"))
    assert f"Microsoft: {at_entra.school.name}" in text
    assert f"Google: {at_google.school.name}" in text
    assert "your password still works" in text
