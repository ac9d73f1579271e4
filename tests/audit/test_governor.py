"""Tests a governor's figures: what they count, that they never change, that they show nobody."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from concerns.models import (
    CategorySorting,
    Concern,
    Exclusion,
    LedgerLine,
    Person,
    ReferralEvent,
    Relation,
)
from concerns.models.base.kept_out import KEPT_OUT_THROUGH
from concerns.reading.governor_figures import read_governor_figures
from concerns.refer import acts as refer
from concerns.rules.governor_figures import GovernorFigure
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import May, Role
from concerns.rules.suppression import suppress_count
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import adults, factories
from tests.adult.twins import FRESH
from tests.audit.conftest import Year, send, text

PAGES = ("/audit/figures/", "/audit/figures/print/")
# In the autumn term of 2025, and the moment from which its figures are shown.
THEN = datetime(2025, 10, 6, 10, 0, tzinfo=UTC)
SETTLED = datetime(2026, 1, 29, 0, 0, tzinfo=UTC)
AUTUMN = "Autumn term 2025"


@pytest.fixture
def governor(where):
    return factories.viewer(where, Role.GOVERNOR)


def send_some(writer, many: int, *children, **more) -> list[Concern]:
    said = {"now": THEN, **more}
    return [
        factories.send_concern(
            writer, *(children or [factories.child(writer.school)]), **said
        ).concern
        for _ in range(many)
    ]


def received(governor, label: str = AUTUMN) -> int | None:
    found = {one.term.label: one for one in read_governor_figures(governor)}
    return found[label].figures[GovernorFigure.RECEIVED]


def pages(governor) -> list[bytes]:
    """Each page, without the tokens of its forms."""
    return [FRESH.sub(b"", text(governor, address).encode()) for address in PAGES]


def test_five_are_shown_and_four_are_not(where, writer, governor):
    send_some(writer, 4, categories=("neglect",))
    assert received(governor) is None
    assert "About" not in text(governor, PAGES[0]).split("<main")[1]
    send_some(writer, 1, categories=("neglect",))
    assert received(governor) == 5
    by_category = text(governor, PAGES[0]).split('id="categories"')[1]
    row = by_category.split("Neglect")[1].split("</tr>")[0]
    assert (row.count("Fewer than 5"), row.count("About 5")) == (5, 1)


def test_one_more_changes_every_page_by_rounding_alone(where, writer, governor):
    send_some(writer, 6)
    of_six = pages(governor)
    send_some(writer, 1)
    assert pages(governor) == of_six
    send_some(writer, 1)
    assert received(governor) == 10


def test_each_figure_is_as_counted_by_hand(audit_head, monkeypatch):
    where = audit_head.school
    governor = factories.viewer(where, Role.GOVERNOR)
    monkeypatch.setattr("concerns.reading.governor_figures.suppress_count", lambda count: count)
    found = read_governor_figures(governor)
    assert [one.term.label for one in found][-3:] == [
        AUTUMN, "Spring term 2026", "Summer term 2026",
    ]  # fmt: skip
    for one in found:
        term = one.term
        rows = list(
            Concern.objects.filter(school=where, received_at__gte=term.start).filter(
                received_at__lt=term.end
            )
        )
        looked = [
            row.looked_after
            for row in rows
            if row.looked_after is not None and row.first_looked_at <= term.settled
        ]
        events = ReferralEvent.objects.filter(
            referral__concern__in=rows, stage="sent", at__lte=term.settled
        )
        assert one.figures[GovernorFigure.RECEIVED] == len(rows)
        assert one.figures[GovernorFigure.SAME_DAY] == sum(wait <= 360 for wait in looked)
        assert one.figures[GovernorFigure.SOON] == sum(wait <= 120 for wait in looked)
        assert one.figures[GovernorFigure.REFERRED] == len(
            set(events.values_list("referral__concern", flat=True))
        )
        assert one.figures[GovernorFigure.LATE] == sum(was_late(row, term.settled) for row in rows)
        counted = Counter(word for row in rows for word in categories_at(row, term.settled))
        counted.pop("unsorted", None)
        assert one.categories == counted
    assert any(one.figures[GovernorFigure.LATE] for one in found)
    assert any(one.figures[GovernorFigure.REFERRED] for one in found)


def was_late(concern, moment) -> bool:
    steps = concern.steps.exclude(kind__in=["first_look", "first_look_now"])
    return any(step.due_at < min(step.done_at or moment, moment) for step in steps)


def categories_at(concern, moment) -> list[str]:
    sorted_by_then = CategorySorting.objects.filter(concern=concern, at__lte=moment)
    newest = sorted_by_then.order_by("pk").last()
    rows = newest.categories if newest else concern.category_rows
    return list(rows.values_list("category", flat=True))


def answered(governor) -> int | None:
    found = {one.term.label: one for one in read_governor_figures(governor)}
    return found[AUTUMN].figures[GovernorFigure.ANSWERED]


def test_a_referral_counts_as_answered_from_the_answer_on(where, writer, lead, governor):
    for concern in send_some(writer, 5):
        decided = factories.decision_answers(concern, Route.SOCIAL_CARE)
        triage.decide(by=lead, concern=concern, decided=decided, now=THEN)
        referral = concern.referrals.get()
        send(lead, referral, THEN + timedelta(hours=1))
        assert answered(governor) is None
        at = THEN + timedelta(hours=2)
        said = {"answer": "assessment", "words": "They assess.", "spoken_to": "A worker"}
        refer.hear_back(by=lead, referral=referral, happened_at=at, now=at, **said)
    assert answered(governor) == 5


def test_nothing_that_is_done_after_a_term_has_settled_changes_it(audit_head):
    where = audit_head.school
    governor = factories.viewer(where, Role.GOVERNOR)
    before = read_governor_figures(governor)
    assert any(one.figures[GovernorFigure.RECEIVED] for one in before)
    lead = factories.viewer(where, Role.DSL)
    kin = factories.child(where)
    by = {"school": where, "person": governor.person, "by": lead.person, "at": factories.NOW}
    for number, concern in enumerate(Concern.objects.filter(school=where)):
        why = {"concern": concern, "why": "It says so.", "now": factories.NOW}
        triage.sort(by=lead, categories=("eating", "online"), **why)
        if number % 3 == 0:
            Exclusion.objects.create(concern=concern, **by)
        if number % 3 == 1:
            move(lead, concern, kin, factories.NOW)
        if concern.state == State.TAKEN:
            decided = factories.decision_answers(concern, Route.SOCIAL_CARE)
            triage.decide(by=lead, concern=concern, decided=decided, now=factories.NOW)
    for child in Year.children_of(where):
        Relation.objects.record_relation(governor.person, child, at=factories.NOW)
    assert read_governor_figures(governor) == before


def kept_out_by_family(where, governor, child, concerns) -> None:
    Relation.objects.record_relation(governor.person, child, at=THEN)


def kept_out_by_family_of_the_first_import(where, governor, child, concerns) -> None:
    factories.relate_to_child(governor.person, child)


def kept_out_by_name(where, governor, child, concerns) -> None:
    by = {"school": where, "person": governor.person, "by": factories.person(where), "at": THEN}
    for concern in concerns:
        Exclusion.objects.create(concern=concern, **by)


@pytest.mark.parametrize(
    "way", [kept_out_by_family, kept_out_by_family_of_the_first_import, kept_out_by_name]
)
def test_what_a_governor_was_kept_out_of_never_counts_for_them(where, writer, governor, way):
    child = factories.child(where)
    way(where, governor, child, [])
    send_some(writer, 7)
    before = pages(governor)
    way_rows = send_some(writer, 5, child, categories=("neglect",))
    if way is kept_out_by_name:
        way(where, governor, child, way_rows)
    assert pages(governor) == before
    assert received(factories.viewer(where, Role.GOVERNOR)) == suppress_count(12)


def test_a_concern_moved_to_another_child_counts_as_it_stood_when_the_term_settled(
    where, writer, lead, governor
):
    kin = factories.child(where)
    Relation.objects.record_relation(governor.person, kin, at=THEN)
    moved_here, *_ = send_some(writer, 5)
    (moved_away,) = send_some(writer, 1, kin)
    assert received(governor) == 5
    move(lead, moved_here, kin, SETTLED + timedelta(days=1))
    assert received(governor) == 5
    move(lead, moved_away, factories.child(where), SETTLED + timedelta(days=1))
    send_some(writer, 2)
    # Seven of the eight are counted, which is about 5; eight would be about 10.
    assert received(governor) == 5
    (moved_in_time,) = send_some(writer, 1)
    assert received(governor) == 10
    move(lead, moved_in_time, kin, THEN + timedelta(days=1))
    assert received(governor) == 5


def move(lead, concern, to, now) -> None:
    row = concern.children.get()
    triage.refile(by=lead, concern=concern, row=row, to=to, why="A mistake.", now=now)


def test_every_way_of_being_kept_out_is_known_here_too():
    # A further way is a further line in `concerns_hidden_at`.
    assert set(KEPT_OUT_THROUGH) == {"excluded_from", "relations"}


def test_what_a_governor_wrote_does_not_tell_them_that_there_is_no_more(where, writer):
    person = factories.person(where, Role.STAFF, Role.GOVERNOR)
    own = factories.viewer(where, Role.STAFF, Role.GOVERNOR, who=person)
    send_some(own, 4)
    before = pages(own)
    send_some(writer, 4)
    assert pages(own) == before


def test_a_concern_about_an_adult_never_counts(where, writer, governor):
    send_some(writer, 7)
    before = pages(governor)
    head = factories.viewer(where, Role.HEAD)
    for state in State:
        adults.adult_concern_at(state, by=writer, reader=head, whom=factories.person(where))
    assert pages(governor) == before


def test_no_page_shows_a_child_a_reference_or_a_word(audit_head):
    where = audit_head.school
    shown = b" ".join(pages(factories.viewer(where, Role.GOVERNOR))).decode()
    rows = Concern.objects.filter(school=where)
    hidden = {row.reference for row in rows} | {row.account for row in rows}
    hidden |= {child.surname for child in Year.children_of(where)}
    hidden |= {person.name for person in Person.objects.filter(written__in=rows)}
    assert len(hidden) > 30
    assert [words for words in hidden if words in shown] == []


def test_whoever_reads_concerns_about_children_has_no_rounded_figures(where, writer):
    for role in (Role.DSL, Role.YEAR_LEAD, Role.HEAD):
        assert not factories.viewer(where, role, Role.GOVERNOR).has_power(May.FIGURES)
    assert factories.viewer(where, Role.CHAIR, Role.GOVERNOR).has_power(May.FIGURES)
    assert read_governor_figures(writer) == []


def test_who_looked_and_who_printed_is_on_record(where, governor):
    pages(governor)
    lines = LedgerLine.objects.filter(actor=governor.person).order_by("pk")
    assert list(lines.values_list("kind", flat=True)) == [Kind.AUDITED, Kind.EXPORTED]


def test_the_pages_take_as_many_queries_however_much_there_is(
    where, writer, governor, django_assert_num_queries
):
    # The school's calendar is read once.
    read_governor_figures(governor)
    for many in (0, 6):
        send_some(writer, many, categories=("neglect",))
        with django_assert_num_queries(18):
            read_governor_figures(governor)
