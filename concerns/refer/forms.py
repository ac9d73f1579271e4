"""The forms about a conversation, and about what happens to a referral.

Each has a property (`act_arguments`) with the keyword arguments of its act. The form for a meeting
is in `asking/meeting.py`.
"""

from django import forms

from concerns.asking import moments
from concerns.asking.asked import Asked, Words, choose
from concerns.asking.govuk import Buttons, Details, Press, Question, inside
from concerns.asking.questions import AskSaid, AskSent
from concerns.asking.unfolding import Unfolding, offer
from concerns.models.chase import LONGEST_HOLD
from concerns.rules.lifecycle import Stage, referral_may_follow
from concerns.rules.words import Answer, SpokenTo, View

MINUTES = f"Write how many minutes you held on, as a number up to {LONGEST_HOLD}"


class SpeakForm(AskSaid):
    """A conversation, or an attempt at one."""

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


class OfReferral(Unfolding):
    """Base of the forms about `referral`. Sent, the form brings it to the stage `then`."""

    then: Stage
    heading = ""

    def __init__(self, *args, now, referral, **kwargs):
        super().__init__(*args, **kwargs)
        self.now, self.referral = now, referral

    @property
    def fits(self) -> bool:
        return referral_may_follow(self.referral.stage, self.then)

    @property
    def given(self) -> dict:
        return dict(self.cleaned_data)


class SendForm(AskSent, OfReferral):
    then = Stage.SENT
    words = Words("What did you tell them?", help_text="In short, and what they said at once.")
    helper = inside(
        *AskSent.SENT_LAID, Question("words", rows=4), Buttons(Press("It has been sent"))
    )

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, now=now, initial=moments.at_first("sent", now), **kwargs)

    def clean(self):
        given = super().clean()
        self.read_sent(self.now)
        return given

    @property
    def given(self) -> dict:
        return {**self.sent().said, "words": self.cleaned_data["words"]}


class Heard(OfReferral):
    """Base of the forms about something the agency said. `SAYS`: the fields passed to the act."""

    SAYS: tuple[str, ...]

    heard_on, heard_at = moments.day("On what day?"), moments.time("At what time?")

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, now=now, initial=moments.at_first("heard", now), **kwargs)

    def clean(self):
        given = super().clean()
        self.heard = moments.read(self, "heard", self.now)
        return given

    @property
    def given(self) -> dict:
        said = {name: self.cleaned_data[name] for name in self.SAYS}
        return {**said, "happened_at": self.heard}


class AcknowledgeForm(Heard):
    then, heading = Stage.ACKNOWLEDGED, "They say that they have it"
    SAYS = ("spoken_to", "their_reference")

    spoken_to = Words("Who says so?", line=True, needed="Write who says that they have it")
    their_reference = Words("Their reference", line=True, help_text="If they gave you one.")
    helper = inside(
        "spoken_to",
        "heard_on",
        Question("heard_at", width=5),
        Question("their_reference", width=20),
        Buttons(Press("They have it")),
    )


class AnswerForm(Heard):
    then = Stage.ANSWERED
    SAYS = ("answer", "spoken_to", "words")

    answer = choose("What will they do?", Answer, needed="Choose what they will do")
    spoken_to = Words("Who told you?", line=True, needed="Write who told you")
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


class ChaseForm(OfReferral):
    """A call to chase an answer, to be written down in ten seconds.

    The number is filled in, and the time is now unless another is entered.
    """

    telephone = Words("The number you rang", line=True, needed="Write the number you rang")
    minutes = forms.IntegerField(
        label="Minutes on hold",
        required=False,
        min_value=0,
        max_value=LONGEST_HOLD,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), MINUTES),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    answered_by = Words("Who answered?", line=True, help_text="Leave it empty if nobody did.")
    said = Words("What did they say?", line=True)
    rang_on, rang_at = moments.day("On what day?"), moments.time("At what time?")
    helper = inside(
        Question("telephone", width=20),
        Question("minutes", width=3),
        "answered_by",
        "said",
        Details("It was not just now", "rang_on", Question("rang_at", width=5)),
        Buttons(Press("Record the call", kind="secondary")),
    )

    def __init__(self, *args, referral, rings="", **kwargs):
        super().__init__(*args, referral=referral, initial={"telephone": rings}, **kwargs)

    def clean(self):
        given = super().clean()
        earlier = self.stands(("rang_on", "rang_at"))
        self.rang = moments.read(self, "rang", self.now) if earlier else self.now
        return given

    @property
    def given(self) -> dict:
        said = self.cleaned_data
        return {
            "telephone": said["telephone"],
            "minutes": said["minutes"] or 0,
            "spoken_to": said["answered_by"],
            "said": said["said"],
            "happened_at": self.rang,
        }


class ViewForm(OfReferral):
    then = Stage.AGREED
    view = choose("What does the school think of their answer?", View, needed="Agree or disagree")
    whom = Words("Whom did you ask to think again?", line=True)
    words = Words(
        "Why?",
        needed="Say why",
        help_text="If you challenge it: what you asked them to do instead, and by when.",
    )
    helper = inside("view", "whom", Question("words", rows=4), Buttons(Press("Record our view")))

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, referral=referral, **kwargs)
        rung = referral.next_rung.label.lower()
        self.fields[
            "whom"
        ].help_text = f"Only if you challenge it. It goes to their {rung}: a name."

    def clean(self):
        given = super().clean()
        if given.get("view") == View.DISAGREE:
            self.need("whom", "Write whom you asked to think again")
        return given


class ChallengeForm(OfReferral):
    """A challenge on the next rung of the escalation ladder."""

    then, heading = Stage.CHALLENGED, "Take it further"
    whom = Words("", line=True, needed="Write whom you asked to think again")
    words = Words(
        "What did you ask of them?",
        needed="Say what you asked of them",
        help_text="What has happened since, what you want done, and by when.",
    )
    helper = inside("whom", Question("words", rows=4), Buttons(Press("Record the challenge")))

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, referral=referral, **kwargs)
        rung = referral.next_rung.label
        self.fields["whom"].label = f"{rung}: whom did you ask to think again?"

    @property
    def given(self) -> dict:
        return {**self.cleaned_data, "view": View.DISAGREE}


class SettleForm(OfReferral):
    then, heading = Stage.SETTLED, "The challenge is settled"
    words = Words(
        "How was it settled?",
        needed="Say how it was settled, and with whom",
        help_text="What was agreed, with whom, and what they will do.",
    )
    helper = inside(Question("words", rows=4), Buttons(Press("It is settled")))


class WithdrawForm(OfReferral):
    then = Stage.WITHDRAWN
    words = Words("Why is it not sent?", needed="Say why it is not sent")
    helper = inside(
        Question("words", rows=4), Buttons(Press("Agree not to send it", kind="warning"))
    )


class UntoldForm(Asked):
    why = Words("Why are they not told?", needed="Say why parents or carers are not told")
    helper = inside(Question("why", rows=4), Buttons(Press("They are not told")))


class NotAgainForm(Asked):
    why = Words(
        "Not again, because",
        needed="Say why it is not referred again",
        help_text="How you know that it is nothing of the same kind: a sentence is enough.",
    )
    helper = inside(Question("why", rows=4), Buttons(Press("Do not refer again")))
