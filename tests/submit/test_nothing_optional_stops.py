"""Tests that no optional answer stops a concern: what cannot be read is kept as written."""

import html
import re
import uuid
from datetime import UTC, datetime

import pytest

from concerns.forms.base_form import PostedFields
from concerns.models import Concern
from concerns.reading import concern_history
from concerns.rules.clocks import StepKind
from concerns.rules.roles import Role
from concerns.submit.forms import ConcernForm
from tests import factories
from tests.desk import page_text


def send(staff, child, **given):
    """The concern that was sent with the answers `given`."""
    answer = staff.send(staff.answers(child, **given))
    assert answer.status_code == 302, re.findall("error-message.*?</p>", answer.content.decode())
    return Concern.objects.get()


def day(typed):
    parts = [*typed.split("/"), "", ""][:3]
    return dict(
        zip(("happened_on_day", "happened_on_month", "happened_on_year"), parts, strict=True)
    )


SIZES = {
    "about 2.5": ("2.5", "about 2.5 (read as 2.5 cm)"),
    "under 1": (None, "under 1"),
    "3 marks, about 1 each": ("1.0", "3 marks, about 1 each (read as 1.0 cm)"),
    "6 x 4": ("6.0", "6 x 4 (read as 6.0 cm)"),
    "2cm": ("2.0", "2.0 cm"),
    "size of a 50p": (None, "size of a 50p"),
    "1/2": ("0.5", "1/2 (read as 0.5 cm)"),
    "Infinity": (None, "Infinity"),
    "-3": (None, "-3"),
}


@pytest.mark.parametrize("written", SIZES)
def test_the_size_of_a_mark_is_what_was_written(staff, child, written):
    number, said = SIZES[written]
    mark = send(staff, child, **{"mark-0-place": "ear", "mark-0-size": written}).marks.get()
    assert (mark.size_written, mark.size_cm and str(mark.size_cm)) == (written, number)
    assert mark.mark_in_words == f"Ear, {said}"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mark-0-size": "about 2"}, "Place not written, about 2 (read as 2.0 cm)"),
        ({"mark-0-described": "red"}, "Place not written: red"),
        ({"mark-0-place": "tail", "mark-0-side": "left"}, "Place not written, left"),
        ({"mark-0-place": "ear", "mark-0-side": "inside"}, "Ear"),
    ],
)
def test_a_mark_that_is_half_filled_in_is_a_mark(staff, child, given, said):
    concern = send(staff, child, **given)
    assert concern.marks.get().mark_in_words == said
    for made_up in {"tail", "inside"} & {*given.values()}:
        assert f"“{made_up}”" in concern.not_read


UNREAD = {
    "a day to come": (day("1/1/2190"), "What day did it happen: “1 1 2190”. That day was still"),
    "a day that never was": (day("31/2/2026"), "“31 2 2026”"),
    "half a day": (day("3"), "What day did it happen: “3”."),
    "a day in letters": (day("x/y/z"), "“x y z”"),
    "a year of two figures": (day("27/3/26"), "“27 3 26”"),
    "a long number": (day("9" * 5000 + "/1/2026"), "What day did it happen"),
    "a time that is none": ({"happened_at": "half past"}, "At what time: “half past”."),
    "an hour the clocks skipped": (
        {**day("29/3/2026"), "happened_at": "01:30"},
        "“01:30”. The clocks went forward that night, and there was no such time.",
    ),
    "a made-up way of knowing": ({"how_known": "magic"}, "How do you know: “magic”."),
    "a made-up sureness": ({"how_sure": "quite"}, "How sure are you of when: “quite”."),
    "a made-up teller": ({"teller_is": "elf", "told_words": "No"}, "Who told you: “elf”."),
    "a made-up category": ({"categories": ["neglect", "cats"]}, "Do any of these fit: "),
    "an unknown child involved": ({"involved": str(uuid.uuid4())}, "not on this school's roll"),
    "an unknown child shut out": ({"excluded": "Robert'); --"}, "does not work here"),
    "a teller without words": ({"teller": "Mrs Okoro"}, "who they were: “Mrs Okoro”"),
    "when told, without words": ({"told_when": "at nine"}, "if not just now: “at nine”"),
    "words without a teller": ({"told_words": "He cried"}, "who it was is not written"),
    "a tick without a mark": ({"cannot_move": "on"}, "no mark is written down"),
    "FGM known without its category": ({"fgm_known": "on"}, "Ask what is known."),
}


@pytest.mark.parametrize("wrong", UNREAD)
def test_what_cannot_be_read_is_kept_as_written_and_sent(staff, child, wrong):
    given, note = UNREAD[wrong]
    assert note in send(staff, child, **given).not_read


@pytest.mark.parametrize("wrong", UNREAD)
def test_whoever_reads_it_is_told_what_could_not_be_read(staff, child, wrong):
    concern = send(staff, child, **UNREAD[wrong][0])
    assert ("Could not be read", concern.not_read) in concern_history.list_account_answers(
        Concern.objects.prefetch_related("category_rows").get(pk=concern.pk)
    )


def test_the_lead_and_the_writer_both_read_it(staff, child, another):
    concern = send(staff, child, happened_at="after lunch", **day("31/2/2026"))
    receipt = html.unescape(staff.open(f"/submit/sent/{concern.uid}/").content.decode())
    assert "could not be read" in receipt
    assert "“after lunch”" in receipt
    lead = another(None, Role.DSL)
    page = html.unescape(page_text(lead.open(f"/triage/{concern.uid}/")))
    assert "Some answers could not be read" in page
    assert "31 2 2026, after lunch" in page


def test_what_can_be_read_beside_it_is_read(staff, child):
    concern = send(
        staff, child, categories=["neglect", "cats"], happened_at="half past", **day("2/11/2026")
    )
    assert concern.happened_on == datetime(2026, 11, 2, tzinfo=UTC).date()
    assert concern.happened_at is None
    assert [row.category for row in concern.category_rows.all()] == ["neglect"]


@pytest.mark.parametrize(
    ("typed", "at", "as_written"),
    [
        ("215", "14:15", "215 (read as 14:15)"),
        ("2.15", "14:15", "2.15 (read as 14:15)"),
        ("2.15pm", "14:15", "2.15pm (read as 14:15)"),
        ("14.15", "14:15", ""),
        ("02:15", "02:15", ""),
        ("2.15am", "02:15", "2.15am (read as 02:15)"),
    ],
)
def test_how_a_time_was_read_stands_beside_it(staff, child, typed, at, as_written):
    concern = send(staff, child, happened_at=typed, **day("2/11/2026"))
    assert (f"{concern.happened_at:%H:%M}", concern.when_written) == (at, as_written)
    assert as_written in page_text(staff.open(f"/submit/sent/{concern.uid}/"))


def test_a_time_still_to_come_today_is_kept_as_words_beside_its_day(child):
    now = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
    typed = {"child": str(child.uid), "account": "Sad", "going_home": "no", "happened_at": "11:00"}
    typed |= day("3/11/2026")
    form = ConcernForm(
        PostedFields.from_fields({name: [said] for name, said in typed.items()}),
        now=now,
        draft=uuid.uuid4(),
        chosen={str(child.uid): child},
        colleagues={},
    )
    assert form.is_valid(), form.errors
    account = form.to_account()
    assert (account.happened_on, account.happened_at) == (now.date(), None)
    assert account.when_written == "11:00"
    assert account.not_read == "At what time: “11:00”. That time was still to come."


def test_a_time_without_its_day_is_kept(staff, child):
    assert f"{send(staff, child, happened_at='14:30').happened_at:%H:%M}" == "14:30"


def test_how_a_time_is_read_is_shown_before_it_is_sent(staff, child):
    page = staff.send(staff.answers(child, happened_at="215", do="another_mark"))
    assert "215 (read as 14:15)" in page.content.decode()
    assert "2.15 is read as 14:15" in staff.open().content.decode()


def test_a_mark_without_a_place_on_a_child_who_cannot_move_is_referred_at_once(staff, child):
    concern = send(staff, child, **{"cannot_move": "on", "mark-0-size": "about 1"})
    assert concern.steps.filter(kind=StepKind.REFER_NOW).exists()


def test_that_a_child_cannot_move_is_looked_at_now_even_without_a_mark(staff, child):
    concern = send(staff, child, cannot_move="on")
    assert concern.steps.filter(kind=StepKind.FIRST_LOOK_NOW).exists()
    assert concern.cannot_move


def test_more_children_than_there_is_room_for_are_named_in_words(staff, child, where, monkeypatch):
    monkeypatch.setattr("concerns.submit.forms.MOST_CHILDREN", 1)
    one, other = (factories.child(where, name, "Overmany") for name in ("Ana", "Bea"))
    concern = send(staff, child, involved=[str(one.uid), str(other.uid)])
    named = {row.child for row in concern.children.all()}
    assert len(named) == 2
    assert "Also picked as involved: " in concern.not_read


@pytest.mark.parametrize("needed", [{"account": ""}, {"going_home": ""}, {"child": []}])
def test_what_is_needed_is_still_asked_for(staff, child, needed):
    answer = staff.send(staff.answers(child, happened_at="x", **needed))
    assert answer.status_code == 422
    assert 'value="x"' in answer.content.decode()
