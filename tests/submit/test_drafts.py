"""Tests for drafts: saved by the button or by themselves, and private to their writer."""

import re
import uuid

import pytest
from django.db import OperationalError

from concerns.doors import unsent_words
from concerns.models import Concern, Draft
from concerns.submit import acts
from tests import factories
from tests.conftest import SecureClient


def begun(staff, child, **more):
    """A draft that its writer saved with the button."""
    answers = staff.answers(child, account="Half of it & more", **more)
    answer = staff.send(answers | {"do": "later"})
    assert answer.status_code == 302, answer.status_code
    return answers


def test_save_and_finish_later_keeps_every_answer_and_sends_nothing(staff, child):
    answers = begun(staff, child, place="By the gate", how_known="saw", **{"mark-3-place": "ear"})
    assert not Concern.objects.exists()
    page = staff.open(f"/submit/draft/{answers['draft']}/").content.decode()
    assert "Half of it &amp; more" in page
    assert 'value="By the gate"' in page
    assert child.name in page
    assert re.search('value="saw" id="[^"]+" checked', page)
    assert re.search('value="ear" selected', page)
    assert "There is a problem" not in page


def test_a_draft_is_listed_until_it_is_sent(staff, child):
    answers = begun(staff, child)
    link = f"/submit/draft/{answers['draft']}/"
    assert link in staff.open("/submit/").content.decode()
    assert "Half of it" not in staff.open("/submit/").content.decode()
    staff.send(answers)
    assert link not in staff.open("/submit/").content.decode()
    assert not Draft.objects.exists()


def test_a_draft_that_was_sent_shows_its_receipt(staff, child):
    answers = begun(staff, child)
    sent = staff.send(answers)
    answer = staff.client.get(f"/submit/draft/{answers['draft']}/")
    assert answer["Location"] == sent["Location"]


def test_when_a_concern_was_begun_is_kept_with_it(staff, child):
    answers = begun(staff, child)
    begun_at = Draft.objects.get().begun_at
    staff.send(answers)
    assert Concern.objects.get().begun_at == begun_at


def test_autosave_says_when_it_saved(staff, child):
    answers = staff.answers(child, account="As far as I got")
    answer = staff.client.post("/submit/keep/", answers, HTTP_ACCEPT="application/json")
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved"])
    carried = {"draft_version": answer.json()["version"]}
    staff.client.post("/submit/keep/", answers | carried | {"account": "A little further"})
    assert Draft.objects.get().typed_fields["account"] == ["A little further"]


def test_a_draft_holds_answers_and_not_what_the_form_carries(staff, child):
    begun(staff, child)
    assert (
        not {"keep", "csrfmiddlewaretoken", "do", "draft"} & Draft.objects.get().typed_fields.keys()
    )


def test_a_late_autosave_does_not_bring_a_sent_draft_back(staff, child):
    answers = begun(staff, child)
    staff.send(answers)
    assert staff.client.post("/submit/keep/", answers).status_code == 404
    assert not Draft.objects.exists()


def test_nobody_adds_to_or_opens_somebody_elses_draft(staff, child, another):
    answers = begun(staff, child)
    other = another()
    theirs = answers | {"account": "Changed"}
    assert other.client.post("/submit/keep/", theirs).status_code == 404
    assert other.client.get(f"/submit/draft/{answers['draft']}/").status_code == 404
    refused = other.send(theirs | {"do": "later"})
    assert refused.status_code == 422
    assert "Changed" in refused.content.decode()
    assert Draft.objects.get().typed_fields["account"] == ["Half of it & more"]
    assert answers["draft"] not in other.open("/submit/").content.decode()


def test_somebody_elses_draft_and_none_at_all_look_the_same(staff, child, another):
    answers = begun(staff, child)
    other = another().client
    theirs = other.get(f"/submit/draft/{answers['draft']}/")
    none = other.get(f"/submit/draft/{uuid.uuid4()}/")
    blank = re.compile(b'value="[^"]{20,}"')
    assert theirs.status_code == none.status_code == 404
    assert blank.sub(b"", theirs.content) == blank.sub(b"", none.content)


def test_autosave_of_no_draft_is_refused(staff):
    assert staff.client.post("/submit/keep/", {"draft": "x"}).status_code == 400
    assert staff.client.get("/submit/keep/").status_code == 405


def test_a_session_that_ended_before_sending_keeps_the_words(staff, child):
    answers = staff.answers(child, account="A thousand words")
    staff.client.logout()
    answer = staff.send(answers)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=/submit/draft/")
    assert "A thousand words" not in answer.content.decode()
    assert Draft.objects.get().person == staff.person
    signed_in = staff.client.post(
        answer["Location"], {"login": staff.person.email, "password": factories.PASSWORD}
    )
    page = staff.open(signed_in["Location"]).content.decode()
    assert "A thousand words" in page
    assert child.name in page


def test_an_ended_session_changes_nobody_elses_draft(staff, child, another):
    answers = begun(staff, child)
    theirs = another().answers(child, draft=answers["draft"], account="Not mine")
    SecureClient().post("/submit/write/", theirs)
    kept = {draft.person: draft.typed_fields["account"] for draft in Draft.objects.all()}
    assert kept[staff.person] == ["Half of it & more"]


def test_a_false_token_keeps_nothing(staff, child):
    answers = staff.answers(child) | {"keep": "made:up"}
    SecureClient().post("/submit/write/", answers)
    assert not Draft.objects.exists()


def test_a_form_whose_own_token_went_stale_keeps_the_words(staff, child):
    strict = SecureClient(enforce_csrf_checks=True)
    strict.cookies = staff.client.cookies
    answers = staff.answers(child, account="Typed before the page went stale")
    answer = strict.post("/submit/write/", answers)
    assert answer.status_code == 403
    assert "Typed before the page went stale" in answer.content.decode()
    link = f"/submit/draft/{answers['draft']}/"
    assert link in answer.content.decode()
    assert "Typed before the page went stale" in staff.open(link).content.decode()


@pytest.mark.parametrize("pressed", ["send", "later"])
def test_a_database_that_does_not_answer_leaves_the_words_on_the_page(
    staff, child, monkeypatch, pressed
):
    def gone(**given):
        raise OperationalError("database is locked")

    monkeypatch.setattr(acts, "submit", gone)
    monkeypatch.setattr(unsent_words, "save_draft_words", lambda *given: gone())
    answers = staff.answers(child, account="Still here") | {"do": pressed}
    answer = staff.send(answers)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Still here" in page
    assert "not been saved yet" in page
    assert answers["draft"] in page
    assert child.name in page


def test_words_kept_from_another_page_are_listed_too(staff, child):
    concern = factories.send_concern(staff.viewer, child).concern
    here = f"/submit/mine/{concern.uid}/"
    unsent_words.save_draft_words(
        staff.person, staff.where, here, uuid.uuid4(), {"words": ["More"]}, factories.NOW
    )
    assert f'href="{here}">Go on with what you started' in staff.open("/submit/").content.decode()


def test_saving_for_later_from_an_older_page_opens_the_draft_where_both_texts_are(staff, child):
    answers = begun(staff, child)
    older = answers | {"account": "Quite another account", "do": "later"}
    answer = staff.send(older)
    assert answer["Location"].startswith(f"/submit/draft/{answers['draft']}/")
    page = staff.open(answer["Location"]).content.decode()
    assert "Half of it &amp; more" in page
    assert "Quite another account" in page


@pytest.mark.parametrize(("field", "said"), [("keep", "yes"), ("nothing", None)])
def test_the_script_is_told_that_words_are_saved_only_if_they_are(staff, child, field, said):
    answers = staff.answers(child, account="A thousand words")
    answers[field] = answers.pop("keep")
    answer = SecureClient().post("/submit/write/", answers, headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.get("Words-Kept") == said
