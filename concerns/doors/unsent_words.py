"""Saves unsent words in their owner's draft, so that they survive an ended session or stale page.

Also the autosave of forms, and moving a draft between the form about a child and the one about an
adult. Both the gate (session ended) and the error pages (CSRF token expired) save words through
this file, because neither may write by itself.

Every form that takes words carries a signed token naming its owner, school, page and draft. Whoever
posts the token later without a session can add to that one draft and sees nothing of it: the draft
is shown when its owner signs in.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from concerns.doors.gated_request import GatedRequest
from concerns.forms.base_form import PostedFields, parse_uuid
from concerns.models import AdultConcern, Concern, Draft, Person, School, Viewer
from concerns.models.concern.draft import ADULT, CONCERN

SALT = "words kept"
FIELD = "keep"
# Seconds: the longest session (10 hours) and the night after it.
MAX_AGE = 24 * 60 * 60
# URL names of the pages that open a draft whose `page` is not an address.
OPENS = {CONCERN: "submit_draft", ADULT: "adult_draft"}
# The form that a draft of each may be converted from.
OTHER = {CONCERN: ADULT, ADULT: CONCERN}
# Fields that are never saved, because they are not words.
NOT_WORDS = frozenset({"csrfmiddlewaretoken", FIELD, "do", "password", "login", "version"})
NOT_YOURS = (
    "This form was started by somebody else. Nothing was sent. Your words are below. Check them "
    "and press Send again."
)
TURNED = (
    "You said that this is about an adult who works here, and your words were moved there. "
    "Nothing was sent as a concern about a child. If it is about a child too, check your words "
    "and press Send again."
)
TURNED_BACK = (
    "You said that this is about a child, and your words were moved there. Nothing was sent as a "
    "concern about an adult. If it is about an adult too, check your words and press Send again."
)


# Refusals to send a draft that will not end by sending it again: the form needs a new draft.
NOT_ITS_DRAFT = frozenset({NOT_YOURS, TURNED, TURNED_BACK})


@dataclass(frozen=True)
class KeptWords:
    """Which draft the words were saved in, and the page they will be shown on."""

    draft: uuid.UUID
    page: str

    @property
    def return_address(self) -> str:
        """The address at which the owner finds the words again."""
        name = OPENS.get(self.page)
        return reverse(name, kwargs={"uid": self.draft}) if name else self.page


def sign_form_token(viewer: Viewer, page: str, draft: uuid.UUID | None = None) -> str:
    """The signed token a form carries, valid for 24 hours (`MAX_AGE`).

    `page` is CONCERN, ADULT or the address of the page. Without `draft` it names a new draft.
    """
    whose = {
        "person": str(viewer.person.uid),
        "school": str(viewer.school.uid),
        "page": page,
        "draft": str(draft or uuid.uuid4()),
    }
    return signing.dumps(whose, salt=SALT)


def keep_posted_words(request: HttpRequest) -> KeptWords | None:
    """Save what was posted in the draft its token names.

    None, and nothing saved, if the token is missing, forged or older than 24 hours, or if its
    person is no longer active.
    """
    try:
        whose = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    person = Person.objects.filter(uid=whose["person"], is_active=True).first()
    school = School.objects.filter(uid=whose["school"]).first()
    if person is None or school is None:
        return None
    draft = uuid.UUID(whose["draft"])
    save_draft_words(
        person, school, whose["page"], draft, posted_word_fields(request), timezone.now()
    )
    return KeptWords(draft, whose["page"])


def posted_word_fields(request: HttpRequest) -> dict[str, list[str]]:
    """Every posted field except those in `NOT_WORDS` (tokens, passwords, buttons)."""
    return {name: values for name, values in request.POST.lists() if name not in NOT_WORDS}


def save_draft_words(
    person: Person,
    school: School,
    page: str,
    uid: uuid.UUID,
    fields: dict[str, list[str]],
    now: datetime,
) -> Draft | None:
    """Save `fields` in the draft `uid` of `person`, creating it if needed. Returns the draft.

    None, and nothing written, if the draft is somebody else's, belongs to another form (see
    `convert_draft`) or has already been sent: a late save must not bring it back. `now` is aware.
    """
    try:
        return _write_draft(person, school, page, uid, fields, now)
    except IntegrityError:
        # Two first saves at once: the other one has created the row.
        return _write_draft(person, school, page, uid, fields, now)


def _write_draft(
    person: Person,
    school: School,
    page: str,
    uid: uuid.UUID,
    fields: dict[str, list[str]],
    now: datetime,
) -> Draft | None:
    with transaction.atomic():
        if _is_draft_sent(uid):
            return None
        draft = Draft.objects.select_for_update().filter(uid=uid).first()
        if draft is None:
            draft = Draft(uid=uid, person=person, school=school, page=page, begun_at=now)
        elif draft.person_id != person.pk or draft.page != page:
            return None
        draft.words = json.dumps(fields)
        draft.saved_at = now
        draft.set_aside_at = None
        draft.save()
    return draft


def save_posted_draft(request: GatedRequest, page: str, uid: uuid.UUID) -> Draft | None:
    """Save the answers posted in the viewer's draft `uid`, or None as in `save_draft_words`."""
    viewer = request.viewer
    answers = PostedFields.from_post(request).answer_fields
    return save_draft_words(viewer.person, viewer.school, page, uid, answers, viewer.now)


def answer_autosave(request: GatedRequest, page: str) -> JsonResponse:
    """Answer an autosave: JSON with the local time of saving, or why nothing was saved.

    Status 400 if the form named no draft, 404 if the draft is not theirs to add to.
    """
    uid = parse_uuid(request.POST.get("draft", ""))
    if uid is None:
        return JsonResponse({"why": "The form did not say which draft it is."}, status=400)
    kept = save_posted_draft(request, page, uid)
    if kept is None:
        return JsonResponse({"why": "There is no such draft to add to."}, status=404)
    return JsonResponse({"saved": f"{localtime(kept.saved_at):%H:%M}"})


def convert_draft(
    viewer: Viewer, uid: uuid.UUID, fields: dict[str, list[str]], to: str = ADULT
) -> uuid.UUID:
    """Convert a draft about a child to one about an adult (`to=ADULT`), or the other way round.

    `fields` become its words. Returns the draft's uid: a different one if `uid` is not the viewer's
    draft of the other form.

    The same row is changed, for two reasons: a late save of the first form finds no draft to write
    to, and nothing is left from which a lead could learn of a draft about an adult.
    """
    with transaction.atomic():
        drafts = Draft.objects.own_drafts(viewer).filter(uid=uid, page=OTHER[to])
        begun = drafts.select_for_update().first()
        if begun:
            begun.page = to
            begun.words = json.dumps(fields)
            begun.saved_at = viewer.now
            begun.save()
            return uid
    again = (
        uid
        if not Draft.objects.filter(uid=uid).exists() and not _is_draft_sent(uid)
        else uuid.uuid4()
    )
    save_draft_words(viewer.person, viewer.school, to, again, fields, viewer.now)
    return again


def is_draft_now_about_child(uid: uuid.UUID, begun: Draft | None) -> bool:
    """Whether draft `uid`, begun as about an adult, was converted to a concern about a child.

    `begun` is the draft if it still exists; if not, it is looked up as a sent concern.
    """
    return begun.page != ADULT if begun else Concern.objects.filter(draft=uid).exists()


def start_adult_draft(viewer: Viewer, page: str, words: str, children: str) -> uuid.UUID:
    """Start a draft about an adult from words that were to be added to a concern about `children`.

    The words kept from `page` are deleted. Returns the new draft's uid.
    """
    uid = convert_draft(viewer, uuid.uuid4(), {"account": [words], "children": [children]})
    delete_kept_words(viewer, page)
    return uid


def start_child_draft(viewer: Viewer, page: str, words: str) -> uuid.UUID:
    """Start a draft about a child from words that were to be added to a concern about an adult.

    The words kept from `page` are deleted. Returns the new draft's uid.
    """
    uid = uuid.uuid4()
    _write_draft(viewer.person, viewer.school, CONCERN, uid, {"account": [words]}, viewer.now)
    delete_kept_words(viewer, page)
    return uid


def _is_draft_sent(uid: uuid.UUID) -> bool:
    sent = Concern.objects.filter(draft=uid).exists()
    return sent or AdultConcern.objects.filter(draft=uid).exists()


def find_kept_words(viewer: Viewer, page: str) -> Draft | None:
    """The viewer's newest draft kept from this page, to fill its form again; None without one."""
    return Draft.objects.own_drafts(viewer).filter(page=page).order_by("-saved_at", "-pk").first()


def keep_words_to_add(viewer: Viewer, page: str, new: list[str]) -> bool:
    """Keep words typed into a form after it had been sent, in the "Add something" box of `page`.

    Without this, going Back and sending again would lose them. Returns whether there were any.
    """
    if new:
        fields = {"words": ["\n\n".join(new)]}
        save_draft_words(viewer.person, viewer.school, page, uuid.uuid4(), fields, viewer.now)
    return bool(new)


def delete_kept_words(viewer: Viewer, page: str) -> None:
    """Delete the words kept from this page, because they have been sent."""
    Draft.objects.own_drafts(viewer).filter(page=page).delete()
