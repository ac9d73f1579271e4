"""Tests of the draft of one form: it comes back, it ends, and no older page overwrites it."""

import re
from html import unescape

import pytest

from concerns.models import Concern, Decision, Draft
from concerns.rules.lifecycle import State
from concerns.rules.roles import May, Role
from concerns.triage import acts as triage
from tests import adults, factories
from tests.desk import FULL, Desk, page_text
from tests.form_on_page import forms_on_page
from tests.posts import post_without

pytestmark = pytest.mark.django_db
SAVE = "/submit/words/"
THROW_AWAY = "/submit/words/end/"
MINE = "Her mother was asked twice."
OTHER = "The school nurse looked at it."


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def here(desk):
    return f"/triage/{desk.concern().uid}/decide/"


def form_at(desk, address):
    answer = desk.open(address)
    return next(form for form in forms_on_page(answer) if form.action == address)


def save(desk, form, window="", order=0, **typed):
    carried = {"draft_window": window, "draft_order": order} if window else {}
    return desk.client.post(SAVE, form.fields(**carried, **typed))


def texts(address):
    """What the draft of the page holds: its own reason, and those kept beside it."""
    draft = Draft.objects.get(page=address)
    others = [copy.fields["reason"][0] for copy in draft.other_copies]
    return draft.typed_fields["reason"][0], *others


def test_a_save_that_does_not_name_its_draft_is_refused(desk):
    assert desk.client.post(SAVE, {"reason": MINE}).status_code == 400


def test_a_reason_typed_before_following_a_link_is_there_on_coming_back(desk, here):
    save(desk, form_at(desk, here), reason=MINE, routes="school_support")
    back = desk.open(here)
    assert form_at(desk, here).boxes["reason"] == MINE
    assert "What you typed is saved, but not sent yet." in page_text(back)
    assert "Throw it away" in page_text(back)


def test_whoever_has_a_post_saves_a_draft_and_throws_it_away(desk, here):
    with post_without(Role.DSL, May.SUBMIT):
        assert save(desk, form_at(desk, here), reason=MINE).status_code == 200
        form = form_at(desk, here)
        assert form.boxes["reason"] == MINE
        gone = desk.client.post(THROW_AWAY, form.carried)
        assert gone.headers["Location"] == here
        assert MINE not in page_text(desk.open(here))


def test_a_save_from_a_page_older_than_the_draft_keeps_both_and_says_so(desk, here):
    first = form_at(desk, here)
    second = form_at(desk, here)
    save(desk, first, reason=MINE)
    told = save(desk, second, reason=OTHER).json()
    assert texts(here) == (MINE, OTHER)
    assert told["beside"] == here
    page = page_text(desk.open(here))
    assert "Both are saved" in page
    assert OTHER in page


def test_a_page_whose_words_the_draft_holds_already_does_not_overwrite_it_afterwards(desk, here):
    first = form_at(desk, here)
    second = form_at(desk, here)
    save(desk, first, reason=MINE)
    told = save(desk, second, reason="", weight="").json()
    second.carried["draft_version"] = told.get("version", "")
    save(desk, second, reason=OTHER)
    assert texts(here) == (MINE, OTHER)


@pytest.mark.parametrize("late", [1, 2])
def test_two_saves_of_one_window_are_put_in_the_order_in_which_they_were_typed(desk, here, late):
    form = form_at(desk, here)
    typed = {1: "Her mother", 2: "Her father was asked."}
    for order in (3 - late, late):
        save(desk, form, window="a", order=order, reason=typed[order])
    assert texts(here) == (typed[2],)


def test_a_page_that_saves_again_goes_on_in_the_same_draft(desk, here):
    form = form_at(desk, here)
    told = save(desk, form, reason=MINE).json()
    form.carried["draft_version"] = told["version"]
    save(desk, form, reason=OTHER)
    assert texts(here) == (OTHER,)


def test_a_decision_from_an_older_page_first_shows_what_was_typed_on_the_newer(desk, here):
    first = form_at(desk, here)
    second = form_at(desk, here)
    save(desk, first, reason=MINE)
    sent = FULL | desk.seen_now() | {"reason": OTHER}
    answer = desk.client.post(here, second.fields() | sent)
    assert answer.status_code == 409
    assert MINE in page_text(answer)
    assert not Decision.objects.exists()
    (again,) = [form for form in forms_on_page(answer) if form.action == here]
    assert again.boxes["reason"] == OTHER
    assert desk.client.post(here, again.fields() | sent).status_code == 302
    assert Decision.objects.get().reason == OTHER
    assert not Draft.objects.exists()


def test_what_was_kept_beside_is_not_lost_by_a_page_that_never_showed_it(desk, here):
    first = form_at(desk, here)
    second = form_at(desk, here)
    save(desk, first, window="a", order=1, reason=MINE)
    save(desk, second, window="b", order=1, reason=OTHER)
    sent = FULL | desk.seen_now() | {"reason": MINE, "draft_window": "a"}
    answer = desk.client.post(here, first.fields() | sent)
    assert answer.status_code == 409
    assert OTHER in page_text(answer)


def test_a_save_on_its_way_while_the_form_is_sent_holds_nothing_up(desk, here):
    form = form_at(desk, here)
    save(desk, form, window="a", order=1, reason="Her mother")
    sent = FULL | desk.seen_now() | {"reason": MINE, "draft_window": "a", "draft_order": 1}
    assert desk.client.post(here, form.fields() | sent).status_code == 302
    assert save(desk, form, window="a", order=2, reason=MINE).json() == {"gone": True}
    assert "What you typed is saved" not in page_text(desk.open(here))


@pytest.fixture
def moved_from(desk):
    """For each form whose words can go on in the form about somebody else: its page, its address
    and what is pressed."""
    written = factories.send_concern(desk.viewer, factories.child(desk.where)).concern.uid
    of_adult = adults.send_adult_concern(desk.viewer, factories.person(desk.where)).uid
    note = f"/triage/{desk.concern().uid}/note/"
    return {
        "addition": (f"/submit/mine/{written}/", f"/submit/add/{written}/", {"do": "adult"}),
        "to an adult": (f"/adult/mine/{of_adult}/", f"/adult/add/{of_adult}/", {"do": "child"}),
        "note": (note, note, {"about": "adult"}),
    }


@pytest.mark.parametrize("which", ["addition", "to an adult", "note"])
def test_a_save_on_its_way_leaves_no_trace_where_the_words_have_gone_to_another_form(
    desk, moved_from, which
):
    page, action, pressed = moved_from[which]
    form = next(one for one in forms_on_page(desk.open(page)) if one.action == action)
    save(desk, form, window="a", order=1, words="He shouted")
    sent = form.fields(words=MINE, draft_window="a", draft_order="1", **pressed)
    assert "/draft/" in desk.client.post(action, sent).headers["Location"]
    assert save(desk, form, window="a", order=2, words=MINE).json() == {"gone": True}
    assert MINE not in page_text(desk.open(page))


def test_another_window_that_goes_on_after_the_form_was_sent_loses_nothing(desk, here):
    form = form_at(desk, here)
    save(desk, form, window="a", order=1, reason=MINE)
    sent = FULL | desk.seen_now() | {"reason": MINE, "draft_window": "a"}
    desk.client.post(here, form.fields() | sent)
    assert save(desk, form, window="b", order=1, reason=OTHER).status_code == 200
    assert texts(here) == (OTHER,)


@pytest.mark.parametrize("window", ["", "a"])
def test_what_is_thrown_away_is_gone_and_its_window_does_not_bring_it_back(desk, here, window):
    save(desk, form_at(desk, here), window=window, order=1, reason=MINE)
    shown = form_at(desk, here).carried
    gone = desk.client.post(THROW_AWAY, shown | {"draft_window": window})
    assert gone.headers["Location"] == here
    assert MINE not in page_text(desk.open(here))
    assert "Go on with what you started" not in page_text(desk.open("/submit/"))
    if window:
        late = save(desk, form_at(desk, here), window=window, order=2, reason=MINE)
        assert late.json() == {"gone": True}
    assert MINE not in page_text(desk.open(here))


def test_what_was_typed_since_on_another_page_is_not_thrown_away_with_it(desk, here):
    save(desk, form_at(desk, here), reason=MINE)
    older = form_at(desk, here).carried
    save(desk, form_at(desk, here), window="b", order=1, reason=OTHER)
    answer = desk.client.post(THROW_AWAY, older)
    assert answer.status_code == 409
    assert "Nothing was thrown away" in page_text(answer)
    assert here in page_text(answer)
    assert texts(here) == (OTHER,)
    # A text beside it that the page did not show stays too, and whoever has seen both may.
    save(desk, form_at(desk, here), reason=OTHER)
    seen = form_at(desk, here).carried
    desk.client.post(SAVE, older | {"reason": MINE})
    assert desk.client.post(THROW_AWAY, seen).status_code == 409
    assert texts(here) == (OTHER, MINE)
    assert desk.client.post(THROW_AWAY, form_at(desk, here).carried).status_code == 302
    assert not Draft.objects.exists()


def test_what_a_window_saved_since_itself_goes_with_what_it_throws_away(desk, here):
    save(desk, form_at(desk, here), reason=MINE)
    shown = form_at(desk, here)
    save(desk, shown, window="a", order=1, reason=OTHER)
    answer = desk.client.post(THROW_AWAY, shown.carried | {"draft_window": "a"})
    assert answer.status_code == 302
    assert OTHER not in page_text(desk.open(here))


def test_a_draft_on_a_concern_that_has_changed_says_who_did_what(desk, here):
    save(desk, form_at(desk, here), reason=MINE)
    concern = Concern.objects.get()
    triage.note(by=desk.viewer, concern=concern, words="I rang the school nurse.", now=desk.now)
    page = page_text(desk.open(here))
    assert "You have already done something on this concern" in page
    assert form_at(desk, here).boxes["reason"] == MINE
    sent = FULL | desk.seen_now() | {"reason": MINE}
    assert desk.client.post(here, form_at(desk, here).fields() | sent).status_code == 302


def test_a_draft_on_a_concern_that_is_as_it_was_says_nothing_of_others(desk, here):
    save(desk, form_at(desk, here), reason=MINE)
    assert "already done something" not in page_text(desk.open(here))


def test_a_concern_with_a_draft_of_its_decision_is_still_open(desk, here):
    save(desk, form_at(desk, here), reason=MINE)
    assert Concern.objects.get().state == State.TAKEN


def test_save_and_finish_later_saves_and_sends_nothing(desk, here):
    form = form_at(desk, here)
    answer = desk.client.post(here, form.fields(reason=MINE, do="later"))
    assert answer.headers["Location"] == "/submit/?kept"
    assert here in page_text(desk.open("/submit/?kept"))
    assert form_at(desk, here).boxes["reason"] == MINE
    assert not Decision.objects.exists()


def test_saving_an_older_page_for_later_shows_both_texts(desk, here):
    older = form_at(desk, here)
    save(desk, form_at(desk, here), reason=MINE)
    answer = desk.client.post(here, older.fields(reason=OTHER, do="later"))
    assert answer.headers["Location"] == here
    page = page_text(desk.open(here))
    assert MINE in page
    assert OTHER in page


def test_a_save_with_a_token_of_nobody_s_is_told_that_nothing_was_saved(desk, here):
    form = form_at(desk, here)
    answer = desk.client.post(SAVE, form.fields() | {"keep": "made:up", "reason": MINE})
    assert answer.status_code == 404


CARRIED = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')


def find_form(answer, action) -> str:
    """The HTML of the form of a page that is sent to `action`."""
    forms = re.findall(r"<form\b.*?</form>", answer.content.decode(), re.DOTALL)
    return next(form for form in forms if f'action="{action}"' in form)


def save_line(client, address, action, **typed) -> str:
    """Save what is typed into a form of one line; the form as its page shows it afterwards."""
    form = find_form(client.get(address), action)
    assert f'data-autosave="{SAVE}"' in form
    answer = client.post(SAVE, dict(CARRIED.findall(form)) | typed)
    assert answer.status_code == 200
    return find_form(client.get(address), action)


def test_a_reason_of_one_line_is_saved_and_offered_again(desk):
    concern = desk.concern()
    there = f"/triage/{concern.uid}/keep/"
    again = save_line(desk.client, f"/triage/{concern.uid}/", there, reason=MINE)
    assert MINE in unescape(again)
    assert "Save and finish later" not in again


def test_a_reason_is_still_to_be_read_once_its_form_is_needed_no_longer(desk, here):
    concern = Concern.objects.get()
    there = f"/triage/{concern.uid}/keep/"
    save_line(desk.client, f"/triage/{concern.uid}/", there, reason=MINE)
    assert desk.open(there).headers["Location"] == f"/triage/{concern.uid}/"
    desk.press(here, FULL)
    page = desk.open(there)
    assert "was never sent" in page_text(page)
    assert MINE in page_text(page)
    gone = desk.client.post(THROW_AWAY, dict(CARRIED.findall(find_form(page, THROW_AWAY))))
    assert gone.headers["Location"] == there
    assert desk.open(there).status_code == 302


@pytest.mark.parametrize(
    ("page", "box"),
    [("access/export/", "words"), ("child/seen/", "words")],
)
def test_every_line_that_takes_a_sentence_is_saved(desk, page, box):
    assert MINE in unescape(save_line(desk.client, f"/{page}", f"/{page}", **{box: MINE}))


def test_a_reason_is_saved_whichever_page_one_goes_on_to(desk):
    page = "/access/export/?next=/child/tracker/csv/"
    save_line(desk.client, page, page, words=MINE)
    there = "/access/export/?next=/"
    form = find_form(desk.open(there), there)
    assert MINE in unescape(form)
    sent = dict(CARRIED.findall(form)) | {"words": MINE}
    assert desk.client.post(there, sent).status_code == 302
    assert not Draft.objects.exists()


def test_what_was_typed_is_shown_although_somebody_else_has_done_it_meanwhile(desk):
    concern = desk.concern(State.CLOSED)
    there = f"/triage/{concern.uid}/reopen/"
    save(desk, form_at(desk, there), why=MINE)
    head = factories.viewer(desk.where, Role.HEAD, now=desk.now)
    triage.reopen(by=head, concern=concern, why=OTHER, now=desk.now)
    page = desk.open(there)
    assert "It is open already" in page_text(page)
    assert MINE in page_text(page)
    assert "Throw it away" in page_text(page)
