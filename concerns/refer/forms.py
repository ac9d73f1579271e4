"""The forms about a conversation, and about what happens to a referral.

Each has a property (`act_arguments`) with the keyword arguments of its act. The form for a meeting
is in `forms/meeting_form.py`.
"""

from uuid import UUID

from django import forms
from django.utils.timezone import localdate

from concerns.forms import past_moment
from concerns.forms.attachment_form import button_with_files
from concerns.forms.base_form import DraftableForm, WordsField, choice_field, set_choices
from concerns.forms.conditional_questions import ConditionalForm, named_choices, offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SubmitButton,
    lay_out_form,
)
from concerns.forms.print_redaction import RedactionForm
from concerns.forms.shared_questions import ConversationQuestions, ReferralSentQuestions
from concerns.models import PromiseAnswers
from concerns.models.response.chase_call import LONGEST_HOLD
from concerns.rules.lifecycle import ReferralStage, may_referral_become
from concerns.rules.words import (
    CONSENT_ASKED,
    AgencyAnswer,
    AnswerView,
    Consent,
    SettledWith,
    SpokenTo,
)

# The value of the button that makes a PDF of the pack.
PDF = "pdf"
MINUTES = f"Write how many minutes you held on, as a number up to {LONGEST_HOLD}"


class ConversationForm(ConversationQuestions):
    """A conversation, or an attempt at one."""

    spoken_to = choice_field("Who was it with?", SpokenTo, needed="Choose who it was with")
    child = forms.ChoiceField(
        label="About which child?",
        widget=forms.RadioSelect,
        help_text="Record a conversation for each child. What was said about one child does not "
        "count for another.",
    )
    not_reached = forms.BooleanField(
        label="They could not be reached",
        required=False,
        help_text="Write how you tried. Speaking to them stays a next step.",
    )
    consent = choice_field(
        CONSENT_ASKED,
        Consent,
        help_text="Agencies ask this, and why not. Leave it if this was not about a referral.",
    )
    who_else = WordsField("Who else was there?", line=True)
    alone = forms.BooleanField(label="It was the child, and they were heard alone", required=False)

    def __init__(self, *args, now, rows, **kwargs):
        super().__init__(*args, initial=past_moment.fields_set_to_moment("spoke", now), **kwargs)
        self.now = now
        self.rows = {str(row.uid): row for row in rows}
        several = len(self.rows) > 1
        offer_choices(self.fields["child"], self.rows, "Choose which child it was about")
        each = named_choices(self.rows)
        set_choices(self.fields["child"], [("all", "All of them"), *each])
        if not several:
            del self.fields["child"]
        self.helper = lay_out_form(
            "spoken_to",
            *(["child"] if several else []),
            "who",
            "not_reached",
            *self.SAID_LAID[1:],
            "consent",
            "who_else",
            "alone",
            ButtonRow(SubmitButton("Record it"), button_with_files("Record it")),
        )

    def clean(self):
        given = super().clean()
        tried = "Write how you tried to reach them"
        self.check_conversation(self.now, *([tried] if given.get("not_reached") else []))
        if given.get("alone"):
            self._check_heard_alone(given)
        return given

    def _check_heard_alone(self, given: dict) -> None:
        if given.get("spoken_to") not in ("", None, SpokenTo.CHILD) or given.get("not_reached"):
            self.add_error("alone", "Tick this only if it was with the child")
        elif given.get("who_else"):
            self.add_error("alone", "You wrote who else was there, so the child was not alone")

    @property
    def act_arguments(self) -> dict:
        said = self.cleaned_data
        return {
            **{name: said[name] for name in ("spoken_to", "who", "said", "who_else", "consent")},
            "concern_child": self.rows.get(said.get("child", "")),
            "reached": not said["not_reached"],
            "alone": said["alone"],
            "happened_at": self.spoke,
        }


class ReferralForm(ConditionalForm):
    """Base of the forms about `referral`. Sent, the form brings it to the stage `then`."""

    then: ReferralStage
    heading = ""

    def __init__(self, *args, now, referral, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        self.referral = referral

    @property
    def may_follow_stage(self) -> bool:
        return may_referral_become(self.referral.current_stage, self.then)

    @property
    def act_arguments(self) -> dict:
        return dict(self.cleaned_data)


class SendReferralForm(ReferralSentQuestions, ReferralForm):
    then = ReferralStage.SENT
    words = WordsField(
        "What did you tell them?", help_text="In short, with what they said straight away."
    )
    helper = lay_out_form(
        *ReferralSentQuestions.SENT_LAID,
        Question("words", rows=4),
        ButtonRow(SubmitButton("It has been sent"), button_with_files("It has been sent")),
    )

    def __init__(self, *args, now, **kwargs):
        super().__init__(
            *args, now=now, initial=past_moment.fields_set_to_moment("sent", now), **kwargs
        )

    def clean(self):
        given = super().clean()
        self.check_referral_sent(self.now)
        return given

    @property
    def act_arguments(self) -> dict:
        return {
            **self.referral_sent_answers().referral_event_fields,
            "words": self.cleaned_data["words"],
        }


class HeardFromAgencyForm(ReferralForm):
    """Base of the forms about something the agency said. `SAYS`: the fields passed to the act."""

    SAYS: tuple[str, ...]

    heard_on = past_moment.day_field("On what day?")
    heard_at = past_moment.time_field("At what time?")

    def __init__(self, *args, now, **kwargs):
        super().__init__(
            *args, now=now, initial=past_moment.fields_set_to_moment("heard", now), **kwargs
        )

    def clean(self):
        given = super().clean()
        self.heard = past_moment.read_moment(self, "heard", self.now)
        return given

    @property
    def act_arguments(self) -> dict:
        said = {name: self.cleaned_data[name] for name in self.SAYS}
        return {**said, "happened_at": self.heard}


class AcknowledgeForm(HeardFromAgencyForm):
    then = ReferralStage.ACKNOWLEDGED
    heading = "They say that they have it"
    SAYS = ("spoken_to", "their_reference")

    spoken_to = WordsField("Who told you?", line=True, needed="Write who says that they have it")
    their_reference = WordsField("Their reference", line=True, help_text="If they gave you one.")
    helper = lay_out_form(
        "spoken_to",
        "heard_on",
        Question("heard_at", width=5),
        Question("their_reference", width=20),
        ButtonRow(SubmitButton("They have it"), button_with_files("They have it")),
    )


class ReferralAnswerForm(HeardFromAgencyForm):
    then = ReferralStage.ANSWERED
    SAYS = ("answer", "spoken_to", "words")

    answer = choice_field("What will they do?", AgencyAnswer, needed="Choose what they will do")
    spoken_to = WordsField("Who told you?", line=True, needed="Write who told you")
    words = WordsField(
        "What they said, in their words",
        needed="Write what they said",
        help_text="What they will do, by when, and why.",
    )
    helper = lay_out_form(
        "answer",
        "spoken_to",
        "heard_on",
        Question("heard_at", width=5),
        Question("words", rows=4),
        ButtonRow(SubmitButton("Record their answer"), button_with_files("Record their answer")),
    )


class ChaseCallForm(ReferralForm):
    """A call to chase an answer, to be written down in ten seconds.

    The number is filled in, and the time is now unless another is entered.
    """

    telephone = WordsField("The number you rang", line=True, needed="Write the number you rang")
    minutes = forms.IntegerField(
        label="Minutes on hold",
        required=False,
        min_value=0,
        max_value=LONGEST_HOLD,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), MINUTES),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    answered_by = WordsField("Who answered?", line=True, help_text="Leave it empty if nobody did.")
    said = WordsField("What did they say?", line=True)
    rang_on = past_moment.day_field("On what day?")
    rang_at = past_moment.time_field("At what time?")
    helper = lay_out_form(
        Question("telephone", width=20),
        Question("minutes", width=3),
        "answered_by",
        "said",
        Details("It was not just now", "rang_on", Question("rang_at", width=5)),
        ButtonRow(SubmitButton("Record the call", kind="secondary")),
    )

    def __init__(self, *args, referral, rings="", **kwargs):
        super().__init__(*args, referral=referral, initial={"telephone": rings}, **kwargs)

    def clean(self):
        given = super().clean()
        earlier = self.has_any_typed(("rang_on", "rang_at"))
        self.rang = past_moment.read_moment(self, "rang", self.now) if earlier else self.now
        return given

    @property
    def act_arguments(self) -> dict:
        said = self.cleaned_data
        return {
            "telephone": said["telephone"],
            "minutes": said["minutes"] or 0,
            "spoken_to": said["answered_by"],
            "said": said["said"],
            "happened_at": self.rang,
        }


class PromiseForm(ReferralForm):
    """Base of the forms that may end with something that the agency promised to do."""

    promised_who = WordsField("Who promised it?", line=True)
    promised_what = WordsField(
        "What will they do?", line=True, help_text="Such as: hold a strategy discussion."
    )
    promised_on = DayField(
        label="By what day?",
        required=False,
        help_text="It becomes a next step: to find out on that day whether it was done.",
    )
    PROMISED = ("promised_who", "promised_what", "promised_on")

    def require_promise(self) -> None:
        self.require_answer("promised_who", "Write who promised it")
        self.require_answer("promised_what", "Write what they will do")
        self.require_answer("promised_on", "Enter the day by which they will do it")
        self.check_future_day("promised_on", localdate(self.now))

    @property
    def promise_answers(self) -> PromiseAnswers:
        return PromiseAnswers(*(self.cleaned_data[name] for name in self.PROMISED))


class SchoolViewForm(PromiseForm):
    then = ReferralStage.AGREED
    view = choice_field(
        "What does the school think of their answer?", AnswerView, needed="Agree or disagree"
    )
    whom = WordsField("Who did you ask to think again?", line=True)
    words = WordsField(
        "Why?",
        needed="Say why",
        help_text="If you challenge it, say what you asked them to do instead, and by when.",
    )
    helper = lay_out_form(
        "view",
        "whom",
        Question("words", rows=4),
        *PromiseForm.PROMISED,
        ButtonRow(SubmitButton("Record our view")),
    )

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, referral=referral, **kwargs)
        rung = referral.rung_to_challenge_next.label.lower()
        self.fields["whom"].help_text = f"Only if you challenge it. Give the name of their {rung}."
        who = self.fields["promised_who"]
        who.label = "If they promised to do something: who promised it?"
        who.help_text = "Only if you agree."

    def clean(self):
        given = super().clean()
        if given.get("view") == AnswerView.DISAGREE:
            self.require_answer("whom", "Write who you asked to think again")
        if self.has_any_typed(self.PROMISED):
            self.require_promise()
        self.check_answers_under("view", {AnswerView.AGREE: self.PROMISED})
        return given

    @property
    def act_arguments(self) -> dict:
        given = {name: self.cleaned_data[name] for name in ("view", "whom", "words")}
        promised = self.promise_answers if self.has_any_typed(self.PROMISED) else None
        return given | {"promised": promised}


class ChallengeForm(ReferralForm):
    """A challenge on the next rung of the escalation ladder."""

    then = ReferralStage.CHALLENGED
    heading = "Take it further"
    whom = WordsField("", line=True, needed="Write who you asked to think again")
    words = WordsField(
        "What did you ask of them?",
        needed="Say what you asked of them",
        help_text="What has happened since, what you want done, and by when.",
    )
    helper = lay_out_form(
        "whom",
        Question("words", rows=4),
        ButtonRow(SubmitButton("Record the challenge"), button_with_files("Record the challenge")),
    )

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, referral=referral, **kwargs)
        rung = referral.rung_to_challenge_next.label
        self.fields["whom"].label = f"{rung}: who did you ask to think again?"

    @property
    def act_arguments(self) -> dict:
        return {**self.cleaned_data, "view": AnswerView.DISAGREE}


class SettleForm(PromiseForm):
    then = ReferralStage.SETTLED
    heading = "The challenge is settled"
    words = WordsField(
        "How was it settled?",
        needed="Say how it was settled, and with whom",
        help_text="What was agreed, with whom, and what they will do.",
    )
    promises = choice_field(
        "Did they promise to do something?",
        SettledWith,
        needed="Say whether they promised to do something",
    )
    helper = lay_out_form(
        Question("words", rows=4),
        "promises",
        *PromiseForm.PROMISED,
        ButtonRow(SubmitButton("It is settled"), button_with_files("It is settled")),
    )

    def clean(self):
        given = super().clean()
        if given.get("promises") == SettledWith.PROMISE:
            self.require_promise()
        self.check_answers_under("promises", {SettledWith.PROMISE: self.PROMISED})
        return given

    @property
    def act_arguments(self) -> dict:
        given = self.cleaned_data
        promised = given["promises"] == SettledWith.PROMISE
        return {
            "words": given["words"],
            "promised": self.promise_answers if promised else None,
        }


class WithdrawForm(ReferralForm):
    then = ReferralStage.WITHDRAWN
    words = WordsField("Why is it not sent?", needed="Say why it is not sent")
    helper = lay_out_form(
        Question("words", rows=4), ButtonRow(SubmitButton("Agree not to send it", kind="warning"))
    )


class ParentsNotToldForm(DraftableForm):
    why = WordsField("Why are they not told?", needed="Say why parents or carers are not told")
    helper = lay_out_form(Question("why", rows=4), ButtonRow(SubmitButton("They are not told")))


class NotReferredAgainForm(DraftableForm):
    why = WordsField(
        "Why not refer again?",
        needed="Say why you do not refer again",
        help_text="Say how you know that this is not the same kind of concern. A sentence is "
        "enough.",
    )
    helper = lay_out_form(Question("why", rows=4), ButtonRow(SubmitButton("Do not refer again")))


class ReferralPackForm(RedactionForm):
    """What is checked before a pack is made: names to cover, and who is left out of it."""

    leave_out = forms.MultipleChoiceField(
        label="Leave out of the pack",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Agencies ask for brothers and sisters and their schools. Tick whom this agency "
        "need not know of.",
    )

    def offer_siblings(self, siblings: list[tuple[UUID, str]]) -> None:
        """Ask who is left out: (uid, name) of each brother, sister or other child at home."""
        asked: list[Question | str] = [Question("also", rows=3)]
        set_choices(self.fields["leave_out"], [(str(uid), name) for uid, name in siblings])
        if siblings:
            asked.append("leave_out")
        buttons = SubmitButton("Make the print"), SubmitButton("Make a PDF", value=PDF)
        self.helper = lay_out_form(*asked, ButtonRow(*buttons))
