"""Next steps of a concern about an adult: what a decision, a call and a change of reader open."""

from datetime import datetime

from concerns.models.adult.adult_account import AdultDecisionAnswers, AgencyConversation
from concerns.models.adult.adult_concern import (
    AdultConcern,
    choose_reader_post,
    find_reader_posts,
    readers_in_post,
)
from concerns.models.adult.adult_entries import AdultStep
from concerns.models.school.person import Person
from concerns.rules.adult_vocabulary import (
    AFTER,
    FOLLOW,
    HEAR,
    LOOKS,
    OPENS,
    TELL,
    AdultAgency,
    AdultAgencyAnswer,
    AdultConcernSort,
    AdultEventKind,
    AdultRoute,
    AdultStepKind,
    agency_step_kinds,
    first_look_step_kind,
)
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.workflow.open_steps import OpenSteps


class AdultNextSteps(OpenSteps[AdultConcern, AdultStep]):
    """The open steps of one concern about an adult."""

    steps = AdultStep

    def pass_all_to_post(self, post: Role) -> None:
        """Move the concern and all its open steps to `post`, held by nobody in person."""
        self.concern.goes_to = post
        self.concern.holder = None
        for step in self.open:
            step.holder_role = post
            self._moved.append(step)


def open_adult_route_steps(agenda: AdultNextSteps, decided: AdultDecisionAnswers) -> None:
    """Open the next step of each route; a route that is already under way opens none."""
    for route in map(AdultRoute, decided.routes):
        if route is AdultRoute.LOW_LEVEL:
            agenda.add_step(OPENS[route], on=decided.look_again)
        elif route in OPENS and not agenda.steps_of_kind(*agency_step_kinds(route)):
            agenda.add_step(OPENS[route], since=_allegation_known_since(route, agenda))


def _allegation_known_since(route: AdultRoute, agenda: AdultNextSteps) -> datetime | None:
    """When the school first knew of an allegation, which starts the clock to tell the LADO: when it
    was received or, if its writer called it low-level, at the first decision that says so. None for
    other routes, and once there has been a step to tell the LADO: the clock then starts now."""
    concern = agenda.concern
    if route is not AdultRoute.LADO or concern.steps.filter(kind=AdultStepKind.TELL_LADO).exists():
        return None
    if concern.sort != AdultConcernSort.LOW:
        return concern.received_at
    harm = concern.decisions.filter(sort=AdultConcernSort.HARM).order_by("id")
    return harm.values_list("at", flat=True).first()


def update_steps_after_call(agenda: AdultNextSteps, spoken: AgencyConversation) -> None:
    """End and open steps after a conversation with the LADO or the police. Until they answer, the
    step to hear from them stays open: ringing again does not restart its clock."""
    agency = AdultAgency(spoken.agency)
    agenda.complete_steps(TELL[agency], FOLLOW[agency])
    if spoken.answer:
        agenda.complete_steps(HEAR[agency])
        then = AFTER.get(AdultAgencyAnswer(spoken.answer))
        if then:
            agenda.add_step(then[agency])
    elif not agenda.steps_of_kind(HEAR[agency]):
        agenda.add_step(HEAR[agency])
    agenda.ensure_next_step()


def move_to_post(agenda: AdultNextSteps, to: Role) -> None:
    """Move the concern to the post `to`. Unless it is closed, a new first look is owed there."""
    agenda.pass_all_to_post(to)
    if agenda.concern.state != State.CLOSED and not agenda.steps_of_kind(*LOOKS):
        agenda.add_step(first_look_step_kind(agenda.concern.sort))


def reroute_past_person(agenda: AdultNextSteps, person: Person) -> None:
    """Move the concern to another post if its readers changed because `person` was excluded.

    A concern that was handed over stays with its post as long as somebody there may see it. If
    `person` is not a reader in post nothing moves, even if a reader is away today.
    """
    concern = agenda.concern
    by = agenda.by
    if person.pk not in {post.person_id for post in readers_in_post(by.school, by.todays_date)}:
        return
    shut_out = set(concern.exclusions.values_list("person", flat=True))
    to = choose_reader_post(by.school, by.todays_date, concern.subject, shut_out)
    handed = concern.entries.filter(what=AdultEventKind.HANDED).exists()
    able = {post.role for post in find_reader_posts(concern, by.todays_date)}
    if to != concern.goes_to and not (handed and concern.goes_to in able):
        move_to_post(agenda, to)
    elif concern.holder_id == person.pk:
        concern.holder = None
