"""A concern that is sent with an answer about the roll, in the name of whoever answers.

The form on which they answer says so beforehand. Why it is sent is in `unaccounted.py` (nobody can
find the child) and in `leaving.py` (home education).
"""

from collections.abc import Sequence
from uuid import UUID

from concerns.models.child.child import Child
from concerns.models.child.departure import Departure
from concerns.models.concern.account import Account
from concerns.models.concern.concern import Concern, ConcernCategory
from concerns.models.concern.concern_child import ConcernChild
from concerns.rules import reference_codes
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.words import Category
from concerns.workflow.act_recorder import ActRecorder


def send_concern_from_roll(
    record: ActRecorder,
    child: Child,
    *,
    draft: UUID,
    account: Account,
    category: Category,
    steps: Sequence[tuple[StepKind, Departure | None]],
) -> Concern:
    """Send a concern about `child`, written by whoever answers, with `steps` open from the start:
    the kind of each, and the departure it is for, if any.

    `draft` is the id of the form of which it is made: one answer makes one concern.
    """
    by = record.by
    now = record.now
    concern = Concern(
        school=by.school,
        reference=reference_codes.draw_new_reference(),
        reporter=by.person,
        draft=draft,
        begun_at=now,
        received_at=now,
        occurred_at=now,
        changed_by=by.person,
        changed_at=now,
        changed_how=Kind.SUBMITTED,
        **account.concern_column_values,
    )
    agenda = record.agenda_of_concern(concern)
    for kind, departure in steps:
        agenda.add_step(kind, departure=departure)
    agenda.update_rank_and_due_time()
    concern.save(force_insert=True)
    placed = {"year": child.year, "class_name": child.class_name}
    ConcernChild.objects.create(school=by.school, concern=concern, child=child, **placed)
    ConcernCategory.objects.create(school=by.school, concern=concern, category=category)
    agenda.reassign_role_steps()
    record(
        kind=Kind.SUBMITTED,
        about=concern,
        concern=concern,
        children=[child.uid],
        fields=["account"],
        words=account.all_written_words,
    )
    return concern
