"""Tests for the audit's pages: the head's alone, on record, with nothing that is not theirs."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.http import Http404

from concerns.models import Exclusion, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.audit.conftest import look, text

PAGES = ("/audit/", "/audit/rows/?year=all", "/audit/csv/?year=all", "/audit/print/")
OTHERS = tuple(role for role in Role if role is not Role.HEAD)


def lines_of(kind: Kind):
    return LedgerLine.objects.filter(kind=kind).order_by("id")


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_the_head_opens_any_page_of_it(client, where, role):
    concern = factories.concern_at(State.TAKEN, where=where)
    factories.sign_in(client, factories.person(where, role))
    for page in (*PAGES, f"/audit/concern/{concern.uid}/", f"/audit/print/{concern.uid}/"):
        assert client.get(page).status_code == 403, page
    assert lines_of(Kind.REFUSED).count() == 6


def test_the_head_opens_every_page_of_it(client, where, head):
    concern = factories.concern_at(State.CLOSED, where=where)
    factories.sign_in(client, head.person)
    for page in (*PAGES, f"/audit/concern/{concern.uid}/", f"/audit/print/{concern.uid}/"):
        assert client.get(page).status_code == 200, page


def test_a_relative_sees_every_page_as_if_it_had_not_been_written(where, head, lead):
    child = factories.child(where)
    factories.relate_to_child(head.person, child)
    leaves_every_page_as_it_was(head, lead, children=(child,))


def test_who_is_named_in_it_sees_every_page_as_if_it_had_not_been_written(where, head, lead):
    leaves_every_page_as_it_was(head, lead, named=head.person)


def leaves_every_page_as_it_was(head, lead, named=None, **more):
    """Checks that no page shows concerns in every state that are older than all others."""
    for state in State:
        at = head.now - timedelta(days=3)
        factories.concern_at(state, where=head.school, lead=lead, now=at)
    pages = [*PAGES, "/audit/?year=all", "/audit/rows/?year=all&which=open"]
    before = [whole(head, page) for page in pages]
    for number, state in enumerate(State):
        at = datetime(2024, 11, 5 + number, 10, tzinfo=UTC)
        hidden = factories.concern_at(
            state, where=head.school, lead=lead, now=at, categories=["fgm"], **more
        )
        if named:
            Exclusion.objects.create(
                school=head.school, concern=hidden, person=named, by=lead.person, at=at
            )
    assert [whole(head, page) for page in pages] == before
    for page in (f"/audit/concern/{hidden.uid}/", f"/audit/print/{hidden.uid}/"):
        with pytest.raises(Http404):
            look(head, page)


def whole(viewer, page: str) -> bytes:
    """Every byte of the page but the form's token, which changes with every request."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", b"".join(look(viewer, page)))


def test_another_schools_concern_is_the_same_not_found_as_none(client, where, head):
    elsewhere = factories.concern_at(State.WAITING, where=factories.school())
    factories.sign_in(client, head.person)
    theirs = client.get(f"/audit/concern/{elsewhere.uid}/")
    nobodys = client.get("/audit/concern/00000000-0000-4000-8000-000000000000/")
    assert theirs.status_code == nobodys.status_code == 404
    token = re.compile(rb'value="\w{64}"')
    assert token.sub(b"", theirs.content) == token.sub(b"", nobodys.content)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("/audit/", Kind.AUDITED),
        ("/audit/rows/?year=all", Kind.LISTED),
        ("/audit/csv/?year=all", Kind.EXPORTED),
        ("/audit/print/", Kind.EXPORTED),
    ],
)
def test_each_page_is_on_record_before_its_first_byte(head, page, kind):
    look(head, page)
    assert lines_of(kind).get().actor == head.person


def test_a_list_names_on_record_just_the_concerns_it_showed(head, where):
    shown = factories.concern_at(State.TAKEN, where=where)
    other = factories.concern_at(State.WAITING, where=where)
    look(head, "/audit/rows/?year=all&which=decided")
    look(head, "/audit/rows/?year=all&which=waiting")
    bodies = [line.body for line in lines_of(Kind.LISTED)]
    assert [str(shown.uid) in body for body in bodies] == [False, False]
    assert [str(other.uid) in body for body in bodies] == [False, True]


def test_figures_that_make_no_sense_are_answered_with_the_usual_ones(head):
    for asked in ("quiet=0", "quiet=61", "quiet=ten", "year=1999", "year=%00"):
        page = look(head, f"/audit/?{asked}")
        assert page.status_code == 422, asked
        assert b"School year 2026 to 2027" in page.content


@pytest.mark.parametrize(
    "asked",
    [
        "", "year=1999", "year=all&which=everything", "year=all&month=2026-13", "year=all&quiet=0",
        "year=all&category=nonsense", "year=all&route=x", "year=all&age=old", "year=all&after=1",
        "year=all&after=00000000-0000-4000-8000-000000000000", "year=all&looked=%00",
    ],
)  # fmt: skip
def test_a_link_nobody_gave_is_no_page(head, asked):
    for page in ("rows", "csv"):
        with pytest.raises(Http404):
            look(head, f"/audit/{page}/?{asked}")


def test_an_empty_year_says_what_that_may_mean(head):
    assert "people are not writing things down" in text(head, "/audit/")


@pytest.mark.parametrize(
    ("many", "words"),
    [
        (0, "No concern has had its first look yet. 1 still waiting."),
        (
            1,
            "Too few for a median: the only one was looked at after 15 minutes. "
            "None is still waiting.",
        ),
        (2, "Too few for a median: the two were looked at after 15 minutes and 15 minutes."),
        (3, "<strong>Half were looked at within 15 minutes</strong> (the median)"),
    ],
)
def test_a_percentile_of_few_is_said_in_words(head, where, many, words):
    for state in [State.TAKEN] * many or [State.WAITING]:
        factories.concern_at(state, where=where, now=head.now - timedelta(hours=1))
    assert words in " ".join(text(head, "/audit/").split())


def test_the_page_says_what_nothing_heard_means(head, where):
    page = text(head, "/audit/?quiet=1")
    assert "nothing heard for 1 school day" in page
    assert "since before 2 November 2026" in page


def test_a_figure_on_the_page_leads_to_as_many_rows(head, where):
    for state in [*State, State.CLOSED]:
        factories.concern_at(state, where=where, now=head.now - timedelta(days=1))
    page = text(head, "/audit/")
    assert '<a class="govuk-link" href="/audit/rows/?year=2026&amp;quiet=10">5</a>' in page
    assert text(head, "/audit/rows/?year=2026&quiet=10").count("/audit/concern/") == 5


def test_a_print_says_which_school_when_and_by_whom(head):
    page = text(head, "/audit/print/")
    words = "<strong>Larch Hill School</strong>. Printed 3 November 2026, 10:00 by Hal, Headteacher"
    assert words in page


def test_rows_are_paged_by_key_and_none_is_missed_or_shown_twice(head, where, writer):
    child = factories.child(where)
    # Some at the very same moment, across the edge of a page.
    for number in range(53):
        at = head.now - timedelta(minutes=number // 3)
        factories.send_concern(writer, child, now=at)
    page = "/audit/rows/?year=all&quiet=10"
    seen = []
    for _ in range(3):
        shown = text(head, page)
        seen.append(references(shown))
        if "More of these" not in shown:
            break
        page = "/audit/rows/?" + shown.split("More of these")[0].rsplit('href="?', 1)[1][:-2]
        page = page.replace("&amp;", "&")
    assert [len(some) for some in seen] == [50, 3]
    assert len(set(itertools.chain(*seen))) == 53
    assert "53 concerns" in shown


def test_a_trail_leads_back_to_the_rows_it_was_reached_from_and_to_the_concern(head, where):
    concern = factories.concern_at(State.WAITING, where=where)
    rows = text(head, "/audit/rows/?year=2026&quiet=10&which=open")
    way = re.search(r'href="(/audit/concern/[^"]+)"', rows)[1].replace("&amp;", "&")
    trail = text(head, way)
    back = re.search(r'class="govuk-back-link" href="([^"]+)"', trail)[1].replace("&amp;", "&")
    assert back == "/audit/rows/?year=2026&quiet=10&which=open"
    assert f'href="/triage/{concern.uid}/">Open the concern' in trail
    printed = text(head, way.replace("/concern/", "/print/"))
    assert f'href="{way.replace("&", "&amp;")}">The trail' in printed


def test_a_trail_reached_by_itself_or_by_nonsense_leads_back_to_the_audit(head, where):
    concern = factories.concern_at(State.WAITING, where=where)
    for query in ("", "?year=never"):
        trail = text(head, f"/audit/concern/{concern.uid}/{query}")
        assert 'class="govuk-back-link" href="/audit/"' in trail


def references(page: str) -> list[str]:
    return [part.split("/")[0] for part in page.split("/audit/concern/")[1:]]
