"""Tests for saved views of the queue, and for covering names."""

import pytest
from django.db import DatabaseError, transaction

from concerns.models import LedgerLine, SavedView
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts
from tests import factories
from tests.conftest import SecureClient
from tests.desk import page_text

pytestmark = pytest.mark.django_db
CHOSEN = {"state": "waiting", "order": "newest"}


@pytest.fixture
def client(client, lead):
    return factories.sign_in(client, lead.person)


def save(client, name="New ones", query="state=waiting&order=newest"):
    return client.post("/triage/views/", {"name": name, "query": query})


def test_the_filters_of_the_queue_are_saved_under_a_name_and_offered_there(client, lead):
    shown = page_text(client.get("/triage/views/?state=waiting&order=newest"))
    assert "Waiting for the DSL, Newest first" in shown
    answer = save(client)
    assert answer["Location"] == "/triage/?state=waiting&order=newest"
    (view,) = SavedView.objects.all()
    assert (view.name, view.query, view.person) == (
        "New ones",
        "state=waiting&order=newest",
        lead.person,
    )
    queue = client.get("/triage/").content.decode()
    assert (
        '<a class="govuk-link" href="/triage/?state=waiting&amp;order=newest">New ones</a>' in queue
    )
    line = LedgerLine.objects.get(kind=Kind.VIEW_SAVED)
    assert "New ones" not in line.body


def test_what_is_not_a_filter_is_not_saved(client):
    save(client, query="state=waiting&after=1.2.3&holder=nobody&x=y")
    assert SavedView.objects.get().query == "state=waiting&holder=nobody"


def test_a_name_is_asked_for_and_used_once(client):
    assert save(client, name=" ").status_code == 422
    save(client)
    answer = save(client)
    assert answer.status_code == 422
    assert "You already have a view with this name" in page_text(answer)


def test_nobody_saves_more_than_fits_on_the_page(client, lead):
    for number in range(acts.MOST_VIEWS):
        acts.save_view(by=lead, name=str(number), chosen=CHOSEN, now=lead.now)
    assert "Remove one first" in page_text(save(client))


def test_a_view_can_be_removed_and_its_name_used_again(client):
    save(client)
    (view,) = SavedView.objects.all()
    client.post("/triage/views/", {"do": "remove", "view": str(view.uid)})
    assert "New ones" not in page_text(client.get("/triage/"))
    assert LedgerLine.objects.filter(kind=Kind.VIEW_REMOVED).exists()
    assert save(client).status_code == 302


def test_a_view_is_seen_and_removed_by_nobody_else(client, where):
    save(client)
    (view,) = SavedView.objects.all()
    other = factories.sign_in(SecureClient(), factories.person(where, Role.DEPUTY))
    assert "New ones" not in page_text(other.get("/triage/"))
    assert other.post("/triage/views/", {"do": "remove", "view": str(view.uid)}).status_code == 404
    assert other.post("/triage/views/", {"do": "remove", "view": "x"}).status_code == 404


def test_the_database_deletes_no_view(client):
    save(client)
    with pytest.raises(DatabaseError), transaction.atomic():
        SavedView.objects.all().delete()


def test_covered_names_classes_and_words_are_nowhere_in_the_queue(client, where):
    child = factories.child(where, "Zebedee", "Quill", class_name="5K")
    other = factories.child(where, "Tabitha", "Moss")
    told = {"account": "By the bins.", "involved": (other,), "children": (child,)}
    concern = factories.concern_at(State.WAITING, where=where, **told)
    save(client, name="Zebedee")
    assert client.post("/triage/cover/?state=waiting")["Location"] == "/triage/?state=waiting"
    covered = page_text(client.get("/triage/?state=waiting"))
    covered += page_text(client.get("/triage/hand/", {"concern": str(concern.uid)}))
    covered += page_text(client.get("/triage/views/"))
    for word in ("Zebedee", "Quill", "<span>5K</span>", "Tabitha", "Moss", "By the bins"):
        assert (word, word in covered) == (word, False)
    assert f"Concern {concern.reference}" in covered
    assert "are covered in this browser" in covered
    client.post("/triage/cover/")
    assert "Zebedee Quill" in page_text(client.get("/triage/"))


def test_names_stay_covered_in_this_browser_after_signing_out(client, where, lead):
    factories.concern_at(State.WAITING, where=where, children=(factories.child(where, "Zebedee"),))
    client.post("/triage/cover/")
    client.post("/sign-out/")
    client.post("/sign-in/", {"login": lead.person.email, "password": factories.PASSWORD})
    assert "names_covered" in client.cookies
    assert client.cookies["names_covered"]["httponly"]
    assert "Zebedee" not in page_text(client.get("/triage/"))


def test_following_a_link_covers_nothing(client):
    client.get("/triage/cover/")
    assert "names_covered" not in client.cookies
