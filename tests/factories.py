"""Makes a school, its people and a concern in any state, by real acts.

A time is always given, never taken from the machine: Tuesday 3 November 2026, ten in the morning,
in term, unless a test says otherwise.
"""

import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from concerns.chase import acts as chase
from concerns.doors import attachments
from concerns.models import (
    Account,
    Attachment,
    Authority,
    Child,
    ChildName,
    Closure,
    ComingMeetingAnswers,
    Concern,
    DecisionAnswers,
    Enrolment,
    MarkSeen,
    MeetingAnswers,
    NameKey,
    PartAnswers,
    Person,
    Placement,
    Post,
    PromiseAnswers,
    ReaderPart,
    Relation,
    School,
    SchoolAction,
    Task,
    Term,
    Viewer,
    WatchAnswers,
)
from concerns.models.concern.attachment import RowWithFiles
from concerns.paper.attachment_reading import ReadFile
from concerns.refer import acts as refer
from concerns.rules.attachments import FileKind
from concerns.rules.lifecycle import State
from concerns.rules.reader_parts import USUAL_CATEGORIES
from concerns.rules.roles import PART_READERS, Role
from concerns.rules.watching import WatchReviewResult
from concerns.rules.words import ConcernOutcome, Route
from concerns.submit import acts as submit
from concerns.submit.acts import Receipt
from concerns.triage import acts as triage
from tests.hashers import hash_once

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
PASSWORD = "a long password for tests"
TERMS = (
    (date(2025, 9, 2), date(2025, 10, 24)), (date(2025, 11, 3), date(2025, 12, 19)),
    (date(2026, 1, 5), date(2026, 2, 13)), (date(2026, 2, 23), date(2026, 3, 27)),
    (date(2026, 4, 13), date(2026, 5, 22)), (date(2026, 6, 1), date(2026, 7, 21)),
    (date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)),
    (date(2027, 1, 4), date(2027, 2, 12)), (date(2027, 2, 22), date(2027, 3, 25)),
    (date(2027, 4, 12), date(2027, 5, 28)), (date(2027, 6, 7), date(2027, 7, 21)),
)  # fmt: skip
_count = itertools.count(1)


def school(name: str = "", **more) -> School:
    """A made-up school. Like the demonstration's it asks neither for a second factor nor why
    somebody reads outside their caseload, unless a test says so: `real_school` asks for both."""
    number = next(_count)
    more = {"invented": True, "factor_since": None, "asks_why_read": False, **more}
    authority, _ = Authority.objects.get_or_create(
        name="Westshire",
        defaults={
            "front_door": "01632 960001",
            "out_of_hours": "01632 960002",
            "lado": "01632 960003",
        },
    )
    made = School.objects.create(
        name=name or f"Test School {number}",
        urn=str(900000 + number),
        phase="Primary",
        opens=time(8, 45),
        closes=time(15, 30),
        authority=authority,
        **more,
    )
    Term.objects.bulk_create(Term(school=made, first=first, last=last) for first, last in TERMS)
    return made


def real_school(**more) -> School:
    """A school as it is in use: it asks for a second factor, as of long ago unless `more` says, and
    why somebody reads outside their caseload."""
    long_ago = datetime(2025, 9, 1, tzinfo=UTC)
    return school(**{"invented": False, "factor_since": long_ago, "asks_why_read": True, **more})


def close_school_on(where: School, day: date) -> None:
    Closure.objects.create(school=where, day=day, why="INSET")
    where.calendar_version += 1
    where.save(update_fields=["calendar_version"])


def person(where: School, *roles: Role, name: str = "", since: date = date(2024, 9, 1)) -> Person:
    number = next(_count)
    made = Person(email=f"person{number}@example.test", name=name or f"Person {number}")
    made.password = hash_once(PASSWORD)
    made.save()
    for role in roles or (Role.STAFF,):
        Post.objects.create(person=made, school=where, role=role, since=since)
    return made


def viewer(where: School, *roles: Role, who: Person | None = None, now: datetime = NOW) -> Viewer:
    """Somebody acting in `where` with `roles`; a new person unless one is given."""
    roles = roles or (Role.STAFF,)
    return Viewer(who or person(where, *roles), where, frozenset(roles), now)


def child(where: School, forename: str = "", surname: str = "", **more) -> Child:
    number = next(_count)
    fields = {"born": date(2017, 5, 17), "year": "Year 4", "class_name": "4B", **more}
    made = Child.objects.create(
        school=where,
        forename=forename or f"Forename{number}",
        surname=surname or f"Surname{number}",
        **fields,
    )
    NameKey.objects.add_names([made])
    since = date(2025, 9, 1)
    ChildName.from_child(made, since).save()
    Enrolment.objects.create(school=where, child=made, since=since)
    Placement.objects.create(
        school=where, child=made, year=made.year, class_name=made.class_name, since=since
    )
    return made


def read_part(who: Person, where: School, **said) -> Person:
    """Say what `who` reads with their post that reads a part: `years`, `classes`, `children` or
    `categories`. Without any, the categories usual for the post, or of those in Year 4, as all are
    who are not said to be elsewhere."""
    post = Post.objects.get(person=who, school=where, role__in=PART_READERS)
    usual = USUAL_CATEGORIES.get(Role(post.role))
    part = PartAnswers(**(said or ({"categories": usual} if usual else {"years": ("Year 4",)})))
    ReaderPart.objects.record_part(part, where.pk, post=post)
    return who


def part_reader(where: School, role: Role = Role.YEAR_LEAD, **said) -> Viewer:
    """Somebody who reads a part of the record: see `read_part`."""
    who = person(where, Role.STAFF, role)
    return viewer(where, Role.STAFF, role, who=read_part(who, where, **said))


def relate_to_child(who: Person, to: Child) -> Relation:
    return Relation.objects.record_relation(who, to, how="step-parent")


def concern_account(*children: Child, **more) -> Account:
    """The answers of a valid form."""
    words = {"account": "He said his tummy hurt and he had not eaten.", "going_home": "no", **more}
    return Account(children=children, **words)


def body_mark() -> MarkSeen:
    return MarkSeen(place="ear", side="left", size_cm=Decimal("1.5"), described="round, red")


def send_concern(by: Viewer, *children: Child, now: datetime = NOW, **more) -> Receipt:
    return submit.submit(
        by=by, draft=uuid.uuid4(), account=concern_account(*children, **more), now=now
    )


def add_file(
    by: Viewer,
    concern: Concern,
    now: datetime = NOW,
    content: bytes = b"A letter.",
    name: str = "letter.txt",
) -> Attachment:
    """A file that the writer of `concern` added to it."""
    draft = uuid.uuid4()
    file = ReadFile(name, FileKind.TEXT, content)
    attachments.keep_in_draft(by, draft, [file])
    (added,) = submit.add_files(by=by, concern=concern, draft=draft, now=now)
    return added


def add_file_to(
    by: Viewer, entry: RowWithFiles, now: datetime = NOW, name: str = "minutes.txt"
) -> Attachment:
    """A file that a lead added to a conversation, a meeting or what happened to a referral."""
    draft = uuid.uuid4()
    attachments.keep_in_draft(by, draft, [ReadFile(name, FileKind.TEXT, b"Of " + name.encode())])
    given = {"concern": entry.concern_of_entry, "entry": entry, "draft": draft}
    (added,) = refer.add_files(by=by, now=now, **given)
    return added


def decision_answers(concern: Concern, *routes: Route, **more) -> DecisionAnswers:
    """A complete full decision for every child the concern is about."""
    said = {
        "reason": "The third time this term.",
        "considered": "Waiting, and why that was not enough.",
        "parents_told": "will_be",
        "siblings": "considered",
        "child_seen": "seen",
        "sighted_at": concern.received_at,
        "sighted_by": concern.reporter,
        **more,
    }
    rows = tuple(concern.children.filter(part="about"))
    return DecisionAnswers(children=rows, routes=routes or (Route.SCHOOL_SUPPORT,), **said)


def light_decision_answers(concern: Concern, until: date = date(2026, 12, 1)) -> DecisionAnswers:
    rows = tuple(concern.children.filter(part="about"))
    return DecisionAnswers(
        rows, (Route.KEEP,), "One more small thing.", light=True, keep_until=until
    )


def concern_at(
    state: State,
    *,
    where: School,
    by: Viewer | None = None,
    now: datetime = NOW,
    lead: Viewer | None = None,
    children: tuple[Child, ...] = (),
    **more,
) -> Concern:
    """A concern brought to `state` by the usual acts, a quarter of an hour apart."""
    writer = by or viewer(where)
    concern = send_concern(writer, *(children or (child(where),)), now=now, **more).concern
    if state is State.WAITING:
        return concern
    lead = lead or viewer(where, Role.DSL)
    later = (now + timedelta(minutes=15 * step) for step in itertools.count(1))
    triage.take(by=lead, concern=concern, now=next(later))
    if state is not State.TAKEN:
        triage.decide(by=lead, concern=concern, decided=decision_answers(concern), now=next(later))
    if state is State.CLOSED:
        for step in concern.steps.open().filter(kind="support"):
            chase.do_step(by=lead, step=step, words="In place.", now=next(later))
        triage.close(
            by=lead,
            concern=concern,
            outcome=ConcernOutcome.HELP_IN_PLACE,
            why="It is working.",
            words_back="Thank you. Help is in place.",
            now=next(later),
        )
    return Concern.objects.get(pk=concern.pk)


def make_whole_case(where: School) -> Concern:
    """A concern with everything a record can hold: marks, categories, both kinds of hand-over,
    parents, an agency that answered, our view, additions, closing, and opening again; and that it
    was about another child."""
    staff = viewer(where), viewer(where, Role.DSL), viewer(where, Role.DEPUTY)
    concern, lead, at = make_case_of_child(child(where), *staff, person(where))
    row = concern.children.get()
    right = child(where)
    triage.refile(by=lead, concern=concern, row=row, to=right, why="Not theirs.", now=next(at))
    return Concern.objects.get(pk=concern.pk)


def make_case_of_child(
    about: Child,
    writer: Viewer,
    lead: Viewer,
    deputy: Viewer,
    near: Person,
    now: datetime = NOW,
    **more,
) -> tuple[Concern, Viewer, Iterator[datetime]]:
    """The same about `about`, with the acts of these people; `near` is excluded by the lead.

    Returns the concern, the lead and the moments that follow.
    """
    said = {"going_home": "yes", "categories": ("neglect",), "marks": (body_mark(),), **more}
    concern = send_concern(writer, about, now=now, **said).concern
    at = (now + timedelta(minutes=10 * step) for step in itertools.count(1))
    triage.take(by=lead, concern=concern, now=next(at))
    submit.add(by=writer, concern=concern, words="And again today.", now=next(at))
    add_file(writer, concern, now=now + timedelta(minutes=25))
    triage.hand(by=lead, concern=concern, to=deputy.person, note="Yours.", now=next(at))
    routes = (Route.PARENTS, Route.SOCIAL_CARE)
    triage.decide(
        by=deputy, concern=concern, decided=decision_answers(concern, *routes), now=next(at)
    )
    told = {"who": "Mother", "said": "Listened.", "spoken_to": "parent"}
    moment = next(at)
    spoken = refer.speak(by=deputy, concern=concern, happened_at=moment, now=moment, **told)
    add_file_to(deputy, spoken, moment, "note.txt")
    referral = concern.referrals.get()
    moment = next(at)
    said = {"spoken_to": "Duty worker", "happened_at": moment, "now": moment}
    refer.send(by=deputy, referral=referral, agency="Front door", method="telephone", **said)
    refer.chase(by=deputy, referral=referral, telephone="01632 960001", minutes=9, **said)
    heard = refer.hear_back(
        by=deputy, referral=referral, answer="early_help", words="Will see.", **said
    )
    add_file_to(deputy, heard, moment, "answer.txt")
    _settle_with_promise(referral, deputy, at)
    ours = SchoolAction("Ring the school nurse.", date(2026, 11, 12), deputy.person)
    met = MeetingAnswers("team", moment, "Ann, Bo", "All goes on.", actions=(ours,))
    moment = next(at)
    held = refer.meet(by=deputy, concern=concern, met=met, now=moment)
    add_file_to(deputy, held, moment)
    _watch_and_close(concern, writer, deputy, at)
    triage.reopen(by=lead, concern=concern, why="A new sign.", now=next(at))
    triage.exclude(by=lead, concern=concern, person=near, why="Involved.", now=next(at))
    triage.sort(by=lead, concern=concern, categories=("neglect",), why="Hungry.", now=next(at))
    _plan_and_move_meeting(concern, lead, at)
    return Concern.objects.get(pk=concern.pk), lead, at


def _settle_with_promise(referral, deputy: Viewer, at) -> None:
    """Challenges the answer, settles it with a promise, and finds out that it was kept."""
    given = {"by": deputy, "referral": referral}
    refer.give_view(view="disagree", words="Too little.", whom="Bo Hill", now=next(at), **given)
    promised = PromiseAnswers("Bo Hill", "A joint visit.", date(2026, 11, 12))
    refer.settle(words="They will visit.", promised=promised, now=next(at), **given)
    step = referral.steps.get(kind="promise")
    chase.do_step(by=deputy, step=step, words="They came.", now=next(at))


def _plan_and_move_meeting(concern: Concern, lead: Viewer, at) -> None:
    coming = ComingMeetingAnswers(
        "team", datetime(2026, 11, 20, 10, tzinfo=UTC), "Hall", lead.person
    )
    made = refer.plan_meeting(by=lead, concern=concern, coming=coming, now=next(at))
    later = datetime(2026, 11, 23, 10, tzinfo=UTC)
    refer.change_meeting(by=lead, coming=made, begins_at=later, why="Ill.", now=next(at))


def _watch_and_close(concern: Concern, writer: Viewer, deputy: Viewer, at) -> None:
    """Closes with another agency and opens a watch; the writer says how the child is; the watch
    ends."""
    words = {"question": "How is she?", "why": "Theirs now.", "outcome": ConcernOutcome.WITH_AGENCY}
    asked = WatchAnswers(writer.person, **words)
    back = {"words_back": "Thank you."}
    triage.watch(by=deputy, concern=concern, asked=asked, now=next(at), **back)
    task = Task.objects.get(step__concern=concern)
    step = concern.steps.get(kind="look_after")
    chase.answer(by=writer, task=task, words="Well.", done=True, now=next(at))
    said = {"words": "She is well.", "then": WatchReviewResult.END, "why": "They moved.", **back}
    chase.look_after(by=deputy, step=step, now=next(at), **said)


def sign_in(client, who: Person):
    """Signs in through the sign-in page, as everybody does."""
    response = client.post("/sign-in/", {"login": who.email, "password": PASSWORD})
    assert response.status_code == 302, "signing in failed"
    return client
