"""Helps tests to let children leave, and to send their files on."""

import re
from datetime import timedelta

from concerns.leaving import acts
from concerns.models import Concern, RollQuestion, Step
from concerns.paper.pupil_rows import PupilLine
from concerns.roll import acts as roll
from concerns.rules.clocks import StepKind
from concerns.rules.leaving import FileSentHow, HomeEducationConsent, LeavingReason, SendingStage
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import SamePupil
from tests import factories, homes
from tests.factories import NOW
from tests.packages import record_package

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=2)


def leave(lead, child, reason=LeavingReason.OTHER_SCHOOL, *, place="Leeds High", now=LATER, **more):
    said = {"left_on": NOW.date(), "address": "", **more}
    return acts.leave(by=lead, child=child, reason=reason, place=place, now=now, **said)


def return_pupil_by_hand(child, now=LATER + DAY) -> None:
    """The office puts `child`, who had left, on the roll again."""
    office = factories.viewer(child.school, Role.OFFICE, now=now)
    pupil = PupilLine(line=0, surname=child.surname, forename=child.forename, born=child.born)
    roll.add_pupil(by=office, pupil=pupil, who=SamePupil.SAME, now=now)


def step_of(child, *kinds) -> Step:
    steps = Step.objects.open().filter(departure__child=child, kind__in=kinds or list(StepKind))
    return steps.select_related("concern", "departure__child", "holder").get()


def send(lead, child, *, stage=SendingStage.SENT, how=FileSentHow.POST, now=LATER + DAY, **more):
    said = {"person_there": "Jo Lind, DSL", "words": "", "happened_at": now, **more}
    step = step_of(child, StepKind.SEND_FILE)
    return acts.send_on(by=lead, step=step, stage=stage, how=how, now=now, **said)


def ask_receipt(lead, child, stage=SendingStage.RECEIVED, now=LATER + 2 * DAY):
    said = {"person_there": "Jo Lind, DSL", "words": "", "happened_at": now}
    step = step_of(child, StepKind.FILE_RECEIPT)
    return acts.confirm_receipt(by=lead, step=step, stage=stage, now=now, **said)


def check_home(lead, child, consent=HomeEducationConsent.GIVEN, now=LATER + DAY, **more):
    said = {"consent_words": "A. Hall, Monday", "social_worker_words": "Knows.",
            "address_words": "Visited.", **more}  # fmt: skip
    step = step_of(child, StepKind.HOME_EDUCATION)
    return acts.answer_home_education(by=lead, step=step, consent=consent, now=now, **said)


def make_whole_leaving(lead) -> None:
    """All that can be recorded of children who leave: where to, that a file was sent, and the
    answers for one who is educated at home while enquiries go on."""
    for reason in (LeavingReason.OTHER_SCHOOL, LeavingReason.HOME_EDUCATION):
        child = factories.child(lead.school)
        factories.concern_at(State.TAKEN, where=lead.school, lead=lead, children=(child,))
        if reason is LeavingReason.HOME_EDUCATION:
            homes.add_status(lead, child, "section_47")
            leave(lead, child, reason, place="")
            check_home(lead, child)
        else:
            leave(lead, child)
            record_package(lead, child)
            send(lead, child)


def filled_in(*answers: tuple[RollQuestion, str, str], **more) -> dict[str, str]:
    """The form of many pupils: (question, answer, place) for each."""
    given = {"left_on_day": "6", "left_on_month": "11", "left_on_year": "2026", **more}
    for question, said, place in answers:
        given |= {f"answer_{question.uid}": said, f"place_{question.uid}": place}
        given[f"address_{question.uid}"] = ""
    return given


def concerns_about(child) -> list[Concern]:
    return list(Concern.objects.filter(children__child=child).order_by("id"))


def open_steps_about(child, kind: StepKind) -> list[Step]:
    return list(Step.objects.open().filter(concern__children__child=child, kind=kind))


def without_form_keys(shown: str) -> str:
    """A page without what is another in each form: keys against forgery, and of the draft."""
    return re.sub(
        r'name="(csrfmiddlewaretoken|draft_\w+|draft|keep|once)" value="[^"]*"', "", shown
    )
