"""The forms for doing next steps, tasks, words back, unsent drafts, letter times and clocks.

The form for a review of a watch is in `forms/closing_and_watch.py`.
"""

from datetime import datetime

from django import forms

from concerns.forms import past_moment
from concerns.forms.base_form import (
    DraftableForm,
    EmailAddressField,
    TimeOfDayField,
    WordsField,
)
from concerns.forms.choose_person import ChooseColleagueForm
from concerns.forms.closing_and_watch import WORD_BACK
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.rules import clock_bounds
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.wording import format_date_or_time

ASKS = {
    StepKind.DANGER_NOW: "Who told you in person, when, and what was done at once?",
    StepKind.READ_ADDITION: "What do you think of it, and does it change anything?",
    StepKind.SUPPORT: "What support is in place, since when, and who gives it?",
    StepKind.WATCH: "What was seen, and who saw it?",
    StepKind.PUT_RIGHT: "Who has been told that it was about another child, how, and when?",
    StepKind.AGREED_ACTION: "What was done, when, and who has been told?",
    StepKind.PROMISE: "What was done, by whom and when, and what was not?",
    StepKind.MISSING_FROM_ROLL: "Where is the child, and how do you know?",
}


class StepNoteForm(DraftableForm):
    words = WordsField("", needed="Write what was found or done. A sentence is enough.")

    def __init__(self, *args, kind: StepKind, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].label = ASKS[kind]
        self.helper = lay_out_form(
            Question("words", rows=5), ButtonRow(SubmitButton("This is done"))
        )


class LookAgainForm(DraftableForm):
    """For who looks again: what they make of it, and a word back to the writer who is worried."""

    words = WordsField(
        "What do you think?",
        needed="Write what you think. A sentence is enough.",
        help_text="Read what was written and decided as if for the first time. The person who is "
        "worried does not see this.",
    )
    words_back = WordsField("Your reply", needed="Write them a reply", help_text=WORD_BACK)
    helper = lay_out_form(
        Question("words", rows=5),
        Question("words_back", rows=4),
        ButtonRow(SubmitButton("I have looked")),
    )


class AskColleagueForm(ChooseColleagueForm):
    """Asks one of `staff` to do something by a day."""

    person = forms.ChoiceField(label="Who are you asking?")
    words = WordsField(
        "What are you asking them to do?",
        needed="Write what you are asking them to do",
        help_text="They see these words, your name and the day, but nothing of the concern. Name "
        "a child only if they need it.",
    )
    on = DayField(label="By what day?")
    helper = lay_out_form(
        Question("person"), Question("words", rows=4), "on", ButtonRow(SubmitButton("Ask them"))
    )

    def clean(self):
        given = super().clean()
        if given.get("on") is None and "on" not in self.errors:
            self.add_error("on", "Enter the day by which you need it")
        return given


class TaskAnswerForm(DraftableForm):
    """The answer to a task. `own`: it has come back to the lead who set it."""

    words = WordsField("What happened?", needed="Write what happened, or why you cannot do it")

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        cannot = [] if own else [SubmitButton("I cannot do this", value="cannot", kind="secondary")]
        help_text = "A sentence is enough. The person who asked will read it."
        self.fields["words"].help_text = "" if own else help_text
        self.helper = lay_out_form(
            Question("words", rows=4),
            ButtonRow(SubmitButton("This is done", value="done"), *cannot),
        )


class SetAsideForm(DraftableForm):
    why = WordsField("", needed="Write why it does not need to be sent. A sentence is enough.")

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        asked = (
            "Why does it not need to be sent?"
            if own
            else "What did the person who wrote it tell you?"
        )
        self.fields["why"].label = asked
        self.helper = lay_out_form(
            Question("why", rows=4), ButtonRow(SubmitButton("It does not need to be sent"))
        )


class WordBackForm(DraftableForm):
    words = WordsField(
        "Your reply",
        needed="Write them a reply, so that they know they were heard",
        help_text=WORD_BACK,
    )
    helper = lay_out_form(Question("words", rows=4), ButtonRow(SubmitButton("Send this reply")))


class LetterTimesForm(DraftableForm):
    first = TimeOfDayField("The first e-mail of the day", required=True, help_text="Like 08:00")
    second = TimeOfDayField("The second e-mail of the day", required=True)
    helper = lay_out_form(
        Question("first", width=5),
        Question("second", width=5),
        ButtonRow(SubmitButton("Save these times")),
    )

    def __init__(self, *args, person, **kwargs):
        times = {name: getattr(person, f"{name}_post").strftime("%H:%M") for name in self.NAMES}
        super().__init__(*args, initial=times, **kwargs)

    NAMES = ("first", "second")


class CalendarLinkForm(DraftableForm):
    """Two buttons: make the private link, in place of the one there is, or end it."""

    do = forms.ChoiceField(choices=[("make", ""), ("end", "")], required=False)


class FgmReportForm(DraftableForm):
    """A report of FGM to the police: when, how, to whom, and their reference."""

    told_on = past_moment.day_field("On what day did you report it?")
    told_at = past_moment.time_field()
    how = WordsField(
        "How did you report it, and who to?",
        line=True,
        needed="Write how you reported it and who you spoke to",
        help_text="For example: rang 101 and spoke to a call handler.",
    )
    reference = WordsField("Their reference", line=True, help_text="If they gave you one.")
    helper = lay_out_form(
        "told_on",
        Question("told_at", width=5),
        "how",
        Question("reference", width=20),
        ButtonRow(SubmitButton("I have reported it")),
    )

    def __init__(self, *args, now: datetime, **kwargs):
        super().__init__(*args, initial=past_moment.fields_set_to_moment("told", now), **kwargs)
        self.now = now

    def clean(self):
        given = super().clean()
        self.told = past_moment.read_moment(self, "told", self.now)
        return given

    @property
    def report_in_words(self) -> str:
        """The report in one sentence, for `acts.report_fgm`. The form must be valid."""
        how = self.cleaned_data["how"]
        reference = self.cleaned_data["reference"]
        said = (
            "Reported to the police by the person who wrote this, "
            f"{format_date_or_time(self.told)}: {how}"
        )
        return f"{said}. Their reference: {reference}" if reference else said


ADVISER = (
    "Somebody at your trust or council. When nobody here has responded, they are told that "
    "something is late, but not what it is or who it is about."
)
HEADING = {
    StepKind: "Concerns about children",
    AdultStepKind: "Concerns about adults who work here",
}


UNREMEMBERED = {"autocomplete": "off"}


def _build_line_field(label: str, most: int) -> forms.CharField:
    box = forms.TextInput(attrs=UNREMEMBERED)
    return forms.CharField(label=label, required=False, max_length=most, widget=box)


class ClocksForm(DraftableForm):
    """The school's own figures, one box for each clock that may be changed, and its adviser."""

    adviser_name = _build_line_field("Their name", 100)
    adviser_email = EmailAddressField("Their e-mail address")
    adviser_of = _build_line_field("Their trust, council or organisation", 200)
    read = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = [kind for kind in kinds if clock_bounds.may_change_clock(kind)]
        for kind in self.kinds:
            self.fields[kind.value] = _build_figure_field(kind)
        self.helper = lay_out_form(*self._lay_out_clocks())

    def _lay_out_clocks(self):
        yield "read"
        for words, heading in HEADING.items():
            boxes = [Question(kind.value, width=3) for kind in self.kinds if kind in words]
            yield from [TextBlock(heading, "heading"), *boxes] if boxes else []
        yield TextBlock("The adviser outside the school", "heading")
        yield TextBlock(ADVISER)
        yield from ("adviser_name", "adviser_email", "adviser_of")
        yield ButtonRow(SubmitButton("Save these figures"))

    @property
    def act_arguments(self) -> dict:
        """The arguments of `acts.set_clocks`. The form must be valid."""
        said = self.cleaned_data
        adviser = {name: said[name] for name in ("adviser_name", "adviser_email", "adviser_of")}
        figures = {kind.value: said[kind.value] for kind in self.kinds}
        return {"figures": figures, "adviser": adviser, "read": said["read"]}


def _build_figure_field(kind) -> forms.IntegerField:
    least = clock_bounds.shortest_amount(kind)
    most = clock_bounds.longest_amount(kind)
    # Always in the plural: it names what is counted.
    unit = clock_bounds.clock_unit_in_words(kind, 2)
    wrong = (
        f"{kind.label}: enter a whole number of {unit} from {least} to {most}, or leave it empty"
    )
    usual = clock_bounds.clock_amount_in_words(kind, CLOCKS[kind].amount)
    return forms.IntegerField(
        label=f"{kind.label}, in {unit}",
        help_text=f"Usual: {usual}. At most {most}. From "
        f"{clock_bounds.clock_default_source(kind)}.",
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **UNREMEMBERED}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
    )
