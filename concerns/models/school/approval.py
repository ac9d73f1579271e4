"""Staff changes that wait for a second person, and the answers. Neither row ever changes.

Which changes need approval, and who may answer, is in `rules/staff_approval.py`. A request holds
all that is needed to make the change. The act that approves it makes it in the same transaction.
A post for somebody who works in another school waits first for their own confirmation.
"""

import uuid
from datetime import date, timedelta
from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.child.child import Child
from concerns.models.school.invitation import Invitation
from concerns.models.school.part_answers import PartAnswers
from concerns.models.school.person import Person, Post, Relation, Relations, Viewer
from concerns.models.school.second_factor import has_second_factor
from concerns.rules import staff_approval
from concerns.rules.passwords import PasswordLinkKind
from concerns.rules.roles import May, Role
from concerns.rules.staff_approval import StaffRequestMatter

LINKS_AN_HOUR = 3


class StaffChangeRequests(ViewerScopedQuerySet[Row]):
    def awaiting_answer(self) -> Self:
        return self.filter(answer__isnull=True)

    def already_answered(self) -> Self:
        return self.filter(answer__isnull=False)

    def unconfirmed(self) -> Self:
        """Requests for a post that wait for the confirmation of the person it is for."""
        waits = PostConfirmation.objects.filter(at__isnull=True)
        return self.awaiting_answer().filter(pk__in=waits.values("asked"))

    def answerable_now(self) -> Self:
        """Requests that wait for an answer, and not for a confirmation."""
        waits = PostConfirmation.objects.filter(at__isnull=True)
        return self.awaiting_answer().exclude(pk__in=waits.values("asked"))


class StaffChangeRequest(SchoolOwnedModel):
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

    # Not a column: for a post that reads a part, the part, before it is saved.
    part: PartAnswers | None = None
    # Nor these: what is owed once the change has been made. Mail is sent after the act.
    link_owed: PasswordLinkKind | None = None
    old_address = ""
    # Whether their link to single sign-on has ended with the password.
    has_unlinked = False

    objects = StaffChangeRequests.as_manager()

    class Meta:
        db_table = "concerns_asked"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    matter=StaffRequestMatter.POST.value,
                    role__in=[role.value for role in Role],
                    since__isnull=False,
                )
                | models.Q(
                    matter__in=[
                        StaffRequestMatter.RELATED.value,
                        StaffRequestMatter.UNRELATED.value,
                    ],
                    child__isnull=False,
                )
                | models.Q(matter=StaffRequestMatter.EMAIL.value) & ~models.Q(email="")
                | models.Q(
                    matter__in=[
                        StaffRequestMatter.PASSWORD.value,
                        StaffRequestMatter.FACTOR.value,
                    ]
                ),
                name="asked_for_something",
            )
        ]
        indexes = [models.Index(fields=["school", "-id"], name="asked_newest")]

    def __str__(self) -> str:
        return f"{self.matter} {self.uid}"

    @property
    def request_in_words(self) -> str:
        """What is asked for, without the child, whose name is only shown where it is needed."""
        if self.matter == StaffRequestMatter.POST:
            return Post(role=self.role, title=self.title).role_in_words
        return StaffRequestMatter.label_of_value(self.matter)

    @property
    def first_day(self) -> date:
        """The day on which the post begins. Every request for a post has one: see the constraint.

        Raises ValueError for a request of another kind.
        """
        if self.since is None:
            raise ValueError(f"{self.matter} begins on no day")
        return self.since

    @property
    def related_child(self) -> Child:
        """The child of a family relation. Every request about one has one: see the constraint.

        Raises ValueError for a request of another kind.
        """
        if self.child is None:
            raise ValueError(f"{self.matter} is about no child")
        return self.child

    @property
    def uids_of_children(self) -> list[uuid.UUID]:
        """The children it names, before it is saved: of a family relation, or of a part."""
        named = self.part.children if self.part else ()
        return [child.uid for child in (*named, *([self.child] if self.child else []))]

    def needs_the_head(self, today: date) -> bool:
        """Whether only a head may make or approve this change."""
        matter = StaffRequestMatter(self.matter)
        returns = not self.person.is_active
        # For most posts it does not matter who reads, and a staff file has many lines.
        matters = returns or matter is not StaffRequestMatter.POST
        return staff_approval.needs_the_head(
            matter,
            self.role,
            reader=matters and may_read_records(self.person, today),
            returns=returns,
        )

    def may_skip_approval(self, by: Viewer) -> bool:
        """Whether `by` may make this change without approval."""
        opens = self.needs_the_head(by.todays_date)
        if self.matter == StaffRequestMatter.PASSWORD and not self.person.has_usable_password():
            # It replaces no password, and goes to an address that nobody could change alone.
            opens = False
        oneself = self.person_id == by.person.pk
        return staff_approval.may_change_unapproved(
            StaffRequestMatter(self.matter), by.roles, opens=opens, oneself=oneself
        )

    def why_may_not_answer(self, by: Viewer) -> str:
        """Why `by` may not answer this request; empty if they may."""
        if self.is_unconfirmed:
            return (
                f"{self.person.name} works in another school, and must first confirm that they "
                "work here too. They have been sent an e-mail about it."
            )
        return staff_approval.approval_refusal(
            StaffRequestMatter(self.matter),
            by.roles,
            self.role,
            opens=self._is_for_the_head(by.todays_date),
            asked_it=self.by_id == by.person.pk,
            oneself=self.person_id == by.person.pk,
        )

    def _is_for_the_head(self, today: date) -> bool:
        """As `needs_the_head`, for a request that was made: it waits, and so only another address,
        and a lost second factor for which a head asked, may be answered by somebody else."""
        if self.matter == StaffRequestMatter.FACTOR:
            heads = Person.objects.who_may(May.POSTS, self.school, today)
            return not heads.filter(pk=self.by_id).exists()
        return self.matter != StaffRequestMatter.EMAIL or self.needs_the_head(today)

    def approver_words(self, today: date) -> str:
        """Who may answer it, for the middle of a sentence."""
        matter = StaffRequestMatter(self.matter)
        return staff_approval.who_approves(matter, opens=self._is_for_the_head(today)).label

    def approval_sentence(self, by: Viewer) -> str:
        """What a page says before `by` makes this change; empty if it is made at once."""
        if self.may_skip_approval(by):
            return ""
        return f"This waits until {self.approver_words(by.todays_date)} has approved it."

    def why_nobody_could_answer(self, by: Viewer) -> str:
        """Why nobody else could answer it if `by` asked for it; empty if somebody could.

        Only for another address and a lost second factor: the head needs nobody's approval for the
        other changes.
        """
        if self.matter == StaffRequestMatter.FACTOR:
            return self._why_nobody_could_remove_factor(by)
        if self.matter != StaffRequestMatter.EMAIL or not self.needs_the_head(by.todays_date):
            return ""
        heads = Person.objects.who_may(May.POSTS, by.school, by.todays_date)
        if not by.has_power(May.POSTS) or heads.exclude(pk__in=[by.person.pk, self.person_id]):
            return ""
        return (
            "Only a headteacher may approve another address for them, and not the one who asked. "
            "Ask the office to make this change, then approve it."
        )

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it waits for the confirmation of the person the post is for."""
        confirmation = getattr(self, "confirmation", None)
        return confirmation is not None and confirmation.at is None

    def needs_confirmation(self, today: date) -> bool:
        """Whether the person must first confirm that they work in this school too."""
        is_post = self.matter == StaffRequestMatter.POST
        return is_post and self.person.works_only_elsewhere(self.school, today)

    def _why_nobody_could_remove_factor(self, by: Viewer) -> str:
        needed = May.PEOPLE if by.has_power(May.POSTS) else May.POSTS
        able = Person.objects.who_may(needed, by.school, by.todays_date)
        if able.exclude(pk__in=[by.person.pk, self.person_id]).exists():
            return ""
        return (
            "It takes two people, a headteacher and somebody else who keeps the list of staff, and "
            "not the owner. Nobody else is in such a post. Ask whoever runs this site."
        )

    def why_impossible(self, today: date) -> str:
        """Why the change cannot be made as things are; empty if it can."""
        name = self.person.name
        matter = StaffRequestMatter(self.matter)
        if matter is StaffRequestMatter.POST:
            same = Post.objects.filter(person=self.person, school=self.school_id, role=self.role)
            if same.current_or_future(self.first_day).exists():
                return f"{name} already holds that post, or will from a later day."
        elif not self.person.is_active:
            return f"{name} has left. Give them a post here first."
        elif matter in {StaffRequestMatter.RELATED, StaffRequestMatter.UNRELATED}:
            if self.matching_relations().exists() is (matter is StaffRequestMatter.RELATED):
                return "This is already recorded. There is nothing to change."
        elif (
            not Person.objects.current_staff_of(self.school, today)
            .filter(pk=self.person.pk)
            .exists()
        ):
            return f"{name} has no post here now. Give them a post here first."
        elif _reads_at_other_school(self.person, self.school_id, today):
            return f"{name} also reads the record of another school. Ask that school to do this."
        else:
            return self._why_account_stays(matter)
        return ""

    def _why_account_stays(self, matter: StaffRequestMatter) -> str:
        """Why the password, address or second factor stays as it is; empty if it need not."""
        name = self.person.name
        if matter is StaffRequestMatter.FACTOR and not has_second_factor(self.person):
            return f"{name} has no second factor. Send them a link to choose a password instead."
        if matter is StaffRequestMatter.PASSWORD and self.is_limited:
            return (
                "Three links were sent to them in the last hour. Ask them to check their junk mail."
            )
        if matter is StaffRequestMatter.EMAIL and Person.objects.filter(email=self.email).exists():
            return (
                "Somebody already has that e-mail address. It may belong to a person who has left."
            )
        return ""

    @property
    def is_limited(self) -> bool:
        """Whether the person has been sent as many links as may be sent in an hour."""
        lately = self.at - timedelta(hours=1)
        links = Invitation.objects.filter(person=self.person, at__gt=lately)
        # Anybody can ask for links without signing in: those are limited for themselves.
        return links.exclude(by=self.person).count() >= LINKS_AN_HOUR

    def matching_relations(self) -> Relations:
        """The family relation this is about, if it has not been withdrawn. A queryset."""
        return Relation.objects.filter(shuts_out=self.person, child=self.child)


def _reads_at_other_school(person: Person, school: int, today: date) -> bool:
    posts = Post.objects.filter(person=person).exclude(school=school)
    return posts.with_read_access().current_or_future(today).exists()


class StaffChangeAnswer(SchoolOwnedModel):
    """The answer to a request. A database constraint stops people from answering their own."""

    asked = models.OneToOneField(StaffChangeRequest, models.PROTECT, related_name="answer")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    approved = models.BooleanField()
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "concerns_answer"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(by=models.F("asked_by")), name="nobody_answers_their_own"
            )
        ]

    def __str__(self) -> str:
        return f"answer {self.uid}"


class PostConfirmation(SchoolOwnedModel):
    """The confirmation of somebody who works in another school that they work in this one too.

    Made with the request for the post, and answered once, by the person: at `at`, with `accepted`.
    `head_needed`: the head's approval is needed as well.
    """

    asked = models.OneToOneField(StaffChangeRequest, models.PROTECT, related_name="confirmation")
    head_needed = models.BooleanField()
    at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(at__isnull=True, accepted__isnull=True)
                | models.Q(at__isnull=False, accepted__isnull=False),
                name="confirmed_with_an_answer",
            )
        ]

    def __str__(self) -> str:
        return f"confirmation {self.uid}"


def may_read_records(person: Person, today: date) -> bool:
    """Whether `person` may read concerns in any school, now or from a later day, or waits for
    approval of a post.

    A waiting post counts because whoever got hold of their account before the answer would then get
    hold of the record.
    """
    asked = StaffChangeRequest.objects.filter(person=person, matter=StaffRequestMatter.POST)
    return person.may_read_from(today) or asked.answerable_now().exists()


def count_awaiting_head(viewer: Viewer) -> int:
    """How many requests wait for this head's answer; their own are not counted."""
    return (
        StaffChangeRequest.objects.of_school(viewer)
        .answerable_now()
        .exclude(by=viewer.person)
        .count()
    )
