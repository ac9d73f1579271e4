"""Tests that people link an account of single sign-on and sign in with it."""

import re

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import timezone

from concerns.models import SignOnLink
from concerns.people import acts as people
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.account.sign_on.signing_on import also_works_in, goes, lines, linked, reason_of, start
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.openid_provider.started import TENANT

pytestmark = pytest.mark.django_db


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
    linked(at_entra, entra, jo)
    head = factories.viewer(at_entra.school, Role.HEAD)
    people.set_password(by=head, person=jo, password="six small acorns", now=factories.NOW)
    assert not SignOnLink.objects.not_ended().exists()
    assert reason_of(lines(Kind.SIGN_ON_UNLINKED)[0]) == "with: Set a password"


def test_the_database_itself_refuses_to_give_a_link_to_somebody_else(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    rows = SignOnLink.objects.filter(person=jo)
    for change in ({"subject": "another"}, {"person": factories.person(at_entra.school)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    rows.update(ended_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(ended_at=None)


def test_words_whose_session_ended_are_given_back_after_signing_in_this_way(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    client = factories.sign_in(SecureClient(), jo)
    page = client.get("/submit/write/").content.decode()
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
