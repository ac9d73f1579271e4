"""Four questions to the writer: who told them, when, and in what words.

The same on the forms about a child and about an adult. What was said by somebody who cannot sign in
is recorded as theirs, never as the words of the person who typed it.
"""

from django.core.exceptions import ValidationError

from concerns.forms.answers_as_text import answer_in_words
from concerns.forms.base_form import WordsField, choice_field
from concerns.forms.govuk_layout import Details, Question, TextBlock
from concerns.forms.unread_answers import NEEDED, SendableForm
from concerns.rules.words import TellerKind

TOLD = (
    "What they said is kept separate from what you saw. If you saw nothing yourself, leave the "
    "box above empty."
)
NEAR = "Write what they told you, as near to their own words as you can"
NOT_WHO = "Somebody told the writer, but who it was is not written. Ask them."
NOT_WHAT = "Somebody told the writer, but what they said is not written apart. Ask them."
TELLING = ("teller_is", "teller", "told_words", "told_when")


def who_told_you_details() -> Details:
    """The four questions, folded away, for the layout of a form."""
    words = Question("told_words", rows=4)
    return Details(
        "Somebody told me this", TextBlock(TOLD, "hint"), "teller_is", "teller", words, "told_when"
    )


class WhoToldYouQuestions(SendableForm):
    """A form with a field `account`, which may be empty if somebody else's words are given."""

    nothing_said = "Write what worried you. A few words are enough."

    teller_is = choice_field("Who told you?", TellerKind, folded=True)
    teller = WordsField("Their name, or who they were", line=True)
    told_words = WordsField("What they said, in their own words")
    told_when = WordsField("When they told you, if not just now", line=True)

    def check_who_told_you(self, given) -> None:
        """Validate the four answers. Somebody else's words may stand without an account.

        A writer who saw nothing would otherwise repeat them as if they were their own. Beside an
        account the four need not be complete, and the reader is told what is missing.
        """
        who = given.get("teller") or given.get("teller_is")
        told = given.get("told_words") or "told_words" in self.errors
        if told and not who and not {"teller", "teller_is"} & self.errors.keys():
            self.unread.append(NOT_WHO)
        elif not told and (given.get("account") or "account" in self.errors):
            self._note_teller_without_words(given)
        elif not told and (who or given.get("told_when")):
            self.add_error("told_words", ValidationError(NEAR, code=NEEDED))
        elif not told:
            self.add_error("account", ValidationError(self.nothing_said, code=NEEDED))

    def _note_teller_without_words(self, given) -> None:
        """Who told the writer, and when, without a word of theirs: a note, and no account of it."""
        names = ("teller_is", "teller", "told_when")
        said = [
            f"{self[name].label.rstrip('?')}: “{answer_in_words(self.fields[name], given[name])}”."
            for name in names
            if given.get(name)
        ]
        if said:
            self.unread.append(" ".join([NOT_WHAT, *said]))
        for name in {*names} & given.keys():
            given[name] = ""
