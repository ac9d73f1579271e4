"""Forms for a child's file: addresses, adults, brothers and sisters, and the previous school.

`act_arguments` are the keyword arguments of the act that saves the form.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localdate

from concerns.forms.base_form import (
    DraftableForm,
    PostedFields,
    WordsField,
    choice_field,
    set_choices,
)
from concerns.forms.conditional_questions import ConditionalForm, offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.models import Child, HouseholdAdult
from concerns.reading.child_file import ChildFile
from concerns.rules.child_file_days import find_future_fault
from concerns.rules.child_file_vocabulary import AdultFactKind, YesNo

NOT_KNOWN = "Leave it empty if it is not known."


def since_date_field(label: str = "Since when?") -> DayField:
    return DayField(label=label, required=False, help_text=NOT_KNOWN)


def child_picker_field() -> forms.CharField:
    """A hidden field for a child found on the roll: the picker renders it, the view reads it."""
    return forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-target": "#find"}))


class FileLineForm(ConditionalForm):
    """Base form for one line of a child's file. `file` is the file; `row` the line it adds to."""

    heading = ""
    said_by_act = ()

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        now: datetime,
        file: ChildFile,
        row: Any = None,
        **more: Any,
    ):
        super().__init__(typed, **more)
        self.now = now
        self.file = file
        self.row = row
        if "since" in self.fields and not self.fields["since"].help_text:
            self.fields["since"].help_text = NOT_KNOWN

    def clean(self):
        given = super().clean()
        for name in ("since", "until"):
            if fault := find_future_fault(given.get(name), localdate(self.now)):
                self.add_error(name, fault)
        return given


class HomeAddressForm(FileLineForm):
    heading = "A new address"

    address = WordsField("Address", needed="Write the address, or what you know of it")
    since = since_date_field("Since when do they live there?")
    leaving = forms.BooleanField(
        label="They no longer live at the previous address",
        required=False,
        help_text="Do not tick this if the child has two homes.",
    )
    moved = forms.MultipleChoiceField(
        label="Who lives there too?", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.children = {str(one.uid): one for one in self.file.siblings_here}
        self.adults = {str(one.adult.uid): one.adult for one in self.file.all_adults}
        people: dict[str, Child | HouseholdAdult] = {**self.children, **self.adults}
        offer_choices(self.fields["moved"], people, "Tick who lives there too")
        asked = ["address", "since"]
        if self.file.addresses:
            asked.append("leaving")
        if self.children or self.adults:
            asked.append("moved")
        for name in {"leaving", "moved"} - set(asked):
            del self.fields[name]
        pieces = [Question("address", rows=3) if name == "address" else name for name in asked]
        self.helper = lay_out_form(*pieces, ButtonRow(SubmitButton("Save")))

    @property
    def act_arguments(self) -> dict:
        said = dict(self.cleaned_data)
        moved = said.pop("moved", [])
        return {
            **said,
            "children": [self.children[uid] for uid in moved if uid in self.children],
            "adults": [self.adults[uid] for uid in moved if uid in self.adults],
        }


class HouseholdAdultForm(FileLineForm):
    heading = "An adult"

    name = WordsField("Name", line=True, needed="Write their name, or what you know of it")
    relation = WordsField(
        "What relation are they to the child?",
        line=True,
        needed="Write what relation they are to the child",
        help_text="“Mother”, “Father”, “Mother's partner”, “Grandmother”, “Lodger”.",
    )
    responsibility = choice_field(
        "Do they have parental responsibility for this child?",
        YesNo,
        needed="Say yes, no, or that it is not known",
    )
    telephone = WordsField("Telephone", line=True)
    born = WordsField("Born, or about how old", line=True)
    lives = forms.ChoiceField(
        label="Where do they live?",
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose where they live"),
    )
    fact = WordsField("Something else to know", line=True, help_text="“New partner of the mother”.")
    since = since_date_field()
    helper = lay_out_form(
        "name",
        "relation",
        "responsibility",
        "telephone",
        "born",
        "lives",
        "fact",
        "since",
        ButtonRow(SubmitButton("Save")),
    )

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.homes = {str(one.home.uid): one.home.household for one in self.file.addresses}
        lives = self.fields["lives"]
        at = [(uid, f"With the child: {home.address}") for uid, home in self.homes.items()]
        set_choices(lives, [*at, ("elsewhere", "Somewhere else, or not known")])

    @property
    def act_arguments(self) -> dict:
        said = dict(self.cleaned_data)
        household = self.homes.get(said.pop("lives"))
        return {**said, "household": household}


class AdultRelationForm(FileLineForm):
    heading = "An adult's relation to this child"

    relation = WordsField(
        "What relation are they to this child?",
        line=True,
        needed="Write what relation they are to the child",
    )
    responsibility = choice_field(
        "Do they have parental responsibility for this child?",
        YesNo,
        needed="Say yes, no, or that it is not known",
    )
    since = since_date_field()
    helper = lay_out_form("relation", "responsibility", "since", ButtonRow(SubmitButton("Save")))

    @property
    def act_arguments(self) -> dict:
        return {**self.cleaned_data, "adult": self.row}


class AdultFactForm(FileLineForm):
    heading = "A telephone number, a birth date, or something else to know about an adult"

    kind = choice_field("What is it?", AdultFactKind, needed="Choose what it is")
    words = WordsField(
        "The number, the date, or what to know",
        line=True,
        needed="Write the number, the date, or what to know",
    )
    since = since_date_field()
    helper = lay_out_form("kind", "words", "since", ButtonRow(SubmitButton("Save")))

    @property
    def act_arguments(self) -> dict:
        return {**self.cleaned_data, "adult": self.row}


class SiblingForm(FileLineForm):
    """A brother or sister: at this school, by the picker; or elsewhere, in words."""

    heading = "A brother or sister"

    child = child_picker_field()
    at_home = forms.BooleanField(label="They live at the same address", required=False)
    name = WordsField("Name", line=True)
    where = WordsField("Their school or nursery, or where they are", line=True)
    born = WordsField("Born, or about how old", line=True)
    helper = lay_out_form(
        "at_home",
        TextBlock("If they are not at this school", kind="heading"),
        "name",
        "where",
        "born",
        ButtonRow(SubmitButton("Save", value="keep")),
    )

    def __init__(self, *args: Any, chosen: Iterable[Child] = (), **more: Any):
        super().__init__(*args, **more)
        self.chosen = list(chosen)
        if len(self.file.addresses) != 1:
            del self.fields["at_home"]
            self.helper = lay_out_form(*self.helper.layout.fields[1:])

    def clean(self):
        given = super().clean()
        if len(self.chosen) > 1:
            self.add_error("child", "Keep one child only. Add each brother or sister separately")
        if not self.chosen and not given.get("name"):
            self.add_error("child", "Find them on the roll, or write their name below")
        if self.chosen and given.get("name"):
            self.add_error(
                "name", "You found a child on the roll and also wrote a name. Clear one of them"
            )
        return given

    @property
    def act_arguments(self) -> dict:
        said = self.cleaned_data
        home = self.file.addresses[0].home.household if said.get("at_home") else None
        words = {name: said[name] for name in ("name", "where", "born")}
        return {**words, "other": next(iter(self.chosen), None), "household": home}


class SiblingElsewhereForm(FileLineForm):
    """What is known of a brother or sister elsewhere, written anew: `row` is the line so far."""

    heading = "A brother or sister who is not at this school"

    name = WordsField("Name", line=True, needed="Write their name, or what you know of it")
    where = WordsField("Their school or nursery, or where they are", line=True)
    born = WordsField("Born, or about how old", line=True)
    helper = lay_out_form("name", "where", "born", ButtonRow(SubmitButton("Save")))

    def __init__(self, *args: Any, row: Any, **more: Any):
        said = {name: getattr(row, name) for name in ("name", "where", "born")}
        super().__init__(*args, row=row, initial=said, **more)

    @property
    def act_arguments(self) -> dict:
        return {**self.cleaned_data, "before": self.row}


class PreviousSchoolForm(DraftableForm):
    """For the school office: which school a child on the roll came from."""

    child = child_picker_field()
    where = WordsField(
        "Which school was it?",
        line=True,
        needed="Write which school it was",
        help_text="Its name and town, and its telephone number if you have it.",
    )
    helper = lay_out_form("where", ButtonRow(SubmitButton("Save", value="keep")))

    def __init__(self, *args, chosen: list[Child], **more):
        super().__init__(*args, **more)
        self.chosen = chosen

    def clean(self):
        given = super().clean()
        if len(self.chosen) != 1:
            words = "Keep one child only. Record each child separately"
            self.add_error("child", words if self.chosen else "Find the child who came")
        return given

    @property
    def act_arguments(self) -> dict:
        """The arguments of the act, but for the child. The form must be valid."""
        return {"where": self.cleaned_data["where"]}
