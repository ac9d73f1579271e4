"""This file knows what may be said, owed and decided about an adult who works with children.

Apart from the words about children: a concern about an adult has its own readers, its own routes
and its own outcomes (the guidance on allegations and on low-level concerns). States are the same as
a child's concern's, and so is what may follow what (`lifecycle.CONCERN`); their words are here,
since no safeguarding lead stands in them.
"""

from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Choice

# Who may be the one it goes to, in the order they are tried; see `AdultConcerns.goes_to`.
READERS = (Role.HEAD, Role.CHAIR)


class Sort(Choice):
    """What the writer takes it for. All are taken; none has to be chosen."""

    LOW = "low", "A low-level concern"
    HARM = "harm", "An allegation: a child may have been harmed, or may not be safe with them"
    NOT_SURE = "not_sure", "I am not sure"


class AdultStepKind(Choice):
    """What is owed on it. Every one is owed by a post and not by a person: see `AdultStep`."""

    FIRST_LOOK_NOW = "adult_look_now", "First look, now"
    FIRST_LOOK = "adult_look", "First look"
    READ_ADDITION = "adult_added", "Read what was added"
    DECIDE_NOW = "adult_decide_now", "Decide today"
    DECIDE = "adult_decide", "Decide"
    TELL_LADO = "adult_tell_lado", "Tell the designated officer (LADO)"
    HEAR_LADO = "adult_hear_lado", "Hear what the LADO says"
    FOLLOW_LADO = "adult_follow_lado", "Ask the LADO how it stands"
    TELL_POLICE = "adult_tell_police", "Tell the police"
    HEAR_POLICE = "adult_hear_police", "Hear what the police will do"
    FOLLOW_POLICE = "adult_follow_police", "Ask the police how it stands"
    LOOK_AGAIN = "adult_look_again", "Look at it again"
    NEXT_MOVE = "adult_next_move", "All that was decided is done: close, or decide again"
    TELL_REPORTER = "adult_tell_writer", "Give the person who wrote it a word back"


class AdultRoute(Choice):
    """What a decision can lead to. Several at once; no further action only by itself."""

    LADO = "lado", "Tell the local authority's designated officer (LADO)"
    POLICE = "police", "Tell the police"
    LOW_LEVEL = "low_level", "Low-level: dealt with in school, and kept"
    NO_FURTHER = "no_further", "No further action"


class Agency(Choice):
    LADO = "lado", "The designated officer (LADO)"
    POLICE = "police", "The police"


class AdultAnswer(Choice):
    """What they say."""

    THEIRS = "theirs", "They lead: a meeting or an investigation follows"
    MORE = "more", "They need to know more first"
    OURS = "ours", "The school deals with it, with their advice"
    NOTHING = "nothing", "They take no further action"


class AdultOutcome(Choice):
    """How it ends. The first five are the guidance's words for an allegation that was looked at."""

    SUBSTANTIATED = "substantiated", "Substantiated: there is enough to prove it"
    UNSUBSTANTIATED = "unsubstantiated", "Unsubstantiated: neither proved nor disproved"
    UNFOUNDED = "unfounded", "Unfounded: nothing supports it"
    FALSE = "false", "False: there is enough to disprove it"
    MALICIOUS = "malicious", "Malicious: disproved, and meant to deceive"
    LOW_LEVEL = "low_level", "Low-level: dealt with, and kept"
    EXPLAINED = "explained", "Explained, and nothing more is needed"


class Happened(Choice):
    """What may be written below it, each a dated row that never changes."""

    ADDED = "added", "Added by who wrote it"
    NOTE = "note", "Note"
    OUTSIDE = "outside", "Spoken to"
    WHOM = "whom", "Whom it is about"
    HANDED = "handed", "Handed on"
    WORD_BACK = "word_back", "Word back to who wrote it"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Reopened"


STATES = {
    State.WAITING: "Waiting to be read",
    State.TAKEN: "Being looked at",
    State.DECIDED: "Decided, being carried out",
    State.CLOSED: "Closed",
}

# What the person who wrote it reads.
TO_WRITER = {
    State.WAITING: "Sent. Waiting to be read.",
    State.TAKEN: "Read. Somebody has it and is deciding what to do.",
    State.DECIDED: "Decided. What was decided is being carried out.",
    State.CLOSED: "Closed. It is kept.",
}

LOOKS = frozenset({AdultStepKind.FIRST_LOOK_NOW, AdultStepKind.FIRST_LOOK})
TO_DECIDE = frozenset({AdultStepKind.DECIDE_NOW, AdultStepKind.DECIDE})

# What each route opens. No further action opens nothing of its own.
OPENS = {
    AdultRoute.LADO: AdultStepKind.TELL_LADO,
    AdultRoute.POLICE: AdultStepKind.TELL_POLICE,
    AdultRoute.LOW_LEVEL: AdultStepKind.LOOK_AGAIN,
}

TELL = {
    Agency.LADO: AdultStepKind.TELL_LADO,
    Agency.POLICE: AdultStepKind.TELL_POLICE,
}
HEAR = {
    Agency.LADO: AdultStepKind.HEAR_LADO,
    Agency.POLICE: AdultStepKind.HEAR_POLICE,
}
FOLLOW = {
    Agency.LADO: AdultStepKind.FOLLOW_LADO,
    Agency.POLICE: AdultStepKind.FOLLOW_POLICE,
}
# Whoever leads outside is asked again and again: what they have taken over goes quiet most easily.
AFTER = {AdultAnswer.THEIRS: FOLLOW, AdultAnswer.MORE: TELL}

# What must be done before it may be closed; the rest ends with the closing.
HOLDS_OPEN = frozenset(
    {AdultStepKind.READ_ADDITION, *TELL.values(), *HEAR.values(), *FOLLOW.values()}
)

# What ends when a new decision takes the place of the old.
GIVES_WAY = frozenset({AdultStepKind.LOOK_AGAIN, AdultStepKind.NEXT_MOVE})


def first_step(sort: str) -> AdultStepKind:
    """What is owed from the first moment. What may be harm, and what nobody has called low, is
    looked at now: the writer need not know the threshold."""
    return AdultStepKind.FIRST_LOOK if sort == Sort.LOW else AdultStepKind.FIRST_LOOK_NOW


def under_way(route: AdultRoute) -> tuple[AdultStepKind, ...]:
    """What is owed while `route`, which leads outside, is on its way: it is not begun twice."""
    agency = Agency(route.value)
    return TELL[agency], HEAR[agency], FOLLOW[agency]


def decide_step(sort: str) -> AdultStepKind:
    """The authority is to hear of an allegation within one working day: so it is decided today."""
    return AdultStepKind.DECIDE if sort == Sort.LOW else AdultStepKind.DECIDE_NOW


SEVERAL, WITHIN_DAYS = 3, 183


def reasons(entries: int, people: int, days: int, harm: bool) -> list[str]:
    """Why several concerns about one adult are looked at together, in sentences; none for one.

    `days` lie between the first and the last; `harm`: one of the others was written or decided to
    be an allegation. Sources: the guidance on low-level concerns (small things are kept so that
    they can be seen together), and reviews that found each colleague holding one piece.
    """
    said = []
    if people > 1:
        said.append(f"{people} people wrote of the same adult, each by themselves.")
    elif entries > 1:
        said.append("The same person has come back: they may be seeing more than they can say.")
    if entries >= SEVERAL and days <= WITHIN_DAYS:
        said.append(f"{entries} in half a year: what is small by itself may be a pattern.")
    if harm:
        said.append("One of the others was an allegation: together they may meet the threshold.")
    return said
