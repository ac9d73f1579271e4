"""Next steps: what must be done on a concern, by whom and by when.

The steps of one concern are opened and ended through `next_steps.py`.
"""

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import connections, models

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.composed_rows import read_by_keys
from concerns.models.child.child_details import Status
from concerns.models.child.departure import Departure
from concerns.models.concern.concern import Concern
from concerns.models.response.coming_meeting import ComingMeeting
from concerns.models.response.decision import Decision
from concerns.models.response.meeting import MeetingAction
from concerns.models.response.promise import Promise
from concerns.models.response.referral import Referral
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules import clocks
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.calendars import SchoolDays
from concerns.rules.child_file_vocabulary import HIGH_STATUSES
from concerns.rules.clocks import (
    BY_A_NOTE,
    CLOCKS,
    DECISIONS,
    HOLD_OPEN,
    MEETINGS,
    WRITERS_OWN,
    StepKind,
)
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.roles import May, Role
from concerns.rules.words import ChildPart, Choice


class StepEnding(Choice):
    """How a step ended."""

    DONE = "done", "Done"
    SUPERSEDED = "superseded", "Ended before it was done"
    CALLED_OFF = "called_off", "Moved or cancelled"
    CLOSED = "closed", "Ended with the concern"


# The URL name of the page on which each kind of step is done. Steps of a referral are done on the
# referral's page. A first look is the button "I have this" on the concern's page.
PLACES = {
    **dict.fromkeys(BY_A_NOTE, "chase_step"),
    **dict.fromkeys((StepKind.SPEAK_TO_PARENTS, StepKind.SEEK_ADVICE), "refer_speak"),
    **dict.fromkeys(DECISIONS | {StepKind.KEEP, StepKind.NEXT_MOVE}, "triage_decide"),
    **dict.fromkeys(MEETINGS | {StepKind.GO_TO_MEETING}, "refer_meet"),
    StepKind.REFER_AGAIN: "refer_again",
    StepKind.TELL_REPORTER: "chase_tell",
    StepKind.REFER_NOW: "triage_decide",
    StepKind.STILL_WORRIED: "chase_again",
    StepKind.LOOK_AFTER: "chase_look",
    StepKind.TASK: "chase_task",
    StepKind.SEND_FILE: "leaving_send",
    StepKind.FILE_RECEIPT: "leaving_receipt",
    StepKind.HOME_EDUCATION: "leaving_home_education",
    StepKind.REVIEW_PART_TIME: "elsewhere_review",
    StepKind.REVIEW_OFF_SITE: "elsewhere_review",
    StepKind.REVIEW_ALTERNATIVE: "elsewhere_review",
}
# Comes after every rank that a clock has.
NOT_LATE = 9

# The pages that take the uid of the step; the others take the uid of the concern.
PAGES_BY_STEP = frozenset({
    "chase_step", "chase_again", "chase_look", "chase_task", "leaving_send", "leaving_receipt",
    "leaving_home_education", "elsewhere_review",
})  # fmt: skip


class Steps(CaseRows[ConcernRow]):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def open_steps_for_round(self: "Steps[Step]", school: School) -> list["Step"]:
        """Every open step of `school` in order, with its holder, concern and that concern's writer.

        Open concerns are read as one range of their own index, which is as short in a school's
        tenth year as in its first. Reading each by key would search all concerns ever written.
        """
        steps = list(self.open().filter(school=school).in_order())
        needed = Concern.objects.only("uid", "reference", "reporter")
        # In the order of that index: otherwise SQLite uses another and reads every concern.
        concerns = needed.open().filter(school=school).most_pressing_first().in_bulk()
        # If an open step were ever left on a closed concern, it gets reminders like any other.
        concerns |= needed.in_bulk({step.concern_id for step in steps} - concerns.keys())
        for step in steps:
            step.concern = concerns[step.concern_id]
        models.prefetch_related_objects(steps, "holder", "concern__reporter")
        return steps

    def late(self, now: datetime) -> Self:
        return self.open().filter(due_at__lt=now)

    def open_steps_of_concern(self, concern: Concern) -> Self:
        """The open steps of `concern`, in order, with what the address of each needs."""
        return self.open().filter(concern=concern).select_related("concern", "referral").in_order()

    def has_open_step(self, concern: Concern, kind: StepKind) -> bool:
        return self.open().filter(concern=concern, kind=kind).exists()

    def facts_for_full_decision(self, concern: Concern) -> set[str]:
        """What calls for a full decision on `concern`: "status", if a child it is about has a high
        status; "referral", if a step of a referral is open on any concern about such a child;
        "sign", if it is a new sign after "no further action".

        This is raw SQL because the page of a concern, the form and the act all ask it: building the
        three questions in Django would cost as much as reading the whole concern.
        """
        high = ", ".join(["%s"] * len(HIGH_STATUSES))
        about = (
            "SELECT child_id FROM concerns_concernchild "
            "WHERE concern_id = %s AND part = %s AND child_id IS NOT NULL"
        )
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT 'status' WHERE EXISTS (SELECT 1 FROM concerns_status "  # noqa: S608 - marks
                f"WHERE ended_at IS NULL AND kind IN ({high}) AND child_id IN ({about})) "
                "UNION ALL SELECT 'referral' WHERE EXISTS (SELECT 1 FROM concerns_step "
                "WHERE done_at IS NULL AND referral_id IS NOT NULL AND concern_id IN "
                "(SELECT concern_id FROM concerns_concernchild "
                f"WHERE part = %s AND child_id IN ({about}))) "
                "UNION ALL SELECT 'sign' WHERE EXISTS (SELECT 1 FROM concerns_step "
                "WHERE done_at IS NULL AND concern_id = %s AND kind = %s)",
                [
                    *HIGH_STATUSES,
                    concern.pk,
                    ChildPart.ABOUT,
                    ChildPart.ABOUT,
                    concern.pk,
                    ChildPart.ABOUT,
                    concern.pk,
                    StepKind.REFER_AGAIN,
                ],
            )
            return {fact for (fact,) in cursor.fetchall()}

    def in_order(self) -> Self:
        return self.order_by("due_at", "id")

    def for_viewer_to_do(self, viewer: Viewer, come: models.Q) -> Self:
        """Steps for `viewer` to do: held by them or by one of their posts, or matching `come`.

        `come` is a Q that matches steps escalated to them, or that they cover for somebody away.
        """
        role = models.Q(holder__isnull=True, holder_role__in=viewer.roles)
        return self.filter(models.Q(holder=viewer.person) | role | come)

    def most_pressing_first(self, now: datetime) -> Self:
        """What is late by how pressing its kind is, then by when it was due; then the rest by when
        they are due."""
        return self._with_pressing_rank(now).order_by("pressing_rank", "due_at", "id")

    def after_step(self, last: "Step", now: datetime) -> Self:
        """The rows after `last` in the order of `most_pressing_first`, for keyset paging."""
        rank = last.pressing_rank_at(now)
        same = models.Q(pressing_rank=rank)
        later = models.Q(due_at__gt=last.due_at) | models.Q(due_at=last.due_at, id__gt=last.pk)
        return self._with_pressing_rank(now).filter(models.Q(pressing_rank__gt=rank) | same & later)

    def _with_pressing_rank(self, now: datetime) -> Self:
        """Annotated with `pressing_rank`, as `BaseStep.pressing_rank_at` gives it."""
        kinds: dict[int, list[str]] = {}
        for kind in StepKind:
            kinds.setdefault(CLOCKS[kind].rank, []).append(kind.value)
        ranks = [
            models.When(due_at__lt=now, kind__in=some, then=rank)
            for rank, some in sorted(kinds.items())
        ]
        whole = models.Case(*ranks, default=NOT_LATE, output_field=models.IntegerField())
        return self.alias(pressing_rank=whole)


class BaseStep(CaseRow):
    """Base of `Step` and `AdultStep`: a kind, a holder (person or post), a due time and an end."""

    # The kinds of step, and the kind that is opened when no other step is open.
    KINDS: ClassVar[type[StepKind] | type[AdultStepKind]]
    NEXT: ClassVar[StepKind | AdultStepKind]

    # Declared by each model. The concern is about a child or about an adult.
    concern: "models.ForeignKey[Concern, Concern] | models.ForeignKey[AdultConcern, AdultConcern]"
    concern_id: int
    holder: "models.ForeignKey[Person | None, Person | None]"
    holder_id: int | None

    kind = models.CharField(max_length=20)
    holder_role = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended = models.CharField(max_length=12, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def step_in_words(self) -> str:
        return self.KINDS.label_of_value(self.kind)

    @property
    def holder_words(self) -> str:
        """Who has to do it: a person's name or a post's title. Needs `holder` fetched."""
        return self.holder.name if self.holder else Role(self.holder_role).title_words

    def pressing_rank_at(self, now: datetime) -> int:
        """How pressing it is at `now`: the rank of its clock if it is late, else `NOT_LATE`."""
        return CLOCKS[self.KINDS(self.kind)].rank if self.due_at < now else NOT_LATE

    def how_late_in_words(self, days: SchoolDays, now: datetime) -> str:
        """How late it is, in words, by the calendar its clock runs in; "" if it is not late."""
        return clocks.lateness_in_words(self.KINDS(self.kind), days, self.due_at, now)


class Step(BaseStep):
    shown_in_part = ShownInPart.NEVER
    KINDS = StepKind
    NEXT = StepKind.NEXT_MOVE

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="steps")
    referral = models.ForeignKey(Referral, models.PROTECT, null=True, related_name="steps")
    # The decision that opened it. If that is superseded, so is the step.
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="steps")
    # The action for the school, agreed at a meeting.
    action = models.ForeignKey(
        MeetingAction, models.PROTECT, null=True, related_name="steps", db_index=False
    )
    # What an agency promised, and a meeting to come.
    promise = models.ForeignKey(
        Promise, models.PROTECT, null=True, related_name="steps", db_index=False
    )
    coming = models.ForeignKey(
        ComingMeeting, models.PROTECT, null=True, related_name="steps", db_index=False
    )
    # The child who leaves, and where to: for what follows from that.
    departure = models.ForeignKey(
        Departure, models.PROTECT, null=True, related_name="steps", db_index=False
    )
    # The status of a child who is taught elsewhere, or less: for its review.
    status = models.ForeignKey(
        Status, models.PROTECT, null=True, related_name="steps", db_index=False
    )
    holder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="steps")

    objects: ClassVar = Steps.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in StepKind]),
                name="step_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(holder__isnull=False, holder_role="")
                | models.Q(holder__isnull=True, holder_role__in=[role.value for role in Role]),
                name="a_step_has_one_holder",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, done_by__isnull=True, ended="")
                | models.Q(
                    done_at__isnull=False,
                    done_by__isnull=False,
                    ended__in=[word.value for word in StepEnding],
                ),
                name="a_step_ends_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["concern", "due_at"],
                condition=models.Q(done_at__isnull=True),
                name="open_steps_of_a_concern",
            ),
            models.Index(
                fields=["school", "due_at"],
                condition=models.Q(done_at__isnull=True),
                name="open_steps_by_time",
            ),
            models.Index(
                fields=["holder"],
                condition=models.Q(done_at__isnull=True),
                name="open_steps_of_a_person",
            ),
            models.Index(fields=["concern", "id"], name="steps_in_order"),
        ]

    @property
    def is_holding_open(self) -> bool:
        """Whether the concern may not be closed before this step is done."""
        return self.kind in HOLD_OPEN

    def power_needed_from(self, person: int) -> May:
        """The power that the person with this key needs to do it. Needs `concern` fetched.

        A step for the leads needs somebody who may decide. The writer of the concern may do their
        own step, and any colleague a task they were asked to do, from any post.
        """
        own = self.kind in WRITERS_OWN and person == self.concern.reporter_id
        return May.SUBMIT if own or self.kind == StepKind.TASK else May.DECIDE

    @property
    def barred_person_keys(self) -> set[int]:
        """Primary keys of people who may not do it, whatever their post.

        If the writer is still worried after a decision, somebody other than the writer and the
        person who decided looks again. Needs `concern` fetched, and `decision` for such a step.
        """
        if self.kind != StepKind.STILL_WORRIED:
            return set()
        decided = {self.decision.by_id} if self.decision else set()
        return {self.concern.reporter_id} | decided

    @property
    def page_name_and_uid(self) -> tuple[str, UUID] | None:
        """The URL name and uid of the page on which it is done; None for a first look.

        Needs `concern` and `referral` fetched.
        """
        name = PLACES.get(StepKind(self.kind))
        if name is None:
            return ("refer", self.referral.uid) if self.referral else None
        return name, self.uid if name in PAGES_BY_STEP else self.concern.uid


def read_open_steps(concern: Concern) -> list[Step]:
    """The open steps of `concern`, in their order. One query."""
    steps: list[Step] = read_by_keys(_open_steps, "concern", [concern.pk])
    for step in steps:
        step.concern = concern
    return steps


def _open_steps() -> Steps[Step]:
    return Step.objects.open().in_order()
