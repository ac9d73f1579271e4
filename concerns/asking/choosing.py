"""Base forms for choosing one colleague, or one child on the roll."""

from collections.abc import Iterable

from concerns.asking.asked import Asked
from concerns.asking.govuk import Part
from concerns.asking.household import picked
from concerns.asking.unfolding import offer
from concerns.models import Child, Person

# The child picker, for the layout of a form.
PICKER = Part("submit/picker.html", "child")
ONE = "It is filed under one child: keep the one it is about, and take out the others"


class OneOfStaff(Asked):
    """A form with a field `person`, chosen by name from `staff`."""

    def __init__(self, *args, staff: Iterable[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = {str(person.uid): person for person in staff}
        offer(self.fields["person"], self.staff, "Choose who it is", empty="Choose")

    @property
    def person(self) -> Person:
        """The chosen colleague. The form must be valid."""
        return self.staff[self.cleaned_data["person"]]


class OneChild(Asked):
    """A form for exactly one child. `chosen` are the children now in the picker."""

    child = picked()

    def __init__(self, *args, chosen: list[Child], **kwargs):
        super().__init__(*args, **kwargs)
        self.chosen = chosen

    def clean(self):
        given = super().clean()
        if len(self.chosen) != 1:
            one = ONE if self.chosen else "Find the child"
            self.add_error("child", one)
        return given
