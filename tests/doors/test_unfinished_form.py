"""A form whose draft cannot be sent any more, and one whose draft still can."""

import uuid

import pytest

from concerns.doors import unsent_words
from concerns.doors.form_page import add_refusal_to_draft
from concerns.forms.addition_form import AdditionForm
from concerns.forms.base_form import PostedFields

DRAFT = uuid.UUID(int=7)


@pytest.fixture
def form():
    typed = {"words": ["He was alone with her."]}
    made = AdditionForm(PostedFields.from_fields(typed))
    made.draft = DRAFT
    return made


@pytest.mark.parametrize("why", sorted(unsent_words.NOT_ITS_DRAFT))
def test_a_form_whose_draft_is_not_its_own_gets_another(form, why):
    add_refusal_to_draft(form, why)
    assert form.draft != DRAFT
    assert form.non_field_errors() == [why]


def test_a_form_refused_for_its_words_keeps_its_draft_so_that_none_is_left_behind(form):
    add_refusal_to_draft(form, "Choose somebody who works here.")
    assert form.draft == DRAFT
