"""Groups of questions that several forms share, each with its validation and layout.

How a referral was sent; what was said to somebody; whether parents have been told; when to look
again. A form inherits from those it needs and calls their `check_...` in its `clean`.
"""

from datetime import date, datetime

from crispy_forms.layout import Div
from django import forms

from concerns.asking import moments
from concerns.asking.asked import Words, choose
from concerns.asking.govuk import DayField, Question
from concerns.asking.unfolding import Unfolding
from concerns.models import Said, Sent
from concerns.rules.words import Method, ParentsTold, Route, SpokenTo

WILL_BE = "Parents will be told: tick “Speak to parents or carers”, so that somebody owes it"


class AskSent(Unfolding):
    """To whom, how and when a referral was sent."""

    SENT = ("agency", "spoken_to", "method", "their_reference")
    SENT_WHEN = ("sent_on", "sent_at")
    SENT_LAID = (*SENT[:3], "sent_on", Question("sent_at", width=5), Question(SENT[3], width=20))

    agency = Words("Which team or service did it go to?", line=True)
    spoken_to = Words("Whom did you speak to there?", line=True)
    method = choose("How was it sent?", Method, folded=True)
    sent_on, sent_at = moments.day("On what day?"), moments.time("At what time?")
    their_reference = Words("Their reference", line=True, help_text="If they gave you one.")

    def read_sent(self, now: datetime) -> None:
        self.need("agency", "Write which team or service it went to")
        self.need("spoken_to", "Write whom you spoke to there, or that it was nobody")
        self.need("method", "Choose how it was sent")
        self.went = moments.read(self, "sent", now)

    def sent(self) -> Sent:
        """How it was sent. Call `check_referral_sent` first; the form must be valid."""
        given = {name: self.cleaned_data[name] for name in self.SENT}
        return Sent(**given, happened_at=self.went)


class AskSaid(Unfolding):
    """Who was spoken to, when, and what was said."""

    SAID = ("who", "said")
    SAID_WHEN = ("spoke_on", "spoke_at")
    SAID_LAID = ("who", "spoke_on", Question("spoke_at", width=5), Question("said", rows=4))

    who = Words("Who was it?", line=True, help_text="A name, and what they are to the child.")
    said = Words("What was said, by you and by them?")
    spoke_on, spoke_at = moments.day("On what day?"), moments.time("At what time?")

    def read_said(self, now: datetime, what: str = "Write what was said, by you and by them"):
        self.need("who", "Write who it was")
        self.need("said", what)
        self.spoke = moments.read(self, "spoke", now)


class AskParents(AskSaid):
    """Whether parents or carers have been told; by whom and how, or why not."""

    UNDER_TOLD = {ParentsTold.YES: AskSaid.SAID, ParentsTold.NO: ("parents_why_not",)}
    # Shown and hidden by the stylesheet: the script that does it for checkboxes would set
    # aria-expanded, which is not allowed on a radio.
    PARENTS_LAID = (
        Question("parents_told", size="m"),
        Div(*AskSaid.SAID_LAID, css_class="under only-told"),
        Div(Question("parents_why_not", rows=2), css_class="under only-untold"),
    )

    parents_told = choose("Have parents or carers been told?", ParentsTold)
    parents_why_not = Words("Why not?")

    def read_parents(self, now: datetime, *, owed: bool, before: bool) -> None:
        """`owed`: the decision includes speaking to them. `before`: a conversation is on record."""
        told = self.cleaned_data.get("parents_told")
        self.under("parents_told", self.UNDER_TOLD)
        self.was_said = told == ParentsTold.YES and (self.stands(self.SAID) or not before)
        if self.was_said:
            self.read_said(now)
        else:
            self.aside(self.SAID_WHEN)
        if told == ParentsTold.NO:
            self.need("parents_why_not", "Say why parents or carers are not told")
        if told == ParentsTold.WILL_BE and not owed:
            self.add_error("routes", WILL_BE)

    def to_parents(self) -> Said | None:
        """The conversation with them, if any. Call `check_parents_told` first; must be valid."""
        given = self.cleaned_data
        said = (SpokenTo.PARENT, given["who"], given["said"])
        return Said(*said, self.spoke) if self.was_said else None


class AskAgain(Unfolding):
    """How long a child is watched and by whom; the day to look at the picture again, or review."""

    AGAIN = ("watch_until", "watched_by", "keep_until", "review_on")

    watch_until = DayField(label="Watch until", required=False)
    watched_by = forms.ChoiceField(label="Who watches?", required=False)
    keep_until = DayField(label="Keep with the picture until", required=False)
    review_on = DayField(label="Review it on", required=False, help_text="If you wish.")

    def read_again(self, routes: list[str], today: date) -> None:
        if Route.WATCH in routes:
            self.need("watch_until", "Enter the day the watch ends")
            self.need("watched_by", "Choose who watches")
        if Route.KEEP in routes:
            self.need("keep_until", "Enter the day to look at the picture again")
        for name in ("watch_until", "keep_until", "review_on"):
            self.coming(name, today)
