"""Fixtures: an office that brings in files of the roll, by the acts and by the pages."""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from concerns.leaving import acts as leaving
from concerns.models import Child, RollFile, RollQuestion, School, Viewer
from concerns.paper.ctf_reading import decode_roll_file
from concerns.roll import acts, queries
from concerns.rules.leaving import LeavingReason
from concerns.rules.roles import Role
from concerns.rules.words import RollAnswer
from concerns.workflow.leaving import Leaver
from tests import factories
from tests.roll import exports


@dataclass
class Office:
    """The office of one school, which brings in files by the acts themselves."""

    school: School
    viewer: Viewer

    def upload(self, content: bytes, now=factories.NOW) -> RollFile:
        text = decode_roll_file(content, queries.count_pupil_headings)
        return acts.upload(by=self.viewer, content=text, rows=0, now=now)

    def plan(self, file: RollFile, now=factories.NOW):
        reading = queries.read_roll_file(self.viewer, file)
        return queries.build_roll_plan(self.school, reading.table, reading.guess, now.date())

    def bring(self, what, now=factories.NOW, sure=True) -> RollFile:
        """Brings in `what`, which is a list of made-up pupils or the bytes of a file."""
        content = what if isinstance(what, bytes) else exports.written(what)
        file = self.upload(content, now)
        guess = queries.read_roll_file(self.viewer, file).guess
        seen = self.plan(file, now).plan_digest
        return acts.bring(by=self.viewer, file=file, mapping=guess, seen=seen, sure=sure, now=now)

    def answer(
        self,
        question: RollQuestion,
        said: RollAnswer,
        now=factories.NOW,
        *,
        reason: LeavingReason = LeavingReason.OTHER_SCHOOL,
        place: str = "",
        left_on: date | None = None,
    ) -> RollQuestion:
        """Answers for one pupil. One who has left went to `place`, with `left_on` as last day."""
        leaver = Leaver(question.child, reason, left_on, place) if left_on else None
        given = [acts.AnsweredPupil(question, said, leaver)]
        viewer = factories.viewer(self.school, Role.OFFICE, who=self.viewer.person, now=now)
        return acts.answer(by=viewer, answers=given, now=now)[0]

    def leave(self, child: Child, left_on: date | None, now=factories.NOW) -> None:
        """A lead records that `child` has moved to Spain; without a last day, that they will."""
        lead = factories.viewer(self.school, Role.DSL, now=now)
        said = {"reason": LeavingReason.ABROAD, "place": "Spain", "address": ""}
        leaving.leave(by=lead, child=child, left_on=left_on, now=lead.now, **said)

    def bring_contact_of(self, child: Child) -> RollFile:
        """Brings in a file of everybody on the roll, with a contact and the sex of `child`."""
        rows = ["Surname,Forename,DOB,UPN,Admission number,Sex,Contact 1 Name,Contact 1 Mobile"]
        for one in Child.objects.on_roll(self.viewer).order_by("pk"):
            more = "F,Dana Cole,07700 900123" if one == child else ",,"
            number = one.admission_number
            rows.append(f"{one.surname},{one.forename},{one.born},{one.upn},{number},{more}")
        return self.bring("\r\n".join(rows).encode())


@pytest.fixture
def office(db) -> Office:
    school = factories.school()
    return Office(school, factories.viewer(school, Role.OFFICE))


@dataclass
class Desk:
    """Somebody of the office who uses the pages."""

    client: object

    def upload(self, content: bytes, name: str = "export.csv"):
        file = SimpleUploadedFile(name, content, "text/csv")
        return self.client.post(reverse("roll_upload"), {"file": file})

    def confirm(self, address: str, **more):
        """Presses the button of the page at `address`, as it is there."""
        fields = hidden(self.client.get(address).content.decode())
        return self.client.post(address, fields | more)


def hidden(page: str) -> dict[str, str]:
    form = page[page.index('<form method="post" action="/roll/file/') :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture
def desk(client, office) -> Desk:
    factories.sign_in(client, office.viewer.person)
    return Desk(client)


@pytest.fixture
def missing(office) -> list[RollQuestion]:
    """Four pupils who are missing from the second file, in the order in which they are asked."""
    pupils = exports.roll(20)
    office.bring(pupils)
    office.bring(pupils[4:])
    return list(RollQuestion.objects.order_by("id").select_related("child"))
