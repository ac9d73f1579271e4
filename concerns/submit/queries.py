"""What the writer's pages show: which leads to find, search boxes, drafts and one's own concerns.

"Own" concerns are those the viewer wrote. What a lead reads is in `triage/queries.py`.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Prefetch

from concerns.doors import ledger, sight, unsent_words
from concerns.forms.base_form import parse_uuid
from concerns.models import (
    Addition,
    AdultConcern,
    Attachment,
    Authority,
    Concern,
    Draft,
    Exclusion,
    HomeAuthority,
    Notice,
    Person,
    Post,
    Step,
    Task,
    Viewer,
    WordBack,
)
from concerns.models.concern.draft import CONCERN, is_reminder_due
from concerns.models.school.cover import covers_in_effect, order_acting_people
from concerns.reading import pickers
from concerns.reading.children_in_words import children_in_words
from concerns.rules.clocks import FIRST_LOOKS, StepKind
from concerns.rules.roles import LADDER, PART_READERS, May, Role
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import ChildPart, GoingHome, HowKnown, HowSure

A_PAGE = 20


@dataclass(frozen=True)
class LeadContact:
    """A lead to go to, with their role and their title as the page says it."""

    person: Person
    role: Role
    title: str


@dataclass(frozen=True)
class LeadContacts:
    """The leads to find, in the order to try them, and the authority that anyone may ring."""

    people: list[LeadContact] = field(default_factory=list)
    authority: Authority | None = None
    # Whether anybody else here reads a part of the record, who may read of the child too.
    has_part_readers: bool = False

    @property
    def first_contact(self) -> LeadContact | None:
        return next(iter(self.people), None)

    @property
    def authorities_to_ring(self) -> list[Authority]:
        return [self.authority] if self.authority else []

    @property
    def other_contact_names(self) -> str:
        """The names of all but the first: "Dee Deputy and Hedda Head"."""
        *names, last = [contact.person.name for contact in self.other_contacts] or [""]
        return " and ".join(filter(None, [", ".join(names), last]))

    @property
    def other_contacts(self) -> list[LeadContact]:
        return self.people[1:]


def find_leads(viewer: Viewer, *concerns: Concern, but=()) -> LeadContacts:
    """The leads as covered now, without the viewer and without those whose uid is in `but`. With
    `concerns`, also without anyone excluded from one of them."""
    return _find_contacts_in_post(viewer, LADDER[Role.DSL], concerns, but)


def _find_contacts_in_post(
    viewer: Viewer, roles: tuple[Role, ...], concerns=(), but=()
) -> LeadContacts:
    posts = (
        Post.objects.filter(school=viewer.school)
        .in_force_on(viewer.todays_date)
        .active_with_role(*roles, *PART_READERS)
    )
    if concerns:
        posts = posts.not_excluded_from(*concerns)
    rows = list(posts.select_related("person", "school__authority").order_by("person__name", "pk"))
    authority = rows[0].school.authority if rows else viewer.school.authority
    mine = str(viewer.person.uid)
    others = [row for row in rows if str(row.person.uid) not in {mine, *but}]
    leads = [row for row in others if row.role in roles]
    acting = order_acting_people(roles, leads, covers_in_effect(viewer.school, viewer.now))
    return LeadContacts(
        [LeadContact(one.person, one.role, one.acting_role_words) for one in acting],
        authority,
        has_part_readers=len(leads) < len(others),
    )


# The search boxes of the concern form: suffix of the box's name -> field that holds its ticks.
BOXES = {"": "child", "_involved": "involved", "_excluded": "excluded"}


def fill_search_boxes(viewer: Viewer, form, *, looked: bool) -> dict:
    """The template variables of each search box of the concern form. What was typed in it, who is
    ticked and, if `looked` (a search was pressed), who was found."""
    page: dict[str, Any] = {}
    shown = pickers.children_as_choices(viewer, list(form.chosen.values()))
    children = {child["uid"]: child for child in shown}
    staff = {uid: pickers.colleague_as_choice(one) for uid, one in form.colleagues.items()}
    for of, name in BOXES.items():
        here = staff if name == "excluded" else children
        uids = map(str, filter(None, map(parse_uuid, dict.fromkeys(form.data.getlist(name)))))
        part = page[f"find{of}"] = form.data.get(f"find{of}", "")
        page[f"picked{of}"] = [here[uid] for uid in uids if uid in here]
        if looked and part.strip():
            found, page[f"more{of}"] = _search_by_name(viewer, name, part)
            page[f"found{of}"] = found
            page[f"none{of}"] = not found
    return page


def _search_by_name(viewer: Viewer, name: str, part: str) -> tuple[list[dict[str, str]], bool]:
    """Who is found in the search box of the field `name`, and whether there are more."""
    if name == "excluded":
        staff, more = pickers.find_colleagues_by_name(viewer, part)
        return [pickers.colleague_as_choice(one) for one in staff], more
    children, more = pickers.find_children_to_pick(viewer, part)
    return pickers.children_as_choices(viewer, children), more


@dataclass(frozen=True)
class OwnDraftRow:
    """A draft of the viewer's. `is_concern`: of a concern about a child, not of other words.
    `waits`: it has lain unsent for too long. `opens_at`: the address where it goes on."""

    draft: Draft
    is_concern: bool
    waits: bool
    opens_at: str


def list_own_drafts(viewer: Viewer) -> list[OwnDraftRow]:
    """The viewer's drafts not sent: waiting ones first, then those set aside; newest first."""
    rows = Draft.objects.own_drafts(viewer).without_sent_concerns().defer("words")
    waiting_first = F("set_aside_at").asc(nulls_first=True)
    return [
        OwnDraftRow(
            draft=row,
            is_concern=row.page == CONCERN,
            waits=not row.set_aside_at and is_reminder_due(row.saved_at, viewer.now),
            opens_at=unsent_words.KeptWords(row.uid, row.page).return_address,
        )
        for row in rows.order_by(waiting_first, "-saved_at", "-pk")[:A_PAGE]
    ]


def list_own_fgm_reports(viewer: Viewer) -> list[Step]:
    """The viewer's own open steps to report FGM to the police, the most overdue first."""
    owed = Step.objects.open().filter(kind=StepKind.REPORT_FGM, holder=viewer.person)
    owed = owed.filter(school=viewer.school, concern__reporter=viewer.person)
    return list(owed.select_related("concern").in_order())


def list_own_concerns(
    viewer: Viewer, before: uuid.UUID | None
) -> tuple[list[tuple[Concern, str]], bool]:
    """A page of the viewer's own concerns, newest first, and whether there are more.

    Each comes with the children it is about, in words. `before` is the uid of the last concern of
    the page before.
    """
    rows = sight.query_own_concerns(viewer).order_by("-id")
    if before:
        last = sight.get_one_or_404(viewer, Concern.objects.written_by(viewer), before)
        rows = rows.filter(id__lt=last.pk)
    rows = rows.prefetch_related(_prefetch_words_back())
    found, more = sight.read_page_of_list(viewer, rows, A_PAGE)
    # Names only in a session that may read them: see `May.REREAD`.
    named = [row.pk for row in found] if viewer.may_reread else []
    about = children_in_words(named, about_only=True)
    return [(row, about.get(row.pk, "")) for row in found], more


def gather_urgent_items(viewer: Viewer) -> dict:
    """What the writer's home page says first: danger, police reports, messages not sent. `contacts`
    leaves out anyone excluded from a concern whose message was not sent."""
    found = {"nobody_told": list_danger_untold(viewer), "reports": list_own_fgm_reports(viewer)}
    late = list(find_concerns_not_mailed(viewer).order_by("-id"))
    if late:
        found |= {"unsent": late, "contacts": find_leads(viewer, *late)}
    return found


def find_concerns_not_mailed(viewer: Viewer):
    """The viewer's own concerns with an urgent message that has been waiting too long to go out."""
    stuck = Notice.objects.stuck_for_writer(viewer).values("step__concern")
    return Concern.objects.written_by(viewer).filter(pk__in=stuck)


def list_danger_untold(viewer: Viewer) -> list[Concern]:
    """The viewer's own open concerns of danger now that do not say whom they told by voice."""
    rows = Concern.objects.written_by(viewer).open().told_nobody()
    return list(rows.order_by("-id"))


def list_own_tasks(viewer: Viewer) -> list[Task]:
    """What colleagues have asked the viewer to do, soonest first: only the request and the day."""
    rows = Task.objects.asked_of(viewer).select_related("step", "by")
    return list(rows.order_by("step__due_at", "id"))


def list_concerns_brought_into(viewer: Viewer) -> list[AdultConcern]:
    """The concerns about adults into which the head brought the viewer, a lead, newest first: only
    the reference and when it was written. Recorded if there are any.

    Whoever reads such concerns anyway has a page of their own for them.
    """
    if viewer.has_power(May.ADULT) or not viewer.has_power(May.READ_ADULT):
        return []
    rows = AdultConcern.objects.visible_to(viewer).order_by("-id")
    return sight.read_list(viewer, rows) if rows.exists() else []


def find_look_again_step(concern: Concern) -> Step | None:
    """The open step to look again at a concern whose writer is still worried, if there is one."""
    owed = concern.steps.open().filter(kind=StepKind.STILL_WORRIED)
    return owed.select_related("holder").first()


def get_own_concern(viewer: Viewer, uid: uuid.UUID) -> Concern:
    """The viewer's own concern, for an act or the receipt, with `has_files`. Not recorded. Raises
    Http404."""
    rows = Concern.objects.written_by(viewer)
    return sight.get_one_or_404(
        viewer, rows.annotate(has_files=sight.has_files_of_writer(viewer)), uid
    )


def list_own_files(viewer: Viewer, concern: Any) -> list[Attachment]:
    """The files that the viewer added to their own concern, and those that were not kept. No query
    if there are none. `concern` has `has_files`."""
    if not concern.has_files:
        return []
    rows = Attachment.objects.added_by_writer(viewer).filter(concern=concern)
    return list(rows.without_content().select_related("by").order_by("id"))


@dataclass(frozen=True)
class OwnConcernPage:
    """A concern as its writer sees it."""

    concern: Concern
    # (question, answer) of what was written.
    said: list[tuple[str, str]]
    # The writer's own step to report FGM to the police.
    report: Step | None
    told_back: list[WordBack]
    added: list[Addition]
    # Only those whom the writer excluded: they may not learn whom a lead has excluded.
    kept_from: list[Exclusion]
    files: list[Attachment]

    @property
    def concerns(self) -> list[Concern]:
        """The concern alone, for what is said in one way about several."""
        return [self.concern]


def read_own_concern(viewer: Viewer, uid: uuid.UUID) -> OwnConcernPage:
    """The viewer's own concern with all that `submit/mine.html` shows. Recorded. Or Http404.

    Without a second factor it is only the reference, the state and what the writer was told.
    """
    concern = sight.open_own_concern(viewer, uid)
    reports = concern.steps.open().filter(kind=StepKind.REPORT_FGM)
    added = Addition.objects.filter(concern=concern, by=viewer.person, for_leads=False)
    kept_from = concern.exclusions.filter(by=viewer.person)
    return OwnConcernPage(
        concern=concern,
        said=_list_written_answers(concern) if viewer.may_reread else [],
        report=reports.first() if concern.fgm_known else None,
        told_back=list(concern.words_back.select_related("by").order_by("id")),
        added=list(added.order_by("id")) if viewer.may_reread else [],
        kept_from=list(kept_from.with_people_named()) if viewer.may_reread else [],
        files=list_own_files(viewer, concern) if viewer.may_reread else [],
    )


def _list_written_answers(concern: Concern) -> list[tuple[str, str]]:
    """What was written, as (question, answer) pairs; unanswered questions are left out."""
    rows = list(concern.children.select_related("child").order_by("part", "id"))
    said = [
        ("About", "\n".join(row.name for row in rows if row.part == ChildPart.ABOUT)),
        ("Also involved", "\n".join(row.name for row in rows if row.part == ChildPart.INVOLVED)),
        ("What worried you", concern.account),
        (concern.told_words_heading("you"), concern.told_words),
        ("Worried about them going home", GoingHome.label_of_value(concern.going_home)),
        ("In danger now", "Yes" if concern.danger else ""),
        ("When it happened", _describe_when_happened(concern)),
        ("When it happened, as you wrote it", concern.when_written),
        ("Where", concern.place),
        ("How you know", HowKnown.label_of_value(concern.how_known)),
        ("The child's own words", concern.child_words),
        ("The child", "Did not want to say" if concern.did_not_want_to_say else ""),
        ("What you asked", concern.asked),
        ("Marks", "\n".join(mark.mark_in_words for mark in concern.marks.order_by("id"))),
        ("The child with the mark", "Cannot yet move about" if concern.cannot_move else ""),
        ("Who else was there, or knows", concern.who_else),
        ("The explanation", concern.explanation),
        ("Who explained it, and to whom", concern.explained_by),
        ("What it may mean", concern.may_mean),
        ("What it fits", "\n".join(concern.category_labels)),
        ("FGM", "Known to have been done" if concern.fgm_known else ""),
        ("Who you told in person", concern.told_in_person),
        ("Who you rang", concern.already_called),
        ("Could not be read", concern.not_read),
    ]
    return [(label, words) for label, words in said if words]


def _describe_when_happened(concern: Concern) -> str:
    told = [
        format_date_or_time(concern.happened_on),
        format_date_or_time(concern.happened_at),
        HowSure.label_of_value(concern.how_sure),
    ]
    return ", ".join(filter(None, told))


def _prefetch_words_back() -> Prefetch:
    return Prefetch("words_back", WordBack.objects.select_related("by").order_by("id"))


@dataclass(frozen=True)
class ReceiptDetails:
    """What the receipt says: who should read the concern, and by when. `danger`: the writer has not
    said yet whom they told. `today`: it is due today. `oneself`: the writer is a lead."""

    contacts: LeadContacts
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
    def next_people(self) -> list[LeadContact]:
        """Whom to speak to if the first contact does not answer."""
        return self.contacts.other_contacts or self.contacts.people


def find_contacts_and_numbers(viewer: Viewer, concern: Concern) -> dict:
    """The leads to go to, and the authorities of its children's homes and of the school to ring."""
    contacts = find_leads(viewer, concern)
    lines = HomeAuthority.objects.not_ended().filter(child__concern_rows__concern=concern)
    homes = Authority.objects.filter(homes__in=lines).distinct().ordered_by_name()
    own = [contacts.authority] if contacts.authority else []
    numbers = {row.pk: row for row in [*homes, *own]}
    return {"contacts": contacts, "numbers": list(numbers.values())}


def build_receipt_details(viewer: Viewer, concern: Concern) -> ReceiptDetails:
    """What the receipt says, from its open steps, the leads in post today and the audit ledger."""
    steps = list(concern.steps.open().in_order())
    step = next((step for step in steps if step.kind in FIRST_LOOKS), None)
    return ReceiptDetails(
        **find_contacts_and_numbers(viewer, concern),
        step=step,
        danger=any(step.kind == StepKind.DANGER_NOW for step in steps),
        report=next((step for step in steps if step.kind == StepKind.REPORT_FGM), None),
        oneself=viewer.has_power(May.TAKE),
        unsent=list(find_concerns_not_mailed(viewer).filter(pk=concern.pk)),
        today=step is not None and _school_day_of(viewer, step.due_at) == viewer.todays_date,
        code=ledger.find_receipt_code(concern.uid),
    )


def _school_day_of(viewer: Viewer, moment):
    return Viewer(viewer.person, viewer.school, viewer.roles, moment).todays_date


def find_concern_of_draft(viewer: Viewer, draft: uuid.UUID) -> Concern | None:
    """The concern that this viewer sent from `draft`, if they have sent it."""
    return Concern.objects.written_by(viewer).filter(draft=draft).first()
