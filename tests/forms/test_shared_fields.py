"""Tests that a form whose fields are shared between all its forms never changes one of them.

What one person typed, or was told about it, would else stand on the page of another.
"""

import uuid

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.utils import timezone

from concerns.forms.base_form import PostedFields, SharedFields, share_fields
from concerns.forms.body_marks import MarkForm
from concerns.submit.forms import TIME_HINT, ConcernForm

WRONG = {
    "child": ["no uid"],
    "account": ["A \0 in it"],
    "going_home": ["maybe"],
    "happened_on_day": ["45"],
    "happened_at": ["half past"],
    "how_sure": ["perhaps"],
    "place": ["x" * 50_001],
    "categories": ["physical", "made up"],
    "cannot_move": ["on"],
    "mark-0-place": ["nowhere"],
    "mark-0-size": ["big"],
    "mark-1-side": ["middle"],
}
RIGHT = {"account": ["He was cold."], "going_home": ["no"], "happened_at": ["2.15"]}


def snapshot(thing, depth=0):
    """Everything that a field holds, down to the boxes it is drawn with, as text."""
    if isinstance(thing, dict):
        return sorted((str(key), snapshot(value, depth + 1)) for key, value in thing.items())
    if isinstance(thing, (list, tuple)):
        return [snapshot(one, depth + 1) for one in thing]
    if isinstance(thing, (forms.Field, forms.Widget)):
        return (type(thing).__name__, snapshot(vars(thing), depth + 1))
    return repr(thing)


def fields_of(form_class):
    # Choices are compared by what they offer: Django draws them from an object of its own.
    offered = {
        name: list(getattr(field, "choices", ())) for name, field in form_class.base_fields.items()
    }
    return snapshot(dict(form_class.base_fields)), offered


def fill(typed, checked):
    form = ConcernForm(
        PostedFields.from_fields(typed),
        now=timezone.now(),
        draft=uuid.uuid4(),
        chosen={},
        colleagues={},
        checked=checked,
        more_marks=1,
    )
    form.is_valid()
    return form


@pytest.mark.parametrize("typed", [WRONG, RIGHT, {}], ids=["wrong", "right", "nothing"])
@pytest.mark.parametrize("checked", [True, False])
def test_a_form_that_was_judged_and_drawn_has_changed_no_shared_field(typed, checked):
    classes = (ConcernForm, MarkForm)
    before = [fields_of(one) for one in classes]
    form = fill(typed, checked)
    render_crispy_form(form, context={"picker_url": "/"})
    assert [fields_of(one) for one in classes] == before


def test_how_a_time_was_read_is_said_on_that_form_alone():
    hint = fill(RIGHT, False).fields["happened_at"].help_text
    assert hint.startswith("2.15 (read as 14:15)")
    assert fill({}, False).fields["happened_at"].help_text == TIME_HINT


def test_a_form_class_below_one_with_shared_fields_has_its_own():
    @share_fields
    class Above(forms.Form):
        name = forms.CharField()

    class Below(Above):
        """Adds nothing."""

    assert Above().fields["name"] is Above().fields["name"]
    assert not isinstance(Below.base_fields, SharedFields)
    assert Below().fields["name"] is not Below().fields["name"]
