"""This file knows what is asked about a conversation, and about what happens to a referral.

`given` is what the act of each takes.
"""

from django import forms

from concerns.asking import moments
from concerns.asking.asked import Asked, Words, choose
from concerns.asking.govuk import Buttons, Press, Question, inside
from concerns.asking.questions import AskSaid, AskSent
from concerns.asking.unfolding import Unfolding, offer
from concerns.rules.words import Answer, SpokenTo, View


class SpeakForm(AskSaid):
    """A conversation, or the try at one."""

    spoken_to = choose("Who was it with?", SpokenTo, needed="Choose who it was with")
    child = forms.ChoiceField(
        label="About which child?",
        widget=forms.RadioSelect,
        help_text="What was said about one child does not answer for another.",
    )
    not_reached = forms.BooleanField(
        label="They could not be reached",
        required=False,
        help_text="Write how you tried. Speaking to them stays owed.",
    )
    who_else = Words("Who else was there?", line=True)

    def __init__(self, *args, now, rows, **kwargs):
        super().__init__(*args, initial=moments.at_first("spoke", now), **kwargs)
        self.now, self.rows = now, {str(row.uid): row for row in rows}
        several = len(self.rows) > 1
        offer(self.fields["child"], self.rows, "Choose which child it was about")
        self.fields["child"].choices = [("all", "All of them"), *self.fields["child"].choices]
        if not several:
            del self.fields["child"]
        self.helper = inside(
            "spoken_to",
            *(["child"] if several else []),
            "who",
            "not_reached",
            *self.SAID_LAID[1:],
            "who_else",
            Buttons(Press("Record it")),
        )

    def clean(self):
        given = super().clean()
        tried = "Write how you tried to reach them"
        self.read_said(self.now, *([tried] if given.get("not_reached") else []))
        return given

    @property
    def given(self) -> dict:
        said = self.cleaned_data
        return {
            **{name: said[name] for name in ("spoken_to", "who", "said", "who_else")},
            "concern_child": self.rows.get(said.get("child")),
            "reached": not said["not_reached"],
            "happened_at": self.spoke,
        }


class SendForm(AskSent):
    words = Words("What did you tell them?", help_text="In short, and what they said at once.")
    helper = inside(
        *AskSent.SENT_LAID, Question("words", rows=4), Buttons(Press("It has been sent"))
    )

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, initial=moments.at_first("sent", now), **kwargs)
        self.now = now

    def clean(self):
        given = super().clean()
        self.read_sent(self.now)
        return given

    @property
    def given(self) -> dict:
        return {**self.sent().said, "words": self.cleaned_data["words"]}


class AnswerForm(Unfolding):
    answer = choose("What will they do?", Answer, needed="Choose what they will do")
    spoken_to = Words("Who told you?", line=True, needed="Write who told you")
    heard_on, heard_at = moments.day("On what day?"), moments.time("At what time?")
    words = Words(
        "What they said, in their words",
        needed="Write what they said",
        help_text="What they will do, by when, and why.",
    )
    helper = inside(
        "answer",
        "spoken_to",
        "heard_on",
        Question("heard_at", width=5),
        Question("words", rows=4),
        Buttons(Press("Record their answer")),
    )

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, initial=moments.at_first("heard", now), **kwargs)
        self.now = now

    def clean(self):
        given = super().clean()
        self.heard = moments.read(self, "heard", self.now)
        return given

    @property
    def given(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("answer", "spoken_to", "words")}
        return {**said, "happened_at": self.heard}


class ViewForm(Asked):
    view = choose("What does the school think of their answer?", View, needed="Agree or disagree")
    words = Words(
        "Why?",
        needed="Say why",
        help_text="If you challenge it: whom you told, what you asked them to think of again.",
    )
    helper = inside("view", Question("words", rows=4), Buttons(Press("Record our view")))

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, **kwargs)

    @property
    def given(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("view", "words")}


class WithdrawForm(Asked):
    words = Words("Why is it not sent?", needed="Say why it is not sent")
    helper = inside(
        Question("words", rows=4), Buttons(Press("Agree not to send it", kind="warning"))
    )

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, **kwargs)

    @property
    def given(self) -> dict:
        return {"words": self.cleaned_data["words"]}
