"""A child whom nobody at the school can find: the office's answer is a concern.

KCSIE, part two ("Children who are absent from education"): a child missing education is a warning
sign of much else, and the school and the authority must find out where they are. So "we do not know
where the child is" sends a concern about that child, written by whoever answered. It climbs to the
deputy, the head and the adviser outside as any other. Whatever other concerns there are about the
child, it is sent, so that the office learns of none. No second one is sent of a child while the one
that such an answer sent before is open.
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.db import models

from concerns.models.child.departure import Departure
from concerns.models.concern.account import Account
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.step import Step
from concerns.models.roll.roll_file import RollQuestion, RollQuestions
from concerns.rules.clocks import StepKind
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import Category, GoingHome, RollAnswer
from concerns.workflow.act_recorder import ActRecorder
from concerns.workflow.concern_from_roll import send_concern_from_roll
from concerns.workflow.next_steps import NextSteps

UNACCOUNTED_ACCOUNT = (
    "This child is on the roll and was not in the roll file of {day}. The school office does not "
    "know where the child is."
)


def unaccounted_questions(rows: RollQuestions[RollQuestion]) -> RollQuestions[RollQuestion]:
    """Those of `rows` whose child is unaccounted for: "not known" was the last answer about them,
    and nobody has said since where they are or went."""
    of_child = RollQuestion.objects.filter(child=models.OuterRef("child"))
    later = of_child.filter(answered_at__gt=models.OuterRef("answered_at"))
    gone = Departure.objects.filter(
        child=models.OuterRef("child"),
        at__gt=models.OuterRef("answered_at"),
        left_on__isnull=False,
    )
    lost = rows.filter(answer=RollAnswer.NOT_KNOWN, child__left__isnull=True)
    return lost.filter(~models.Exists(later), ~models.Exists(gone))


def send_unaccounted_concerns(record: ActRecorder, questions: Sequence[RollQuestion]) -> None:
    """Send a concern about the child of each of `questions`, which were just answered "not known";
    but none of a child while the one that such an answer sent before is open."""
    told = _children_told_of(questions)
    for question in questions:
        if question.child_id not in told:
            _send_concern(record, question)


def record_unaccounted_found(record: ActRecorder, agenda: NextSteps) -> list[RollQuestion]:
    """After the step "find out" of a concern was done with a note of where the child is: its
    children are unaccounted for no longer, which the rows returned say.

    Not a child for whom somebody still looks by such a step of another concern. An open question
    about them stays the office's to answer.
    """
    here = ConcernChild.objects.filter(concern=agenda.concern, child__isnull=False)
    looking = Step.objects.open().filter(kind=StepKind.MISSING_FROM_ROLL)
    looking = looking.exclude(concern=agenda.concern)
    others = ConcernChild.objects.filter(
        concern__in=looking.values("concern"), child=models.OuterRef("child")
    )
    rows = RollQuestion.objects.of_school(record.by).filter(child__in=here.values("child"))
    lost = unaccounted_questions(rows).filter(~models.Exists(others)).select_related("child")
    said = {"answer": RollAnswer.FOUND, "answered_at": record.now, "asked_at": record.now}
    return RollQuestion.objects.bulk_create(
        RollQuestion(
            school=record.by.school,
            child=question.child,
            file_id=question.file_id,
            answered_by=record.by.person,
            **said,
        )
        for question in lost.order_by("pk")
    )


def _draft_of(uid: UUID) -> UUID:
    """The id of the form of which the concern is made: one answer makes one concern."""
    return uuid5(uid, "unaccounted for")


def _children_told_of(questions: Sequence[RollQuestion]) -> set[int]:
    """Keys of those children about whom an earlier answer sent a concern that is still open."""
    children = [question.child_id for question in questions]
    before = RollQuestion.objects.filter(child__in=children, answer=RollAnswer.NOT_KNOWN)
    by_draft = {_draft_of(uid): child for uid, child in before.values_list("uid", "child")}
    still = Concern.objects.open().filter(draft__in=by_draft).values_list("draft", flat=True)
    return {by_draft[draft] for draft in still}


def _send_concern(record: ActRecorder, question: RollQuestion) -> None:
    words = UNACCOUNTED_ACCOUNT.format(day=format_date_or_time(question.asked_at.date()))
    send_concern_from_roll(
        record,
        question.child,
        draft=_draft_of(question.uid),
        account=Account(going_home=GoingHome.NOT_ASKED, account=words, children=(question.child,)),
        category=Category.ABSENCE,
        steps=[(StepKind.FIRST_LOOK_NOW, None), (StepKind.MISSING_FROM_ROLL, None)],
    )
