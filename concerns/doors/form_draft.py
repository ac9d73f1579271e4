"""The draft of one form on one page: what was saved of it, and what its page carries.

The form is shown with what was saved. Before it is sent to its act, whatever was typed into the
same form elsewhere (another window, another device) and does not stand on this page is shown, once.
The draft ends when the act has succeeded.
"""

from datetime import datetime
from functools import cached_property
from typing import TypeVar

from concerns.doors import page_copies, unsent_words
from concerns.doors.gated_request import GatedRequest
from concerns.doors.page_copies import PageCopy
from concerns.forms.base_form import DraftableForm, PostedFields
from concerns.models import Draft
from concerns.models.concern.draft import OtherCopy

# What the column of a draft's page holds.
LONGEST_PAGE = 200

FormOfDraft = TypeVar("FormOfDraft", bound=DraftableForm)


class FormDraft:
    """`page`: the address the form is saved under. `pressed`: the form has just been posted, so
    that it is filled with what was posted and not with the draft.

    `kept` is the draft that fills the form, if there is one. `others` are the copies that the page
    shows beside the form.
    """

    def __init__(self, request: GatedRequest, page: str, *, pressed: bool = False):
        self.viewer = request.viewer
        # A query may be of any length; without it the page is still the same page.
        self.page = page if len(page) <= LONGEST_PAGE else page.partition("?")[0]
        self.copy = PageCopy.from_post(request.POST) if pressed else PageCopy()
        self.kept = None if pressed else unsent_words.find_kept_words(self.viewer, self.page)
        self.version = self.copy.version
        self.seen = self.copy.seen
        self.others: list[OtherCopy] = []
        if self.kept:
            self._show_other_copies(self.kept, self.kept.other_copies)

    def fill_form(self, form: type[FormOfDraft]) -> FormOfDraft:
        """The form with what was saved in it, not validated yet."""
        return form(self.typed or PostedFields.from_fields({}), checked=False)

    @property
    def typed(self) -> PostedFields | None:
        """What fills the form from the draft; None without a draft."""
        return PostedFields.from_fields(self.kept.typed_fields) if self.kept else None

    @cached_property
    def keep(self) -> str:
        """The signed token that the form carries."""
        return unsent_words.sign_form_token(self.viewer, self.page)

    def find_unseen_words(self, typed: PostedFields) -> bool:
        """Whether something was typed into this form elsewhere that is neither in what was posted
        nor was on the page. If so, the page shows it and carries that it has."""
        draft = unsent_words.find_kept_words(self.viewer, self.page)
        if draft is None:
            return False
        unseen = page_copies.find_unseen_copies(draft, typed.answer_fields, self.copy)
        if unseen:
            self._show_other_copies(draft, unseen)
        return bool(unseen)

    def save_for_later(self, typed: PostedFields, now: datetime) -> bool:
        """Save what was typed, on the button for it. Whether the draft has other copies to see."""
        person = self.viewer.person
        uid = unsent_words.uid_of_page(person, self.viewer.school, self.page)
        given = (person, self.viewer.school, self.page, uid, typed.answer_fields, now, self.copy)
        saved = unsent_words.save_draft_words(*given)
        return saved is None or saved.kept_beside

    def end(self) -> None:
        """The words were sent."""
        unsent_words.delete_kept_words(self.viewer, self.page, self.copy)

    def _show_other_copies(self, draft: Draft, copies: list[OtherCopy]) -> None:
        self.version = draft.stamp
        self.seen = draft.others_digest
        self.others = copies
