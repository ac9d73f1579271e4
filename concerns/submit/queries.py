"""What the writer's pages show: which leads to find, search boxes, drafts and one's own concerns.

"Own" concerns are those the viewer wrote. What a lead reads is in `triage/queries.py`.
"""

import uuid
from dataclasses import dataclass, field

from django.db.models import F, Prefetch

from concerns.asking.asked import as_uid
from concerns.doors import keep, ledger, sight
from concerns.models import (
    Addition,
    Authority,
    Concern,
    Draft,
    HomeAuthority,
    Notice,
    Person,
    Post,
    Step,
    Task,
    Viewer,
    WordBack,
    offered,
)
from concerns.models.cover import arranged, standing
from concerns.models.draft import CONCERN
from concerns.rules.clocks import FIRST_LOOKS, REMIND_AFTER, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.roles import LADDER, May, Role
from concerns.rules.saying import when
from concerns.rules.words import GoingHome, HowKnown, HowSure, Part

A_PAGE = 20


@dataclass(frozen=True)
class Contact:
    """A lead to go to, with their role and their title as the page says it."""

    person: Person
    role: Role
    title: str


@dataclass(frozen=True)
class Contacts:
    """The leads to find, in the order to try them, and the authority that anyone may ring."""

    people: list[Contact] = field(default_factory=list)
    authority: Authority | None = None

    @property
    def first(self) -> Contact | None:
        return next(iter(self.people), None)

    @property
    def authorities(self) -> list[Authority]:
        return [self.authority]

    @property
    def others_words(self) -> str:
        """The names of all but the first: "Dee Deputy and Hedda Head"."""
        *names, last = [contact.person.name for contact in self.others] or [""]
        return " and ".join(filter(None, [", ".join(names), last]))

    @property
    def others(self) -> list[Contact]:
        return self.people[1:]


def leads(viewer: Viewer, *concerns: Concern, but=()) -> Contacts:
    """The leads as covered now, without the viewer and without those whose uid is in `but`. With
    `concerns`, also without anyone excluded from one of them."""
    return _in_post(viewer, LADDER[Role.DSL], concerns, but)


def _in_post(viewer: Viewer, roles: tuple[Role, ...], concerns=(), but=()) -> Contacts:
    posts = Post.objects.filter(school=viewer.school).in_force(viewer.today).holding(*roles)
    if concerns:
        posts = posts.filter(person__in=Person.objects.not_excluded_from(*concerns))
    rows = list(posts.select_related("person", "school__authority").order_by("person__name", "pk"))
    authority = rows[0].school.authority if rows else viewer.school.authority
    mine = str(viewer.person.uid)
    others = [row for row in rows if str(row.person.uid) not in {mine, *but}]
    acting = arranged(roles, others, standing(viewer.school, viewer.now))
    return Contacts([Contact(one.person, one.role, one.words) for one in acting], authority)


# The search boxes of the concern form: suffix of the box's name -> field that holds its ticks.
BOXES = {"": "child", "_involved": "involved", "_excluded": "excluded"}


def boxes(viewer: Viewer, form, *, looked: bool) -> dict:
    """The template variables of each search box of the concern form. What was typed in it, who is
    ticked and, if `looked` (a search was pressed), who was found."""
    page = {}
    for of, name in BOXES.items():
        here, say, find = form.chosen, offered.choice, offered.found
        if name == "excluded":
            here, say, find = form.colleagues, offered.colleague, offered.staff_found
        uids = map(str, filter(None, map(as_uid, dict.fromkeys(form.data.getlist(name)))))
        part = page[f"find{of}"] = form.data.get(f"find{of}", "")
        page[f"picked{of}"] = [say(here[uid]) for uid in uids if uid in here]
        if looked and part.strip():
            rows, page[f"more{of}"] = find(viewer, part)
            page[f"found{of}"], page[f"none{of}"] = [say(row) for row in rows], not rows
    return page


def drafts(viewer: Viewer) -> list[Draft]:
    """The viewer's drafts not sent: waiting ones first, then those set aside; newest first."""
    rows = Draft.objects.of(viewer).not_sent().defer("words")
    waiting_first = F("set_aside_at").asc(nulls_first=True)
    found = list(rows.order_by(waiting_first, "-saved_at", "-pk")[:A_PAGE])
    for row in found:
        row.concerns = row.page == CONCERN
        row.waits = not row.set_aside_at and row.saved_at + REMIND_AFTER <= viewer.now
        row.opens_at = keep.Kept(row.uid, row.page).comes_back_to
    return found


def reports(viewer: Viewer) -> list[Step]:
    """The viewer's own open steps to report FGM to the police, the most overdue first."""
    owed = Step.objects.open().filter(kind=StepKind.REPORT_FGM, holder=viewer.person)
    owed = owed.filter(school=viewer.school, concern__reporter=viewer.person)
    return list(owed.select_related("concern").in_order())


def mine(viewer: Viewer, before: uuid.UUID | None) -> tuple[list[Concern], bool]:
    """A page of the viewer's own concerns, newest first, and whether there are more. It shows no
    names. `before` is the uid of the last concern of the page before."""
    rows = sight.own_concerns(viewer).order_by("-id")
    if before:
        last = sight.one(viewer, Concern.objects.written_by(viewer), before)
        rows = rows.filter(id__lt=last.pk)
    return sight.page(viewer, rows.prefetch_related(_words_back()), A_PAGE)


def cannot_wait(viewer: Viewer) -> dict:
    """What the writer's home page says first: danger, police reports, messages not sent. `contacts`
    leaves out anyone excluded from a concern whose message was not sent."""
    found = {"nobody_told": nobody_told(viewer), "reports": reports(viewer)}
    late = list(unsent(viewer).order_by("-id"))
    if late:
        found |= {"unsent": late, "contacts": leads(viewer, *late)}
    return found


def unsent(viewer: Viewer):
    """The viewer's own concerns with an urgent message that has been waiting too long to go out."""
    stuck = Notice.objects.unsent_of(viewer).values("step__concern")
    return Concern.objects.written_by(viewer).filter(pk__in=stuck)


def nobody_told(viewer: Viewer) -> list[Concern]:
    """The viewer's own open concerns of danger now that do not say whom they told by voice."""
    rows = Concern.objects.written_by(viewer).open().asking_whom_they_told()
    return list(rows.filter(nobody_told=True).order_by("-id"))


def tasks(viewer: Viewer) -> list[Task]:
    """What colleagues have asked the viewer to do, soonest first: only the request and the day."""
    rows = Task.objects.asked_of(viewer).select_related("step", "by")
    return list(rows.order_by("step__due_at", "id"))


def looks_again(concern: Concern) -> Step | None:
    """The open step to look again at a concern whose writer is still worried, if there is one."""
    owed = concern.steps.open().filter(kind=StepKind.STILL_WORRIED)
    return owed.select_related("holder").first()


def own(viewer: Viewer, uid: uuid.UUID) -> Concern:
    """The viewer's own concern, for an act or the receipt. Not recorded. Raises Http404."""
    return sight.one(viewer, Concern.objects.written_by(viewer), uid)


def opened(viewer: Viewer, uid: uuid.UUID) -> Concern:
    """The viewer's own concern with all that `submit/mine.html` shows. Recorded. Or Http404."""
    concern = sight.own(viewer, uid)
    concern.unsent = [concern] if concern.stuck else []
    concern.said = _said(concern)
    if concern.fgm_known:
        concern.report = concern.steps.open().filter(kind=StepKind.REPORT_FGM).first()
    concern.told_back = list(concern.words_back.select_related("by").order_by("id"))
    added = Addition.objects.filter(concern=concern, by=viewer.person, for_leads=False)
    concern.added = list(added.order_by("id"))
    # Only those whom the writer excluded: they may not learn whom a lead has excluded.
    concern.kept_from = list(concern.exclusions.filter(by=viewer.person).told())
    return concern


def _said(concern: Concern) -> list[tuple[str, str]]:
    """What was written, as (question, answer) pairs; unanswered questions are left out."""
    rows = list(concern.children.select_related("child").order_by("part", "id"))
    said = [
        ("About", "\n".join(row.name for row in rows if row.part == Part.ABOUT)),
        ("Also involved", "\n".join(row.name for row in rows if row.part == Part.INVOLVED)),
        ("What worried you", concern.account),
        (concern.told_words_heading("you"), concern.told_words),
        ("Worried about them going home", GoingHome.say(concern.going_home)),
        ("In danger now", "Yes" if concern.danger else ""),
        ("When it happened", _happened(concern)),
        ("Where", concern.place),
        ("How you know", HowKnown.say(concern.how_known)),
        ("The child's own words", concern.child_words),
        ("The child", "Did not want to say" if concern.did_not_want_to_say else ""),
        ("What you asked", concern.asked),
        ("Marks", "\n".join(mark.words for mark in concern.marks.order_by("id"))),
        ("The child with the mark", "Cannot yet move about" if concern.cannot_move else ""),
        ("Who else was there, or knows", concern.who_else),
        ("The explanation", concern.explanation),
        ("Who gave it, and to whom", concern.explained_by),
        ("What it may mean", concern.may_mean),
        ("What it fits", "\n".join(concern.categories)),
        ("FGM", "Known to have been done" if concern.fgm_known else ""),
        ("Whom you told in person", concern.told_in_person),
        ("Whom you rang", concern.already_called),
    ]
    return [(label, words) for label, words in said if words]


def _happened(concern: Concern) -> str:
    told = [when(concern.happened_on), when(concern.happened_at), HowSure.say(concern.how_sure)]
    return ", ".join(filter(None, told))


def _words_back() -> Prefetch:
    return Prefetch("words_back", WordBack.objects.select_related("by").order_by("id"))


@dataclass(frozen=True)
class Promise:
    """What the receipt says: who should read the concern, and by when. `danger`: the writer has not
    said yet whom they told. `today`: it is due today. `oneself`: the writer is a lead."""

    contacts: Contacts
    step: Step | None
    danger: bool
    # The writer's own step to report FGM to the police.
    report: Step | None
    today: bool
    oneself: bool
    # This concern, if its urgent message has not gone out; else empty.
    unsent: list[Concern]
    numbers: list[Authority]
    code: str

    @property
    def next_people(self) -> list[Contact]:
        """Whom to speak to if the first contact does not answer."""
        return self.contacts.others or self.contacts.people


def whom_to_find(viewer: Viewer, concern: Concern) -> dict:
    """The leads to go to, and the authorities of its children's homes and of the school to ring."""
    contacts = leads(viewer, concern)
    lines = HomeAuthority.objects.standing().filter(child__concern_rows__concern=concern)
    homes = Authority.objects.filter(homes__in=lines).distinct().in_name_order()
    numbers = {row.pk: row for row in [*homes, contacts.authority]}
    return {"contacts": contacts, "numbers": list(numbers.values())}


def promise(viewer: Viewer, concern: Concern) -> Promise:
    """What the receipt says, from its open steps, the leads in post today and the audit ledger."""
    steps = list(concern.steps.open().in_order())
    step = next((step for step in steps if step.kind in FIRST_LOOKS), None)
    return Promise(
        **whom_to_find(viewer, concern),
        step=step,
        danger=any(step.kind == StepKind.DANGER_NOW for step in steps),
        report=next((step for step in steps if step.kind == StepKind.REPORT_FGM), None),
        oneself=viewer.may(May.TAKE),
        unsent=list(unsent(viewer).filter(pk=concern.pk)),
        today=bool(step) and _day(viewer, step.due_at) == viewer.today,
        code=ledger.receipt(ledger.line_of(concern.uid, Kind.SUBMITTED)),
    )


def _day(viewer: Viewer, moment):
    return Viewer(viewer.person, viewer.school, viewer.roles, moment).today


def whose_draft(viewer: Viewer, uid: uuid.UUID) -> Draft:
    """The viewer's own draft of a concern. Raises Http404 for anybody else's."""
    return sight.one(viewer, Draft.objects.of(viewer).filter(page=CONCERN), uid)


def sent_from(viewer: Viewer, draft: uuid.UUID) -> Concern | None:
    """The concern that this viewer sent from `draft`, if they have sent it."""
    return Concern.objects.written_by(viewer).filter(draft=draft).first()
