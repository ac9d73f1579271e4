"""Tests that the tables agree with one another: every state has a holder, every step a clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from concerns.rules import (
    adult_vocabulary,
    agency_answers,
    child_file_vocabulary,
    clocks,
    lifecycle,
    map_page,
    roles,
    words,
)
from concerns.rules.adult_vocabulary import AdultConcernSort, AdultRoute, AdultStepKind
from concerns.rules.clocks import CLOCKS, HOLD_OPEN, NEXT, ClockUnit, StepKind
from concerns.rules.lifecycle import CONCERN, REFERRAL, ReferralStage, State
from concerns.rules.roles import May, Role
from tests.rules.schools import LONDON, PRIMARY

TUESDAY_TEN = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


def test_every_next_step_has_a_clock():
    assert set(CLOCKS) == {*StepKind, *AdultStepKind}


def test_whoever_reads_of_every_child_reads():
    assert roles.roles_with_power(May.READ_ALL) <= roles.roles_with_power(May.READ)


def test_a_flag_says_the_category_of_a_plan_and_nothing_more_of_another_status():
    # What is kept from another test would not be worked out here.
    flag = child_file_vocabulary._flag_of_status.__wrapped__
    assert flag("plan", "neglect") == ("CP plan: neglect", "risk")
    assert flag("ehcp", "") == ("EHCP", "school")


def test_every_step_held_by_a_role_is_held_by_one_that_may_decide():
    holders = {clock.holder for clock in CLOCKS.values() if clock.holder}
    assert all(roles.has_role_with_power(frozenset({role}), May.DECIDE) for role in holders)


def test_a_step_that_no_post_holds_says_whose_own_it_is():
    assert {kind for kind, clock in CLOCKS.items() if clock.holder is None} == set(clocks.NAMED)


def test_every_step_climbs_to_somebody():
    assert all(clock.climbs and clock.every > 0 for clock in CLOCKS.values())


def test_every_route_opens_a_step_but_no_further_action():
    assert set(words.Route) - set(NEXT) == {words.Route.NO_FURTHER}


def test_every_agency_has_an_answer_clock():
    assert set(agency_answers.ANSWERS) == set(words.OUTSIDE)


def test_nothing_that_holds_a_concern_open_is_superseded_but_parents_and_advice():
    both = HOLD_OPEN & clocks.SUPERSEDED
    assert both == {StepKind.SPEAK_TO_PARENTS, StepKind.SEEK_ADVICE}


def test_every_state_is_reached_and_left():
    reached = {then for follow in CONCERN.values() for then in follow}
    assert reached == set(State)
    assert all(CONCERN[state] for state in State)


@pytest.mark.parametrize("now", list(State))
@pytest.mark.parametrize("then", list(State))
def test_a_concern_moves_only_as_drawn(now, then):
    assert lifecycle.may_concern_become(now, then) == (then in CONCERN[now])


def test_no_concern_is_closed_before_it_was_decided():
    assert [now for now in State if State.CLOSED in CONCERN[now]] == [State.DECIDED]


@pytest.mark.parametrize("stage", list(ReferralStage))
def test_every_stage_of_a_referral_is_drawn(stage):
    reached = {then for follow in REFERRAL.values() for then in follow} | {ReferralStage.TO_SEND}
    assert stage in reached
    assert stage in REFERRAL


def test_a_referral_moves_only_as_drawn():
    assert not lifecycle.may_referral_become(ReferralStage.TO_SEND, ReferralStage.AGREED)
    assert lifecycle.may_referral_become(ReferralStage.SENT, ReferralStage.ANSWERED)


@pytest.mark.parametrize("role", list(Role))
def test_everybody_with_a_post_may_write(role):
    assert roles.has_role_with_power(frozenset({role}), May.SUBMIT)


def test_the_office_reads_no_concern():
    assert May.READ not in roles.powers_of_roles(frozenset({Role.OFFICE}))


def test_only_a_head_audits():
    assert roles.roles_with_power(May.AUDIT) == {Role.HEAD}


def test_nobody_in_no_role_may_do_anything():
    assert roles.powers_of_roles(frozenset()) == frozenset()


def test_every_rung_of_a_ladder_is_another_role():
    assert all(len(set(ladder)) == len(ladder) for ladder in roles.LADDER.values())


@pytest.mark.parametrize("kind", [k for k in CLOCKS if CLOCKS[k].unit is not ClockUnit.DATE])
def test_every_clock_gives_a_time_not_in_the_past(kind):
    assert clocks.calculate_due_at(kind, PRIMARY, TUESDAY_TEN) >= TUESDAY_TEN


def test_a_step_with_its_own_date_is_due_at_that_day_s_bell():
    due = clocks.calculate_due_at(StepKind.KEEP, PRIMARY, TUESDAY_TEN, date(2026, 12, 1))
    assert due == datetime(2026, 12, 1, 15, 30, tzinfo=UTC)


def test_a_step_with_its_own_date_needs_one():
    with pytest.raises(ValueError, match="its own date"):
        clocks.calculate_due_at(StepKind.WATCH, PRIMARY, TUESDAY_TEN)


def test_a_first_look_is_due_in_two_school_hours():
    due = clocks.calculate_due_at(StepKind.FIRST_LOOK, PRIMARY, TUESDAY_TEN)
    assert due == TUESDAY_TEN + timedelta(hours=2)


def test_after_the_last_bell_on_friday_a_first_look_is_due_in_two_real_hours():
    friday = datetime(2026, 11, 6, 15, 31, tzinfo=UTC)
    assert clocks.calculate_due_at(StepKind.FIRST_LOOK, PRIMARY, friday) == friday + timedelta(
        hours=2
    )


@pytest.mark.parametrize("kind", [k for k in CLOCKS if CLOCKS[k].in_school_minutes])
def test_before_a_break_what_is_owed_in_school_minutes_is_due_two_real_hours_later(kind):
    # The last Friday before half-term.
    friday = datetime(2026, 10, 23, 14, 50, tzinfo=LONDON)
    due = clocks.calculate_due_at(kind, PRIMARY, friday)
    assert due == friday + timedelta(hours=2)


def test_going_home_today_is_due_in_half_an_hour_on_any_clock():
    july = datetime(2026, 7, 31, 15, 31, tzinfo=UTC)
    assert clocks.calculate_due_at(StepKind.FIRST_LOOK_NOW, PRIMARY, july) == july + timedelta(
        minutes=30
    )


def test_a_mark_is_decided_before_the_bell():
    due = clocks.calculate_due_at(StepKind.DECIDE_TODAY, PRIMARY, TUESDAY_TEN)
    assert due == datetime(2026, 11, 3, 15, 30, tzinfo=UTC)


def test_a_mark_seen_after_the_bell_is_decided_within_two_hours_not_on_monday():
    friday = datetime(2026, 11, 6, 16, 0, tzinfo=UTC)
    assert clocks.calculate_due_at(StepKind.DECIDE_TODAY, PRIMARY, friday) == friday + timedelta(
        hours=2
    )


def test_social_care_answers_in_august_too():
    august = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
    due = clocks.calculate_due_at(StepKind.HEAR_BACK, PRIMARY, august)
    assert due.date() == date(2026, 8, 13)


def test_late_is_said_in_the_step_s_own_calendar():
    due = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    said = clocks.lateness_in_words(StepKind.FIRST_LOOK, PRIMARY, due, due + timedelta(hours=2))
    assert said == "2 school hours late"


def test_what_is_not_late_says_nothing():
    assert clocks.lateness_in_words(StepKind.FIRST_LOOK, PRIMARY, TUESDAY_TEN, TUESDAY_TEN) == ""


def test_what_waits_for_the_next_school_day_is_late_over_a_weekend_without_a_figure():
    bell = datetime(2026, 11, 6, 15, 30, tzinfo=UTC)
    said = clocks.lateness_in_words(StepKind.DECIDE, PRIMARY, bell, bell + timedelta(hours=20))
    assert said == "late"


# What is owed in school minutes does not wait for Monday, and so it is late in real hours.
@pytest.mark.parametrize(
    ("due", "hours", "words"),
    [
        ("2026-11-06 16:50", 3, "3 hours late"),
        ("2026-11-06 15:30", 20, "20 hours late"),
        ("2026-11-06 15:00", 0.5, "30 school minutes late"),
        # Once a break has begun, all of it is counted by the one calendar.
        ("2026-11-06 14:30", 2, "2 hours late"),
        ("2026-11-06 10:00", 72, "3 days late"),
        ("2026-11-05 14:30", 2, "1 school hour late"),
        ("2026-11-05 14:30", 24, "1 school day late"),
    ],
)
def test_late_over_a_break_is_said_in_real_time(due, hours, words):
    due_at = datetime.fromisoformat(due).replace(tzinfo=UTC)
    later = due_at + timedelta(hours=hours)
    assert clocks.lateness_in_words(StepKind.FIRST_LOOK, PRIMARY, due_at, later) == words


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_the_map_tells_of_every_step(kind):
    assert kind.label in map_page.draw_map_page()


def test_a_word_without_a_label_cannot_be_written_down():
    with pytest.raises(TypeError, match="said has no label"):
        words.Choice("Unlabelled", {"SAID": "said"})


def test_a_word_says_its_label_and_nothing_says_nothing():
    assert (words.GoingHome.label_of_value("not_sure"), words.GoingHome.label_of_value("")) == (
        "Not sure",
        "",
    )


def test_an_unknown_word_is_an_error():
    with pytest.raises(ValueError, match="perhaps"):
        words.GoingHome.label_of_value("perhaps")


def test_a_word_offers_its_choices():
    assert words.AnswerView.choices()[0] == ("agree", "We agree")


def test_a_role_has_a_title():
    assert Role.DSL.title_words == "Designated safeguarding lead"


def test_no_step_about_an_adult_is_called_as_one_about_a_child():
    assert {kind.value for kind in AdultStepKind}.isdisjoint(kind.value for kind in StepKind)


def test_concerns_about_adults_are_read_by_the_head_and_the_chair_alone():
    assert roles.roles_with_power(May.ADULT) == set(adult_vocabulary.READERS)


def test_every_way_of_a_decision_about_an_adult_opens_a_step_but_no_further_action():
    assert set(AdultRoute) - set(adult_vocabulary.OPENS) == {AdultRoute.NO_FURTHER}


def test_the_lado_is_told_within_one_working_day_and_heard_from_within_one():
    tell = CLOCKS[AdultStepKind.TELL_LADO]
    hear = CLOCKS[AdultStepKind.HEAR_LADO]
    assert [(row.amount, row.calendar) for row in (tell, hear)] == [(1, "working")] * 2
    assert tell.climbs == (Role.CHAIR,)


@pytest.mark.parametrize("sort", ["", AdultConcernSort.HARM, AdultConcernSort.NOT_SURE])
def test_what_nobody_called_low_is_looked_at_now_and_decided_today(sort):
    wanted = AdultStepKind.FIRST_LOOK_NOW, AdultStepKind.DECIDE_NOW
    assert (
        adult_vocabulary.first_look_step_kind(sort),
        adult_vocabulary.decision_step_kind(sort),
    ) == wanted


def test_what_is_low_has_two_school_hours_and_two_school_days():
    wanted = AdultStepKind.FIRST_LOOK, AdultStepKind.DECIDE
    assert (
        adult_vocabulary.first_look_step_kind(AdultConcernSort.LOW),
        adult_vocabulary.decision_step_kind(AdultConcernSort.LOW),
    ) == wanted


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((1, 1, 0, False), 0),
        ((2, 1, 10, False), 1),
        ((2, 2, 10, False), 1),
        ((3, 2, 100, False), 2),
        ((3, 2, 400, False), 1),
        ((3, 3, 100, True), 3),
    ],
)
def test_several_about_one_adult_say_why_they_belong_together(given, said):
    assert len(adult_vocabulary.pattern_reasons(*given)) == said
