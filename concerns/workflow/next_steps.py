"""The next steps of a concern about a child: opening, ending and reassigning them during an act.

An open concern always has a next step. What concerns about adults do likewise is in
`open_steps.py`.
"""

from datetime import date
from functools import cache
from typing import Any

from concerns.models.base.composed_rows import DAY, KEYS, ComposedRows, key_of_day
from concerns.models.concern.concern import Concern
from concerns.models.response.coming_meeting import ComingMeeting
from concerns.models.response.conversation import Conversation
from concerns.models.response.decision import Decision, is_decision_pressing
from concerns.models.response.meeting import Meeting, MeetingAction
from concerns.models.response.promise import Promise
from concerns.models.response.referral import Referral
from concerns.models.response.step import Step
from concerns.models.response.task import Task
from concerns.models.school.cover import people_acting_for_role
from concerns.models.school.person import Person, Post
from concerns.rules import calendars, meeting_rules, reporting_periods
from concerns.rules.agency_answers import ANSWER_OPENS
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.lifecycle import State
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.roles import LADDER, May, Role
from concerns.rules.words import SpokenTo
from concerns.workflow.open_steps import OpenSteps

# Why an act does not do a step: to whoever came to it by an old page, or pressed twice.
STEP_HAS_ITS_OWN_PAGE = "This step has its own page. Open the concern, and choose the step there."
STEP_IS_DONE = "This has already been done. Nothing was recorded twice."


class NextSteps(OpenSteps[Concern, Step]):
    """The open steps of one concern about a child."""

    steps = Step

    def set_referral_steps(
        self, referral: Referral, *kinds: StepKind, answered: bool = False
    ) -> None:
        """After `referral` reached a new stage: end its open steps, and open those of `kinds`.

        "Refer now", for a mark on a child who cannot move about, ends once an answer is awaited:
        social care has been told. Steps for the agency's work stay open until its next answer. What
        was promised stays open until somebody has found out, or challenges that it was not done.
        """
        if StepKind.HEAR_BACK in kinds:
            self.complete_steps(StepKind.REFER_NOW)
        owed = [step for step in self.open if step.referral_id == referral.pk]
        if StepKind.CHALLENGE not in kinds:
            owed = [step for step in owed if step.kind != StepKind.PROMISE]
        lasts = {kind for kind in ANSWER_OPENS.values() if kind in kinds or not answered}
        self.end_steps([step for step in owed if step.kind not in lasts])
        goes_on = {step.kind for step in owed if step.kind in lasts}
        for kind in kinds:
            if kind not in goes_on:
                self.add_step(kind, referral=referral)

    def open_promise_step(self, referral: Referral, promise: Promise) -> Step:
        """Open a step to find out whether a promise was kept, due on its day."""
        return self.add_step(StepKind.PROMISE, on=promise.on, referral=referral, promise=promise)

    def open_coming_meeting_step(self, coming: ComingMeeting, holder: Person | None = None) -> Step:
        """Open the step of `holder`, or of whoever was to go, for a meeting to come, due on the day
        that stands now."""
        days = self.by.school.school_calendar
        on = meeting_rules.coming_meeting_due_day(days, coming.begins_at_now)
        return self.add_step(
            StepKind.GO_TO_MEETING, on=on, holder=holder or coming.goes, coming=coming
        )

    def coming_meeting_steps(self, coming: ComingMeeting) -> list[Step]:
        """The open step of a meeting to come, in a list; empty once it was held or cancelled."""
        owed = self.steps_of_kind(StepKind.GO_TO_MEETING)
        return [step for step in owed if step.coming_id == coming.pk]

    def _steps_of_meeting_held(self, meeting: Meeting, held: date) -> list[Step]:
        """The step of the meeting to come that `meeting` was: the last of its kind that was called
        for the day it was `held`, or for a day before. Later ones are still to come."""
        days = self.by.school.school_calendar
        called = [
            (step.coming.begins_at_now, step.pk, step)
            for step in self.steps_of_kind(StepKind.GO_TO_MEETING)
            if step.coming and step.coming.kind == meeting.kind
        ]
        due = [row for row in called if reporting_periods.local_day(days, row[0]) <= held]
        return [max(due)[2]] if due else []

    def update_steps_after_meeting(self, meeting: Meeting, ours: list[MeetingAction]) -> None:
        """After a meeting was written down: end the steps that waited for it, and open the steps it
        leads to, timed from its own day, and one for each action of the school."""
        kind = MeetingKind(meeting.kind)
        self.complete_steps(*meeting_rules.steps_ended_by_meeting(kind, meeting.leads_on))
        held = reporting_periods.local_day(self.by.school.school_calendar, meeting.happened_at)
        self.end_steps(self._steps_of_meeting_held(meeting, held))
        on = meeting.next_on or meeting_rules.latest_review_day(kind, held)
        for step in meeting_rules.OPENS[kind] if meeting.leads_on else ():
            self.add_step(step, on=on, since=meeting.happened_at)
        for action in ours:
            self.add_step(StepKind.AGREED_ACTION, on=action.on, holder=action.holder, action=action)

    def update_steps_after_talk(self, spoken: Conversation) -> None:
        """After a conversation: end the steps it answers. Advice opens speaking to parents."""
        if spoken.spoken_to == SpokenTo.PARENT:
            self.end_steps(self._steps_answered_by(StepKind.SPEAK_TO_PARENTS, spoken))
        elif spoken.spoken_to == SpokenTo.ADVISER:
            advised = self._steps_answered_by(StepKind.SEEK_ADVICE, spoken)
            self.end_steps(advised)
            for step in advised:
                self.add_step(StepKind.SPEAK_TO_PARENTS, decision=step.decision)

    def _steps_answered_by(self, kind: StepKind, spoken: Conversation) -> list[Step]:
        """Open steps of `kind` answered by a conversation, held since they were opened, about all
        the children, or by one about each child of the step's decision."""
        owed = self.steps_of_kind(kind)
        had = Conversation.objects.where_reached(self.concern, spoken.spoken_to) if owed else ()
        newest = Decision.objects.newest_by_child(self.concern) if owed else {}
        answered = []
        for step in owed:
            about = {talk.concern_child_id for talk in had if talk.at >= step.opened_at}
            children = {row for row, made in newest.items() if made == step.decision_id}
            if None in about or (about and children <= about):
                answered.append(step)
        return answered

    def record_first_look(self) -> None:
        """Record the first look, and after how many school minutes. Only a decider can."""
        if self.concern.first_looked_at is None:
            self.concern.first_looked_at = self.now
            self.concern.looked_after = self.school_minutes()

    def school_minutes(self) -> int:
        """School minutes since the concern was received, by the school calendar as it is today."""
        days = self.by.school.school_calendar
        return calendars.school_minutes_between(days, self.concern.received_at, self.now)

    def start_deciding(self, person: Person) -> None:
        """Mark the concern as taken, and open a decision step held by `person`."""
        self.concern.state = State.TAKEN
        pressing = is_decision_pressing(self.concern)
        self.add_step(StepKind.DECIDE_TODAY if pressing else StepKind.DECIDE, holder=person)

    def open_look_again_step(self) -> Step:
        """Open a step to look again because the writer is still worried, for an acting lead who
        neither wrote the concern nor decided on it; if there is none, for the lead's post."""
        made = Decision.objects.filter(concern=self.concern).order_by("-id").first()
        before = made.by_id if made else self.concern.holder_id
        step = self.add_step(StepKind.STILL_WORRIED, decision=made)
        self._pick_next_lead(step, before)
        return step

    def _pick_next_lead(self, step: Step, *but: int | None) -> None:
        """Assign `step` to the first acting lead who may see it, bar the writer and those `but`."""
        acting = [one.person for one in people_acting_for_role(self.by.school, Role.DSL, self.now)]
        people = Person.objects.filter(pk__in=[one.pk for one in acting])
        able = set(people.not_excluded_from(self.concern))
        others = [one for one in acting if one.pk not in {*but, self.concern.reporter_id}]
        step.holder = next((one for one in others if one in able), None)
        step.holder_role = "" if step.holder else Role.DSL

    def assign_steps(self, person: Person, *kinds: StepKind) -> None:
        """Assign the open steps of `kinds` to `person`."""
        for step in self.steps_of_kind(*kinds):
            if step.holder_id != person.pk:
                step.holder = person
                step.holder_role = ""
                self._moved.append(step)

    def release_steps_of(self, person: Person) -> None:
        """Reassign what `person`, who may no longer act, holds to the roles in the clocks."""
        self._return_tasks_of(person)
        for step in [step for step in self.open if step.holder_id == person.pk]:
            step.holder = None
            step.holder_role = CLOCKS[StepKind(step.kind)].holder or Role.DSL
            self._moved.append(step)
        if self.concern.holder_id == person.pk:
            self.concern.holder = None

    def hand_over_steps(self, person: Person, to: Person) -> list[Step]:
        """Hand all that `person` holds to `to`; tasks go back to the person who asked. Returns the
        steps now for `to` to do: all open steps, if they got the concern itself and no step."""
        self._return_tasks_of(person)
        came = [step for step in self.open if step.holder_id == person.pk]
        for step in came:
            step.holder = to
            step.holder_role = ""
            self._moved.append(step)
        if self.concern.holder_id != person.pk:
            return came
        self.concern.holder = to
        return came or self.open

    def _return_tasks_of(self, person: Person) -> None:
        """Return tasks given to `person` to whoever asked for them, if those may still act, and
        assign a step to look again to another lead who did not decide either."""
        for step in [
            step for step in self.steps_of_kind(StepKind.STILL_WORRIED) if step.holder == person
        ]:
            self._pick_next_lead(step, person.pk, step.decision.by_id if step.decision else None)
            self._moved.append(step)
        tasks = [step for step in self.steps_of_kind(StepKind.TASK) if step.holder_id == person.pk]
        setters = Task.objects.task_setters_by_step(tasks) if tasks else {}
        people = Person.objects.who_may(May.DECIDE, self.by.school, self.by.todays_date)
        able = set(people.not_excluded_from(self.concern)) - {person} if tasks else set()
        for step in tasks:
            if setters.get(step.pk) in able:
                step.holder = setters[step.pk]
                step.holder_role = ""
                self._moved.append(step)

    def reassign_role_steps(self) -> None:
        """Move steps held by a role to the first role on its ladder whose holder may see the
        concern: if the lead is excluded, the steps are the deputy's and are shown as such."""
        held = [step for step in self.open if step.holder_role]
        keys = {KEYS[0]: self.by.school.pk, KEYS[1]: self.concern.pk}
        keys |= key_of_day(self.by.todays_date)
        roles = {role for (role,) in _compose_roles_that_see().fetch(keys)} if held else ()
        for step in held:
            ladder = LADDER[CLOCKS[StepKind(step.kind)].holder or Role.DSL]
            role = next((role for role in ladder if role in roles), step.holder_role)
            if role != step.holder_role:
                step.holder_role = role
                self._moved.append(step)


@cache
def _compose_roles_that_see() -> ComposedRows[Any]:
    """The roles of the school's posts whose holders are not kept out of the concern."""
    posts = Post.objects.filter(school=KEYS[0]).in_force_on(DAY).not_excluded_from(KEYS[1])
    return ComposedRows(posts.values_list("role").distinct())
