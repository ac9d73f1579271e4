"""Forms for closing a concern, ending a status, and opening and reviewing a watch.

Also the form with which the writer of a closed concern says that they are still worried.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django import forms

from concerns.asking.asked import Asked, Words, choose
from concerns.asking.govuk import Buttons, DayField, Details, Press, Question, Say, inside
from concerns.asking.household import NOT_KNOWN, Line
from concerns.asking.unfolding import Unfolding, offer
from concerns.models import Concern, Person, Watching
from concerns.rules import after
from concerns.rules.after import REVIEWS, Because, Closing, Then
from concerns.rules.words import Choice, Outcome

WORD_BACK = "They read it as you write it. Thank them, say what you can, and name nobody."
QUESTION = "How is … these days? One line is enough."
WATCHED = (
    "{}. So the child is watched: you are asked how they are after 2, 6 and 12 school weeks, and "
    "it is closed at the last."
)
WRITE_FIRST = (
    "There is no concern about this child on which they could be watched. Write a concern first: "
    "that the status ends, and what you think of it."
)
AGENCY = "If another agency leads now: who is asked how the child is"
# {number of school weeks: label}, longest first.
LAST = {str(week): f"{week} school weeks" for week in reversed(REVIEWS)}
LONGEST = next(iter(LAST))


class WatchForm(Unfolding):
    """The questions about a watch, for forms that may open one."""

    adult = forms.ChoiceField(label="Who is asked how the child is?", required=False)
    question = Words(
        "What they are asked",
        line=True,
        help_text="They see these words and the day, and nothing of the concern: write the first "
        "name. Their line is shown to you at each review.",
    )
    last = forms.ChoiceField(
        label="For how long?", choices=LAST.items(), required=False, widget=forms.RadioSelect
    )
    why_shorter = Words("Why is a shorter time enough?", line=True)
    WATCH = ("adult", "question", Question("last"), "why_shorter")

    def __init__(self, *args, staff: Iterable[Person], **kwargs):
        initial = {"last": LONGEST, "question": QUESTION, **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.staff = {str(person.uid): person for person in staff}
        offer(self.fields["adult"], self.staff, "Choose who is asked", empty="Choose")

    def read_watch(self) -> None:
        """Validate the answers. Call it only if a watch is opened."""
        self.need("adult", "Choose who is asked how the child is: somebody the child trusts")
        if self.cleaned_data.get("question", "").strip() in ("", QUESTION):
            self.errors.pop("question", None)
            self.add_error("question", "Write what they are asked, with the child's first name")
        if self.cleaned_data.get("last") not in ("", LONGEST):
            self.need("why_shorter", "Say why a shorter time is enough")

    def watching(self, why: str, **more) -> Watching:
        """The watch to open. The form must be valid."""
        given = self.cleaned_data
        return Watching(
            adult=self.staff[given["adult"]],
            question=given["question"],
            why=why,
            last=int(given["last"] or LONGEST),
            why_shorter=given["why_shorter"],
            **more,
        )


class CloseForm(WatchForm):
    """Close a concern. `closing` is what is known of it; None if closing it never opens a watch.

    `own`: the viewer wrote the concern.
    """

    outcome = choose("How did it end?", Outcome, needed="Choose how it ended")
    why = Words("Why can it be closed?", needed="Say why it can be closed")
    words_back = Words(
        "A word to the person who wrote it",
        needed="Write them a word: nobody should be left wondering whether they were heard",
        help_text=WORD_BACK,
    )

    def __init__(self, *args, own: bool, closing: Closing | None, **kwargs):
        self.closing = closing
        always, agency = self._because(""), self._because(Outcome.WITH_AGENCY)
        # Details opens if anything in it has an answer, so no initial answers when folded.
        folded = {} if always else {"last": "", "question": ""}
        super().__init__(*args, initial=folded, **kwargs)
        # Nobody has to write a word back to themselves.
        self.fields["words_back"].required = not own
        if not agency:
            for name in ("adult", "question", "last", "why_shorter"):
                del self.fields[name]
        more = [Details(AGENCY, Say(WATCHED.format(agency.label)), *self.WATCH)] if agency else []
        self.helper = inside(
            "outcome",
            *([] if always else more),
            Question("why", rows=4),
            Question("words_back", rows=3),
            *([Say(WATCHED.format(always.label), "inset"), *self.WATCH] if always else []),
            Buttons(Press("End it, and watch" if always else "Close it")),
        )

    def _because(self, outcome: str) -> Because | None:
        return after.watched(replace(self.closing, outcome=outcome)) if self.closing else None

    def clean(self):
        given = super().clean()
        self.watches = bool(given.get("outcome")) and bool(self._because(given["outcome"]))
        if self.watches:
            self.read_watch()
        else:
            self.aside(("adult", "question", "last", "why_shorter"))
        return given

    @property
    def given(self) -> dict:
        """The arguments of the act that opens a watch, or of the one that closes. Must be valid."""
        said = {name: self.cleaned_data[name] for name in ("outcome", "why", "words_back")}
        if not self.watches:
            return said
        asked = self.watching(said["why"], outcome=said["outcome"])
        return {"asked": asked, "words_back": said["words_back"]}


class LookForm(Unfolding):
    """A review of a watch. `left` are the days of the reviews still to come.

    `further` is the day of another look where none is left; `own`: the viewer wrote the concern.
    """

    words = Words(
        "How is the child?",
        needed="Write how the child is. A sentence is enough.",
        help_text="What you saw, and what those who know the child told you.",
    )
    then = choose("And now?", Then, needed="Choose whether the child is watched on")
    why = Words("Why does the watch end before its last review?", line=True)
    words_back = Words("A word to the person who wrote it", help_text=WORD_BACK)

    def __init__(self, *args, left: list[date], further: date, own: bool, **kwargs):
        super().__init__(*args, initial={"then": Then.ON if left else ""}, **kwargs)
        self.left, self.own = left, own
        day = left[0] if left else further
        more = f"Look again on {day.day} {day:%B}"
        self.fields["then"].choices = [(Then.ON, more), (Then.END, Then.END.label)]
        if not left:
            del self.fields["why"]
        ends = [*(["why"] if left else []), Question("words_back", rows=3)]
        self.helper = inside(
            Question("words", rows=4),
            "then",
            Details("If the watch ends here", *ends, open=not left),
            Buttons(Press("Write it down")),
        )

    def clean(self):
        given = super().clean()
        if given.get("then") == Then.END:
            if self.left:
                self.need("why", "Say why it ends before its last review")
            if not self.own:
                self.need("words_back", "Write them a word: it is closed with it")
        else:
            self.under("then", {Then.END: ("why", "words_back")})
        return given

    @property
    def given(self) -> dict:
        """The arguments of the act. The form must be valid."""
        return {"why": "", **self.cleaned_data, "then": Then(self.cleaned_data["then"])}


class Agreed(Choice):
    AGREE = "agree", "We agree"
    DISAGREE = "disagree", "We do not agree"


class EndStatusForm(WatchForm, Line):
    """End a status. `asks`: the child's level of support falls, so a watch is opened on `concern`.

    If there is no concern (None), the form says to write one first.
    """

    heading = "This status has ended"

    until = DayField(label="Until when was it so?", required=False, help_text=NOT_KNOWN)
    why = Words("Why?", line=True, needed="Say why it is so no longer")
    agreed = choose("Does the school agree?", Agreed, needed="Say whether the school agrees")
    view_ended = Words(
        "What does the school think of it?",
        needed="Write what the school thinks: stepped down too soon, a child is lost from sight",
    )

    def __init__(self, *args, asks: bool, concern: Concern | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.asks = asks and concern is not None
        watch = [Say(WATCHED.format(Because.STATUS.label), "inset"), *self.WATCH]
        first = [Say(WRITE_FIRST, "inset")] if asks and concern is None else []
        self.helper = inside(
            *first, "until", "why", "agreed", Question("view_ended", rows=3),
            *(watch if self.asks else []), Buttons(Press("End it")),
        )  # fmt: skip

    def clean(self):
        given = super().clean()
        if self.asks:
            self.read_watch()
        return given

    @property
    def given(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("until", "why", "view_ended")}
        agrees = self.cleaned_data["agreed"] == Agreed.AGREE
        asked = self.watching(said["view_ended"], agrees=agrees) if self.asks else None
        return {**said, "row": self.row, "watching": asked}


class WorriedForm(Asked):
    """The writer is still worried. The sentence is optional."""

    worry = Words("What still worries you? (You may leave this empty.)")
    helper = inside(Question("worry", rows=3), Buttons(Press("I am still worried")))
