"""The form that records a meeting: when, who was there, what was agreed, and the next one.

It has room for three actions of the school's own. Others go into the text, or a second record.
"""

from collections.abc import Mapping

from django import forms
from django.utils.timezone import localdate

from concerns.forms import past_moment
from concerns.forms.attachment_form import button_with_files
from concerns.forms.base_form import WordsField, choice_field
from concerns.forms.conditional_questions import ConditionalForm, offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SubmitButton,
    lay_out_form,
)
from concerns.models import MeetingAnswers, Person, SchoolAction
from concerns.rules import meeting_rules
from concerns.rules.meeting_rules import MeetingKind

ACTIONS = (1, 2, 3)
NEXT = (
    "If a date was set. If you leave it empty, a review conference is due by the last day that "
    "guidance allows."
)
NO_FURTHER = "Nothing follows: no conference, no plan, or the plan has ended"


class MeetingForm(ConditionalForm):
    kind = choice_field("Which meeting was it?", MeetingKind, needed="Choose which meeting it was")
    met_on = past_moment.day_field("On what day?")
    met_at = past_moment.time_field("When did it begin?")
    who = WordsField("Who was there?", line=True, needed="Write who was there")
    agreed = WordsField(
        "What was agreed?",
        needed="Write what was agreed",
        help_text="What everybody agreed, and the school's view of it.",
    )
    no_further = forms.BooleanField(label=NO_FURTHER, required=False)
    next_on = DayField(label="The next meeting is on", required=False, help_text=NEXT)

    def __init__(self, *args, now, staff: Mapping[str, Person], **kwargs):
        super().__init__(*args, initial=past_moment.fields_set_to_moment("met", now), **kwargs)
        self.now = now
        self.staff = staff
        for number in ACTIONS:
            self.fields[f"what_{number}"] = WordsField(f"Action {number} for the school", line=True)
            self.fields[f"by_{number}"] = DayField(label=f"Action {number}: by", required=False)
            holder = forms.ChoiceField(label=f"Action {number}: who does it?", required=False)
            offer_choices(holder, staff, "Choose who does it", empty="Choose")
            self.fields[f"whose_{number}"] = holder
        self.helper = lay_out_form(
            "kind",
            "met_on",
            Question("met_at", width=5),
            "who",
            Question("agreed", rows=5),
            "no_further",
            "next_on",
            *(
                Details(f"Action {number} for the school", *_action_field_names(number))
                for number in ACTIONS
            ),
            ButtonRow(SubmitButton("Record the meeting"), button_with_files("Record the meeting")),
        )

    def clean(self):
        given = super().clean()
        self.met_when = past_moment.read_moment(self, "met", self.now)
        for number in ACTIONS:
            what, by, whose = _action_field_names(number)
            if self.has_any_typed((what, by, whose)):
                self.require_answer(what, "Write what is to be done")
                self.require_answer(by, "Enter the day by which it is done")
                self.require_answer(whose, "Choose who does it")
                self.check_future_day(by, localdate(self.now))
        if self.met_when and given.get("kind"):
            held = localdate(self.met_when)
            fits = (MeetingKind(given["kind"]), held, given.get("next_on"), not given["no_further"])
            if wrong := meeting_rules.next_meeting_fault(*fits):
                self.add_error("next_on", wrong)
        return given

    @property
    def meeting_answers(self) -> MeetingAnswers:
        """The meeting to record. The form must be valid."""
        given = self.cleaned_data
        ours = [[given[name] for name in _action_field_names(number)] for number in ACTIONS]
        return MeetingAnswers(
            **{name: given[name] for name in ("kind", "who", "agreed", "next_on")},
            happened_at=past_moment.require_moment(self.met_when),
            leads_on=not given["no_further"],
            actions=tuple(
                SchoolAction(what, by, self.staff[who]) for what, by, who in ours if what
            ),
        )


def _action_field_names(number: int) -> tuple[str, str, str]:
    return f"what_{number}", f"by_{number}", f"whose_{number}"
