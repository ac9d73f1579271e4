"""Tests for the acts of the reader of a concern about an adult: none of it goes quiet."""

from datetime import date, timedelta

import pytest

from concerns.adult import acts as adult
from concerns.doors.act import ActRefused, StalePage
from concerns.models import AdultConcern, AdultStep, LedgerLine, Post, WordKey
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.lifecycle import State
from concerns.workflow.open_steps import WouldGoQuiet
from tests import adults, factories
from tests.factories import NOW


@pytest.fixture
def concern(writer, dan, head):
    return adults.send_adult_concern(writer, dan, sort="harm")


def owed(concern) -> set[str]:
    return set(concern.steps.open().values_list("kind", flat=True))


def decide(concern, head, *routes, **more):
    decided = adults.adult_decision_answers(*routes, **more)
    return adult.decide(
        by=head, concern=adults.reload_adult_concern(concern), decided=decided, now=NOW
    )


def test_an_allegation_is_looked_at_now_and_decided_today(concern, head):
    assert owed(concern) == {"adult_look_now"}
    adult.take(by=head, concern=concern, now=NOW)
    assert owed(concern) == {"adult_decide_now"}
    assert adults.reload_adult_concern(concern).state == State.TAKEN


def test_deciding_for_the_lado_opens_one_working_day_owed_by_the_post(concern, head):
    decide(concern, head, "lado")
    step = concern.steps.open().get(kind=AdultStepKind.TELL_LADO)
    assert (step.holder_role, step.holder) == ("head", None)
    assert step.due_at.date() == date(2026, 11, 4)
    assert owed(concern) == {"adult_tell_lado", "adult_tell_writer"}


@pytest.mark.parametrize(
    ("sort", "due"),
    [("harm", 4), ("not_sure", 4), ("low", 6)],
)
def test_the_working_day_of_the_lado_runs_from_when_the_school_came_to_know(
    writer, head, dan, sort, due
):
    concern = adults.send_adult_concern(writer, dan, sort=sort)
    later = NOW + timedelta(days=2)
    adult.decide(by=head, concern=concern, decided=adults.adult_decision_answers("lado"), now=later)
    assert concern.steps.open().get(kind=AdultStepKind.TELL_LADO).due_at.day == due


def test_once_the_lado_has_heard_of_it_another_decision_is_given_a_day_of_its_own(concern, head):
    decide(concern, head, "lado")
    said = adults.agency_conversation(NOW, answer="nothing")
    adult.speak(by=head, concern=concern, spoken=said, now=NOW)
    later = NOW + timedelta(days=2)
    adult.decide(by=head, concern=concern, decided=adults.adult_decision_answers("lado"), now=later)
    assert concern.steps.open().get(kind=AdultStepKind.TELL_LADO).due_at.day == 6


def test_until_the_lado_has_answered_the_answer_is_owed(concern, head):
    decide(concern, head, "lado")
    adult.speak(by=head, concern=concern, spoken=adults.agency_conversation(NOW), now=NOW)
    first = concern.steps.open().get(kind=AdultStepKind.HEAR_LADO)
    later = NOW + timedelta(days=3)
    adult.speak(by=head, concern=concern, spoken=adults.agency_conversation(later), now=later)
    assert concern.steps.open().get(kind=AdultStepKind.HEAR_LADO).due_at == first.due_at


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        ("theirs", {"adult_follow_lado"}),
        ("more", {"adult_tell_lado"}),
        ("ours", set()),
        ("nothing", set()),
    ],
)
def test_what_the_lado_says_opens_what_is_owed_next(concern, head, answer, then):
    decide(concern, head, "lado", words_back="Thank you.")
    adult.speak(
        by=head, concern=concern, spoken=adults.agency_conversation(NOW, answer=answer), now=NOW
    )
    assert owed(concern) == (then or {"adult_next_move"})


def test_a_new_decision_takes_the_place_of_the_old_but_not_of_what_was_promised(concern, head):
    decide(concern, head, "lado", "low_level")
    decide(concern, head, "low_level", "lado")
    assert concern.steps.open().filter(kind=AdultStepKind.TELL_LADO).count() == 1
    assert concern.steps.open().filter(kind=AdultStepKind.LOOK_AGAIN).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"considered": ""},
        {"sort": "not_sure"},
        {"routes": ("no_further", "lado")},
        {"routes": ()},
        {"look_again": None},
        {"look_again": date(2026, 1, 1)},
        {"look_again": date(2028, 1, 1)},
    ],
)
def test_a_decision_that_is_not_whole_is_refused(concern, head, wrong):
    said = {"routes": ("low_level",), **wrong}
    routes = said.pop("routes")
    with pytest.raises(ActRefused):
        decide(concern, head, *routes, **said)


def test_what_is_promised_outside_holds_it_open(concern, head):
    decide(concern, head, "lado")
    ended = {"outcome": "unfounded", "why": "So.", "words_back": "Thank you."}
    with pytest.raises(ActRefused, match="Tell the designated officer"):
        adult.close(by=head, concern=concern, now=NOW, **ended)


def test_it_is_closed_once_it_was_decided_with_a_word_to_who_wrote_it(concern, head):
    ended = {"outcome": "low_level", "why": "So.", "words_back": ""}
    with pytest.raises(ActRefused, match="Decide first"):
        adult.close(by=head, concern=concern, now=NOW, **ended)
    decide(concern, head, "low_level")
    with pytest.raises(ActRefused, match="Write a reply"):
        adult.close(by=head, concern=concern, now=NOW, **ended)
    adult.close(by=head, concern=concern, now=NOW, **ended | {"words_back": "Thank you."})
    assert (adults.reload_adult_concern(concern).outcome, owed(concern)) == ("low_level", set())


def test_what_is_added_to_a_closed_one_opens_it_again(writer, head, dan):
    concern = adults.adult_concern_at(State.CLOSED, by=writer, reader=head, whom=dan)
    adult.add(by=writer, concern=concern, words="Again.", now=NOW + timedelta(days=9))
    concern = adults.reload_adult_concern(concern)
    assert (concern.state, concern.holder) == (State.WAITING, None)
    assert owed(concern) == {"adult_look_now"}


def test_what_is_added_is_read_by_a_note(concern, head, writer):
    decide(concern, head, "no_further", words_back="Thank you.")
    adult.add(by=writer, concern=concern, words="Again.", now=NOW)
    adult.add(by=writer, concern=concern, words="And again.", now=NOW)
    assert owed(concern) == {"adult_next_move", "adult_added"}
    adult.note(by=head, concern=concern, words="Read.", now=NOW)
    assert owed(concern) == {"adult_next_move"}


def test_a_closed_one_is_reopened_before_anything_is_done(writer, head, dan, chair):
    concern = adults.adult_concern_at(State.CLOSED, by=writer, reader=head, whom=dan)
    acts = (
        lambda: adult.take(by=head, concern=concern, now=NOW),
        lambda: decide(concern, head, "lado"),
        lambda: adult.note(by=head, concern=concern, words="X", now=NOW),
        lambda: adult.hand(by=head, concern=concern, note="X", now=NOW),
        lambda: adult.speak(
            by=head, concern=concern, spoken=adults.agency_conversation(NOW), now=NOW
        ),
    )
    for act in acts:
        with pytest.raises(ActRefused, match="closed"):
            act()
    adult.reopen(by=head, concern=concern, why="New.", now=NOW)
    with pytest.raises(ActRefused, match="open"):
        adult.reopen(by=head, concern=concern, why="New.", now=NOW)
    assert owed(concern) == {"adult_decide_now"}


def test_what_has_not_happened_yet_is_not_written_down(concern, head):
    ahead = adults.agency_conversation(NOW + timedelta(hours=1))
    with pytest.raises(ActRefused, match="cannot be in the future"):
        adult.speak(by=head, concern=concern, spoken=ahead, now=NOW)


def test_two_readers_do_not_overwrite_each_other(concern, head):
    adult.take(by=head, concern=concern, now=NOW, version=concern.version)
    with pytest.raises(StalePage):
        adult.take(by=head, concern=concern, now=NOW, version=concern.version)


def test_it_cannot_be_left_open_with_nothing_owed(concern, head, monkeypatch):
    monkeypatch.setattr(
        "concerns.workflow.open_steps.OpenSteps.ensure_next_step", lambda agenda: None
    )
    with pytest.raises(WouldGoQuiet):
        decide(concern, head, "no_further", words_back="Thank you.")
    assert adults.reload_adult_concern(concern).state == State.WAITING


def test_in_no_state_is_anything_quiet(where, writer, head, dan):
    for state in State:
        adults.adult_concern_at(state, by=writer, reader=head, whom=dan)
    adults.make_whole_adult_case(where, dan, head)
    assert list(find_integrity_breaches(where, NOW.date())) == []


def test_what_has_gone_quiet_is_told_without_saying_that_it_is_about_an_adult(where, concern, head):
    Post.objects.filter(person=head.person).update(until=NOW.date() - timedelta(days=1))
    told = list(find_integrity_breaches(where, NOW.date()))
    assert told == [f"{concern.reference}: nobody in post can do its next step"]


def test_a_row_changed_past_the_door_is_found(where, concern, writer, head, dan):
    shut = adults.adult_concern_at(State.CLOSED, by=writer, reader=head, whom=dan)
    done = {"done_at": NOW, "done_by": head.person, "ended": "done"}
    AdultStep.objects.filter(concern=concern).update(**done)
    last = AdultStep.objects.filter(concern=shut).first()
    AdultStep.objects.filter(pk=last.pk).update(done_at=None, done_by=None, ended="")
    found = list(find_integrity_breaches(where, NOW.date()))
    assert f"{concern.reference} is open and has no next step" in found
    assert f"{shut.reference} is closed but still has a next step" in found


def test_no_word_of_it_is_found_by_the_search_of_childrens_concerns(where, concern, head):
    adults.make_whole_adult_case(where, reader=head)
    assert not WordKey.objects.exists()


def test_every_act_leaves_its_line(where, head):
    concern = adults.make_whole_adult_case(where, reader=head)
    kinds = set(LedgerLine.objects.filter(concern=concern.uid).values_list("kind", flat=True))
    assert kinds == {
        "submitted",
        "taken",
        "added",
        "decided",
        "spoke",
        "answered",
        "told_reporter",
        "excluded",
        "corrected",
        "closed",
        "reopened",
    }


def test_nobody_but_its_reader_acts_on_it(concern, lead, chair, dan):
    from django.http import Http404

    for viewer, refusal in ((lead, ActRefused), (chair, Http404)):
        with pytest.raises(refusal):
            adult.take(by=viewer, concern=concern, now=NOW)
    assert AdultConcern.objects.get().state == State.WAITING


def test_it_is_about_somebody_once(concern, head, dan):
    with pytest.raises(ActRefused, match="already"):
        adult.about(by=head, concern=concern, person=dan, why="Dan.", now=NOW)


def test_a_form_of_nobody_in_particular_is_refused_by_the_act_too(writer, head):
    with pytest.raises(ActRefused, match="describe"):
        adults.send_adult_concern(writer, None, described="")
    with pytest.raises(ActRefused, match="works here"):
        adults.send_adult_concern(writer, factories.person(factories.school()))
