"""Which next step waits for an agency's answer to a referral, and which step each answer opens."""

from datetime import timedelta

from concerns.rules.clocks import StepKind
from concerns.rules.words import OUTSIDE, AgencyAnswer, Route

# The step, and so the clock, that waits for the answer on each route. Social care has one working
# day (KCSIE), other agencies longer.
ANSWERS: dict[Route, StepKind] = {
    route: StepKind.HEAR_BACK if route is Route.SOCIAL_CARE else StepKind.HEAR_BACK_OTHER
    for route in sorted(OUTSIDE)
}

# The step that an answer opens in addition to the school's view of it, because the agency's work
# has a time limit too. The step stays open after that view, until the next answer or until the
# meeting it waits for.
ANSWER_OPENS: dict[AgencyAnswer, StepKind] = {
    AgencyAnswer.ASSESSMENT: StepKind.ASSESSMENT,
    AgencyAnswer.SECTION_47: StepKind.CONFERENCE,
}

# Answers after which nothing more happens. To agree with one, the school must give a reason.
ENDS_HELP = frozenset({AgencyAnswer.NO_FURTHER, AgencyAnswer.ADVICE})

# A new concern within this time after an agreed "no further action" means that the whole case is
# looked at again (KCSIE: press for reconsideration if the child's situation does not improve).
SIGN_AGAIN = timedelta(days=60)
