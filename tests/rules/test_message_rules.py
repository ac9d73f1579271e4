"""Tests for the wording and timing of messages: subjects, and how often one is sent again."""

from datetime import UTC, datetime, timedelta

import pytest

from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.message_rules import (
    MOST_A_DAY,
    MessageReason,
    Subject,
    is_now_message,
    late_step_sentence,
    may_send_again,
    subject_of_messages,
)

NOW = datetime(2026, 11, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_first_message_is_always_sent():
    assert may_send_again([], NOW)


@pytest.mark.parametrize(
    ("sent", "gap"), [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 480), (20, 480)]
)
def test_each_repeat_waits_longer_after_the_one_before(sent, gap):
    earlier = [NOW - timedelta(days=3) + MINUTE * number for number in range(sent - 1)] + [NOW]
    assert not may_send_again(earlier, NOW + (gap - 1) * MINUTE)
    assert may_send_again(earlier, NOW + gap * MINUTE)


def test_nobody_is_sent_a_seventh_message_within_a_day():
    earlier = [NOW + number * MINUTE for number in range(MOST_A_DAY)]
    assert not may_send_again(earlier, NOW + timedelta(hours=24) - MINUTE)
    assert may_send_again(earlier, NOW + timedelta(hours=24))


@pytest.mark.parametrize("kind", list(StepKind))
def test_only_danger_and_what_is_for_today_are_now(kind):
    assert is_now_message(kind) == (CLOCKS[kind].rank <= 1 or kind == StepKind.DECIDE_TODAY)


@pytest.mark.parametrize(
    ("messages", "subject"),
    [
        ([(MessageReason.WORD_BACK, False)], Subject.REPLY),
        ([(MessageReason.WORD_BACK, False), (MessageReason.NEW, False)], Subject.OTHER),
        ([(MessageReason.LATE, False), (MessageReason.WORD_BACK, False)], Subject.LATE),
        ([(MessageReason.NOBODY, False)], Subject.LATE),
        ([(MessageReason.UNREAD, True)], Subject.NOW),
        ([(MessageReason.BEGUN, False)], Subject.OTHER),
    ],
)
def test_the_subject_says_what_the_messages_are(messages, subject):
    assert subject_of_messages(messages) == subject


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("AAA-111", "", [], 0), "AAA-111 needs you."),
        (("AAA-111", "2 hours late", [], 0), "AAA-111 is 2 hours late."),
        (
            ("AAA-111", "2 hours late", [("Lee Lead", NOW)], 0),
            "AAA-111 is 2 hours late. These people have had an e-mail about it: "
            "Lee Lead (3 November 2026, 10:00).",
        ),
        (
            ("AAA-111", "", [], 2),
            "AAA-111 needs you. You have had 2 e-mails about it before this one.",
        ),
    ],
)
def test_a_late_step_is_told_by_what_was_delivered(given, said):
    assert late_step_sentence(*given) == said
