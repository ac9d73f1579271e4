"""The forms of second factors (a code, new recovery codes, the head's days of grace), of the files
that one person may open, and of the children or categories of which somebody reads whose post reads
a part of the record."""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms

from concerns.forms.base_form import WRONG, DraftableForm, PostedFields, ShortTextField, set_choices
from concerns.forms.conditional_questions import offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    TickList,
    lay_out_form,
)
from concerns.models import Child, PartAnswers, Person
from concerns.reading.child_tracker import CLASS, YEAR
from concerns.rules.bulk_brake import FEWEST, MOST, BulkLimit
from concerns.rules.caseload import ReadingReasonWord
from concerns.rules.reader_parts import CATEGORIES_OF_PARTS
from concerns.rules.second_factor import MOST_GRACE_DAYS
from concerns.rules.words import Category, Choice

WRONG_DAYS = f"Write a whole number of days, from 0 to {MOST_GRACE_DAYS}"


class _CodeField(forms.CharField):
    """A code as it is typed: spaces and hyphens do not matter."""

    def __init__(self, label: str, *, help_text: str, needed: str, digits: bool):
        box = {"autocomplete": "one-time-code", "spellcheck": "false"}
        if digits:
            box["inputmode"] = "numeric"
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=40,
            widget=forms.TextInput(attrs=box),
            error_messages={
                "required": needed,
                "max_length": needed,
                "null_characters_not_allowed": needed,
            },
        )


class NewAppForm(DraftableForm):
    code = _CodeField(
        "The code that the app shows now",
        help_text="Six digits. The app shows another every half-minute.",
        needed="Write the six digits that the app shows for this account",
        digits=True,
    )
    helper = lay_out_form(Question("code", width=10), ButtonRow(SubmitButton("Set up this app")))


class FactorCodeForm(DraftableForm):
    code = _CodeField(
        "Code",
        help_text="The six digits that your app shows now, or one of your recovery codes.",
        needed="Write the six digits that your app shows, or a recovery code",
        digits=False,
    )
    helper = lay_out_form(Question("code", width=10), ButtonRow(SubmitButton("Go on")))


class PasskeyForm(DraftableForm):
    """What the browser answers, as JSON. A script fills it in: see `static/site/passkey.js`."""

    credential = forms.CharField(
        max_length=20_000,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "max_length", "null_characters_not_allowed"),
            "Press the button again, and do what your computer or telephone asks",
        ),
    )


class NewCodesForm(DraftableForm):
    helper = lay_out_form(ButtonRow(SubmitButton("Make new recovery codes")))


class RemoveFactorForm(DraftableForm):
    """Which of one's own to remove: each has a button of its own."""

    remove = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "Choose which one to remove"),
    )


class GraceForm(DraftableForm):
    days = forms.IntegerField(
        label="Days of grace",
        help_text=f"From 0 to {MOST_GRACE_DAYS}. A change counts at once, for everybody.",
        min_value=0,
        max_value=MOST_GRACE_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), WRONG_DAYS),
    )
    helper = lay_out_form(Question("days", width=2), ButtonRow(SubmitButton("Save")))


class ManyFilesForm(DraftableForm):
    words = ShortTextField(
        "Why do you need to open so many files?",
        500,
        help_text="For example: “Preparing the termly review with the head.” Name no child.",
        needed="Write in a sentence why you need to open so many files",
    )
    helper = lay_out_form("words", ButtonRow(SubmitButton("Go on")))


class ReadingReasonForm(DraftableForm):
    """One press answers: each common reason is a button. Return in the field presses the first
    button, which goes on with the words typed."""

    words = ShortTextField(
        "Your reason",
        200,
        help_text="For example: “Her new school has rung about her attendance.”",
    )
    helper = lay_out_form(
        "words",
        ButtonRow(SubmitButton("Open it for this reason", value=ReadingReasonWord.OTHER)),
        TextBlock("Or press the reason that fits", "heading"),
        *(
            ButtonRow(SubmitButton(word.label, value=word.value, kind="secondary"))
            for word in ReadingReasonWord
            if word is not ReadingReasonWord.OTHER
        ),
    )

    @property
    def reason(self) -> ReadingReasonWord:
        """The reason whose button was pressed; OTHER if it was none of these."""
        pressed = self.data.get("do", "")
        known = {word.value for word in ReadingReasonWord}
        return ReadingReasonWord(pressed) if pressed in known else ReadingReasonWord.OTHER

    def clean(self):
        given = super().clean()
        lacking = not given.get("words") and "words" not in self.errors
        if lacking and self.reason is ReadingReasonWord.OTHER:
            self.add_error("words", "Write why you open it, or press the reason that fits")
        return given


class FileLimitsForm(DraftableForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["an_hour"] = _build_limit_field("In an hour", MOST[BulkLimit.HOUR])
        self.fields["a_day"] = _build_limit_field("In a day", MOST[BulkLimit.DAY])

    helper = lay_out_form(
        Question("an_hour", width=3),
        Question("a_day", width=3),
        ButtonRow(SubmitButton("Save")),
    )


def _build_limit_field(label: str, most: int) -> forms.IntegerField:
    wrong = f"{label}: write a whole number from {FEWEST} to {most}"
    return forms.IntegerField(
        label=label,
        help_text=f"From {FEWEST} to {most}.",
        min_value=FEWEST,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
    )


class AskForExportForm(DraftableForm):
    words = ShortTextField(
        "What do you need it for?",
        500,
        help_text="Name no child.",
        needed="Write in a sentence what you need it for",
    )
    helper = lay_out_form("words", ButtonRow(SubmitButton("Ask for it")))


class ExportAnswerWord(Choice):
    YES = "yes", "Yes, for a day"
    NO = "no", "No"


class AnswerExportForm(DraftableForm):
    answer = forms.ChoiceField(
        label="May they take it out?",
        choices=ExportAnswerWord.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose yes or no"},
    )
    helper = lay_out_form("answer", ButtonRow(SubmitButton("Answer")))


# Readers of a part

_NEEDED = {
    "required": "Choose at least one",
    "invalid_choice": WRONG,
    "invalid_list": WRONG,
}


class PartForm(DraftableForm):
    """The questions about every part: whose it is, and from when until when."""

    person = forms.ChoiceField(label="Who is it?")
    since = DayField(label="First day", required=False)
    until = DayField(
        label="Last day",
        required=False,
        help_text="Leave it empty if they are to read until somebody ends it.",
    )

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        today: date,
        people: Mapping[str, Person],
        **more,
    ):
        super().__init__(typed, initial={"since": today}, **more)
        self.today = today
        offer_choices(self.fields["person"], people, "Choose who it is", "Choose")

    def clean(self):
        given = super().clean()
        since = given.get("since")
        until = given.get("until")
        if since is None and "since" not in self.errors:
            self.add_error("since", "Enter the first day")
        elif since and not self.today <= since <= date(self.today.year + 2, 1, 1):
            self.add_error("since", "Choose today, or a day in this year or the next")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first")
        return given


class GroupPartForm(PartForm):
    groups = forms.MultipleChoiceField(
        label="Which years or classes?",
        widget=forms.CheckboxSelectMultiple,
        help_text="They read of whoever is in these years or classes on the day they look.",
        error_messages=_NEEDED,
    )

    def __init__(self, typed: PostedFields | None = None, *, groups: list[tuple[str, str]], **more):
        super().__init__(typed, **more)
        set_choices(self.fields["groups"], groups)
        self.helper = lay_out_form(
            "person", TickList("groups"), "since", "until", ButtonRow(SubmitButton("Save"))
        )

    @property
    def part(self) -> PartAnswers:
        chosen = self.cleaned_data["groups"]
        return PartAnswers(
            years=tuple(one.removeprefix(YEAR) for one in chosen if one.startswith(YEAR)),
            classes=tuple(one.removeprefix(CLASS) for one in chosen if one.startswith(CLASS)),
        )


class ChildrenPartForm(PartForm):
    """Children are found by part of a name, several times; those ticked stay."""

    find = ShortTextField(
        "Which children?",
        100,
        help_text="Type part of a first name or surname, press Find, and tick who it is. "
        "Find again for another.",
    )
    children = forms.MultipleChoiceField(
        label="Who are they?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={**_NEEDED, "invalid_choice": "Find the child again"},
    )

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        found: Iterable[dict[str, str]],
        offered: Mapping[str, Child],
        **more,
    ):
        super().__init__(typed, **more)
        looking = typed is not None and typed.data.get("do") == "find"
        self.offered = offered
        choices = [(child["uid"], f"{child['label']} ({child['detail']})") for child in found]
        set_choices(self.fields["children"], choices)
        find = SubmitButton("Find", value="find", kind="secondary")
        asked: list[str | Question | ButtonRow | TextBlock | TickList] = ["find", ButtonRow(find)]
        if choices:
            asked.append(TickList("children"))
        elif looking:
            asked.append(TextBlock("No child on the roll matches. Try a shorter part of the name."))
        save = ButtonRow(SubmitButton("Save"))
        self.helper = lay_out_form("person", *asked, "since", "until", save)

    def clean(self):
        given = super().clean()
        if not given.get("children") and "children" not in self.errors:
            self.add_error("find", "Find the children, and tick who they are")
        return given

    @property
    def part(self) -> PartAnswers:
        chosen = self.cleaned_data["children"]
        return PartAnswers(children=tuple(self.offered[uid] for uid in chosen))


class CategoryPartForm(PartForm):
    """Those that are usual for the post are ticked at first."""

    categories = forms.MultipleChoiceField(
        label="Concerns of which categories?",
        choices=tuple(CATEGORIES_OF_PARTS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="What counts is what a lead sorted a concern into, and until then what its "
        "writer chose.",
        error_messages=_NEEDED,
    )

    def __init__(self, typed: PostedFields | None = None, *, usual: Iterable[Category], **more):
        super().__init__(typed, **more)
        self.initial["categories"] = [category.value for category in usual]
        self.helper = lay_out_form(
            "person", TickList("categories"), "since", "until", ButtonRow(SubmitButton("Save"))
        )

    @property
    def part(self) -> PartAnswers:
        return PartAnswers(categories=tuple(self.cleaned_data["categories"]))


class EndPartForm(DraftableForm):
    helper = lay_out_form(ButtonRow(SubmitButton("They read it until today", kind="warning")))
