"""Counts the figures of a simulated year, and what was lost: every LOST figure must be none."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from concerns.models import Concern, LedgerLine, Letter, Notice, Post, School, Step
from concerns.models.outbox.notice import NoticeEnding
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules import calendars
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.message_rules import MessageReason
from concerns.rules.roles import Role
from tests.bench.leads import THEIRS
from tests.bench.post import Arrived
from tests.bench.secondary import LONDON, day_of, every_day, moment, within

# A letter waits for the next post, which is never a day away, and then for a round; what failed is
# tried again within the hour.
POSTED = timedelta(hours=28)
TRIED_AGAIN = timedelta(hours=4)
RUNGS = ("none: done before a round", "1", "2", "3", "4", "outside", "again round")


def lost(
    school: School, now: datetime, written: Iterable, arrived: list[Arrived], works_since: datetime
) -> dict[str, int]:
    """Counts what was lost at `now`, by name.

    `written` are the receipts people hold; `arrived` is what the mail server took; it has worked
    since `works_since`.
    """
    on_record = set(Concern.objects.filter(school=school).values_list("uid", flat=True))
    waiting = Notice.objects.filter(school=school).still_pending()
    works = works_since <= now - TRIED_AGAIN
    never = waiting.filter(made_at__lt=now - POSTED) if works else waiting.none()
    times = Counter(one.number for one in arrived)
    told = Notice.objects.filter(school=school, ended=NoticeEnding.SENT)
    lines = LedgerLine.objects.filter(school=school, kind=Kind.NOTICED).count()
    here = sum(one.lines for one in arrived)
    return {
        "open without a step that somebody can do": len(
            list(find_integrity_breaches(school, day_of(now)))
        ),
        "concerns written, and not on record": len(set(written) - on_record),
        "notices that never ended though mail works": never.count(),
        "messages sent twice": sum(number - 1 for number in times.values()),
        "things told, more or fewer than on record": abs(told.count() - lines)
        + abs(told.filter(outside=False).count() - here),
    }


def of(year) -> dict[str, dict]:
    """Every figure of a year that has been played, by name, and what was lost."""
    end = moment(year.plan.last + timedelta(days=1), time.min)
    fails = year.plan.mail_fails
    works_since = fails[1] + timedelta(days=1) if fails else year.plan.first
    works_since = moment(works_since, time.min)
    gone = lost(year.school, end, year.written, year.post.arrived, works_since)
    gone["weeks that ended with such a breach"] = len(year.quiet)
    found = {**_steps(year, end), **_mails(year), **_done(year), **_notices(year)}
    found["acts that the rules refused"] = f"{sum(year.refused.values()):,}"
    rounds = f"{year.seconds['round']:.0f} in rounds"
    found["CPU seconds"] = f"{sum(year.seconds.values()):,.0f}, {rounds}"
    return {"figures": found, "lost": gone}


def spread(numbers: Iterable[float]) -> str:
    """The median, the ninth of ten, and the most."""
    row = sorted(numbers) or [0]
    return f"{row[len(row) // 2]:,.0f} / {row[len(row) * 9 // 10]:,.0f} / {row[-1]:,.0f}"


# Steps


def _steps(year, end: datetime) -> dict[str, str]:
    steps = list(Step.objects.filter(school=year.school).only("kind", "due_at", "done_at"))
    late = {step.pk: step for step in steps if (step.done_at or end) > step.due_at}
    ours = [step for step in late.values() if step.kind not in THEIRS]
    theirs = [step for step in late.values() if step.kind in THEIRS]
    looked = Concern.objects.filter(school=year.school, looked_after__isnull=False)
    found = {
        "concerns written": f"{len(year.written):,}",
        "first look, school minutes *": spread(looked.values_list("looked_after", flat=True)),
        "steps opened": f"{len(steps):,}",
        "steps late": f"{len(late):,} ({len(late) / max(len(steps), 1):.0%})",
        "  of them the agency's to answer": f"{len(theirs):,}",
        "  the school's own": f"{len(ours):,}",
    }
    far = _how_far(year, late)
    found |= {f"  climbed to rung: {rung}": f"{far[rung]:,}" for rung in RUNGS}
    found["longest late, the school's own"] = _longest(year, ours, end)
    found["longest late, the agency's"] = _longest(year, theirs, end)
    found["late a day or more, nobody told, mail working"] = f"{_unnoticed(year, ours, end):,}"
    return found


def _how_far(year, late: dict[int, Step]) -> Counter[str]:
    """How many steps were escalated how far, by what the rounds told."""
    pushed = defaultdict(int)
    outside = {}
    told = Notice.objects.filter(school=year.school, step__in=late, why=MessageReason.LATE)
    for step, number, beyond in told.order_by("pk").values_list("step", "pushed", "outside"):
        pushed[step] = max(pushed[step], number)
        if beyond:
            outside.setdefault(step, number)
    return Counter(_rung(pushed[step], outside.get(step)) for step in late)


def _rung(pushed: int, outside: int | None) -> str:
    if outside is None:
        return RUNGS[min(pushed, 4)]
    return "again round" if pushed > outside else "outside"


def _late_days(year, step: Step, end: datetime) -> tuple[float, int]:
    """How late a step became, in days and in minutes of its own calendar."""
    calendar = CLOCKS[StepKind(step.kind)].calendar
    days = year.school.school_calendar
    minutes = calendars.minutes_between(calendar, days, step.due_at, step.done_at or end)
    return minutes / calendars.day_minutes(calendar, days), minutes


def _longest(year, steps: list[Step], end: datetime) -> str:
    if not steps:
        return "none"
    step = max(steps, key=lambda step: _late_days(year, step, end))
    calendar = CLOCKS[StepKind(step.kind)].calendar
    minutes = _late_days(year, step, end)[1]
    duration = calendars.duration_in_words(minutes, calendar, year.school.school_calendar)
    return f"{duration} ({step.kind})"


def _unnoticed(year, steps: list[Step], end: datetime) -> int:
    rows = Notice.objects.filter(
        school=year.school, why=MessageReason.LATE, ended=NoticeEnding.SENT
    )
    told = set(rows.values_list("step", flat=True))
    quiet = [step for step in steps if step.pk not in told and _late_days(year, step, end)[0] >= 1]
    return sum(not within(year.plan.mail_fails, day_of(step.due_at)) for step in quiet)


# People, on school days


def _people(year) -> dict[str, list[Post]]:
    groups = {
        "the lead": [Role.DSL], "a deputy": [Role.DEPUTY], "the head": [Role.HEAD],
        "any colleague": [Role.STAFF],
    }  # fmt: skip
    posts = Post.objects.filter(school=year.school).select_related("person").order_by("pk")
    return {
        words: [post for post in posts if post.role in roles] for words, roles in groups.items()
    }


def _days(year, post: Post) -> list[date]:
    """The school days on which the post was held."""
    last = post.until or year.plan.last
    every = (day for day in every_day(year.plan) if post.since <= day <= last)
    return [day for day in every if year.place.is_school_day(day)]


def _mails(year) -> dict[str, str]:
    """Mails by person and school day, without those of the failure; and the day on which these all
    came."""
    got = Counter((one.to, day_of(one.at)) for one in year.post.arrived)
    fails = year.plan.mail_fails
    back = fails[1] + timedelta(days=1) if fails else None
    found = {}
    for words, posts in _people(year).items():
        days = [(post.person.email, day) for post in posts for day in _days(year, post)]
        usual = [got[each] for each in days if not within(fails, each[1]) and each[1] != back]
        found[f"mails a school day, {words} *"] = spread(usual)
        if back:
            most = max((got[post.person.email, back] for post in posts), default=0)
            found[f"  the day mail came back, {words}, the most"] = f"{most:,}"
    adviser = year.school.adviser_email
    found["mails to the adviser outside, in all"] = (
        f"{sum(a.to == adviser for a in year.post.arrived)}"
    )
    return found


def _done(year) -> dict[str, str]:
    rows = Step.objects.filter(school=year.school, ended="done").values_list("done_by", "done_at")
    done = Counter((who, at.astimezone(LONDON).date()) for who, at in rows)
    return {
        f"steps done a school day, {words} *": spread(
            done[post.person_id, day] for post in posts for day in _days(year, post)
        )
        for words, posts in _people(year).items()
        if words != "any colleague"
    }


# Messages


def _notices(year) -> dict[str, str]:
    notices = Notice.objects.filter(school=year.school)
    failed = Letter.objects.filter(school=year.school).filter(Q(tries__gt=1) | ~Q(fault=""))
    ended = Counter(notices.values_list("ended", flat=True))
    sent = notices.filter(ended=NoticeEnding.SENT).values_list("made_at", "ended_at")
    waited = [
        (at - made) / timedelta(hours=1)
        for made, at in sent
        if within(year.plan.mail_fails, day_of(made))
        and not within(year.plan.mail_fails, day_of(at))
    ]
    return {
        "things told": f"{ended[NoticeEnding.SENT]:,}",
        "not sent, a later one says it": f"{ended[NoticeEnding.MERGED]:,}",
        "not sent, somebody had acted": f"{ended[NoticeEnding.ACTED]:,}",
        "tries that failed": f"{year.post.failed:,}",
        "letters that failed": f"{failed.count():,}",
        "things told once mail worked again": f"{len(waited):,}",
        "  hours later *": spread(waited),
        "told that nobody is left who may act": (
            f"{notices.filter(why=MessageReason.NOBODY).count():,}"
        ),
        "said by message, not on one's own list": f"{len(year.leads.off_the_list):,}",
    }
