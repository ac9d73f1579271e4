"""This file knows what states a concern and a referral can be in, and what may follow.

The words are what people read. `MAP.md` draws these tables; a test tries every pair of states and
only the drawn ones pass.
"""

from concerns.rules.roles import May
from concerns.rules.words import Choice


class State(Choice):
    WAITING = "waiting", "Waiting for the DSL"
    TAKEN = "taken", "Being looked at"
    DECIDED = "decided", "Decided, being carried out"
    CLOSED = "closed", "Closed"


# What the person who wrote it reads: never the lead's reasons, always that somebody has it.
TO_REPORTER = {
    State.WAITING: "Sent. Waiting for the safeguarding lead to read it.",
    State.TAKEN: "Read. A safeguarding lead has it and is deciding what to do.",
    State.DECIDED: "Decided. What was decided is being carried out.",
    State.CLOSED: "Closed. It stays with the child's picture.",
}

# state -> what may follow, and the power that moves it there
CONCERN: dict[State, dict[State, May]] = {
    State.WAITING: {
        State.TAKEN: May.TAKE,
        # Deciding is stronger than taking: whoever decides has read it and has it.
        State.DECIDED: May.DECIDE,
    },
    State.TAKEN: {State.DECIDED: May.DECIDE},
    State.DECIDED: {
        # A new decision supersedes; the state stays.
        State.DECIDED: May.DECIDE,
        # It was the wrong child's: it is to be decided again for the right one.
        State.TAKEN: May.DECIDE,
        State.CLOSED: May.CLOSE,
    },
    # Reopened by a lead it is theirs; an addition to a closed concern makes it new again, so that
    # nothing written is laid on a pile nobody reads.
    # A status that ends opens it for a watch: nothing is to be decided again.
    State.CLOSED: {
        State.TAKEN: May.CLOSE,
        State.WAITING: May.SUBMIT,
        State.DECIDED: May.DECIDE,
    },
}

OPEN = frozenset(state for state in State if state is not State.CLOSED)


def may_follow(now: State, then: State) -> bool:
    """Whether a concern in state `now` may become `then`. Source: the table above."""
    return then in CONCERN[now]


class Stage(Choice):
    """How far a referral outside the school has come. Derived from its dated rows, never stored."""

    TO_SEND = "to_send", "Decided, not sent yet"
    SENT = "sent", "Sent, waiting for an answer"
    ACKNOWLEDGED = "acknowledged", "They have it, waiting for an answer"
    ANSWERED = "answered", "Answered, waiting for the school's view"
    AGREED = "agreed", "Answered, and the school agrees"
    CHALLENGED = "challenged", "Challenged"
    SETTLED = "settled", "Challenged, and settled"
    WITHDRAWN = "withdrawn", "Not sent, agreed by a second person"


REFERRAL: dict[Stage, frozenset[Stage]] = {
    Stage.TO_SEND: frozenset({Stage.SENT, Stage.WITHDRAWN}),
    # Who does not answer may be challenged for it.
    Stage.SENT: frozenset({Stage.ACKNOWLEDGED, Stage.ANSWERED, Stage.CHALLENGED}),
    Stage.ACKNOWLEDGED: frozenset({Stage.ANSWERED, Stage.CHALLENGED}),
    Stage.ANSWERED: frozenset({Stage.AGREED, Stage.CHALLENGED}),
    # A challenge is answered in its turn, or goes to the next stage of the ladder, to the end.
    Stage.CHALLENGED: frozenset({Stage.ANSWERED, Stage.CHALLENGED, Stage.SETTLED}),
    Stage.SETTLED: frozenset({Stage.ANSWERED}),
    # An agency may change its mind, and so may the school.
    Stage.AGREED: frozenset({Stage.ANSWERED}),
    Stage.WITHDRAWN: frozenset(),
}

# At these the agency owes something: to answer, or to answer a challenge.
AWAITED = frozenset({Stage.SENT, Stage.ACKNOWLEDGED, Stage.CHALLENGED})
SETTLED = frozenset({Stage.AGREED, Stage.WITHDRAWN, Stage.SETTLED})


def referral_may_follow(now: Stage, then: Stage) -> bool:
    """Whether a referral at stage `now` may come to `then`. Source: the table above."""
    return then in REFERRAL[now]
