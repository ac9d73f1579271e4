"""Four questions to the writer: who told them, when, and in what words.

The same on the forms about a child and about an adult. What was said by somebody who cannot sign in
is recorded as theirs, never as the words of the person who typed it.
"""

from concerns.forms.base_form import DraftableForm, WordsField, choice_field
from concerns.forms.govuk_layout import Details, Question, TextBlock
from concerns.rules.words import TellerKind

TOLD = (
    "What they said is kept separate from what you saw. If you saw nothing yourself, leave the "
    "box above empty."
)
NEAR = "Write what they told you, as near to their own words as you can"
TELLING = ("teller_is", "teller", "told_words", "told_when")


def who_told_you_details() -> Details:
    """The four questions, folded away, for the layout of a form."""
    words = Question("told_words", rows=4)
    return Details(
        "Somebody told me this", TextBlock(TOLD, "hint"), "teller_is", "teller", words, "told_when"
    )


class WhoToldYouQuestions(DraftableForm):
    """A form with a field `account`, which may be empty if somebody else's words are given."""

    nothing_said = "Write what worried you. A few words are enough."

    teller_is = choice_field("Who told you?", TellerKind, folded=True)
    teller = WordsField("Their name, or who they were", line=True)
    told_words = WordsField("What they said, in their own words")
    told_when = WordsField("When they told you, if not just now", line=True)

    def check_who_told_you(self, given) -> None:
        """Validate the four answers. Somebody else's words may stand without an account.

        A writer who saw nothing would otherwise repeat them as if they were their own.
        """
        who = given.get("teller") or given.get("teller_is")
        told = given.get("told_words") or "told_words" in self.errors
        if not told and (who or given.get("told_when")):
            self.add_error("told_words", NEAR)
        elif told and not who and not {"teller", "teller_is"} & self.errors.keys():
            self.add_error("teller_is", "Choose who told you, or write who it was")
        elif not (told or given.get("account")) and "account" not in self.errors:
            self.add_error("account", self.nothing_said)
