"""Tests of which children, concerns and rows a reader of a part of the record reads."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.http import Http404

from concerns.doors import search, sight
from concerns.models import (
    Child,
    Concern,
    ConcernChild,
    Conversation,
    Decision,
    Post,
    Relation,
    Step,
)
from concerns.models.base.case_row import RowOfConcern
from concerns.reading import child_tracker, concern_history
from concerns.refer import acts as refer
from concerns.rules.clocks import StepKind
from concerns.rules.reader_parts import PART_KIND_OF_ROLE, ShownInPart
from concerns.rules.roles import PART_READERS, May, Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.triage import queries as triage_queries
from tests import factories
from tests.conftest import SecureClient
from tests.factories import NOW

pytestmark = pytest.mark.django_db

# Which rows of the concerns of their part they see: written apart from the models, so that a new
# kind of row is thought about.
SHOWN = {
    ShownInPart.AS_THE_CONCERN: {"Concern", "ConcernCategory", "Mark", "SortedCategory"},
    ShownInPart.OF_THEIR_CHILD: {
        "ConcernChild", "Decision", "DecisionChild", "DecisionRoute", "Referral", "ReferralEvent",
        "ChaseCall", "Promise",
    },
    ShownInPart.OF_THEIR_CHILD_OR_WHOLE: {"Conversation"},
    ShownInPart.WHOLLY_THEIRS: {
        "CategorySorting", "WordBack", "Ending", "Refiling", "WordKey", "ComingMeeting",
        "MeetingChange", "Meeting", "MeetingAction", "Watch",
    },
    ShownInPart.WRITTEN_LATER: {"Addition"},
    ShownInPart.WITH_ITS_ENTRY: {"Attachment"},
    ShownInPart.NEVER: {"Exclusion", "Handing", "Step", "Task", "TaskAnswer"},
}  # fmt: skip


class Pair:
    """A concern about a child of Year 5 and her brother in Year 3, both decided on apart, with what
    was said of each; and a head of Year 5."""

    def __init__(self):
        self.where = factories.school()
        self.lead = factories.viewer(self.where, Role.DSL)
        self.theirs = factories.child(self.where, "Asha", "Merrow", year="Year 5", class_name="5K")
        self.other = factories.child(self.where, "Ben", "Merrow", year="Year 3", class_name="3K")
        self.reader = factories.part_reader(self.where, years=("Year 5",))
        self.at = (NOW + timedelta(minutes=5 * step) for step in itertools.count(1))

    def both(self) -> Concern:
        writer = factories.viewer(self.where)
        concern = factories.send_concern(writer, self.theirs, self.other, now=NOW).concern
        triage.take(by=self.lead, concern=concern, now=next(self.at))
        for child, reason in ((self.theirs, "Of the girl."), (self.other, "Of the boy.")):
            row = concern.children.get(child=child)
            said = replace(
                factories.decision_answers(concern, Route.SOCIAL_CARE),
                children=(row,),
                reason=reason,
            )
            triage.decide(by=self.lead, concern=concern, decided=said, now=next(self.at))
            moment = next(self.at)
            refer.speak(
                by=self.lead, concern=concern, concern_child=row, happened_at=moment, now=moment,
                who="Mother", said=reason, spoken_to="parent",
            )  # fmt: skip
        triage.note(by=self.lead, concern=concern, words="Both again.", now=next(self.at))
        return concern


@pytest.fixture
def pair():
    return Pair()


def sees(viewer, concern) -> bool:
    return Concern.objects.visible_to(viewer).filter(pk=concern.pk).exists()


def as_role(viewer, *roles, **more):
    return factories.viewer(viewer.school, *roles, who=viewer.person, **more)


def test_every_kind_of_row_says_whether_a_reader_of_a_part_sees_it():
    adult = {"AdultConcern", "AdultExclusion", "AdultStep", "AdultDecision", "AdultEntry"}
    found = {shown: set() for shown in ShownInPart}
    for model in apps.get_app_config("concerns").get_models():
        if issubclass(model, RowOfConcern) and model.__name__ not in adult:
            found[model.shown_in_part].add(model.__name__)
    assert found == SHOWN


def test_every_role_that_reads_a_part_has_its_kind_of_part():
    assert set(PART_KIND_OF_ROLE) == PART_READERS


def test_they_see_a_concern_about_a_child_of_the_part_and_no_other(pair):
    own = factories.send_concern(factories.viewer(pair.where), pair.theirs).concern
    other = factories.send_concern(factories.viewer(pair.where), pair.other).concern
    assert sees(pair.reader, own)
    assert not sees(pair.reader, other)


def test_a_concern_in_which_a_child_of_the_part_is_only_involved_is_not_theirs(pair):
    said = {"involved": (pair.theirs,)}
    concern = factories.send_concern(factories.viewer(pair.where), pair.other, **said).concern
    assert not sees(pair.reader, concern)


def test_of_a_concern_about_several_they_see_the_rows_for_their_own(pair):
    concern = pair.both()
    found = concern_history.load_concern_history(concern, pair.reader)
    assert [row.child for row in found.children] == [pair.theirs]
    assert [row.reason for row in found.decisions] == ["Of the girl."]
    assert [row.decision_id for row in found.referrals] == [found.decisions[0].pk]
    assert [row.said for row in found.conversations] == ["Of the girl."]
    assert (found.additions, found.steps) == ([], [])


def test_of_a_concern_wholly_of_their_part_they_see_all_but_steps(pair):
    concern, _, _ = factories.make_case_of_child(
        pair.theirs, factories.viewer(pair.where), pair.lead,
        factories.viewer(pair.where, Role.DEPUTY), factories.person(pair.where),
    )  # fmt: skip
    theirs = concern_history.load_concern_history(concern, pair.reader)
    whole = concern_history.load_concern_history(concern, pair.lead)
    never = {"steps", "tasks", "noted", "handings", "exclusions"}
    for name in set(vars(whole)) - never - {"concern"}:
        assert getattr(theirs, name) == getattr(whole, name), name
    assert {name for name in never if getattr(theirs, name)} == set()
    assert whole.steps
    assert whole.handings
    assert whole.exclusions


@pytest.mark.parametrize("address", ["/triage/{}/", "/triage/{}/print/"])
def test_no_page_of_a_concern_about_several_names_the_others(pair, address):
    concern = pair.both()
    client = factories.sign_in(SecureClient(), pair.reader.person)
    shown = client.get(address.format(concern.uid)).content.decode()
    assert "Asha Merrow" in shown
    assert "Ben Merrow" not in shown
    assert "Of the boy" not in shown


def test_no_list_of_theirs_names_the_others(pair):
    pair.both()
    client = factories.sign_in(SecureClient(), pair.reader.person)
    for page in ("/triage/", "/triage/?order=child", "/child/tracker/", "/child/tracker/print/"):
        shown = client.get(page).content.decode()
        assert "Asha Merrow" in shown, page
        assert "Ben Merrow" not in shown, page
    story = client.get(f"/child/{pair.theirs.uid}/").content.decode()
    assert "Ben Merrow" not in story
    assert "Of the boy" not in story
    assert "also about" not in story


def test_the_queue_is_not_narrowed_by_the_others(pair):
    concern = pair.both()
    client = factories.sign_in(SecureClient(), pair.reader.person)
    reference = concern.reference.encode()
    assert reference in client.get("/triage/?group=Year+5").content
    assert reference not in client.get("/triage/?group=Year+3").content


def test_the_words_of_a_concern_about_several_are_not_searched(pair):
    pair.both()
    assert search.search_concerns(pair.lead, "tummy").concerns
    assert search.search_concerns(pair.reader, "tummy").concerns == []


def test_the_words_of_a_concern_of_their_own_are_searched_but_for_the_leads_work(pair):
    concern = factories.send_concern(factories.viewer(pair.where), pair.theirs).concern
    to = factories.viewer(pair.where, Role.DEPUTY).person
    triage.take(by=pair.lead, concern=concern, now=next(pair.at))
    triage.hand(by=pair.lead, concern=concern, to=to, note="Marmalade.", now=next(pair.at))
    assert [hit.reference for hit in search.search_concerns(pair.reader, "tummy").concerns] == [
        concern.reference
    ]
    assert search.search_concerns(pair.lead, "marmalade").concerns
    assert search.search_concerns(pair.reader, "marmalade").concerns == []


def test_a_child_who_changes_year_is_read_of_by_other_people_at_once(pair):
    concern = factories.send_concern(factories.viewer(pair.where), pair.theirs).concern
    after = factories.part_reader(pair.where, years=("Year 6",))
    assert (sees(pair.reader, concern), sees(after, concern)) == (True, False)
    Child.objects.filter(pk=pair.theirs.pk).update(year="Year 6")
    assert (sees(pair.reader, concern), sees(after, concern)) == (False, True)


def test_a_child_who_changes_class_is_read_of_by_other_people_at_once(pair):
    reader = factories.part_reader(pair.where, classes=("5K",))
    concern = factories.send_concern(factories.viewer(pair.where), pair.theirs).concern
    assert sees(reader, concern)
    Child.objects.filter(pk=pair.theirs.pk).update(class_name="5L")
    assert not sees(reader, concern)


@pytest.mark.parametrize("named", [False, True])
def test_a_child_who_has_left_is_read_of_by_nobody_who_reads_a_part(pair, named):
    reader = factories.part_reader(
        pair.where, Role.KEYWORKER, children=(pair.theirs,)
    ) if named else pair.reader  # fmt: skip
    concern = factories.send_concern(factories.viewer(pair.where), pair.theirs).concern
    assert sees(reader, concern)
    Child.objects.filter(pk=pair.theirs.pk).update(left=NOW.date())
    assert not sees(reader, concern)
    assert not Child.objects.visible_to(reader).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"until": NOW.date() - timedelta(days=1)},
        {"since": NOW.date() + timedelta(days=1)},
        {"since": NOW.date() + timedelta(days=1), "until": NOW.date(), "called_off": True},
    ],
    ids=["ended", "to come", "called off"],
)
def test_a_post_that_is_not_in_force_shows_nothing_of_its_part(pair, change):
    """Even while another post of theirs reads a part."""
    concern = factories.send_concern(factories.viewer(pair.where), pair.theirs).concern
    other = factories.person(pair.where, Role.KEYWORKER)
    factories.read_part(other, pair.where, children=(pair.other,))
    Post.objects.filter(person=other).update(person=pair.reader.person)
    reader = as_role(pair.reader, Role.YEAR_LEAD, Role.KEYWORKER)
    assert sees(reader, concern)
    Post.objects.filter(person=reader.person, role=Role.YEAR_LEAD).update(**change)
    assert not sees(reader, concern)
    assert Child.objects.visible_to(reader).get() == pair.other


def test_parts_add_up(pair):
    reader = factories.part_reader(pair.where, years=("Year 5",), classes=("3K",))
    assert set(Child.objects.visible_to(reader)) == {pair.theirs, pair.other}


def test_a_lead_who_also_reads_a_part_reads_all(pair):
    other = factories.send_concern(factories.viewer(pair.where), pair.other).concern
    both = as_role(pair.reader, Role.YEAR_LEAD, Role.DSL)
    assert not both.reads_part
    assert sees(both, other)


def test_a_reader_of_a_part_still_follows_what_they_wrote_themselves(pair):
    own = factories.send_concern(pair.reader, pair.other).concern
    assert not sees(pair.reader, own)
    client = factories.sign_in(SecureClient(), pair.reader.person)
    assert "Ben Merrow" in client.get(f"/submit/mine/{own.uid}/").content.decode()
    assert "Ben Merrow" in client.get("/submit/").content.decode()


def test_family_of_a_child_of_the_part_sees_nothing_about_them(pair):
    concern = factories.send_concern(factories.viewer(pair.where), pair.theirs).concern
    factories.relate_to_child(pair.reader.person, pair.theirs)
    assert not sees(pair.reader, concern)
    assert not Child.objects.visible_to(pair.reader).exists()


def test_family_of_another_child_of_the_concern_sees_none_of_it(pair):
    concern = pair.both()
    assert sees(pair.reader, concern)
    Relation.objects.record_relation(pair.reader.person, pair.other, how="aunt")
    assert not sees(pair.reader, concern)


def test_a_concern_moved_to_a_child_of_the_part_does_not_say_whose_it_was(pair):
    writer = factories.viewer(pair.where)
    concern = factories.send_concern(writer, pair.other).concern
    triage.take(by=pair.lead, concern=concern, now=next(pair.at))
    triage.refile(
        by=pair.lead, concern=concern, row=concern.children.get(), to=pair.theirs, why="Her.",
        now=next(pair.at),
    )  # fmt: skip
    found = concern_history.load_concern_history(concern, pair.reader)
    assert sees(pair.reader, concern)
    assert [row.child for row in found.children] == [pair.theirs]
    assert found.refilings == []
    assert concern_history.match_decisions_to_children(found) == []


def test_their_note_is_read_by_a_lead_and_by_themselves(pair):
    concern = pair.both()
    triage.note(by=pair.reader, concern=concern, words="She told me more.", now=next(pair.at))
    owed = Step.objects.open().get(concern=concern, kind=StepKind.READ_ADDITION)
    assert owed.holder_role == Role.DSL or owed.holder == pair.lead.person
    found = concern_history.load_concern_history(concern, pair.reader)
    assert [row.words for row in found.additions] == ["She told me more."]
    triage.note(by=pair.reader, concern=concern, words="And again.", now=next(pair.at))
    assert Step.objects.open().filter(concern=concern, kind=StepKind.READ_ADDITION).count() == 1


def test_after_their_note_no_step_and_no_next_concern_is_offered(pair):
    concern = pair.both()
    client = factories.sign_in(SecureClient(), pair.reader.person)
    path = f"/triage/{concern.uid}/note/"
    page = client.get(path).content.decode()
    assert "Add a note for the leads" in page
    version = page.split('name="version" value="')[1].split('"')[0] if "version" in page else ""
    said = {"about": "child", "words": "She told me more.", "version": version}
    answer = client.post(path, said)
    assert answer.status_code == 302
    shown = client.get(answer["Location"]).content.decode()
    assert "Recorded on" in shown
    assert "Next:" not in shown
    assert "in the queue" not in shown


def test_a_note_about_an_adult_takes_along_the_names_of_their_own_children_alone(pair):
    assert triage_queries.children_by_name(pair.reader, pair.both()) == "Asha Merrow"


def test_what_is_not_of_their_part_is_not_found(pair):
    other = factories.send_concern(factories.viewer(pair.where), pair.other).concern
    with pytest.raises(Http404):
        sight.open_concern(pair.reader, other.uid)
    with pytest.raises(Http404):
        sight.get_child_of_page(pair.reader, pair.other.uid)


def test_nothing_is_late_or_due_in_what_they_see(pair):
    pair.both()
    wanted = child_tracker.read_tracker_filters(pair.reader, {"order": "due", "why": "late"})
    assert wanted.unknown
    assert list(child_tracker.tracked_children(pair.reader, wanted)) == [pair.theirs]
    assert not Step.objects.visible_to(pair.reader).exists()


@pytest.mark.parametrize("role", sorted(PART_READERS))
def test_they_read_and_add_notes_and_decide_nothing(role):
    viewer = factories.viewer(factories.school(), role)
    assert viewer.held_powers == {May.SUBMIT, May.REREAD, May.READ, May.NOTE}
    assert viewer.reads_part


def test_a_session_without_the_factor_reads_no_part():
    viewer = factories.viewer(factories.school(), Role.YEAR_LEAD)
    assert not viewer.__class__(
        viewer.person, viewer.school, frozenset({Role.STAFF}), NOW, None, viewer.roles
    ).reads_part


def test_rows_of_a_part_are_found_without_a_query_more(pair, django_assert_num_queries):
    pair.both()
    for model, count in ((ConcernChild, 1), (Decision, 1), (Conversation, 1)):
        with django_assert_num_queries(1):
            assert model.objects.visible_to(pair.reader).count() == count
