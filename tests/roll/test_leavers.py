"""Tests for September: many leavers are answered at once, each with a reason as data."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from concerns.chase import acts as chase
from concerns.leaving.queries import read_leavers
from concerns.models import Child, Concern, Departure, RollQuestion, Status, Step
from concerns.models.response.step import StepEnding
from concerns.paper.roll_writing import take_pupils_off_roll
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.roll import acts
from concerns.rules.clocks import StepKind
from concerns.rules.leaving import LeavingReason
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import RollAnswer
from concerns.workflow.leaving import put_back_on_roll
from concerns.workflow.unaccounted import unaccounted_questions
from tests import factories, homes
from tests.factories import NOW
from tests.leavers import return_pupil_by_hand
from tests.roll import exports
from tests.roll.test_pages import text

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LATER = NOW + WEEK
LAST_DAY = NOW.date()


@pytest.fixture
def missing(office) -> list[RollQuestion]:
    """Four pupils who are missing from the second file, in the order in which they are asked."""
    pupils = exports.roll(20)
    office.bring(pupils)
    office.bring(pupils[4:])
    return list(RollQuestion.objects.order_by("id").select_related("child"))


def filled_in(*answers: tuple[RollQuestion, str, str], **more) -> dict[str, str]:
    """The form of many pupils: (question, answer, place) for each."""
    given = {"left_on_day": "6", "left_on_month": "11", "left_on_year": "2026", **more}
    for question, said, place in answers:
        given |= {f"answer_{question.uid}": said, f"place_{question.uid}": place}
        given[f"address_{question.uid}"] = ""
    return given


def test_many_are_answered_at_once_each_with_a_reason(office, desk, missing):
    first, second, third, fourth = missing
    answer = desk.client.post(
        reverse("roll_leavers"),
        filled_in(
            (first, "years_end", ""),
            (second, "home_education", ""),
            (third, "abroad", "Lithuania"),
            (fourth, "", ""),
            school="Hilltop High, Leeds",
            school_address="office@hilltop.example",
        ),
    )
    assert answer.status_code == 302
    said = {row.child_id: (row.reason, row.place, row.address) for row in Departure.objects.all()}
    assert said == {
        first.child_id: ("other_school", "Hilltop High, Leeds", "office@hilltop.example"),
        second.child_id: ("home_education", "", ""),
        third.child_id: ("abroad", "Lithuania", ""),
    }
    assert RollQuestion.objects.of_school(office.viewer).unanswered_questions().get() == fourth
    assert set(Child.objects.filter(left=date(2026, 11, 6))) == {
        first.child,
        second.child,
        third.child,
    }


WRONG_FORMS = (
    ("", "", {}, "Choose an answer for at least one pupil"),
    ("other_school", "", {}, "Say which school, and its town"),
    ("years_end", "", {}, "Say which school, and its town"),
    ("years_end", "Elsewhere", {"school": "Hilltop"}, "also wrote a school here"),
    ("", "Leeds", {}, "Say where this pupil is"),
    ("gone", "", {}, "Choose one of the answers"),
    ("died", "", {"left_on_day": ""}, "Enter a day, a month and a year"),
    ("died", "", dict.fromkeys(("left_on_day", "left_on_month", "left_on_year"), ""),
     "Enter the last day at this school"),
    ("died", "", {"left_on_year": "2090"}, "in the future"),
    ("abroad", "x" * 151, {}, "in 150 characters or fewer"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "place", "more", "says"), WRONG_FORMS)
def test_a_form_that_says_too_little_records_nothing_and_keeps_what_was_typed(
    desk, missing, said, place, more, says
):
    typed = filled_in((missing[0], said, place), **more)
    answer = desk.client.post(reverse("roll_leavers"), typed)
    assert answer.status_code == 422
    assert says in text(answer)
    assert not Departure.objects.exists()


def test_who_was_answered_for_meanwhile_is_not_answered_for_twice(office, desk, missing):
    first, second, *_ = missing
    office.answer(first, RollAnswer.STILL_HERE)
    typed = filled_in((first, "died", ""), (second, "died", ""))
    answer = desk.client.post(reverse("roll_leavers"), typed)
    assert answer.status_code == 422
    assert "Somebody answered for some of these pupils" in text(answer)
    assert not Departure.objects.exists()


def test_nothing_is_recorded_of_many_if_one_was_answered_at_the_same_moment(office, missing):
    first, second, *_ = missing
    office.answer(first, RollAnswer.STILL_HERE)
    given = [acts.AnsweredPupil(one, RollAnswer.STILL_HERE) for one in (first, second)]
    with pytest.raises(acts.ActRefused, match="already"):
        acts.answer(by=office.viewer, answers=given, now=NOW)
    second.refresh_from_db()
    assert second.answer == ""


def test_nobody_answered_for_is_refused(office):
    with pytest.raises(acts.ActRefused, match="at least one"):
        acts.answer(by=office.viewer, answers=[], now=NOW)


def test_an_act_without_what_its_reason_needs_is_refused(office, missing):
    with pytest.raises(acts.ActRefused, match="Say which school"):
        office.answer(missing[0], RollAnswer.LEFT, left_on=LAST_DAY)


def test_the_page_of_many_has_everybody_and_says_nothing_of_a_concern(office, desk, missing):
    before = text(desk.client.get(reverse("roll_leavers")))
    assert before.count("Its address or e-mail") == 5
    factories.send_concern(factories.viewer(office.school), missing[0].child)
    assert _same(text(desk.client.get(reverse("roll_leavers")))) == _same(before)


def _same(shown: str) -> str:
    return re.sub(
        r'name="(csrfmiddlewaretoken|draft_\w+|draft|keep|once)" value="[^"]*"', "", shown
    )


def test_there_is_a_next_page_for_more_than_fit(desk, missing, monkeypatch):
    monkeypatch.setattr("concerns.roll.queries.MOST_LEAVERS", 3)
    page = text(desk.client.get(reverse("roll_leavers")))
    assert f"?after={missing[2].uid}" in page
    rest = text(desk.client.get(reverse("roll_leavers"), {"after": missing[2].uid}))
    assert missing[3].child.name in rest


def test_when_all_are_answered_the_page_says_so(desk, db):
    assert "Nobody is left to answer for" in text(desk.client.get(reverse("roll_leavers")))


def statements(office, count: int) -> int:
    pupils = exports.roll(40)
    office.bring(pupils)
    office.bring(pupils[count:])
    asked = RollQuestion.objects.of_school(office.viewer).unanswered_questions()
    rows = list(asked.select_related("child"))
    said = {"said": RollAnswer.LEFT}
    given = [
        acts.AnsweredPupil(row, leaver=acts.Leaver(row.child, LeavingReason.DIED, LAST_DAY), **said)
        for row in rows
    ]
    with CaptureQueriesContext(connection) as asked_of:
        acts.answer(by=office.viewer, answers=given, now=NOW)
    lines = [one for one in asked_of if "concerns_line" in one["sql"]]
    return len(asked_of) - len(lines)


def test_thirty_leavers_cost_as_many_statements_as_three_but_for_their_lines(office):
    three = statements(office, 3)
    office.school = factories.school()
    office.viewer = factories.viewer(office.school, Role.OFFICE)
    assert statements(office, 15) <= three + 2


# A child whom nobody can find.


def concerns_about(child) -> list[Concern]:
    return list(Concern.objects.filter(children__child=child).order_by("id"))


def test_not_known_sends_a_concern_whether_or_not_there_is_another(office, missing):
    known, unknown, *_ = missing
    before = factories.send_concern(factories.viewer(office.school), known.child).concern
    for question in (known, unknown):
        office.answer(question, RollAnswer.NOT_KNOWN, LATER)
    sent = [concerns_about(one.child)[-1] for one in (known, unknown)]
    assert before not in sent
    for concern in sent:
        assert concern.reporter == office.viewer.person
        kinds = set(concern.steps.open().values_list("kind", flat=True))
        assert kinds == {StepKind.FIRST_LOOK_NOW, StepKind.MISSING_FROM_ROLL}


def test_such_a_concern_is_whole_by_the_daily_check(office, missing):
    factories.viewer(office.school, Role.DSL)
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    assert list(find_integrity_breaches(office.school, LATER.date())) == []


def test_it_is_not_sent_twice_while_it_is_open(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    office.bring(exports.roll(20)[4:], LATER + WEEK)
    again = RollQuestion.objects.get(child=missing[0].child, answered_at__isnull=True)
    office.answer(again, RollAnswer.NOT_KNOWN, LATER + WEEK)
    assert len(concerns_about(missing[0].child)) == 1


def test_who_is_in_a_later_file_is_no_longer_unaccounted_for(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    lost = unaccounted_questions(RollQuestion.objects.of_school(office.viewer))
    assert [row.child for row in lost] == [missing[0].child]
    office.bring(exports.roll(20), LATER + WEEK)
    assert not lost.all().exists()


def lost_children(office) -> list[Child]:
    lost = unaccounted_questions(RollQuestion.objects.of_school(office.viewer))
    return [row.child for row in lost.order_by("pk")]


def find_child(office, step: Step, now) -> None:
    lead = factories.viewer(office.school, Role.DSL, now=now)
    chase.do_step(by=lead, step=step, words="At her aunt's in Leeds: I rang.", now=now)


def test_whom_a_lead_has_found_is_unaccounted_for_no_longer(office, missing):
    for question in missing[:2]:
        office.answer(question, RollAnswer.NOT_KNOWN, LATER)
    (step,) = open_steps(missing[0].child, StepKind.MISSING_FROM_ROLL)
    find_child(office, step, LATER + DAY)
    assert lost_children(office) == [missing[1].child]
    assert list(find_integrity_breaches(office.school, (LATER + DAY).date())) == []


def test_who_is_looked_for_because_of_another_concern_too_is_unaccounted_for(office, missing):
    factories.concern_at(State.TAKEN, where=office.school, children=(missing[0].child,))
    office.answer(missing[1], RollAnswer.STILL_HERE, LATER)
    office.bring(exports.roll(20)[4:], LATER)
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER + DAY)
    first, second = open_steps(missing[0].child, StepKind.MISSING_FROM_ROLL)
    find_child(office, first, LATER + 2 * DAY)
    assert lost_children(office) == [missing[0].child]
    find_child(office, second, LATER + 3 * DAY)
    assert lost_children(office) == []


def test_who_is_found_and_then_not_known_again_is_unaccounted_for(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    (step,) = open_steps(missing[0].child, StepKind.MISSING_FROM_ROLL)
    # The next file asks again before the lead has found the child.
    office.bring(exports.roll(20)[4:], LATER + DAY)
    find_child(office, step, LATER + 2 * DAY)
    again = RollQuestion.objects.get(child=missing[0].child, answered_at__isnull=True)
    office.answer(again, RollAnswer.NOT_KNOWN, LATER + 3 * DAY)
    assert lost_children(office) == [missing[0].child]


def test_the_lead_says_that_a_child_is_found_on_the_page_of_the_step(office, client, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    lead = factories.viewer(office.school, Role.DSL)
    (step,) = open_steps(missing[0].child, StepKind.MISSING_FROM_ROLL)
    factories.sign_in(client, lead.person)
    assert reverse("chase_step", args=[step.uid]) in text(client.get(reverse("leaving")))


def test_the_office_reads_that_a_child_is_found_and_not_where(office, desk, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    (step,) = open_steps(missing[0].child, StepKind.MISSING_FROM_ROLL)
    find_child(office, step, LATER + DAY)
    found = RollQuestion.objects.get(answer=RollAnswer.FOUND)
    page = text(desk.client.get(reverse("roll_answer", args=[found.uid])))
    assert "A safeguarding lead has found out where the child is" in page
    assert "aunt" not in page


def test_a_file_asked_for_by_a_new_school_finds_nobody(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    office.leave(missing[0].child, None, now=LATER + WEEK)
    lost = unaccounted_questions(RollQuestion.objects.of_school(office.viewer))
    assert [row.child for row in lost] == [missing[0].child]
    office.leave(missing[0].child, LAST_DAY, now=LATER + WEEK)
    assert not lost.all().exists()


def test_what_a_lead_has_recorded_is_not_answered_otherwise_by_the_office(office, missing):
    office.leave(missing[0].child, LAST_DAY)
    with pytest.raises(acts.ActRefused, match="already"):
        office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)


def test_whoever_was_taken_off_by_mistake_can_be_put_back(office, missing):
    child = missing[0].child
    take_pupils_off_roll([child.pk], NOW.date() + DAY, NOW)
    child.refresh_from_db()
    put_back_on_roll(office.viewer, child, NOW.date())
    child.refresh_from_db()
    assert (child.left, child.mistaken_at) == (None, None)
    assert child.enrolments.filter(until__gt=NOW.date()).count() == 0


@pytest.mark.parametrize("rows", ["enrolments", "placements"])
def test_whoever_returns_by_a_file_on_their_last_day_is_on_the_roll_once(office, missing, rows):
    child = missing[0].child
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LATER.date())
    office.bring(exports.roll(20), LATER)
    for day in (LATER.date(), LATER.date() + DAY):
        assert getattr(child, rows).covering_day(day).count() == 1


# What a lead is given, and the office is not told.


def open_steps(child, kind: StepKind) -> list[Step]:
    return list(Step.objects.open().filter(concern__children__child=child, kind=kind))


PROTECTED = ({"kind": "section_47"}, {"kind": "plan", "category": "neglect"})


@pytest.mark.parametrize("status", PROTECTED)
def test_home_education_of_a_protected_child_is_held_open(office, missing, status):
    child = missing[0].child
    lead = factories.viewer(office.school, Role.DSL)
    factories.concern_at(State.TAKEN, where=office.school, lead=lead, children=(child,))
    homes.add_status(lead, child, **status)
    reason = LeavingReason.HOME_EDUCATION
    office.answer(missing[0], RollAnswer.LEFT, LATER, reason=reason, left_on=LAST_DAY)
    assert len(open_steps(child, StepKind.HOME_EDUCATION)) == 1
    assert not open_steps(child, StepKind.SEND_FILE)


def test_enquiries_that_have_ended_hold_nothing_open(office, missing):
    child = missing[0].child
    lead = factories.viewer(office.school, Role.DSL)
    factories.concern_at(State.TAKEN, where=office.school, lead=lead, children=(child,))
    status = homes.add_status(lead, child, "section_47")
    Status.objects.filter(pk=status.pk).update(ended_at=NOW, ended_by=lead.person, over_at=NOW)
    reason = LeavingReason.HOME_EDUCATION
    office.answer(missing[0], RollAnswer.LEFT, LATER, reason=reason, left_on=LAST_DAY)
    assert not open_steps(child, StepKind.HOME_EDUCATION)


def test_family_is_not_shown_a_child_who_is_unaccounted_for(office, missing):
    lead = factories.viewer(office.school, Role.DSL)
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    shown = read_leavers(lead).unaccounted
    assert [row.question.child for row in shown] == [missing[0].child]
    factories.relate_to_child(lead.person, missing[0].child)
    assert read_leavers(lead).unaccounted == []


def educate_at_home(office, question, status=None) -> Concern:
    """The office answers that a pupil is educated at home. Returns the concern that this sends."""
    if status:
        homes.add_status(factories.viewer(office.school, Role.DSL), question.child, status)
    before = [one.pk for one in concerns_about(question.child)]
    reason = LeavingReason.HOME_EDUCATION
    office.answer(question, RollAnswer.LEFT, LATER, reason=reason, left_on=LAST_DAY)
    (sent,) = [one for one in concerns_about(question.child) if one.pk not in before]
    return sent


@pytest.mark.parametrize("status", [None, "section_47"])
def test_home_education_sends_a_concern_in_the_name_of_whoever_answers(office, missing, status):
    sent = educate_at_home(office, missing[0], status)
    assert (sent.reporter, sent.state) == (office.viewer.person, State.WAITING)
    assert sent.account == (
        "This child is to be educated at home. The last day at this school was 3 November 2026."
    )


def test_a_protected_child_of_whom_nobody_wrote_is_held_by_the_lead(office, missing):
    sent = educate_at_home(office, missing[0], "section_47")
    owed = sent.steps.open().order_by("kind")
    assert [(step.kind, step.holder_role) for step in owed] == [
        (StepKind.FIRST_LOOK, Role.DSL),
        (StepKind.HOME_EDUCATION, Role.DSL),
    ]
    assert list(find_integrity_breaches(office.school, LATER.date())) == []


def test_home_education_of_another_child_asks_no_answer_of_the_authority(office, missing):
    sent = educate_at_home(office, missing[0])
    assert [step.kind for step in sent.steps.open()] == [StepKind.FIRST_LOOK]


def test_of_a_child_of_whom_somebody_wrote_the_office_sends_a_concern_too(office, missing):
    writer = factories.viewer(office.school)
    before = factories.send_concern(writer, missing[0].child).concern
    assert educate_at_home(office, missing[0]) != before


def test_whoever_answers_reads_the_same_of_what_they_sent_for_any_child(office, desk, missing):
    pages = []
    for question, status in ((missing[0], "section_47"), (missing[1], None)):
        sent = educate_at_home(office, question, status)
        for name in ("submit_sent", "submit_mine"):
            page = _same(text(desk.client.get(reverse(name, args=[sent.uid]))))
            page = page.replace(question.child.name, "A pupil").replace(sent.reference, "REF")
            receipt_codes_and_addresses = r"[A-Z0-9]{4}( [A-Z0-9]{4}){3}|[0-9a-f-]{36}"
            pages.append(re.sub(receipt_codes_and_addresses, "", page))
    assert pages[:2] == pages[2:]


def test_home_education_of_another_child_opens_nothing(office, missing):
    child = missing[0].child
    factories.concern_at(State.TAKEN, where=office.school, children=(child,))
    reason = LeavingReason.HOME_EDUCATION
    office.answer(missing[0], RollAnswer.LEFT, LATER, reason=reason, left_on=LAST_DAY)
    assert not Status.objects.filter(child=child).exists()
    assert not open_steps(child, StepKind.HOME_EDUCATION)


def test_whoever_answers_is_told_before_that_a_concern_goes_out_in_their_name(desk, missing):
    page = text(desk.client.get(reverse("roll_answer", args=[missing[0].uid])))
    # Of home education, and of a child whom nobody can find.
    assert page.count("a concern in your name") == 2


def test_the_office_reads_the_same_after_home_education_of_any_child(office, desk, missing):
    protected, other, *_ = missing
    lead = factories.viewer(office.school, Role.DSL)
    factories.concern_at(State.TAKEN, where=office.school, lead=lead, children=(protected.child,))
    homes.add_status(lead, protected.child, "section_47")
    pages = []
    for question in (protected, other):
        typed = filled_in((question, "home_education", ""))
        desk.client.post(reverse("roll_leavers"), typed)
        question.refresh_from_db()
        own = text(desk.client.get(reverse("roll_answer", args=[question.uid])))
        pages.append(_same(own).replace(question.child.name, "A pupil"))
    assert pages[0] == pages[1]


def test_the_file_of_a_child_with_a_closed_concern_reopens_it(office, missing):
    child = missing[0].child
    concern = factories.concern_at(State.CLOSED, where=office.school, children=(child,))
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    concern.refresh_from_db()
    assert concern.state == State.DECIDED
    assert [step.departure.place for step in open_steps(child, StepKind.SEND_FILE)] == [
        "Leeds High"
    ]


def leave_and_return(office, missing, by_file: bool) -> Step:
    """A child goes to another school and is on the roll again. Returns the step for their file."""
    child = missing[0].child
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    step = Step.objects.open().get(kind=StepKind.SEND_FILE)
    if by_file:
        office.bring(exports.roll(20), LATER + WEEK)
    else:
        child.refresh_from_db()
        return_pupil_by_hand(child, LATER + WEEK)
    step.refresh_from_db()
    return step


@pytest.mark.parametrize("by_file", [True, False])
def test_no_file_is_owed_for_a_child_who_is_on_the_roll_again(office, missing, by_file):
    factories.concern_at(State.TAKEN, where=office.school, children=(missing[0].child,))
    step = leave_and_return(office, missing, by_file)
    assert (step.done_at, step.ended) == (LATER + WEEK, StepEnding.SUPERSEDED)
    assert list(find_integrity_breaches(office.school, (LATER + WEEK).date())) == []


def test_what_was_reopened_for_the_file_of_a_child_who_is_back_is_the_leads_to_close(
    office, missing
):
    factories.concern_at(State.CLOSED, where=office.school, children=(missing[0].child,))
    step = leave_and_return(office, missing, by_file=True)
    owed = step.concern.steps.open().get()
    assert (owed.kind, owed.holder_role) == (StepKind.NEXT_MOVE, Role.DSL)


def test_the_file_of_another_child_of_the_concern_is_still_to_be_sent(office, missing):
    both = missing[0].child, missing[1].child
    factories.concern_at(State.TAKEN, where=office.school, children=both)
    for question in missing[:2]:
        office.answer(question, RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    office.bring([one for one in exports.roll(20) if one.upn != both[1].upn], LATER + WEEK)
    still = Step.objects.open().filter(kind=StepKind.SEND_FILE)
    assert [step.departure.child for step in still] == [both[1]]


def test_the_file_goes_by_the_newest_open_concern_alone(office, missing):
    child = missing[0].child
    older = factories.concern_at(State.TAKEN, where=office.school, children=(child,))
    factories.concern_at(State.CLOSED, where=office.school, children=(child,))
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    assert [step.concern for step in open_steps(child, StepKind.SEND_FILE)] == [older]
