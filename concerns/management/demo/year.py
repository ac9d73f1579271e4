"""Simulates a year of concerns in the demonstration school, all written by the real acts.

Events wait in a queue ordered by time: each does one act and schedules the next. So the record is
in the order in which things happened, nothing happens before it is due, and slow people are late.
The random seed is fixed. The figures are those of an average school: 900 incidents a year for each
1,000 pupils, spread unevenly over them; three in ten soon follow another one about the same child.
"""

import heapq
import itertools
import random
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from concerns.chase import acts as chase
from concerns.doors import sight
from concerns.doors.act import ActRefused
from concerns.management.demo import (
    adult_concerns,
    child_files,
    clock_rounds,
    closing,
    coming_meetings,
    names_and_sentences,
    reading_reasons,
    told_at_the_gate,
)
from concerns.models import (
    Account,
    Child,
    Concern,
    DecisionAnswers,
    DecisionRoute,
    MarkSeen,
    Person,
    Placement,
    Referral,
    School,
    Step,
    Viewer,
)
from concerns.refer import acts as refer
from concerns.rules import calendars
from concerns.rules.clocks import BY_A_NOTE, StepKind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import AgencyAnswer, Category, ChildPart, ChildSeen, Route, SpokenTo
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from concerns.workflow.closing import reason_not_to_end
from concerns.workflow.decision_checks import reason_for_full_decision

A_YEAR = 0.9 * 1.25  # incidents for each pupil, times entries for each incident
# Concerns left unfinished: (school days ago, what was noticed, the state in which it stays).
STANDING = (
    (2, "needs", State.WAITING), (2, "family", State.WAITING), (1, "feeling", State.WAITING),
    (1, "care", State.WAITING), (3, "hunger", State.WAITING), (2, "attendance", State.TAKEN),
    (3, "care", State.TAKEN), (4, "injury", State.TAKEN), (6, "told", ReferralStage.SENT),
    (9, "told", ReferralStage.SENT),
)  # fmt: skip
# What social care answers to a referral, and what its assessment ends with.
FIRST_ANSWERS = (
    AgencyAnswer.ASSESSMENT, AgencyAnswer.EARLY_HELP, AgencyAnswer.ADVICE, AgencyAnswer.NO_FURTHER,
)  # fmt: skip
AFTER_ASSESSMENT = (AgencyAnswer.EARLY_HELP, AgencyAnswer.NO_FURTHER)
LONDON = ZoneInfo("Europe/London")


class DemoYear:
    """The year that ended at `now`."""

    LONDON = LONDON
    standing: tuple[tuple[int, str, str], ...] = STANDING

    def __init__(self, school: School, now: datetime, told: Callable[[str], None]):
        self.school = school
        self.now = now
        self.told = told
        self.chance = random.Random(2026)
        self._events: list = []
        # What the rules refused, by the names of the functions below.
        self.refused: list[str] = []
        self._stops: dict[int, str] = {}
        self._noticed: dict[int, str] = {}
        # When somebody was with a child: (key of the person, moment).
        self._saw_child_at: set[tuple[int, datetime]] = set()
        self._count = itertools.count()
        posts = school.posts.select_related("person").order_by("pk")
        self.people = {Role(p.role): p.person for p in reversed(posts)}
        self.staff = [post.person for post in posts if post.role == Role.STAFF]
        self.children = list(Child.objects.filter(school=school).order_by("pk"))
        one = {child.pk: child for child in self.children}
        self._placements = list(Placement.objects.filter(school=school).order_by("child", "since"))
        for row in self._placements:
            row.child = one[row.child_id]
        self._first_days = {row.child_id: row.since for row in reversed(self._placements)}

    def viewer_in_role(self, who: Person, role: Role, at: datetime) -> Viewer:
        return Viewer(who, self.school, frozenset({role}), at)

    def lead_on_duty(self, at: datetime) -> Viewer:
        """Whoever acts as lead at that time: the deputy on one day in four, else the lead."""
        role = Role.DEPUTY if at.toordinal() % 4 == 0 else Role.DSL
        return self.viewer_in_role(self.people[role], role, at)

    def schedule_event(self, when: datetime, what: Callable, *given) -> None:
        """Schedule `what(when, *given)`; drop it if `when` is not before the end of the year."""
        if when < self.now:
            heapq.heappush(self._events, (when, next(self._count), what, given))

    def run_events(self) -> None:
        self._schedule_year()
        total = done = 0
        while self._events:
            when, _, what, given = heapq.heappop(self._events)
            try:
                what(when, *given)
            except ActRefused:
                # The rules refuse it on that day, so it has not happened. Nothing of it is kept.
                self.refused.append(what.__name__)
            done += 1
            if done % 250 == 0:
                total += 250
                self.told(f"  {when:%B %Y}: {total} acts")
        if self.refused:
            self.told(f"  Left out, because the rules refuse it: {', '.join(self.refused)}")

    # --- what is noticed -------------------------------------------------------------------------
    def _schedule_year(self) -> None:
        days = self._list_school_days()
        # Negative binomial with k 0.35: most children never, a few again and again.
        weights = [self.chance.gammavariate(0.35, 1) for _ in self.children]
        count = round(len(self.children) * A_YEAR)
        kinds, shares = zip(
            *((kind, row[0]) for kind, row in names_and_sentences.NOTICED.items()), strict=True
        )
        last: tuple[Child, date] | None = None
        for _ in range(count):
            kind = self.chance.choices(kinds, shares)[0]
            child = self.chance.choices(self.children, weights)[0]
            on_roll = [day for day in days if day >= self._first_days[child.pk]]
            if not on_roll:
                continue
            day = self.chance.choice(on_roll)
            if last and self.chance.random() < 0.3:
                child = last[0]
                near = [d for d in days if last[1] <= d <= last[1] + timedelta(days=21)]
                day = self.chance.choice(near or days)
            last = child, day
            self.schedule_event(self._random_school_time(day), self._submit_concern, child, kind)

        # What a lead finds on any morning: concerns unread, in hand, or unanswered by an agency.
        for back, kind, stop in self.standing:
            at = self._random_school_time(days[-back])
            child = self.chance.choice(self._children_on_roll(at))
            self.schedule_event(at, self._submit_concern, child, kind, stop)
        told_at_the_gate.schedule_gate_account(self, days[-2])
        child_files.schedule_child_files(self, days)
        coming_meetings.schedule_coming_meetings(self, days)
        adult_concerns.schedule_adult_concerns(self, days)
        reading_reasons.schedule_reading_reasons(self, days)
        clock_rounds.schedule_clock_rounds(self, days)

    def _list_school_days(self) -> list[date]:
        today = self.now.astimezone(LONDON).date()
        year = (today - timedelta(days=offset) for offset in range(365, -1, -1))
        return [day for day in year if calendars.is_school_day(self.school.school_calendar, day)]

    def _random_school_time(self, day: date) -> datetime:
        """A random time on `day`: mostly near 8:50, 12:40 or the end of school."""
        peak = self.chance.choice((8 * 60 + 50, 12 * 60 + 40, 15 * 60 + 15, 15 * 60 + 35))
        minute = peak + round(self.chance.gauss(0, 25))
        local = datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(minutes=minute)
        return local.astimezone(UTC)

    def _submit_concern(self, at: datetime, child: Child, kind: str, stop: str = "") -> None:
        _, categories, sentences = names_and_sentences.NOTICED[kind]
        pressing = kind in {"told", "injury"}
        on_roll = self._children_on_roll(at)
        seen = self.chance.choice(sentences)
        drawn = self.chance.sample(on_roll, 1) if kind in {"behaviour", "needs"} else ()
        involved = drawn if kind == "behaviour" else ()
        account = Account(
            account=seen,
            children=(child,),
            involved=tuple(one for one in involved if one.pk != child.pk),
            going_home=self.chance.choices(
                ("no", "not_sure", "yes"), (6, 3, 1) if pressing else (30, 2, 0)
            )[0],
            how_known=names_and_sentences.HOW_KNOWN.get(kind, "saw")
            if seen not in names_and_sentences.HEARSAY
            else "someone_told",
            child_words=self.chance.choice(names_and_sentences.OWN_WORDS) if kind == "told" else "",
            categories=categories[:1] if self.chance.random() < 0.7 else (),
            happened_on=at.astimezone(LONDON).date(),
            marks=self._marks_described(seen),
        )
        by = self.viewer_in_role(self.chance.choice(self.staff), Role.STAFF, at)
        draft = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        concern = submit.submit(by=by, draft=draft, account=account, now=at).concern
        self._noticed[concern.pk] = kind
        if stop:
            self._stops[concern.pk] = stop
        if stop == State.WAITING:
            return
        minutes = 10 if pressing else 35
        wait = min(round(self.chance.expovariate(1 / minutes)) + 2, 600)
        look = at + timedelta(minutes=wait) if pressing else self._add_school_time(at, wait)
        self.schedule_event(look, self._take_concern, concern, kind)

    def _marks_described(self, seen: str) -> tuple[MarkSeen, ...]:
        mark = names_and_sentences.MARKS.get(seen)
        return (MarkSeen(mark[0], mark[1], None, mark[2]),) if mark else ()

    def _children_on_roll(self, at: datetime) -> list[Child]:
        """The children who were on roll at that time, each in the year and class of that time."""
        day = at.astimezone(LONDON).date()
        placed = [row for row in self._placements if row.since <= day < (row.until or date.max)]
        for place in placed:
            place.child.year = place.year
            place.child.class_name = place.class_name
        return [place.child for place in placed]

    def _add_school_time(self, at: datetime, minutes: int) -> datetime:
        return calendars.add_school_minutes(self.school.school_calendar, at, minutes)

    # --- what a lead does ------------------------------------------------------------------------
    def _take_concern(self, at: datetime, concern: Concern, kind: str) -> None:
        lead = self.lead_on_duty(at)
        sight.open_concern(lead, concern.uid)
        triage.take(by=lead, concern=concern, now=at)
        if self._stops.get(concern.pk) == State.TAKEN:
            return
        self._sort_concern(lead, concern, kind, at)
        minutes = 60 if kind in {"told", "injury"} else 240
        self.schedule_event(
            self._add_school_time(at, self.chance.randrange(5, minutes * 2)),
            self._decide_concern,
            concern,
            kind,
        )

    def _sort_concern(self, lead: Viewer, concern: Concern, kind: str, at: datetime) -> None:
        """The lead sorts what was taken into categories; but not what still stands open."""
        if concern.pk in self._stops:
            return
        _, categories, _ = names_and_sentences.NOTICED[kind]
        said = {"categories": categories or (Category.UNSORTED,), "why": "As it was written."}
        triage.sort(by=lead, concern=concern, now=at, **said)

    def _decide_concern(self, at: datetime, concern: Concern, kind: str) -> None:
        rows = tuple(concern.children.filter(part=ChildPart.ABOUT))
        lead = self.lead_on_duty(at)
        replies = self.chance.random() < 0.6
        draw = self.chance.random()
        small = kind not in {"told", "injury"} and draw < 0.62
        light = small and not reason_for_full_decision(concern)
        if light:
            until = calendars.picture_review_day(
                self.school.school_calendar, lead.todays_date, concern.pk
            )
            decided = DecisionAnswers(
                rows,
                (Route.KEEP,),
                self.chance.choice(names_and_sentences.REASONS_LIGHT),
                light=True,
                keep_until=until,
                words_back=names_and_sentences.REPLY_KEPT if replies else "",
            )
        else:
            routes = self._choose_routes(kind)
            back = self._choose_reply(concern, routes) if replies else ""
            decided = self._build_full_decision(rows, routes, at, back)
        triage.decide(by=lead, concern=concern, decided=decided, now=at)
        if Route.PARENTS in decided.routes:
            self.schedule_event(
                self._add_school_time(at, self.chance.randrange(20, 500)),
                self._speak_to_parents,
                concern,
            )
        for referral in concern.referrals.all():
            soon = self._add_school_time(at, self.chance.randrange(10, 120))
            self.schedule_event(soon, self._send_referral, referral)
        if not replies and self.chance.random() < 0.9:
            self.schedule_event(
                self._add_school_time(at, self.chance.randrange(200, 1600)),
                self._write_back_to_reporter,
                concern,
            )
        days = self.chance.choice((10, 15, 25)) if light else self.chance.choice((2, 3, 4))
        self.schedule_event(self._add_school_time(at, days * 400), self._tidy_and_close, concern)

    def _choose_routes(self, kind: str) -> tuple[str, ...]:
        draw = self.chance.random()
        if kind == "told":
            return (Route.SOCIAL_CARE,) if draw < 0.8 else (Route.PARENTS, Route.SOCIAL_CARE)
        if draw < 0.12:
            return (Route.SOCIAL_CARE, Route.PARENTS)
        if draw < 0.30:
            return (Route.EARLY_HELP, Route.PARENTS)
        if draw < 0.55:
            return (Route.PARENTS, Route.SCHOOL_SUPPORT)
        if draw < 0.70:
            return (Route.WATCH,)
        return (Route.PARENTS,) if draw < 0.92 else (Route.NO_FURTHER,)

    def _build_full_decision(
        self, rows, routes: tuple[str, ...], at: datetime, back: str
    ) -> DecisionAnswers:
        told = Route.SOCIAL_CARE in routes and rows[0].concern.how_known == "child_told"
        reasons, considered, why_not = names_and_sentences.WHY["told" if told else routes[0]]
        return DecisionAnswers(
            rows,
            routes,
            self.chance.choice(reasons),
            considered=self.chance.choice(considered),
            parents_told="will_be" if Route.PARENTS in routes else "no",
            parents_why_not="" if Route.PARENTS in routes else why_not,
            siblings="considered",
            **self._who_saw_child(Concern.objects.get(pk=rows[0].concern_id), at),
            watch_until=calendars.add_school_weeks(self.school.school_calendar, at, 3).date()
            if Route.WATCH in routes
            else None,
            watched_by=self.chance.choice(self.staff) if Route.WATCH in routes else None,
            words_back=back,
        )

    def _who_saw_child(self, concern: Concern, at: datetime) -> dict:
        """What a decision made at `at` says of who saw the child: whoever decides, just before; or,
        if they had not read the concern by then, its writer."""
        by = self.lead_on_duty(at).person
        seen_at = self._when_free(by, self._when_child_was_there(at) - timedelta(minutes=10))
        child_seen = self.chance.choice((ChildSeen.SEEN, ChildSeen.HEARD_ALONE))
        if seen_at < (concern.first_looked_at or at):
            by = concern.reporter
            seen_at = self._when_free(by, self._when_child_was_there(concern.received_at))
            child_seen = ChildSeen.SEEN
        self._saw_child_at.add((by.pk, seen_at))
        return {"sighted_by": by, "child_seen": child_seen, "sighted_at": seen_at}

    def _when_free(self, by: Person, at: datetime) -> datetime:
        """`at`, or the first time before it at which `by` was not with another child."""
        while (by.pk, at) in self._saw_child_at:
            at -= timedelta(minutes=10)
        return at

    def _when_child_was_there(self, at: datetime) -> datetime:
        """`at`, or the end of that school day if it is over: the children have gone home then."""
        days = self.school.school_calendar
        local = at.astimezone(LONDON)
        return min(at, datetime.combine(local.date(), days.closes, LONDON))

    def _choose_reply(self, concern: Concern, routes: tuple[str, ...] = ()) -> str:
        """A reply to the writer that says only what has happened by then."""
        if concern.conversations.filter(spoken_to=SpokenTo.PARENT).exists():
            return names_and_sentences.REPLY_SPOKEN
        rows = DecisionRoute.objects.filter(decision__concern=concern)
        decided = {*routes, *rows.values_list("route", flat=True)}
        acting = decided - {Route.KEEP, Route.WATCH, Route.NO_FURTHER}
        return names_and_sentences.REPLY_ACTING if acting else names_and_sentences.REPLY_KEPT

    def _write_back_to_reporter(self, at: datetime, concern: Concern) -> None:
        if concern.steps.open().filter(kind=StepKind.TELL_REPORTER).exists():
            words_back = self._choose_reply(concern)
            chase.tell_reporter(by=self.lead_on_duty(at), concern=concern, words=words_back, now=at)

    def _what_parent_says(self, concern: Concern) -> str:
        noticed = self._noticed.get(concern.pk, names_and_sentences.AT_THE_GATE)
        sentences = names_and_sentences.SAID[noticed]
        return sentences[self.chance.randrange(3) % len(sentences)]

    def _speak_to_parents(self, at: datetime, concern: Concern) -> None:
        refer.speak(
            by=self.lead_on_duty(at),
            concern=concern,
            spoken_to="parent",
            who="Mother, by telephone",
            said=self._what_parent_says(concern),
            happened_at=at - timedelta(minutes=15),
            now=at,
        )

    def _send_referral(self, at: datetime, referral) -> None:
        refer.send(
            by=self.lead_on_duty(at),
            referral=referral,
            agency="Westshire front door"
            if referral.route == Route.SOCIAL_CARE
            else "Westshire early help",
            spoken_to="The duty worker",
            method="telephone",
            happened_at=at - timedelta(minutes=5),
            their_reference=f"W{self.chance.randrange(10000, 99999)}",
            now=at,
        )
        if self._stops.get(referral.concern_id) == ReferralStage.SENT:
            return
        days = self.chance.choices((1, 2, 4, 40), (50, 25, 15, 10))[0]
        then = calendars.add_working_days(self.school.nation, at, days) - timedelta(hours=2)
        self.schedule_event(then, self._answer_referral, referral)

    def _answer_referral(self, at: datetime, referral, answers=FIRST_ANSWERS) -> None:
        if Referral.objects.get(pk=referral.pk).current_stage is ReferralStage.ANSWERED:
            # The answer before still waits for the school's view: the school is on holiday.
            later = calendars.add_working_days(self.school.nation, at, 5)
            self.schedule_event(later, self._answer_referral, referral, answers)
            return
        answer = self.chance.choice(answers)
        refer.hear_back(
            by=self.lead_on_duty(at),
            referral=referral,
            answer=answer,
            spoken_to="The duty worker",
            words=names_and_sentences.ANSWERS[answer],
            happened_at=at,
            now=at,
        )
        self.schedule_event(
            self._add_school_time(at, self.chance.randrange(30, 900)), self._give_view, referral
        )
        if answer == AgencyAnswer.ASSESSMENT:
            days = self.chance.randrange(20, 40)
            then = calendars.add_working_days(self.school.nation, at, days)
            self.schedule_event(then, self._answer_referral, referral, AFTER_ASSESSMENT)

    def _give_view(self, at: datetime, referral) -> None:
        refer.give_view(
            by=self.lead_on_duty(at),
            referral=referral,
            view="agree",
            words="It fits what we see. We will refer again if anything changes.",
            now=at,
        )

    def note_of_done(self, step: Step) -> str:
        """What whoever did a step that needs only a note says of it."""
        return names_and_sentences.DONE.get(StepKind(step.kind), names_and_sentences.DONE_AT_ALL)

    def _tidy_and_close(self, at: datetime, concern: Concern) -> None:
        """Do the remaining steps and close the concern, or try again after 400 school minutes.

        A concern under watch is left alone: its reviews close it.
        """
        concern = Concern.objects.get(pk=concern.pk)
        lead = self.lead_on_duty(at)
        for step in concern.steps.open().filter(kind__in=BY_A_NOTE):
            chase.do_step(by=lead, step=step, words=self.note_of_done(step), now=at)
        owed = set(concern.steps.open().values_list("kind", flat=True))
        if StepKind.REFER_AGAIN in owed:
            refer.not_again(by=lead, concern=concern, why=names_and_sentences.NOT_AGAIN, now=at)
        early = concern.steps.open().filter(kind=StepKind.KEEP, due_at__gt=at).exists()
        concern.refresh_from_db(fields=["state"])
        if StepKind.LOOK_AFTER in owed:
            return
        if early or reason_not_to_end(concern, list(concern.steps.open())):
            self.schedule_event(self._add_school_time(at, 400), self._tidy_and_close, concern)
            return
        closing.close_or_watch(self, at, concern, self._choose_reply(concern))
