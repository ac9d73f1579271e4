"""Tests that words survive an ended session in a draft that is shown to nobody else."""

import time
import uuid

import pytest
from django.core import signing
from django.db.models.signals import pre_save

from concerns.doors import unsent_words
from concerns.doors.page_copies import PageCopy
from concerns.models import Draft
from concerns.models.concern.draft import ADULT, CONCERN
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def post(rf, **fields):
    return rf.post("/", fields)


def test_words_posted_with_a_token_go_to_the_draft_it_names(rf, writer):
    draft = uuid.uuid4()
    unsent_words.keep_posted_words(
        post(rf, keep=unsent_words.sign_form_token(writer, CONCERN, draft), account="quiet")
    )
    assert Draft.objects.get(uid=draft).typed_fields == {"account": ["quiet"]}


def test_words_without_a_token_are_not_kept(rf):
    assert unsent_words.keep_posted_words(post(rf, account="quiet")) is None


def test_a_token_made_by_somebody_else_is_not_believed(rf, writer):
    false = signing.dumps({"person": str(writer.person.uid)}, salt="another")
    assert unsent_words.keep_posted_words(post(rf, keep=false, account="quiet")) is None


def test_a_token_of_somebody_who_left_keeps_nothing(rf, writer):
    writer.person.is_active = False
    writer.person.save(update_fields=["is_active"])
    assert (
        unsent_words.keep_posted_words(
            post(rf, keep=unsent_words.sign_form_token(writer, CONCERN), account="quiet")
        )
        is None
    )


def test_a_token_of_a_school_unknown_keeps_nothing(rf, writer):
    whose = {"person": str(writer.person.uid), "school": str(uuid.uuid4()), "page": CONCERN}
    false = signing.dumps(whose | {"draft": str(uuid.uuid4())}, salt=unsent_words.SALT)
    assert unsent_words.keep_posted_words(post(rf, keep=false, account="quiet")) is None


def test_secrets_and_buttons_are_not_words(rf, writer):
    draft = uuid.uuid4()
    token = unsent_words.sign_form_token(writer, CONCERN, draft)
    unsent_words.keep_posted_words(
        post(rf, keep=token, password="secret", do="send", account="quiet")
    )
    assert list(Draft.objects.get(uid=draft).typed_fields) == ["account"]


def test_kept_words_of_a_concern_come_back_to_its_draft(writer):
    draft = uuid.uuid4()
    assert str(draft) in unsent_words.KeptWords(draft, CONCERN).return_address


def test_kept_words_of_a_page_come_back_to_that_page():
    assert unsent_words.KeptWords(uuid.uuid4(), "/triage/").return_address == "/triage/"


def words(writer, draft, *copy, **fields):
    return unsent_words.save_draft_words(
        writer.person, writer.school, CONCERN, draft, fields, NOW, *copy
    )


def test_a_draft_saved_again_is_one_draft(writer):
    draft = uuid.uuid4()
    first = words(writer, draft, account=["one"])
    words(writer, draft, PageCopy(version=first.version), account=["two"])
    assert Draft.objects.get().typed_fields == {"account": ["two"]}


def test_somebody_else_s_draft_is_left_alone(where, writer):
    draft = uuid.uuid4()
    words(writer, draft, account=["mine"])
    assert words(factories.viewer(where), draft, account=["theirs"]) is None


def test_a_late_save_does_not_bring_a_sent_draft_back(where, writer):
    concern = factories.concern_at(State.WAITING, where=where, by=writer)
    assert words(writer, concern.draft, account=["late"]) is None
    assert not Draft.objects.exists()


def test_a_first_save_that_came_twice_at_once_keeps_the_words(writer):
    draft = uuid.uuid4()

    def begun_by_the_other(sender, instance, **told):
        pre_save.disconnect(begun_by_the_other, sender=Draft)
        words(writer, draft, account=["quiet"])

    pre_save.connect(begun_by_the_other, sender=Draft)
    words(writer, draft, account=["quiet, and pale"])
    assert Draft.objects.get(uid=draft).typed_fields == {"account": ["quiet, and pale"]}


def test_a_childs_draft_that_turns_out_to_be_about_an_adult_stays_the_same_draft(writer):
    draft = uuid.uuid4()
    words(writer, draft, account=["quiet"])
    assert unsent_words.convert_draft(writer, draft, {"account": ["quiet"]}) == draft
    assert Draft.objects.get().page == ADULT


@pytest.mark.parametrize("to", [ADULT, CONCERN])
def test_a_draft_moved_to_the_other_form_from_an_older_page_keeps_what_was_typed_since(writer, to):
    draft = uuid.uuid4()
    page = unsent_words.OTHER[to]
    given = (writer.person, writer.school, page, draft)
    seen = unsent_words.save_draft_words(*given, {"account": ["quiet"]}, NOW).stamp
    newer = {"account": ["quiet, and he flinched"]}
    unsent_words.save_draft_words(*given, newer, NOW, PageCopy(seen))
    older = {"account": ["quiet, and pale"]}
    unsent_words.convert_draft(writer, draft, older, to, PageCopy(seen))
    moved = Draft.objects.get()
    assert (moved.page, moved.typed_fields) == (to, older)
    assert [copy.fields for copy in moved.other_copies] == [newer]


def test_a_draft_moved_to_the_other_form_from_its_newest_page_has_nothing_beside_it(writer):
    draft = uuid.uuid4()
    given = (writer.person, writer.school, CONCERN, draft)
    seen = unsent_words.save_draft_words(*given, {"account": ["quiet"]}, NOW).stamp
    typed = {"account": ["pale"]}
    unsent_words.convert_draft(writer, draft, typed, copy=PageCopy(seen))
    assert Draft.objects.get().other_copies == []


def test_what_was_never_saved_is_turned_as_it_is(writer):
    draft = uuid.uuid4()
    assert unsent_words.convert_draft(writer, draft, {"account": ["quiet"]}) == draft
    assert Draft.objects.get().page == ADULT


def test_somebody_elses_draft_is_not_turned(where, writer):
    draft = uuid.uuid4()
    words(writer, draft, account=["quiet"])
    other = unsent_words.convert_draft(factories.viewer(where), draft, {"account": ["mine"]})
    assert other != draft
    assert Draft.objects.get(uid=draft).page == CONCERN


def test_words_kept_from_a_page_wait_for_their_owner_only(where, writer):
    lead = factories.viewer(where, Role.DSL)
    unsent_words.save_draft_words(
        lead.person, where, "/triage/x/", uuid.uuid4(), {"reason": ["why"]}, NOW
    )
    assert unsent_words.find_kept_words(lead, "/triage/x/").typed_fields == {"reason": ["why"]}
    assert unsent_words.find_kept_words(writer, "/triage/x/") is None


def test_words_that_were_sent_are_forgotten(writer):
    unsent_words.save_draft_words(
        writer.person, writer.school, "/triage/x/", uuid.uuid4(), {"reason": ["why"]}, NOW
    )
    unsent_words.delete_kept_words(writer, "/triage/x/")
    assert unsent_words.find_kept_words(writer, "/triage/x/") is None


@pytest.mark.django_db
def test_what_was_to_be_added_about_an_adult_goes_on_as_a_concern_about_a_child():
    viewer = factories.viewer(factories.school())
    uid = unsent_words.start_child_draft(viewer, "/adult/add/", "He was hurt.", PageCopy())
    kept = Draft.objects.get(uid=uid)
    assert (kept.person, kept.typed_fields) == (viewer.person, {"account": ["He was hurt."]})


# Words are kept for as long as a draft is, and are said to be kept only if they are


def posted_with_token(rf, viewer, page, draft=None, **fields):
    token = unsent_words.sign_form_token(viewer, page, draft)
    return unsent_words.keep_posted_words(post(rf, keep=token, **fields))


@pytest.mark.parametrize("days", [3, 45, 400])
def test_words_in_a_form_left_open_are_kept_however_long_it_stood_there(
    rf, writer, days, monkeypatch
):
    opened = time.time() - days * 24 * 60 * 60
    with monkeypatch.context() as clock:
        clock.setattr(signing.time, "time", lambda: opened)
        token = unsent_words.sign_form_token(writer, CONCERN)
    kept = unsent_words.keep_posted_words(post(rf, keep=token, account="quiet since Friday"))
    assert Draft.objects.get(uid=kept.draft).typed_fields == {"account": ["quiet since Friday"]}


def test_words_posted_again_from_an_older_page_are_kept_beside_and_both_are_there(rf, writer):
    draft = uuid.uuid4()
    words(writer, draft, account=["quiet, and pale"])
    kept = posted_with_token(rf, writer, CONCERN, draft, account="asked for his mother")
    assert kept.beside
    row = Draft.objects.get()
    assert row.typed_fields == {"account": ["quiet, and pale"]}
    assert [copy.sentences for copy in row.other_copies] == [["asked for his mother"]]


def test_words_that_were_all_sent_are_not_said_to_be_kept(where, rf, writer):
    concern = factories.concern_at(State.WAITING, where=where, by=writer)
    kept = posted_with_token(rf, writer, CONCERN, concern.draft, account=concern.account)
    assert kept.sent
    assert kept.return_address == f"/submit/mine/{concern.uid}/"
    assert not Draft.objects.exists()


def test_words_posted_after_sending_wait_to_be_added_to_what_was_sent(where, rf, writer):
    concern = factories.concern_at(State.WAITING, where=where, by=writer)
    kept = posted_with_token(rf, writer, CONCERN, concern.draft, account="And he limped home.")
    assert kept.return_address == f"/submit/mine/{concern.uid}/"
    waiting = unsent_words.find_kept_words(writer, kept.return_address)
    assert waiting.typed_fields == {"words": ["And he limped home."]}


def test_words_about_an_adult_posted_after_sending_wait_to_be_added(where, rf, writer):
    concern = adults.send_adult_concern(writer, factories.person(where))
    kept = posted_with_token(rf, writer, ADULT, concern.draft, account="He shouted twice more.")
    assert kept.return_address == f"/adult/mine/{concern.uid}/"


def test_words_for_somebody_elses_draft_are_kept_in_one_of_ones_own(where, rf, writer):
    draft = uuid.uuid4()
    words(writer, draft, account=["mine"])
    other = factories.viewer(where)
    kept = posted_with_token(rf, other, CONCERN, draft, account="theirs, and longer")
    assert kept.draft != draft
    assert Draft.objects.get(uid=draft).typed_fields == {"account": ["mine"]}
    assert Draft.objects.get(uid=kept.draft).person == other.person


def test_words_for_a_draft_moved_to_the_form_about_an_adult_are_kept_beside_it(rf, writer):
    draft = uuid.uuid4()
    words(writer, draft, account=["quiet"])
    unsent_words.convert_draft(writer, draft, {"account": ["quiet"]})
    kept = posted_with_token(rf, writer, CONCERN, draft, account="He was shouted at.")
    assert (kept.page, kept.beside) == (ADULT, True)
    assert Draft.objects.get().other_copies[0].sentences == ["He was shouted at."]


def test_words_that_a_window_posts_after_it_has_sent_them_are_not_said_to_be_kept(rf, writer):
    copy = PageCopy(window="a")
    unsent_words.delete_kept_words(writer, "/triage/x/", copy)
    late = {"draft_window": "a", "draft_order": 1, "reason": "He was asked."}
    assert posted_with_token(rf, writer, "/triage/x/", **late) is None


def test_two_windows_of_one_page_have_one_draft(writer):
    for said in ("one thing", "another thing"):
        unsent_words.save_draft_words(
            writer.person, writer.school, "/triage/x/", uuid.uuid4(), {"reason": [said]}, NOW
        )
    assert Draft.objects.get().other_copies[0].fields == {"reason": ["another thing"]}


def test_a_false_token_throws_nothing_away(rf, writer):
    request = post(rf, keep="made:up")
    request.viewer = writer
    assert unsent_words.read_page_of_own_words(request) is None


def test_a_concern_begun_is_set_aside_with_a_reason_and_never_thrown_away(rf, writer):
    draft = uuid.uuid4()
    words(writer, draft, account=["quiet"])
    request = post(rf, keep=unsent_words.sign_form_token(writer, CONCERN, draft))
    request.viewer = writer
    assert unsent_words.read_page_of_own_words(request) is None
