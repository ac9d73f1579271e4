"""Imports a staff file: one line at a time, in one act.

A file removes nobody. People who are not in it are only listed, and so are roles that somebody
holds and the file does not give. A post ends on the day its line says. What would let somebody hold
a post on a day on which they do not hold it yet - a new post, a later last day - is asked for like
the same change on a page (`StaffChangeRequest`): it waits for the head's approval, unless whoever
imports the file may give that post to that person alone. A line about somebody who works in another
school, and not in this one, changes nothing until they confirm it. A line about somebody who has
left changes nothing either, and a post that the head gives and that has ended is not given again:
an old list names people who have left and former leads, and the head would be asked to make them
readers. Whoever runs the site may bring both back by command. The name of somebody who works in
several schools is theirs to change. Only acts import a file. A page previews it by running the
import and rolling it back. Parsing is in `paper/staff_rows.py`.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from concerns.models.school.approval import PostConfirmation, StaffChangeRequest
from concerns.models.school.person import Person, Post, Viewer
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import READERS, Role
from concerns.rules.staff_approval import (
    GIVEN_BY_THE_HEAD,
    StaffRequestMatter,
    is_account_made_safe,
)
from concerns.workflow.sign_on_links import has_linked_account
from concerns.workflow.staff_changes import make_account_safe


@dataclass(frozen=True)
class StaffLine:
    """What one line of a staff file says about one person. An empty value changes nothing.

    `wrong` is what is wrong with the line.
    """

    line: int
    name: str = ""
    email: str = ""
    roles: tuple[Role, ...] = ()
    # Whether the file has a column for roles. If not, whoever has a post keeps it as it is.
    says_roles: bool = True
    title: str = ""
    room: str = ""
    telephone: str = ""
    since: date | None = None
    until: date | None = None
    wrong: str = ""
    # Whether it must be asked if the address is of one person (`rules/shared_accounts.py`).
    shared: bool = False


@dataclass
class StaffImportResult:
    """What importing a staff file did, and notes for a person to look at."""

    added: list[Person] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    posts: int = 0
    asked: list[StaffChangeRequest] = field(default_factory=list)
    # Who became a reader: their password has ended, and each is owed a link.
    links: list[Person] = field(default_factory=list)
    # Those of them whose link to single sign-on has ended too.
    unlinked: list[Person] = field(default_factory=list)
    passwords_ended: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def result_digest(self) -> str:
        """SHA-256 of all that was done, to check that what is confirmed is what was previewed."""
        told = [
            sorted(person.email for person in self.added),
            sorted(self.changed),
            self.posts,
            sorted((asked.person.email, asked.role) for asked in self.asked),
            sorted(person.email for person in self.links),
            self.notes,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def preview_staff_import(by: Viewer, now: datetime, lines: list[StaffLine]) -> StaffImportResult:
    """What importing `lines` would do: runs the import and rolls it back."""
    with transaction.atomic():
        done = StaffImport(by, now).import_lines(lines)
        transaction.set_rollback(True)
    return done


class StaffImport:
    """The import of one file. Its lines are those that `paper/staff_rows.py` read without faults.

    With `by_command`, for whoever runs the site, nothing waits for anybody, and no link is owed.
    """

    def __init__(self, by: Viewer, now: datetime, *, by_command: bool = False) -> None:
        self.by = by
        self.school = by.school
        self.now = now
        self.by_command = by_command
        self.today = local_day(by.school.school_calendar, now)
        self.done = StaffImportResult()

    def import_lines(self, lines: list[StaffLine]) -> StaffImportResult:
        people = {p.email: p for p in Person.objects.filter(email__in=[x.email for x in lines])}
        left = set() if self.by_command else self._find_leavers(list(people.values()))
        for line in lines:
            person = people.get(line.email)
            if person and person.pk in left:
                self.done.notes.append(
                    f"{person.email} has left, and is not brought back by a file. If they work "
                    "here again, find them under “Who has left” and give them a post"
                )
                continue
            if person is None:
                person = Person(email=line.email)
                person.set_unusable_password()
                self.done.added.append(person)
            elif not self.by_command and person.works_only_elsewhere(self.school, self.today):
                self._request_confirmations(person, line)
                continue
            self._import_line(person, line)
        self._note_people_not_listed({line.email for line in lines})
        return self.done

    def _find_leavers(self, people: list[Person]) -> set[int]:
        """The keys of those of `people` who worked here, and do not now or from a later day."""
        posts = Post.objects.filter(school=self.school, person__in=people)
        lasting = posts.current_or_future(self.today).filter(person__is_active=True)
        return set(posts.values_list("person", flat=True)) - set(
            lasting.values_list("person", flat=True)
        )

    def _import_line(self, person: Person, line: StaffLine) -> None:
        reads = any(role in READERS for role in line.roles)
        read_before = reads and person.pk is not None and person.may_read_from(self.today)
        self._save_person(person, line)
        self._save_posts(person, line)
        if reads and is_account_made_safe(
            StaffRequestMatter.POST,
            reader_before=read_before,
            reader_after=person.may_read_from(self.today),
        ):
            self.done.passwords_ended += person.has_usable_password()
            if has_linked_account(person):
                self.done.unlinked.append(person)
            if self.by_command:
                person.replace_password(None)
            else:
                make_account_safe(person, self.school, self.by.person, self.now)
            self.done.links.append(person)

    def _request_confirmations(self, person: Person, line: StaffLine) -> None:
        """Ask somebody who works in another school whether they work here too. Nothing of theirs
        changes before they say so."""
        for role in line.roles:
            what = self._build_request(person, role, line, line.since or self.today)
            if self._save_request_once(what):
                PostConfirmation.objects.create(
                    school=self.school, asked=what, head_needed=not what.may_skip_approval(self.by)
                )
        self.done.notes.append(
            f"{person.email} works in another school, and has to confirm that they work here too"
        )

    def _build_request(
        self, person: Person, role: Role, line: StaffLine, begins: date
    ) -> StaffChangeRequest:
        return StaffChangeRequest(
            school=self.school,
            by=self.by.person,
            at=self.now,
            matter=StaffRequestMatter.POST,
            person=person,
            role=role,
            title=line.title,
            since=begins,
            until=line.until,
        )

    def _save_request_once(self, what: StaffChangeRequest) -> bool:
        """Save the request, unless one for the same role waits already. Whether it was saved."""
        waits = StaffChangeRequest.objects.filter(
            person=what.person, school=self.school, role=what.role
        )
        if waits.awaiting_answer().exists():
            return False
        what.save()
        self.done.asked.append(what)
        return True

    def _save_person(self, person: Person, line: StaffLine) -> None:
        said = {name: getattr(line, name) for name in ("name", "room", "telephone")}
        differs = {name: new for name, new in said.items() if new and new != getattr(person, name)}
        if person.pk and "name" in differs and person.works_elsewhere(self.school, self.today):
            del differs["name"]
            self.done.notes.append(
                f"{person.email} works in another school too, so their name stays as it is. They "
                "can change it themselves, under “Where you are signed in”"
            )
        for name, new in differs.items():
            setattr(person, name, new)
        if person.pk is None or differs:
            if person.pk is not None:
                self.done.changed.add(person.email)
            person.save()
        if not person.is_active:
            self.done.notes.append(
                f"{person.email} cannot sign in, because they have left. The "
                "file does not change this"
            )

    def _save_posts(self, person: Person, line: StaffLine) -> None:
        rows = Post.objects.filter(school=self.school, person=person, called_off=False)
        held = list(rows.order_by("since", "pk"))
        if not line.says_roles and rows.current_or_future(self.today).exists():
            return
        # Roles that wait for the head come last: somebody who waits for one only gets a post as a
        # member of staff if they have no other post.
        for role in sorted(line.roles, key=lambda role: role in GIVEN_BY_THE_HEAD):
            begins = line.since or self.today
            standing = [
                post for post in held if post.role == role and _overlaps_line(post, begins, line)
            ]
            over = [post.until for post in held if post.role == role and post.until]
            if standing:
                self._change_post(standing[-1], line)
            elif role in GIVEN_BY_THE_HEAD and over and not self._is_given_anew(line, max(over)):
                self._note_post_over(person, role, max(over))
            elif line.until and line.until < begins:
                ended = "this post has already ended, and they did not hold it here"
                self.done.notes.append(f"line {line.line}: {ended}")
            else:
                self._start_post(person, role, line, begins)
        now_held = {post.role for post in held if _is_post_in_force(post, self.today)}
        for left in sorted(now_held - set(line.roles)):
            lacks = f"{person.email} still holds the role '{left}', which is not in the file"
            self.done.notes.append(lacks)

    def _is_given_anew(self, line: StaffLine, ended: date) -> bool:
        """Whether a post that ended on the day `ended` is to be given again: the line names a first
        day after that, or whoever runs the site brings in the file."""
        return self.by_command or (line.since is not None and line.since > ended)

    def _note_post_over(self, person: Person, role: Role, ended: date) -> None:
        self.done.notes.append(
            f"{person.email} was {role.title_words.lower()} here until {ended:%-d %B %Y}. The file "
            "does not give them that post again. If they hold it again, give it to them on their "
            "page"
        )

    def _start_post(self, person: Person, role: Role, line: StaffLine, begins: date) -> None:
        what = self._build_request(person, role, line, begins)
        if not self._may_give(what):
            self._request_post(what)
            return
        Post.objects.create(
            person=person,
            school=self.school,
            role=role,
            title=line.title,
            since=begins,
            until=line.until,
        )
        self.done.posts += 1

    def _may_give(self, what: StaffChangeRequest) -> bool:
        return self.by_command or what.may_skip_approval(self.by)

    def _request_post(self, what: StaffChangeRequest) -> None:
        """Ask the head for a post. Until then the person has a post as a member of staff, so that
        they can write a concern."""
        self._save_request_once(what)
        rows = Post.objects.filter(person=what.person, school=self.school)
        if not rows.current_or_future(self.today).exists():
            Post.objects.create(
                person=what.person,
                school=self.school,
                role=Role.STAFF,
                title=what.title,
                since=what.first_day,
                until=what.until,
            )
            self.done.posts += 1

    def _change_post(self, post: Post, line: StaffLine) -> None:
        title = post.title
        until = self._last_day_to_save(post, line)
        if until and until < post.since:
            self.done.notes.append(
                f"line {line.line}: this post would end before it begins, so it was not changed"
            )
            return
        yesterday = self.today - timedelta(days=1)
        ended = until is not None and until < self.today
        if (
            line.title
            and line.title != post.title
            and not ended
            and _is_post_in_force(post, yesterday)
        ):
            # Past days may be asked about, so the old title is kept: the new one gets a new row.
            Post.objects.create(
                person=post.person,
                school=post.school,
                role=post.role,
                title=line.title,
                since=self.today,
                until=until,
            )
            until = yesterday
            self.done.posts += 1
        elif line.title:
            title = line.title
        if (title, until) != (post.title, post.until):
            post.title = title
            post.until = until
            post.save(update_fields=["title", "until"])
            self.done.changed.add(line.email)

    def _last_day_to_save(self, post: Post, line: StaffLine) -> date | None:
        """The last day of `post` after this line. A later one, which needs the head's approval, is
        asked for as another post that begins when this one ends: the past is never rewritten."""
        if line.until is None or post.until is None or line.until <= post.until:
            return line.until or post.until
        over = post.until < self.today
        if over and post.role in GIVEN_BY_THE_HEAD and not self.by_command:
            self._note_post_over(post.person, Role(post.role), post.until)
            return post.until
        begins = max(post.until + timedelta(days=1), self.today)
        what = self._build_request(post.person, Role(post.role), line, begins)
        if self._may_give(what):
            return line.until
        if line.until < begins:
            self.done.notes.append(
                f"line {line.line}: this post has already ended, so it was not changed"
            )
        else:
            self._request_post(what)
        return post.until

    def _note_people_not_listed(self, listed: set[str]) -> None:
        posts = Post.objects.filter(school=self.school).in_force_on(self.today)
        here = {post.person.email for post in posts.select_related("person")}
        for email in sorted(here - listed):
            self.done.notes.append(f"{email} is not in the file, and has not been changed")


def _is_post_in_force(post: Post, day: date) -> bool:
    return post.since <= day and (post.until is None or day <= post.until)


def _overlaps_line(post: Post, begins: date, line: StaffLine) -> bool:
    """Whether `post` and the post in `line` share a day. They are then the same post."""
    return (post.until is None or post.until >= begins) and (
        line.until is None or post.since <= line.until or post.since <= begins
    )
