"""This file knows what is asked when a next step is done, and what a word back is."""

from django import forms

from concerns.asking.asked import Asked, Words
from concerns.asking.choosing import OneOfStaff
from concerns.asking.ending import WORD_BACK
from concerns.asking.govuk import Buttons, DayField, Press, Question, inside
from concerns.rules.clocks import StepKind

ASKS = {
    StepKind.DANGER_NOW: "Who told you by voice, when, and what was done at once?",
    StepKind.READ_ADDITION: "What do you make of it, and does it change anything?",
    StepKind.SUPPORT: "What is in place, since when, and who gives it?",
    StepKind.WATCH: "What was seen while watching, and by whom?",
    StepKind.PUT_RIGHT: "Who has been told that it was about another child, how, and when?",
    StepKind.MISSING_FROM_ROLL: "Where is the child, and how do you know?",
}


class StepForm(Asked):
    words = Words("", needed="Write what was found or done. A sentence is enough.")

    def __init__(self, *args, kind: StepKind, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].label = ASKS[kind]
        self.helper = inside(Question("words", rows=5), Buttons(Press("This is done")))


class AgainForm(Asked):
    """Somebody else looks again: what they make of it, and a word to who is worried."""

    words = Words(
        "What do you make of it?",
        needed="Write what you make of it. A sentence is enough.",
        help_text="Read what was written and decided as if for the first time. The person who is "
        "worried does not see this.",
    )
    words_back = Words("Your word to them", needed="Write them a word", help_text=WORD_BACK)
    helper = inside(
        Question("words", rows=5), Question("words_back", rows=4), Buttons(Press("I have looked"))
    )


class AskForm(OneOfStaff):
    """Something that one of `staff` is asked for."""

    person = forms.ChoiceField(label="Whom do you ask?")
    words = Words(
        "What do you ask them for?",
        needed="Write what you ask them for",
        help_text="They see these words, your name and the day, and nothing of the concern. Write "
        "a child's name only where they need it.",
    )
    on = DayField(label="By what day?")
    helper = inside(Question("person"), Question("words", rows=4), "on", Buttons(Press("Ask them")))

    def clean(self):
        given = super().clean()
        if given.get("on") is None and "on" not in self.errors:
            self.add_error("on", "Enter the day by which you need it")
        return given


class AnswerForm(Asked):
    """`own`: it has come back to who asked."""

    words = Words("What came of it?", needed="Write what came of it, or why you cannot")

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        cannot = [] if own else [Press("I cannot", value="cannot", kind="secondary")]
        help_text = "A sentence is enough. Whoever asked reads it."
        self.fields["words"].help_text = "" if own else help_text
        self.helper = inside(
            Question("words", rows=4), Buttons(Press("This is done", value="done"), *cannot)
        )


class SetAsideForm(Asked):
    why = Words("", needed="Write why it need not be sent. A sentence is enough.")

    def __init__(self, *args, own: bool, **kwargs):
        super().__init__(*args, **kwargs)
        asked = "Why does it need no sending?" if own else "What did its writer tell you?"
        self.fields["why"].label = asked
        self.helper = inside(Question("why", rows=4), Buttons(Press("It need not be sent")))


class TellForm(Asked):
    words = Words(
        "Your word to them",
        needed="Write them a word: nobody should be left wondering whether they were heard",
        help_text=WORD_BACK,
    )
    helper = inside(Question("words", rows=4), Buttons(Press("Give them this word")))
