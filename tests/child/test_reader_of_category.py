"""Tests of what somebody reads whose part of the record is drawn by categories."""

import itertools
from datetime import date, timedelta

import pytest

from concerns.models import (
    Child,
    Concern,
    PartAnswers,
    Post,
    ReaderPart,
    Sighting,
    Status,
)
from concerns.models.base.reader_part import in_categories
from concerns.reading import child_tracker, concern_history, queue_filters, status_flags
from concerns.reading.concern_categories import in_category
from concerns.rules.child_file_vocabulary import SeenHow
from concerns.rules.roles import Role
from concerns.rules.words import QueueOrder
from concerns.triage import acts as triage
from tests import factories, homes
from tests.conftest import SecureClient
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def sees(viewer, concern) -> bool:
    return Concern.objects.visible_to(viewer).filter(pk=concern.pk).exists()


class Absence:
    """A girl of Year 5 and her brother in Year 3, a concern about her absence beside one about
    neglect, and somebody who reads what is in the category of absence."""

    def __init__(self):
        self.where = factories.school()
        self.lead = factories.viewer(self.where, Role.DSL)
        self.theirs = factories.child(self.where, "Asha", "Merrow", year="Year 5", class_name="5K")
        self.other = factories.child(self.where, "Ben", "Merrow", year="Year 3", class_name="3K")
        self.at = (NOW + timedelta(minutes=5 * step) for step in itertools.count(1))
        self.officer = factories.part_reader(self.where, Role.ATTENDANCE, categories=("absence",))
        self.writer = factories.viewer(self.where)
        self.absent = self.send("absence")
        self.neglect = self.send("neglect")

    def send(self, *categories, about=None, **more) -> Concern:
        child = about or self.theirs
        return factories.send_concern(self.writer, child, categories=categories, **more).concern

    def sort(self, concern, *categories) -> None:
        said = {"categories": categories, "why": "It is that.", "now": next(self.at)}
        triage.sort(by=self.lead, concern=concern, **said)


@pytest.fixture
def absence():
    return Absence()


def test_a_reader_of_a_category_sees_the_concerns_in_it_and_no_other(absence):
    assert set(Concern.objects.visible_to(absence.officer)) == {absence.absent}


def test_the_writers_category_counts_until_a_lead_has_sorted_the_concern(absence):
    absence.sort(absence.absent, "neglect")
    absence.sort(absence.neglect, "bullying", "absence")
    assert set(Concern.objects.visible_to(absence.officer)) == {absence.neglect}
    absence.sort(absence.neglect, "bullying")
    assert not Concern.objects.visible_to(absence.officer).exists()


def test_a_concern_in_no_category_is_of_no_part_of_categories(absence):
    unsorted = absence.send("unsorted")
    absence.sort(absence.absent, "unsorted")
    assert not sees(absence.officer, unsorted)
    assert not sees(absence.officer, absence.absent)


def test_the_queue_finds_by_category_what_its_reader_sees(absence):
    """The rule is written for one category and for several: both say the same."""
    absence.sort(absence.send("absence"), "neglect")
    absence.sort(absence.send("neglect"), "absence", "bullying")
    absence.sort(absence.send("absence"), "absence")
    absence.send("absence", "bullying")
    one = Concern.objects.filter(in_category("absence"))
    several = Concern.objects.filter(in_categories(["absence"]))
    assert set(one) == set(several)
    assert len(set(one)) == 4


def test_of_the_children_of_their_concerns_they_read_no_file(absence):
    homes.write_whole_file(absence.lead, absence.theirs)
    assert Child.objects.visible_to(absence.officer).get() == absence.theirs
    assert not Child.objects.with_file_for(absence.officer).exists()
    assert not Status.objects.visible_to(absence.officer).exists()
    client = factories.sign_in(SecureClient(), absence.officer.person)
    own = absence.theirs.uid
    pages = [f"/child/{own}/", f"/child/{own}/chronology/", f"/triage/{absence.absent.uid}/"]
    pages += ["/triage/", "/child/tracker/", "/child/tracker/print/"]
    for page in pages:
        shown = client.get(page).content.decode()
        assert "Asha Merrow" in shown, page
        for secret in ("Child in need", "Ann Hart", "Dana Cole", "4 Mill Lane", "Nobody has rec"):
            assert secret not in shown, page
    assert client.get(f"/child/{own}/file/").status_code == 404


def test_they_are_offered_nothing_that_goes_by_a_file(absence):
    client = factories.sign_in(SecureClient(), absence.officer.person)
    for page in ("/triage/", "/child/tracker/", f"/child/{absence.theirs.uid}/"):
        shown = client.get(page).content.decode()
        for words in ('name="flag"', 'name="status"', "Social worker", "Last seen", "/file/"):
            assert words not in shown, page
    wanted = child_tracker.read_tracker_filters(absence.officer, {"order": "seen", "why": "status"})
    assert wanted.unknown
    assert list(child_tracker.tracked_children(absence.officer, wanted)) == [absence.theirs]


def test_who_reads_a_year_and_a_category_reads_the_files_of_the_year_alone(absence):
    homes.add_status(absence.lead, absence.theirs)
    homes.add_status(absence.lead, absence.other)
    homes.add_earlier_file(absence.lead, absence.theirs)
    absence.send("absence", about=absence.other)
    Post.objects.create(
        person=absence.officer.person, school=absence.where, role=Role.YEAR_LEAD, since=NOW.date()
    )
    post = Post.objects.get(person=absence.officer.person, role=Role.YEAR_LEAD)
    ReaderPart.objects.record_part(PartAnswers(years=("Year 3",)), absence.where.pk, post=post)
    both = factories.viewer(
        absence.where, Role.YEAR_LEAD, Role.ATTENDANCE, who=absence.officer.person
    )
    assert both.reads_files
    assert set(Child.objects.visible_to(both)) == {absence.theirs, absence.other}
    assert Status.objects.visible_to(both).get().child == absence.other
    assert set(status_flags.find_status_flags(both, [absence.theirs.pk, absence.other.pk])) == {
        absence.other.pk
    }
    for asked, found in ({"status": "child_in_need"}, 1), ({"order": "status"}, 2):
        wanted = child_tracker.read_tracker_filters(both, asked)
        assert len(child_tracker.tracked_children(both, wanted)) == found
    for flag, found in ("any", 1), ("unread-file", 0):
        filters = queue_filters.QueueFilters.from_query({"flag": flag}, both, ())
        assert not filters.unknown
        rows = queue_filters.apply_queue_filters(Concern.objects.visible_to(both), filters, both)
        assert rows.count() == found


def test_they_see_every_child_of_a_concern_of_theirs(absence):
    said = {"involved": (absence.other,)}
    concern = factories.send_concern(
        absence.writer, absence.theirs, categories=("absence",), **said
    ).concern
    found = concern_history.load_concern_history(concern, absence.officer)
    assert [row.child for row in found.children] == [absence.theirs, absence.other]
    assert set(Child.objects.visible_to(absence.officer)) == {absence.theirs, absence.other}


def test_they_see_a_concern_about_a_child_who_is_not_on_the_roll(absence):
    Child.objects.filter(pk=absence.theirs.pk).update(left=NOW.date())
    assert sees(absence.officer, absence.absent)
    assert Child.objects.visible_to(absence.officer).get() == absence.theirs


def test_a_child_under_whom_it_was_filed_by_mistake_is_not_of_their_part(absence):
    triage.take(by=absence.lead, concern=absence.absent, now=next(absence.at))
    triage.refile(
        by=absence.lead, concern=absence.absent, row=absence.absent.children.get(),
        to=absence.other, why="Him.", now=next(absence.at),
    )  # fmt: skip
    found = concern_history.load_concern_history(absence.absent, absence.officer)
    assert [row.child for row in found.children] == [absence.other]
    assert found.refilings == []
    assert Child.objects.visible_to(absence.officer).get() == absence.other


def test_a_concern_from_which_they_are_kept_out_opens_no_child(absence):
    triage.exclude(
        by=absence.lead, concern=absence.absent, person=absence.officer.person, why="Named.",
        now=next(absence.at),
    )  # fmt: skip
    assert not sees(absence.officer, absence.absent)
    assert not Child.objects.visible_to(absence.officer).exists()


def test_without_a_post_in_force_no_category_is_read(absence):
    Post.objects.filter(person=absence.officer.person).update(until=NOW.date() - timedelta(days=1))
    assert not sees(absence.officer, absence.absent)


def test_a_sighting_is_shown_with_a_concern_of_theirs_alone(absence):
    for concern in (absence.absent, absence.neglect, None):
        Sighting.objects.create(
            school=absence.where, child=absence.theirs, concern=concern, by=absence.lead.person,
            at=NOW, happened_at=NOW, how=SeenHow.SAW,
        )  # fmt: skip
    shown = Sighting.objects.all().not_hidden_from(absence.officer)
    assert [one.concern for one in shown] == [absence.absent]


def test_who_reads_a_part_of_every_kind_opens_every_list_in_every_way(absence):
    """SQLite takes only so many queries within one another."""
    who = absence.officer.person
    parts = {
        Role.YEAR_LEAD: PartAnswers(years=("Year 3",), classes=("3K",)),
        Role.KEYWORKER: PartAnswers(children=(absence.other,)),
    }
    for role, part in parts.items():
        post = Post.objects.create(
            person=who, school=absence.where, role=role, since=date(2024, 9, 1)
        )
        ReaderPart.objects.record_part(part, absence.where.pk, post=post)
    client = factories.sign_in(SecureClient(), who)
    tracker = "order=seen&why=status&status=plan&category=absence&lead=nobody"
    pages = [
        *(
            f"/triage/?flag=any&category=absence&group=3K&order={order.value}"
            for order in QueueOrder
        ),
        "/triage/?flag=unread-file&state=closed",
        *(f"/child/tracker/?order={order.value}" for order in child_tracker.TrackerOrder),
        f"/child/tracker/?{tracker}",
        f"/child/tracker/print/?{tracker}",
        *(f"/child/{one.uid}/?category=absence" for one in (absence.theirs, absence.other)),
        f"/child/{absence.other.uid}/file/",
        f"/child/{absence.theirs.uid}/chronology/?category=absence",
        f"/child/{absence.theirs.uid}/print/?category=absence",
        f"/triage/{absence.absent.uid}/",
        f"/triage/{absence.absent.uid}/print/",
    ]
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    for words in ("tummy", "asha", absence.absent.reference):
        assert "Asha" in client.post("/child/search/", {"words": words}).content.decode()
