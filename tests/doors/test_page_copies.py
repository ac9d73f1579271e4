"""Tests of which copy of a form is newer, and that neither takes the other's place."""

import itertools
import uuid

import pytest
from django.http import QueryDict

from concerns.doors import page_copies
from concerns.doors.page_copies import PageCopy
from concerns.models import Draft
from concerns.models.concern.draft import CONCERN
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TEXTS = ("He had not eaten.", "She was asleep in class.", "Both were late again.")


@pytest.fixture
def draft(writer):
    return Draft(
        uid=uuid.uuid4(), person=writer.person, school=writer.school, page=CONCERN, begun_at=NOW
    )


def write(draft, text, copy=None, **more):
    fields = {"account": [text], **more}
    return page_copies.write_copy(draft, fields, copy or PageCopy(), NOW)


def held(draft) -> list[str]:
    kept = Draft.objects.get(pk=draft.pk)
    return [copy.fields["account"][0] for copy in (kept.own_copy, *kept.other_copies)]


@pytest.mark.parametrize("order", list(itertools.permutations(TEXTS)))
@pytest.mark.parametrize("windows", [("", "", ""), ("a", "b", "c")])
def test_no_text_is_lost_in_whichever_order_pages_save_that_saw_nothing_of_each_other(
    draft, order, windows
):
    for text, window in zip(order, windows, strict=True):
        write(draft, text, PageCopy(window=window, order=1))
    assert held(draft) == list(order)


def test_a_page_that_saw_the_draft_replaces_its_words(draft):
    write(draft, TEXTS[0])
    write(draft, TEXTS[1], PageCopy(version=draft.stamp))
    assert held(draft) == [TEXTS[1]]


def test_a_page_that_saw_the_draft_before_the_last_save_does_not(draft):
    write(draft, TEXTS[0])
    seen = draft.stamp
    write(draft, TEXTS[1], PageCopy(version=seen))
    write(draft, TEXTS[2], PageCopy(version=seen))
    assert held(draft) == [TEXTS[1], TEXTS[2]]


def test_a_window_writes_over_its_own_words_and_not_back(draft):
    write(draft, TEXTS[0], PageCopy(window="a", order=2))
    write(draft, TEXTS[1], PageCopy(window="a", order=1))
    write(draft, TEXTS[2], PageCopy(window="a", order=3))
    assert held(draft) == [TEXTS[2]]


def test_a_window_writes_over_its_own_words_beside_and_not_back(draft):
    write(draft, TEXTS[0], PageCopy(window="a", order=1))
    write(draft, TEXTS[1], PageCopy(window="b", order=2))
    write(draft, "An earlier thought of b.", PageCopy(window="b", order=1))
    assert held(draft) == [TEXTS[0], TEXTS[1]]
    write(draft, TEXTS[2], PageCopy(window="b", order=3))
    assert held(draft) == [TEXTS[0], TEXTS[2]]


def test_the_same_text_sent_twice_is_kept_once(draft):
    write(draft, TEXTS[0])
    for _ in range(2):
        write(draft, TEXTS[1])
    write(draft, TEXTS[0])
    assert held(draft) == [TEXTS[0], TEXTS[1]]


def test_a_text_that_goes_on_from_the_one_held_takes_its_place(draft):
    write(draft, "He had not")
    write(draft, TEXTS[0])
    assert held(draft) == [TEXTS[0]]


def test_a_text_that_breaks_off_earlier_changes_nothing(draft):
    write(draft, TEXTS[0])
    write(draft, "He had not")
    assert held(draft) == [TEXTS[0]]


def test_a_choice_that_begins_like_another_is_another(draft):
    write(draft, TEXTS[0], asked=["not_sure"])
    write(draft, TEXTS[0], asked=["no"])
    assert len(held(draft)) == 2


def test_what_was_typed_to_look_for_a_name_is_no_difference(draft):
    write(draft, TEXTS[0], find=["Ane"])
    write(draft, TEXTS[0], find=["Bru"])
    assert held(draft) == [TEXTS[0]]


def test_a_page_says_what_it_carries_and_what_is_malformed_counts_as_left_out():
    post = QueryDict("draft_version=v&draft_window=w&draft_order=x&draft_seen=s&version=7")
    assert PageCopy.from_post(post) == PageCopy("v", "w", 0, "s", 7)
    assert PageCopy.from_post(QueryDict("version=-1")) == PageCopy()


def test_a_page_that_shows_a_draft_carries_its_version_and_not_what_was_posted(draft):
    write(draft, TEXTS[0])
    post = QueryDict("draft_version=older")
    assert PageCopy.for_page(post, draft).version == draft.stamp
    assert PageCopy.for_page(post, None).version == "older"


def test_what_stands_on_no_page_is_found_before_the_form_is_sent(draft):
    write(draft, TEXTS[0], PageCopy(window="a", order=1))
    write(draft, TEXTS[1], PageCopy(window="b", order=1))
    sent = {"account": [TEXTS[2]]}

    def unseen(copy):
        found = page_copies.find_unseen_copies(draft, sent, copy)
        return [one.fields["account"][0] for one in found]

    assert unseen(PageCopy()) == [TEXTS[0], TEXTS[1]]
    assert unseen(PageCopy(window="a")) == [TEXTS[1]]
    assert unseen(PageCopy(window="b")) == [TEXTS[0]]
    assert unseen(PageCopy(version=draft.stamp, seen=draft.others_digest)) == []


def test_sentences_that_were_not_sent_are_left_over_and_choices_are_not():
    copies = [{"account": [TEXTS[0], TEXTS[1]], "asked": ["no"]}, {"account": [TEXTS[1]]}]
    assert page_copies.sentences_left_over(copies, [TEXTS[0]]) == [TEXTS[1]]


def test_a_draft_keeps_out_whoever_any_of_its_copies_keeps_out(draft, lead):
    write(draft, TEXTS[0])
    write(draft, TEXTS[1], excluded=[str(lead.person.uid)])
    assert draft.would_exclude(lead.person, set())
