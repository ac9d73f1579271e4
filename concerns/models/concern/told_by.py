"""What somebody without a user account told the writer of a concern.

It is kept apart from the writer's own account, and shown as that person's words everywhere.
"""

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person
from concerns.rules.words import TellerKind


class ThirdPartyAccount(models.Model):
    """Columns of a third party's account, in concerns about children and about adults."""

    # Declared by each kind of concern.
    reporter: models.ForeignKey[Person, Person]
    account: EncryptedText

    teller_is = models.CharField(max_length=12, blank=True)
    teller = EncryptedText()
    told_when = EncryptedText()
    told_words = EncryptedText()

    class Meta:
        abstract = True

    @property
    def told_by(self) -> str:
        """Who told the writer, such as "Marta Nowak (a cleaner, caretaker or cook)"."""
        known = TellerKind.label_of_value(self.teller_is)
        if self.teller and self.teller_is == TellerKind.OTHER:
            return self.teller
        known = known[:1].lower() + known[1:]
        return f"{self.teller} ({known})" if self.teller and known else self.teller or known

    def told_words_heading(self, to: str) -> str:
        """The heading above the third party's words; `to` is the writer's name, or "you"."""
        return f"Told by {self.told_by} to {to}, {self.told_when or 'just before it was written'}"

    @property
    def told_heading(self) -> str:
        return self.told_words_heading(self.reporter.name)

    @property
    def in_short(self) -> str:
        """The writer's account, or else what they were told."""
        return self.account or f"Told by {self.told_by}: {self.told_words}"
