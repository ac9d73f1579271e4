"""This file knows what an agency's answer is waited for by, and what it opens in its turn."""

from datetime import timedelta

from concerns.rules.clocks import StepKind
from concerns.rules.words import OUTSIDE, Answer, Route

# Which clock an agency's answer runs on: the authority has one working day (KCSIE); others longer.
ANSWERS: dict[Route, StepKind] = {
    route: StepKind.HEAR_BACK if route is Route.SOCIAL_CARE else StepKind.HEAR_BACK_OTHER
    for route in sorted(OUTSIDE)
}

# What an agency's answer opens, beside the school's view of it: that work has a clock too. It
# goes on after that view, and ends with the next answer, or with the meeting it waits for.
ANSWER_OPENS: dict[Answer, StepKind] = {
    Answer.ASSESSMENT: StepKind.ASSESSMENT,
    Answer.SECTION_47: StepKind.CONFERENCE,
}

# Answers with which nothing more happens: agreeing with one needs its reason.
ENDS_HELP = frozenset({Answer.NO_FURTHER, Answer.ADVICE})

# A new sign so soon after an agreed "no further action" is looked at again as a whole (KCSIE: press
# for reconsideration where the child's situation does not improve).
SIGN_AGAIN = timedelta(days=60)
