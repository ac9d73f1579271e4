"""This file knows how words survive an ended session or a stale page: in their owner's draft.

A sixth door beside the five, because both the gate (session ended) and the site's own error page
(form token gone stale) pass words through it, and neither may write by itself. Every form that
takes words carries a signed token that names its owner, school, page and draft. Whoever posts it
later without a session can add to that one draft and see nothing: it is shown when its owner signs
in.
"""

import json
import uuid
from dataclasses import dataclass

from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from concerns.asking.asked import Typed, as_uid
from concerns.models import AdultConcern, Concern, Draft, Person, School, Viewer
from concerns.models.draft import ADULT, CONCERN

SALT = "words kept"
FIELD = "keep"
# As long as a session can be, and the night after it.
MAX_AGE = 24 * 60 * 60
# Which page opens a draft that is not kept by its page's address.
OPENS = {CONCERN: "submit_draft", ADULT: "adult_draft"}
# What each of the two forms of a concern may turn out to be.
OTHER = {CONCERN: ADULT, ADULT: CONCERN}
# Never kept: they are not words.
NOT_WORDS = frozenset({"csrfmiddlewaretoken", FIELD, "do", "password", "login", "version"})
NOT_YOURS = (
    "This form was begun by somebody else. Nothing was sent. Your words are below: look them over "
    "and press Send again."
)
TURNED = (
    "You said that this is about an adult who works here, and your words went along. Nothing was "
    "sent as a concern about a child. If it is one too, look your words over and press Send again."
)
TURNED_BACK = (
    "You said that this is about a child, and your words went along. Nothing was sent as a concern "
    "about an adult. If it is one too, look your words over and press Send again."
)


@dataclass(frozen=True)
class Kept:
    """Words that were put in a draft, and the page they come back to."""

    draft: uuid.UUID
    page: str

    @property
    def comes_back_to(self) -> str:
        name = OPENS.get(self.page)
        return reverse(name, kwargs={"uid": self.draft}) if name else self.page


def token(viewer: Viewer, page: str, draft: uuid.UUID | None = None) -> str:
    """The signed token a form carries. `page` is CONCERN, ADULT or the address of the page."""
    whose = {
        "person": str(viewer.person.uid),
        "school": str(viewer.school.uid),
        "page": page,
        "draft": str(draft or uuid.uuid4()),
    }
    return signing.dumps(whose, salt=SALT)


def posted(request: HttpRequest) -> Kept | None:
    """Keep what was posted, if its token is ours. None when it carries none, or a false one."""
    try:
        whose = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    person = Person.objects.filter(uid=whose["person"], is_active=True).first()
    school = School.objects.filter(uid=whose["school"]).first()
    if person is None or school is None:
        return None
    draft = uuid.UUID(whose["draft"])
    words(person, school, whose["page"], draft, typed(request), timezone.now())
    return Kept(draft, whose["page"])


def typed(request: HttpRequest) -> dict[str, list[str]]:
    """Every field that was posted, but those that are not words."""
    return {name: values for name, values in request.POST.lists() if name not in NOT_WORDS}


def words(person, school, page, uid, fields: dict[str, list[str]], now) -> Draft | None:
    """Put `fields` in the draft `uid` of `person`.

    None, and nothing written, for somebody else's draft, for one of another form (see `turn`), or
    one that has already been sent: a late save must not bring it back.
    """
    try:
        return _put(person, school, page, uid, fields, now)
    except IntegrityError:
        # Its first save came twice at once: the other has begun it.
        return _put(person, school, page, uid, fields, now)


def _put(person, school, page, uid, fields: dict[str, list[str]], now) -> Draft | None:
    with transaction.atomic():
        if _sent(uid):
            return None
        draft = Draft.objects.select_for_update().filter(uid=uid).first()
        if draft is None:
            draft = Draft(uid=uid, person=person, school=school, page=page, begun_at=now)
        elif draft.person_id != person.pk or draft.page != page:
            return None
        draft.words, draft.saved_at, draft.set_aside_at = json.dumps(fields), now, None
        draft.save()
    return draft


def saved(request: HttpRequest, page: str) -> JsonResponse:
    """What a form that saves itself is answered: when it was saved, or why it was not."""
    viewer, uid = request.viewer, as_uid(request.POST.get("draft", ""))
    if uid is None:
        return JsonResponse({"why": "The form did not say which draft it is."}, status=400)
    answers = Typed.of(dict(request.POST.lists())).answers
    kept = words(viewer.person, viewer.school, page, uid, answers, viewer.now)
    if kept is None:
        return JsonResponse({"why": "There is no such draft to add to."}, status=404)
    return JsonResponse({"saved": f"{localtime(kept.saved_at):%H:%M}"})


def turn(viewer: Viewer, uid: uuid.UUID, fields: dict[str, list[str]], to=ADULT) -> uuid.UUID:
    """What was begun about a child is about an adult, or the other way round: it goes on as the
    draft of that, with `fields` for its words. Returns which draft; another where `uid` is not
    theirs to turn.

    The same row: so that a late save of the first form finds no draft of its own to write to, and,
    about an adult, nothing of it is left where a lead would learn that there is one.
    """
    with transaction.atomic():
        begun = Draft.objects.of(viewer).filter(uid=uid, page=OTHER[to])
        begun = begun.select_for_update().first()
        if begun:
            begun.page, begun.words, begun.saved_at = to, json.dumps(fields), viewer.now
            begun.save()
            return uid
    again = uid if not Draft.objects.filter(uid=uid).exists() and not _sent(uid) else uuid.uuid4()
    words(viewer.person, viewer.school, to, again, fields, viewer.now)
    return again


def turned_back(uid: uuid.UUID, begun: Draft | None) -> bool:
    """Whether what was begun as about an adult, in draft `uid` if it is still there, went on as
    about a child."""
    return begun.page != ADULT if begun else Concern.objects.filter(draft=uid).exists()


def turn_addition(viewer: Viewer, page: str, words: str, children: str) -> uuid.UUID:
    """What was to be added on `page` to a concern about `children` is about an adult: it goes on as
    the draft of that, and nothing is left where it was typed. Returns which draft."""
    uid = turn(viewer, uuid.uuid4(), {"account": [words], "children": [children]})
    forget(viewer, page)
    return uid


def turn_to_child(viewer: Viewer, page: str, words: str) -> uuid.UUID:
    """The other way round: what was to be added on `page` about an adult is about a child."""
    uid = uuid.uuid4()
    _put(viewer.person, viewer.school, CONCERN, uid, {"account": [words]}, viewer.now)
    forget(viewer, page)
    return uid


def _sent(uid: uuid.UUID) -> bool:
    sent = Concern.objects.filter(draft=uid).exists()
    return sent or AdultConcern.objects.filter(draft=uid).exists()


def waiting(viewer: Viewer, page: str) -> Draft | None:
    """The newest words kept from this page, to be put back in its form."""
    return Draft.objects.of(viewer).filter(page=page).order_by("-saved_at", "-pk").first()


def forget(viewer: Viewer, page: str) -> None:
    """The words were sent: what was kept of them is no longer needed."""
    Draft.objects.of(viewer).filter(page=page).delete()
