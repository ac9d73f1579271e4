"""Staff changes that wait for the head's approval, and the answers. Neither row ever changes.

Which changes need approval, and who may answer, is in `rules/staffing.py`. A request holds all that
is needed to make the change. The act that approves it makes it in the same transaction.
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
    """A request for one change about one member of staff.

    Also used, unsaved, for a change that needs no approval.
    """

    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    matter = models.CharField(max_length=12)
    person = models.ForeignKey(Person, models.PROTECT, related_name="asked")
    # For a post.
    role = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=100, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    # For a family relation.
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+", db_index=False)
    how = models.CharField(max_length=60, blank=True)
    # For an account.
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
        """What is asked for, without the child, whose name is only shown where it is needed."""
        if self.matter == Matter.POST:
            return Post(role=self.role, title=self.title).words
        return Matter.say(self.matter)

    def alone(self, by: Viewer) -> bool:
        """Whether `by` may make this change without approval."""
        opens = staffing.opens(Matter(self.matter), self.role, reads(self.person, by))
        if self.matter == Matter.PASSWORD and not self.person.has_usable_password():
            # A first password link goes to an address the head has seen, and replaces no password.
            opens = False
        oneself = self.person_id == by.person.pk
        return staffing.alone(Matter(self.matter), by.roles, opens=opens, oneself=oneself)

    def why_not(self, by: Viewer) -> str:
        """Why `by` may not answer this request; empty if they may."""
        return staffing.why_not(
            Matter(self.matter), by.roles, self.role,
            asked_it=self.by_id == by.person.pk, oneself=self.person_id == by.person.pk,
        )  # fmt: skip

    def no_sense(self, today: date) -> str:
        """Why the change cannot be made as things are; empty if it can."""
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
        """The family relation this is about, if it has not been withdrawn. A queryset."""
        return Relation.objects.filter(shuts_out=self.person, child=self.child)

    def make(self, record) -> None:
        """Make the change, in the act of somebody who may do it alone or who approves it."""
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
            # This ends every session of theirs and any earlier link.
            person.keep_password(None)
            Invitation.objects.create(school=record.by.school, person=person, by=by, at=now)


def _begin(asked: Asked, person: Person) -> None:
    Post.objects.create(
        person=person, school=asked.school, role=asked.role, title=asked.title,
        since=asked.since, until=asked.until,
    )  # fmt: skip
    if not person.is_active:
        # They are back after leaving. Their password was removed when they left.
        person.is_active = True
        person.save(update_fields=["is_active"])


def _reads_elsewhere(person: Person, school: int, today: date) -> bool:
    posts = Post.objects.filter(person=person).exclude(school=school)
    return posts.reading().lasting(today).exists()


class Answer(Row):
    """The answer to a request. A database constraint stops people from answering their own."""

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
    """Whether `person` may read concerns in any school, now or from a later day, or waits for
    approval of a post.

    A waiting post counts because whoever got hold of their account before the answer would then get
    hold of the record.
    """
    posts = Post.objects.filter(person=person).reading().lasting(by.today)
    asked = Asked.objects.filter(person=person, matter=Matter.POST).waiting()
    return posts.exists() or asked.exists()


def waiting_for(viewer: Viewer) -> int:
    """How many requests wait for this head's answer; their own are not counted."""
    return Asked.objects.of_school(viewer).waiting().exclude(by=viewer.person).count()
