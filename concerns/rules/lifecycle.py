"""The states of a concern and the stages of a referral, and which changes are allowed.

The labels are shown to people. `MAP.md` shows these tables, and a test tries every pair of states:
only those in the tables are accepted.
"""

from concerns.rules.roles import May
from concerns.rules.words import Choice


class State(Choice):
    """The state of a concern. The labels are for children; `adults.STATES` has those for adults."""

    WAITING = "waiting", "Waiting for the DSL"
    TAKEN = "taken", "Being looked at"
    DECIDED = "decided", "Decided, being carried out"
    CLOSED = "closed", "Closed"


# The state in the words that the writer of the concern reads. They never give the lead's reasons,
# and always say whether somebody has it.
TO_REPORTER = {
    State.WAITING: "Sent. Waiting for the safeguarding lead to read it.",
    State.TAKEN: "Read. A safeguarding lead has it and is deciding what to do.",
    State.DECIDED: "Decided. What was decided is being carried out.",
    State.CLOSED: "Closed. It stays on the child's record.",
}

# For each state: the states that may follow, and the power that is needed for the change.
CONCERN: dict[State, dict[State, May]] = {
    State.WAITING: {
        State.TAKEN: May.TAKE,
        # Deciding includes taking: whoever decides has read the concern and holds it.
        State.DECIDED: May.DECIDE,
    },
    State.TAKEN: {State.DECIDED: May.DECIDE},
    State.DECIDED: {
        # A new decision supersedes the old one; the state stays the same.
        State.DECIDED: May.DECIDE,
        # It was filed under the wrong child and must be decided again for the right one.
        State.TAKEN: May.DECIDE,
        State.CLOSED: May.CLOSE,
    },
    # TAKEN: a lead has reopened it and holds it. WAITING: something was added to the closed
    # concern, so it must be read like a new one. DECIDED: a status has ended and the concern is
    # opened for a watch, with nothing to decide again.
    State.CLOSED: {
        State.TAKEN: May.CLOSE,
        State.WAITING: May.SUBMIT,
        State.DECIDED: May.DECIDE,
    },
}

OPEN = frozenset(state for state in State if state is not State.CLOSED)


def may_concern_become(now: State, then: State) -> bool:
    """Whether a concern in state `now` may change to state `then`. Source: `CONCERN`."""
    return then in CONCERN[now]


class ReferralStage(Choice):
    """How far a referral to an agency has come. Computed from its dated events, never stored."""

    TO_SEND = "to_send", "Decided, not sent yet"
    SENT = "sent", "Sent, waiting for an answer"
    ACKNOWLEDGED = "acknowledged", "They have it, waiting for an answer"
    ANSWERED = "answered", "Answered, waiting for the school's view"
    AGREED = "agreed", "Answered, and the school agrees"
    CHALLENGED = "challenged", "Challenged"
    SETTLED = "settled", "Challenged, and settled"
    WITHDRAWN = "withdrawn", "Not sent, agreed by a second person"


# For each stage: the stages that may follow.
REFERRAL: dict[ReferralStage, frozenset[ReferralStage]] = {
    ReferralStage.TO_SEND: frozenset({ReferralStage.SENT, ReferralStage.WITHDRAWN}),
    # An agency may be challenged for not answering.
    ReferralStage.SENT: frozenset(
        {ReferralStage.ACKNOWLEDGED, ReferralStage.ANSWERED, ReferralStage.CHALLENGED}
    ),
    ReferralStage.ACKNOWLEDGED: frozenset({ReferralStage.ANSWERED, ReferralStage.CHALLENGED}),
    ReferralStage.ANSWERED: frozenset({ReferralStage.AGREED, ReferralStage.CHALLENGED}),
    # A challenge is answered, goes on to the next rung of its ladder, or is settled.
    ReferralStage.CHALLENGED: frozenset(
        {ReferralStage.ANSWERED, ReferralStage.CHALLENGED, ReferralStage.SETTLED}
    ),
    # What was promised may not be done: then it is challenged again.
    ReferralStage.SETTLED: frozenset({ReferralStage.ANSWERED, ReferralStage.CHALLENGED}),
    # An agency may change its answer later, and the school its view, or not do what it said.
    ReferralStage.AGREED: frozenset({ReferralStage.ANSWERED, ReferralStage.CHALLENGED}),
    ReferralStage.WITHDRAWN: frozenset(),
}

# Stages at which the agency owes an answer, to the referral or to a challenge.
AWAITED = frozenset({ReferralStage.SENT, ReferralStage.ACKNOWLEDGED, ReferralStage.CHALLENGED})
# Stages at which nothing is open between the school and the agency.
SETTLED = frozenset({ReferralStage.AGREED, ReferralStage.WITHDRAWN, ReferralStage.SETTLED})


def may_referral_become(now: ReferralStage, then: ReferralStage) -> bool:
    """Whether a referral may go from stage `now` to stage `then`. Source: `REFERRAL`."""
    return then in REFERRAL[now]
