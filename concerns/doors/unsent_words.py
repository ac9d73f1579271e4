"""Saves unsent words in their owner's draft, so that they survive an ended session or stale page.

Also the autosave of forms, and moving a draft between the form about a child and the one about an
adult. Both the gate (session ended) and the error pages (CSRF token expired) save words through
this file, because neither may write by itself.

Every form that takes words carries a signed token naming its owner, school, page and draft. Whoever
posts the token later without a session can add to that one draft and sees nothing of it: the draft
is shown when its owner signs in. The token holds for as long as a draft does, and drafts are not
removed by time.

Nothing saved is overwritten by an older copy of the same page: see `doors/page_copies.py`.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from concerns.doors import page_copies
from concerns.doors.gated_request import GatedRequest
from concerns.doors.page_copies import PageCopy
from concerns.forms.base_form import CARRIED, PostedFields, parse_uuid
from concerns.models import AdultConcern, Concern, Draft, Person, School, Viewer
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.draft import ADULT, CONCERN, OtherCopy

SALT = "words kept"
FIELD = "keep"
# URL names of the pages that open a draft whose `page` is not an address.
OPENS = {CONCERN: "submit_draft", ADULT: "adult_draft"}
# The form that a draft of each may be converted from.
OTHER = {CONCERN: ADULT, ADULT: CONCERN}
# Fields that are never saved, because they are not words.
NOT_WORDS = CARRIED | {"password", "login"}
# What a page carries that shows no draft.
NEW_PAGE = PageCopy()
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
    """Which draft the words were saved in, and the page they will be shown on.

    `version`: the new version of the draft, if it now holds what the page has. `beside`: the page
    was older than the draft, and both texts were kept. `sent`: every word had
    been sent already, so there was nothing to save.
    """

    draft: uuid.UUID
    page: str
    saved_at: datetime | None = None
    version: str = ""
    beside: bool = False
    sent: bool = False

    @property
    def return_address(self) -> str:
        """The address at which the owner finds the words again."""
        name = OPENS.get(self.page)
        return reverse(name, kwargs={"uid": self.draft}) if name else self.page


def sign_form_token(viewer: Viewer, page: str, draft: uuid.UUID | None = None) -> str:
    """The signed token a form carries, valid for as long as a draft is: without limit.

    `page` is CONCERN, ADULT or the address of the page. Without `draft` it names the one draft that
    this person has of this page.
    """
    whose = {
        "person": str(viewer.person.uid),
        "school": str(viewer.school.uid),
        "page": page,
        "draft": str(draft or uid_of_page(viewer.person, viewer.school, page)),
    }
    return signing.dumps(whose, salt=SALT)


def uid_of_page(person: Person, school: School, page: str) -> uuid.UUID:
    """The uid of the draft of `page`: the same for every window, so that there is only one."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{person.uid}|{school.uid}|{page}")


def keep_posted_words(request: HttpRequest) -> KeptWords | None:
    """Save what was posted in the draft its token names.

    None if nothing was saved: the token is missing or forged, or its person is no longer active.
    """
    whose = _read_token(request)
    if whose is None:
        return None
    person = Person.objects.filter(uid=whose["person"], is_active=True).first()
    school = School.objects.filter(uid=whose["school"]).first()
    if person is None or school is None:
        return None
    page = whose["page"]
    uid = uuid.UUID(whose["draft"])
    fields = posted_word_fields(request)
    copy = PageCopy.from_post(request.POST)
    now = timezone.now()
    draft = save_draft_words(person, school, page, uid, fields, now, copy)
    if draft:
        return _words_of_draft(draft)
    return _keep_after_end(person, school, page, uid, fields, copy, now)


def _read_token(request: HttpRequest) -> dict[str, str] | None:
    """Whose form it is and of which page, as its token says; None without a token of ours."""
    try:
        return signing.loads(request.POST.get(FIELD, ""), salt=SALT)
    except signing.BadSignature:
        return None


def _words_of_draft(draft: Draft) -> KeptWords:
    version = draft.stamp if draft.replaced else ""
    return KeptWords(draft.uid, draft.page, draft.saved_at, version, draft.kept_beside)


def _keep_after_end(
    person: Person,
    school: School,
    page: str,
    uid: uuid.UUID,
    fields: dict[str, list[str]],
    copy: PageCopy,
    now: datetime,
) -> KeptWords | None:
    """Keep `fields` although their draft was sent, moved to the other form, or is not theirs.

    None if this window has itself sent or thrown away the draft of a page.
    """
    if page not in OPENS:
        return None
    sent = find_sent_concern(person, uid)
    if sent:
        return _keep_for_addition(person, school, sent, fields, now)
    with transaction.atomic():
        moved = Draft.objects.select_for_update().filter(uid=uid, person=person).first()
        if moved:
            page_copies.keep_beside(moved, fields, copy, now)
            return _words_of_draft(moved)
    new = save_draft_words(person, school, page, uuid.uuid4(), fields, now)
    return _words_of_draft(new) if new else None


def find_sent_concern(person: Person, uid: uuid.UUID) -> Concern | AdultConcern | None:
    """What `person` sent from the draft `uid`, if they have sent it."""
    return (
        Concern.objects.filter(draft=uid, reporter=person).first()
        or AdultConcern.objects.filter(draft=uid, reporter=person).first()
    )


def _keep_for_addition(
    person: Person,
    school: School,
    sent: Concern | AdultConcern,
    fields: dict[str, list[str]],
    now: datetime,
) -> KeptWords:
    """Keep the sentences of `fields` that were not sent, in the box in which its writer adds to
    what they sent."""
    about_child = isinstance(sent, Concern)
    here = reverse("submit_mine" if about_child else "adult_mine", kwargs={"uid": sent.uid})
    left = page_copies.sentences_left_over([fields], _texts_of(sent))
    if not left:
        return KeptWords(sent.uid, here, sent=True)
    typed = {"words": ["\n\n".join(left)]}
    draft = _save_for_page(person, school, here, typed, now)
    return _words_of_draft(draft) if draft else KeptWords(sent.uid, here, sent=True)


def _texts_of(sent: Concern | AdultConcern) -> list[str]:
    columns = (field for field in sent._meta.fields if isinstance(field, EncryptedText))
    return [getattr(sent, column.name) for column in columns]


def keep_left_over(
    viewer: Viewer, page: str, copies: Iterable[OtherCopy], sent: Iterable[str]
) -> bool:
    """Keep for the form of `page` the sentences of `copies` that were not `sent`. Whether there
    were any."""
    left = page_copies.sentences_left_over([one.fields for one in copies], sent)
    return keep_words_to_add(viewer, page, left)


def _save_for_page(
    person: Person, school: School, page: str, fields: dict[str, list[str]], now: datetime
) -> Draft | None:
    uid = uid_of_page(person, school, page)
    return save_draft_words(person, school, page, uid, fields, now)


def posted_word_fields(request: HttpRequest) -> dict[str, list[str]]:
    """Every posted field except those in `NOT_WORDS` (tokens, passwords, buttons)."""
    posted = PostedFields.from_post(request)
    return {name: values for name, values in posted.data.lists() if name not in NOT_WORDS}


def save_draft_words(
    person: Person,
    school: School,
    page: str,
    uid: uuid.UUID,
    fields: dict[str, list[str]],
    now: datetime,
    copy: PageCopy = NEW_PAGE,
) -> Draft | None:
    """Save `fields` in the draft `uid` of `person`, creating it if needed. Returns the draft.

    `copy` is what the page carried. If the draft has been saved since by another page, both texts
    are kept, and the draft returned has `kept_beside`. A page's own form has one draft, whatever
    `uid` says.

    None, and nothing written, if the draft is somebody else's, belongs to another form (see
    `convert_draft`) or has already been sent: a late save must not bring it back. `now` is aware.
    """
    try:
        return _write_draft(person, school, page, uid, fields, now, copy)
    except IntegrityError:
        # Two first saves at once: the other one has created the row.
        return _write_draft(person, school, page, uid, fields, now, copy)


def _write_draft(
    person: Person,
    school: School,
    page: str,
    uid: uuid.UUID,
    fields: dict[str, list[str]],
    now: datetime,
    copy: PageCopy = NEW_PAGE,
) -> Draft | None:
    with transaction.atomic():
        locked = Draft.objects.select_for_update()
        if page in OPENS:
            if _is_draft_sent(uid):
                return None
            draft = locked.filter(uid=uid).first()
        else:
            own = locked.filter(person=person, school=school, page=page)
            draft = own.order_by("-saved_at", "-pk").first()
        if draft is None:
            draft = Draft(uid=uid, person=person, school=school, page=page, begun_at=now)
        elif draft.person_id != person.pk or draft.page != page:
            return None
        return draft if page_copies.write_copy(draft, fields, copy, now) else None


def save_posted_draft(request: GatedRequest, page: str, uid: uuid.UUID) -> Draft | None:
    """Save the answers posted in the viewer's draft `uid`, or None as in `save_draft_words`."""
    viewer = request.viewer
    answers = PostedFields.from_post(request).answer_fields
    copy = PageCopy.from_post(request.POST)
    return save_draft_words(viewer.person, viewer.school, page, uid, answers, viewer.now, copy)


def answer_autosave(request: GatedRequest, page: str) -> JsonResponse:
    """Answer an autosave: JSON with the local time of saving, or why nothing was saved.

    Status 400 if the form named no draft, 404 if the draft is not theirs to add to. A save that was
    on its way while the form turned into the other one is no fault: the answer says that this form
    is gone.
    """
    uid = parse_uuid(request.POST.get("draft", ""))
    if uid is None:
        return JsonResponse({"why": "The form did not say which draft it is."}, status=400)
    kept = save_posted_draft(request, page, uid)
    if kept is None and Draft.objects.own_drafts(request.viewer).filter(uid=uid).exists():
        return JsonResponse({"gone": True})
    if kept is None:
        return JsonResponse({"why": "There is no such draft to add to."}, status=404)
    return _answer_saved(_words_of_draft(kept))


def answer_autosave_of_page(request: HttpRequest) -> JsonResponse:
    """Answer an autosave of a form that is saved under its page, as its token says.

    Status 400 without a token, 404 if nothing was saved. A save that was on its way while this
    window sent the form, or threw it away, is no fault: the answer says that the form is gone.
    """
    if FIELD not in request.POST:
        return JsonResponse({"why": "The form did not say which draft it is."}, status=400)
    kept = keep_posted_words(request)
    whose = _read_token(request) if kept is None else None
    if whose and whose["page"] not in OPENS:
        return JsonResponse({"gone": True})
    if kept is None:
        return JsonResponse({"why": "There is no such draft to add to."}, status=404)
    return _answer_saved(kept)


def _answer_saved(kept: KeptWords) -> JsonResponse:
    """A page gets the draft's new version only if the draft is now what stands on the page."""
    told: dict[str, object] = {"saved": f"{localtime(kept.saved_at):%H:%M}"}
    if kept.version:
        told["version"] = kept.version
    if kept.beside:
        told["beside"] = kept.return_address
    return JsonResponse(told)


def convert_draft(
    viewer: Viewer,
    uid: uuid.UUID,
    fields: dict[str, list[str]],
    to: str = ADULT,
    copy: PageCopy = NEW_PAGE,
    posted: dict[str, list[str]] | None = None,
) -> uuid.UUID:
    """Convert a draft about a child to one about an adult (`to=ADULT`), or the other way round.

    `fields` become its words: what a page that carried `copy` has `posted`, under the names of the
    other form (if not given, the same). What was saved since by another page is kept beside them.
    Returns the draft's uid: a different one if `uid` is not the viewer's draft of the other form.

    The same row is changed, for two reasons: a late save of the first form finds no draft to write
    to, and nothing is left from which a lead could learn of a draft about an adult.
    """
    with transaction.atomic():
        drafts = Draft.objects.own_drafts(viewer).filter(uid=uid, page=OTHER[to])
        begun = drafts.select_for_update().first()
        if begun:
            begun.page = to
            page_copies.keep_own_words_if_unseen(begun, posted or fields, copy)
            begun.set_typed_fields(fields)
            begun.version = uuid.uuid4().hex
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


def start_adult_draft(
    viewer: Viewer, page: str, words: str, children: str, copy: PageCopy
) -> uuid.UUID:
    """Start a draft about an adult from words that were to be added to a concern about `children`.

    The words kept from `page` are deleted, and no late save of the window that sent `copy` brings
    them back. Returns the new draft's uid.
    """
    uid = uuid.uuid4()
    fields = {"account": [words], "children": [children]}
    _write_draft(viewer.person, viewer.school, ADULT, uid, fields, viewer.now)
    delete_kept_words(viewer, page, copy)
    return uid


def start_child_draft(viewer: Viewer, page: str, words: str, copy: PageCopy) -> uuid.UUID:
    """Start a draft about a child from words that were to be added to a concern about an adult.

    The words kept from `page` are deleted, as in `start_adult_draft`. Returns the new draft's uid.
    """
    uid = uuid.uuid4()
    _write_draft(viewer.person, viewer.school, CONCERN, uid, {"account": [words]}, viewer.now)
    delete_kept_words(viewer, page, copy)
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
        _save_for_page(viewer.person, viewer.school, page, fields, viewer.now)
    return bool(new)


def find_own_draft(viewer: Viewer, uid: uuid.UUID) -> Draft | None:
    """The viewer's draft `uid`, whichever form it is of."""
    return Draft.objects.own_drafts(viewer).filter(uid=uid).first()


def delete_kept_words(viewer: Viewer, page: str, copy: PageCopy = NEW_PAGE) -> None:
    """Delete the words kept from this page, because they have been sent or thrown away.

    If a window with script sent them, an empty draft stays behind that refuses what this window
    saved while it was sending, and which arrives late.
    """
    rows = Draft.objects.filter(person=viewer.person, school=viewer.school, page=page)
    if not copy.window:
        rows.delete()
        return
    uid = uid_of_page(viewer.person, viewer.school, page)
    rows.exclude(uid=uid).delete()
    ended = {
        "person": viewer.person,
        "school": viewer.school,
        "page": page,
        "words": "",
        "other_words": "",
        "begun_at": viewer.now,
        "saved_at": viewer.now,
        "ended_at": viewer.now,
        "window": copy.window,
    }
    Draft.objects.update_or_create(uid=uid, defaults=ended)


def read_page_of_own_words(request: GatedRequest) -> str | None:
    """The address of the page whose words may be thrown away: it stands in the posted token.

    None without the viewer's own token. A concern that was begun is set aside, with a reason.
    """
    viewer = request.viewer
    whose = _read_token(request)
    if whose is None or whose["page"] in OPENS:
        return None
    own = (whose["person"], whose["school"]) == (str(viewer.person.uid), str(viewer.school.uid))
    return whose["page"] if own else None


def throw_away_words(viewer: Viewer, page: str, copy: PageCopy) -> bool:
    """Throw away the viewer's draft of `page`, as shown by a page that carried `copy`.

    False, and nothing is thrown away, if it holds anything that this page did not show.
    """
    with transaction.atomic():
        own = Draft.objects.own_drafts(viewer).filter(page=page)
        for draft in own.select_for_update():
            if page_copies.find_unseen_copies(draft, {}, copy):
                return False
        delete_kept_words(viewer, page, copy)
    return True
