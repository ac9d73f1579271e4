"""Why a concern is pressing, short enough for one line of a list: "Read today: mark on the ear".

The table gives the most pressing step in short; the worries behind it follow from what was written.
Where nothing written is a worry, what its writer answered stands there instead.
The full name of each step is its label in `clocks.py`.
"""

from collections.abc import Collection

from concerns.rules.clocks import StepKind
from concerns.rules.words import RARE_BY_ACCIDENT, BodyPlace, HowKnown, Route

STEP_IN_SHORT: dict[StepKind, str] = {
    StepKind.DANGER_NOW: "In danger now: tell a named person",
    StepKind.FIRST_LOOK_NOW: "Read today",
    StepKind.FIRST_LOOK: "First look",
    StepKind.READ_ADDITION: "Read what was added",
    StepKind.DECIDE_TODAY: "Decide before home",
    StepKind.DECIDE: "Decide",
    StepKind.SEEK_ADVICE: "Get advice before parents are told",
    StepKind.SPEAK_TO_PARENTS: "Speak to parents or carers",
    StepKind.SEND_REFERRAL: "Send the referral",
    StepKind.HEAR_BACK: "Get social care's answer",
    StepKind.HEAR_BACK_OTHER: "Get the agency's answer",
    StepKind.AGREE_OR_CHALLENGE: "Agree or challenge the answer",
    StepKind.CHALLENGE: "Get an answer to the challenge",
    StepKind.PROMISE: "Find out whether the promise was kept",
    StepKind.REFER_NOW: "Refer at once: a mark, cannot yet move about",
    StepKind.REFER_AGAIN: "New sign after no further action",
    StepKind.REPORT_FGM: "The writer must report FGM to the police",
    StepKind.STILL_WORRIED: "The writer is still worried: look again",
    StepKind.ASSESSMENT: "Find out what the assessment found",
    StepKind.CONFERENCE: "Find out when the initial conference is",
    StepKind.CORE_GROUP: "Meet as a core group",
    StepKind.REVIEW_CONFERENCE: "Go to the review conference",
    StepKind.GO_TO_MEETING: "Go to the meeting",
    StepKind.AGREED_ACTION: "Do what was agreed at the meeting",
    StepKind.LOOK_AFTER: "Ask how the child is now",
    StepKind.TASK: "A colleague was asked to do something",
    StepKind.PUT_RIGHT: "Tell all who thought it was another child",
    StepKind.MISSING_FROM_ROLL: "Missing from the roll: find out why",
    StepKind.SEND_FILE: "Send the file to the new school",
    StepKind.FILE_RECEIPT: "Does the new school have the file?",
    StepKind.HOME_EDUCATION: "Home education: get the authority's answer",
    StepKind.REVIEW_PART_TIME: "Review the part-time timetable",
    StepKind.REVIEW_OFF_SITE: "Review the education off site",
    StepKind.REVIEW_ALTERNATIVE: "Review the alternative provision",
    StepKind.SUPPORT: "Put the support in place",
    StepKind.WATCH: "The watch ends: look again",
    StepKind.KEEP: "Look at the picture again",
    StepKind.NEXT_MOVE: "All is done: close, or decide again",
    StepKind.TELL_REPORTER: "Reply to the writer",
}

# Steps whose words do not say which agency they are about, and what each agency is called behind
# them.
OF_ANY_AGENCY = frozenset({
    StepKind.SEND_REFERRAL, StepKind.HEAR_BACK_OTHER, StepKind.AGREE_OR_CHALLENGE,
    StepKind.CHALLENGE, StepKind.PROMISE,
})  # fmt: skip
AGENCY_IN_SHORT: dict[Route, str] = {
    Route.SOCIAL_CARE: "social care",
    Route.POLICE: "police",
    Route.EARLY_HELP: "early help",
    Route.HEALTH: "health",
    Route.MENTAL_HEALTH: "mental health",
    Route.PREVENT: "Prevent",
    Route.SLAVERY: "modern slavery",
    Route.OTHER_AGENCY: "another agency",
}

# How it is known, where that is no worry of its own.
HOW_KNOWN_IN_SHORT: dict[str, str] = {
    HowKnown.SAW: "the writer saw it",
    HowKnown.HEARD: "the writer heard it",
    HowKnown.SOMEONE_TOLD: "somebody told the writer",
    HowKnown.FEELING: "a feeling",
}
# Whoever is worried, or not sure, has a worry.
NOT_WORRIED = "not worried about home"

# A mark whose place is not named, or has no name that reads well after "on the".
MARK_SOMEWHERE = "a visible mark"


def mark_in_words(places: Collection[str]) -> str:
    """The mark that matters most among those on `places` (values of `BodyPlace`, empty where none
    was named): "mark on the ear". Places rarely hurt by accident come first. Empty without marks.
    """
    named = [place for place in places if place and place != BodyPlace.OTHER]
    if not named:
        return MARK_SOMEWHERE if places else ""
    first = next((place for place in named if place in RARE_BY_ACCIDENT), named[0])
    return f"mark on the {BodyPlace.label_of_value(first).lower()}"


def answers_without_worry(how_known: str) -> list[str]:
    """What its writer answered about a concern that has no worry: "the writer saw it", "not worried
    about home". `how_known` is a value of `HowKnown`, or empty."""
    return [*filter(None, [HOW_KNOWN_IN_SHORT.get(how_known)]), NOT_WORRIED]


def referral_reason_in_short(kind: str, route: str) -> str:
    """Why a concern is pressing whose step is about a referral by `route`, a value of `Route`:
    "Send the referral: police"."""
    named = StepKind(kind) in OF_ANY_AGENCY
    return reason_in_short(kind, [AGENCY_IN_SHORT[Route(route)]] if named else ())


def reason_in_short(kind: str, because: Collection[str] = ()) -> str:
    """Why a concern is pressing: its most pressing step of `kind`, a value of `StepKind`, and what
    is behind it: "Read today: not sure about going home, mark on the ear"."""
    step = STEP_IN_SHORT[StepKind(kind)]
    joined = ", " if ":" in step else ": "
    return joined.join(filter(None, [step, ", ".join(because)]))
