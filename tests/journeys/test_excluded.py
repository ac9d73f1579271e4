"""Journey: somebody writes a concern that a colleague here must not see."""

from concerns.models import Concern
from concerns.rules.roles import Role
from tests import factories
from tests.journeys.conftest import FORENAME, SURNAME, TELLING


def test_a_colleague_is_kept_out_in_the_form_and_another_afterwards(walk, place, server):
    deputy = factories.person(place.school, Role.DEPUTY, name="Tom Fairley")
    walk.sign_in(place.teacher)
    walk.press("Write a concern")
    walk.choose("A child")
    walk.press("Continue")
    walk.at("Write a concern about a child")
    walk.pick("quill", f"{FORENAME} {SURNAME}")
    walk.fill(account=f"He is afraid of {TELLING}.")
    walk.choose("No")
    walk.page.get_by_text("Is a colleague involved").click()
    walk.fill(find_excluded="malik")
    walk.press("Find a colleague")
    walk.page.get_by_label("Sara Malik, Designated safeguarding lead").check()
    walk.at("Write a concern about a child")
    walk.press("Send")
    walk.at("Thank you. It has been sent.")
    assert "Sara Malik" not in walk.page.locator("main").inner_text()
    walk.follow("Read it again, or add something")
    walk.reads("Colleagues who must not see it: Sara Malik")
    walk.see()
    walk.follow("Say who must not see it")
    walk.at("Say who must not see it")
    walk.press("Stop them seeing it")
    walk.is_told_what_is_wrong()
    walk.page.locator("[name=person]").select_option(label="Tom Fairley, Deputy safeguarding lead")
    walk.press("Stop them seeing it")
    walk.reads("Sara Malik, Tom Fairley")
    walk.sign_out()
    reference = Concern.objects.get().reference
    walk.sign_in(place.lead)
    walk.at("Queue")
    assert reference not in walk.page.content()
    walk.sign_out()
    walk.sign_in(place.head)
    walk.page.get_by_role("link", name="Queue", exact=True).click()
    walk.follow(reference)
    walk.reads("Must not see it, or hear about it from you: Sara Malik, Tom Fairley.")
    walk.follow("Say who must not see it")
    walk.at("Who must not see it?")
    walk.page.locator("[name=person]").select_option(label="Jo Brennan")
    walk.fill(why="Her brother is named in it.")
    walk.press("Stop them seeing it")
    walk.at(f"Concern {reference}")
    walk.reads("Her brother is named in it.")
    assert set(Concern.objects.get().exclusions.values_list("person", flat=True)) == {
        place.lead.pk,
        deputy.pk,
        place.teacher.pk,
    }
    walk.went_untold(server.log)
