"""Tests for concerns begun and not sent: the writer is reminded, in the end the leads are told."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.http import Http404

from concerns.chase import acts as chase
from concerns.chase import queries
from concerns.doors import unsent_words
from concerns.models import Draft, LedgerLine, StaffChangeRequest
from concerns.models.concern.draft import CONCERN
from concerns.people import acts as people
from concerns.rules.kinds import Kind
from concerns.rules.roles import May, Role
from concerns.rules.staff_approval import StaffRequestMatter
from concerns.submit import acts as submit
from tests import factories

pytestmark = pytest.mark.django_db
# Five past three on Tuesday, and the Wednesday after.
BEGUN = datetime(2026, 11, 3, 15, 5, tzinfo=UTC)
EARLY = datetime(2026, 11, 4, 8, 44, tzinfo=UTC)
MORNING = datetime(2026, 11, 4, 8, 45, tzinfo=UTC)


@pytest.fixture
def writer(where):
    return factories.viewer(where, now=BEGUN)


def lead(where, now=MORNING):
    return factories.viewer(where, Role.DSL, now=now)


def begun(writer, page=CONCERN, at=BEGUN, **picked) -> Draft:
    words = {"account": ["Thin"]} | {name: [str(row.uid)] for name, row in picked.items()}
    return unsent_words.save_draft_words(
        writer.person, writer.school, page, uuid.uuid4(), words, at
    )


def reminded_since(writer, now):
    """Since when `writer` is reminded: a lead on the queue, others on their own page."""
    return Draft.objects.unsent_summary(replace(writer, now=now)).own_since


def known(viewer) -> list[Draft]:
    rows = list(Draft.objects.known_to_leads(viewer).without_sent_concerns())
    if viewer.has_power(May.READ):
        assert Draft.objects.unsent_summary(viewer).known == len(rows)
    return rows


def test_a_writer_is_reminded_since_when_it_has_not_been_sent(writer):
    begun(writer)
    assert reminded_since(writer, MORNING) == BEGUN


def test_a_concern_that_was_sent_reminds_nobody(writer):
    draft = begun(writer)
    account = factories.concern_account(factories.child(writer.school))
    submit.submit(by=writer, draft=draft.uid, account=account, now=BEGUN)
    assert reminded_since(writer, MORNING) is None


def test_what_a_late_save_left_of_a_sent_concern_reminds_nobody(where, writer):
    concern = factories.send_concern(writer, factories.child(where)).concern
    Draft.objects.create(
        uid=concern.draft, school=where, person=writer.person, begun_at=BEGUN, saved_at=BEGUN
    )
    assert reminded_since(writer, MORNING) is None
    assert known(lead(where)) == []


def test_the_words_of_another_form_are_no_concern_begun(where, writer):
    begun(writer, page="/triage/x/")
    assert reminded_since(writer, MORNING) is None
    assert known(lead(where)) == []


def test_a_lead_hears_of_it_on_the_next_morning_when_school_opens(where, writer):
    draft = begun(writer)
    assert known(lead(where, BEGUN + timedelta(hours=4))) == []
    assert known(lead(where, EARLY)) == []
    assert known(lead(where, MORNING)) == [draft]


def test_a_lead_is_told_nothing_of_another_schools(writer):
    begun(writer)
    assert known(lead(factories.school())) == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.OFFICE, Role.CHAIR])
def test_nobody_but_the_leads_hears_of_it(where, writer, role):
    begun(writer)
    assert known(factories.viewer(where, role, now=MORNING)) == []


def test_a_lead_is_never_given_the_words(where, writer):
    begun(writer)
    assert "words" in known(lead(where))[0].get_deferred_fields()


def test_its_writer_says_that_it_need_not_be_sent(where, writer):
    draft = begun(writer)
    chase.set_aside(by=writer, draft=draft, why="It was a costume.", now=BEGUN)
    assert reminded_since(writer, MORNING) is None
    assert known(lead(where)) == []
    line = LedgerLine.objects.get(kind=Kind.SET_ASIDE)
    assert line.about == str(draft.uid)
    assert "costume" not in line.body


def test_a_lead_who_has_asked_says_so(where, writer):
    draft = begun(writer)
    chase.set_aside(by=lead(where), draft=draft, why="She says it was a costume.", now=MORNING)
    assert known(lead(where)) == []


def test_a_lead_cannot_set_aside_what_is_not_known_to_them_yet(where, writer):
    draft = begun(writer)
    with pytest.raises(Http404):
        chase.set_aside(by=lead(where, EARLY), draft=draft, why="x", now=EARLY)


def test_nobody_else_sets_it_aside(where, writer):
    draft = begun(writer)
    other = factories.viewer(where, now=MORNING)
    with pytest.raises(Http404):
        chase.set_aside(by=other, draft=draft, why="x", now=MORNING)


def nothing_of(draft, viewer) -> bool:
    """Checks that `viewer` is told nothing of it: no list, no number, no page, no setting aside."""
    with pytest.raises(Http404):
        queries.get_unsent_draft(viewer, draft.uid)
    with pytest.raises(Http404):
        chase.set_aside(by=viewer, draft=draft, why="x", now=viewer.now)
    return known(viewer) == []


def test_whom_its_writer_keeps_out_of_it_hears_nothing_of_it(where, writer):
    shut = lead(where)
    other = lead(where)
    draft = begun(writer, excluded=shut.person)
    assert nothing_of(draft, shut)
    assert known(other) == [draft]


@pytest.mark.parametrize("part", ["child", "involved"])
def test_family_of_a_child_picked_in_it_hears_nothing_of_it(where, writer, part):
    child = factories.child(where)
    family = lead(where)
    factories.relate_to_child(family.person, child)
    draft = begun(writer, **{part: child})
    assert nothing_of(draft, family)
    assert known(lead(where)) == [draft]


def test_who_is_no_longer_family_hears_of_it(where, writer):
    child = factories.child(where)
    family = lead(where)
    factories.relate_to_child(family.person, child)
    what = StaffChangeRequest(
        matter=StaffRequestMatter.UNRELATED, person=family.person, child=child
    )
    people.change(by=factories.viewer(where, Role.HEAD), what=what, now=BEGUN)
    draft = begun(writer, child=child)
    assert known(family) == [draft]


def test_what_a_lead_began_about_their_own_family_is_theirs_to_find(where):
    child = factories.child(where)
    family = lead(where)
    factories.relate_to_child(family.person, child)
    draft = begun(family, child=child)
    assert known(family) == [draft]


def test_words_that_cannot_be_opened_stop_no_queue_and_tell_nobody(where, writer, settings):
    begun(writer)
    settings.RECORD_KEYS = {9: bytes(32)}
    assert known(lead(where)) == []


def test_a_draft_gone_on_with_is_unsent_again(where, writer):
    draft = begun(writer)
    chase.set_aside(by=writer, draft=draft, why="It was a costume.", now=BEGUN)
    unsent_words.save_draft_words(
        writer.person, where, CONCERN, draft.uid, {"account": ["It was not"]}, BEGUN
    )
    assert known(lead(where)) == [draft]
