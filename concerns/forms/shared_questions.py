"""Groups of questions that several forms share, each with its validation and layout.

How a referral was sent; what was said to somebody; whether parents have been told; when to look
again. A form inherits from those it needs and calls their `check_...` in its `clean`.
"""

from datetime import date, datetime

from crispy_forms.layout import Div
from django import forms

from concerns.forms import past_moment
from concerns.forms.base_form import WordsField, choice_field
from concerns.forms.conditional_questions import ConditionalForm
from concerns.forms.govuk_layout import DayField, Question
from concerns.models import ConversationAnswers, Person, ReferralSentAnswers
from concerns.rules.words import (
    CHILD_WAS_SEEN,
    ChildSeen,
    ParentsTold,
    ReferralMethod,
    Route,
    SpokenTo,
)

WILL_BE = (
    "Parents will be told, so tick “Speak to parents or carers” as well. That makes it somebody's "
    "next step"
)

SEEN_BY_WHOM = (
    "You chose who saw the child. Say that the child has been seen, or clear what you chose there."
)


class ReferralSentQuestions(ConditionalForm):
    """To whom, how and when a referral was sent."""

    SENT = ("agency", "spoken_to", "method", "their_reference")
    SENT_WHEN = ("sent_on", "sent_at")
    SENT_LAID = (*SENT[:3], "sent_on", Question("sent_at", width=5), Question(SENT[3], width=20))

    agency = WordsField("Which team or service did it go to?", line=True)
    spoken_to = WordsField("Who did you speak to there?", line=True)
    method = choice_field("How was it sent?", ReferralMethod, folded=True)
    sent_on = past_moment.day_field("On what day?")
    sent_at = past_moment.time_field("At what time?")
    their_reference = WordsField("Their reference", line=True, help_text="If they gave you one.")

    def check_referral_sent(self, now: datetime) -> None:
        self.require_answer("agency", "Write which team or service it went to")
        self.require_answer("spoken_to", "Write who you spoke to there, or that it was nobody")
        self.require_answer("method", "Choose how it was sent")
        self.went = past_moment.read_moment(self, "sent", now)

    def referral_sent_answers(self) -> ReferralSentAnswers:
        """How it was sent. Call `check_referral_sent` first; the form must be valid."""
        given = {name: self.cleaned_data[name] for name in self.SENT}
        return ReferralSentAnswers(**given, happened_at=past_moment.require_moment(self.went))


class ConversationQuestions(ConditionalForm):
    """Who was spoken to, when, and what was said."""

    SAID = ("who", "said")
    SAID_WHEN = ("spoke_on", "spoke_at")
    SAID_LAID = ("who", "spoke_on", Question("spoke_at", width=5), Question("said", rows=4))

    who = WordsField("Who was it?", line=True, help_text="A name, and their relation to the child.")
    said = WordsField("What was said, by you and by them?")
    spoke_on = past_moment.day_field("On what day?")
    spoke_at = past_moment.time_field("At what time?")

    def check_conversation(
        self, now: datetime, what: str = "Write what was said, by you and by them"
    ):
        self.require_answer("who", "Write who it was")
        self.require_answer("said", what)
        self.spoke = past_moment.read_moment(self, "spoke", now)


class ParentsToldQuestions(ConversationQuestions):
    """Whether parents or carers have been told; by whom and how, or why not."""

    UNDER_TOLD = {ParentsTold.YES: ConversationQuestions.SAID, ParentsTold.NO: ("parents_why_not",)}
    # Shown and hidden by the stylesheet: the script that does it for checkboxes would set
    # aria-expanded, which is not allowed on a radio.
    PARENTS_LAID = (
        Question("parents_told", size="m"),
        Div(*ConversationQuestions.SAID_LAID, css_class="under only-told"),
        Div(Question("parents_why_not", rows=2), css_class="under only-untold"),
    )

    parents_told = choice_field(
        "Have parents or carers been told?",
        ParentsTold,
        help_text="If speaking to them is what happens next, you can leave this: they will be.",
    )
    parents_why_not = WordsField("Why not?")

    def check_parents_told(self, now: datetime, *, owed: bool, before: bool) -> None:
        """`owed`: the decision includes speaking to them. `before`: a conversation is on record."""
        told = self.cleaned_data.get("parents_told")
        self.check_answers_under("parents_told", self.UNDER_TOLD)
        self.was_said = told == ParentsTold.YES and (self.has_any_typed(self.SAID) or not before)
        if self.was_said:
            self.check_conversation(now)
        else:
            self.drop_errors_of(self.SAID_WHEN)
        if told == ParentsTold.NO:
            self.require_answer("parents_why_not", "Say why parents or carers are not told")
        if told == ParentsTold.WILL_BE and not owed:
            self.add_error("routes", WILL_BE)

    def parents_conversation(self) -> ConversationAnswers | None:
        """The conversation with them, if any. Call `check_parents_told` first; must be valid."""
        given = self.cleaned_data
        said = (SpokenTo.PARENT, given["who"], given["said"])
        if not self.was_said:
            return None
        return ConversationAnswers(*said, past_moment.require_moment(self.spoke))


class ReviewDayQuestions(ConditionalForm):
    """How long a child is watched and by whom; the day to look at the picture again, or review."""

    AGAIN = ("watch_until", "watched_by", "keep_until", "review_on")

    watch_until = DayField(label="Watch until", required=False)
    watched_by = forms.ChoiceField(label="Who will watch?", required=False)
    keep_until = DayField(label="Keep with the picture until", required=False)
    review_on = DayField(
        label="Review it on", required=False, help_text="You can leave this empty."
    )

    def check_review_days(self, routes: list[str], today: date) -> None:
        if Route.WATCH in routes:
            self.require_answer("watch_until", "Enter the day the watch ends")
            self.require_answer("watched_by", "Choose who will watch")
        if Route.KEEP in routes:
            self.require_answer("keep_until", "Enter the day to look at the picture again")
        for name in ("watch_until", "keep_until", "review_on"):
            self.check_future_day(name, today)


class ChildSeenQuestions(ConditionalForm):
    """Whether the child has been seen; if so when, and by which of `staff`."""

    SEEN_WHEN = ("seen_on", "seen_at")
    # Shown and hidden by the stylesheet, as `PARENTS_LAID` is.
    SEEN_LAID = (
        Question("child_seen", size="m"),
        Div("seen_by", "seen_on", Question("seen_at", width=5), css_class="under only-seen"),
    )

    staff: dict[str, Person]
    child_seen = choice_field("Has the child been seen?", ChildSeen)
    seen_by = forms.ChoiceField(label="Who saw them?", required=False)
    seen_on = past_moment.day_field("On what day?")
    seen_at = past_moment.time_field("At what time?")

    def check_child_seen(self, now: datetime) -> None:
        self.sighted: datetime | None = None
        if self.cleaned_data.get("child_seen") in CHILD_WAS_SEEN:
            self.require_answer("seen_by", "Choose who saw the child")
            self.sighted = past_moment.read_moment(self, "seen", now)
            return
        self.drop_errors_of(self.SEEN_WHEN)
        if self.has_any_typed(["seen_by"]):
            self.drop_errors_of(["seen_by"])
            self.add_error("child_seen", SEEN_BY_WHOM)

    def sighting_answers(self) -> dict:
        """When the child was seen, and by whom. Call `check_child_seen` first; must be valid."""
        if self.sighted is None:
            return {}
        return {
            "sighted_at": self.sighted,
            "sighted_by": self.staff[self.cleaned_data["seen_by"]],
        }
