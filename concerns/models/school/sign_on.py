"""Single sign-on: the providers of a school, and which account there is linked to which person.

An account is known by who signs for it (`issuer`) and by that provider's own name for it
(`subject`), never by an e-mail address, which a school may give to somebody else next year. How it
is asked for is in `doors/sign_on.py`.
"""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules.reporting_periods import local_day
from concerns.rules.sign_on import SignOnKind


class SignOnProviders(ViewerScopedQuerySet[Row]):
    def not_ended(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def on_sign_in_page(self) -> Self:
        """Those whose button is on the sign-in page, with their schools, in order."""
        return self.not_ended().select_related("school").order_by("school__name", "kind", "pk")

    def of_one_school(self, school: School) -> Self:
        """The providers of `school`, in order."""
        return self.not_ended().filter(school=school).order_by("kind", "pk")


class SignOnProvider(SchoolOwnedModel):
    """A directory whose accounts people of the school may sign in with, since `since`.

    `directory` is the tenant of Microsoft Entra or the domain of Google Workspace.
    `trusted_for_factor`: what it says of second factors counts. `factor_context`: the
    authentication context of Entra that requires one, or empty.
    """

    kind = models.CharField(max_length=10, choices=SignOnKind.choices())
    directory = models.CharField(max_length=253)
    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=255)
    client_secret = EncryptedText()
    trusted_for_factor = models.BooleanField(default=False)
    factor_context = models.CharField(max_length=3, blank=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = SignOnProviders.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in SignOnKind]),
                name="sign_on_kind_is_known",
            ),
            models.UniqueConstraint(
                fields=["school", "issuer", "directory"],
                condition=models.Q(ended_at__isnull=True),
                name="sign_on_set_up_once",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-on provider {self.uid}"

    @property
    def sign_on_kind(self) -> SignOnKind:
        return SignOnKind(self.kind)

    @property
    def name(self) -> str:
        """What people call the provider."""
        return self.sign_on_kind.label

    def find_person(self, subject: str, now: datetime) -> "tuple[Person | None, bool]":
        """Whose account `subject` is, and whether it may sign them in now.

        None without a link of this provider. It may sign them in if their account is this school's
        alone (`Person.works_only_in`).
        """
        links = self.links.not_ended().select_related("person")
        link = links.filter(issuer=self.issuer, subject=subject).first()
        if link is None:
            return None, False
        today = local_day(self.school.school_calendar, now)
        return link.person, link.person.works_only_in(self.school, today)


class SignOnLinks(ViewerScopedQuerySet[Row]):
    def not_ended(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def own_links(self, viewer: Viewer) -> Self:
        """The viewer's own links in the school in use."""
        return self.of_school(viewer).not_ended().filter(person=viewer.person)

    def trusted_for_factor(self) -> Self:
        """Those whose provider's word for a second factor counts."""
        return self.filter(provider__trusted_for_factor=True).select_related("provider")


class SignOnLink(SchoolOwnedModel):
    """An account at `provider` that signs in `person`, linked by them at `at`."""

    provider = models.ForeignKey(SignOnProvider, models.PROTECT, related_name="links")
    person = models.ForeignKey(Person, models.PROTECT, related_name="sign_on_links")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = SignOnLinks.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=models.Q(ended_at__isnull=True),
                name="sign_on_account_of_one_person",
            ),
            models.UniqueConstraint(
                fields=["provider", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="one_account_at_a_provider",
            ),
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(issuer=""),
                name="sign_on_account_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-on link {self.uid}"
