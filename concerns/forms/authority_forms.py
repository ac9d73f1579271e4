"""Forms for the local authority a child lives in, and for its telephone numbers."""

from typing import cast

from django import forms
from django.db.models import CharField

from concerns.forms.base_form import WordsField, set_choices
from concerns.forms.govuk_layout import ButtonRow, SubmitButton, TextBlock, lay_out_form
from concerns.forms.household_forms import FileLineForm, since_date_field
from concerns.models import Authority

ANOTHER = "another"
CHOSEN = "You wrote an authority below. Choose “Another” as well, or clear what you wrote."
SHORT = "Write this in at most {} characters: one number"


def phone_number_field(label: str, needed: str = "", help_text: str = "") -> WordsField:
    return WordsField(label, line=True, needed=needed, help_text=help_text)


class AuthorityLineForm(FileLineForm):
    """A form with an authority's name or numbers, limited to the lengths of the model's fields."""

    def clean(self):
        given = super().clean()
        for name in {"name", *Authority.NUMBERS} & set(given):
            column = cast(CharField, Authority._meta.get_field(name))
            if column.max_length and len(given[name]) > column.max_length:
                self.add_error(name, SHORT.format(column.max_length))
        return given

    @property
    def telephone_numbers(self) -> dict[str, str]:
        said = {name: self.cleaned_data[name] for name in Authority.NUMBERS}
        return said | {"police": said["police"] or "101"}


class HomeAuthorityForm(AuthorityLineForm):
    """Choose a known authority, or `ANOTHER` and give its name and numbers."""

    heading = "The home authority"

    which = forms.ChoiceField(
        label="In which authority does the child live?",
        help_text="Which council is it? It may not be the school's.",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose the authority"),
    )
    told_by = WordsField(
        "Who said so?",
        line=True,
        needed="Write who said so",
        help_text="For example: “Mother, at the gate”, or “The council's website, by postcode”.",
    )
    since = since_date_field()
    name = WordsField("Its name", line=True)
    front_door = phone_number_field("Front door: children's social care, in office hours")
    out_of_hours = phone_number_field("Out of hours: the duty team")
    lado = phone_number_field("Designated officer (LADO)")
    police = phone_number_field("Police", help_text="Leave it empty if it is 101.")
    helper = lay_out_form(
        "which",
        "told_by",
        "since",
        TextBlock("If it is not in the list", kind="heading"),
        "name",
        "front_door",
        "out_of_hours",
        "lado",
        "police",
        ButtonRow(SubmitButton("Save")),
    )

    def __init__(self, *args, authorities: list[Authority], **more):
        super().__init__(*args, **more)
        self.known = {str(one.uid): one for one in authorities}
        known = [(uid, one.name) for uid, one in self.known.items()]
        another = (ANOTHER, "Another: write it below")
        set_choices(self.fields["which"], [("", "Choose"), *known, another])

    def clean(self):
        given = super().clean()
        if given.get("which") == ANOTHER:
            self.require_answer("name", "Write the name of the authority")
            self.require_answer("front_door", "Write the number of its front door")
            self.require_answer("out_of_hours", "Write the number of its duty team")
            self.require_answer("lado", "Write the number of its designated officer (LADO)")
        elif self.has_any_typed(("name", *Authority.NUMBERS)):
            self.add_error("which", CHOSEN)
        return given

    @property
    def act_arguments(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("told_by", "since", "name")}
        said["authority"] = self.known.get(self.cleaned_data["which"])
        return {**said, "numbers": self.telephone_numbers}


class AuthorityNumbersForm(AuthorityLineForm):
    heading = "The numbers of an authority"

    front_door = phone_number_field(
        "Front door: children's social care, in office hours",
        "Write the number of its front door",
    )
    out_of_hours = phone_number_field(
        "Out of hours: the duty team", "Write the number of its duty team"
    )
    lado = phone_number_field(
        "Designated officer (LADO)", "Write the number of its designated officer (LADO)"
    )
    police = phone_number_field(
        "Police", "Write the number of the police: 101 where there is no other"
    )
    told_by = WordsField(
        "Who said so?",
        line=True,
        needed="Write who said so, or where you found it",
        help_text="People will ring these numbers in an emergency. Ring each one once before you "
        "save it.",
    )
    helper = lay_out_form(
        TextBlock("They change at once for every child who lives there."),
        "front_door",
        "out_of_hours",
        "lado",
        "police",
        "told_by",
        ButtonRow(SubmitButton("Save")),
    )

    def __init__(self, *args, row: Authority, **more):
        first = {name: getattr(row, name) for name in Authority.NUMBERS}
        super().__init__(*args, row=row, initial=first, **more)

    @property
    def act_arguments(self) -> dict:
        told_by = self.cleaned_data["told_by"]
        return {"authority": self.row, "told_by": told_by, "numbers": self.telephone_numbers}
