"""This file knows how staff and their posts are brought in, and how a school itself is set up.

Nobody is taken out by a file: who is not in it is only listed, and so is a role that somebody holds
and the file does not give. A post ends on the day its line says.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from concerns.doors.act import act
from concerns.models import Authority, Closure, Person, Post, School, Term, Viewer
from concerns.paper.staffing import StaffLine
from concerns.rules.kinds import Kind
from concerns.rules.roles import May, Role
from concerns.rules.spans import local_day

BY_COMMAND = "from the command line"


@dataclass
class Brought:
    """What a staff file did, and what it left for a person to look at."""

    added: list[Person] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    posts: int = 0
    notes: list[str] = field(default_factory=list)


@act(May.POSTS, Kind.STAFF_BROUGHT)
def bring_staff(*, by: Viewer, lines: list[StaffLine], now: datetime, record) -> Brought:
    """Bring in every line that has nothing wrong with it. New people have no password yet."""
    done, today = Brought(), local_day(by.school.days, now)
    good = [line for line in lines if not line.wrong]
    people = {one.email: one for one in Person.objects.filter(email__in=[x.email for x in good])}
    for line in good:
        person = people.get(line.email)
        if person is None:
            person = Person(email=line.email)
            person.set_unusable_password()
            done.added.append(person)
        _keep_person(person, line, done)
        _keep_posts(by.school, person, line, today, done)
    _list_the_others(by.school, good, today, done)
    said = f"{len(done.added)} added, {len(done.changed)} changed, {BY_COMMAND}"
    record(about=by.school, reason=said, shown=[person.uid for person in done.added])
    return done


def _keep_person(person: Person, line: StaffLine, done: Brought) -> None:
    said = {name: getattr(line, name) for name in ("name", "room", "telephone")}
    differs = {name: new for name, new in said.items() if new and new != getattr(person, name)}
    for name, new in differs.items():
        setattr(person, name, new)
    if person.pk is None or differs:
        if person.pk is not None:
            done.changed.add(person.email)
        person.save()
    if not person.is_active:
        done.notes.append(f"{person.email} was deactivated, and stays so")


def _keep_posts(school, person: Person, line: StaffLine, today: date, done: Brought) -> None:
    held = list(Post.objects.filter(school=school, person=person).order_by("since", "pk"))
    for role in line.roles:
        begins = line.since or today
        standing = [post for post in held if post.role == role and _meets(post, begins, line)]
        if standing:
            _change_post(standing[-1], line, today, done)
        elif line.until and line.until < begins:
            done.notes.append(f"line {line.line}: this post has ended, and was never held here")
        else:
            Post.objects.create(
                person=person, school=school, role=role, title=line.title, since=begins,
                until=line.until,
            )  # fmt: skip
            done.posts += 1
    now_held = {post.role for post in held if _in_force(post, today)}
    for role in sorted(now_held - set(line.roles)):
        done.notes.append(f"{person.email} still holds the role '{role}', which the file lacks")


def _in_force(post: Post, day: date) -> bool:
    return post.since <= day and (post.until is None or day <= post.until)


def _meets(post: Post, begins: date, line: StaffLine) -> bool:
    """Whether `post` and the one in `line` have a day in common: they are then the same post."""
    return (post.until is None or post.until >= begins) and (
        line.until is None or post.since <= line.until or post.since <= begins
    )


def _change_post(post: Post, line: StaffLine, today: date, done: Brought) -> None:
    title, until = post.title, line.until or post.until
    if until and until < post.since:
        done.notes.append(f"line {line.line}: this post begins after it would end: left as it was")
        return
    if line.title and line.title != post.title and _in_force(post, today - timedelta(days=1)):
        # What a past day may be asked about is not overwritten: the new title is a new row.
        Post.objects.create(
            person=post.person, school=post.school, role=post.role, title=line.title,
            since=today, until=until,
        )  # fmt: skip
        until = today - timedelta(days=1)
        done.posts += 1
    elif line.title:
        title = line.title
    if (title, until) != (post.title, post.until):
        post.title, post.until = title, until
        post.save(update_fields=["title", "until"])
        done.changed.add(line.email)


def _list_the_others(school, lines: list[StaffLine], today: date, done: Brought) -> None:
    posts = Post.objects.filter(school=school).in_force(today).select_related("person")
    listed = {line.email for line in lines}
    for email in sorted({post.person.email for post in posts} - listed):
        done.notes.append(f"{email} is not in the file, and stays as they are")


@act(May.POSTS, Kind.PASSWORD_SET)
def set_password(*, by: Viewer, person: Person, password: str, now: datetime, record) -> None:
    """Give somebody a password. Whoever is signed in as them is signed out by it."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record(about=person, fields=["password"], reason=BY_COMMAND)


@dataclass(frozen=True)
class SchoolSaid:
    """A school as its file describes it; the authority's numbers are by its name."""

    name: str
    urn: str
    phase: str
    nation: str
    opens: time
    closes: time
    telephone: str
    terms: tuple[tuple[date, date], ...]
    closures: tuple[tuple[date, str], ...]
    authority: dict[str, str]


@act(May.POSTS, Kind.SCHOOL_SET)
def keep_school(*, by: Viewer, said: SchoolSaid, now: datetime, record) -> School:
    """Make the school, or bring it up to date; past terms and closures stay as they were."""
    school = by.school
    numbers = {key: value for key, value in said.authority.items() if key != "name"}
    school.authority, _ = Authority.objects.update_or_create(
        name=said.authority["name"], defaults=numbers
    )
    for name in ("name", "urn", "phase", "nation", "opens", "closes", "telephone"):
        setattr(school, name, getattr(said, name))
    # What a web process remembers of the calendar goes with its number.
    school.calendar_version = school.calendar_version + 1 if school.pk else 1
    school.save()
    begins = min(first for first, _ in said.terms)
    Term.objects.filter(school=school, last__gte=begins).delete()
    Term.objects.bulk_create(Term(school=school, first=a, last=b) for a, b in said.terms)
    Closure.objects.filter(school=school, day__gte=begins).delete()
    Closure.objects.bulk_create(Closure(school=school, day=d, why=why) for d, why in said.closures)
    record(about=school, fields=["terms", "closures", "hours", "numbers"], reason=BY_COMMAND)
    return school


def by_command(school: School, now: datetime) -> Viewer | None:
    """In whose name the command line writes: the first head in force. None where there is none."""
    today = local_day(school.days, now)
    posts = Post.objects.filter(school=school).holding(Role.HEAD).in_force(today)
    post = posts.select_related("person").order_by("since", "pk").first()
    return Viewer(post.person, school, frozenset({Role.HEAD}), now) if post else None


def nobody_yet(school: School, now: datetime) -> Viewer:
    """A school without a head: the first file, which must name one, is written by nobody's name."""
    return Viewer(None, school, frozenset({Role.HEAD}), now)
