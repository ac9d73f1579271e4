"""Forms for closing a concern, ending a status, and opening and reviewing a watch.

Also the form with which the writer of a closed concern says that they are still worried.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django import forms

from concerns.forms.base_form import DraftableForm, WordsField, choice_field, set_choices
from concerns.forms.conditional_questions import ConditionalForm, offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.forms.household_forms import NOT_KNOWN, FileLineForm
from concerns.models import Concern, Person, WatchAnswers
from concerns.rules import watching
from concerns.rules.watching import REVIEWS, ClosingFacts, WatchReason, WatchReviewResult
from concerns.rules.words import Choice, ConcernOutcome

WORD_BACK = (
    "They see exactly what you write. Thank them, tell them what you can, and do not name anybody."
)
QUESTION = "How is … these days? One line is enough."
_WEEKS = f"{', '.join(map(str, REVIEWS[:-1]))} and {REVIEWS[-1]}"
WATCHED = (
    f"{{}}. So the child is watched: you are asked how they are after {_WEEKS} school weeks, and "
    "the concern is closed at the last review."
)
WRITE_FIRST = (
    "There is no concern about this child, so they cannot be watched. First write a concern, "
    "saying that the status ends and what you think of it."
)
AGENCY = "If another agency leads now: who is asked how the child is"
# {number of school weeks: label}, longest first.
LAST = {str(week): f"{week} school weeks" for week in reversed(REVIEWS)}
LONGEST = next(iter(LAST))


class WatchQuestions(ConditionalForm):
    """The questions about a watch, for forms that may open one."""

    adult = forms.ChoiceField(label="Who is asked how the child is?", required=False)
    question = WordsField(
        "What to ask them",
        line=True,
        help_text="They see these words and the day, but nothing of the concern. Use the child's "
        "first name. You see their answer at each review.",
    )
    last = forms.ChoiceField(
        label="For how long?",
        choices=LAST.items(),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose for how long"},
    )
    why_shorter = WordsField("Why is a shorter time enough?", line=True)
    WATCH = ("adult", "question", Question("last"), "why_shorter")

    def __init__(self, *args, staff: Iterable[Person], **kwargs):
        initial = {"last": LONGEST, "question": QUESTION, **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.staff = {str(person.uid): person for person in staff}
        offer_choices(self.fields["adult"], self.staff, "Choose who is asked", empty="Choose")

    def check_watch_answers(self) -> None:
        """Validate the answers. Call it only if a watch is opened."""
        self.require_answer(
            "adult", "Choose who is asked how the child is: somebody the child trusts"
        )
        if self.cleaned_data.get("question", "").strip() in ("", QUESTION):
            self.errors.pop("question", None)
            self.add_error("question", "Write what to ask them, with the child's first name")
        if self.cleaned_data.get("last") not in ("", LONGEST):
            self.require_answer("why_shorter", "Say why a shorter time is enough")

    def build_watching(self, why: str, **more) -> WatchAnswers:
        """The watch to open. The form must be valid."""
        given = self.cleaned_data
        return WatchAnswers(
            adult=self.staff[given["adult"]],
            question=given["question"],
            why=why,
            last=int(given["last"] or LONGEST),
            why_shorter=given["why_shorter"],
            **more,
        )


class CloseConcernForm(WatchQuestions):
    """Close a concern. `closing` is what is known of it; None if closing it never opens a watch.

    `own`: the viewer wrote the concern.
    """

    outcome = choice_field("How did it end?", ConcernOutcome, needed="Choose how it ended")
    why = WordsField("Why can it be closed?", needed="Say why it can be closed")
    words_back = WordsField(
        "A reply to the person who wrote it",
        needed="Write them a reply, so that they know they were heard",
        help_text=WORD_BACK,
    )

    def __init__(self, *args, own: bool, closing: ClosingFacts | None, **kwargs):
        self.closing = closing
        always = self._watch_reason_for("")
        agency = self._watch_reason_for(ConcernOutcome.WITH_AGENCY)
        # Details opens if anything in it has an answer, so no initial answers when folded.
        folded = {} if always else {"last": "", "question": ""}
        super().__init__(*args, initial=folded, **kwargs)
        # Nobody has to write a word back to themselves.
        self.fields["words_back"].required = not own
        if not agency:
            for name in ("adult", "question", "last", "why_shorter"):
                del self.fields[name]
        more = (
            [Details(AGENCY, TextBlock(WATCHED.format(agency.label)), *self.WATCH)]
            if agency
            else []
        )
        self.helper = lay_out_form(
            "outcome",
            *([] if always else more),
            Question("why", rows=4),
            Question("words_back", rows=3),
            *([TextBlock(WATCHED.format(always.label), "inset"), *self.WATCH] if always else []),
            ButtonRow(SubmitButton("End it, and watch" if always else "Close it")),
        )

    def _watch_reason_for(self, outcome: str) -> WatchReason | None:
        return (
            watching.reason_to_watch(replace(self.closing, outcome=outcome))
            if self.closing
            else None
        )

    def clean(self):
        given = super().clean()
        self.watches = bool(given.get("outcome")) and bool(self._watch_reason_for(given["outcome"]))
        if self.watches:
            self.check_watch_answers()
        else:
            self.drop_errors_of(("adult", "question", "last", "why_shorter"))
        return given

    @property
    def act_arguments(self) -> dict:
        """The arguments of the act that opens a watch, or of the one that closes. Must be valid."""
        said = {name: self.cleaned_data[name] for name in ("outcome", "why", "words_back")}
        if not self.watches:
            return said
        asked = self.build_watching(said["why"], outcome=said["outcome"])
        return {"asked": asked, "words_back": said["words_back"]}


class WatchReviewForm(ConditionalForm):
    """A review of a watch. `left` are the days of the reviews still to come.

    `further` is the day of another look where none is left; `own`: the viewer wrote the concern.
    """

    words = WordsField(
        "How is the child?",
        needed="Write how the child is. A sentence is enough.",
        help_text="What you saw, and what people who know the child told you.",
    )
    then = choice_field(
        "What happens now?", WatchReviewResult, needed="Choose whether to keep watching the child"
    )
    why = WordsField("Why does the watch end before its last review?", line=True)
    words_back = WordsField("A reply to the person who wrote it", help_text=WORD_BACK)

    def __init__(self, *args, left: list[date], further: date, own: bool, **kwargs):
        super().__init__(*args, initial={"then": WatchReviewResult.ON if left else ""}, **kwargs)
        self.left = left
        self.own = own
        day = left[0] if left else further
        more = f"Look again on {day.day} {day:%B}"
        end = WatchReviewResult.END
        set_choices(self.fields["then"], [(WatchReviewResult.ON, more), (end, end.label)])
        if not left:
            del self.fields["why"]
        ends = [*(["why"] if left else []), Question("words_back", rows=3)]
        self.helper = lay_out_form(
            Question("words", rows=4),
            "then",
            Details("If the watch ends here", *ends, open=not left),
            ButtonRow(SubmitButton("Save")),
        )

    def clean(self):
        given = super().clean()
        if given.get("then") == WatchReviewResult.END:
            if self.left:
                self.require_answer("why", "Say why it ends before its last review")
            if not self.own:
                self.require_answer(
                    "words_back", "Write them a reply: ending the watch closes the concern"
                )
        else:
            self.check_answers_under("then", {WatchReviewResult.END: ("why", "words_back")})
        return given

    @property
    def act_arguments(self) -> dict:
        """The arguments of the act. The form must be valid."""
        return {
            "why": "",
            **self.cleaned_data,
            "then": WatchReviewResult(self.cleaned_data["then"]),
        }


class AgreementChoice(Choice):
    AGREE = "agree", "We agree"
    DISAGREE = "disagree", "We do not agree"


class EndStatusForm(WatchQuestions, FileLineForm):
    """End a status. `asks`: the child's level of support falls, so a watch is opened on `concern`.

    If there is no concern (None), the form says to write one first.
    """

    heading = "This status has ended"

    until = DayField(label="Until when was it true?", required=False, help_text=NOT_KNOWN)
    why = WordsField("Why?", line=True, needed="Say why it is no longer true")
    agreed = choice_field(
        "Does the school agree?", AgreementChoice, needed="Say whether the school agrees"
    )
    view_ended = WordsField(
        "What does the school think of it?",
        needed="Write what the school thinks: for example, whether it was stepped down too soon",
    )

    def __init__(self, *args, asks: bool, concern: Concern | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.asks = asks and concern is not None
        watch = [TextBlock(WATCHED.format(WatchReason.STATUS.label), "inset"), *self.WATCH]
        first = [TextBlock(WRITE_FIRST, "inset")] if asks and concern is None else []
        self.helper = lay_out_form(
            *first,
            "until",
            "why",
            "agreed",
            Question("view_ended", rows=3),
            *(watch if self.asks else []),
            ButtonRow(SubmitButton("End it")),
        )

    def clean(self):
        given = super().clean()
        if self.asks:
            self.check_watch_answers()
        return given

    @property
    def act_arguments(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("until", "why", "view_ended")}
        agrees = self.cleaned_data["agreed"] == AgreementChoice.AGREE
        asked = self.build_watching(said["view_ended"], agrees=agrees) if self.asks else None
        return {**said, "row": self.row, "watching": asked}


class StillWorriedForm(DraftableForm):
    """The writer is still worried. The sentence is optional."""

    worry = WordsField("What still worries you? (You may leave this empty.)")
    helper = lay_out_form(Question("worry", rows=3), ButtonRow(SubmitButton("I am still worried")))
