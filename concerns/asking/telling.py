"""Four questions to the writer: who told them, when, and in what words.

The same on the forms about a child and about an adult. What was said by somebody who cannot sign in
is recorded as theirs, never as the words of the person who typed it.
"""

from concerns.asking.asked import Asked, Words, choose
from concerns.asking.govuk import Details, Question, Say
from concerns.rules.words import Teller

TOLD = "Their words stand as theirs. If you saw nothing yourself, leave the box above empty."
NEAR = "Write what they told you, as near to their own words as you can"
TELLING = ("teller_is", "teller", "told_words", "told_when")


def unfolded() -> Details:
    """The four questions, folded away, for the layout of a form."""
    words = Question("told_words", rows=4)
    return Details(
        "Somebody told me this", Say(TOLD, "hint"), "teller_is", "teller", words, "told_when"
    )


class Telling(Asked):
    """A form with a field `account`, which may be empty if somebody else's words are given."""

    nothing_said = "Write what worried you. A few words are enough."

    teller_is = choose("Who told you?", Teller, folded=True)
    teller = Words("Their name, or who they were", line=True)
    told_words = Words("What they said, in their own words")
    told_when = Words("When they told you, if not just now", line=True)

    def check_told(self, given) -> None:
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
