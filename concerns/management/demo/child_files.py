"""Fills the files of the demonstration's children who have the most concerns, by the real acts.

The leads write addresses, adults, siblings, statuses and earlier files; staff record sightings.
"""

import uuid
from datetime import date, datetime, timedelta

from django.db.models import Count

from concerns.child import acts
from concerns.elsewhere import acts as elsewhere
from concerns.management.demo import closing
from concerns.management.demo.school_times import school_datetime
from concerns.models import Child, EarlierFile, Language, Professional, Status, Step, WatchAnswers
from concerns.rules.child_file_vocabulary import (
    AdultFactKind,
    FileEnd,
    FileStage,
    PlanCategory,
    SeenHow,
    StatusKind,
)
from concerns.rules.clocks import StepKind
from concerns.rules.education_elsewhere import latest_elsewhere_review_day
from concerns.rules.roles import Role

FAMILIES = 12
# Children of one mother are born at least so long after one another; there are no twins here.
BETWEEN_BIRTHS = timedelta(days=400)
STREETS = ("Mill Lane", "Station Road", "Orchard Close", "Church Street", "Canal View", "The Green")
# (status, who decided it, whether a social worker is named)
STATUSES = (
    (StatusKind.PLAN, "Review conference, Westshire", True),
    (StatusKind.CHILD_IN_NEED, "Assessment team, Westshire", True),
    (StatusKind.EARLY_HELP, "Family hub, with the parents", False),
    (StatusKind.MONITORING, "The school's leads", False),
    (StatusKind.EHCP, "Westshire Council", False),
    (StatusKind.LOOKED_AFTER, "Family court", True),
)
# The telephone numbers of the neighbouring authority, where one of the families lives.
BORDER = {
    "front_door": "01632 960200", "out_of_hours": "01632 960211", "lado": "01632 960222",
    "police": "101",
}  # fmt: skip
LANGUAGES = ("Polish", "Urdu", "Somali", "Romanian")
CHATS = (
    "Chatted at the gate, cheerful.", "Showed me a drawing of the dog.", "Quiet, but smiled.",
    "Read to me for ten minutes.", "Came to say good morning.", "Played football at lunch.",
)  # fmt: skip
MOTHERS = ("Dana", "Karen", "Agnieszka", "Nadia", "Ruth", "Leanne")
PARTNERS = ("Lee Watts", "Craig Dunn", "Marek Nowak", "Steve Poole")


def schedule_child_files(year, days: list[date]) -> None:
    """Schedule what is written in the children's files, on the last of the school `days`."""
    year.schedule_event(school_datetime(year, days[-18], 14), _write_family_files, year)
    year.schedule_event(school_datetime(year, days[-2], 15), _write_referral_files, year)
    for back in range(40):
        when = school_datetime(year, days[-2 - back % 15], 9 + back % 6, back)
        year.schedule_event(when, _record_sighting, year, back)


def _write_family_files(at: datetime, year) -> None:
    spoken_of = Child.objects.filter(school=year.school).annotate(n=Count("concern_rows"))
    for number, child in enumerate(spoken_of.order_by("-n", "pk")[:FAMILIES]):
        _write_child_file(year, at, child, number)


def _write_referral_files(at: datetime, year) -> None:
    """Fill the files of up to six children whose referral is unsent or unanswered."""
    waiting = Step.objects.open().filter(kind__in=(StepKind.HEAR_BACK, StepKind.SEND_REFERRAL))
    children = Child.objects.filter(concern_rows__concern__in=waiting.values("concern"))
    found = list(children.filter(home_rows=None).distinct().order_by("pk")[:6])
    for number, child in enumerate(found, 1):
        _write_child_file(year, at, child, number)
    for child in found[:1]:
        _place_elsewhere(year, at, child)


def _place_elsewhere(year, at: datetime, child: Child) -> None:
    """Three mornings of each week at a provider outside the school, to be reviewed."""
    lead = year.lead_on_duty(at)
    today = at.date()
    said = {
        "place": "Hill Farm", "address": "Hill Lane, Easton", "contact": "Jo Lind, manager",
        "telephone": "01632 960150", "email": "jo.lind@hillfarm.example",
        "hours": "Monday to Wednesday, 9:00 to 12:00",
        "other_days": "Here in class; the office rings the farm at 9:15",
        "checks": "yes", "checks_on": today - timedelta(days=12), "parent_agrees": "yes",
        "told": "Ann Hart, social worker, on the telephone",
    }  # fmt: skip
    elsewhere.record_elsewhere(
        by=lead,
        child=child,
        kind=StatusKind.ALTERNATIVE,
        once=uuid.uuid5(child.uid, "demo"),
        since=today - timedelta(days=10),
        review_on=latest_elsewhere_review_day(lead.school.school_calendar, today, None),
        said=said,
        now=at,
    )


def _write_child_file(year, at: datetime, child: Child, number: int) -> None:
    chance = year.chance
    lead = year.lead_on_duty(at)
    given = {"by": lead, "child": child, "now": at}
    since = (at - timedelta(days=chance.randrange(200, 900))).date()
    brothers = _find_siblings(year, child)
    address = f"{chance.randrange(2, 90)} {STREETS[number % len(STREETS)]}, Oakfield"
    household = acts.move(
        **given, address=address, since=since, children=brothers, once=_random_form_id(year)
    )
    mother = _add_household_adult(
        year, given, f"{MOTHERS[number % 6]} {child.surname}", "Mother", household
    )
    for brother in brothers:
        more = {"relation": "Mother", "responsibility": "yes", "once": _random_form_id(year)}
        acts.tie(**{**given, "child": brother}, adult=mother, **more)
    if number % 2:
        partner = _add_household_adult(
            year, given, PARTNERS[number % 4], "Mother's partner", household, "no"
        )
        said = {"kind": AdultFactKind.FACT, "words": "New partner, moved in"}
        day = (at - timedelta(days=60)).date()
        acts.learn(**given, adult=partner, since=day, once=_random_form_id(year), **said)
    else:
        _add_household_adult(year, given, f"Paul {child.surname}", "Father", None)
    if number % 3 == 1:
        said = {"language": LANGUAGES[number % 4], "spoken_by": "Mother", "interpreter": "yes"}
        _write_file_line(year, given, Language, said)
    if number % 4 == 0:
        born = str(at.year - 3)
        elsewhere = {"name": "Robin", "where": "Oakfield Nursery", "born": born}
        acts.brother_or_sister(**given, once=_random_form_id(year), **elsewhere)
    if number == 9:
        said = {"told_by": "Mother: they moved over the border", "name": "Northshire Council"}
        acts.live_in(**given, **said, authority=None, numbers=BORDER, once=_random_form_id(year))
    _write_statuses(year, given, number)
    if number % 5 == 2:
        _expect_earlier_file(year, given, number)


def _find_siblings(year, child: Child) -> list[Child]:
    """Up to two children of the same surname, without a home yet, who can be born of one mother."""
    rows = Child.objects.filter(school=year.school, surname=child.surname, home_rows=None)
    found = [child]
    for other in rows.exclude(pk=child.pk).order_by("pk"):
        if all(abs(other.born - one.born) >= BETWEEN_BIRTHS for one in found):
            found.append(other)
    return found[1:3]


def _add_household_adult(
    year, given, name: str, relation: str, household, responsible: str = "yes"
):
    number = f"07700 900{year.chance.randrange(100, 999)}"
    said = {"name": name, "relation": relation, "responsibility": responsible}
    return acts.know(
        **given, **said, household=household, telephone=number, once=_random_form_id(year)
    )


def _write_statuses(year, given, number: int) -> None:
    kind, decided_by, worker = STATUSES[number % len(STATUSES)]
    since = (given["now"] - timedelta(days=40 + number)).date()
    category = PlanCategory.NEGLECT if kind is StatusKind.PLAN else ""
    said = {"kind": kind, "category": category, "decided_by": decided_by}
    row = _write_file_line(year, given, Status, said, since)
    if worker:
        said = {"profession": "social_worker", "name": "Ann Hart", "agency": "Assessment team"}
        said |= {"telephone": "01632 960131", "email": "ann.hart@westshire.example"}
        _write_file_line(year, given, Professional, said, since)
    if number == FAMILIES - 2:
        view = "We think it is too soon, and have said so: we watch for twelve weeks."
        until = given["now"].date()
        question = f"How is {given['child'].forename} these days? One line is enough."
        asked = WatchAnswers(year.staff[0], question, view, agrees=False)
        told = {"why": "Stepped down at review.", "view_ended": view, "watching": asked}
        acts.end(**given, row=row, until=until, **told)
        for concern in given["child"].concern_rows.filter(concern__watches__isnull=False):
            closing.schedule_watch_steps(year, concern.concern)


def _expect_earlier_file(year, given, number: int) -> None:
    where = "Hill School, Easton, 01632 960140"
    row = _write_file_line(year, given, EarlierFile, {"where": where})
    told = {"file": row, "stage": FileStage.ASKED, "words": "Their office: it is in the post"}
    acts.get_file(**given, happened_at=given["now"], once=_random_form_id(year), **told)
    if number == 7:
        acts.end(**given, row=row, ended_how=FileEnd.READ, why="Two years of worries at home.")


def _write_file_line(year, given, model, said: dict, since=None):
    return acts.write(**given, model=model, said=said, since=since, once=_random_form_id(year))


def _record_sighting(at: datetime, year, number: int) -> None:
    rows = Child.objects.filter(school=year.school, home_rows__isnull=False).distinct()
    children = list(rows.order_by("pk"))
    if children:
        how = (SeenHow.SPOKE, SeenHow.SAW, SeenHow.SPOKE, SeenHow.ALONE)[number % 4]
        by = year.viewer_in_role(year.chance.choice(year.staff), Role.STAFF, at)
        words = CHATS[number % len(CHATS)]
        told = {"how": how, "words": words, "happened_at": at - timedelta(minutes=5)}
        child = year.chance.choice(children)
        acts.saw(by=by, child=child, now=at, once=_random_form_id(year), **told)


def _random_form_id(year) -> uuid.UUID:
    return uuid.UUID(int=year.chance.getrandbits(128), version=4)
