"""Tests that whoever runs the site sets up single sign-on, and what pages then say of it."""

import io

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from concerns.doors import sign_on
from concerns.models import SignOnLink, SignOnProvider
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.account.sign_on.signing_on import (
    lines,
    linked,
    reason_of,
)
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import page_text
from tests.openid_provider.setting_up import set_up_sign_on
from tests.openid_provider.started import CLIENT_SECRET, DOMAIN, TENANT

pytestmark = pytest.mark.django_db


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


def test_the_pages_cost_the_same_however_many_have_linked_an_account(
    at_entra, entra, jo, where, monkeypatch
):
    head = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))

    def cost() -> list[int]:
        asks = (
            lambda: SecureClient().get("/sign-in/"),
            lambda: head.get("/account/providers/"),
            lambda: head.get("/account/sign-on/"),
        )
        return [len(list_statements(ask)) for ask in asks]

    head.get("/account/providers/")
    linked(at_entra, entra, jo)
    one = cost()
    for number in range(3):
        linked(at_entra, entra, factories.person(where), account=f"account{number}")
    for _ in range(4):
        other = factories.real_school()
        factories.person(other, Role.HEAD)
        set_up_sign_on(monkeypatch, other, entra)
    assert cost() == one
    assert "Choose your school" in page_text(SecureClient().get("/sign-in/"))
