"""This file knows what is asked when a next step is done, and what a word back is."""

from concerns.asking.asked import Asked, Words
from concerns.asking.govuk import Buttons, Press, Question, inside
from concerns.rules.clocks import StepKind

ASKS = {
    StepKind.DANGER_NOW: "Who told you by voice, when, and what was done at once?",
    StepKind.READ_ADDITION: "What do you make of it, and does it change anything?",
    StepKind.SUPPORT: "What is in place, since when, and who gives it?",
    StepKind.WATCH: "What was seen while watching, and by whom?",
    StepKind.PUT_RIGHT: "Who has been told that it was about another child, how, and when?",
    StepKind.AGREED_ACTION: "What was done, when, and who has been told?",
    StepKind.MISSING_FROM_ROLL: "Where is the child, and how do you know?",
}


class StepForm(Asked):
    words = Words("", needed="Write what was found or done. A sentence is enough.")

    def __init__(self, *args, kind: StepKind, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].label = ASKS[kind]
        self.helper = inside(Question("words", rows=5), Buttons(Press("This is done")))


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
        help_text="They read it as you write it. Thank them, say what you can, and name nobody.",
    )
    helper = inside(Question("words", rows=4), Buttons(Press("Give them this word")))
