"""Tests for whom a concern about an adult goes to, and who never sees it."""

from datetime import timedelta

import pytest

from concerns.adult import acts as adult
from concerns.doors.act import ActRefused
from concerns.models import AdultConcern, AdultStep, Person, Post, Viewer
from concerns.models.adult.adult_concern import find_reader_posts
from concerns.rules.roles import Role
from tests import adults, factories
from tests.factories import NOW


def seeing(where) -> set[str]:
    """Everybody in the school who sees the one concern there is."""
    people = {}
    for post in Post.objects.filter(school=where).in_force_on(NOW.date()):
        people.setdefault(post.person, set()).add(Role(post.role))
    viewers = [Viewer(person, where, frozenset(roles), NOW) for person, roles in people.items()]
    return {v.person.name for v in viewers if AdultConcern.objects.visible_to(v).exists()}


@pytest.fixture
def everybody(head, chair, lead, dan, where):
    for role in (Role.DEPUTY, Role.OFFICE):
        factories.person(where, role)


def test_about_a_colleague_it_goes_to_the_head_alone(where, everybody, writer, dan):
    adults.send_adult_concern(writer, dan)
    assert seeing(where) == {"Hedda Head"}


def test_about_the_lead_it_goes_to_the_head(where, everybody, writer, lead):
    adults.send_adult_concern(writer, lead.person)
    assert seeing(where) == {"Hedda Head"}


def test_about_the_head_it_goes_to_the_chair_alone(where, everybody, writer, head):
    adults.send_adult_concern(writer, head.person)
    assert seeing(where) == {"Cho Chair"}


def test_where_the_head_is_the_lead_too_it_goes_to_the_chair(where, chair, writer, dan):
    factories.person(where, Role.HEAD, Role.DSL, name="Both")
    adults.send_adult_concern(writer, dan)
    assert seeing(where) == {"Cho Chair"}


def test_about_the_chair_it_goes_to_the_head(where, everybody, writer, chair):
    adults.send_adult_concern(writer, chair.person)
    assert seeing(where) == {"Hedda Head"}


def test_described_and_not_named_it_goes_to_the_head(where, everybody, writer):
    adults.send_adult_concern(writer)
    assert seeing(where) == {"Hedda Head"}


def test_whom_the_writer_shuts_out_never_sees_it_and_the_next_does(where, everybody, writer, dan):
    adults.send_adult_concern(writer, dan, shut_out=(Person.objects.get(name="Hedda Head"),))
    assert seeing(where) == {"Cho Chair"}


def test_an_empty_post_leaves_it_to_the_other(where, chair, writer, dan):
    adults.send_adult_concern(writer, dan)
    assert seeing(where) == {"Cho Chair"}


def test_without_a_chair_what_is_about_nobody_in_particular_goes_past_no_one(
    where, writer, dan, head
):
    factories.person(where, Role.DSL)
    adults.send_adult_concern(writer, dan)
    assert seeing(where) == {"Hedda Head"}


def test_where_nobody_is_left_it_is_nobodys_and_the_page_can_say_so(where, head, writer):
    concern = adults.send_adult_concern(writer, head.person)
    assert (seeing(where), find_reader_posts(concern, NOW.date())) == (set(), [])


def test_a_chair_who_comes_later_has_what_was_nobodys(where, head, writer):
    concern = adults.send_adult_concern(writer, head.person)
    factories.person(where, Role.CHAIR, name="New Chair")
    assert seeing(where) == {"New Chair"}
    assert [post.person.name for post in find_reader_posts(concern, NOW.date())] == ["New Chair"]


def test_a_colleague_who_becomes_head_does_not_see_their_own(where, everybody, writer, dan):
    adults.send_adult_concern(writer, dan)
    head = Person.objects.get(name="Hedda Head")
    Post.objects.filter(person=head).update(until=NOW.date() - timedelta(days=1))
    Post.objects.create(person=dan, school=where, role=Role.HEAD, since=NOW.date())
    assert seeing(where) == {"Cho Chair"}


def test_a_head_who_was_deactivated_leaves_it_to_the_other(where, everybody, writer, dan):
    adults.send_adult_concern(writer, dan)
    Person.objects.filter(name="Hedda Head").update(is_active=False)
    assert "Cho Chair" in seeing(where)


def test_who_sees_it_is_who_is_said_to_read_it(where, everybody, writer, dan, head, lead):
    for whom in (dan, head.person, lead.person, None):
        concern = adults.send_adult_concern(writer, whom)
        said = {post.person.name for post in find_reader_posts(concern, NOW.date())}
        able = {
            v.person.name
            for v in map(_viewer(where), Person.objects.all())
            if AdultConcern.objects.visible_to(v).filter(pk=concern.pk).exists()
        }
        assert able == said


def _viewer(where):
    def made(person):
        roles = frozenset(Role(post.role) for post in person.posts.filter(school=where))
        return Viewer(person, where, roles, NOW)

    return made


def test_another_schools_head_sees_nothing(where, everybody, writer, dan):
    adults.send_adult_concern(writer, dan)
    stranger = factories.viewer(factories.school(), Role.HEAD)
    assert not AdultConcern.objects.visible_to(stranger).exists()


def test_its_rows_are_seen_by_whom_it_is_seen_by(where, head, chair, writer, dan):
    adults.send_adult_concern(writer, dan)
    assert AdultStep.objects.visible_to(head).count() == 1
    assert not AdultStep.objects.visible_to(chair).exists()
    assert AdultStep.objects.written_by(writer).count() == 1


def test_the_writer_sees_their_own_even_when_they_are_named_as_shut_out(where, head, writer, dan):
    concern = adults.send_adult_concern(writer, dan)
    adult.exclude(by=head, concern=concern, person=writer.person, why="His friend.", now=NOW)
    assert AdultConcern.objects.written_by(writer).exists()


def test_the_writer_sees_nothing_once_it_is_about_them(where, head, writer, dan):
    concern = adults.send_adult_concern(writer, dan)
    adult.about(by=head, concern=concern, person=writer.person, why="It was Wyn.", now=NOW)
    assert not AdultConcern.objects.written_by(writer).exists()


def test_once_named_always_shut_out(where, everybody, writer, dan, head):
    concern = adults.send_adult_concern(writer, head.person)
    chair = _viewer(where)(Person.objects.get(name="Cho Chair"))
    adult.about(by=chair, concern=concern, person=dan, why="It was Dan.", now=NOW)
    assert seeing(where) == {"Cho Chair"}


def test_corrected_to_be_about_the_head_it_is_the_chairs_from_the_next_request_on(
    where, head, chair, writer, dan
):
    concern = adults.send_adult_concern(writer, dan)
    adult.take(by=head, concern=concern, now=NOW)
    adult.about(by=head, concern=concern, person=head.person, why="It was me.", now=NOW)
    assert seeing(where) == {"Cho Chair"}
    concern = adults.reload_adult_concern(concern)
    assert (concern.holder, concern.goes_to) == (None, Role.CHAIR)
    assert set(concern.steps.open().values_list("holder_role", flat=True)) == {Role.CHAIR}


def test_a_reader_too_near_shuts_themselves_out_and_the_other_has_it(
    where, head, chair, writer, dan
):
    concern = adults.send_adult_concern(writer, dan)
    adult.exclude(by=head, concern=concern, person=head.person, why="My brother.", now=NOW)
    assert seeing(where) == {"Cho Chair"}


def test_a_reader_does_not_shut_out_the_last_one(where, head, writer, dan):
    concern = adults.send_adult_concern(writer, dan)
    with pytest.raises(ActRefused, match="nobody is left to read it"):
        adult.exclude(by=head, concern=concern, person=head.person, why="Me.", now=NOW)
    assert seeing(where) == {"Hedda Head"}


def test_handed_on_it_is_the_others_alone_and_is_looked_at_anew(where, head, chair, writer, dan):
    concern = adults.send_adult_concern(writer, dan)
    adult.take(by=head, concern=concern, now=NOW)
    adult.hand(by=head, concern=concern, note="I appointed him.", now=NOW)
    assert seeing(where) == {"Cho Chair"}
    kinds = set(concern.steps.open().values_list("kind", flat=True))
    assert kinds == {"adult_look_now", "adult_decide_now"}


def test_it_is_not_handed_to_whom_it_is_about(where, head, chair, writer):
    concern = adults.send_adult_concern(writer, head.person)
    with pytest.raises(ActRefused, match="nobody in the post of headteacher"):
        adult.hand(by=chair, concern=concern, note="Yours.", now=NOW)


def test_what_was_handed_on_stays_there_when_somebody_else_is_shut_out(
    where, head, chair, writer, dan
):
    concern = adults.send_adult_concern(writer, dan)
    adult.hand(by=head, concern=concern, note="I appointed him.", now=NOW)
    friend = factories.person(where)
    adult.exclude(by=chair, concern=concern, person=friend, why="A friend.", now=NOW)
    assert seeing(where) == {"Cho Chair"}


def test_nobody_is_shut_out_twice_and_nobody_from_elsewhere_is(where, head, writer, dan):
    concern = adults.send_adult_concern(writer, dan)
    with pytest.raises(ActRefused, match="already cannot see it"):
        adult.exclude(by=head, concern=concern, person=dan, why="Dan.", now=NOW)
    elsewhere = factories.person(factories.school())
    with pytest.raises(ActRefused, match="works here"):
        adult.exclude(by=head, concern=concern, person=elsewhere, why="X.", now=NOW)
