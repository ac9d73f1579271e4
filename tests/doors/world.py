"""A school with one of everything that an address of the site can name."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.urls import get_resolver, reverse
from django.utils import timezone

from concerns.access import acts as access
from concerns.chase import acts as chase
from concerns.doors import unsent_words
from concerns.leaving import acts as leaving
from concerns.models import (
    ChildDocument,
    ComingMeeting,
    ComingMeetingAnswers,
    Concern,
    Conversation,
    Cover,
    DocumentFile,
    Draft,
    EarlierRecord,
    Post,
    RollFile,
    RollQuestion,
    StaffChangeRequest,
    Status,
    Step,
)
from concerns.models.concern.draft import ADULT, CONCERN
from concerns.people import acts as people
from concerns.refer import acts as refer
from concerns.rules.leaving import FileSentHow, LeavingReason, SendingStage
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import adults, factories, homes, packages
from tests.history_files import line_of, upload_history
from tests.roll import exports
from tests.roll.conftest import Office

# Addresses that take something other than what their room is about.
OWN = {
    "submit_draft",
    "submit_file",
    "triage_file",
    "adult_draft",
    "chase_step",
    "chase_why",
    "roll_file",
    "roll_pupil",
    "roll_take_back",
    "roll_answer",
    "refer_change",
    "refer_files",
    "child_document_file",
    "child_document_files",
    "history_file",
}
OWN |= {"access_export_answer", "chase_again", "chase_look", "chase_task", "refer_change"}
OWN |= {
    "access_end_part",
    "people_answer",
    "people_end",
    "people_file",
    "people_invited",
    "people_uncover",
    "people_unrelate",
}
OWN |= {"leaving_send", "leaving_receipt", "leaving_home_education", "leaving_package_file"}
OWN |= {"elsewhere_review"}
OWN |= {"history_package", "history_package_file", "history_record", "history_attachment"}
# Addresses that take a concern, in a room whose other addresses take a referral.
OF_A_CONCERN = {"refer_speak", "refer_untold", "refer_again", "refer_meet", "refer_plan"}
# The query an address must have: the rows of a figure cannot be shown without the figure.
ASKED = {
    **dict.fromkeys(["audit_rows", "audit_csv"], "?year=all"),
    "child_write": "?what=status",
    "child_end": "?what=status&row={status}",
}


@dataclass
class World:
    """A school with one of everything that an address can name, and who wrote it."""

    school: object
    writer: object
    concern: Concern
    uids: dict[str, uuid.UUID]

    def address(self, name: str, uid: uuid.UUID | None = None) -> str:
        kind = kind_of(name)
        path = reverse(name, kwargs={"uid": uid or self.uids[kind]} if kind else None)
        return path + ASKED.get(name, "").format(**self.uids)


def kind_of(name: str) -> str:
    """What kind of thing the address called `name` takes: a concern unless listed; or nothing."""
    if "<uuid:uid>" not in routes()[name]:
        return ""
    room = name.split("_")[0]
    if name in OWN:
        return name
    if name in ("chase_set_aside", "submit_files"):
        return "submit_draft"
    if name in OF_A_CONCERN:
        return "concern"
    rooms = {"child": "child", "refer": "referral", "people": "person", "adult": "adult"}
    rooms |= {"account": "person", "leaving": "child", "elsewhere": "child"}
    return rooms.get(room, "concern")


def routes() -> dict[str, str]:
    return {row.name: str(row.pattern) for row in get_resolver("concerns.urls").url_patterns}


def made() -> World:
    school = factories.school()
    office = Office(school, factories.viewer(school, Role.OFFICE))
    writer = factories.viewer(school)
    lead = factories.viewer(school, Role.DSL)
    sent = {"by": writer, "lead": lead, "categories": ("neglect",)}
    concern = factories.concern_at(State.WAITING, where=school, **sent)
    file = factories.add_file(writer, concern).uid
    triage.take(by=lead, concern=concern, now=factories.NOW)
    decided = factories.decision_answers(concern, Route.SOCIAL_CARE, Route.SCHOOL_SUPPORT)
    triage.decide(by=lead, concern=concern, decided=decided, now=factories.NOW)
    # Long enough ago by the clock of the database, whose pages these are, for the leads to know.
    long_ago = timezone.now() - timedelta(days=2)
    for page in (CONCERN, ADULT):
        unsent_words.save_draft_words(writer.person, school, page, uuid.uuid4(), {}, long_ago)
    adult = adults.send_adult_concern(writer, factories.person(school))
    child = concern.children.get().child
    homes.write_whole_file(lead, child)
    # Whom the concern is about is not in the file: so the office is asked.
    office.bring(exports.roll(3))
    uids = {
        "concern": concern.uid,
        "child": child.uid,
        "child_document_file": DocumentFile.objects.get().uid,
        "child_document_files": ChildDocument.objects.get().uid,
        "status": Status.objects.get(child=child).uid,
        "referral": concern.referrals.get().uid,
        "refer_change": _meeting_to_come(lead, concern).uid,
        "refer_files": _conversation(lead, concern).uid,
        "chase_step": Step.objects.get(concern=concern, kind="support").uid,
        "chase_why": Step.objects.get(concern=concern, kind="support").uid,
        **_after(school, writer, lead),
        "submit_file": file,
        "triage_file": file,
        "submit_draft": Draft.objects.get(page=CONCERN).uid,
        "adult_draft": Draft.objects.get(page=ADULT).uid,
        "adult": adult.uid,
        "history_file": upload_history(lead, line_of(child)).uid,
        "roll_pupil": child.uid,
        "roll_take_back": RollFile.objects.get(brought_at__isnull=False).uid,
        "roll_file": office.upload(exports.written(exports.roll(4))).uid,
        "roll_answer": RollQuestion.objects.get().uid,
        **_people(school, office.viewer, lead),
        **_leaving(school, lead),
        **_elsewhere(school, lead),
        "leaving_package_file": packages.record_package(lead, child).uid,
        **_packages(lead, child),
        "access_export_answer": access.ask_for_export(
            by=lead, words="The termly review.", now=timezone.now()
        ).uid,
    }
    return World(school, writer.person, Concern.objects.get(pk=concern.pk), uids)


def _meeting_to_come(lead, concern) -> ComingMeeting:
    when = factories.NOW + timedelta(days=2)
    coming = ComingMeetingAnswers("strategy", when, "The civic centre", lead.person)
    return refer.plan_meeting(by=lead, concern=concern, coming=coming, now=factories.NOW)


def _conversation(lead, concern) -> Conversation:
    said = {"spoken_to": "adviser", "who": "Jo Lind", "said": "Ring first."}
    now = factories.NOW
    return refer.speak(by=lead, concern=concern, happened_at=now, now=now, **said)


def _after(school, writer, lead) -> dict[str, uuid.UUID]:
    """A concern whose writer is still worried, with a task of theirs and a watch."""
    concern = factories.concern_at(State.CLOSED, where=school, lead=lead)
    child = concern.children.get().child
    now = factories.NOW
    homes.end_line(lead, child, homes.add_status(lead, child))
    reporter = factories.viewer(school, who=concern.reporter)
    submit.still_worried(by=reporter, concern=concern, words="", now=now)
    given = {"words": "Ring the old school.", "on": now.date() + timedelta(days=7)}
    task = chase.ask(by=lead, concern=concern, to=writer.person, now=now, **given)
    steps = Step.objects.open().filter(concern=concern)
    return {
        "chase_again": steps.get(kind="still_worried").uid,
        "chase_look": steps.get(kind="look_after").uid,
        "chase_task": task.uid,
    }


def _leaving(school, lead) -> dict[str, uuid.UUID]:
    """Children who leave: one whose file is to be sent, one whose receipt is awaited, and one who
    is to be educated at home while social care makes enquiries."""
    now = factories.NOW
    said = {"left_on": now.date(), "place": "Leeds High", "address": ""}
    kinds = ("send_file", "file_receipt", "home_education")
    steps = {}
    for kind in kinds:
        child = factories.child(school)
        factories.concern_at(State.TAKEN, where=school, lead=lead, children=(child,))
        reason = LeavingReason.OTHER_SCHOOL
        if kind == "home_education":
            homes.add_status(lead, child, "section_47")
            reason = LeavingReason.HOME_EDUCATION
        leaving.leave(by=lead, child=child, reason=reason, now=now, **said)
        steps[kind] = Step.objects.open().get(departure__child=child)
    sent = {"how": FileSentHow.HAND, "person_there": "Jo Lind", "words": "", "happened_at": now}
    leaving.send_on(by=lead, step=steps["file_receipt"], stage=SendingStage.SENT, now=now, **sent)
    awaited = Step.objects.open().get(kind="file_receipt")
    return {
        "leaving_send": steps["send_file"].uid,
        "leaving_receipt": awaited.uid,
        "leaving_home_education": steps["home_education"].uid,
    }


def _elsewhere(school, lead) -> dict[str, uuid.UUID]:
    """A child who is taught elsewhere, which is to be reviewed."""
    child = factories.child(school)
    factories.concern_at(State.TAKEN, where=school, lead=lead, children=(child,))
    homes.record_elsewhere(lead, child, telephone="01632 960177")
    return {"elsewhere_review": Step.objects.open().get(status__child=child).uid}


def _packages(lead, child) -> dict[str, uuid.UUID]:
    """A package from another school that was brought in, and one that waits."""
    brought = packages.bring_package(lead, child, files=[b"A letter."])
    record = EarlierRecord.objects.get(brought=brought)
    return {
        "history_package": child.uid,
        "history_package_file": packages.record_upload(lead, child).uid,
        "history_record": record.uid,
        "history_attachment": record.attachments.get().uid,
    }


def _people(school, office, lead) -> dict[str, uuid.UUID]:
    """Somebody on the staff with two posts and a family, and a request that waits for the head."""
    who = factories.person(school)
    now = factories.NOW
    post = Post.objects.create(
        person=who, school=school, role=Role.OFFICE, since=now.date() - timedelta(days=30)
    )
    asked = StaffChangeRequest(
        matter=StaffRequestMatter.POST, person=who, role=Role.DEPUTY, since=now.date()
    )
    people.change(by=office, what=asked, now=now)
    family = factories.relate_to_child(factories.person(school), factories.child(school))
    cover = Cover(kind="holidays", person=lead.person, since=now.date())
    people.say_cover(by=office, cover=cover, now=now)
    content = "name,email,roles\nBo Lead,bo@school.test,staff\n"
    file = people.upload(by=office, content=content, rows=1, now=now)
    reader = factories.part_reader(school, years=("Year 9",)).person
    new = factories.person(school)
    new.set_unusable_password()
    new.save()
    uids = {
        "access_end_part": reader.posts.get(role=Role.YEAR_LEAD),
        "people_file": file,
        "people_invited": people.invite_many(by=office, people=[new], now=now),
        "people_uncover": cover,
        "people_answer": asked,
        "people_end": post,
        "people_unrelate": family,
        "person": who,
    }
    return {name: row.uid for name, row in uids.items()}
