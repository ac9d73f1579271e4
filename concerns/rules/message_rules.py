"""The wording and timing of e-mail messages: when one is sent, what it says, when it is retried.

A message gives a reference, says that something waits and why the message was sent. It never names
a child, a class or a kind of worry, because mail is read on trains and forwarded by mistake. A red
message is sent at once; all others are collected into two e-mails a day, at times each person
chooses. If everything is urgent people stop reading: that was found about other software, and it is
one way in which children go unheard. Who gets a message is decided elsewhere.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.words import Choice

# The default local times of the two daily e-mails: before school, and early enough in the afternoon
# to act on the same day.
FIRST_POST = time(8)
SECOND_POST = time(14, 30)

# If a red message has not gone out after this time, the writer of the concern is told to go and
# speak to somebody.
STUCK = timedelta(minutes=15)
LONGEST_BACK_OFF = timedelta(hours=1)

# The adviser outside the school is told one thing, to ring the head. They are not told more often
# than this, however many late steps reach them meanwhile.
OUTSIDE_AGAIN = timedelta(hours=2)


class MessageReason(Choice):
    """Why a message was sent, in the words shown afterwards."""

    NEW = "new", "It has passed to them"
    LATE = "late", "It was late"
    NOBODY = "nobody", "Nobody is left who may act on it"
    WORD_BACK = "word_back", "Somebody replied to them"
    UNREAD = "unread", "What they wrote was not read in time"
    BEGUN = "begun", "They had started a concern and not sent it"
    UNSENT = "unsent", "A concern had been started and not sent"


def is_urgent_message(kind: StepKind | AdultStepKind, pushed: int) -> bool:
    """Whether a message about a step of `kind` is red, and so is sent at once.

    `pushed` is how often the step has been escalated. Steps of rank 0 and 1 (a child in danger now,
    or a worry about today) are red from the first moment. Steps of rank 2 and 3 (for example a
    first look, a decision before the closing bell or a referral) are red once they are late. Source
    of the ranks: `clocks.CLOCKS`.
    """
    rank = CLOCKS[kind].rank
    return rank <= 1 or (pushed > 0 and rank <= 3)


def next_post_time(times: tuple[time, time], zone: str, after: datetime) -> datetime:
    """When a person's next daily e-mail is sent: strictly after the moment `after` (aware).

    `times` are the person's two times of day, local in `zone` (an IANA name). The result is in
    `zone`.
    """
    local = after.astimezone(ZoneInfo(zone))
    days = (local.date(), local.date() + timedelta(days=1))
    posts = [datetime.combine(day, at, ZoneInfo(zone)) for day in days for at in sorted(times)]
    return next(post for post in posts if post > after)


def retry_delay(tries: int) -> timedelta:
    """How long to wait after the `tries`-th failure (1 or more): 1, 2, 4 minutes, at most an hour.

    Retries never stop, because a dropped message may be a child nobody hears of.
    """
    return min(timedelta(minutes=2 ** min(tries - 1, 10)), LONGEST_BACK_OFF)


def late_step_sentence(reference: str, late: str, before: str, again: int) -> str:
    """The sentence that tells somebody why a late step has been escalated to them.

    `reference` is the concern's; `late` is how late the step is, in words, or empty. `before` names
    who had the step before, or is empty. `again` is how many whole rounds of the ladder are done.
    """
    said = f"{reference} is {late}" if late else f"{reference} needs you"
    if before:
        said += f"; {before} had it before you and has not acted"
    if again:
        said += f"; everybody has been asked {again + 1} times"
    return said + "."


OPENING = "Something in the safeguarding record needs you."
# Ends every message.
CLOSING = "Sign in to see it and to act:"
QUIET = "This message does not name a child. If you answer it, please do not name one."

SUBJECTS = {
    True: "Safeguarding: please look now",
    False: "Safeguarding: what needs you",
}
# Messages to people who do not hold the step.
LINES = {
    MessageReason.NEW: "{reference} has been passed to you.",
    MessageReason.NOBODY: "There is a next step that nobody here may act on. Today, appoint a "
    "lead who may.",
    MessageReason.WORD_BACK: "There is a reply to what you wrote ({reference}).",
    MessageReason.UNREAD: "What you wrote ({reference}) has not been read yet. Go and speak to "
    "{person}.",
    MessageReason.BEGUN: "You started to write a concern and have not sent it. It is saved under "
    "“My concerns”.",
    MessageReason.UNSENT: "A colleague started to write a concern and has not sent it. Go and ask "
    "them.",
}
TO_OUTSIDE = (
    "At {school} something in the safeguarding record has been late for a long time, and nobody "
    "in school has acted on it. Please ring the headteacher and ask. You get this message because "
    "the school has named you as its outside adviser."
)
