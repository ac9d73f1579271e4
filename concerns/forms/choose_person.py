"""Base forms for choosing one colleague, or one child on the roll."""

from collections.abc import Iterable

from concerns.forms.base_form import DraftableForm
from concerns.forms.conditional_questions import offer_choices
from concerns.forms.govuk_layout import TemplatePart
from concerns.forms.household_forms import child_picker_field
from concerns.models import Child, Person

# The child picker, for the layout of a form.
PICKER = TemplatePart("parts/picker.html", "child")
ONE = "A concern can be moved to one child only. Keep the one it is about, and take out the others"


class ChooseColleagueForm(DraftableForm):
    """A form with a field `person`, chosen by name from `staff`."""

    def __init__(self, *args, staff: Iterable[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = {str(person.uid): person for person in staff}
        offer_choices(self.fields["person"], self.staff, "Choose who it is", empty="Choose")

    @property
    def chosen_colleague(self) -> Person:
        """The chosen colleague. The form must be valid."""
        return self.staff[self.cleaned_data["person"]]


class ChooseChildForm(DraftableForm):
    """A form for exactly one child. `chosen` are the children now in the picker."""

    child = child_picker_field()

    def __init__(self, *args, chosen: list[Child], **kwargs):
        super().__init__(*args, **kwargs)
        self.chosen = chosen

    def clean(self):
        given = super().clean()
        if len(self.chosen) != 1:
            one = ONE if self.chosen else "Find the child"
            self.add_error("child", one)
        return given
