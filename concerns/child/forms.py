"""Forms for one child: search, lines of the file, sightings, and the chronology's filters.

`act_arguments` are the keyword arguments of the form's act. The forms for addresses, adults, ties
and siblings are in `asking/household.py`, those for the authority in `asking/authority.py`.
"""

from django import forms
from django.core.exceptions import ValidationError

from concerns.asking import moments
from concerns.asking.asked import Asked, Typed, Words, choose
from concerns.asking.authority import AuthorityForm, NumbersForm
from concerns.asking.govuk import Buttons, DayField, Press, Question, Say, inside
from concerns.asking.household import (
    NOT_KNOWN,
    AdultFactForm,
    AdultForm,
    HomeForm,
    Line,
    SiblingForm,
    TieForm,
    picked,
    since_when,
)
from concerns.models import Child, EarlierFile, Language, Professional, Status
from concerns.models.chronology import Place, Wanted
from concerns.rules.homes import (
    FileEnd,
    FileStage,
    Order,
    PlanCategory,
    Profession,
    SeenHow,
    Sort,
    StatusKind,
    YesNo,
)
from concerns.rules.names import folded

LONGEST = 200
TOO_LONG = f"That is longer than {LONGEST} characters. Write a name, or a few words."
NO_WORD = "There is no letter or figure in that to look for. Write a name, or a word."
HINT = (
    "All or part of a child's name, in any order; or words that somebody wrote. Several words find "
    "what has all of them."
)


class SearchForm(Asked):
    words = Words(
        "A name, or words", line=True, needed="Write a name, or words to look for", help_text=HINT
    )
    helper = inside(Question("words", size="m"), Buttons(Press("Search")))

    def clean_words(self) -> str:
        typed = self.cleaned_data["words"]
        if len(typed) > LONGEST:
            raise ValidationError(TOO_LONG)
        if not folded(typed):
            raise ValidationError(NO_WORD)
        return typed


class Simple(Line):
    """A line whose answers are all columns of its row in `model`."""

    model: type = Status

    @property
    def given(self) -> dict:
        said = dict(self.cleaned_data)
        return {"model": self.model, "since": said.pop("since", None), "said": said}


class StatusForm(Simple):
    heading, model = "A status", Status

    kind = choose("Which?", StatusKind, needed="Choose which status it is")
    category = choose("For a child protection plan: its category", PlanCategory)
    decided_by = Words(
        "Who decided it?",
        line=True,
        needed="Write who decided it",
        help_text="A name or a team, and where: “Review conference, Westshire”.",
    )
    since = since_when()
    helper = inside("kind", "category", "decided_by", "since", Buttons(Press("Keep it")))

    def clean(self):
        given = super().clean()
        plan = given.get("kind") == StatusKind.PLAN
        if plan:
            self.need("category", "Choose the category of the plan")
        elif given.get("category"):
            self.add_error("category", "Only a child protection plan has a category here")
        return given


class ProfessionalForm(Simple):
    heading, model = "Somebody who works with the child", Professional

    profession = choose("Who are they?", Profession, needed="Choose who they are")
    name = Words("Name", line=True, needed="Write their name")
    agency = Words("Team or service", line=True)
    telephone = Words("Telephone", line=True)
    email = Words("E-mail", line=True)
    since = since_when()
    helper = inside(
        "profession", "name", "agency", "telephone", "email", "since", Buttons(Press("Keep it"))
    )


class LanguageForm(Simple):
    heading, model = "A language spoken at home", Language

    language = Words("Which language?", line=True, needed="Write which language")
    spoken_by = Words(
        "Who speaks it?", line=True, help_text="“The child”, “Mother”, “Everybody at home”."
    )
    interpreter = choose(
        "Do they need an interpreter?",
        YesNo,
        needed="Say whether an interpreter is needed, or that it is not known",
        help_text="Never a brother, a sister or another child.",
    )
    helper = inside("language", "spoken_by", "interpreter", Buttons(Press("Keep it")))


class EarlierForm(Simple):
    heading, model = "An earlier school's file is expected", EarlierFile

    where = Words(
        "Where from?",
        line=True,
        needed="Write where it is to come from",
        help_text="The school before this one, and its telephone number if you have it.",
    )
    helper = inside(
        Say("It stands in red on every concern about the child until somebody has read it."),
        "where",
        Buttons(Press("It is expected")),
    )


class EventForm(Line):
    heading = "An earlier school's file"

    stage = choose("What was done?", FileStage, needed="Choose what was done")
    words = Words("With whom, and what they said", line=True)
    done_on, done_at = moments.day("On what day?"), moments.time("At what time?")
    helper = inside(
        "stage", "words", "done_on", Question("done_at", width=5), Buttons(Press("Keep it"))
    )

    def __init__(self, *args, now, **more):
        super().__init__(*args, now=now, initial=moments.at_first("done", now), **more)

    def clean(self):
        given = super().clean()
        self.done = moments.read(self, "done", self.now)
        return given

    @property
    def given(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("stage", "words")}
        return {**said, "file": self.row, "happened_at": self.done}


class EndForm(Line):
    heading = "This is so no longer"

    until = DayField(label="Until when was it so?", required=False, help_text=NOT_KNOWN)
    why = Words("Why?", line=True, needed="Say why it is so no longer")
    helper = inside("until", "why", Buttons(Press("End it")))

    @property
    def given(self) -> dict:
        return {**self.cleaned_data, "row": self.row}


class ReadFileForm(Line):
    heading = "An earlier school's file"

    ended_how = choose("Which is true?", FileEnd, needed="Choose which is true")
    why = Words(
        "What it tells",
        needed="Write in a sentence what it tells, or who said that there is none",
        help_text="What this school must know from it; or who said that there is none.",
    )
    helper = inside("ended_how", Question("why", rows=4), Buttons(Press("Sign it")))

    @property
    def given(self) -> dict:
        return {**self.cleaned_data, "row": self.row}


class SeenForm(Asked):
    """A lead saw or spoke to this child. Short enough to fill in on a phone."""

    heading = "I saw or spoke to this child"

    how = choose("What was it?", SeenHow, needed="Choose what it was")
    words = Words("In one line", line=True, help_text="“Chatted at the gate, cheerful”.")
    seen_on, seen_at = moments.day("On what day?"), moments.time("At what time?")

    def __init__(self, typed: Typed | None = None, *, now, **more):
        super().__init__(typed, initial=moments.at_first("seen", now), **more)
        self.now = now
        self.helper = inside(
            Question("how", size="m"), "words", "seen_on", Question("seen_at", width=5),
            Buttons(Press("Write it down", value="keep")),
        )  # fmt: skip

    def clean(self):
        given = super().clean()
        self.seen = moments.read(self, "seen", self.now)
        return given

    @property
    def given(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("how", "words")}
        return {**said, "happened_at": self.seen}


class AnyoneForm(SeenForm):
    """The same, filled in by any member of staff, who finds the child on the roll."""

    child = picked()

    def __init__(self, *args, chosen: list[Child], **more):
        super().__init__(*args, **more)
        self.chosen = chosen

    def clean(self):
        given = super().clean()
        if len(self.chosen) != 1:
            words = "Keep one child: each has a line" if self.chosen else "Find the child you saw"
            self.add_error("child", words)
        return given


class ChronologyForm(Asked):
    """Which part of a chronology to show.

    The answers are in the address, so no value may contain a name.
    """

    sort = choose("Show", Sort, folded=True)
    order = forms.ChoiceField(label="Order", choices=Order.choices(), required=False)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    helper = inside("sort", "order", "since", "until")

    def __init__(self, *args, after: str = "", **more):
        super().__init__(*args, **more)
        self.after = after
        self.fields["sort"].choices = [("", "Everything"), *Sort.choices()]

    def wanted(self) -> Wanted:
        """The filters asked for; no filter if the answers are invalid."""
        said = self.cleaned_data if self.is_valid() else {}
        return Wanted(
            sort=said.get("sort", ""),
            since=said.get("since"),
            until=said.get("until"),
            newest_first=said.get("order") == Order.NEWEST,
            after=Place.read(self.after) if self.after else None,
        )


# The form for each line that can be added, by the word in the address (`?what=`).
WRITES: dict[str, type[Line]] = {
    "address": HomeForm,
    "adult": AdultForm,
    "tie": TieForm,
    "fact": AdultFactForm,
    "sibling": SiblingForm,
    "status": StatusForm,
    "professional": ProfessionalForm,
    "language": LanguageForm,
    "authority": AuthorityForm,
    "numbers": NumbersForm,
    "earlier": EarlierForm,
    "event": EventForm,
}
# The forms for ending a line that asks for more than the day and the reason.
ENDS = {"earlier": ReadFileForm}
