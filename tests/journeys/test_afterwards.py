"""Journeys after a case: a task, a writer who is still worried, and a watch, page by page."""

from datetime import timedelta

from concerns.models import Concern, Step, TaskAnswer, Watch
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories, homes
from tests.afterwards import record_review


def concern_of(place, state=State.DECIDED, **more):
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    writer = factories.viewer(place.school, who=place.teacher, now=place.now)
    given = {"where": place.school, "by": writer, "lead": lead, "children": (place.child,)}
    return factories.concern_at(state, now=place.now - timedelta(hours=2), **given, **more)


def test_a_lead_asks_a_colleague_who_answers(walk, place):
    concern = concern_of(place)
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/triage/{concern.uid}/")
    walk.at(f"Concern {concern.reference}")
    walk.follow("Ask a colleague to do something")
    walk.at("Ask a colleague to do something")
    walk.press("Ask them")
    walk.is_told_what_is_wrong()
    walk.page.get_by_label("Who are you asking?").select_option(label="Jo Brennan")
    day = place.now.date() + timedelta(days=7)
    walk.fill(words="Watch lunch on Tuesday.", on_day=str(day.day))
    walk.fill(on_month=str(day.month), on_year=str(day.year))
    walk.press("Ask them")
    walk.at(f"Concern {concern.reference}")
    walk.reads("Asked a colleague to do something")
    walk.sign_out()
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.reads("Watch lunch on Tuesday.")
    walk.follow("Answer")
    walk.at("Sara Malik asks you to do this")
    walk.press("This is done")
    walk.is_told_what_is_wrong()
    walk.fill(words="She ate all of it.")
    walk.press("This is done")
    walk.reads("Thank you. There is nothing more to do here.")
    walk.see()
    assert TaskAnswer.objects.get().done
    walk.sign_out()
    walk.sign_in(place.lead)
    walk.at("Queue")
    owed = concern.steps.open().get(kind=StepKind.READ_ADDITION)
    walk.page.goto(f"/chase/step/{owed.uid}/")
    walk.at("Read what was added")
    walk.reads("She ate all of it.")


def test_a_writer_is_still_worried_and_somebody_else_looks_again(walk, place):
    concern = concern_of(place)
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.follow(concern.reference)
    walk.at(f"Your concern {concern.reference}")
    walk.fill(worry="She is thinner.")
    walk.press("I am still worried")
    walk.reads("You said that you are still worried.")
    walk.see()
    walk.sign_out()
    step = Step.objects.open().get(concern=concern, kind=StepKind.STILL_WORRIED)
    assert step.holder == place.head
    for who, first in ((place.lead, "Queue"), (place.head, "Audit")):
        walk.sign_in(who)
        walk.at(first)
        walk.page.goto(f"/chase/again/{step.uid}/")
        walk.at("The person who wrote it is still worried")
        walk.reads("She is thinner.")
        if who == place.lead:
            walk.reads("You cannot do this yourself")
            walk.sign_out()
    walk.press("I have looked")
    walk.is_told_what_is_wrong()
    walk.fill(words="It is right.", words_back="Help is coming.")
    walk.press("I have looked")
    walk.at(f"Concern {concern.reference}")
    walk.reads("Help is coming.")
    walk.went_untold("")


def test_a_red_case_ends_into_a_watch_and_is_looked_after(walk, place):
    concern = concern_of(place, danger=True)
    concern.steps.filter(kind__in=["support", "danger_now"]).update(
        done_at=place.now, done_by=place.lead, ended="done"
    )
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/triage/{concern.uid}/close/")
    walk.at("Close it")
    walk.reads("So the child is watched")
    walk.press("End it, and watch")
    walk.is_told_what_is_wrong()
    walk.choose("Kept with the picture")
    walk.fill(why="It is calm.", words_back="Thank you.", question="How is she?")
    walk.page.get_by_label("Who is asked how the child is?").select_option(label="Jo Brennan")
    walk.press("End it, and watch")
    walk.at(f"Concern {concern.reference}")
    walk.follow("Ask how the child is now that it has ended")
    walk.at("How is the child now?")
    walk.reads("Per school month")
    walk.fill(words="She is well.")
    walk.press("Save")
    walk.at(f"Concern {concern.reference}")
    assert Concern.objects.get().state == State.DECIDED
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    record_review(lead, concern, why="Moved.", then="end", words_back="Thank you.")
    assert Concern.objects.get().state == State.CLOSED


def test_a_status_that_ends_asks_who_is_asked(walk, place):
    concern_of(place, State.CLOSED)
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    row = homes.add_status(lead, place.child)
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/child/{place.child.uid}/end/?what=status&row={row.uid}")
    walk.at("This status has ended")
    walk.press("End it")
    walk.is_told_what_is_wrong()
    walk.choose("We do not agree")
    walk.fill(why="Stepped down.", view_ended="Too soon.", question="How is she?")
    walk.page.get_by_label("Who is asked how the child is?").select_option(label="Jo Brennan")
    walk.press("End it")
    walk.at(f"{place.child.name}: the file")
    assert Watch.objects.get().agrees is False
