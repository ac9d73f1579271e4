"""Draws `MAP.md`: the tables of `rules/` as one page that a safeguarding lead can read.

`manage.py map` writes the page; with `--check` it says whether the page is current.
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from concerns.rules.adult_vocabulary import HOLDS_OPEN, OPENS, AdultRoute, AdultStepKind
from concerns.rules.agency_answers import ANSWER_OPENS
from concerns.rules.attachments import KINDS, LARGEST, MEGABYTE, MOST_AT_ONCE, FileFault
from concerns.rules.calendars import WAKING_FROM, WAKING_UNTIL
from concerns.rules.caseload import CaseloadGround, ReadingReasonWord
from concerns.rules.challenge_ladder import ChallengeRung
from concerns.rules.clocks import (
    BREAK_HOURS,
    CLOCKS,
    HOLD_OPEN,
    NAMED,
    NEXT,
    Clock,
    ClockUnit,
    StepKind,
)
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import CONCERN, REFERRAL, TO_REPORTER, ReferralStage, State
from concerns.rules.meeting_rules import OPENS as OPENS_BY
from concerns.rules.meeting_rules import REVIEWED_WITHIN, MeetingKind
from concerns.rules.reader_parts import PART_KIND_OF_ROLE, USUAL_CATEGORIES
from concerns.rules.roles import (
    MUST_HAVE_FACTOR,
    ROLES,
    WITHOUT_FACTOR,
    May,
    Role,
    roles_with_power,
)
from concerns.rules.sign_on import FACTOR_CLAIMS, SignOnKind
from concerns.rules.staff_approval import (
    GIVEN_BY_THE_HEAD,
    StaffRequestMatter,
    approval_refusal,
    may_change_unapproved,
)
from concerns.rules.watching import LEVELS, REVIEWS, WatchReason
from concerns.rules.words import LIGHT, OUTSIDE, Route

FILE = Path(__file__).with_name("MAP.md")


def draw_map_page() -> str:
    """The whole text of MAP.md, in Markdown, from the tables as they are now."""
    parts = (
        "# What the product may ever do\n\nDrawn from the tables beside this page by `make map`.\n",
        _draw_powers(),
        _draw_reader_parts(),
        _draw_caseload(),
        _draw_staff_changes(),
        _draw_sign_on(),
        _draw_concern_states(),
        _draw_referral_stages(),
        _draw_agency_answers(),
        _draw_meetings(),
        _draw_clocks(),
        _draw_decision_routes(),
        _draw_adult_routes(),
        _draw_watches(),
        _draw_files(),
        "## What the ledger can hold\n\n" + _markdown_table(("kind", "in words"), Kind.choices()),
    )
    return "\n".join(parts)


def _markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _draw_files() -> str:
    """Which files may be added to a concern, and why others are not kept."""
    kinds = ((kind.label, ", ".join(rule.endings)) for kind, rule in KINDS.items())
    return (
        "## Files that may be added to a concern\n\n"
        f"{LARGEST // MEGABYTE} MB each, and {MOST_AT_ONCE} at once. The name and the content must"
        " agree. Pictures are drawn anew.\n\n"
        + _markdown_table(("kind", "its name ends in"), kinds)
        + "\nWhat is not kept stops nothing, and is listed with the reason:\n\n"
        + _markdown_table(("why", "in words"), FileFault.choices())
    )


def _draw_powers() -> str:
    """Who may do what, and what of it a session opened with a password alone may do."""
    rows = [
        (
            power.value,
            *("yes" if power in ROLES[role] else "" for role in Role),
            "yes" if power in WITHOUT_FACTOR else "",
        )
        for power in May
    ]
    must = ", ".join(role.title_words for role in Role if role in MUST_HAVE_FACTOR)
    words = (
        "The last column: what is left to anybody in a session without a second factor, once the "
        f"days of grace are over. These posts must have one: {must}."
    )
    heads = ("may", *(role.title_words for role in Role), "with a password alone")
    return f"## Who may do what\n\n{words}\n\n" + _markdown_table(heads, rows)


def _draw_reader_parts() -> str:
    """Which roles read a part of the record, and how each part is drawn."""
    rows = [
        (
            role.title_words,
            kind.label,
            ", ".join(category.label for category in USUAL_CATEGORIES.get(role, ())),
        )
        for role, kind in PART_KIND_OF_ROLE.items()
    ]
    words = (
        "Of years, classes and named children, on the roll: they see the concerns that are about a "
        "child of their part, of a concern about several children what is for theirs, and the "
        "files of those children. Of categories: they see the concerns in them, and nothing else "
        "of the children. None of them sees next steps. A lead or the head says which years, "
        "children or categories, from when until when."
    )
    heads = ("who reads a part", "which", "ticked at first")
    return f"## Who reads a part of the record\n\n{words}\n\n" + _markdown_table(heads, rows)


def _draw_caseload() -> str:
    """Whose caseload a child's file is in, and what is offered to whoever opens another."""
    grounds = [(ground.label,) for ground in CaseloadGround]
    reasons = "; ".join(word.label for word in ReadingReasonWord)
    words = (
        "Whoever reads of every child is asked why, once a week for each file, before they open "
        f"one that is in their caseload for none of these reasons. Offered as answers: {reasons}."
    )
    heads = ("in the caseload of a reader",)
    return f"## Reading outside a caseload\n\n{words}\n\n" + _markdown_table(heads, grounds)


def _draw_staff_changes() -> str:
    """Who may make each change to the staff alone, and who may answer once it was asked for."""
    heads = ("change", "for", "made alone by", "when asked for, answered by")
    rows = [
        (matter.label, _whom_it_concerns(matter, opens), *_who_changes(matter, opens))
        for matter in StaffRequestMatter
        for opens in (False, True)
    ]
    words = (
        "Nobody answers what they asked for themselves, nor what gives themselves another power, "
        "password or address."
    )
    return f"## Who may change the staff\n\n{words}\n\n" + _markdown_table(heads, rows)


def _whom_it_concerns(matter: StaffRequestMatter, opens: bool) -> str:
    if matter is not StaffRequestMatter.POST:
        return "whoever reads the record" if opens else "everybody else"
    return ", ".join(role.title_words for role in Role if (role in GIVEN_BY_THE_HEAD) is opens)


def _who_changes(matter: StaffRequestMatter, opens: bool) -> tuple[str, str]:
    """(who may make the change for somebody else alone, who may answer a request for it)."""
    keep = [role for role in Role if role in roles_with_power(May.PEOPLE)]
    alone = [
        role.title_words
        for role in keep
        if may_change_unapproved(matter, frozenset({role}), opens=opens, oneself=False)
    ]
    answers = [
        role.title_words
        for role in keep
        if not approval_refusal(
            matter, frozenset({role}), Role.STAFF, opens=opens, asked_it=False, oneself=False
        )
    ]
    return ", ".join(alone), ", ".join(answers)


def _draw_sign_on() -> str:
    """Which claims of a provider of single sign-on count as a second factor."""
    rows: list[tuple[str, ...]] = []
    for kind in SignOnKind:
        for row in FACTOR_CLAIMS[kind]:
            value = row.value or "the authentication context that the configuration names"
            rows.append((kind.label, row.claim, value, row.source))
        if not FACTOR_CLAIMS[kind]:
            rows.append((kind.label, "none", "", "it says nothing of second factors"))
    return (
        "## Single sign-on: what counts as a second factor\n\n"
        "Only from a provider whose configuration says that it is trusted for this, and only if it "
        "was given in the last 15 minutes, by `auth_time`.\n\n"
        + _markdown_table(("provider", "claim", "is or contains", "source"), rows)
    )


def _draw_concern_states() -> str:
    arrows = "".join(
        f"    {now.value} --> {then.value}: {power.name.lower()}\n"
        for now, follow in CONCERN.items()
        for then, power in follow.items()
    )
    words = [(state.label, TO_REPORTER[state]) for state in State]
    return (
        "## A concern\n\n```mermaid\nstateDiagram-v2\n    [*] --> waiting: submit\n"
        f"{arrows}```\n\n" + _markdown_table(("state", "what its writer reads"), words)
    )


def _draw_referral_stages() -> str:
    arrows = "".join(
        f"    {now.value} --> {then.value}\n"
        for now, follow in REFERRAL.items()
        for then in sorted(follow)
    )
    words = [(stage.value, stage.label) for stage in ReferralStage]
    return (
        f"## A referral\n\n```mermaid\nstateDiagram-v2\n    [*] --> to_send\n{arrows}```\n\n"
        + _markdown_table(("stage", "in words"), words)
    )


def _draw_watches() -> str:
    weeks = ", ".join(map(str, REVIEWS))
    rows = [(because.value, because.label) for because in WatchReason]
    levels = [(kind.label, str(level)) for kind, level in LEVELS.items()]
    return (
        f"## What is watched when it ends\n\nReviews after {weeks} school weeks. A status that "
        "ends with none as high left lowers.\n\n"
        + _markdown_table(("watched", "because"), rows)
        + "\n"
        + _markdown_table(("status", "level"), levels)
    )


def _draw_agency_answers() -> str:
    opens = [(answer.label, ANSWER_OPENS[answer].label) for answer in ANSWER_OPENS]
    rungs = " then ".join(rung.label for rung in ChallengeRung)
    return (
        "## What an answer opens, beside the school's view of it\n\n"
        + _markdown_table(("answer", "opens"), opens)
        + f"\nA challenge goes to: {rungs}, then round again until it is answered or settled.\n"
    )


def _draw_meetings() -> str:
    rows = [
        (
            kind.label,
            " and ".join(step.label for step in OPENS_BY[kind]),
            _review_limit_in_words(kind),
        )
        for kind in MeetingKind
    ]
    return "## What a meeting opens\n\n" + _markdown_table(
        ("meeting", "opens", "review within"), rows
    )


def _review_limit_in_words(kind: MeetingKind) -> str:
    return f"{REVIEWED_WITHIN[kind]} months" if kind in REVIEWED_WITHIN else ""


def _draw_clocks() -> str:
    rows = [
        (
            f"About an adult: {kind.label}" if kind in AdultStepKind else kind.label,
            clock.holder.title_words if clock.holder else NAMED[kind],
            _clock_length_in_words(clock),
            " then ".join(role.title_words for role in clock.climbs),
            "yes" if kind in HOLD_OPEN | HOLDS_OPEN else "",
        )
        for kind, clock in sorted(CLOCKS.items(), key=lambda row: row[1].rank)
    ]
    heads = ("next step", "held by", "due", "climbs to", "holds it open")
    return (
        "## Every next step, most pressing first\n\n"
        + _markdown_table(heads, rows)
        + "\nWhat is due in school minutes does not wait out a weekend, a closure or a break. "
        "Where the limit would reach past the last bell before one, it is due "
        f"{BREAK_HOURS // timedelta(hours=1)} real hours after it was written (sooner if the "
        "school's own figure is shorter, and not before that bell). Until school opens again it "
        f"climbs by the clock on the wall, from {WAKING_FROM:%H:%M} to {WAKING_UNTIL:%H:%M}.\n"
    )


def _clock_length_in_words(clock: Clock) -> str:
    if clock.unit is ClockUnit.DATE:
        return "on its own date"
    if clock.unit is ClockUnit.BELL:
        return "by the closing bell, never over a weekend"
    if not clock.amount:
        return "at once" if clock.unit is ClockUnit.MINUTES else f"the same {clock.calendar} day"
    unit = clock.unit.removesuffix("s") if clock.amount == 1 else clock.unit
    over_no_break = ", never over a weekend" if clock.in_school_minutes else ""
    return f"{clock.amount} {clock.calendar} {unit}{over_no_break}"


def _draw_decision_routes() -> str:
    rows = [
        (
            route.label,
            NEXT[route].label if route in NEXT else StepKind.NEXT_MOVE.label,
            "yes" if route in OUTSIDE else "",
            "yes" if route in LIGHT else "",
        )
        for route in Route
    ]
    heads = ("route of a decision", "opens", "leaves the school", "may be light")
    return "## What a decision opens\n\n" + _markdown_table(heads, rows)


def _draw_adult_routes() -> str:
    rows = [
        (route.label, OPENS[route].label if route in OPENS else AdultStepKind.NEXT_MOVE.label)
        for route in AdultRoute
    ]
    heads = ("route of a decision", "opens")
    return "## What a decision about an adult opens\n\n" + _markdown_table(heads, rows)
