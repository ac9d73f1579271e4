"""A choice that is no longer there is answered in our own words: Django's would show its id."""

import pytest

from concerns.forms.closing_and_watch import CloseConcernForm
from concerns.forms.household_forms import HouseholdAdultForm
from concerns.people.forms import FamilyForm
from concerns.submit.forms import KeepOutForm


@pytest.mark.parametrize(
    ("form", "name", "told"),
    [
        (HouseholdAdultForm, "lives", "Choose where they live"),
        (CloseConcernForm, "last", "Choose for how long"),
        (FamilyForm, "child", "Find the pupil again"),
        (KeepOutForm, "person", "Choose who must not see it"),
    ],
)
def test_a_choice_that_is_gone_is_answered_without_its_id(form, name, told):
    assert form.base_fields[name].error_messages["invalid_choice"] == told
