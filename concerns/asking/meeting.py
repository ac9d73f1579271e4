"""The form that records a meeting: when, who was there, what was agreed, and the next one.

It has room for three actions of the school's own. Others go into the text, or a second record.
"""

from collections.abc import Mapping

from django import forms
from django.utils.timezone import localdate

from concerns.asking import moments
from concerns.asking.asked import Words, choose
from concerns.asking.govuk import Buttons, DayField, Details, Press, Question, inside
from concerns.asking.unfolding import Unfolding, offer
from concerns.models import Met, Ours, Person
from concerns.rules import meetings
from concerns.rules.meetings import MeetingKind

ACTIONS = (1, 2, 3)
NEXT = "If one was set. A review conference without a day is owed by the last day guidance allows."
NO_FURTHER = "It leads no further: no conference, no plan, or the plan has ended"


class MeetForm(Unfolding):
    kind = choose("Which meeting was it?", MeetingKind, needed="Choose which meeting it was")
    met_on, met_at = moments.day("On what day?"), moments.time("When did it begin?")
    who = Words("Who was there?", line=True, needed="Write who was there")
    agreed = Words(
        "What was agreed?",
        needed="Write what was agreed",
        help_text="By all of them, and what the school said to it.",
    )
    no_further = forms.BooleanField(label=NO_FURTHER, required=False)
    next_on = DayField(label="The next meeting is on", required=False, help_text=NEXT)

    def __init__(self, *args, now, staff: Mapping[str, Person], **kwargs):
        super().__init__(*args, initial=moments.at_first("met", now), **kwargs)
        self.now, self.staff = now, staff
        for number in ACTIONS:
            self.fields[f"what_{number}"] = Words(f"Action {number} of ours", line=True)
            self.fields[f"by_{number}"] = DayField(label=f"Action {number}: by", required=False)
            holder = forms.ChoiceField(label=f"Action {number}: who does it?", required=False)
            offer(holder, staff, "Choose who does it", empty="Choose")
            self.fields[f"whose_{number}"] = holder
        self.helper = inside(
            "kind",
            "met_on",
            Question("met_at", width=5),
            "who",
            Question("agreed", rows=5),
            "no_further",
            "next_on",
            *(Details(f"Action {number} of ours", *_of(number)) for number in ACTIONS),
            Buttons(Press("Record the meeting")),
        )

    def clean(self):
        given = super().clean()
        self.met_when = moments.read(self, "met", self.now)
        for number in ACTIONS:
            what, by, whose = _of(number)
            if self.stands((what, by, whose)):
                self.need(what, "Write what is to be done")
                self.need(by, "Enter the day by which it is done")
                self.need(whose, "Choose who does it")
                self.coming(by, localdate(self.now))
        if self.met_when and given.get("kind"):
            held = localdate(self.met_when)
            fits = (MeetingKind(given["kind"]), held, given.get("next_on"), not given["no_further"])
            if wrong := meetings.lacking(*fits):
                self.add_error("next_on", wrong)
        return given

    @property
    def met(self) -> Met:
        """The meeting to record. The form must be valid."""
        given = self.cleaned_data
        ours = [[given[name] for name in _of(number)] for number in ACTIONS]
        return Met(
            **{name: given[name] for name in ("kind", "who", "agreed", "next_on")},
            happened_at=self.met_when,
            leads_on=not given["no_further"],
            actions=tuple(Ours(what, by, self.staff[who]) for what, by, who in ours if what),
        )


def _of(number: int) -> tuple[str, str, str]:
    return f"what_{number}", f"by_{number}", f"whose_{number}"
