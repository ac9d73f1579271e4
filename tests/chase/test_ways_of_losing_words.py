"""Tests for those of the twenty-five ways of going quiet by which something written is lost.

They have the numbers they have in `test_ways_of_going_quiet.py`.
"""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.core import signing
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.urls import get_resolver, reverse

from concerns.adult import views as adult_pages
from concerns.chase import acts as chase
from concerns.chase import queries as chase_queries
from concerns.chase import views as chase_pages
from concerns.doors import unsent_words
from concerns.doors.act import ActRefused
from concerns.models import (
    Addition,
    AdultConcern,
    AdultEntry,
    Concern,
    Decision,
    Draft,
    Handing,
    Notice,
    Step,
    WordBack,
)
from concerns.models.base import append_only
from concerns.models.concern.draft import CONCERN
from concerns.models.outbox.notice import NoticeEnding
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.message_rules import MessageReason
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.submit import views as submit_pages
from concerns.triage import queries as triage_queries
from concerns.triage import views as triage_pages
from tests import adults, factories, homes
from tests.chase.quiet import DAY, HOUR, Quiet, find_lost_rows, read_all_keys
from tests.conftest import SecureClient
from tests.deciding import UNTIL
from tests.desk import day_fields
from tests.doors import world
from tests.form_on_page import forms_on_page

pytestmark = pytest.mark.django_db
LEADS = (Role.DSL, Role.DEPUTY, Role.HEAD)


@pytest.fixture
def quiet():
    return Quiet()


def test_14_nothing_unread_is_ever_deleted(quiet, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"
    writer = quiet.people[Role.STAFF]
    concern = quiet.write(going_home="yes")
    quiet.does(chase.tell_reporter, concern=concern, words="Thank you.")
    about_adult = adults.send_adult_concern(quiet.viewer(Role.STAFF), now=quiet.now)
    here = reverse("submit_mine", args=[concern.uid])
    begun = uuid.uuid4()
    for page, uid, box in ((CONCERN, begun, "account"), (here, uuid.uuid4(), "words")):
        typed = {box: ["He was hungry again."]}
        unsent_words.save_draft_words(writer, quiet.school, page, uid, typed, quiet.now)
    quiet.pass_by(DAY, every=6 * HOUR)
    before = read_all_keys()
    quiet.pass_by(400 * DAY, every=40 * DAY)
    # Both drafts are still offered to their writer, and the leads know of the concern begun.
    offered = quiet.shows(submit_pages.home, Role.STAFF)
    assert str(begun) in offered
    assert here in offered
    for view, uid in ((submit_pages.draft, begun), (submit_pages.mine, concern.uid)):
        assert "He was hungry again." in quiet.shows(view, Role.STAFF, uid=uid)
    known, _ = chase_queries.list_unsent_drafts(quiet.viewer(Role.DSL))
    assert [draft.uid for draft in known] == [begun]
    queue = triage_queries.read_queue_page(quiet.viewer(Role.DSL), {})
    assert [row.reference for row in queue.rows] == [concern.reference]
    assert concern in [row.concern for row in quiet.moves()]
    assert find_lost_rows(before) == {}
    concern.refresh_from_db()
    assert concern.state == State.WAITING
    # Whoever has it still hears of it, and what waited for the mail server goes out.
    settings.EMAIL_BACKEND = working
    made = Notice.objects.filter(made_at__gt=quiet.now)
    quiet.pass_by(3 * DAY, every=12 * HOUR)
    assert made.filter(step__concern=concern).exists()
    assert made.filter(adult_step__concern=about_adult).exists()
    assert all(quiet.has_heard_late(role, concern.reference) for role in LEADS)
    assert Notice.objects.get(why=MessageReason.WORD_BACK).ended == NoticeEnding.SENT


def test_15_thirty_staff_behind_one_address_are_all_kept(client, quiet):
    for _ in range(30):
        person = factories.person(quiet.school)
        # Each mistypes the password first.
        client.post("/sign-in/", {"login": person.email, "password": "a long pasword for tests"})
        factories.sign_in(client, person)
        form = {"account": "Thin.", "going_home": "no", "do": "send", "described": "a boy"}
        answer = client.post("/submit/write/", {"draft": str(uuid.uuid4()), **form})
        assert answer.status_code == 302
        client.logout()
    assert Step.objects.open().filter(kind=StepKind.FIRST_LOOK).count() == 30


def list_addresses(rows, before: str = ""):
    """Every address of the site and its name."""
    for row in rows:
        whole = f"{before}{row.pattern}"
        if hasattr(row, "url_patterns"):
            yield from list_addresses(row.url_patterns, whole)
        else:
            yield f"{whole} {row.name}"


def test_20_no_address_of_the_site_is_for_deleting():
    addresses = list(list_addresses(get_resolver().url_patterns))
    assert len(addresses) > 100
    forbidden = re.compile("delete|remove|destroy|erase|purge|wipe|admin/")
    assert [way for way in addresses if forbidden.search(way)] == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.OFFICE, Role.CHAIR])
def test_20_nobody_who_does_not_read_it_can_close_or_hide_a_concern(client, quiet, role):
    concern = quiet.write()
    factories.sign_in(client, factories.person(quiet.school, role))
    for address in ("", "close/", "exclude/", "refile/"):
        answer = client.post(f"/triage/{concern.uid}/{address}", {"why": "No."})
        assert answer.status_code == 403
    concern.refresh_from_db()
    assert concern.state == State.WAITING


# Rows that may go: they stand for something else, are worked out again, or end with what they were
# for. All others are kept for ever.
MAY_GO = {
    "Draft", "DraftFile", "NameKey", "WordKey", "EarlierLineWord", "Term", "Closure", "RollFile",
    "StaffFile", "HistoryUpload", "PackageUpload", "EscalationProgress", "IntegrityFault",
    "Authority",
}  # fmt: skip


def test_20_no_row_can_be_deleted_even_by_hand(quiet):
    adults.make_whole_adult_case(quiet.school)
    concern = factories.make_whole_case(quiet.school)
    lead = quiet.viewer(Role.DSL)
    homes.write_whole_file(lead, concern.children.not_misfiled().get().child)
    quiet.pass_by(DAY, every=6 * HOUR)
    filled = {name for name, keys in read_all_keys().items() if keys}
    assert {name for name in filled if is_deleted_by_hand(name)} - MAY_GO == set()


def test_20_every_table_that_is_not_named_here_is_kept_for_ever():
    models = {
        model.__name__ for model in Concern._meta.apps.get_app_config("concerns").get_models()
    }
    assert models - set(append_only.FROZEN) - set(append_only.KEPT) == MAY_GO


def is_deleted_by_hand(name: str) -> bool:
    table = Concern._meta.apps.get_model("concerns", name)._meta.db_table
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
            transaction.set_rollback(True)
    except DatabaseError as refusal:
        # Another row that points to it would refuse too. Only the record's own refusal counts, and
        # on PostgreSQL that the web's role has no right to.
        return not re.search("the record does not change|permission denied", str(refusal))
    return True


def test_20_whatever_is_pressed_no_row_goes():
    place = world.made()
    everything = factories.person(place.school, *LEADS, Role.OFFICE)
    viewer = factories.viewer(place.school, who=place.writer)
    token = unsent_words.sign_form_token(viewer, CONCERN, place.uids["submit_draft"])
    said = {"why": "No.", "words": "No.", "keep": token}
    before = read_all_keys()
    for person in (place.writer, everything):
        client = factories.sign_in(SecureClient(), person)
        for name in world.routes():
            client.post(place.address(name), said)
    assert find_lost_rows(before) == {}


def test_21_pressing_twice_makes_one(quiet):
    said = {"account": "Thin.", "going_home": "no", "described": "a boy", "do": "send"}
    form = {"draft": str(uuid.uuid4()), **said}
    first = quiet.posts(submit_pages.write, form)
    quiet.stands_still(HOUR)
    second = quiet.posts(submit_pages.write, form)
    assert (first.status_code, second.headers["Location"]) == (302, first.headers["Location"])
    concern = Concern.objects.get()
    assert concern.steps.open().get().opened_at == quiet.now - HOUR
    assert Notice.objects.filter(step__concern=concern).count() == 1
    # With more words in it, they wait to be added.
    third = quiet.posts(submit_pages.write, {**form, "account": "Thin. He limped home."})
    assert third.headers["Location"] == reverse("submit_mine", args=[concern.uid])
    assert Concern.objects.get().account == "Thin."
    assert "He limped home." in quiet.shows(submit_pages.mine, Role.STAFF, uid=concern.uid)


def test_21_pressing_twice_makes_one_about_an_adult(quiet):
    form = {"draft": str(uuid.uuid4()), "account": "He shouted.", "described": "The caretaker"}
    answers = [quiet.posts(adult_pages.write, {**form, "do": "send"}) for _ in range(2)]
    assert answers[0].status_code == 302
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert AdultConcern.objects.get().steps.count() == 1


def test_21_what_its_writer_adds_is_added_once(quiet):
    concern = quiet.write()
    about_adult = adults.send_adult_concern(quiet.viewer(Role.STAFF), now=quiet.now)
    for view, uid, about in (
        (submit_pages.add, concern.uid, "child"),
        (adult_pages.add, about_adult.uid, "adult"),
    ):
        form = {"about": about, "words": "And again today.", "once": str(uuid.uuid4())}
        assert {quiet.posts(view, form, uid=uid).status_code for _ in range(2)} == {302}
    for _ in range(2):
        quiet.posts(submit_pages.worried, {"worry": "Still thin."}, uid=concern.uid)
    assert Addition.objects.count() == 2
    assert AdultEntry.objects.filter(concern=about_adult, what="added").count() == 1
    assert concern.steps.open().filter(kind=StepKind.STILL_WORRIED).count() == 1


def test_21_whom_they_told_of_a_danger_is_recorded_once(quiet):
    concern = quiet.write(danger=True)
    told = {"concern": concern, "whom": "Lena Lead, in her room"}
    quiet.does(submit.told, Role.STAFF, **told)
    with pytest.raises(ActRefused):
        quiet.does(submit.told, Role.STAFF, **told)
    assert Addition.objects.filter(concern=concern).count() == 1


LIGHT = {"weight": "light", "reason": "A small thing.", **day_fields("light_until", UNTIL)}


@pytest.mark.parametrize(
    ("view", "form", "model"),
    [
        (triage_pages.note, {"about": "child", "words": "Rang the nurse."}, Addition),
        (triage_pages.hand, {"note": "Yours."}, Handing),
        (triage_pages.decide, LIGHT, Decision),
        (chase_pages.tell, {"words": "Thank you."}, WordBack),
    ],
)
def test_21_what_a_lead_presses_twice_is_done_once(quiet, view, form, model):
    concern = factories.concern_at(State.TAKEN, where=quiet.school, lead=quiet.viewer(Role.DSL))
    quiet.stands_still(HOUR)
    form = {"version": concern.version, "to": quiet.people[Role.DEPUTY].uid, **form}
    answers = [quiet.posts(view, form, Role.DSL, uid=concern.uid) for _ in range(2)]
    # Then it says who did it, or that the colleague has it already.
    assert [answer.status_code for answer in answers] in ([302, 409], [302, 422])
    assert model.objects.filter(concern=concern).count() == 1


WEEKEND = 3 * 24 * 60 * 60
PAGES = {
    "write": Role.STAFF, "adult_write": Role.STAFF, "mine": Role.STAFF, "adult_mine": Role.STAFF,
    "decide": Role.DSL, "note": Role.DSL, "tell": Role.DSL,
}  # fmt: skip


def address_of_page(quiet, place: str) -> str:
    """Where a form stands in which somebody may write more than a line."""
    if place == "adult_mine":
        return reverse(place, args=[adults.send_adult_concern(quiet.viewer(Role.STAFF)).uid])
    if place in {"write", "adult_write"}:
        return {"write": "/submit/write/", "adult_write": "/adult/write/"}[place]
    name = {"mine": "submit_mine", "decide": "triage_decide", "note": "triage_note"}
    return reverse(name.get(place, "chase_tell"), args=[quiet.write().uid])


def open_form(client, address: str):
    """The first form on the page with a box for words, and a sentence typed into each box."""
    form = next(one for one in forms_on_page(client.get(address)) if one.boxes)
    return form, {box: f"What was typed in {box}." for box in form.boxes}


@pytest.mark.parametrize(("place", "role"), PAGES.items())
def test_22_what_was_typed_when_the_session_ended_is_there_after_signing_in(
    client, quiet, monkeypatch, place, role
):
    person = quiet.people[role]
    address = address_of_page(quiet, place)
    factories.sign_in(client, person)
    with monkeypatch.context() as friday:
        opened = signing.time.time() - WEEKEND
        friday.setattr(signing.time, "time", lambda: opened)
        form, typed = open_form(client, address)
    client.logout()
    answer = client.post(form.action or address, form.fields(**typed))
    assert (answer.status_code, Draft.objects.count()) == (302, 1)
    # They sign in again when the holidays are over.
    Draft.objects.update(saved_at=F("saved_at") - timedelta(days=45))
    signed_in = {"login": person.email, "password": factories.PASSWORD}
    answer = client.post(answer.headers["Location"], signed_in)
    assert answer.status_code == 302
    there = unescape(client.get(answer.headers["Location"]).content.decode())
    assert [words for words in typed.values() if words not in there] == []


def test_22_what_was_typed_on_a_page_that_went_stale_is_kept_too(client, quiet):
    factories.sign_in(client, quiet.people[Role.STAFF])
    form, typed = open_form(client, "/submit/write/")
    # As by a browser whose cookie has run out: the test's client does not look otherwise.
    client.handler.enforce_csrf_checks = True
    answer = client.post("/submit/write/", form.fields(**typed))
    assert answer.status_code == 403
    kept = Draft.objects.get()
    assert str(kept.uid) in answer.content.decode()
    assert {name: words for name, (words,) in kept.typed_fields.items() if words} == typed


def test_25_a_draft_nobody_sent_is_somebodys(quiet):
    teacher = quiet.people[Role.STAFF]
    unsent_words.save_draft_words(
        teacher, quiet.school, CONCERN, uuid.uuid4(), {"account": ["He was"]}, quiet.now
    )
    quiet.pass_by(HOUR)
    assert len(quiet.heard_by(Role.STAFF)) == 1
    quiet.pass_by(2 * DAY, every=HOUR)
    words = quiet.heard_by(Role.DSL)
    assert len([each for each in words if "not sent it" in each]) == 1
    assert "He was" not in str(words)
