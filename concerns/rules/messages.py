"""This file knows what is said to whom by mail, how soon, and how often it is tried.

A message says that something waits, its reference and why it was sent; never a child, a class or a
kind of worry: mail is read on trains and forwarded by mistake. What is red goes at once, everything
else in two letters a day at times each person chooses: where everything shouts, people stop reading
(a finding about other software, and a way in which children go unheard).
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules.adults import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.words import Choice

# When the two letters of a day come unless somebody chooses other times: before school, and while
# there is still time to act on the same day.
FIRST_POST, SECOND_POST = time(8), time(14, 30)

# A red message that has not gone out for so long: its author is told to go and speak to somebody.
STUCK = timedelta(minutes=15)
LONGEST_BACK_OFF = timedelta(hours=1)

# Whoever is outside is told one thing, to ring the head: not more often than this, however many
# steps come to their turn meanwhile.
OUTSIDE_AGAIN = timedelta(hours=2)


class Why(Choice):
    NEW = "new", "It has come to them"
    LATE = "late", "It was late"
    NOBODY = "nobody", "Nobody is left who may act on it"
    WORD_BACK = "word_back", "There was a word back"
    UNREAD = "unread", "What they wrote had not been read in time"
    BEGUN = "begun", "They had begun a concern and not sent it"
    UNSENT = "unsent", "A concern had been begun and not sent"


def at_once(kind: StepKind | AdultStepKind, pushed: int) -> bool:
    """Whether a message about a step of `kind`, pushed so often, is red: it waits for no post.

    A child in danger now or worried about today: from the first moment. What is next most pressing
    (rank 2 and 3: a first look, a decision before the bell, a referral), once it is late.
    """
    rank = CLOCKS[kind].rank
    return rank <= 1 or (pushed > 0 and rank <= 3)


def next_post(times: tuple[time, time], zone: str, after: datetime) -> datetime:
    """The first of a person's two `times` of day strictly after the moment `after`, aware."""
    local = after.astimezone(ZoneInfo(zone))
    days = (local.date(), local.date() + timedelta(days=1))
    posts = [datetime.combine(day, at, ZoneInfo(zone)) for day in days for at in sorted(times)]
    return next(post for post in posts if post > after)


def back_off(tries: int) -> timedelta:
    """How long to wait after the `tries`-th failure (1 or more): 1, 2, 4 minutes, at most an hour.
    It is never given up: a message that is dropped is a child nobody hears of."""
    return min(timedelta(minutes=2 ** min(tries - 1, 10)), LONGEST_BACK_OFF)


def late_line(reference: str, late: str, before: str, again: int) -> str:
    """Why a late step has come to somebody: `late` in its own calendar, who had it `before`, and
    how often everybody has been asked `again`."""
    said = f"{reference} is {late}" if late else f"{reference} waits for you"
    if before:
        said += f"; {before} had it before you and has not acted"
    if again:
        said += f"; everybody has been asked {again + 1} times"
    return said + "."


OPENING = "Something in the safeguarding record waits for you."
# What stands under every message.
CLOSING = "Sign in to see it and to act:"
QUIET = "This message names no child. Please name none if you answer it."

SUBJECTS = {
    True: "Safeguarding: please look now",
    False: "Safeguarding: what waits for you",
}
# What is told to somebody who is no holder of a step.
LINES = {
    Why.NEW: "{reference} has come to you.",
    Why.NOBODY: "Something is owed that nobody here may act on. Name a lead who may, today.",
    Why.WORD_BACK: "There is a word back for you on what you wrote ({reference}).",
    Why.UNREAD: "What you wrote ({reference}) has not been read yet: go and speak to {person}.",
    Why.BEGUN: "You began to write a concern and have not sent it. It is kept where you left it.",
    Why.UNSENT: "A colleague began to write a concern and has not sent it. Go and ask them.",
}
TO_OUTSIDE = (
    "At {school} something in the safeguarding record has been late for long, and nobody in school "
    "has acted on it. Please ring the headteacher and ask. You are told because the school has "
    "named you as the one to tell."
)
