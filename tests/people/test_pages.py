"""Tests for the pages of the staff: what they show, and that more staff do not cost more."""

import pytest

from concerns.models import StaffChangeRequest
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import counting, factories
from tests.desk import page_text
from tests.people.conftest import TODAY, staffed


@pytest.fixture
def desk(house, client):
    factories.sign_in(client, house.office.person)
    client.get("/people/")
    return client


ADDRESS_OF_CHANGE = {
    "family": "/people/{}/family/",
    "invite": "/people/{}/invite/",
    "unrelate": "/people/family/{}/",
}
PAGES = {"": 12, "?left": 12, "asked/": 8, "cover/": 10, "add/": 6, "own/": 8}


def test_the_lists_ask_as_much_of_fifty_as_of_five(house, desk):
    def asked() -> dict[str, int]:
        return {
            page: len(counting.list_statements(lambda: desk.get(f"/people/{page}")))  # noqa: B023
            for page in PAGES
        }

    staffed(house, 5)
    few = asked()
    staffed(house, 45)
    assert asked() == few
    assert all(few[page] <= most for page, most in PAGES.items()), few


def test_one_person_asks_as_much_of_ten_families_as_of_one(house, desk):
    who = house.teacher.person
    pages = [f"/people/{who.uid}/", f"/people/{who.uid}/leave/"]
    asked = []
    for number in (1, 9):
        for _ in range(number):
            factories.relate_to_child(who, factories.child(house.school))
            factories.send_concern(house.teacher, factories.child(house.school), danger=True)
        asked.append([len(counting.list_statements(lambda: desk.get(page))) for page in pages])  # noqa: B023
    assert asked[0] == asked[1]
    assert max(asked[0]) <= 14, asked


def test_the_list_goes_on_behind_the_last_name(house, desk):
    for number in range(60):
        factories.person(house.school, name=f"Nobody {number:02}")
    first = desk.get("/people/")
    second = desk.get(f"/people/?after={first.context['more']}")
    names = [[row.person.name for row in page.context["rows"]] for page in (first, second)]
    assert len(names[0]) == 50
    assert names[0] + names[1] == sorted(names[0] + names[1])
    assert not second.context["more"]
    assert desk.get("/people/?after=nobody").status_code == 404


def test_who_has_left_is_shown_apart(house, desk):
    house.leaves(house.teacher.person)
    name = house.teacher.person.name
    assert [row.person.name for row in desk.get("/people/?left").context["rows"]] == [name]
    assert name not in [row.person.name for row in desk.get("/people/").context["rows"]]


def test_somebody_is_found_by_part_of_a_name_wherever_they_are(house, desk):
    gone = factories.person(house.school, name="Zoë Quarrington")
    house.leaves(gone)
    factories.person(factories.school(), name="Zed Quarrington")
    found = desk.post("/people/", {"find": "quarr"})
    assert [row.person.name for row in found.context["rows"]] == ["Zoë Quarrington"]
    assert "find" not in found.request["QUERY_STRING"]


def test_the_head_s_first_page_says_how_much_waits(house, client):
    house.post(house.office, house.teacher.person, Role.DEPUTY)
    factories.sign_in(client, house.head.person)
    first = client.get("/", follow=True)
    assert first.redirect_chain[-1][0] == "/audit/"
    assert "1 change to the staff waits for you" in first.content.decode()


def test_a_refused_request_says_so_and_why_to_who_asked(house, desk):
    house.answer(house.head, house.post(house.office, house.teacher.person, Role.DSL), False)
    page = desk.get("/people/asked/").content.decode()
    assert "Refused:" in page
    assert "Not this year." in page


def test_what_was_answered_is_shown_with_its_answer(house, client):
    what = house.post(house.office, house.teacher.person, Role.DSL)
    house.answer(house.head, what)
    factories.sign_in(client, house.head.person)
    page = client.get(f"/people/asked/{what.uid}/").content.decode()
    assert "<strong>Approved</strong>" in page
    assert "Do you approve this?" not in page


def test_a_person_is_changed_and_the_address_of_a_reader_waits(house, desk):
    lead = house.lead.person
    said = {"name": "New Name", "email": "new@example.test", "room": "9", "telephone": ""}
    assert desk.post(f"/people/{lead.uid}/change/", said).status_code == 302
    lead.refresh_from_db()
    assert (lead.name, lead.room) == ("New Name", "9")
    assert lead.email != "new@example.test"
    assert (
        "Another e-mail address, new@example.test"
        in desk.get(f"/people/{lead.uid}/").content.decode()
    )


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"email": "no address"}, {"name": "x" * 151}, {"email": ""}]
)
def test_what_cannot_be_kept_of_a_person_is_said(house, desk, wrong):
    said = {"name": "New Name", "email": "new@example.test", **wrong}
    assert desk.post(f"/people/{house.teacher.person.uid}/change/", said).status_code == 422


def test_a_post_without_days_or_that_ends_first_is_said(house, desk):
    page = f"/people/{house.teacher.person.uid}/post/"
    day = TODAY
    first = {"since_day": day.day, "since_month": day.month, "since_year": day.year}
    for more in (
        {},
        {**first, "until_day": 1, "until_month": 1, "until_year": 2026},
        {**first, "since_year": 2050},
    ):
        assert desk.post(page, {"role": "office", **more}).status_code == 422
    assert desk.post(page, {"role": "office", **first}).status_code == 302
    assert StaffChangeRequest.objects.get().role == "office"


def test_refusing_needs_a_reason(house, client):
    what = house.post(house.office, house.teacher.person, Role.DSL)
    factories.sign_in(client, house.head.person)
    assert client.post(f"/people/asked/{what.uid}/", {"answer": "no"}).status_code == 422


def test_who_is_signed_in_says_who_their_family_is(house, client):
    child = factories.child(house.school, "Amelia", "Quillfeather")
    factories.sign_in(client, house.lead.person)
    said = {"find": "quill", "child": str(child.uid), "how": "uncle"}
    assert client.post("/people/own/", said).status_code == 302
    assert "Amelia Quillfeather</strong>: uncle" in client.get("/people/own/").content.decode()
    assert house.ask(house.office, StaffRequestMatter.PASSWORD, house.teacher.person).pk is None


def test_a_post_is_ended_and_a_family_taken_back_on_their_pages(house, desk):
    who = factories.person(house.school, Role.STAFF, Role.OFFICE)
    relation = factories.relate_to_child(who, factories.child(house.school))
    post = who.posts.get(role="office")
    day = {"until_day": TODAY.day, "until_month": TODAY.month, "until_year": TODAY.year}
    assert desk.post(f"/people/post/{post.uid}/", {}).status_code == 422
    assert desk.post(f"/people/post/{post.uid}/", day).url == f"/people/{who.uid}/"
    assert desk.post(f"/people/family/{relation.uid}/", {"sure": "on"}).status_code == 302
    post.refresh_from_db()
    assert post.until == TODAY
    assert not who.relations.exists()


def test_somebody_is_added_on_a_page_and_an_address_that_is_taken_is_said(house, desk):
    day = {"since_day": TODAY.day, "since_month": TODAY.month, "since_year": TODAY.year}
    said = {"name": "Ray Okoro", "email": "RAY@example.test", "role": "staff", **day}
    assert desk.post("/people/add/", said).status_code == 302
    again = desk.post("/people/add/", said)
    assert again.status_code == 422
    assert "Ray Okoro already works here" in again.content.decode()
    taken = {"name": "Other", "email": "ray@example.test"}
    answer = desk.post(f"/people/{house.teacher.person.uid}/change/", taken)
    assert "Somebody else has that e-mail address" in answer.content.decode()


def test_what_is_held_is_handed_over_on_the_page_of_who_leaves(house, client):
    desk = factories.sign_in(client, house.head.person)
    factories.send_concern(house.teacher, factories.child(house.school), danger=True)
    page = f"/people/{house.teacher.person.uid}/leave/"
    assert "have 1 next step" in desk.get(page).content.decode()
    day = {"last_day": TODAY.day, "last_month": TODAY.month, "last_year": TODAY.year}
    assert desk.post(page, day).status_code == 422
    assert desk.post(page, {**day, "to": str(house.lead.person.uid)}).status_code == 302
    assert house.lead.person.steps.filter(done_at=None).count() == 1


@pytest.mark.parametrize("way", ["family", "invite", "unrelate"])
def test_a_page_says_that_the_change_of_a_reader_waits_and_of_nobody_else(house, desk, way):
    """Each page asks the table of the very change that it makes."""
    shown = []
    for viewer in (house.lead, house.teacher):
        viewer.person.set_password("seven small acorns")
        viewer.person.save(update_fields=["password"])
        about = viewer.person
        if way == "unrelate":
            about = factories.relate_to_child(viewer.person, factories.child(house.school))
        shown.append(page_text(desk.get(ADDRESS_OF_CHANGE[way].format(about.uid))))
    said = ["the headteacher has approved it" in page for page in shown]
    assert said == [True, False]


def test_another_address_waits_for_whom_the_table_says(house, desk):
    both = (house.lead.person, house.teacher.person)
    shown = [page_text(desk.get(f"/people/{who.uid}/change/")) for who in both]
    assert "waits until the headteacher has approved it." in shown[0]
    assert "waits until a colleague who keeps the list of staff has approved it." in shown[1]
    house.ask(house.office, StaffRequestMatter.EMAIL, house.lead.person, email="new@example.org")
    page = page_text(desk.get(f"/people/{house.lead.person.uid}/"))
    said = "Waiting for the headteacher: Another e-mail address, new@example.org."
    assert said in " ".join(page.split())
