"""Forms for the local authority a child lives in, and for its telephone numbers."""

from django import forms

from concerns.asking.asked import Words
from concerns.asking.govuk import Buttons, Press, Say, inside
from concerns.asking.household import Line, since_when
from concerns.models import Authority

ANOTHER = "another"
CHOSEN = "You wrote an authority below. Choose “Another” as well, or clear what you wrote there."
SHORT = "Write this in at most {} characters: one number"


def number(label: str, needed: str = "", help_text: str = "") -> Words:
    return Words(label, line=True, needed=needed, help_text=help_text)


class Numbered(Line):
    """A form with an authority's name or numbers, limited to the lengths of the model's fields."""

    def clean(self):
        given = super().clean()
        for name in {"name", *Authority.NUMBERS} & set(given):
            most = Authority._meta.get_field(name).max_length
            if len(given[name]) > most:
                self.add_error(name, SHORT.format(most))
        return given

    @property
    def numbers(self) -> dict[str, str]:
        said = {name: self.cleaned_data[name] for name in Authority.NUMBERS}
        return said | {"police": said["police"] or "101"}


class AuthorityForm(Numbered):
    """Choose a known authority, or `ANOTHER` and give its name and numbers."""

    heading = "The home authority"

    which = forms.ChoiceField(
        label="In which authority does the child live?",
        help_text="Whose council it is: it may be another than the school's.",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose the authority"),
    )
    told_by = Words(
        "Who said so?",
        line=True,
        needed="Write who said so",
        help_text="“Mother, at the gate”, “The council's website, by postcode”.",
    )
    since = since_when()
    name = Words("Its name", line=True)
    front_door = number("Front door: children's social care, in office hours")
    out_of_hours = number("Out of hours: the duty team")
    lado = number("Designated officer (LADO)")
    police = number("Police", help_text="Leave it empty where it is 101.")
    helper = inside(
        "which", "told_by", "since",
        Say("If it is not in the list", kind="heading"),
        "name", "front_door", "out_of_hours", "lado", "police",
        Buttons(Press("Keep it")),
    )  # fmt: skip

    def __init__(self, *args, authorities: list[Authority], **more):
        super().__init__(*args, **more)
        self.known = {str(one.uid): one for one in authorities}
        known = [(uid, one.name) for uid, one in self.known.items()]
        another = (ANOTHER, "Another: write it below")
        self.fields["which"].choices = [("", "Choose"), *known, another]

    def clean(self):
        given = super().clean()
        if given.get("which") == ANOTHER:
            self.need("name", "Write the name of the authority")
            self.need("front_door", "Write the number of its front door")
            self.need("out_of_hours", "Write the number of its duty team")
            self.need("lado", "Write the number of its designated officer (LADO)")
        elif self.stands(("name", *Authority.NUMBERS)):
            self.add_error("which", CHOSEN)
        return given

    @property
    def given(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("told_by", "since", "name")}
        said["authority"] = self.known.get(self.cleaned_data["which"])
        return {**said, "numbers": self.numbers}


class NumbersForm(Numbered):
    heading = "The numbers of an authority"

    front_door = number(
        "Front door: children's social care, in office hours",
        "Write the number of its front door",
    )
    out_of_hours = number("Out of hours: the duty team", "Write the number of its duty team")
    lado = number("Designated officer (LADO)", "Write the number of its designated officer (LADO)")
    police = number("Police", "Write the number of the police: 101 where there is no other")
    told_by = Words(
        "Who said so?",
        line=True,
        needed="Write who said so, or where it stands",
        help_text="A number here is rung in the night: ring it once before you keep it.",
    )
    helper = inside(
        Say("They are changed for every child who lives there, at once."),
        "front_door", "out_of_hours", "lado", "police", "told_by",
        Buttons(Press("Keep them")),
    )  # fmt: skip

    def __init__(self, *args, row: Authority, **more):
        first = {name: getattr(row, name) for name in Authority.NUMBERS}
        super().__init__(*args, row=row, initial=first, **more)

    @property
    def given(self) -> dict:
        told_by = self.cleaned_data["told_by"]
        return {"authority": self.row, "told_by": told_by, "numbers": self.numbers}
