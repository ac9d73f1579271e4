"""What a roll file says of a child beside name, class and contacts: sex, religion, plans, GP, ...

It is what the school's own system has, and stands in the child's file beside what leads wrote
(`LeadDetail`, and the entries of `child_details.py`). An import never changes an entry: what
differs is ended, kept, and recorded anew; and it never touches what a lead wrote.
"""

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child_fact import ChildFact
from concerns.rules.child_file_vocabulary import LeadDetailKind, RollDetailKind
from concerns.rules.nhs_number import group_nhs_number


class RollDetail(ChildFact):
    """One such thing about one child, in words."""

    kind = models.CharField(max_length=20)
    words = EncryptedText()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=[word.value for word in RollDetailKind]),
                name="roll_detail_is_known",
            ),
            models.UniqueConstraint(
                fields=["child", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="roll_detail_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school"],
                condition=models.Q(ended_at__isnull=True),
                name="roll_details_now",
            )
        ]

    @property
    def kind_words(self) -> str:
        return RollDetailKind.label_of_value(self.kind)


class LeadDetail(ChildFact):
    """The same as a lead wrote it, or a number of the child that the roll lacks."""

    kind = models.CharField(max_length=20)
    words = EncryptedText()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=[word.value for word in LeadDetailKind]),
                name="lead_detail_is_known",
            ),
            models.UniqueConstraint(
                fields=["child", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="lead_detail_once",
            ),
        ]

    @property
    def kind_words(self) -> str:
        return LeadDetailKind.label_of_value(self.kind)

    @property
    def words_as_read(self) -> str:
        """As it is read aloud: an NHS number in its groups."""
        is_nhs = self.kind == LeadDetailKind.NHS_NUMBER
        return group_nhs_number(self.words) if is_nhs else self.words

    @property
    def line_in_words(self) -> str:
        return f"{self.kind_words}: {self.words_as_read}"
