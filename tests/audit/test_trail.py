"""Tests for the trail of one concern: everything that happened to it, and who knew of it when."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.http import Http404

from concerns.chase import acts as chase
from concerns.child import queries as child_pages
from concerns.doors import clock_round, ledger, sight
from concerns.doors.act import ActRefused
from concerns.models import Concern, Draft, LedgerLine, School, Viewer
from concerns.paper.audit_trail import ConcernTrail, build_trail
from concerns.reading.chronology_places import ChronologyFilters
from concerns.reading.who_was_told import OUTSIDE
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.audit.conftest import close, look, send, text

NOW = factories.NOW


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def at(viewer: Viewer, minutes: int) -> Viewer:
    """The same person, so many minutes later."""
    return Viewer(viewer.person, viewer.school, viewer.roles, after(minutes))


def told(viewer: Viewer, concern: Concern) -> ConcernTrail:
    return build_trail(sight.open_concern(viewer, concern.uid, Kind.TRAIL), viewer)


def whats(found: ConcernTrail) -> list[str]:
    return [entry.what for entry in found.entries]


@pytest.fixture
def deputy(where):
    return factories.viewer(
        where, Role.DEPUTY, who=factories.person(where, Role.DEPUTY, name="Pru")
    )


@pytest.fixture
def concern(where, writer):
    return factories.send_concern(writer, factories.child(where), now=NOW).concern


def test_it_tells_the_marks_the_writer_saw(where, head, writer):
    concern = factories.send_concern(
        writer, factories.child(where), marks=(factories.body_mark(),)
    ).concern
    first = told(head, concern).entries[0]
    assert ("Visible mark", concern.marks.get().mark_in_words) in first.facts


def test_the_whole_way_is_told_in_the_order_it_went(head, lead, deputy, writer, concern):
    sight.open_concern(at(lead, 5), concern.uid)
    triage.take(by=lead, concern=concern, now=after(10))
    made = factories.decision_answers(concern, Route.SOCIAL_CARE, Route.PARENTS)
    triage.decide(by=lead, concern=concern, decided=made, now=after(20))
    referral = concern.referrals.get()
    send(lead, referral, after(30))
    refer.speak(
        by=lead,
        concern=concern,
        spoken_to="parent",
        who="His mother",
        said="She was glad.",
        happened_at=after(35),
        now=after(40),
    )
    refer.hear_back(
        by=lead,
        referral=referral,
        answer="early_help",
        spoken_to="Duty worker",
        words="Yes.",
        happened_at=after(50),
        now=after(50),
    )
    refer.give_view(by=deputy, referral=referral, view="agree", words="We agree.", now=after(60))
    submit.add(by=writer, concern=concern, words="One more thing.", now=after(70))
    step = concern.steps.open().get(kind="read_addition")
    chase.do_step(by=lead, step=step, words="Read it.", now=after(80))
    chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=after(90))
    close(lead, concern, after(100))
    triage.reopen(by=deputy, concern=concern, why="He came again.", now=after(110))
    happened = [what for what in whats(told(at(head, 120), concern)) if "Next step" not in what]
    assert [what for what in happened if not what.startswith(("Done", "Superseded", "Ended"))] == [
        "Sent the concern",
        "Read a concern",
        "Said 'I have this'",
        "Decided",
        "Refer to children's social care: sent, waiting for an answer",
        "Spoke to: Parent or carer",
        "Refer to children's social care: answered, waiting for the school's view",
        "Refer to children's social care: answered, and the school agrees",
        "Added to it",
        "Wrote a note for the leads",
        "Replied to the person who wrote it",
        "Closed it: Explained, and nothing more is needed",
        "Replied to the person who wrote it",
        "Reopened it",
        "Read a concern's whole trail",
    ]


def test_every_line_of_the_record_is_told_or_has_a_row_that_is(head, lead, writer, where):
    concern = factories.concern_at(State.CLOSED, where=where, by=writer, lead=lead, now=NOW)
    found = told(at(head, 90), concern)
    lines = LedgerLine.objects.filter(concern=concern.uid)
    done_at = {line.received for line in lines}
    assert done_at <= {entry.at for entry in found.entries}


def test_what_was_decided_and_why_is_told_and_a_superseded_decision_says_so(head, lead, concern):
    triage.decide(
        by=lead, concern=concern, decided=factories.decision_answers(concern), now=after(10)
    )
    later = factories.decision_answers(concern, Route.NO_FURTHER, reason="It is explained.")
    triage.decide(by=lead, concern=concern, decided=later, now=after(20))
    first, second = [one for one in told(at(head, 30), concern).entries if one.what == "Decided"]
    assert ("Why", "The third time this term.") in first.facts
    assert ("Note", "Superseded by a later decision") in first.facts
    assert ("Why", "It is explained.") in second.facts
    assert "Note" not in dict(second.facts)


def test_a_step_says_by_how_much_it_was_late(head, lead, concern):
    triage.take(by=lead, concern=concern, now=after(185))
    done, begun = [
        next(one for one in told(at(head, 24 * 60 * 8), concern).entries if one.what == what)
        for what in ("Done: First look", "Next step: Decide. Held by Dee, not done yet")
    ]
    assert done.late == "1 school hour late"
    assert begun.late == "3 school days late"


def test_a_draft_says_when_it_was_begun(head, writer, where):
    draft = uuid.uuid4()
    Draft.objects.create(
        uid=draft, person=writer.person, school=where, begun_at=after(-50), saved_at=after(-40)
    )
    account = factories.concern_account(factories.child(where))
    sent = submit.submit(by=writer, draft=draft, account=account, now=NOW).concern
    first = told(at(head, 5), sent).entries[0]
    assert (first.what, first.at, first.who) == ("Began to write it", after(-50), "Wyn")


def test_a_visible_mark_is_told_in_words(head, where, writer):
    marked = factories.send_concern(
        writer, factories.child(where), now=NOW, marks=(factories.body_mark(),)
    )
    found = told(at(head, 5), marked.concern)
    facts = next(dict(entry.facts) for entry in found.entries if entry.what == "Sent the concern")
    assert facts["Visible mark"] == "Ear, left, 1.5 cm: round, red"


def test_a_refused_attempt_is_told_with_what_was_tried(head, lead, concern):
    with pytest.raises(ActRefused):
        close(lead, concern, after(10))
    refused = next(one for one in told(at(head, 20), concern).entries if one.mark == "refused")
    assert refused.what == "Was refused: Closed it"
    assert refused.who == "Dee, Designated safeguarding lead"


def test_readings_with_nothing_between_them_are_told_once(head, lead, concern):
    for minutes in (5, 6, 7):
        sight.open_concern(at(lead, minutes), concern.uid)
    triage.take(by=lead, concern=concern, now=after(10))
    sight.open_concern(at(lead, 11), concern.uid)
    reads = [one for one in told(at(head, 20), concern).entries if one.what == "Read a concern"]
    assert [(one.times, one.last) for one in reads] == [(3, after(7)), (1, None)]


# Who knew, and when


def shown_a_list(viewer: Viewer) -> None:
    sight.read_list(viewer, Concern.objects.visible_to(viewer))


def knew(viewer: Viewer, concern: Concern) -> list[tuple]:
    return [(one.who, one.at, one.how, one.read_at) for one in told(viewer, concern).knew]


def test_who_knew_is_told_in_the_order_they_came_to_know(head, lead, deputy, concern):
    shown_a_list(at(lead, 2))
    sight.open_concern(at(lead, 5), concern.uid)
    triage.take(by=lead, concern=concern, now=after(6))
    triage.hand(by=lead, concern=concern, to=deputy.person, note="Please.", now=after(7))
    assert knew(at(head, 20), concern) == [
        ("Wyn", NOW, "Sent a concern", NOW),
        ("Dee", after(2), "Was shown a list", after(5)),
        ("Pru", after(7), "Was handed it by Dee", None),
        ("Hal", after(20), "Read a concern's whole trail", after(20)),
    ]


def test_word_sent_is_told_with_to_whom_it_went_and_why(head, lead, concern):
    clock_round.run_reminder_round(after(24 * 60))
    sent = [entry for entry in told(head, concern).entries if entry.what == Kind.NOTICED.label]
    assert (sent[0].who, sent[0].facts) == (lead.person.name, (("Because", "It was late"),))


def test_word_sent_to_the_adviser_outside_says_so_and_not_to_whom(head, lead, concern):
    adviser = {"adviser_name": "Priya Rao", "adviser_email": "p@council.example"}
    School.objects.filter(pk=head.school.pk).update(**adviser, adviser_of="Westshire")
    for day in range(1, 8):
        clock_round.run_reminder_round(after(24 * 60 * day))
    sent = [entry.who for entry in told(head, concern).entries if entry.what == Kind.NOTICED.label]
    assert OUTSIDE in sent


def test_who_was_sent_word_knew_that_it_was_there_and_not_what_it_says(head, lead, concern):
    clock_round.run_reminder_round(after(24 * 60))
    knew = next(one for one in told(head, concern).knew if one.who == lead.person.name)
    assert (knew.at, knew.how, knew.read_at) == (after(24 * 60), Kind.NOTICED.label, None)


def test_who_read_the_childs_story_knew(head, lead, concern):
    child = concern.children.get().child
    child_pages.read_child_page(at(lead, 3), child.uid, ChronologyFilters())
    assert knew(at(head, 20), concern)[1] == ("Dee", after(3), "Read a child's story", after(3))


def test_who_read_the_childs_story_before_it_was_sent_did_not_know(head, lead, writer, where):
    child = factories.child(where)
    child_pages.read_child_page(at(lead, -3), child.uid, ChronologyFilters())
    concern = factories.send_concern(writer, child, now=NOW).concern
    assert "Dee" not in {who for who, *_ in knew(at(head, 20), concern)}


def test_who_was_shown_it_beside_another_concern_of_the_child_knew(head, lead, writer, concern):
    later = factories.send_concern(writer, concern.children.get().child, now=after(60)).concern
    look(at(lead, 70), f"/triage/{later.uid}/")
    how = {who: how for who, _, how, _ in knew(at(head, 80), concern)}
    assert how["Dee"] == "Was shown a list, beside a concern"


def test_who_was_refused_did_not_come_to_know(head, where, concern):
    other = factories.viewer(where, Role.STAFF)
    with pytest.raises(Http404):
        submit.add(by=other, concern=concern, words="Mine too.", now=after(5))
    assert other.person.name not in {who for who, *_ in knew(at(head, 20), concern)}


def test_parents_agencies_and_people_told_by_voice_knew_too(head, lead, writer, where):
    concern = factories.send_concern(
        writer, factories.child(where), now=NOW, danger=True, told_in_person="Mr Hart, caretaker"
    ).concern
    submit.told(by=writer, concern=concern, whom="Dee, in the hall", now=after(3))
    made = factories.decision_answers(concern, Route.SOCIAL_CARE)
    triage.decide(by=lead, concern=concern, decided=made, now=after(5))
    refer.speak(
        by=lead,
        concern=concern,
        spoken_to="parent",
        who="His father",
        said="He came.",
        happened_at=after(8),
        now=after(9),
    )
    send(lead, concern.referrals.get(), after(10))
    found = [(one.who, one.at) for one in told(at(head, 20), concern).knew if one.outside]
    assert found == [
        ("Mr Hart, caretaker", NOW),
        ("Dee, in the hall", after(3)),
        ("His father", after(8)),
        ("Westshire, Duty worker", after(10)),
    ]


def test_lists_are_looked_for_in_a_fixed_number_of_lines(head, lead, concern, monkeypatch):
    monkeypatch.setattr(ledger, "LISTS_LOOKED_THROUGH", 2)
    for minutes in (1, 2, 3):
        shown_a_list(at(lead, minutes))
    found = ledger.lists_showing_concern(told(at(head, 20), concern).concern)
    assert [line.at for line in found] == [after(1), after(2)]


# The pages


def test_opening_a_trail_and_taking_it_out_are_on_record(head, concern):
    look(head, f"/audit/concern/{concern.uid}/")
    look(head, f"/audit/print/{concern.uid}/")
    lines = LedgerLine.objects.filter(concern=concern.uid, actor=head.person).order_by("id")
    assert [line.kind for line in lines] == [Kind.TRAIL, Kind.EXPORTED]


def test_the_page_says_who_knew_before_it_tells_the_trail(head, concern):
    page = text(head, f"/audit/concern/{concern.uid}/")
    assert page.index("Who knew, and when") < page.index("Everything that happened")
    assert "He said his tummy hurt" in page


def test_a_title_tells_the_reference_and_no_name(head, concern):
    page = text(head, f"/audit/concern/{concern.uid}/")
    title = page.split("<title>")[1].split("</title>")[0]
    assert title == f"Whole trail of {concern.reference} - Safeguarding concerns"


LATER = "written down later"


def trail_after_talk(head, lead, concern, minutes: int) -> str:
    """The trail's page, with a call that is written down so many minutes after it."""
    said = {"spoken_to": "parent", "who": "Mother", "said": "She listened."}
    refer.speak(by=lead, concern=concern, happened_at=after(10), now=after(10 + minutes), **said)
    return text(at(head, 120), f"/audit/concern/{concern.uid}/")


@pytest.mark.parametrize(("minutes", "later"), [(0, False), (1, False), (15, False), (16, True)])
def test_only_what_was_written_a_quarter_of_an_hour_later_is_said_to_be(
    head, lead, concern, minutes, later
):
    assert (LATER in trail_after_talk(head, lead, concern, minutes)) == later


def test_how_much_later_that_is_can_be_set(head, lead, concern, settings):
    settings.WRITTEN_LATER_MINUTES = 60
    assert LATER not in trail_after_talk(head, lead, concern, 60)
