"""The forms for doing next steps, tasks, words back, unsent drafts, letter times and clocks.

The form for a review of a watch is in `asking/ending.py`.
"""

from datetime import datetime

from django import forms

from concerns.asking import moments
from concerns.asking.asked import Asked, Words
from concerns.asking.choosing import OneOfStaff
from concerns.asking.ending import WORD_BACK
from concerns.asking.govuk import Buttons, DayField, Press, Question, Say, inside
from concerns.rules import bounds
from concerns.rules.adults import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.saying import when

ASKS = {
    StepKind.DANGER_NOW: "Who told you by voice, when, and what was done at once?",
    StepKind.READ_ADDITION: "What do you make of it, and does it change anything?",
    StepKind.SUPPORT: "What is in place, since when, and who gives it?",
    StepKind.WATCH: "What was seen while watching, and by whom?",
    StepKind.PUT_RIGHT: "Who has been told that it was about another child, how, and when?",
    StepKind.AGREED_ACTION: "What was done, when, and who has been told?",
    StepKind.MISSING_FROM_ROLL: "Where is the child, and how do you know?",
}


class StepForm(Asked):
    words = Words("", needed="Write what was found or done. A sentence is enough.")

    def __init__(self, *args, kind: StepKind, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].label = ASKS[kind]
        self.helper = inside(Question("words", rows=5), Buttons(Press("This is done")))


class AgainForm(Asked):
    """For who looks again: what they make of it, and a word back to the writer who is worried."""

    words = Words(
        "What do you make of it?",
        needed="Write what you make of it. A sentence is enough.",
        help_text="Read what was written and decided as if for the first time. The person who is "
        "worried does not see this.",
    )
    words_back = Words("Your word to them", needed="Write them a word", help_text=WORD_BACK)
    helper = inside(
        Question("words", rows=5), Question("words_back", rows=4), Buttons(Press("I have looked"))
    )


class AskForm(OneOfStaff):
    """Asks one of `staff` to do something by a day."""

    person = forms.ChoiceField(label="Whom do you ask?")
    words = Words(
        "What do you ask them for?",
        needed="Write what you ask them for",
        help_text="They see these words, your name and the day, and nothing of the concern. Write "
        "a child's name only where they need it.",
    )
    on = DayField(label="By what day?")
    helper = inside(Question("person"), Question("words", rows=4), "on", Buttons(Press("Ask them")))

    def clean(self):
        given = super().clean()
        if given.get("on") is None and "on" not in self.errors:
            self.add_error("on", "Enter the day by which you need it")
        return given


class AnswerForm(Asked):
    """The answer to a task. `own`: it has come back to the lead who set it."""

    words = Words("What came of it?", needed="Write what came of it, or why you cannot")

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        cannot = [] if own else [Press("I cannot", value="cannot", kind="secondary")]
        help_text = "A sentence is enough. Whoever asked reads it."
        self.fields["words"].help_text = "" if own else help_text
        self.helper = inside(
            Question("words", rows=4), Buttons(Press("This is done", value="done"), *cannot)
        )


class SetAsideForm(Asked):
    why = Words("", needed="Write why it need not be sent. A sentence is enough.")

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        asked = "Why does it need no sending?" if own else "What did its writer tell you?"
        self.fields["why"].label = asked
        self.helper = inside(Question("why", rows=4), Buttons(Press("It need not be sent")))


class TellForm(Asked):
    words = Words(
        "Your word to them",
        needed="Write them a word: nobody should be left wondering whether they were heard",
        help_text=WORD_BACK,
    )
    helper = inside(Question("words", rows=4), Buttons(Press("Give them this word")))


def _time(label: str, like: str) -> forms.TimeField:
    """A time of day, typed in: the time pickers of browsers differ too much."""
    return forms.TimeField(
        label=label,
        input_formats=["%H:%M", "%H.%M", "%H"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=f"Like {like}",
        error_messages=dict.fromkeys(("required", "invalid"), f"Enter a time, like {like}"),
    )


class PostsForm(Asked):
    first = _time("The first letter of the day", "08:00")
    second = _time("The second letter of the day", "14:30")
    helper = inside(
        Question("first", width=5), Question("second", width=5), Buttons(Press("Keep these times"))
    )

    def __init__(self, *args, person, **kwargs):
        times = {name: getattr(person, f"{name}_post").strftime("%H:%M") for name in self.NAMES}
        super().__init__(*args, initial=times, **kwargs)

    NAMES = ("first", "second")


class ReportedForm(Asked):
    """A report of FGM to the police: when, how, to whom, and their reference."""

    told_on, told_at = moments.day("On what day did you report it?"), moments.time()
    how = Words(
        "How, and to whom?",
        line=True,
        needed="Write how you reported it and whom you spoke to",
        help_text="Like: rang 101, a call handler.",
    )
    reference = Words("Their reference", line=True, help_text="If they gave you one.")
    helper = inside(
        "told_on",
        Question("told_at", width=5),
        "how",
        Question("reference", width=20),
        Buttons(Press("I have reported it")),
    )

    def __init__(self, *args, now: datetime, **kwargs):
        super().__init__(*args, initial=moments.at_first("told", now), **kwargs)
        self.now = now

    def clean(self):
        given = super().clean()
        self.told = moments.read(self, "told", self.now)
        return given

    @property
    def words(self) -> str:
        """The report in one sentence, for `acts.report_fgm`. The form must be valid."""
        how, reference = self.cleaned_data["how"], self.cleaned_data["reference"]
        said = f"Reported to the police by who wrote this, {when(self.told)}: {how}"
        return f"{said}. Their reference: {reference}" if reference else said


ADVISER = (
    "Somebody at your trust or council. When everybody here has been silent, they are told that "
    "something is late: never what, and never about whom."
)
HEADING = {
    StepKind: "Concerns about children",
    AdultStepKind: "Concerns about adults who work here",
}


UNREMEMBERED = {"autocomplete": "off"}


def _line(label: str, most: int) -> forms.CharField:
    box = forms.TextInput(attrs=UNREMEMBERED)
    return forms.CharField(label=label, required=False, max_length=most, widget=box)


class ClocksForm(Asked):
    """The school's own figures, one box for each clock that may be changed, and its adviser."""

    adviser_name = _line("Their name", 100)
    adviser_email = forms.EmailField(
        label="Their e-mail address",
        required=False,
        widget=forms.EmailInput(attrs=UNREMEMBERED),
        error_messages={"invalid": "Enter an e-mail address, like name@example.org"},
    )
    adviser_of = _line("Their trust, council or organisation", 200)
    read = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = [kind for kind in kinds if bounds.may_change(kind)]
        for kind in self.kinds:
            self.fields[kind.value] = _figure(kind)
        self.helper = inside(*self._laid_out())

    def _laid_out(self):
        yield "read"
        for words, heading in HEADING.items():
            boxes = [Question(kind.value, width=3) for kind in self.kinds if kind in words]
            yield from [Say(heading, "heading"), *boxes] if boxes else []
        yield Say("The adviser outside the school", "heading")
        yield Say(ADVISER)
        yield from ("adviser_name", "adviser_email", "adviser_of")
        yield Buttons(Press("Keep these figures"))

    @property
    def given(self) -> dict:
        """The arguments of `acts.set_clocks`. The form must be valid."""
        said = self.cleaned_data
        adviser = {name: said[name] for name in ("adviser_name", "adviser_email", "adviser_of")}
        figures = {kind.value: said[kind.value] for kind in self.kinds}
        return {"figures": figures, "adviser": adviser, "read": said["read"]}


def _figure(kind) -> forms.IntegerField:
    least, most = bounds.least(kind), bounds.most(kind)
    # Always in the plural: it names what is counted.
    unit = bounds.unit_words(kind, 2)
    wrong = (
        f"{kind.label}: enter a whole number of {unit} from {least} to {most}, or leave it empty"
    )
    usual = bounds.in_words(kind, CLOCKS[kind].amount)
    return forms.IntegerField(
        label=f"{kind.label}, in {unit}",
        help_text=f"Without a figure: {usual}. At most {most}. From {bounds.source(kind)}.",
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **UNREMEMBERED}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
    )
