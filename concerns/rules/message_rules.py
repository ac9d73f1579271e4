"""The wording and timing of e-mail messages: when one is sent, what it says, when it is retried.

A message gives a reference, says that something waits and why the message was sent. It never names
a child, a class or a kind of worry, because mail is read on trains and forwarded by mistake. A red
message is sent at once; all others are collected into two e-mails a day, at times each person
chooses. If everything is urgent people stop reading: that was found about other software, and it is
one way in which children go unheard. Who gets a message is decided elsewhere.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.wording import format_date_or_time, number_with_noun
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

# How long after the last message about a step the same person may be sent the next one about it:
# first a quarter of an hour, then more and more. One red concern in a small school once sent its
# head 131 messages in three days, and people silence what they are sent so often.
REPEAT_AFTER = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 480))
# And never more than this many in any 24 hours, about one step, to one person.
MOST_A_DAY = 6
A_DAY = timedelta(hours=24)


class MessageReason(Choice):
    """Why a message was sent, in the words shown afterwards."""

    NEW = "new", "It was theirs to do"
    LATE = "late", "It was late"
    NOBODY = "nobody", "Nobody is left who may act on it"
    NOBODY_READS = "no_reader", "Nobody is left who may act on what they wrote"
    WORD_BACK = "word_back", "Somebody replied to them"
    UNREAD = "unread", "Nobody had said in time that they have what they wrote"
    BEGUN = "begun", "They had started a concern and not sent it"
    UNSENT = "unsent", "A concern had been started and not sent"
    EXPORT = "export", "Somebody had asked to take out the whole school in one file"
    MANY_FILES = "many_files", "Somebody had opened the files of unusually many children"


def is_urgent_message(kind: StepKind | AdultStepKind, pushed: int) -> bool:
    """Whether a message about a step of `kind` is red, and so is sent at once.

    `pushed` is how often the step has been escalated. Steps of rank 0 and 1 (a child in danger now,
    or a worry about today) are red from the first moment. Steps of rank 2 and 3 (for example a
    first look, a decision before the closing bell or a referral) are red once they are late. Source
    of the ranks: `clocks.CLOCKS`.
    """
    rank = CLOCKS[kind].rank
    return rank <= 1 or (pushed > 0 and rank <= 3)


def is_now_message(kind: StepKind | AdultStepKind) -> bool:
    """Whether a message about a step of `kind` asks to look now: danger, and what is for today.

    If every message said so, none would be believed. Source of the ranks: `clocks.CLOCKS`.
    """
    return CLOCKS[kind].rank <= 1 or kind is StepKind.DECIDE_TODAY


def may_send_again(earlier: Sequence[datetime], now: datetime) -> bool:
    """Whether somebody who was sent messages about a step at `earlier` may be sent one at `now`.

    `earlier` are aware moments, oldest first. If not, the next person on the ladder is told instead
    (`doors/clock_round.py`). See `REPEAT_AFTER` and `MOST_A_DAY`.
    """
    if not earlier:
        return True
    gap = REPEAT_AFTER[min(len(earlier), len(REPEAT_AFTER)) - 1]
    lately = sum(moment > now - A_DAY for moment in earlier)
    return now - earlier[-1] >= gap and lately < MOST_A_DAY


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


def late_step_sentence(
    reference: str, late: str, others: Sequence[tuple[str, datetime]], to_you: int
) -> str:
    """The sentence that tells somebody why they get a message about a late step.

    `reference` is the concern's; `late` is how late the step is, in words, or empty. `others` are
    the people who have had an e-mail about it, and when they had the last one: only what was
    delivered, because nobody may be said to have been silent about what they were never told.
    `to_you` is how many e-mails about it the reader of the sentence has had before.
    """
    said = f"{reference} is {late}." if late else f"{reference} needs you."
    if others:
        had = ", ".join(f"{name} ({format_date_or_time(at)})" for name, at in others)
        said += f" These people have had an e-mail about it: {had}."
    if to_you:
        said += f" You have had {number_with_noun(to_you, 'e-mail')} about it before this one."
    return said


OPENING = "Something in the safeguarding record needs you."
# Ends every message.
CLOSING = "Sign in to see it and to act:"
QUIET = "This message does not name a child. If you answer it, please do not name one."


class Subject(StrEnum):
    """The subject of an e-mail. Only danger, and what is for today, ask to look now."""

    NOW = "Safeguarding: please look now"
    LATE = "Safeguarding: late, and waiting for you"
    REPLY = "Safeguarding: a reply to what you wrote"
    OUTSIDE = "Safeguarding: please ring the school"
    OTHER = "Safeguarding: what needs you"


def subject_of_messages(messages: Sequence[tuple[MessageReason, bool]]) -> Subject:
    """The subject of an e-mail with `messages`: the reason of each, and whether it asks to look now
    (`is_now_message`)."""
    if any(now for _, now in messages):
        return Subject.NOW
    reasons = {reason for reason, _ in messages}
    if reasons & {MessageReason.LATE, MessageReason.NOBODY, MessageReason.UNREAD}:
        return Subject.LATE
    return Subject.REPLY if reasons == {MessageReason.WORD_BACK} else Subject.OTHER


# To whoever is given a concern that somebody else had.
HANDED_OVER = "{reference} has been passed to you."
# Messages that do not say how late something is.
LINES = {
    MessageReason.NEW: "{reference} is waiting for you.",
    MessageReason.NOBODY: "There is a next step that nobody here may act on. Today, appoint a "
    "lead who may.",
    MessageReason.NOBODY_READS: "At the moment nobody here may act on what you wrote "
    "({reference}). If the child needs help, ring children's social care yourself: {number}. "
    "Anyone may ring.",
    MessageReason.WORD_BACK: "There is a reply to what you wrote ({reference}).",
    # A lead may have opened the page: what is known is that nobody has taken it.
    MessageReason.UNREAD: "Nobody has said yet that they have what you wrote ({reference}). Go and "
    "speak to {person}.",
    MessageReason.BEGUN: "You started to write a concern and have not sent it. It is saved under "
    "“My concerns”.",
    MessageReason.UNSENT: "A colleague started to write a concern and has not sent it. Go and ask "
    "them.",
}
# To the writer of a concern about an adult, whom nobody here may read.
NOBODY_READS_OF_ADULT = (
    "At the moment nobody here may read what you wrote ({reference}). Do not wait for that to "
    "change: ring the designated officer at the council (LADO): {number}. Anyone may ring."
)
# To whoever may allow it.
WHOLE_EXPORT = (
    "{person} asks to take out the children of the whole school in one file. Speak to them, then "
    "answer it under Tracker, “To take out the whole school”."
)
# To the head, about a reader, and to the chair, about the head: numbers alone.
MANY_FILES_OF_READER = (
    "{person} asked for the files of {files} children {window}, and was asked why. Speak to them. "
    "What they wrote about it stands under Staff, “Who opened many files”."
)
MANY_FILES_OF_HEAD = (
    "The headteacher asked for the files of {files} children {window}, and was asked why. Speak to "
    "them."
)
# The same where nobody in school may act on something, late or not: nobody was silent.
NOBODY_TO_OUTSIDE = (
    "At {school} there is something in the safeguarding record that nobody in school may act on. "
    "Please ring the chair of governors and ask them to appoint somebody who may. You get this "
    "message because the school has named you as its outside adviser."
)
TO_OUTSIDE = (
    "At {school} something in the safeguarding record is late and has not been done. Please ring "
    "the headteacher and ask. You get this message because the school has named you as its outside "
    "adviser."
)
