"""Forms for a child's file: addresses, adults, brothers and sisters, and the previous school.

`act_arguments` are the keyword arguments of the act that saves the form.
"""

from django import forms
from django.utils.timezone import localdate

from concerns.asking.asked import Asked, Typed, Words, choose
from concerns.asking.govuk import Buttons, DayField, Press, Question, Say, inside
from concerns.asking.unfolding import Unfolding, offer
from concerns.models import Child
from concerns.models.file import File
from concerns.rules.homes import AdultFactKind, YesNo

NOT_KNOWN = "Leave it empty if it is not known."
AHEAD = "This day is still to come. Write down what is so today."


def since_when(label: str = "Since when?") -> DayField:
    return DayField(label=label, required=False, help_text=NOT_KNOWN)


def picked() -> forms.CharField:
    """A hidden field for a child found on the roll: the picker renders it, the view reads it."""
    return forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-target": "#find"}))


class Line(Unfolding):
    """Base form for one line of a child's file. `file` is the file; `row` the line it adds to."""

    heading, said_by_act = "", ()

    def __init__(self, typed: Typed | None = None, *, now, file: File, row=None, **more):
        super().__init__(typed, **more)
        self.now, self.file, self.row = now, file, row
        if "since" in self.fields and not self.fields["since"].help_text:
            self.fields["since"].help_text = NOT_KNOWN

    def clean(self):
        given = super().clean()
        for name in ("since", "until"):
            if given.get(name) and given[name] > localdate(self.now):
                self.add_error(name, AHEAD)
        return given

    @property
    def given(self) -> dict:
        return dict(self.cleaned_data)


class HomeForm(Line):
    heading = "A new address"

    address = Words("Address", needed="Write the address, or what is known of it")
    since = since_when("Since when do they live there?")
    leaving = forms.BooleanField(
        label="They no longer live at the address before",
        required=False,
        help_text="Leave it empty where a child has two homes.",
    )
    moved = forms.MultipleChoiceField(
        label="Who lives there too?", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.children = {str(one.uid): one for one in self.file.siblings_here}
        self.adults = {str(one.adult.uid): one.adult for one in self.file.adults}
        offer(self.fields["moved"], self.children | self.adults, "Tick who lives there too")
        asked = ["address", "since"]
        if self.file.addresses:
            asked.append("leaving")
        if self.children or self.adults:
            asked.append("moved")
        for name in {"leaving", "moved"} - set(asked):
            del self.fields[name]
        pieces = [Question("address", rows=3) if name == "address" else name for name in asked]
        self.helper = inside(*pieces, Buttons(Press("Keep it")))

    @property
    def given(self) -> dict:
        said = dict(self.cleaned_data)
        moved = said.pop("moved", [])
        return {
            **said,
            "children": [self.children[uid] for uid in moved if uid in self.children],
            "adults": [self.adults[uid] for uid in moved if uid in self.adults],
        }


class AdultForm(Line):
    heading = "An adult"

    name = Words("Name", line=True, needed="Write their name, or what is known of it")
    relation = Words(
        "What are they to the child?",
        line=True,
        needed="Write what they are to the child",
        help_text="“Mother”, “Father”, “Mother's partner”, “Grandmother”, “Lodger”.",
    )
    responsibility = choose(
        "Have they parental responsibility for this child?",
        YesNo,
        needed="Say yes, no, or that it is not known",
    )
    telephone = Words("Telephone", line=True)
    lives = forms.ChoiceField(label="Where do they live?", widget=forms.RadioSelect)
    fact = Words("Something else to know", line=True, help_text="“New partner of the mother”.")
    since = since_when()
    helper = inside(
        "name", "relation", "responsibility", "telephone", "lives", "fact", "since",
        Buttons(Press("Keep it")),
    )  # fmt: skip

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.homes = {str(one.home.uid): one.home.household for one in self.file.addresses}
        lives = self.fields["lives"]
        at = [(uid, f"With the child: {home.address}") for uid, home in self.homes.items()]
        lives.choices = [*at, ("elsewhere", "Somewhere else, or not known")]
        lives.error_messages["required"] = "Choose where they live"

    @property
    def given(self) -> dict:
        said = dict(self.cleaned_data)
        household = self.homes.get(said.pop("lives"))
        return {**said, "household": household}


class TieForm(Line):
    heading = "What an adult is to this child"

    relation = Words(
        "What are they to this child?", line=True, needed="Write what they are to the child"
    )
    responsibility = choose(
        "Have they parental responsibility for this child?",
        YesNo,
        needed="Say yes, no, or that it is not known",
    )
    since = since_when()
    helper = inside("relation", "responsibility", "since", Buttons(Press("Keep it")))

    @property
    def given(self) -> dict:
        return {**self.cleaned_data, "adult": self.row}


class AdultFactForm(Line):
    heading = "A telephone number, or something else to know of an adult"

    kind = choose("What is it?", AdultFactKind, needed="Choose what it is")
    words = Words("The number, or what is to be known", line=True, needed="Write it")
    since = since_when()
    helper = inside("kind", "words", "since", Buttons(Press("Keep it")))

    @property
    def given(self) -> dict:
        return {**self.cleaned_data, "adult": self.row}


class SiblingForm(Line):
    """A brother or sister: at this school, by the picker; or elsewhere, in words."""

    heading = "A brother or sister"

    child = picked()
    at_home = forms.BooleanField(label="They live at the same address", required=False)
    name = Words("Name", line=True)
    where = Words("School or nursery, or where they are", line=True)
    born = Words("Born, or about how old", line=True)
    helper = inside(
        "at_home",
        Say("If they are not at this school", kind="heading"),
        "name", "where", "born",
        Buttons(Press("Keep it", value="keep")),
    )  # fmt: skip

    def __init__(self, *args, chosen: list[Child] = (), **more):
        super().__init__(*args, **more)
        self.chosen = list(chosen)
        if len(self.file.addresses) != 1:
            del self.fields["at_home"]
            self.helper = inside(*self.helper.layout.fields[1:])

    def clean(self):
        given = super().clean()
        if len(self.chosen) > 1:
            self.add_error("child", "Keep one: each brother or sister is a line")
        if not self.chosen and not given.get("name"):
            self.add_error("child", "Find them on the roll, or write their name below")
        if self.chosen and given.get("name"):
            self.add_error("name", "Clear this, or the child found on the roll: which is meant?")
        return given

    @property
    def given(self) -> dict:
        said = self.cleaned_data
        home = self.file.addresses[0].home.household if said.get("at_home") else None
        words = {name: said[name] for name in ("name", "where", "born")}
        return {**words, "other": next(iter(self.chosen), None), "household": home}


class ArrivedForm(Asked):
    """For the school office: which school a child on the roll came from."""

    child = picked()
    where = Words(
        "Which school was it?",
        line=True,
        needed="Write which school it was",
        help_text="Its name and town, and its telephone number if you have it.",
    )
    helper = inside("where", Buttons(Press("Keep it", value="keep")))

    def __init__(self, *args, chosen: list[Child], **more):
        super().__init__(*args, **more)
        self.chosen = chosen

    def clean(self):
        given = super().clean()
        if len(self.chosen) != 1:
            words = "Keep one child: each is written down alone"
            self.add_error("child", words if self.chosen else "Find the child who came")
        return given
