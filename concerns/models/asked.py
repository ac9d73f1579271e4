"""This file knows what waits for the head's approval, and what became of it. Neither ever changes.

Which changes wait, and who may answer, is in `rules/staffing.py`. What was asked carries all that
is needed to do it; the act that answers does it in the same transaction.
"""

from datetime import date, timedelta

from django.db import models

from concerns.models.case import Row, Scoped
from concerns.models.child import Child
from concerns.models.held import held, locked, step_aside
from concerns.models.person import Invitation, Person, Post, Relation, Viewer
from concerns.rules import staffing
from concerns.rules.roles import Role
from concerns.rules.staffing import Matter

LINKS_AN_HOUR = 3


class Waiting(Scoped):
    def waiting(self):
        return self.filter(answer__isnull=True)

    def answered(self):
        return self.filter(answer__isnull=False)


class Asked(Row):
    """Somebody asks for one change of one member of staff."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    matter = models.CharField(max_length=12)
    person = models.ForeignKey(Person, models.PROTECT, related_name="asked")
    # Of a post.
    role = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=100, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    # Of a family.
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+", db_index=False)
    how = models.CharField(max_length=60, blank=True)
    # Of an account.
    email = models.EmailField(blank=True)

    objects = Waiting.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    matter=Matter.POST.value,
                    role__in=[role.value for role in Role],
                    since__isnull=False,
                )
                | models.Q(
                    matter__in=[Matter.RELATED.value, Matter.UNRELATED.value], child__isnull=False
                )
                | models.Q(matter=Matter.EMAIL.value) & ~models.Q(email="")
                | models.Q(matter=Matter.PASSWORD.value),
                name="asked_for_something",
            )
        ]
        indexes = [models.Index(fields=["school", "-id"], name="asked_newest")]

    def __str__(self):
        return f"{self.matter} {self.uid}"

    @property
    def words(self) -> str:
        """What is asked for, less the child: a name is shown only where it is looked for."""
        if self.matter == Matter.POST:
            return Post(role=self.role, title=self.title).words
        return Matter.say(self.matter)

    def alone(self, by: Viewer) -> bool:
        """Whether `by` may do this with nobody's approval."""
        opens = staffing.opens(Matter(self.matter), self.role, reads(self.person, by))
        if self.matter == Matter.PASSWORD and not self.person.has_usable_password():
            # A first link goes to an address the head has seen, and takes nothing from anybody.
            opens = False
        oneself = self.person_id == by.person.pk
        return staffing.alone(Matter(self.matter), by.roles, opens=opens, oneself=oneself)

    def why_not(self, by: Viewer) -> str:
        """Why `by` may not answer this; empty where they may."""
        return staffing.why_not(
            Matter(self.matter), by.roles, self.role,
            asked_it=self.by_id == by.person.pk, oneself=self.person_id == by.person.pk,
        )  # fmt: skip

    def no_sense(self, today: date) -> str:
        """Why it cannot be done as things stand; empty where it can."""
        name, matter = self.person.name, Matter(self.matter)
        if matter is Matter.POST:
            same = Post.objects.filter(person=self.person, school=self.school_id, role=self.role)
            if same.lasting(self.since).exists():
                return f"{name} holds that post already, or is to hold it from a later day."
        elif not self.person.is_active:
            return f"{name} has left. Give them a post here first."
        elif matter in {Matter.RELATED, Matter.UNRELATED}:
            if self.related().exists() is (matter is Matter.RELATED):
                return "That is so already. There is nothing more to do."
        elif _reads_elsewhere(self.person, self.school_id, today):
            return f"{name} also reads the record of another school, which has to do this."
        elif matter is Matter.PASSWORD and self._links_lately() >= LINKS_AN_HOUR:
            return "Three links have gone to them in an hour. Look among their junk mail."
        elif matter is Matter.EMAIL and Person.objects.filter(email=self.email).exists():
            return "Somebody has that e-mail address. Look for it among who has left."
        return ""

    def _links_lately(self) -> int:
        lately = self.at - timedelta(hours=1)
        return Invitation.objects.filter(person=self.person, at__gt=lately).count()

    def related(self):
        """The family relation this is about, if it stands."""
        return Relation.objects.filter(shuts_out=self.person, child=self.child)

    def make(self, record) -> None:
        """Do it: in the act of who may do it alone, or of who approves it."""
        by, now, person = record.by.person, record.now, self.person
        if self.matter == Matter.POST:
            _begin(self, person)
        elif self.matter == Matter.RELATED:
            Relation.objects.register(person, self.child, how=self.how, by=by, at=now)
            step_aside(record, person, locked(held(person, self.child.school).of(self.child)))
        elif self.matter == Matter.UNRELATED:
            self.related().update(ended_by=by, ended_at=now, shuts_out=None)
        elif self.matter == Matter.EMAIL:
            person.email = self.email
            person.save(update_fields=["email"])
        else:
            # Whoever is signed in as them is signed out, and an earlier link ends.
            person.keep_password(None)
            Invitation.objects.create(school=record.by.school, person=person, by=by, at=now)


def _begin(asked: Asked, person: Person) -> None:
    Post.objects.create(
        person=person, school=asked.school, role=asked.role, title=asked.title,
        since=asked.since, until=asked.until,
    )  # fmt: skip
    if not person.is_active:
        # Back after leaving: their password ended with that.
        person.is_active = True
        person.save(update_fields=["is_active"])


def _reads_elsewhere(person: Person, school: int, today: date) -> bool:
    posts = Post.objects.filter(person=person).exclude(school=school)
    return posts.reading().lasting(today).exists()


class Answer(Row):
    """What the head said to it. The database itself knows that nobody answers their own."""

    asked = models.OneToOneField(Asked, models.PROTECT, related_name="answer")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    approved = models.BooleanField()
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(by=models.F("asked_by")), name="nobody_answers_their_own"
            )
        ]

    def __str__(self):
        return f"answer {self.uid}"


def reads(person: Person, by: Viewer) -> bool:
    """Whether `person` reads the record of any school, today or from a day to come, or has been
    asked to: whoever gets hold of their account before the answer would get hold of the record."""
    posts = Post.objects.filter(person=person).reading().lasting(by.today)
    asked = Asked.objects.filter(person=person, matter=Matter.POST).waiting()
    return posts.exists() or asked.exists()


def waiting_for(viewer: Viewer) -> int:
    """How much waits for this head's answer."""
    return Asked.objects.of_school(viewer).waiting().exclude(by=viewer.person).count()
