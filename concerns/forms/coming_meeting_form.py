"""The forms that record a meeting to come, and that it was moved or cancelled."""

from collections.abc import Mapping
from datetime import datetime

from django import forms

from concerns.forms import past_moment
from concerns.forms.base_form import WordsField, choice_field
from concerns.forms.conditional_questions import ConditionalForm, offer_choices
from concerns.forms.govuk_layout import ButtonRow, Question, SubmitButton, lay_out_form
from concerns.models import ComingMeetingAnswers, Person
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.words import MeetingChangeKind


class ComingMeetingForm(ConditionalForm):
    """An invitation: which meeting, when, where, and which of `staff` goes."""

    kind = choice_field("Which meeting is it?", MeetingKind, needed="Choose which meeting it is")
    begins_on = past_moment.day_field("On what day is it?")
    begins_at = past_moment.time_field("When does it begin?")
    place = WordsField(
        "Where is it?",
        line=True,
        needed="Write where it is",
        help_text="The place, or that it is by telephone or by video.",
    )
    goes = forms.ChoiceField(label="Who goes for the school?", widget=forms.RadioSelect)
    words = WordsField("What does the invitation say?", help_text="Who called it, and what for.")
    helper = lay_out_form(
        "kind",
        "begins_on",
        Question("begins_at", width=5),
        "place",
        "goes",
        Question("words", rows=3),
        ButtonRow(SubmitButton("Record the meeting to come")),
    )

    def __init__(self, *args, now: datetime, staff: Mapping[str, Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        self.staff = staff
        offer_choices(self.fields["goes"], staff, "Choose who goes")

    def clean(self):
        given = super().clean()
        self.begins = past_moment.read_coming_moment(self, "begins", self.now)
        return given

    @property
    def coming_meeting_answers(self) -> ComingMeetingAnswers:
        """The meeting to come. The form must be valid."""
        given = self.cleaned_data
        return ComingMeetingAnswers(
            kind=given["kind"],
            begins_at=past_moment.require_moment(self.begins),
            place=given["place"],
            goes=self.staff[given["goes"]],
            words=given["words"],
        )


class MeetingChangeForm(ConditionalForm):
    """A meeting to come was moved or cancelled, and why."""

    what = choice_field("What happened?", MeetingChangeKind, needed="Say whether it was moved")
    begins_on = past_moment.day_field("If it was moved: on what day is it now?")
    begins_at = past_moment.time_field("When does it begin?")
    place = WordsField("Where is it now, if the place has changed?", line=True)
    why = WordsField("Why, and who said so?", needed="Say why, and who said so")
    helper = lay_out_form(
        "what",
        "begins_on",
        Question("begins_at", width=5),
        "place",
        Question("why", rows=3),
        ButtonRow(SubmitButton("Record it")),
    )

    def __init__(self, *args, now: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        self.begins: datetime | None = None

    def clean(self):
        given = super().clean()
        if given.get("what") == MeetingChangeKind.MOVED:
            self.begins = past_moment.read_coming_moment(self, "begins", self.now)
        moved = {MeetingChangeKind.MOVED: ("begins_on", "begins_at", "place")}
        self.check_answers_under("what", moved)
        return given

    @property
    def act_arguments(self) -> dict:
        given = self.cleaned_data
        return {"begins_at": self.begins, "place": given["place"], "why": given["why"]}
