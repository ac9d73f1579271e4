"""Tests for a lead whom the head brings into one concern about an adult: what they read, and when
that ends."""

import json

import pytest

from concerns.adult import acts as adult
from concerns.doors.act import ActRefused
from concerns.models import AdultConcern, AdultEntry, LedgerLine, Post
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import Desk, page_text
from tests.factories import NOW
from tests.form_on_page import forms_on_page

WHY = "She knows the family."


@pytest.fixture
def desk(client, where):
    """The head's."""
    return Desk(client, where, Role.HEAD, name="Hedda Head")


@pytest.fixture
def concern(desk, writer, dan):
    return adults.adult_concern_at(
        State.TAKEN, by=writer, reader=desk.viewer, whom=dan, now=desk.now
    )


def bring_in(desk, concern, lead, why=WHY) -> AdultEntry:
    current = adults.reload_adult_concern(concern)
    said = {"by": desk.viewer, "concern": current, "person": lead.person, "now": desk.now}
    return adult.bring_in(**said, why=why)


def end(desk, concern, lead) -> None:
    current = adults.reload_adult_concern(concern)
    said = {"by": desk.viewer, "concern": current, "person": lead.person, "now": desk.now}
    adult.end_reading(**said, why="It is done.")


def reads(lead, concern) -> bool:
    return AdultConcern.objects.visible_to(lead).filter(pk=concern.pk).exists()


def client_of(lead) -> SecureClient:
    return factories.sign_in(SecureClient(), lead.person)


def page(concern, name="") -> str:
    return f"/adult/{concern.uid}/{name}/" if name else f"/adult/{concern.uid}/"


def test_a_lead_reads_the_one_concern_they_were_brought_into_and_no_other(
    desk, concern, lead, writer, dan
):
    other = adults.send_adult_concern(writer, dan, desk.now)
    bring_in(desk, concern, lead)
    leads = client_of(lead)
    shown = page_text(leads.get(page(concern)))
    assert adults.ACCOUNT in shown
    assert other.reference not in shown
    assert leads.get(page(other)).status_code == 404
    assert leads.get("/adult/").status_code == 403


def test_the_page_says_who_was_brought_in_by_whom_when_and_why(desk, concern, lead):
    bring_in(desk, concern, lead)
    for reader in (desk.client, client_of(lead)):
        shown = " ".join(page_text(reader.get(page(concern))).split())
        said = shown.split("Leads who were brought in")[1].split("</ul>")[0]
        assert "Dee Lead, by Hedda Head, " in said
        assert WHY in said


def test_the_head_brings_a_lead_in_by_the_page_and_ends_it_by_the_page(desk, concern, lead):
    answers = {"person": str(lead.person.uid), "why": WHY}
    assert desk.press(page(concern, "bring"), answers).headers["Location"] == page(concern)
    assert reads(lead, concern)
    assert desk.press(page(concern, "end"), answers).headers["Location"] == page(concern)
    assert not reads(lead, concern)


def test_the_lead_finds_it_among_their_own_concerns(desk, concern, lead):
    leads = client_of(lead)
    assert concern.reference not in page_text(leads.get("/submit/"))
    bring_in(desk, concern, lead)
    assert concern.reference in page_text(leads.get("/submit/"))


def test_the_lead_finds_it_by_its_reference(desk, concern, lead):
    bring_in(desk, concern, lead)
    found = client_of(lead).post("/child/search/", {"words": concern.reference})
    assert page(concern) in page_text(found)


def test_the_lead_adds_a_note_which_the_head_has_to_read(desk, concern, lead):
    bring_in(desk, concern, lead)
    leads = client_of(lead)
    there = page(concern, "note")
    form = next(one for one in forms_on_page(leads.get(there)) if "words" in one.boxes)
    answer = leads.post(there, form.fields(words="I taught his brother."), follow=True)
    assert "I taught his brother." in page_text(answer)
    owed = concern.steps.open().filter(kind=AdultStepKind.READ_ADDITION)
    assert owed.get().holder_role == Role.HEAD


def test_the_leads_own_note_does_not_end_the_reading_of_what_the_writer_added(
    desk, concern, lead, writer
):
    bring_in(desk, concern, lead)
    said = {"concern": adults.reload_adult_concern(concern), "now": desk.now}
    adult.add(by=writer, words="And again today.", **said)
    said["concern"] = adults.reload_adult_concern(concern)
    adult.note(by=lead, words="I taught his brother.", **said)
    assert concern.steps.open().filter(kind=AdultStepKind.READ_ADDITION).count() == 1


def test_the_lead_is_offered_a_note_and_nothing_else(desk, concern, lead):
    bring_in(desk, concern, lead)
    shown = page_text(client_of(lead).get(page(concern)))
    named = ("take", "decide", "speak", "note", "tell", "about", "exclude", "hand", "close")
    named += ("bring", "end")
    assert [name for name in named if page(concern, name) in shown] == ["note"]


@pytest.mark.parametrize("name", ["take", "decide", "close", "about", "bring", "end"])
def test_the_lead_does_nothing_else_there(desk, concern, lead, name):
    bring_in(desk, concern, lead)
    assert client_of(lead).post(page(concern, name), {}).status_code == 403


def test_its_subject_is_never_brought_in(desk, writer, lead):
    concern = adults.send_adult_concern(writer, lead.person, desk.now)
    factories.person(desk.where, Role.DEPUTY)
    with pytest.raises(ActRefused, match="Choose a safeguarding lead"):
        bring_in(desk, concern, lead)


def test_whoever_is_excluded_is_never_brought_in(desk, concern, lead):
    said = {"concern": adults.reload_adult_concern(concern), "person": lead.person}
    adult.exclude(by=desk.viewer, why="His friend.", now=desk.now, **said)
    assert lead.person.name not in page_text(desk.open(page(concern, "bring"))).split("<form")[-1]
    with pytest.raises(ActRefused, match="no other safeguarding lead"):
        bring_in(desk, concern, lead)


@pytest.mark.parametrize("role", [Role.STAFF, Role.OFFICE, Role.CHAIR, Role.YEAR_LEAD])
def test_nobody_but_a_lead_is_brought_in(desk, concern, lead, role):
    other = factories.viewer(desk.where, role)
    with pytest.raises(ActRefused, match="Choose a safeguarding lead"):
        bring_in(desk, concern, other)


def test_nobody_but_the_head_brings_a_lead_in(desk, concern, lead):
    bring_in(desk, concern, lead)
    other = factories.viewer(desk.where, Role.DEPUTY)
    said = {"concern": concern, "person": other.person, "why": WHY, "now": NOW}
    with pytest.raises(ActRefused, match="Your post"):
        adult.bring_in(by=lead, **said)


def test_into_what_went_to_the_chair_nobody_is_brought(desk, writer, lead, chair):
    concern = adults.send_adult_concern(writer, desk.viewer.person, desk.now)
    both = factories.viewer(desk.where, Role.HEAD, Role.CHAIR)
    with pytest.raises(ActRefused, match="did not go to the head"):
        adult.bring_in(by=both, concern=concern, person=lead.person, why=WHY, now=desk.now)


def test_the_lead_becomes_its_subject_and_reads_it_no_more(desk, concern, lead):
    bring_in(desk, concern, lead)
    said = {"concern": adults.reload_adult_concern(concern), "person": lead.person}
    adult.about(by=desk.viewer, why="It was her.", now=desk.now, **said)
    assert not reads(lead, concern)
    assert "Leads who were brought in" not in page_text(desk.open(page(concern)))


def test_the_head_ends_it_and_may_begin_it_again(desk, concern, lead):
    bring_in(desk, concern, lead)
    end(desk, concern, lead)
    assert not reads(lead, concern)
    with pytest.raises(ActRefused, match="does not read it any more"):
        end(desk, concern, lead)
    bring_in(desk, concern, lead)
    assert reads(lead, concern)


def test_a_lead_who_reads_it_is_not_brought_in_twice(desk, concern, lead):
    factories.person(desk.where, Role.DEPUTY)
    bring_in(desk, concern, lead)
    with pytest.raises(ActRefused, match="does not read it yet"):
        bring_in(desk, concern, lead)


def test_it_ends_with_the_concern_and_does_not_come_back_with_it(desk, writer, dan, lead):
    said = {"by": writer, "reader": desk.viewer, "whom": dan, "now": desk.now}
    concern = adults.adult_concern_at(State.DECIDED, **said)
    bring_in(desk, concern, lead)
    current = adults.reload_adult_concern(concern)
    ended = {"outcome": "low_level", "why": "Talked through.", "words_back": "Thank you."}
    adult.close(by=desk.viewer, concern=current, now=desk.now, **ended)
    assert not reads(lead, concern)
    current = adults.reload_adult_concern(concern)
    adult.reopen(by=desk.viewer, concern=current, why="A new sign.", now=desk.now)
    assert not reads(lead, concern)


def test_it_ends_when_the_concern_goes_to_the_chair(desk, concern, lead, chair):
    bring_in(desk, concern, lead)
    current = adults.reload_adult_concern(concern)
    adult.hand(by=desk.viewer, concern=current, note="You have it.", now=desk.now)
    assert not reads(lead, concern)
    current = adults.reload_adult_concern(concern)
    adult.hand(by=chair, concern=current, note="It is yours.", now=desk.now)
    assert not reads(lead, concern)


def test_it_ends_when_the_concern_turns_out_to_be_about_the_head(desk, concern, lead, chair):
    bring_in(desk, concern, lead)
    said = {"concern": adults.reload_adult_concern(concern), "person": desk.viewer.person}
    adult.about(by=desk.viewer, why="It was me.", now=desk.now, **said)
    assert not reads(lead, concern)


def test_it_ends_with_the_post_of_the_lead(desk, concern, lead):
    bring_in(desk, concern, lead)
    Post.objects.filter(person=lead.person).update(role=Role.STAFF)
    assert client_of(lead).get(page(concern)).status_code == 403
    assert "Leads who were brought in" not in page_text(desk.open(page(concern)))


def test_each_begin_and_end_and_reading_leaves_a_line_without_the_reason(desk, concern, lead):
    bring_in(desk, concern, lead)
    client_of(lead).get(page(concern))
    end(desk, concern, lead)
    kinds = [Kind.BROUGHT_IN, Kind.OPENED, Kind.READING_ENDED]
    lines = list(LedgerLine.objects.filter(kind__in=kinds).order_by("id"))
    assert [line.kind for line in lines] == kinds
    assert lines[1].actor == lead.person
    assert json.loads(lines[0].body)["fields"] == ["why"]
    assert WHY not in lines[0].body


def test_the_page_costs_the_same_with_few_leads_and_with_many(desk, concern, lead):
    bring_in(desk, concern, lead)
    desk.open(page(concern))
    few = len(list_statements(lambda: desk.open(page(concern))))
    for _ in range(3):
        bring_in(desk, concern, factories.viewer(desk.where, Role.DEPUTY))
    assert len(list_statements(lambda: desk.open(page(concern)))) == few
