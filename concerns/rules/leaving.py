"""Why children leave, what is asked of each reason, and how a child's file is sent on.

The clocks of the steps that follow are in `clocks.py`: `SEND_FILE`, `FILE_RECEIPT` and
`HOME_EDUCATION`.
"""

from datetime import date

from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.words import Choice, RollAnswer

# The longest name of a place, as the roll keeps it.
LONGEST_PLACE = 150


class LeavingReason(Choice):
    """Why a child has left. "Not known" is no reason: the child is unaccounted for instead."""

    OTHER_SCHOOL = "other_school", "Another school"
    HOME_EDUCATION = "home_education", "Home education"
    ABROAD = "abroad", "Moved abroad"
    DIED = "died", "Has died"


class PupilAnswer(Choice):
    """What the office answers about one pupil who is missing from a roll file."""

    STILL_HERE = RollAnswer.STILL_HERE.value, RollAnswer.STILL_HERE.label
    YEARS_END = "years_end", "Year's end: to the school named above"
    OTHER_SCHOOL = LeavingReason.OTHER_SCHOOL.value, LeavingReason.OTHER_SCHOOL.label
    HOME_EDUCATION = LeavingReason.HOME_EDUCATION.value, LeavingReason.HOME_EDUCATION.label
    ABROAD = LeavingReason.ABROAD.value, LeavingReason.ABROAD.label
    DIED = LeavingReason.DIED.value, LeavingReason.DIED.label
    NOT_KNOWN = RollAnswer.NOT_KNOWN.value, RollAnswer.NOT_KNOWN.label


# The question where a child went, on every form that asks it, and what helps to answer it.
PLACE_QUESTION = "Which school, or which country?"
SCHOOL_HINT = "Its name and town."
PLACE_HINT = "A school with its town. Leave it empty for home education."
# What is asked where a child went, by the reason. A reason that is not here asks nothing.
PLACE_NEEDED: dict[str, str] = {
    LeavingReason.OTHER_SCHOOL: "Say which school, and its town",
    LeavingReason.ABROAD: "Say which country",
}
# The file follows a child to a school, here or abroad. For a child who is educated at home the
# authority has the case, and the school keeps its file (KCSIE, part two: the file is transferred to
# the new school or college).
FILE_FOLLOWS = frozenset({LeavingReason.OTHER_SCHOOL, LeavingReason.ABROAD})

# While one of these stands, home education needs the authority's answer, which is a next step
# (`StepKind.HOME_EDUCATION`). Section 434A of the Education Act 1996 names enquiries under section
# 47 and the action that follows them, which is what a child protection plan is.
NEEDS_ANSWER_WITH = frozenset({StatusKind.SECTION_47, StatusKind.PLAN})


class FileSentHow(Choice):
    """How a child's file was sent to the next school."""

    PACKAGE = "package", "The encrypted package made here, its passphrase by telephone"
    TRANSFER = "transfer", "Secure transfer between two systems"
    EMAIL = "email", "Encrypted e-mail"
    HAND = "hand", "By hand, against a signature"
    POST = "post", "Tracked post"


class SendingStage(Choice):
    """How far the school has come in handing over a child's file."""

    SENT = "sent", "Sent"
    CHASED = "chased", "Asked whether it has arrived"
    RECEIVED = "received", "The new school has confirmed that it has it"
    NOT_NEEDED = "not_needed", "Not sent"


# After these nothing is left to do for a child's file.
SENDING_ENDS = frozenset({SendingStage.RECEIVED, SendingStage.NOT_NEEDED})


class HomeEducationConsent(Choice):
    """What the authority said to a parent who asks to withdraw a child for home education."""

    GIVEN = "given", "The authority consents"
    REFUSED = "refused", "The authority refuses: the child goes back on the roll"


def roll_answer_for(said: PupilAnswer) -> RollAnswer:
    """What the roll records for an answer of the office."""
    if said in (PupilAnswer.STILL_HERE, PupilAnswer.NOT_KNOWN):
        return RollAnswer(said.value)
    return RollAnswer.LEFT


def reason_for(said: PupilAnswer) -> LeavingReason | None:
    """The reason for leaving in an answer of the office; None if it says of no leaving."""
    if said is PupilAnswer.YEARS_END:
        return LeavingReason.OTHER_SCHOOL
    leaves = roll_answer_for(said) is RollAnswer.LEFT
    return LeavingReason(said.value) if leaves else None


def destination_words(reason: str, place: str) -> str:
    """Where a child went, in words: "Another school: Leeds High", "Home education"."""
    return ": ".join(filter(None, [LeavingReason.label_of_value(reason), place]))


def find_leaver_fault(reason: str, place: str, left_on: date | None, today: date) -> str:
    """What is missing of a child who has left, in a sentence; "" if nothing is.

    `left_on` is None for a child who is still here; the caller says whether that is an answer.
    """
    if PLACE_NEEDED.get(reason) and not place.strip():
        return f"{PLACE_NEEDED[reason]}."
    if len(place) > LONGEST_PLACE:
        return f"Say where they went in {LONGEST_PLACE} characters or fewer."
    if left_on and left_on > today:
        return "The last day is in the future. Until then they are still here."
    return ""
