"""One form on one page that is sent to one act, without losing anything typed.

Before it: what the pages share on which somebody writes a concern, about a child or an adult, as a
draft that may be finished later.

The form is shown empty, or with the words kept when a session ended. When it is sent it is
validated and its act is tried. What is missing (status 422), what a rule refuses (422) and who else
has acted meanwhile (409) is shown beside the form, with everything typed still in it.

The form carries the version of the concern as the page was read. It gets the new version only on a
page that says who has acted meanwhile, so that sending again is a choice made knowing it.
"""

import uuid
from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.doors import unsent_words
from concerns.doors.act import ActRefused, StalePage
from concerns.doors.gated_request import GatedRequest
from concerns.forms.base_form import DraftableForm, PostedFields
from concerns.models import AdultConcern, Concern, Viewer
from concerns.models.concern.draft import ADULT, CONCERN

WRONG = 422
MOVED_ON = 409
# URL names of the receipts of what is written in a draft.
RECEIPTS = {CONCERN: "submit_sent", ADULT: "adult_sent"}

FormOfPage = TypeVar("FormOfPage", bound=DraftableForm)


def redirect_to_next(request: HttpRequest, to: str, query: str = "", **where: Any) -> HttpResponse:
    """Redirect to the page with URL name `to`; as JSON for the script that sends forms."""
    there = reverse(to, kwargs=where or None) + query
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"next": there})
    return redirect(there)


class FormWithDraft(Protocol):
    """A form on which somebody writes a concern: `draft` is the uid of its draft."""

    draft: uuid.UUID

    def add_error(self, field: str | None, error: str) -> None: ...


def save_draft_for_later(
    request: GatedRequest,
    page: str,
    form: FormWithDraft,
    find_sent: Callable[[Viewer, uuid.UUID], Concern | AdultConcern | None],
) -> HttpResponse | None:
    """Save a concern that is not finished, and go to the writer's own concerns.

    If it has been sent meanwhile, go to its receipt. `page` is CONCERN or ADULT, and
    `find_sent(viewer, draft)` finds what was sent from a draft. None, with the reason on the form,
    if the draft is somebody else's.
    """
    if unsent_words.save_posted_draft(request, page, form.draft):
        return redirect_to_next(request, "submit", "?kept")
    sent = find_sent(request.viewer, form.draft)
    if sent:
        return redirect_to_next(request, RECEIPTS[page], uid=sent.uid)
    add_refusal_to_draft(form, unsent_words.NOT_YOURS)
    return None


def add_refusal_to_draft(form: FormWithDraft, words: str) -> None:
    """Show on the form why it was not sent. It gets a new draft if it cannot be sent from its own:
    one that can is kept, so that nothing of it is left behind as unsent."""
    if words in unsent_words.NOT_ITS_DRAFT:
        form.draft = uuid.uuid4()
    form.add_error(None, words)


def restore_kept_words(viewer: Viewer, form: type[FormOfPage], page: str) -> FormOfPage:
    """A form filled with the words kept from `page` (`.kept`, if any), not validated yet."""
    kept = unsent_words.find_kept_words(viewer, page)
    made = form(PostedFields.from_fields(kept.typed_fields if kept else {}), checked=False)
    made.kept = kept
    return made


def status_of_forms(*forms: DraftableForm | None) -> int:
    """The status of a page with these forms: 422 if one of them has an error."""
    return WRONG if any(form.errors for form in forms if form) else 200


class FormPage(Generic[FormOfPage]):
    """A form filled with what was posted, else with words kept from this page, else empty.

    `path`: where the form is posted to, if not the page it is shown on; kept words come back there.
    `looking`: the button pressed searches for a name and sends nothing, so nothing is validated.
    `beside`: the form stands on the page of another form, and only that one can have been sent.
    """

    def __init__(
        self,
        request: GatedRequest,
        form: type[FormOfPage],
        *,
        path: str = "",
        looking: bool = False,
        beside: bool = False,
        **offered: Any,
    ):
        self.request = request
        self.viewer = request.viewer
        self.path = path or request.path
        self.pressed = request.method == "POST" and not beside
        self.stale: StalePage | None = None
        self.kept = None if self.pressed else unsent_words.find_kept_words(self.viewer, self.path)
        typed = None
        if self.pressed:
            typed = PostedFields.from_post(request)
        elif self.kept:
            typed = PostedFields.from_fields(self.kept.typed_fields)
        self.asked = self.pressed and not looking
        self.form = form(typed, checked=self.asked, **offered)

    @property
    def is_complete(self) -> bool:
        """Whether the form was sent and is valid."""
        return self.asked and self.form.is_valid()

    @property
    def cleaned_answers(self) -> dict[str, Any]:
        """The form's cleaned data. Only if `is_complete`."""
        return self.form.cleaned_data

    def attempt_act(self, act: Callable[..., object], **given: Any) -> bool:
        """Try the act, with the version as read. If False, the reason is on the form."""
        viewer = self.viewer
        try:
            act(by=viewer, now=viewer.now, version=self._version_read, **given)
        except ActRefused as refused:
            self.form.add_error(None, refused.words)
            return False
        except StalePage as stale:
            self.stale = stale
            return False
        unsent_words.delete_kept_words(viewer, self.path)
        return True

    def go_to_page(self, to: str, **where: Any) -> HttpResponse:
        """Redirect, after the act, to the page that shows its result."""
        return redirect_to_next(self.request, to, **where)

    def render_page(
        self, template: str, concern: Concern | AdultConcern | None = None, **more: Any
    ) -> HttpResponse:
        """Render the page with the form as it is: status 200, 422 or 409.

        `concern` must have been opened through `sight` for this page. Leave it out if the form is
        about something without a version (a person, a draft).
        """
        self.prepare_for_concern(concern)
        context = {"sheet": self, "form": self.form, "concern": concern, **more}
        return render(self.request, template, context, status=self._status_code)

    def prepare_for_concern(self, concern: Concern | AdultConcern | None) -> Self:
        """Set the version and token the form carries on a page of `concern`. Returns itself."""
        now = concern.version if concern else 0
        self.version = self._version_read if self.pressed else now
        if self.stale:
            self.version = self.stale.concern.version
        self.keep = unsent_words.sign_form_token(self.viewer, self.path)
        return self

    @property
    def _status_code(self) -> int:
        if self.stale:
            return MOVED_ON
        return status_of_forms(self.form)

    @property
    def _version_read(self) -> int:
        """The version the form was made from; 0 if missing or malformed."""
        written = self.request.POST.get("version", "")
        return int(written) if written.isdecimal() and len(written) < 10 else 0

    @property
    def is_own_change(self) -> bool:
        """Whether it was the viewer who acted meanwhile: a second press, or another window."""
        stale = self.stale
        return stale is not None and stale.concern.changed_by_id == self.viewer.person.pk
