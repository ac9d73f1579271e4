"""One form on one page that is sent to one act, without losing anything typed.

Before it: what the pages share on which somebody writes a concern, about a child or an adult, as a
draft that may be finished later.

The form is shown empty, or with the words kept when a session ended. When it is sent it is
validated and its act is tried. What is missing (status 422), what a rule refuses (422) and who else
has acted meanwhile (409) is shown beside the form, with everything typed still in it.

The form carries the version of the concern as the page was read. It gets the new version only on a
page that says who has acted meanwhile, so that sending again is a choice made knowing it. A form
filled from a draft says so too, if somebody has acted since the draft was saved.

A form in which somebody may write more than a line saves itself while it is filled in: see
`doors/form_draft.py`.
"""

import uuid
from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.doors import unsent_words
from concerns.doors.act import ActRefused, StalePage
from concerns.doors.form_draft import FormDraft
from concerns.doors.gated_request import GatedRequest
from concerns.forms.attachment_form import WITH_FILES
from concerns.forms.base_form import DraftableForm, PostedFields, WordsField
from concerns.models import AdultConcern, Concern, Draft, Viewer
from concerns.models.concern.draft import ADULT, CONCERN

WRONG = 422
MOVED_ON = 409
# The value of the button "Save and finish later".
LATER = "later"
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
    *,
    then: str = "",
) -> HttpResponse | None:
    """Save a concern that is not finished, and go to the writer's own concerns; or, where `then`
    is given, to the page of the draft with that URL name.

    If another page has saved it meanwhile, go to the draft, where both texts are. If it has been
    sent meanwhile, go to its receipt. `page` is CONCERN or ADULT, and
    `find_sent(viewer, draft)` finds what was sent from a draft. None, with the reason on the form,
    if the draft is somebody else's.
    """
    saved = unsent_words.save_posted_draft(request, page, form.draft)
    if saved and saved.kept_beside:
        return redirect_to_next(request, unsent_words.OPENS[page], uid=saved.uid)
    if saved and then:
        return redirect_to_next(request, then, uid=saved.uid)
    if saved:
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


def status_of_forms(*shown: forms.Form | None) -> int:
    """The status of a page with these forms: 422 if one of them has an error."""
    return WRONG if any(form.errors for form in shown if form) else 200


def postpone_form(request: GatedRequest, draft: FormDraft, typed: PostedFields) -> HttpResponse:
    """Save what was typed, and go to where it is found: its own page if there are two texts to
    see, else the list of what was begun and not sent."""
    if draft.save_for_later(typed, request.viewer.now):
        return redirect(draft.page)
    return redirect_to_next(request, "submit", "?kept")


class FormPage(Generic[FormOfPage]):
    """A form filled with what was posted, else with words kept from this page, else empty.

    `path`: where the form is posted to, if not the page it is shown on; kept words come back there,
    or to `saved_under`: an address that, unlike `path`, does not say where one goes on to.
    `looking`: the button pressed searches for a name and sends nothing, so nothing is validated.
    `beside`: the form stands on the page of another form, and only that one can have been sent.
    """

    def __init__(
        self,
        request: GatedRequest,
        form: type[FormOfPage],
        *,
        path: str = "",
        saved_under: str = "",
        looking: bool = False,
        beside: bool = False,
        **offered: Any,
    ):
        self.request = request
        self.viewer = request.viewer
        self.path = path or request.path
        self.pressed = request.method == "POST" and not beside
        self.stale: StalePage | None = None
        self.result: Any = None
        self.draft = FormDraft(request, saved_under or self.path, pressed=self.pressed)
        self.typed = self.draft.typed
        if self.pressed:
            self.typed = PostedFields.from_post(request)
        self.postponed = self.pressed and request.POST.get("do") == LATER
        self.asked = self.pressed and not looking and not self.postponed
        self.form = form(self.typed, checked=self.asked, **offered)

    @property
    def kept(self) -> Draft | None:
        """The draft that fills the form."""
        return self.draft.kept

    @property
    def saves_itself(self) -> bool:
        """Whether somebody may write more than a line in it, also where its box is one line high:
        a reason is none the less lost by following a link."""
        fields = self.form.fields.values()
        return any(isinstance(field, WordsField) and field.takes_sentences for field in fields)

    @property
    def may_be_finished_later(self) -> bool:
        """Whether it has a button that saves it, which needs no script: not for a single line."""
        boxes = (field.widget for field in self.form.fields.values())
        return any(isinstance(box, forms.Textarea) for box in boxes)

    @property
    def is_complete(self) -> bool:
        """Whether the form was sent and is valid."""
        return self.asked and self.form.is_valid()

    @property
    def is_followed_by_files(self) -> bool:
        """Whether the button was pressed that goes on to the files that came with it."""
        return self.pressed and self.request.POST.get("do") == WITH_FILES

    @property
    def cleaned_answers(self) -> dict[str, Any]:
        """The form's cleaned data. Only if `is_complete`."""
        return self.form.cleaned_data

    def attempt_act(self, act: Callable[..., object], **given: Any) -> bool:
        """Try the act, with the version as read. If False, the reason is on the form. The draft of
        the form ends with the act, in one transaction. What the act returned is in `result`."""
        viewer = self.viewer
        if self.finds_unseen_words():
            return False
        try:
            version = self._version_read
            self.result = act(
                by=viewer, now=viewer.now, version=version, also=self.draft.end, **given
            )
        except ActRefused as refused:
            self.form.add_error(None, refused.words)
            return False
        except StalePage as stale:
            self.stale = stale
            return False
        return True

    def finds_unseen_words(self) -> bool:
        """Whether something was typed into this form elsewhere that the page that was sent did not
        show. If so, the page shows it."""
        return self.typed is not None and self.draft.find_unseen_words(self.typed)

    def go_to_page(self, to: str, **where: Any) -> HttpResponse:
        """Redirect, after the act, to the page that shows its result."""
        return redirect_to_next(self.request, to, **where)

    def render_page(
        self, template: str, concern: Concern | AdultConcern | None = None, **more: Any
    ) -> HttpResponse:
        """Render the page with the form as it is: status 200, 422 or 409. If the button to save it
        for later was pressed, redirect to where it will be found.

        `concern` must have been opened through `sight` for this page. Leave it out if the form is
        about something without a version (a person, a draft).
        """
        if self.postponed and self.typed:
            return postpone_form(self.request, self.draft, self.typed)
        self.prepare_for_concern(concern)
        context = {"sheet": self, "form": self.form, "concern": concern, **more}
        return render(self.request, template, context, status=self._status_code)

    def prepare_for_concern(self, concern: Concern | AdultConcern | None) -> Self:
        """Set the version the form carries on a page of `concern`. Returns itself."""
        now = concern.version if concern else 0
        self.version = self._version_read if self.pressed else now
        if self.stale:
            self.version = self.stale.concern.version
        elif concern and self.kept and self.kept.concern_version not in {None, now}:
            self.stale = StalePage(concern)
        return self

    @property
    def _status_code(self) -> int:
        if self.pressed and (self.stale or self.draft.others):
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
