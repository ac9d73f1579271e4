"""Vocabulary, next steps and decision routes of a concern about an adult who works with children.

Kept apart from the vocabulary about children, because a concern about an adult has its own readers,
routes and outcomes (KCSIE, on allegations and on low-level concerns). Its states and the allowed
changes between them are those of a child's concern (`lifecycle.CONCERN`). Only the wording of the
states is here, because for adults it must not mention a safeguarding lead. The time limits of the
next steps are not here but in `clocks.CLOCKS`.
"""

from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Choice

# The roles that may receive the concern, in the order they are tried; see `AdultConcern.goes_to`.
READERS = (Role.HEAD, Role.CHAIR)


class AdultConcernSort(Choice):
    """How serious the writer thinks it is. Every answer is accepted, and so is none at all."""

    LOW = "low", "A low-level concern"
    HARM = "harm", "An allegation: a child may have been harmed, or may not be safe with them"
    NOT_SURE = "not_sure", "I am not sure"


class AdultStepKind(Choice):
    """The next steps of the concern. Each is owed by a post, never by a person: see `AdultStep`."""

    FIRST_LOOK_NOW = "adult_look_now", "First look, now"
    FIRST_LOOK = "adult_look", "First look"
    READ_ADDITION = "adult_added", "Read what was added"
    DECIDE_NOW = "adult_decide_now", "Decide today"
    DECIDE = "adult_decide", "Decide"
    TELL_LADO = "adult_tell_lado", "Tell the designated officer (LADO)"
    HEAR_LADO = "adult_hear_lado", "Get the LADO's answer"
    FOLLOW_LADO = "adult_follow_lado", "Ask the LADO for an update"
    TELL_POLICE = "adult_tell_police", "Tell the police"
    HEAR_POLICE = "adult_hear_police", "Get the police's answer"
    FOLLOW_POLICE = "adult_follow_police", "Ask the police for an update"
    LOOK_AGAIN = "adult_look_again", "Look at it again"
    NEXT_MOVE = "adult_next_move", "Everything decided has been done: close, or decide again"
    TELL_REPORTER = "adult_tell_writer", "Reply to the person who wrote it"


class AdultRoute(Choice):
    """The routes of a decision. Several may be chosen at once; no further action only alone."""

    LADO = "lado", "Tell the local authority's designated officer (LADO)"
    POLICE = "police", "Tell the police"
    LOW_LEVEL = "low_level", "Low-level: dealt with in school, and kept on record"
    NO_FURTHER = "no_further", "No further action"


class AdultAgency(Choice):
    """The agencies outside the school that a concern about an adult can be taken to."""

    LADO = "lado", "The designated officer (LADO)"
    POLICE = "police", "The police"


class AdultAgencyAnswer(Choice):
    """What the LADO or the police answer."""

    THEIRS = "theirs", "They lead: a meeting or an investigation follows"
    MORE = "more", "They need to know more first"
    OURS = "ours", "The school deals with it, with their advice"
    NOTHING = "nothing", "They take no further action"


class AdultOutcome(Choice):
    """How the concern ends. The first five are KCSIE's outcomes of an investigated allegation."""

    SUBSTANTIATED = "substantiated", "Substantiated: there is enough to prove it"
    UNSUBSTANTIATED = "unsubstantiated", "Unsubstantiated: neither proved nor disproved"
    UNFOUNDED = "unfounded", "Unfounded: nothing supports it"
    FALSE = "false", "False: there is enough to disprove it"
    MALICIOUS = "malicious", "Malicious: disproved, and meant to deceive"
    LOW_LEVEL = "low_level", "Low-level: dealt with, and kept on record"
    EXPLAINED = "explained", "Explained, and nothing more is needed"


class AdultEventKind(Choice):
    """The kinds of event recorded on the concern. Each is a dated row that never changes."""

    ADDED = "added", "Added by the person who wrote it"
    NOTE = "note", "Note"
    OUTSIDE = "outside", "Spoken to"
    WHOM = "whom", "Who it is about"
    HANDED = "handed", "Handed on"
    WORD_BACK = "word_back", "Reply to the person who wrote it"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Reopened"
    BROUGHT_IN = "brought_in", "Brought in to read it"
    READING_ENDED = "reading_end", "No longer reads it"


# What ends the reading of every lead whom the head brought in. Whoever has the concern then, or has
# it again, brings them in anew.
ENDS_EVERY_READING = frozenset({AdultEventKind.CLOSED, AdultEventKind.HANDED})


STATES = {
    State.WAITING: "Waiting to be read",
    State.TAKEN: "Being looked at",
    State.DECIDED: "Decided, being carried out",
    State.CLOSED: "Closed",
}

# The state in the words that the writer of the concern reads.
TO_WRITER = {
    State.WAITING: "Sent. Waiting to be read.",
    State.TAKEN: "Read. Somebody has it and is deciding what to do.",
    State.DECIDED: "Decided. What was decided is being carried out.",
    State.CLOSED: "Closed. It stays on record.",
}

LOOKS = frozenset({AdultStepKind.FIRST_LOOK_NOW, AdultStepKind.FIRST_LOOK})
TO_DECIDE = frozenset({AdultStepKind.DECIDE_NOW, AdultStepKind.DECIDE})

# The next step that each route opens. No further action opens none.
OPENS = {
    AdultRoute.LADO: AdultStepKind.TELL_LADO,
    AdultRoute.POLICE: AdultStepKind.TELL_POLICE,
    AdultRoute.LOW_LEVEL: AdultStepKind.LOOK_AGAIN,
}

TELL = {
    AdultAgency.LADO: AdultStepKind.TELL_LADO,
    AdultAgency.POLICE: AdultStepKind.TELL_POLICE,
}
HEAR = {
    AdultAgency.LADO: AdultStepKind.HEAR_LADO,
    AdultAgency.POLICE: AdultStepKind.HEAR_POLICE,
}
FOLLOW = {
    AdultAgency.LADO: AdultStepKind.FOLLOW_LADO,
    AdultAgency.POLICE: AdultStepKind.FOLLOW_POLICE,
}
# The next step after each answer. An agency that leads is asked again and again, because what the
# school has given away is most easily forgotten. One that needs to know more is told more.
AFTER = {AdultAgencyAnswer.THEIRS: FOLLOW, AdultAgencyAnswer.MORE: TELL}

# Steps that must be done before the concern may be closed. Closing ends all other steps.
HOLDS_OPEN = frozenset(
    {AdultStepKind.READ_ADDITION, *TELL.values(), *HEAR.values(), *FOLLOW.values()}
)

# Steps that end when a new decision replaces the old one.
GIVES_WAY = frozenset({AdultStepKind.LOOK_AGAIN, AdultStepKind.NEXT_MOVE})


def first_look_step_kind(sort: str) -> AdultStepKind:
    """The kind of first look that a new concern needs; `sort` is a value of Sort, or empty.

    Only a concern that its writer called low-level can wait. Possible harm, "not sure" and no
    answer at all are looked at now, because the writer need not know the threshold.
    """
    return (
        AdultStepKind.FIRST_LOOK if sort == AdultConcernSort.LOW else AdultStepKind.FIRST_LOOK_NOW
    )


def agency_step_kinds(route: AdultRoute) -> tuple[AdultStepKind, ...]:
    """The steps of a `route` outside the school: tell the agency, hear from it, follow it up.

    While one of them is open the route is not begun a second time. Raises ValueError for a route
    that does not leave the school.
    """
    agency = AdultAgency(route.value)
    return TELL[agency], HEAR[agency], FOLLOW[agency]


def decision_step_kind(sort: str) -> AdultStepKind:
    """The kind of decision step that a concern needs; `sort` is a value of Sort, or empty.

    Only a low-level concern can wait. All else is decided today, because the local authority must
    hear of an allegation within one working day (KCSIE).
    """
    return AdultStepKind.DECIDE if sort == AdultConcernSort.LOW else AdultStepKind.DECIDE_NOW


# So many concerns within so many days (half a year) may be a pattern.
SEVERAL = 3
WITHIN_DAYS = 183


def pattern_reasons(entries: int, people: int, days: int, harm: bool) -> list[str]:
    """Sentences that say why the concerns about one adult should be read together; may be empty.

    `entries` is the number of concerns, `people` the number of different writers, `days` the days
    between the first concern and the last. `harm` says that one of the other concerns was written
    or decided as an allegation. Sources: KCSIE on low-level concerns (small things are kept so that
    a pattern can be seen), and reviews that found each colleague holding one piece.
    """
    said = []
    if people > 1:
        said.append(f"{people} people have each written about the same adult.")
    elif entries > 1:
        said.append(
            "The same person has written about this adult before. They may know more than "
            "they can say."
        )
    if entries >= SEVERAL and days <= WITHIN_DAYS:
        said.append(f"There are {entries} in half a year. Small things together may be a pattern.")
    if harm:
        said.append("One of the others was an allegation: together they may meet the threshold.")
    return said
